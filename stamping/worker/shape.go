package worker

import (
	"bytes"
	"hash"
)

// shape watches a copy go by: its digest, and whether it begins and ends as a PDF.
type shape struct {
	sum        hash.Hash
	head, tail []byte
}

func (s *shape) add(p []byte) {
	const window = 1024
	s.sum.Write(p)
	if room := 8 - len(s.head); room > 0 {
		s.head = append(s.head, p[:min(room, len(p))]...)
	}
	s.tail = append(s.tail, p[max(len(p)-window, 0):]...)
	s.tail = append(s.tail[:0], s.tail[max(len(s.tail)-window, 0):]...)
}

func (s *shape) whole() bool {
	return bytes.HasPrefix(s.head, []byte("%PDF-")) && bytes.Contains(s.tail, []byte("%%EOF"))
}
