package mockoperator

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/edokit/edokit/conformance"
)

// What of a case is shown: a case that asks again and again, or sends much, must not fill a report.
const (
	maxShown     = 300
	maxShownBody = 32 << 10
)

// blob is a document, a signature or a form in a member of an envelope.
var blob = regexp.MustCompile(`>[A-Za-z0-9+/=\s]{1000,}<`)

// Show gives what crossed the socket to the report of a case, as the operator saw it: the first 300 different exchanges, without
// long contents, of each body the first 32 KiB of what is kept (see [Config.WireMemory]). What was asked and answered in the same
// words again is counted at its first time.
func (o *Operator) Show(t conformance.T) {
	type words struct{ operation, request, answer string }
	var order []words
	first, times := map[words]Exchange{}, map[words]int{}
	for _, e := range o.Wire() {
		w := words{e.Operation, e.Request.SHA256, e.Response.SHA256}
		if times[w]++; times[w] == 1 {
			order, first[w] = append(order, w), e
		}
	}
	for _, w := range order[:min(len(order), maxShown)] {
		e := first[w]
		shown := conformance.Exchange{Name: e.Operation, Request: slices.Concat(e.Head, e.Request.shown())}
		if n := times[w]; n > 1 {
			shown.Name += fmt.Sprintf(" (%d times)", n)
		}
		switch {
		case e.Status != 0:
			shown.Answer = slices.Concat(fmt.Appendf(nil, "HTTP/1.1 %d %s\r\n\r\n", e.Status, http.StatusText(e.Status)), e.Response.shown())
		case e.Cut:
			shown.Answer = []byte("(the connection was cut before an answer)")
		}
		conformance.Show(t, shown)
	}
}

func (c Capture) shown() []byte {
	if int64(len(c.Body)) < c.Size {
		return fmt.Appendf(nil, "(%d bytes, not kept; SHA-256 %s)", c.Size, c.SHA256)
	}
	body := blob.ReplaceAllFunc(c.Body, func(b []byte) []byte { return fmt.Appendf(nil, ">(%d characters of base64)<", len(b)-2) })
	if len(body) > maxShownBody {
		return fmt.Appendf(slices.Clone(body[:maxShownBody]), "\n... %d bytes more; SHA-256 of all %s", len(body)-maxShownBody, c.SHA256)
	}
	return body
}
