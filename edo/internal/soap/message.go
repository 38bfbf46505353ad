package soap

import (
	"encoding/base64"
	"fmt"

	"github.com/edokit/edokit/edo"
)

// message is a rendered request: what goes to the wire, how long it is, and how it may be kept.
type message struct {
	parts  []part
	size   int64
	masked edo.Masked
	live   []live // secrets that must not be kept wherever they come back
}

// part is either text or content.
type part struct {
	text    []byte
	name    string
	content *edo.Content
}

// live is a secret in use.
type live struct{ name, value string }

const (
	secretMark = "[secret]"
	tail       = "</s:Body></s:Envelope>"
)

func (b *Body) render() (*message, error) {
	if b.err == nil && len(b.open) != 1 {
		b.fail(b.open[len(b.open)-1], "is not closed", "close every element once")
	}
	if b.err != nil {
		return nil, b.err
	}
	m, wire, at := &message{}, make([]byte, 0, len(b.text)+256), 0
	keep := func(p []byte) {
		wire = append(wire, p...)
		m.masked.Text = append(m.masked.Text, p...)
	}
	cutOff := func() {
		m.parts = append(m.parts, part{text: wire})
		m.size += int64(len(wire))
		wire = nil
	}
	for _, c := range b.cuts {
		keep(b.text[at:c.at])
		at = c.at
		if c.secret != nil {
			value := c.secret.Reveal()
			wire = appendEscaped(wire, value)
			m.live = append(m.live, live{c.name, value})
			m.masked = withHole(m.masked, secretMark, edo.Hole{Kind: edo.HoleSecret, Name: c.name})
			continue
		}
		cutOff()
		m.parts = append(m.parts, part{name: c.name, content: c.content})
		m.size += int64(base64.StdEncoding.EncodedLen(int(c.content.Size)))
		m.masked = withHole(m.masked, contentMark(c.content.Digest, c.content.Size),
			edo.Hole{Kind: edo.HoleBase64, Name: c.name, Digest: c.content.Digest, Size: c.content.Size})
	}
	keep(b.text[at:])
	keep([]byte("</" + b.wrapper.Local + ">" + tail))
	cutOff()
	return m, nil
}

// withHole appends a placeholder and notes its place.
func withHole(m edo.Masked, mark string, h edo.Hole) edo.Masked {
	h.Start = len(m.Text)
	m.Text = append(m.Text, mark...)
	h.End = len(m.Text)
	m.Holes = append(m.Holes, h)
	return m
}

func contentMark(d edo.Digest, size int64) string {
	return fmt.Sprintf("[content %d bytes sha256 %s]", size, d)
}
