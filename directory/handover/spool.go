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
}

func newSpool(in string) (*spool, error) {
	folder, err := os.MkdirTemp(in, "edokit-check-*")
	if err != nil {
		return nil, err
	}
	s := &spool{folder: folder}
	for i := range parts {
		if s.files[i], err = os.CreateTemp(folder, "part-*"); err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.out[i] = bufio.NewWriterSize(s.files[i], 4<<10)
	}
	return s, nil
}

func (s *spool) close() error {
	for _, f := range s.files {
		if f != nil {
			_ = f.Close()
		}
	}
	return os.RemoveAll(s.folder)
}

func (s *spool) add(n note) error {
	where := strings.NewReplacer("\n", " ", "\t", " ").Replace(n.where)
	_, err := fmt.Fprintf(s.out[n.digest[0]], "%s\t%d\t%t\t%s\t%s\n", n.digest, n.size, n.in, n.what, where)
	return err
}

// part gives the notes whose digests begin with one byte, sorted.
func (s *spool) part(i int) ([]note, error) {
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
