package tables

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Options of [CSV].
type Options struct {
	Russian   bool // heads of columns, and yes and no
	Separator byte // zero: a comma
	BOM       bool // for programs that take UTF-8 for something else without it
}

// Sheet writes rows of a book one by one. After an error every further call gives it again.
type Sheet[T any] struct {
	out  *bufio.Writer
	line func(row T) error
	err  error
}

// Write adds one row.
func (s *Sheet[T]) Write(row T) error {
	if s.err == nil {
		s.err = s.line(row)
	}
	return s.err
}

// Flush writes what is still in memory.
func (s *Sheet[T]) Flush() error {
	if s.err == nil {
		s.err = s.out.Flush()
	}
	return s.err
}

// CSV writes as RFC 4180 says, with a line of heads. Every cell is quoted, so that a separator inside of one is none for
// whatever program, and a text that a spreadsheet would take for a formula begins with an apostrophe.
func CSV[T any](w io.Writer, b Book[T], o Options) *Sheet[T] {
	s := &Sheet[T]{out: bufio.NewWriter(w)}
	separator := ","
	if o.Separator != 0 {
		separator = string(rune(o.Separator))
	}
	write := func(cell func(c Column[T]) string) error {
		for i, c := range b.Columns {
			if i > 0 {
				_, _ = s.out.WriteString(separator)
			}
			_, _ = s.out.WriteString(`"` + strings.ReplaceAll(cell(c), `"`, `""`) + `"`)
		}
		_, err := s.out.WriteString("\r\n") // the error of a buffered writer stays
		return err
	}
	s.line = func(row T) error {
		return write(func(c Column[T]) string { return o.cell(c.Value(row)) })
	}
	if o.BOM {
		_, _ = s.out.WriteString("\uFEFF")
	}
	s.err = write(func(c Column[T]) string {
		if o.Russian {
			return c.RU
		}
		return c.EN
	})
	return s
}

// cell is a value as text. Only foreign text can be a formula; our own numbers and times cannot.
func (o Options) cell(v any) string {
	switch v := v.(type) {
	case string:
		return harmless(strings.ToValidUTF8(v, "\uFFFD"))
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return o.yes(v)
	case time.Time:
		return moment(v)
	case edo.Digest:
		return sum(v)
	}
	return harmless(fmt.Sprint(v))
}

func (o Options) yes(v bool) string {
	switch {
	case o.Russian && v:
		return "да"
	case o.Russian:
		return "нет"
	case v:
		return "yes"
	}
	return "no"
}

// harmless puts an apostrophe before what a spreadsheet would run.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// JSONLines writes one object a line, its keys in the order of the columns. A time or a digest that is not there is "".
func JSONLines[T any](w io.Writer, b Book[T]) *Sheet[T] {
	s := &Sheet[T]{out: bufio.NewWriter(w)}
	s.line = func(row T) error {
		for i, c := range b.Columns {
			begin := `,"`
			if i == 0 {
				begin = `{"`
			}
			_, _ = s.out.WriteString(begin + c.Key + `":`)
			value, err := json.Marshal(plain(c.Value(row)))
			if err != nil {
				return err
			}
			_, _ = s.out.Write(value)
		}
		_, err := s.out.WriteString("}\n")
		return err
	}
	return s
}

func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		return moment(v)
	case edo.Digest:
		return sum(v)
	}
	return v
}
