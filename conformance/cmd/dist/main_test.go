package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// folder makes the same files with other times, in another order.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "edokit")
	for i, name := range names {
		path := filepath.Join(dir, name)
		perm := os.FileMode(0o600)
		if filepath.Base(name) == "edo-dms" {
			perm = 0o700
		}
		when := time.Now().Add(-time.Duration(i) * time.Hour)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("the bytes of "+name), perm), os.Chtimes(path, when, when)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPack(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, name := range []string{"a.tar.gz", "a.zip"} {
		one, two := filepath.Join(t.TempDir(), name), filepath.Join(t.TempDir(), name)
		if err := errors.Join(pack(one, folder(t, "edo-dms", "proto/dms.proto", "README"), at), pack(two, folder(t, "README", "proto/dms.proto", "edo-dms"), at)); err != nil {
			t.Fatal(err)
		}
		first, err := os.ReadFile(one)
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(two)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s: the same files give other bytes", name)
		}
		want := map[string]string{
			"edokit/README": "-rw-r--r-- the bytes of README", "edokit/edo-dms": "-rwxr-xr-x the bytes of edo-dms", "edokit/proto/dms.proto": "-rw-r--r-- the bytes of proto/dms.proto",
		}
		if diff := cmp.Diff(want, unpack(t, name, first, at)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if err := pack(filepath.Join(t.TempDir(), "a.zip"), filepath.Join(t.TempDir(), "none"), at); err == nil {
		t.Error("a folder that is not there was packed")
	}
}

// unpack reads an archive with what everybody reads it with.
func unpack(t *testing.T, name string, raw []byte, at time.Time) map[string]string {
	t.Helper()
	got := map[string]string{}
	take := func(name, mode string, when time.Time, from io.Reader) {
		text, err := io.ReadAll(from)
		if err != nil || !when.Equal(at) {
			t.Errorf("%s: %v, of %v", name, err, when)
		}
		got[name] = mode + " " + string(text)
	}
	if filepath.Ext(name) == ".zip" {
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			take(f.Name, f.Mode().String(), f.Modified, r)
		}
		return got
	}
	g, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(g); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		take(h.Name, h.FileInfo().Mode().String(), h.ModTime, in)
	}
}
