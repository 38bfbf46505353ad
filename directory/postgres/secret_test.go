package postgres_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

// TestRotationBesideOthers: processes of several machines set and open secrets while keys change. A secret that was set
// while an epoch ended must not stay behind under a key that is forgotten.
func TestRotationBesideOthers(t *testing.T) {
	t.Parallel()
	ctx, dsn := t.Context(), server.Fresh(t)
	key := filepath.Join(t.TempDir(), "master.key")
	if err := secret.CreateKey(key); err != nil {
		t.Fatal(err)
	}
	vault := func() *secret.Vault {
		t.Helper()
		s := open(t, dsn)
		ring, err := secret.OpenKey(key)
		if err != nil {
			t.Fatal(err)
		}
		v, err := secret.New(secret.Config{Rows: s, Blobs: s, Keyring: ring})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	book, first := open(t, dsn), vault()
	const subscribers, rotations = 6, 4 // in different shards of the writers
	for i := range subscribers {
		id := edo.SubscriberID(fmt.Sprint("s-", i))
		row := directory.Subscriber{ID: id, Operator: "synerdocs", Endpoint: "https://service.example/", INN: "7707083893", Login: "x", LoginKind: directory.LoginPassword, Enabled: true}
		if err := book.PutSubscriber(ctx, row); err != nil {
			t.Fatal(err)
		}
		if err := first.SetPassword(ctx, id, edo.NewSecret("0")); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	stop := make(chan struct{})
	last := make([]string, subscribers)
	for i := range subscribers {
		v, id := vault(), edo.SubscriberID(fmt.Sprint("s-", i))
		all.Go(func() {
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				last[i] = fmt.Sprint(n)
				if err := v.SetPassword(ctx, id, edo.NewSecret(last[i])); err != nil {
					t.Errorf("set: %v", err)
				}
				if a, err := v.Account(ctx, id); err != nil || a.Login.Password.Reveal() != last[i] {
					t.Errorf("open: %v", err)
				}
			}
		})
	}
	for range rotations {
		if _, err := first.Rotate(ctx, nil); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	all.Wait()
	fresh := vault()
	for i := range subscribers {
		if a, err := fresh.Account(ctx, edo.SubscriberID(fmt.Sprint("s-", i))); err != nil || a.Login.Password.Reveal() != last[i] {
			t.Errorf("s-%d in the end: %v", i, err)
		}
	}
	if list, err := fresh.List(ctx); err != nil || len(list) != subscribers || list[0].Epoch != rotations+1 {
		t.Errorf("list %+v, %v", list, err)
	}
}
