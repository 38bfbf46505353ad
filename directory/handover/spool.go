package handover

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/edokit/edokit/edo"
)

// parts is into how many files notes are sorted: one for each first byte of a digest.
const parts = 256

// note is a reference as the check sorts it.
type note struct {
	digest edo.Digest
	size   int64
	in     bool // of the period
	what   string
	where  string
}

// spool sorts notes by digest with the memory of a 256th of them.
type spool struct {
	folder string
	files  [parts]*os.File
	out    [parts]*bufio.Writer
	loaded int    // parts that were read already
	notes  []note // of the last one, sorted, without those that were taken
}

func newSpool(in string) (*spool, error) {
	folder, err := os.MkdirTemp(in, "edokit-check-*")
	if err != nil {
		return nil, err
	}
	return &spool{folder: folder}, nil
}

func (s *spool) close() error {
	for _, f := range s.files {
		if f != nil {
			_ = f.Close()
		}
	}
	return os.RemoveAll(s.folder)
}

func (s *spool) add(n note) (err error) {
	i := n.digest[0]
	if s.files[i] == nil {
		if s.files[i], err = os.CreateTemp(s.folder, "part-*"); err != nil {
			return err
		}
		s.out[i] = bufio.NewWriterSize(s.files[i], 4<<10)
	}
	where := strings.NewReplacer("\n", " ", "\t", " ").Replace(n.where)
	_, err = fmt.Fprintf(s.out[i], "%s\t%d\t%t\t%s\t%s\n", n.digest, n.size, n.in, n.what, where)
	return err
}

// peek gives the first note that was not taken, nil at the end.
func (s *spool) peek(progress func(done, total int)) (*note, error) {
	for len(s.notes) == 0 {
		if s.loaded == parts {
			return nil, nil
		}
		var err error
		if s.notes, err = s.load(s.loaded); err != nil {
			return nil, err
		}
		s.loaded++
		progress(s.loaded, parts)
	}
	return &s.notes[0], nil
}

// take gives all notes of the digest that peek has shown.
func (s *spool) take() (group []note) {
	n := 1
	for n < len(s.notes) && s.notes[n].digest == s.notes[0].digest {
		n++
	}
	group, s.notes = s.notes[:n], s.notes[n:]
	return group
}

// load gives the notes whose digests begin with one byte, sorted.
func (s *spool) load(i int) ([]note, error) {
	if s.files[i] == nil {
		return nil, nil
	}
	if err := s.out[i].Flush(); err != nil {
		return nil, err
	}
	if _, err := s.files[i].Seek(0, 0); err != nil {
		return nil, err
	}
	var all []note
	lines := bufio.NewScanner(s.files[i])
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		n, err := parseNote(lines.Text())
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	slices.SortStableFunc(all, func(a, b note) int { return compare(a.digest, b.digest) })
	return all, lines.Err()
}

func parseNote(line string) (n note, err error) {
	f := strings.Split(line, "\t")
	if len(f) != 5 {
		return n, errors.New("a line of the check cannot be read")
	}
	if n.digest, err = edo.ParseDigest(f[0]); err != nil {
		return n, err
	}
	n.size, err = strconv.ParseInt(f[1], 10, 64)
	n.in, n.what, n.where = f[2] == "true", f[3], f[4]
	return n, err
}
