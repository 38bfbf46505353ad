package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrepareSparesForeignFolders: what is not ours stays as it is.
func TestPrepareSparesForeignFolders(t *testing.T) {
	t.Parallel()
	foreign := filepath.Join(t.TempDir(), "letters")
	kept := filepath.Join(foreign, "index.html")
	if err := os.Mkdir(foreign, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{foreign, kept} {
		if err := prepare(out); err == nil || !strings.Contains(err.Error(), "-out") {
			t.Errorf("%s: %v", out, err)
		}
	}
	if string(read(t, kept)) != "mine" {
		t.Error("a file that is not ours was touched")
	}
}

// TestPrepareEmptiesItsOwn: new, empty and own folders are taken, and no old page survives the start.
func TestPrepareEmptiesItsOwn(t *testing.T) {
	t.Parallel()
	for name, out := range map[string]string{"empty": t.TempDir(), "new": filepath.Join(t.TempDir(), "a", "b")} {
		if err := prepare(out); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		page := filepath.Join(out, "index.html")
		if err := os.WriteFile(page, []byte("old success"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := prepare(out); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := os.Stat(page); !os.IsNotExist(err) {
			t.Errorf("%s: the old page is still there", name)
		}
	}
}
