package mockoperator

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/edokit/edokit/conformance/contract"
)

// Limits of a request. Content of documents is limited apart: it goes to disk.
const (
	maxMarkup   = 64 << 20 // bytes of an envelope without the text of base64 members
	maxBlobInMB = 2 << 10  // MiB of one document
	maxRaw      = 1 << 20  // bytes of a signature or card
	maxDepth    = 32
	maxAttrs    = 1024 // a known client declares 175 prefixes on the envelope
)

// scratch is room that requests use one after the other.
type scratch struct {
	in  *bufio.Reader
	out []byte       // decoded base64
	mem bytes.Buffer // a small document
}

func newScratch() *scratch {
	const size = 64 << 10
	s := &scratch{in: bufio.NewReaderSize(nil, size), out: make([]byte, size)}
	s.mem.Grow(smallBlob)
	return s
}

// request is a call as it was read.
type request struct {
	operation string
	params    *node
}

// reader reads one envelope against the tables of the contract. Every refusal is a *Fault; the only other
// error is that of the disk.
type reader struct {
	tables *contract.Tables
	spool  spool
	src    *source
	dec    *xml.Decoder
	room   *scratch
	path   []string
	scopes []scope
}

// scope is one declared prefix and the depth it was declared at.
type scope struct {
	prefix, uri string
	depth       int
}

func readRequest(tables *contract.Tables, sp spool, in io.Reader, room *scratch) (*request, error) {
	src, err := newSource(in, room.in, maxMarkup)
	if err != nil {
		return nil, err
	}
	r := &reader{tables: tables, spool: sp, src: src, dec: xml.NewDecoder(src), room: room}
	req, err := r.envelope()
	return req, r.explain(err)
}

// explain turns what the XML decoder says into the fault of the contract.
func (r *reader) explain(err error) error {
	var fault *Fault
	var disk *spoolError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fault), errors.As(err, &disk):
		return err
	case errors.Is(err, errTooLarge):
		return refuse("InvalidFormatField", r.where(), "too large")
	case errors.Is(err, errBase64):
		return refuse("InvalidFormatField", r.where(), "not base64")
	}
	return refuse("InvalidFormatField", "Envelope", "the envelope is not well-formed XML: %v", err)
}

func (r *reader) where() string {
	if len(r.path) == 0 {
		return "Envelope"
	}
	return strings.ReplaceAll(strings.Join(r.path, "."), ".[", "[")
}

func (r *reader) bad(format string, args ...any) *Fault {
	return refuse("InvalidFormatField", r.where(), format, args...)
}

// start returns the next start tag, or nil at the end tag of the open element. Between the two there is only white space
// and comments.
func (r *reader) start() (*xml.StartElement, error) {
	for {
		tok, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			return &t, r.enter(&t)
		case xml.EndElement:
			r.leave()
			return nil, nil
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, r.bad("text where only elements belong")
			}
		case xml.Directive:
			return nil, refuse("InvalidFormatField", "Envelope", "a DOCTYPE is not allowed")
		case xml.ProcInst:
			if t.Target != "xml" || r.depth() > 0 {
				return nil, r.bad("processing instructions are not allowed")
			}
		}
	}
}

func (r *reader) depth() int {
	if len(r.scopes) == 0 {
		return 0
	}
	return r.scopes[len(r.scopes)-1].depth
}

// enter notes the prefixes of an element; a mark without prefix keeps the depth.
func (r *reader) enter(el *xml.StartElement) error {
	depth := r.depth() + 1
	r.scopes = append(r.scopes, scope{depth: depth})
	if depth > maxDepth || len(el.Attr) > maxAttrs {
		return r.bad("more than %d levels or %d attributes", maxDepth, maxAttrs)
	}
	seen := make(map[xml.Name]struct{}, len(el.Attr))
	for _, a := range el.Attr {
		if _, twice := seen[a.Name]; twice {
			return r.bad("attribute %s twice", a.Name.Local)
		}
		seen[a.Name] = struct{}{}
		switch {
		case a.Name.Space == "xmlns":
			r.scopes = append(r.scopes, scope{prefix: a.Name.Local, uri: a.Value, depth: depth})
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			r.scopes = append(r.scopes, scope{prefix: "-", uri: a.Value, depth: depth})
		}
	}
	return nil
}

func (r *reader) leave() {
	depth := r.depth()
	for len(r.scopes) > 0 && r.depth() == depth {
		r.scopes = r.scopes[:len(r.scopes)-1]
	}
}

// resolve gives namespace and name of a QName in a value.
func (r *reader) resolve(qname string) (space, local string, ok bool) {
	prefix, local, cut := strings.Cut(strings.TrimSpace(qname), ":")
	if !cut {
		prefix, local = "-", prefix
	}
	for i := len(r.scopes) - 1; i >= 0; i-- {
		if r.scopes[i].prefix == prefix {
			return r.scopes[i].uri, local, true
		}
	}
	return "", local, !cut
}

// attributes reads i:nil and i:type and refuses attributes that the contract does not know.
func (r *reader) attributes(el *xml.StartElement) (null bool, typ string, err error) {
	for _, a := range el.Attr {
		switch {
		case a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns":
		case a.Name.Space == contract.NSSerial, a.Name.Space == "http://www.w3.org/XML/1998/namespace":
		case a.Name.Space == contract.NSInstance && a.Name.Local == "nil":
			v := strings.TrimSpace(a.Value)
			if v != "true" && v != "1" && v != "false" && v != "0" {
				return false, "", r.bad("i:nil is true or false, not %q", a.Value)
			}
			null = v == "true" || v == "1"
		case a.Name.Space == contract.NSInstance && a.Name.Local == "type":
			space, local, ok := r.resolve(a.Value)
			if !ok || space != contract.NSModel && space != contract.NSSchema {
				return false, "", r.bad("i:type %q is no known type", a.Value)
			}
			if space == contract.NSModel {
				typ = local
			}
		default:
			return false, "", r.bad("unknown attribute %s", a.Name.Local)
		}
	}
	return null, typ, nil
}

// members reads the children of the open element in the order of the contract.
func (r *reader) members(into *node, want []contract.Member, space string) error {
	next := 0
	for {
		el, err := r.start()
		if err != nil {
			return err
		}
		if el == nil {
			return r.missing(want[next:])
		}
		at := find(want, el.Name.Local)
		r.path = append(r.path, el.Name.Local)
		switch {
		case at < 0:
			return r.bad("the contract has no such member")
		case el.Name.Space != space:
			return r.bad("wrong namespace %q", el.Name.Space)
		case at < next:
			return r.bad("out of order or twice")
		}
		if err := r.missing(want[next:at]); err != nil {
			return err
		}
		next = at + 1
		kid, err := r.value(el, want[at])
		if err != nil {
			return err
		}
		into.kids = append(into.kids, kid)
		r.path = r.path[:len(r.path)-1]
	}
}

func (r *reader) missing(skipped []contract.Member) error {
	for _, m := range skipped {
		if m.Required {
			r.path = append(r.path, m.Name)
			return refuse("NotFilledRequiredField", r.where(), "this member must be present")
		}
	}
	return nil
}

func find(members []contract.Member, name string) int {
	for i := range members {
		if members[i].Name == name {
			return i
		}
	}
	return -1
}

// value reads one member, whose start tag is el.
func (r *reader) value(el *xml.StartElement, m contract.Member) (*node, error) {
	null, typ, err := r.attributes(el)
	if err != nil {
		return nil, err
	}
	n := &node{name: m.Name, typ: m.Type, null: null}
	if null {
		if !m.Nillable {
			return nil, r.bad("nil is not allowed here; omit the member")
		}
		return n, r.empty()
	}
	if name, space, item, ok := contract.Item(m.Type); ok {
		return n, r.array(n, name, space, item)
	}
	if t, ok := r.tables.Types[m.Type]; ok {
		if t, err = r.derived(t, typ); err != nil {
			return nil, err
		}
		n.typ = t.Name
		return n, r.members(n, t.Members, contract.NSModel)
	}
	if m.Type == "base64" {
		return n, r.binary(n)
	}
	return n, r.scalar(n)
}

func (r *reader) empty() error {
	el, err := r.start()
	if err == nil && el != nil {
		err = r.bad("nil, but not empty")
	}
	return err
}

func (r *reader) array(n *node, name, space, item string) error {
	for i := 0; ; i++ {
		el, err := r.start()
		if el == nil || err != nil {
			return err
		}
		r.path = append(r.path, "["+strconv.Itoa(i)+"]")
		if el.Name.Local != name || el.Name.Space != space {
			return r.bad("want items {%s}%s, not {%s}%s", space, name, el.Name.Space, el.Name.Local)
		}
		_, enum := r.tables.Enums[item]
		kid, err := r.value(el, contract.Member{Name: name, Type: item, Nillable: !enum})
		if err != nil {
			return err
		}
		n.kids = append(n.kids, kid)
		r.path = r.path[:len(r.path)-1]
	}
}

// derived returns the real type of an element that names one by i:type.
func (r *reader) derived(declared contract.Type, name string) (contract.Type, error) {
	if name == "" || name == declared.Name {
		return declared, nil
	}
	real, ok := r.tables.Types[name]
	for t := real; ok && t.Base != ""; t = r.tables.Types[t.Base] {
		if t.Base == declared.Name {
			return real, nil
		}
	}
	return declared, r.bad("i:type %s is not a %s", name, declared.Name)
}

// binary reads base64 past the decoder: a document to the spool, anything else to memory.
func (r *reader) binary(n *node) error {
	if r.src.selfClosed() {
		return r.empty()
	}
	var err error
	if n.name == "Content" {
		n.blob, err = r.spool.keep(&r.room.mem, func(w io.Writer) error { return copyBase64(w, r.src.Reader, maxBlobInMB<<20, r.room.out) })
	} else {
		var mem bytes.Buffer
		err = copyBase64(&mem, r.src.Reader, maxRaw, r.room.out)
		n.raw = mem.Bytes()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.where(), err)
	}
	return r.empty()
}

func (r *reader) scalar(n *node) error {
	var text strings.Builder
	for {
		tok, err := r.dec.Token()
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			r.leave()
			n.text = text.String()
			return r.lexical(n)
		default:
			return r.bad("only text belongs here")
		}
	}
}
