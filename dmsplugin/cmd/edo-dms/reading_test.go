package main

import (
	"log/slog"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// TestWhoseBoxIsRead: every enabled subscriber that wants it, at the start and when it is put; nobody else.
func TestWhoseBoxIsRead(t *testing.T) {
	t.Parallel()
	row := func(receive, enabled bool) directory.Subscriber {
		return directory.Subscriber{
			ID: "s", Operator: "synerdocs", Endpoint: "http://127.0.0.1:1/", INN: "7701234560", Login: "l", LoginKind: directory.LoginPassword,
			Policy: edo.Policy{Receive: receive}, Enabled: enabled,
		}
	}
	for name, tc := range map[string]struct {
		row  directory.Subscriber
		want bool
	}{
		"receives":     {row(true, true), true},
		"does not":     {row(false, true), false},
		"was disabled": {row(true, false), false},
	} {
		for way, begin := range map[string]func(*parts) error{
			"start": func(p *parts) error {
				if err := p.Store.PutSubscriber(t.Context(), tc.row); err != nil {
					return err
				}
				return p.receiveAll(t.Context())
			},
			"put": func(p *parts) error { return book{Store: p.Store, parts: p}.PutSubscriber(t.Context(), tc.row) },
		} {
			t.Run(name+"/"+way, func(t *testing.T) {
				t.Parallel()
				p, err := compose(t.Context(), t.TempDir(), slog.New(slog.DiscardHandler), func(string) string { return "" })
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				if err := begin(p); err != nil {
					t.Fatal(err)
				}
				_, got, err := p.Store.Claim(t.Context(), "test", time.Now(), time.Now().Add(time.Minute))
				if err != nil || got != tc.want {
					t.Errorf("work waits: %v, %v", got, err)
				}
			})
		}
	}
}
