package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/adaptertest"
	"github.com/edokit/edokit/dmsplugin"
)

// TestAdapter lets the desk work with a plugin that misbehaves on purpose (edo-conformance in place of edo-dms), sends eight
// documents from it as a clerk does, and states the verdict on all thirteen rules. The two that only a person can see are looked at
// here as well: one stamped version on every card, and the refusal in words.
func TestAdapter(t *testing.T) {
	t.Parallel()
	home := folder(t)
	c := newConfig(folder(t), filepath.Join(bin(t), "edo-conformance"), home, options{logger: logger(t)})
	c.Plugin.Restart = dmsplugin.Restart{First: 50 * time.Millisecond}
	d, err := open(c)
	if err != nil {
		t.Fatal(err)
	}
	clerk(t, d)
	t.Run("work", func(t *testing.T) { sendEight(t, d, serve(t, d)) }) // ends the desk in order
	all, err := adaptertest.Read(home)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]adaptertest.Verdict{}
	for _, r := range adaptertest.Judge(all) {
		got[r.ID] = r.Verdict
		if r.Verdict == adaptertest.Fail {
			t.Errorf("%s: %s %v", r.Rule, r.Why, r.Places)
		}
	}
	want := map[string]adaptertest.Verdict{"one-version": adaptertest.Look, "shows-text": adaptertest.Look}
	for _, id := range []string{
		"repeats-lost", "asks-doubtful", "never-another", "accepts-refusal", "asks-again-cut", "asks-again-wrong", "acknowledges-safe",
		"acknowledges-given", "passes-foreign", "goes-on", "ends-in-order",
	} {
		want[id] = adaptertest.Pass
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// clerk makes the user who sends.
func clerk(t *testing.T, d *desk) {
	t.Helper()
	u, err := newRecord(d.app, users)
	if err != nil {
		t.Fatal(err)
	}
	u.Load(map[string]any{"name": "Кузнецова", "actor": "kuznetsova"})
	u.SetEmail("kuznetsova@velgom.example")
	u.SetPassword(password)
	if err := d.app.Save(u); err != nil {
		t.Fatal(err)
	}
}

func sendEight(t *testing.T, d *desk, address string) {
	t.Helper()
	b := logIn(t, address, "kuznetsova@velgom.example")
	refused := ""
	var list []string
	for n := range 8 {
		path := filepath.Join(t.TempDir(), "letter.pdf")
		if err := os.WriteFile(path, fmt.Appendf(nil, "%%PDF-1.4 card %d", n), 0o600); err != nil {
			t.Fatal(err)
		}
		card := addCard(t, d, fmt.Sprintf("card %d", n), path, "7707083893")
		list = append(list, card)
		status, text := b.do(t, "/send", url.Values{"card": {card}})
		if status == http.StatusForbidden {
			if !strings.Contains(text, "Пользователю не разрешено это действие") {
				t.Errorf("the refusal is not in words: %s", text)
			}
			refused += card
			continue
		}
		if status != http.StatusOK {
			t.Errorf("card %d: %d %s", n, status, text)
		}
	}
	for _, card := range list {
		if card == refused {
			continue
		}
		until(t, "the form of "+card, func() bool { return forms(t, d, card) > 0 })
	}
	until(t, "all events are stored", func() bool { return d.stored(t) && count(t, d, cards, "handing = true", nil) == 0 })
	for _, card := range list {
		want := 1
		if card == refused {
			want = 0
		}
		if n := forms(t, d, card); n != want {
			t.Errorf("%s has %d forms, want %d", card, n, want)
		}
	}
	if refused == "" || len(refused) != len(list[0]) {
		t.Errorf("refused: %q", refused)
	}
}

// stored reports whether the last event of the plugin is acknowledged.
func (d *desk) stored(t *testing.T) bool {
	t.Helper()
	client, err := d.client(t.Context())
	if err != nil {
		return false
	}
	at, err := client.Acknowledged(t.Context(), d.Subscriber, consumer)
	if err != nil {
		return false
	}
	more, err := client.Deliver(t.Context(), d.Subscriber, at, 1)
	return err == nil && len(more) == 0
}
