package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

var errNoFile = errors.New("no such file")

// spoolAge is how long a file waits for its package.
const spoolAge = 24 * time.Hour

// spool keeps documents between their upload and the package that names them. Each upload is a file of its own, even of the
// same bytes: its name is random and ends with the digest.
type spool struct {
	dir   string
	limit int64 // bytes of all files together

	mu   sync.Mutex
	used int64 // reserved by uploads and taken by files
}

func openSpool(dir string, limit int64) (*spool, error) {
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chmod(dir, 0o700)); err != nil {
		return nil, fmt.Errorf("--spool: %w", err)
	}
	s := &spool{dir: dir, limit: limit}
	s.clean(time.Now())
	return s, nil
}

// clean removes what nobody came for and uploads that were cut off, and counts what is left.
func (s *spool) clean(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return // the next upload meets the same error, and tells it
	}
	var used int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue
		}
		if now.Sub(info.ModTime()) > spoolAge {
			_ = os.Remove(filepath.Join(s.dir, e.Name()))
			continue
		}
		used += info.Size()
	}
	s.used = used
}

// reserve takes room for an upload before its first byte is written.
func (s *spool) reserve(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+n > s.limit {
		return &edo.Error{
			Kind: edo.Unavailable, Reason: "spool-full", Op: "bridge.files", Message: "the spool is full",
			Remedy: "send the packages of the files that are there, wait until forgotten ones are removed, or raise --spool-limit",
		}
	}
	s.used += n
	return nil
}

func (s *spool) release(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = max(0, s.used-n)
}

// put stores size bytes of r, and gives the name of the file and the digest. It answers when they are on stable storage.
func (s *spool) put(r io.Reader, size int64) (string, edo.Digest, error) {
	if size <= 0 || size > edo.MaxDocumentSize {
		return "", edo.Digest{}, &edo.Error{
			Kind: edo.Invalid, Op: "bridge.files", Field: "content-length", Message: "is missing, or not between 1 byte and 1 GiB", Remedy: "send the size of the document",
		}
	}
	if size > s.limit {
		return "", edo.Digest{}, &edo.Error{
			Kind: edo.Invalid, Op: "bridge.files", Field: "content-length", Message: "is larger than the whole spool", Remedy: "let an administrator raise --spool-limit",
		}
	}
	if err := s.reserve(size); err != nil {
		return "", edo.Digest{}, err
	}
	name := rand.Text()
	digest, err := s.write(r, size, name)
	if err != nil {
		s.release(size)
	}
	return name + "-" + digest.String(), digest, err
}

func (s *spool) write(r io.Reader, size int64, id string) (edo.Digest, error) {
	name := filepath.Join(s.dir, id)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return edo.Digest{}, err
	}
	defer func() { _ = os.Remove(name) }() // it has its whole name by then
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(r, size+1))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return edo.Digest{}, err
	}
	if n != size {
		return edo.Digest{}, &edo.Error{Kind: edo.Invalid, Op: "bridge.files", Message: fmt.Sprintf("%d bytes came, %d were announced", n, size), Remedy: "send the file again"}
	}
	digest := edo.Digest(h.Sum(nil))
	return digest, os.Rename(name, name+"-"+digest.String())
}

// content opens a file for its package; field says where the package names it.
func (s *spool) content(field, name string) (edo.Content, error) {
	id, sum, _ := strings.Cut(name, "-")
	d, err := edo.ParseDigest(sum)
	if err != nil || edo.CheckID("", id) != nil {
		return edo.Content{}, &edo.Error{Kind: edo.Invalid, Op: "bridge.packages", Field: field, Message: "is not the name of a file", Remedy: "use what PUT /v1/files has answered as file"}
	}
	path := filepath.Join(s.dir, id+"-"+d.String())
	info, err := os.Stat(path)
	if err != nil {
		return edo.Content{}, &edo.Error{
			Kind: edo.NotFound, Op: "bridge.packages", Field: field, Message: "is not in the spool", Remedy: "put the file first; files are removed when their package is taken, or after a day",
			Err: errNoFile,
		}
	}
	return edo.Content{Digest: d, Size: info.Size(), Open: func(context.Context) (io.ReadCloser, error) { return os.Open(path) }}, nil
}

// drop removes files whose package is durable in the plugin.
func (s *spool) drop(names []string) {
	for _, name := range names {
		path := filepath.Join(s.dir, filepath.Base(name))
		if info, err := os.Stat(path); err == nil && os.Remove(path) == nil {
			s.release(info.Size())
		}
	}
}
