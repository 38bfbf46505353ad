package archive

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	temporary = "tmp"
	leaving   = "gone"
	// stale is how long an unfinished file must be untouched before it counts as left by a dead process. Writers that
	// live write at least once a day; a younger file may belong to another process of this machine.
	stale = 24 * time.Hour
)

// Config of [Open]. Only Path is required.
type Config struct {
	Path    string           // folder; made with mode 0700 if absent
	MaxSize int64            // of one entry in bytes; 0: [edo.MaxDocumentSize]
	Now     func() time.Time // nil: time.Now
	NewID   func() string    // unique file names without separators; nil: random

	// Step runs each file operation that makes or keeps an entry: create, write, sync, rename, sync-folder, touch; nil:
	// just do. For tests that let one fail, before its effect or after it.
	Step func(name string, do func() error) error
}

// Archive is an open folder. It is safe for use by several goroutines and shares the folder with other processes.
type Archive struct {
	root  *os.Root
	max   int64
	now   func() time.Time
	newID func() string
	step  func(name string, do func() error) error
}

var _ edo.Depot = (*Archive)(nil)

// Open opens the folder, makes what is missing in it and sweeps what dead processes left unfinished.
func Open(cfg Config) (*Archive, error) {
	if cfg.Path == "" {
		return nil, &edo.Error{Kind: edo.Invalid, Op: "archive.Open", Field: "path", Message: "is empty", Remedy: "name a folder on a local disk"}
	}
	if cfg.MaxSize <= 0 {
		cfg.MaxSize = edo.MaxDocumentSize
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = rand.Text
	}
	if cfg.Step == nil {
		cfg.Step = func(_ string, do func() error) error { return do() }
	}
	if err := os.MkdirAll(cfg.Path, 0o700); err != nil {
		return nil, classify("archive.Open", err)
	}
	root, err := os.OpenRoot(cfg.Path)
	if err != nil {
		return nil, classify("archive.Open", err)
	}
	a := &Archive{root: root, max: cfg.MaxSize, now: cfg.Now, newID: cfg.NewID, step: cfg.Step}
	if err := errors.Join(a.prepare(cfg.Path), a.sweep(cfg.Now().Add(-stale)), a.takeBack()); err != nil {
		_ = root.Close()
		return nil, classify("archive.Open", err)
	}
	return a, nil
}

// Close lets go of the folder. Blobs not committed are lost and swept later.
func (a *Archive) Close() error { return a.root.Close() }

// prepare makes every folder an entry may need, so that a commit has one folder to sync and not three.
func (a *Archive) prepare(folder string) error {
	made := false
	for _, name := range folders() {
		switch err := a.root.Mkdir(name, 0o700); {
		case err == nil:
			made = true
		case !errors.Is(err, fs.ErrExist):
			return err
		}
	}
	if !made {
		return nil
	}
	if err := syncFolder(a.root, "."); err != nil {
		return err
	}
	return syncPath(filepath.Dir(filepath.Clean(folder)))
}

func folders() []string {
	const digits = "0123456789abcdef"
	names := []string{temporary, leaving}
	for _, high := range digits {
		for _, low := range digits {
			names = append(names, string(high)+string(low))
		}
	}
	return names
}

func (a *Archive) sweep(before time.Time) error {
	entries, err := fs.ReadDir(a.root.FS(), temporary)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.ModTime().Before(before) {
			err = a.root.Remove(path.Join(temporary, e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // another process may sweep or finish it first
			return err
		}
	}
	return nil
}

// place is where the bytes of d stand.
func place(d edo.Digest) string {
	name := d.String()
	return path.Join(name[:2], name)
}

// Create starts an entry. Nobody can see it before its Commit.
func (a *Archive) Create(ctx context.Context) (edo.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, classify("archive.Create", err)
	}
	name := path.Join(temporary, a.newID())
	var f *os.File
	err := a.step("create", func() (err error) {
		f, err = a.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		return err
	})
	if err != nil {
		return nil, classify("archive.Create", err)
	}
	return newBlob(a, f, name), nil
}
