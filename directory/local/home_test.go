package local_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "home")
	for range 2 { // a new one, then the same again
		h, err := local.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := local.Open(t.Context(), ""); !errors.Is(err, edo.Invalid) {
		t.Errorf("no folder: %v", err)
	}
	// A lost key is a loud error, never a new key beside an old database.
	if err := os.Remove(filepath.Join(path, local.KeyFile)); err != nil {
		t.Fatal(err)
	}
	if h, err := local.Open(t.Context(), path); !errors.Is(err, secret.KeyFileMissing) || h != nil {
		t.Errorf("without its key: %v", err)
	}
}
