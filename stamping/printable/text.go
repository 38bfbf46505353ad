package printable

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/edokit/edokit/stamping"
)

const (
	monoSize = 9.0 // with it 91 characters stand between the margins of A4, more than the 80 of a printer
	monoLead = 11.0
	tab      = 8
)

// text prints lines as a printer does: one width for all characters, form feeds, tabs to every eighth column. Longer lines go on
// below, broken at a space where there is one.
func (v *view) text(ctx context.Context, b []byte, rows []Row) error {
	c := encodingOf(b)
	if err := v.head(ctx, "Текстовый файл", append(rows, Row{"Кодировка", c.name})); err != nil {
		return err
	}
	columns := int(v.width / (monoSize * stamping.MonoWidth))
	lines := 0
	text := c.decode(b)
	for len(text) > 0 {
		end := bytes.IndexAny(text, "\n\r\f")
		line, stop := text, byte(0)
		if end >= 0 {
			line, stop = text[:end], text[end]
			if stop == '\r' && bytes.HasPrefix(text[end:], []byte("\r\n")) {
				end++
			}
			text = text[end+1:]
		} else {
			text = nil
		}
		if err := v.textLine(ctx, string(line), columns); err != nil {
			return err
		}
		lines++
		if stop == '\f' && len(text) > 0 {
			if err := v.endPage(); err != nil {
				return err
			}
		}
	}
	return v.end(ctx, fmt.Sprintf("Конец файла, строк: %d.", lines))
}

func (v *view) textLine(ctx context.Context, line string, columns int) error {
	line = expand(v.clean(line))
	for {
		n := breakAt(line, columns)
		if err := v.line(ctx, monoLead, stamping.Text{X: left, Size: monoSize, Mono: true, S: strings.TrimRight(line[:n], " ")}); err != nil {
			return err
		}
		if line = line[n:]; line == "" {
			return nil
		}
	}
}

// expand puts spaces in place of tabs.
func expand(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	column := 0
	for _, r := range s {
		if r == '\t' {
			n := tab - column%tab
			b.WriteString(strings.Repeat(" ", n))
			column += n
			continue
		}
		b.WriteRune(r)
		column++
	}
	return b.String()
}

// breakAt is how many bytes of s stand in one line: all, up to the last space behind a word, or as many as have room.
func breakAt(s string, columns int) int {
	n, space := 0, 0
	for range columns {
		r, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 {
			return n
		}
		if n += size; r == ' ' && strings.TrimLeft(s[:n], " ") != "" {
			space = n
		}
	}
	if n == len(s) || space == 0 {
		return n
	}
	return space
}

// end closes the content: who reads it sees that nothing is missing, and what could not be shown.
func (v *view) end(ctx context.Context, s string) error {
	if v.hidden > 0 {
		s += fmt.Sprintf(" Знаков, которые нельзя показать: %d, на их месте стоит \ufffd.", v.hidden)
	}
	v.y += 6
	return v.remark(ctx, s)
}
