package mockoperator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// Blob is content kept in the spool folder under its digest.
type Blob struct {
	SHA256 string // hex, lower case
	Size   int64  // bytes
	Path   string
}

// smallBlob is what is collected in memory before a file is opened: the same small document posted a thousand times then
// costs one file and no writes.
const smallBlob = 256 << 10

type spool struct{ dir string }

// spoolError is a failure of our disk, which must not pass for a fault of the request.
type spoolError struct{ err error }

func (e *spoolError) Error() string { return "mockoperator: spool: " + e.err.Error() }
func (e *spoolError) Unwrap() error { return e.err }

// keep runs write with a sink that hashes and stores what it gets; mem is room to collect small content in. What write
// refuses is not stored.
func (s spool) keep(mem *bytes.Buffer, write func(io.Writer) error) (Blob, error) {
	mem.Reset()
	w := &blobWriter{dir: s.dir, sum: sha256.New(), mem: mem}
	err := write(w)
	if err == nil {
		return w.commit()
	}
	w.discard()
	return Blob{}, err
}

type blobWriter struct {
	dir  string
	sum  hash.Hash
	size int64
	mem  *bytes.Buffer
	file *os.File
}

func (w *blobWriter) Write(p []byte) (int, error) {
	w.sum.Write(p)
	w.size += int64(len(p))
	if w.file == nil && w.size <= smallBlob {
		return w.mem.Write(p)
	}
	if err := w.spill(); err != nil {
		return 0, err
	}
	n, err := w.file.Write(p)
	if err != nil {
		return n, &spoolError{err}
	}
	return n, nil
}

func (w *blobWriter) spill() error {
	if w.file != nil {
		return nil
	}
	f, err := os.CreateTemp(w.dir, "incoming-*")
	if err != nil {
		return &spoolError{err}
	}
	w.file = f
	if _, err = f.Write(w.mem.Bytes()); err != nil {
		return &spoolError{err}
	}
	return nil
}

func (w *blobWriter) commit() (Blob, error) {
	b := Blob{SHA256: hex.EncodeToString(w.sum.Sum(nil)), Size: w.size}
	b.Path = filepath.Join(w.dir, b.SHA256)
	if _, err := os.Stat(b.Path); err == nil {
		w.discard()
		return b, nil
	}
	if err := w.spill(); err != nil {
		w.discard()
		return Blob{}, err
	}
	if err := w.file.Close(); err != nil {
		return Blob{}, &spoolError{err}
	}
	// Two requests may bring the same bytes at once: both renames put the same content under the same name.
	if err := os.Rename(w.file.Name(), b.Path); err != nil {
		return Blob{}, &spoolError{err}
	}
	return b, nil
}

func (w *blobWriter) discard() {
	if w.file != nil {
		_ = w.file.Close() // it is thrown away
		_ = os.Remove(w.file.Name())
	}
}
