package wiretest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/edokit/edokit/conformance/contract"
)

// Limits of an answer.
const (
	maxAnswer = 16 << 20
	maxDepth  = 64
)

// node is an element of an answer. The methods may be called on nil: what is not there has no text and no children.
type node struct {
	name  xml.Name
	attrs []xml.Attr
	kids  []*node
	text  string // of the element itself
}

// parse reads a document with exactly one root.
func parse(raw []byte) (*node, error) {
	dec := xml.NewDecoder(bytes.NewReader(raw))
	dec.Strict = true
	var root *node
	var open []*node
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch v := tok.(type) {
		case xml.StartElement:
			n := &node{name: v.Name, attrs: v.Copy().Attr}
			switch {
			case len(open) >= maxDepth:
				return nil, errors.New("elements stand too deep in each other")
			case len(open) > 0:
				last := open[len(open)-1]
				last.kids = append(last.kids, n)
			case root != nil:
				return nil, errors.New("a second root")
			default:
				root = n
			}
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(v)
			} else if len(bytes.TrimSpace(v)) > 0 {
				return nil, errors.New("text beside the root")
			}
		case xml.Directive:
			return nil, errors.New("a DOCTYPE")
		}
	}
	if root == nil {
		return nil, errors.New("no root")
	}
	return root, nil
}

// at follows names of children.
func (n *node) at(path ...string) *node {
	for _, local := range path {
		var next *node
		if n != nil {
			for _, k := range n.kids {
				if k.name.Local == local {
					next = k
					break
				}
			}
		}
		n = next
	}
	return n
}

func (n *node) str(path ...string) string {
	if n = n.at(path...); n != nil {
		return n.text
	}
	return ""
}

// all finds the elements of a name below, in order.
func (n *node) all(local string) []*node {
	if n == nil {
		return nil
	}
	var found []*node
	for _, k := range n.kids {
		if k.name.Local == local {
			found = append(found, k)
		}
		found = append(found, k.all(local)...)
	}
	return found
}

func (n *node) texts(local string) []string {
	var out []string
	for _, k := range n.all(local) {
		out = append(out, k.text)
	}
	return out
}

// items are the children of an array.
func (n *node) items(path ...string) []*node {
	if n = n.at(path...); n != nil {
		return n.kids
	}
	return nil
}

// null says that an element is not there or nil.
func (n *node) null() bool { return n == nil || n.attr(contract.NSInstance, "nil") == "true" }

// attr of an element that is not there is empty, like one that it does not have.
func (n *node) attr(space, local string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Space == space && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder fails never
	return b.String()
}
