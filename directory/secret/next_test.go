package secret_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

// watch is a clock that is set by hand.
type watch struct{ at time.Time }

func (w *watch) now() time.Time { return w.at }

func timed(t *testing.T, b *bundle, w *watch) *secret.Vault {
	t.Helper()
	ring, err := secret.OpenKey(b.key)
	must(t, err)
	v, err := secret.New(secret.Config{Rows: b.store, Blobs: b.store, Keyring: ring, Now: w.now})
	must(t, err)
	return v
}

func TestNextCredential(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	must(t, b.vault.SetPassword(ctx, "ours", edo.NewSecret("old")))
	before, err := b.vault.Account(ctx, "ours")
	must(t, err)
	if before.Next != nil {
		t.Error("there is a next one already")
	}
	must(t, b.vault.Next().SetPassword(ctx, "ours", edo.NewSecret("new")))
	both, err := b.vault.Account(ctx, "ours")
	must(t, err)
	if both.Login.Password.Reveal() != "old" || both.Next == nil || both.Next.Login.Password.Reveal() != "new" || both.Next.Login.Name != "user" {
		t.Fatal("not the present and the next one")
	}
	if both.Revision == before.Revision {
		t.Error("sessions that are open do not learn of it")
	}
	must(t, both.Next.Try(ctx))
	_, err = b.open(t, b.key).Rotate(ctx, nil) // in between
	must(t, err)
	must(t, both.Next.Won(ctx))
	must(t, both.Next.Won(ctx)) // twice changes nothing
	after, err := b.open(t, b.key).Account(ctx, "ours")
	must(t, err)
	if after.Login.Password.Reveal() != "new" || after.Next != nil || after.Revision == both.Revision {
		t.Error("the next one is not the present one")
	}
	all, err := b.vault.List(ctx)
	must(t, err)
	if len(all) != 1 || all[0].Version != 2 || all[0].Next {
		t.Errorf("the old one is not forgotten: %+v", all)
	}
}

// TestNextIsTriedSeldom: over all processes one try at a time, with longer and longer pauses.
func TestNextIsTriedSeldom(t *testing.T) {
	t.Parallel()
	b, ctx, w := setup(t), t.Context(), &watch{noon}
	must(t, b.vault.SetPassword(ctx, "ours", edo.NewSecret("old")))
	must(t, b.vault.Next().SetPassword(ctx, "ours", edo.NewSecret("new")))
	one, err := timed(t, b, w).Account(ctx, "ours")
	must(t, err)
	other, err := timed(t, b, w).Account(ctx, "ours")
	must(t, err)
	tries := 0
	for range 24 * 60 { // a day of asking every minute, from two processes
		for _, a := range []edo.Account{one, other} {
			err := a.Next.Try(ctx)
			if err == nil {
				tries++
			} else if !errors.Is(err, edo.NotReady) || edo.ReasonOf(err) != edo.LoginRefused {
				t.Fatal(err)
			}
		}
		w.at = w.at.Add(time.Minute)
	}
	if tries < 40 || tries > 55 { // at last every half hour
		t.Errorf("%d tries in a day", tries)
	}
	must(t, b.vault.Next().SetPassword(ctx, "ours", edo.NewSecret("mended")))
	must(t, other.Next.Won(ctx)) // what the operator said was about the one before
	a, err := b.vault.Account(ctx, "ours")
	must(t, err)
	if a.Login.Password.Reveal() != "old" || a.Next == nil || a.Next.Login.Password.Reveal() != "mended" {
		t.Error("a newer next one was taken for the one that won")
	}
	must(t, a.Next.Try(ctx)) // a new one is tried at once
	must(t, b.vault.DropNext(ctx, "ours"))
	if err := b.vault.DropNext(ctx, "ours"); !errors.Is(err, secret.CredentialsMissing) {
		t.Errorf("dropped twice: %v", err)
	}
	if err := b.vault.Next().SetIdentityToken(ctx, "ours", edo.NewSecret("x")); !errors.Is(err, directory.LoginMalformed) {
		t.Errorf("another way to log in: %v", err)
	}
}

func TestNextOfEveryWay(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	named := person(t, "Вход", ecKey(t))
	for kind, set := range map[directory.LoginKind]func(v *secret.Vault, word string) error{
		directory.LoginIdentityToken: func(v *secret.Vault, word string) error { return v.SetIdentityToken(ctx, "ours", edo.NewSecret(word)) },
		directory.LoginAccessToken:   func(v *secret.Vault, word string) error { return v.SetAccessToken(ctx, "ours", edo.NewSecret(word)) },
		directory.LoginCertificatePassword: func(v *secret.Vault, word string) error {
			return v.SetCertificatePassword(ctx, "ours", named, edo.NewSecret(word))
		},
	} {
		row := subscriber("ours")
		row.LoginKind = kind
		must(t, b.store.PutSubscriber(ctx, row))
		must(t, set(b.vault, "old"))
		must(t, set(b.vault.Next(), "new"))
		a, err := b.vault.Account(ctx, "ours")
		must(t, err)
		word := func(l edo.Login) string { return l.Password.Reveal() + l.Identity.Reveal() + l.Access.Reveal() }
		if word(a.Login) != "old" || a.Next == nil || word(a.Next.Login) != "new" {
			t.Errorf("%s: not the present and the next one", kind)
			continue
		}
		must(t, a.Next.Try(ctx))
		must(t, a.Next.Won(ctx))
		if a, err = b.vault.Account(ctx, "ours"); err != nil || word(a.Login) != "new" || a.Next != nil {
			t.Errorf("%s: not taken over, %v", kind, err)
		}
	}
}

func TestLastUse(t *testing.T) {
	t.Parallel()
	b, ctx, w := setup(t), t.Context(), &watch{noon}
	v := timed(t, b, w)
	must(t, v.SetPassword(ctx, "ours", edo.NewSecret("x")))
	used := func() time.Time {
		t.Helper()
		all, err := v.List(ctx)
		must(t, err)
		return all[0].UsedAt
	}
	if !used().IsZero() {
		t.Error("used before it was")
	}
	for _, step := range []struct{ ahead, want time.Duration }{{0, 0}, {59 * time.Minute, 0}, {time.Minute, time.Hour}} {
		w.at = w.at.Add(step.ahead)
		_, err := v.Account(ctx, "ours")
		must(t, err)
		if got := used(); !got.Equal(noon.Add(step.want)) {
			t.Errorf("used at %v, want %v later", got, step.want)
		}
	}
}
