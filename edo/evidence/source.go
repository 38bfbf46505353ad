package evidence

import (
	"archive/zip"
	"errors"
	"io"
	"sync/atomic"
)

// source is the archive's file. It tells a failing disk from a faulty ZIP, and rations the table of contents, whose
// length the ZIP states itself: a gigabyte of it would become several of headers in memory.
type source struct {
	r      io.ReaderAt
	ration atomic.Int64
	listed atomic.Bool // the table of contents has been read; entries have limits of their own
}

// sourceError is a failure of the file below, not of what it holds.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

var errRation = errors.New("the table of contents is longer than the limit of entries allows")

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if !s.listed.Load() && s.ration.Add(-int64(len(p))) < 0 {
		return 0, errRation
	}
	if off < 0 { // from a zip64 field that archive/zip takes as it is; the file below is not at fault
		return 0, zip.ErrFormat
	}
	n, err := s.r.ReadAt(p, off)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		return n, io.EOF // bare, as archive/zip compares it
	}
	return n, &sourceError{err}
}
