package console_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory/console"
	"github.com/edokit/edokit/edo"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	p := &console.Passwords{Path: filepath.Join(t.TempDir(), console.PasswordFile)}
	right, wrong := edo.NewSecret("четыре слова и пробел"), edo.NewSecret("четыре слова и пробеL")
	if _, ok, err := p.Verify(t.Context(), "a", right); ok || err != nil {
		t.Errorf("without a file: %v, %v", ok, err)
	}
	if err := p.Set("dear", right); err != nil { // once with what it costs in earnest
		t.Fatal(err)
	}
	for _, actor := range []edo.ActorID{"a", "b"} {
		if err := p.Cheap().Set(actor, right); err != nil {
			t.Fatal(err)
		}
	}
	stampA, ok, err := p.Verify(t.Context(), "a", right)
	if !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	stampB, ok, err := p.Verify(t.Context(), "b", right)
	if !ok || err != nil || stampA == stampB {
		t.Errorf("two people with one password share a hash: %v, %v", ok, err)
	}
	for actor, password := range map[edo.ActorID]edo.Secret{"a": wrong, "b": edo.NewSecret(""), "c": right, "": right} {
		if _, ok, err := p.Verify(t.Context(), actor, password); ok || err != nil {
			t.Errorf("%s: %v, %v", actor, ok, err)
		}
	}
	raw, err := os.ReadFile(p.Path)
	if err != nil || !strings.Contains(string(raw), `"rounds": 600000`) {
		t.Errorf("%s, %v", raw, err)
	}
	all, err := p.List()
	if err != nil {
		t.Fatal(err)
	}
	var names []edo.ActorID
	for _, l := range all {
		names = append(names, l.Actor)
	}
	if diff := cmp.Diff([]edo.ActorID{"a", "b", "dear"}, names); diff != "" {
		t.Error(diff)
	}
	if err := p.Remove("b"); err != nil {
		t.Fatal(err)
	}
	if err := p.Remove("b"); !errors.Is(err, edo.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
	for _, bad := range []string{"short", "two\nlines of text", strings.Repeat("x", 1025), "not UTF-8 \xff\xff\xff"} {
		if err := p.Set("a", edo.NewSecret(bad)); !errors.Is(err, console.PasswordMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if again, err := p.Stamp(t.Context(), "a"); err != nil || again != stampA {
		t.Errorf("refused passwords changed something: %v", err)
	}
}

// TestPasswordFile: what others may read, what is no list and what another command is writing is refused, and stays as it is.
func TestPasswordFile(t *testing.T) {
	t.Parallel()
	p := (&console.Passwords{Path: filepath.Join(t.TempDir(), console.PasswordFile)}).Cheap()
	secret := edo.NewSecret("four words and a space")
	if err := p.Set("a", secret); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.Path+".new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Set("b", secret); !errors.Is(err, edo.Conflict) {
		t.Errorf("while another writes: %v", err)
	}
	if err := os.Remove(p.Path + ".new"); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Chmod(p.Path, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := p.Verify(t.Context(), "a", secret); ok || !errors.Is(err, edo.Denied) {
			t.Errorf("open to others: %v, %v", ok, err)
		}
	}
	if err := os.Chmod(p.Path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.Path, []byte(`{"users":{"a":{"kdf":"plain","hash":"eA=="}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := p.Verify(t.Context(), "a", secret); ok || err == nil {
		t.Errorf("an unknown hash: %v, %v", ok, err)
	}
	if err := os.WriteFile(p.Path, []byte(`{"users":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Set("b", secret); err == nil {
		t.Error("a broken file was written over")
	}
	if _, err := os.Stat(p.Path + ".new"); err == nil {
		t.Error("a new file is left behind")
	}
}
