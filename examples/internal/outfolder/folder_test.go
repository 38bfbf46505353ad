package outfolder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edokit/edokit/examples/internal/outfolder"
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
		if err := outfolder.Prepare(out, "demo", "sub"); err == nil || !strings.Contains(err.Error(), "-out") {
			t.Errorf("%s: %v", out, err)
		}
	}
	// The result of another example is foreign, too.
	other := t.TempDir()
	if err := outfolder.Prepare(other, "another"); err != nil {
		t.Fatal(err)
	}
	if err := outfolder.Prepare(other, "demo"); err == nil {
		t.Error("the folder of another example was emptied")
	}
	if text, err := os.ReadFile(kept); err != nil || string(text) != "mine" {
		t.Errorf("a file that is not ours was touched: %q, %v", text, err)
	}
}

// TestPrepareEmptiesItsOwn: new, empty and own folders are taken, and no old page survives the start.
func TestPrepareEmptiesItsOwn(t *testing.T) {
	t.Parallel()
	for name, out := range map[string]string{"empty": t.TempDir(), "new": filepath.Join(t.TempDir(), "a", "b")} {
		if err := outfolder.Prepare(out, "demo", "sub"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		page := filepath.Join(out, "index.html")
		if err := os.WriteFile(page, []byte("old success"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := outfolder.Prepare(out, "demo", "sub"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := os.Stat(page); !os.IsNotExist(err) {
			t.Errorf("%s: the old page is still there", name)
		}
	}
}
