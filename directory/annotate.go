package directory

import (
	"context"
	"encoding/xml"
	"errors"
	"strings"

	"github.com/edokit/edokit/edo"
)

// Annotate is the text of a logged request or answer for people: where content was deleted after a hand-over, the
// placeholder, which names digest and size already, says so and where the bytes are. Nothing else changes. The stored text
// never does: whoever checks digests takes that.
func Annotate(ctx context.Context, from Departures, m edo.Masked, say func(edo.Deletion) string) ([]byte, error) {
	var out []byte
	at := 0
	for _, h := range m.Holes {
		if h.Kind == edo.HoleSecret || h.Start < at || h.End < h.Start || h.End > len(m.Text) {
			continue
		}
		row, err := from.Departed(ctx, h.Digest)
		if errors.Is(err, edo.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m.Text[at:h.End]...)
		out = append(out, " ["+escaped(say(row))+"]"...)
		at = h.End
	}
	return append(out, m.Text[at:]...), nil
}

// DepartedEN says where a deleted content is, DepartedRU the same to a clerk.
func DepartedEN(d edo.Deletion) string {
	return "content handed over to the external archive as " + d.Reference + ", batch " + string(d.Batch) + ", and deleted here on " + dayOf(d)
}

// DepartedRU says where a deleted content is.
func DepartedRU(d edo.Deletion) string {
	return "содержимое передано во внешний архив под номером " + d.Reference + ", партия " + string(d.Batch) + ", и удалено здесь " + dayOf(d)
}

func dayOf(d edo.Deletion) string { return d.At.UTC().Format("2006-01-02") }

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder never fails
	return b.String()
}
