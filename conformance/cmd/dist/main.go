// Command dist packs a folder into an archive whose bytes depend on nothing but the files: names in order, one time for all,
// no owner. With the name of the archive ending in .zip it makes one for Windows, else a gzipped tar.
//
//	dist -out edokit.tar.gz -time 1764547200 FOLDER
//
// It is what `make dist` packs with; releases are compared by their SHA256SUMS.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	out := flag.String("out", "", "archive to be made: NAME.zip or NAME.tar.gz")
	at := flag.Int64("time", 0, "time of every file, Unix seconds")
	flag.Parse()
	if *out == "" || flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := pack(*out, flag.Arg(0), time.Unix(*at, 0).UTC()); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// member writes the head of one file and gives where its bytes go.
type member func(name string, size int64, program bool) (io.Writer, error)

// pack writes the archive beside its place and moves it there when it is whole.
func pack(out, folder string, at time.Time) (err error) {
	f, err := os.Create(out + ".part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if strings.HasSuffix(out, ".zip") {
		err = zipped(f, folder, at)
	} else {
		err = tarred(f, folder, at)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), out)
}

func zipped(to io.Writer, folder string, at time.Time) error {
	z := zip.NewWriter(to)
	err := each(folder, func(name string, _ int64, program bool) (io.Writer, error) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at}
		h.SetMode(mode(program))
		return z.CreateHeader(h)
	})
	return errors.Join(err, z.Close())
}

func tarred(to io.Writer, folder string, at time.Time) error {
	g, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(g)
	err = each(folder, func(name string, size int64, program bool) (io.Writer, error) {
		return t, t.WriteHeader(&tar.Header{Name: name, Size: size, Mode: int64(mode(program)), ModTime: at, Format: tar.FormatUSTAR})
	})
	return errors.Join(err, t.Close(), g.Close())
}

func mode(program bool) fs.FileMode {
	if program {
		return 0o755
	}
	return 0o644
}

// each goes through the files in the order of their names, under the name of the folder itself.
func each(folder string, add member) error {
	top := filepath.Base(folder)
	return filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		inside, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		w, err := add(path.Join(top, filepath.ToSlash(inside)), info.Size(), info.Mode()&0o100 != 0)
		if err != nil {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, f)
		return errors.Join(err, f.Close())
	})
}
