package main

import (
	"fmt"
	"strings"

	"github.com/edokit/edokit/edo"
)

// Widths of foreign text, in characters.
const (
	cellWidth = 60 // of a cell in a table, and of what stands on a line of ours
	lineWidth = 90 // of a line of a long text
)

// printable shows a text that others have written so that it stays on its line: control, line-break and direction
// characters are shown as their codes, since a terminal obeys escape sequences and a line break would forge a line of ours.
func printable(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case edo.CheckText("", string(r)) != nil: // the same characters that we refuse to send
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// printableLines does so for what has lines by itself and stands under a title of its own: raw XML and headers.
func printableLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = printable(lines[i])
	}
	return strings.Join(lines, "\n")
}

// whole is a text of our own that a table must not cut.
type whole string

// cell is what stands in a table: texts are cut, since one long text spoils all rows. Ids, which have types of their own,
// are not: people copy them from there.
func cell(v any) string {
	text, foreign := v.(string)
	if !foreign {
		return printable(fmt.Sprint(v))
	}
	if text = printable(text); len([]rune(text)) <= cellWidth {
		return text
	}
	return string([]rune(text)[:cellWidth-1]) + "…"
}

// field prints a foreign text with its label: a short one beside it, else on indented lines of its own, every one marked,
// so that nothing in it passes for a line of ours. Nothing is printed for an empty one.
func (c *command) field(indent, label, text string) {
	if text == "" || text == "-" {
		return
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if line := printable(text); !strings.Contains(text, "\n") && len([]rune(line)) <= cellWidth {
		c.print("%s%s: %s\n", indent, label, line)
		return
	}
	c.print("%s%s:\n", indent, label)
	for _, line := range strings.Split(text, "\n") {
		rest := []rune(printable(line))
		for first := true; first || len(rest) > 0; first = false {
			n := min(len(rest), lineWidth)
			c.print("%s  | %s\n", indent, string(rest[:n]))
			rest = rest[n:]
		}
	}
}

// signer names who a certificate belongs to: the person, the organisation and the INN.
func (c *command) signer(s edo.SignerInfo) string {
	var parts []string
	for _, p := range []string{s.Owner, s.Organisation} {
		if p != "" {
			parts = append(parts, printable(p))
		}
	}
	if s.INN != "" {
		parts = append(parts, c.lang.say("ИНН ", "INN ")+printable(s.INN))
	}
	return dash(strings.Join(parts, ", "))
}

// differs reports whether a certificate is of somebody else than the sender: by the INN, and by the name of the
// organisation where one of the INNs is not known.
func differs(s edo.SignerInfo, from edo.Address) bool {
	if s.INN != "" && from.INN != "" {
		return bareINN(s.INN) != bareINN(from.INN)
	}
	return s.Organisation != "" && from.Name != "" && !strings.EqualFold(strings.TrimSpace(s.Organisation), strings.TrimSpace(from.Name))
}

// bareINN is an INN without the two zeros that older certificates put before that of an organisation.
func bareINN(inn string) string {
	if len(inn) == 12 {
		return strings.TrimPrefix(inn, "00")
	}
	return inn
}
