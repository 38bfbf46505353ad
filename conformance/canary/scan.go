package canary

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Secret is a text that nobody has seen before, with everything in it that has to be escaped somewhere. name says what it
// is, for people who find it.
func Secret(name string) string { return `Канарейка-` + name + ` & <"№'> ` + rand.Text() }

// needle is one spelling of one secret.
type needle struct {
	name string
	text []byte
}

// Scanner finds many needles in one pass: texts are long, and there are a thousand spellings.
type Scanner struct {
	pairs [1 << 16]bool       // beginnings of two bytes
	begin map[uint64][]needle // by the first eight bytes
}

// headSize is how many bytes of a needle are looked up; a shorter one would be found by chance.
const headSize = 8

// New makes a scanner for secrets by name. A secret of less than eight bytes is refused: it would be found by chance.
func New(secrets map[string]string) (*Scanner, error) {
	s := &Scanner{begin: map[uint64][]needle{}}
	for name, secret := range secrets {
		for how, text := range spellings(secret) {
			if len(text) < headSize {
				return nil, fmt.Errorf("canary: %s (%s) is too short to be searched for", name, how)
			}
			s.pairs[binary.LittleEndian.Uint16(text)] = true
			first := binary.LittleEndian.Uint64(text)
			s.begin[first] = append(s.begin[first], needle{fmt.Sprintf("%s (%s)", name, how), text})
		}
	}
	return s, nil
}

// Find says which spellings of which secrets stand in the text, or in what is compressed in it.
func (s *Scanner) Find(text []byte) []string { return s.find(text, "", maxDepth) }

func (s *Scanner) find(text []byte, inside string, depth int) []string {
	var found []string
	for i := s.next(text, 0); i >= 0; i = s.next(text, i+1) {
		for _, n := range s.begin[binary.LittleEndian.Uint64(text[i:])] {
			if bytes.HasPrefix(text[i:], n.text) {
				found = append(found, fmt.Sprintf("%s at %d%s", n.name, i, inside))
			}
		}
	}
	if depth > 0 {
		for _, m := range members(text) {
			found = append(found, s.find(m.text, fmt.Sprintf(" of the %s member at %d%s", m.kind, m.at, inside), depth-1)...)
		}
	}
	return found
}

// next is the next place where a needle may begin, -1 if there is none. Out of the race detector's sight, as begin is.
//
//go:norace
func (s *Scanner) next(text []byte, from int) int {
	for i := from; i+headSize <= len(text); i++ {
		if s.pairs[uint16(text[i])|uint16(text[i+1])<<8] {
			return i
		}
	}
	return -1
}

// Folder looks for secrets in every file and in every file name below a folder. A file that goes away meanwhile is none.
func (s *Scanner) Folder(dir string) (files int, leaks []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return gone(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return gone(err)
		}
		files++
		for _, leak := range s.Find(append(text, path...)) {
			leaks = append(leaks, path+": "+leak)
		}
		return nil
	})
	return files, leaks, err
}

func gone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// Mask puts mark in the place of every spelling of every secret; what is compressed stays as it is.
func (s *Scanner) Mask(text []byte, mark string) []byte {
	var out []byte
	rest := 0
	for i := s.next(text, 0); i >= 0; i = s.next(text, max(i+1, rest)) {
		end := i
		for _, n := range s.begin[binary.LittleEndian.Uint64(text[i:])] {
			if bytes.HasPrefix(text[i:], n.text) {
				end = max(end, i+len(n.text))
			}
		}
		if end > i {
			out = append(append(out, text[rest:i]...), mark...)
			rest = end
		}
	}
	if rest == 0 {
		return text
	}
	return append(out, text[rest:]...)
}
