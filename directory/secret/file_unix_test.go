//go:build unix

package secret_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

func TestKeyFileRights(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/master.key"
	if err := secret.CreateKey(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("made with %v, %v", info.Mode(), err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.OpenKey(path); !errors.Is(err, secret.KeyFileOpen) || !errors.Is(err, edo.Denied) {
			t.Errorf("%v: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := secret.AddKey(path); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("after AddKey %v", info.Mode())
	}
	if err := os.WriteFile(path, []byte(`{"key":"`+canary+`"`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.OpenKey(path); !errors.Is(err, secret.KeyFileMalformed) || strings.Contains(err.Error(), canary) {
		t.Errorf("half a file: %v", err)
	}
}
