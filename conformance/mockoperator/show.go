package mockoperator

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
)

// What of a case is shown: a case that asks again and again, or sends much, must not fill a report.
const (
	maxShown     = 300
	maxShownBody = 32 << 10
)

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
	body := withoutContents(c.Body)
	if len(body) > maxShownBody {
		return fmt.Appendf(slices.Clone(body[:maxShownBody]), "\n... %d bytes more; SHA-256 of all %s", len(body)-maxShownBody, c.SHA256)
	}
	return body
}

// withoutContents gives an envelope whose long members, documents, signatures and forms in base64, are told by their length.
func withoutContents(envelope []byte) []byte {
	const long = 1000
	var out []byte
	for {
		member := bytes.IndexByte(envelope, '>') + 1
		end := bytes.IndexByte(envelope[member:], '<')
		if member == 0 || end < 0 {
			return append(out, envelope...)
		}
		text := envelope[member : member+end]
		out = append(out, envelope[:member]...)
		if len(text) >= long && !bytes.ContainsFunc(text[:long], noBase64) {
			out = fmt.Appendf(out, "(%d characters of base64)", len(text))
		} else {
			out = append(out, text...)
		}
		envelope = envelope[member+end:]
	}
}

func noBase64(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("+/=\r\n \t", c)
}
