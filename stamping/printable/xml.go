package printable

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/ianaindex"

	"github.com/edokit/edokit/stamping"
)

// Limits of one XML file. Formats of the tax service stay far below.
const (
	maxDepth = 100
	maxNodes = 2_000_000 // elements and attributes
)

const (
	xmlSize   = 8.5
	xmlLead   = 11.0
	indent    = 11.0
	maxIndent = 20 // steps; what lies deeper is not moved further
)

// errXML is what makes a well-formed file refused; its text holds no content.
type errXML string

func (e errXML) Error() string { return string(e) }

// xmlReader reads one XML file, with limits. It makes nothing of a document type: no entity is looked up.
type xmlReader struct {
	d     *xml.Decoder
	depth int
	nodes int
	roots int
}

func newXMLReader(b []byte) *xmlReader {
	marked := asUTF8(b)
	d := xml.NewDecoder(bytes.NewReader(marked))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if c := encodingOf(b); c != nil && c.skip > 0 { // the mark has decided
			return in, nil
		}
		enc, err := ianaindex.IANA.Encoding(label)
		if err != nil || enc == nil {
			return nil, errXML("its encoding is not known")
		}
		return enc.NewDecoder().Reader(in), nil
	}
	return &xmlReader{d: d}
}

// next gives the next token, io.EOF behind the end of the root.
func (r *xmlReader) next() (xml.Token, error) {
	t, err := r.d.Token()
	if errors.Is(err, io.EOF) && r.roots == 0 {
		return nil, errXML("it has no element")
	}
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case xml.StartElement:
		if r.depth++; r.depth > maxDepth {
			return nil, fail(stamping.TooLarge, nil, "it is nested deeper than %d elements", maxDepth)
		}
		if r.nodes += 1 + len(t.Attr); r.nodes > maxNodes {
			return nil, fail(stamping.TooLarge, nil, "it has more than %d elements and attributes", maxNodes)
		}
		if r.depth == 1 {
			r.roots++
		}
		if r.roots > 1 {
			return nil, errXML("it has two roots")
		}
	case xml.EndElement:
		r.depth--
	case xml.CharData:
		if r.depth == 0 && len(bytes.TrimSpace(t)) > 0 {
			return nil, errXML("text stands outside of its root")
		}
	case xml.Directive:
		return nil, errXML("it has a document type, which is not read: entities could stand for anything")
	}
	return t, nil
}

// xml prints a list of all elements and attributes with their values, below what is known of the document.
func (v *view) xml(ctx context.Context, b []byte, rows, last []Row) error {
	found, err := readRequisites(b)
	if err != nil {
		return unreadable(err)
	}
	own := found.rows()
	rows = slices.DeleteFunc(rows, func(r Row) bool { // what the file says of itself takes the place of what is said of it
		return slices.ContainsFunc(own, func(o Row) bool { return o.Label == r.Label && o.Value != "" })
	})
	rows = append(rows, own...)
	if err := v.head(ctx, found.title(), append(rows, last...)); err != nil {
		return err
	}
	p := &xmlPrinter{view: v, r: newXMLReader(b)}
	if err := p.all(ctx); err != nil {
		return unreadable(err)
	}
	return v.end(ctx, fmt.Sprintf("Конец файла, элементов и атрибутов: %d.", p.r.nodes))
}

func unreadable(err error) error {
	var typed *stamping.Error
	if errors.As(err, &typed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	why := errXML("it is not well-formed")
	errors.As(err, &why)
	return fail(stamping.Unreadable, err, "XML that cannot be read: %s", string(why))
}

// xmlPrinter holds an element back until it is known whether text is all that it has.
type xmlPrinter struct {
	*view
	r    *xmlReader
	open *xml.StartElement
	said strings.Builder
}

func (p *xmlPrinter) all(ctx context.Context) error {
	for {
		t, err := p.r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			err = p.flush(ctx, p.r.depth-1)
			own := t.Copy()
			p.open = &own
		case xml.EndElement:
			err = p.flush(ctx, p.r.depth+1)
		case xml.CharData:
			p.said.Write(t)
		case xml.Comment:
			if err = p.flush(ctx, p.r.depth); err == nil {
				err = p.entry(ctx, p.r.depth, "комментарий", string(t), false)
			}
		case xml.ProcInst:
			if t.Target != "xml" {
				if err = p.flush(ctx, p.r.depth); err == nil {
					err = p.entry(ctx, p.r.depth, "?"+t.Target, string(t.Inst), false)
				}
			}
		}
		if err != nil {
			return err
		}
	}
}

// flush prints what was held back: the element at the depth, or text between its children.
func (p *xmlPrinter) flush(ctx context.Context, depth int) error {
	said := strings.TrimSpace(p.said.String())
	p.said.Reset()
	e := p.open
	p.open = nil
	if e == nil {
		if said == "" {
			return nil
		}
		return p.entry(ctx, depth, "текст", said, false)
	}
	if err := p.entry(ctx, depth-1, e.Name.Local, said, true); err != nil {
		return err
	}
	for _, a := range e.Attr {
		name := a.Name.Local
		if a.Name.Space == "xmlns" {
			name = "xmlns:" + name
		}
		if err := p.entry(ctx, depth, name, a.Value, false); err != nil {
			return err
		}
	}
	return nil
}

// entry prints a name and its value, which begins behind the name if there is room, and goes on further in.
func (p *xmlPrinter) entry(ctx context.Context, depth int, name, value string, element bool) error {
	x := left + indent*float64(min(depth, maxIndent))
	color := grey
	if element {
		color = black
	}
	if name = p.clean(name); value != "" {
		name += ":"
	}
	room := left + p.width - x
	names := p.c.Wrap(name, room, room, xmlSize, element)
	for _, l := range names[:len(names)-1] {
		if err := p.view.line(ctx, xmlLead, stamping.Text{X: x, Size: xmlSize, Bold: element, Color: color, S: l}); err != nil {
			return err
		}
	}
	texts := []stamping.Text{{X: x, Size: xmlSize, Bold: element, Color: color, S: names[len(names)-1]}}
	at := x + p.c.Width(texts[0].S+" ", xmlSize, element)
	if at > x+room/2 {
		at = x + 2*indent
		if err := p.view.line(ctx, xmlLead, texts...); err != nil {
			return err
		}
		texts = nil
	}
	for paragraph := range strings.SplitSeq(p.clean(strings.ReplaceAll(value, "\r\n", "\n")), "\n") {
		for _, l := range p.c.Wrap(paragraph, x+room-at, room-2*indent, xmlSize, false) {
			if err := p.view.line(ctx, xmlLead, append(texts, stamping.Text{X: at, Size: xmlSize, S: l})...); err != nil {
				return err
			}
			texts, at = nil, x+2*indent
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return p.view.line(ctx, xmlLead, texts...)
}
