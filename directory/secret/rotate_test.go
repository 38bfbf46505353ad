package secret_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// many seals one secret of each kind.
func (b *bundle) many(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	for _, s := range []edo.SubscriberID{"ours", "theirs"} {
		must(t, b.vault.SetPassword(ctx, s, edo.NewSecret(canary+string(s))))
		must(t, b.vault.SetIdentityToken(ctx, s, edo.NewSecret("token "+string(s))))
	}
	key := ecKey(t)
	b.putSigner(t, directory.Signer{ID: "head", Certificate: person(t, "Иванов", key), Enabled: true})
	must(t, b.vault.SetSignerKey(ctx, "ours", "head", key))
}

// works opens what many has sealed.
func works(t *testing.T, when string, v *secret.Vault) {
	t.Helper()
	for _, s := range []edo.SubscriberID{"ours", "theirs"} {
		a, err := v.Account(t.Context(), s)
		if err != nil || a.Login.Password.Reveal() != canary+string(s) {
			t.Errorf("%s: the password of %s: %v", when, s, err)
		}
	}
	if _, err := v.Signer(t.Context(), "ours", "head", "x", noon); err != nil {
		t.Errorf("%s: the key of the signer: %v", when, err)
	}
}

// sealedBy tells by which epochs and master keys the rows are sealed.
func (b *bundle) sealedBy(t *testing.T) (epochs map[int64]int, masters map[uint32]int) {
	t.Helper()
	epochs, masters = map[int64]int{}, map[uint32]int{}
	rows, err := b.store.AllSealed(t.Context())
	must(t, err)
	for _, r := range rows {
		epochs[r.Epoch]++
	}
	keys, err := b.store.DataKeys(t.Context())
	must(t, err)
	for _, k := range keys {
		masters[k.Master]++
	}
	return epochs, masters
}

func TestRotation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.many(t)
	before, err := b.vault.List(t.Context()) // makes the key of fingerprints as well
	must(t, err)
	old, err := b.vault.Account(t.Context(), "ours")
	must(t, err)
	running := b.open(t, b.key) // another process, which has the store open and does nothing
	var told []secret.Progress
	p, err := b.vault.Rotate(t.Context(), func(p secret.Progress) { told = append(told, p) })
	must(t, err)
	if p.Secrets != 5 || p.Keys != 1 || p.Left != 0 || p.Epoch != 2 || p.Resumed || len(told) != 6 {
		t.Errorf("%+v, told %d times", p, len(told))
	}
	epochs, masters := b.sealedBy(t)
	if diff := cmp.Diff(map[int64]int{2: 5}, epochs); diff != "" {
		t.Errorf("epochs (-want +got):\n%s", diff)
	}
	if len(masters) != 1 || masters[p.Master] != 3 {
		t.Errorf("master keys %v, want only %d", masters, p.Master)
	}
	works(t, "here", b.vault)
	works(t, "in a process that runs", running)
	works(t, "in a new process", b.open(t, b.key))
	must(t, running.SetAccessToken(t.Context(), "ours", edo.NewSecret("x")))
	if epochs, _ := b.sealedBy(t); epochs[2] != 6 {
		t.Errorf("the process that runs has sealed by %v", epochs)
	}
	a, err := b.vault.Account(t.Context(), "ours")
	if err != nil || a.Revision != old.Revision {
		t.Errorf("sessions are opened anew, %v", err)
	}
	after, err := b.vault.List(t.Context())
	must(t, err)
	after = slices.DeleteFunc(after, func(l secret.Listed) bool { return l.Name.Field == "access-token" })
	for i := range before {
		before[i].Epoch, after[i].UsedAt = 2, time.Time{}
	}
	if diff := cmp.Diff(before, after); diff != "" || before[0].Fingerprint == "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

// TestRotationIsKilled at every named point, and goes on.
func TestRotationIsKilled(t *testing.T) {
	t.Parallel()
	type killed struct{}
	for stop := range 20 {
		b := setup(t)
		b.many(t)
		left := stop
		cfg := secret.Config{Rows: b.store, Blobs: b.store, Now: func() time.Time { return noon }, Trace: func(context.Context, string) {
			if left--; left < 0 {
				panic(killed{})
			}
		}}
		var err error
		cfg.Keyring, err = secret.OpenKey(b.key)
		must(t, err)
		doomed, err := secret.New(cfg)
		must(t, err)
		done := func() (done bool) {
			defer func() {
				if p := recover(); p != nil && p != any(killed{}) {
					panic(p)
				}
			}()
			_, err := doomed.Rotate(t.Context(), nil)
			must(t, err)
			return true
		}()
		works(t, fmt.Sprintf("killed at %d", stop), b.vault)
		if done {
			if stop < 8 {
				t.Errorf("only %d points were passed", stop)
			}
			return
		}
		p, err := b.open(t, b.key).Rotate(t.Context(), nil)
		must(t, err)
		if epochs, masters := b.sealedBy(t); p.Epoch != 2 || len(epochs) != 1 || epochs[2] != 5 || len(masters) != 1 {
			t.Errorf("killed at %d, then %+v: epochs %v, master keys %v", stop, p, epochs, masters)
		}
		if p.Resumed != (stop > 0) {
			t.Errorf("killed at %d: resumed %v", stop, p.Resumed)
		}
		works(t, fmt.Sprintf("gone on after %d", stop), b.vault)
	}
	t.Error("it never came to its end")
}

// failing fails one call of the store.
type failing struct {
	secret.Blobs
	left int
}

var errStore = &edo.Error{Kind: edo.Unavailable, Reason: directory.StoreBusy}

func (f *failing) next() error {
	if f.left--; f.left == 0 {
		return errStore
	}
	return nil
}

func (f *failing) Sealed(ctx context.Context, n directory.SecretName) (directory.SealedSecret, error) {
	if err := f.next(); err != nil {
		return directory.SealedSecret{}, err
	}
	return f.Blobs.Sealed(ctx, n)
}

func (f *failing) DataKey(ctx context.Context, s edo.SubscriberID, epoch int64) (directory.DataKey, error) {
	if err := f.next(); err != nil {
		return directory.DataKey{}, err
	}
	return f.Blobs.DataKey(ctx, s, epoch)
}

func (f *failing) PutDataKey(ctx context.Context, k directory.DataKey) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.Blobs.PutDataKey(ctx, k)
}

func (f *failing) Reseal(ctx context.Context, n directory.SecretName, old []byte, epoch int64, seal []byte) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.Blobs.Reseal(ctx, n, old, epoch, seal)
}

func (f *failing) BeginRotation(ctx context.Context, epoch int64, master uint32) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.Blobs.BeginRotation(ctx, epoch, master)
}

func (f *failing) EndRotation(ctx context.Context, epoch int64) (int, error) {
	if err := f.next(); err != nil {
		return 0, err
	}
	return f.Blobs.EndRotation(ctx, epoch)
}

// TestRotationFails at every call of the store once, and goes on.
func TestRotationFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.many(t)
	for n := 1; ; n++ {
		ring, err := secret.OpenKey(b.key)
		must(t, err)
		v, err := secret.New(secret.Config{Rows: b.store, Blobs: &failing{b.store, n}, Keyring: ring})
		must(t, err)
		_, err = v.Rotate(t.Context(), nil)
		works(t, fmt.Sprintf("call %d failed", n), b.vault)
		if err == nil {
			if n < 20 {
				t.Errorf("only %d calls", n)
			}
			break
		}
		if !errors.Is(err, directory.StoreBusy) {
			t.Fatal(err)
		}
		_, err = b.vault.Rotate(t.Context(), nil)
		must(t, err)
		if epochs, masters := b.sealedBy(t); len(epochs) != 1 || len(masters) != 1 {
			t.Errorf("call %d failed, then: epochs %v, master keys %v", n, epochs, masters)
		}
	}
}

// TestRotationBesideOthers: other processes set and open while keys change.
func TestRotationBesideOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.many(t)
	var all sync.WaitGroup
	stop := make(chan struct{})
	for i := range 3 {
		v := b.open(t, b.key)
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				want := fmt.Sprint(i, " ", n)
				if i == 0 {
					if err := v.SetAccessToken(t.Context(), "ours", edo.NewSecret(want)); err != nil {
						t.Errorf("set: %v", err)
					}
				}
				a, err := v.Account(t.Context(), "ours")
				if err != nil || a.Login.Password.Reveal() != canary+"ours" {
					t.Errorf("open: %v", err)
				}
			}
		})
	}
	for range 5 {
		_, err := b.vault.Rotate(t.Context(), nil)
		must(t, err)
	}
	close(stop)
	all.Wait()
	if epochs, masters := b.sealedBy(t); epochs[6] != 6 || len(epochs) != 1 || len(masters) != 1 {
		t.Errorf("epochs %v, master keys %v", epochs, masters)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	must(t, err)
	must(t, os.WriteFile(to, text, 0o600))
}

// TestLostKey is the drill of whoever has lost the key file for good.
func TestLostKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.many(t)
	other := filepath.Join(t.TempDir(), "new.key")
	must(t, secret.CreateKey(other))
	v := b.open(t, other)
	for what, err := range map[string]error{
		"open": second(v.Account(t.Context(), "ours")), "set": v.SetPassword(t.Context(), "ours", edo.NewSecret("x")), "rotate": second(v.Rotate(t.Context(), nil)),
	} {
		var e *edo.Error
		if !errors.Is(err, secret.KeyVersionMissing) || !errors.As(err, &e) || e.Remedy == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if all, err := v.List(t.Context()); err != nil || len(all) != 5 || all[0].Fingerprint != "" {
		t.Errorf("list %+v, %v", all, err)
	}
	works(t, "the right key again", b.vault) // nothing of it has harmed what is there
	must(t, v.StartOver(t.Context()))
	if _, err := v.Account(t.Context(), "ours"); !errors.Is(err, secret.CredentialsMissing) {
		t.Errorf("after the new start: %v", err)
	}
	must(t, v.SetPassword(t.Context(), "ours", edo.NewSecret("again")))
	if a, err := v.Account(t.Context(), "ours"); err != nil || a.Login.Password.Reveal() != "again" {
		t.Errorf("set again: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestRestoredBackup is the drill of whoever restores one of the two from an older copy.
func TestRestoredBackup(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.many(t)
	folder := t.TempDir()
	oldKey, oldStore := filepath.Join(folder, "old.key"), filepath.Join(folder, "old.db")
	copyFile(t, b.key, oldKey)
	backup(t, b, oldStore)
	_, err := b.vault.Rotate(t.Context(), nil)
	must(t, err)
	if _, err := b.open(t, oldKey).Account(t.Context(), "ours"); !errors.Is(err, secret.KeyVersionMissing) {
		t.Errorf("an old key beside a new store: %v", err)
	}
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: oldStore, Now: func() time.Time { return noon }})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	restored := &bundle{store: s, key: b.key}
	restored.vault = restored.open(t, b.key)
	works(t, "an old store beside a new key", restored.vault)
	_, err = restored.vault.Rotate(t.Context(), nil)
	must(t, err)
	works(t, "rotated", restored.vault)
}

// backup copies the database as an administrator would, with nobody writing.
func backup(t *testing.T, b *bundle, to string) {
	t.Helper()
	must(t, b.store.Close())
	path := filepath.Join(filepath.Dir(b.key), "edo.db")
	copyFile(t, path, to)
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Now: func() time.Time { return noon }})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	b.store = s
	b.vault = b.open(t, b.key)
}

// TestForeignRows: rows of another installation do not open, even with the same master key.
func TestForeignRows(t *testing.T) {
	t.Parallel()
	one, two := setup(t), setup(t)
	copyFile(t, one.key, two.key)
	two.vault = two.open(t, two.key)
	must(t, one.vault.SetPassword(t.Context(), "ours", edo.NewSecret("one")))
	must(t, two.vault.SetPassword(t.Context(), "ours", edo.NewSecret("two")))
	name := directory.SecretName{Subscriber: "ours", Kind: "login", Field: "password"}
	row, err := one.store.Sealed(t.Context(), name)
	must(t, err)
	key, err := one.store.DataKey(t.Context(), "ours", 1)
	must(t, err)
	theirs, err := two.store.DataKey(t.Context(), "ours", 1)
	must(t, err)
	must(t, two.store.PutSealed(t.Context(), name, 1, row.Bytes))
	if _, err := two.vault.Account(t.Context(), "ours"); !errors.Is(err, secret.SealBroken) {
		t.Errorf("a row of another installation: %v", err)
	}
	must(t, two.store.Rewrap(t.Context(), key, theirs.Wrapped))
	if _, err := two.vault.Account(t.Context(), "ours"); !errors.Is(err, secret.SealBroken) {
		t.Errorf("its data key as well: %v", err)
	}
}

func TestKeyFromTheEnvironment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.many(t)
	text, err := os.ReadFile(b.key)
	must(t, err)
	for _, value := range []string{string(text), base64.StdEncoding.EncodeToString(text) + "\n"} {
		ring, err := secret.ParseKey(edo.NewSecret(value))
		must(t, err)
		v, err := secret.New(secret.Config{Rows: b.store, Blobs: b.store, Keyring: ring})
		must(t, err)
		works(t, "from the environment", v)
	}
	for _, value := range []string{"", "x", "{}", canary} {
		if _, err := secret.ParseKey(edo.NewSecret(value)); !errors.Is(err, secret.KeyFileMalformed) || bytes.Contains([]byte(err.Error()), []byte(canary)) {
			t.Errorf("%q: %v", value, err)
		}
	}
	// A new version is put into the environment by hand and then taken into use.
	more := filepath.Join(t.TempDir(), "more.key")
	must(t, secret.ExtendKey(edo.NewSecret(string(text)), more))
	grown, err := os.ReadFile(more)
	must(t, err)
	ring, err := secret.ParseKey(edo.NewSecret(string(grown)))
	must(t, err)
	v, err := secret.New(secret.Config{Rows: b.store, Blobs: b.store, Keyring: ring})
	must(t, err)
	p, err := v.Rotate(t.Context(), nil)
	must(t, err)
	works(t, "rotated in the environment", v)
	if p.Master != ring.Newest() {
		t.Errorf("%+v does not use the newest version", p)
	}
	if _, err := b.vault.Account(t.Context(), "ours"); !errors.Is(err, secret.KeyVersionMissing) {
		t.Errorf("the old value: %v", err)
	}
}
