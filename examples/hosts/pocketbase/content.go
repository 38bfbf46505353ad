package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"github.com/edokit/edokit/edo"
)

const edoMaxSignature = edo.MaxSignatureSize

// guardVersions keeps what a version is: its digest is that of the bytes that PocketBase is given, whoever gives them, and neither
// changes afterwards, because a signature is over exactly these.
func (d *desk) guardVersions() {
	d.app.OnRecordCreate(versions).BindFunc(func(e *core.RecordEvent) error {
		files := e.Record.GetUnsavedFiles("file")
		if len(files) != 1 {
			return errors.New("a version has one file")
		}
		digest, size, err := digestOf(files[0])
		if err != nil {
			return err
		}
		e.Record.Set("sha256", digest.String())
		e.Record.Set("size", size)
		if e.Record.GetInt("number") == 0 {
			n, err := lastVersion(e.App, e.Record.GetString("card"))
			if err != nil {
				return err
			}
			e.Record.Set("number", n+1)
		}
		return e.Next()
	})
	d.app.OnRecordUpdate(versions).BindFunc(func(e *core.RecordEvent) error {
		for _, field := range []string{"file", "sha256", "size", "card", "role", "number"} {
			if e.Record.GetString(field) != e.Record.Original().GetString(field) {
				return errors.New("a version does not change: add another one")
			}
		}
		return e.Next()
	})
}

func digestOf(f *filesystem.File) (edo.Digest, int64, error) {
	r, err := f.Reader.Open()
	if err != nil {
		return edo.Digest{}, 0, err
	}
	defer r.Close()
	return edo.DigestOf(r)
}

// lastVersion is the number of the last version of a card, 0 if it has none.
func lastVersion(app core.App, card string) (n int, err error) {
	err = app.DB().NewQuery("SELECT COALESCE(MAX(number), 0) FROM versions WHERE card = {:card}").Bind(map[string]any{"card": card}).Row(&n)
	return n, err
}

// stream gives the bytes of a version from PocketBase's storage, wherever that is. They are hashed again while they are read: the
// plugin compares what it got with what the package says.
func (d *desk) stream(v *core.Record) (edo.Content, error) {
	digest, err := edo.ParseDigest(v.GetString("sha256"))
	return edo.Content{Digest: digest, Size: int64(v.GetInt("size")), Open: func(context.Context) (io.ReadCloser, error) {
		storage, err := d.app.NewFilesystem()
		if err != nil {
			return nil, err
		}
		r, err := storage.GetReader(v.BaseFilesPath() + "/" + v.GetString("file"))
		if err != nil {
			return nil, errors.Join(err, storage.Close())
		}
		return &stored{r, storage}, nil
	}}, err
}

type stored struct {
	io.ReadCloser
	storage io.Closer
}

func (s *stored) Close() error { return errors.Join(s.ReadCloser.Close(), s.storage.Close()) }

// fetched is a file on its way into PocketBase, which takes files by their path.
type fetched struct {
	folder string
	file   *filesystem.File
}

// fetch has content written to a file of its own. PocketBase copies it into its storage when the record is saved, so that a
// document lies on the disk twice for a moment, and in memory never.
func (d *desk) fetch(name string, write func(path string) error) (f fetched, err error) {
	if f.folder, err = os.MkdirTemp(d.Dir, ".fetch-"); err != nil {
		return f, err
	}
	path := filepath.Join(f.folder, name)
	if err = write(path); err == nil {
		f.file, err = filesystem.NewFileFromPath(path)
	}
	if err != nil {
		err = errors.Join(err, f.remove())
	}
	return f, err
}

func (f fetched) remove() error { return os.RemoveAll(f.folder) }

// settle brings the stored file of a record to the disk for good: PocketBase renames it into place and leaves the rest to
// the system. Storage in S3 needs none of it, and Windows has no such call for folders.
func (d *desk) settle(r *core.Record) error {
	if d.app.Settings().S3.Enabled {
		return nil
	}
	path := filepath.Join(d.Dir, core.LocalStorageDirName, filepath.FromSlash(r.BaseFilesPath()), r.GetString("file"))
	for _, p := range []string{path, filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		if p != path && runtime.GOOS == "windows" {
			break
		}
		if err := flush(p); err != nil {
			return err
		}
	}
	return nil
}

func flush(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
