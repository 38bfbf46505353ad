package subjects

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/archivetest"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

// Folder is the archive that keeps its entries as files.
func Folder() archivetest.Config { return archivetest.Config{New: folder, Sizes: []int{32 << 10}} }

func folder(t conformance.T, most int64) archivetest.Instance {
	t.Helper()
	dir := t.TempDir()
	entry := func(d edo.Digest) string { return filepath.Join(dir, d.String()[:2], d.String()) }
	return archivetest.Instance{
		Open: func(t conformance.T) edo.Depot {
			t.Helper()
			a, err := archive.Open(archive.Config{Path: dir, MaxSize: most})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = a.Close() })
			return a
		},
		Damage: func(t conformance.T, d edo.Digest, change func([]byte) []byte) {
			t.Helper()
			raw, err := os.ReadFile(entry(d))
			if err == nil {
				err = os.WriteFile(entry(d), change(raw), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		Age: func(t conformance.T, d edo.Digest, at time.Time) {
			t.Helper()
			if err := os.Chtimes(entry(d), at, at); err != nil {
				t.Fatal(err)
			}
		},
		Names: func(t conformance.T) []string {
			t.Helper()
			var names []string
			err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					names = append(names, p)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return names
		},
	}
}
