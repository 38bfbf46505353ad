package soap

import (
	"strings"

	"github.com/beevik/etree"
)

const (
	maxFaultDepth = 32
	elementCost   = 64 // bytes that an element counts beside its text, so that empty ones cannot fill the memory
)

// bounds are what a tree may cost.
type bounds struct {
	size  int64
	depth int // of the open elements of the whole answer
	what  string
}

func faultBounds(l Limits) bounds { return bounds{l.Fault, maxFaultDepth, "a fault"} }

// Tree reads the element with everything inside, for callers that know an answer's form only at run time. Every element
// carries its namespace as the default one; xsi:nil and xsi:type are the only attributes that are kept. White space
// between elements is not. The whole costs at most as much as Limits.Answer, a single text at most Limits.Text. A nil
// Node gives nil.
func (n *Node) Tree() (*etree.Element, error) {
	if n == nil {
		return nil, nil //nolint:nilnil // an absent result
	}
	return n.tree(bounds{n.s.limits.Answer, n.s.limits.Depth, "an answer"})
}

// tree builds a small tree from the strict reader.
func (n *Node) tree(b bounds) (*etree.Element, error) {
	more, err := n.begin()
	root := etree.NewElement(n.el.name.Local)
	n.el.mark(root)
	if more {
		err = n.s.grow(root, b)
	}
	return root, err
}

// mark gives an element of a tree its namespace and what decides its meaning.
func (e element) mark(to *etree.Element) {
	to.CreateAttr("xmlns", e.name.Space)
	if e.null || e.typ.Local != "" {
		to.CreateAttr("xmlns:i", schemaSpace)
	}
	if e.null {
		to.CreateAttr("i:nil", "true")
	}
	if e.typ.Local != "" {
		to.CreateAttr("xmlns:t", e.typ.Space)
		to.CreateAttr("i:type", "t:"+e.typ.Local)
	}
}

// grow adds what the current element holds. Comments inside are refused: nothing may be read in two ways.
func (s *scanner) grow(parent *etree.Element, b bounds) error {
	depth, void := len(s.frames), false
	for size := int64(0); s.err == nil; {
		t := s.next(collect)
		if size += int64(len(s.text)); size > b.size {
			s.fail(b.what + " larger than the limit")
		}
		keep := keeps(parent, t, s.text) && s.err == nil
		if void && (keep || t == tokenStart) {
			s.fail("content inside a nil element")
		}
		if void = t == tokenStart && s.el.null; keep {
			parent.CreateText(string(s.text))
		}
		switch {
		case s.err != nil:
		case t == tokenStart:
			if size += elementCost; len(s.frames) > b.depth {
				s.fail(b.what + " nested deeper than the limit")
				break
			}
			parent = parent.CreateElement(s.el.name.Local)
			s.el.mark(parent)
		case len(s.frames) < depth:
			return nil
		default:
			parent = parent.Parent()
		}
	}
	return s.err
}

// keeps tells text from the white space that stands between elements.
func keeps(parent *etree.Element, before token, text []byte) bool {
	if len(text) == 0 {
		return false
	}
	between := before == tokenStart || len(parent.Child) > 0
	return !between || strings.Trim(string(text), " \t\r\n") != ""
}
