package soap

import (
	"io"

	"github.com/edokit/edokit/edo"
)

// Node is the element being read: forward only, every element once. All methods are safe on a nil Node, which is an
// absent result. After an error the answer is over.
type Node struct {
	s    *scanner
	el   element
	done bool
}

func (s *scanner) node() *Node { return &Node{s: s, el: s.el} }

// Name is the expanded name.
func (n *Node) Name() Name {
	if n == nil {
		return Name{}
	}
	return n.el.name
}

// Nil reports xsi:nil, or that there is no element at all.
func (n *Node) Nil() bool { return n == nil || n.el.null }

// Type is the resolved xsi:type, zero if absent.
func (n *Node) Type() Name {
	if n == nil {
		return Name{}
	}
	return n.el.typ
}

// begin guards against a second reading and consumes a nil element, which must be empty.
func (n *Node) begin() (more bool, err error) {
	if n == nil || n.s.err != nil || n.done {
		if n != nil && n.s.err == nil {
			n.s.fail("an element that was asked for twice")
		}
		if n == nil {
			return false, nil
		}
		return false, n.s.err
	}
	n.done = true
	if !n.el.null {
		return true, nil
	}
	if n.s.next(blank) == tokenStart && n.s.err == nil {
		n.s.fail("content inside a nil element")
	}
	return false, n.s.err
}

// Text is the value of a scalar. Child elements, comments and processing instructions inside are refused, since two
// readers could see two values.
func (n *Node) Text() (string, error) {
	more, err := n.begin()
	if !more {
		return "", err
	}
	if n.s.next(collect) == tokenStart && n.s.err == nil {
		n.s.fail("an element inside a value")
	}
	return string(n.s.text), n.s.err
}

// Fields visits the children that are listed and skips the others. A listed one that comes twice, or under another
// namespace, is refused.
func (n *Node) Fields(fields map[Name]func(child *Node) error) error {
	seen := make(map[Name]bool, len(fields))
	return n.children(func(child *Node) error {
		visit, listed := fields[child.el.name]
		switch {
		case !listed:
			for name := range fields {
				if name.Local == child.el.name.Local {
					n.s.fail("an element of a foreign namespace")
				}
			}
			return n.s.err
		case seen[child.el.name]:
			n.s.fail("a duplicate element")
			return n.s.err
		}
		seen[child.el.name] = true
		return visit(child)
	})
}

// Each visits every child named item and skips the others.
func (n *Node) Each(item Name, visit func(child *Node) error) error {
	return n.children(func(child *Node) error {
		switch {
		case child.el.name == item:
			return visit(child)
		case child.el.name.Local == item.Local:
			n.s.fail("an element of a foreign namespace")
		}
		return n.s.err
	})
}

func (n *Node) children(visit func(child *Node) error) error {
	more, err := n.begin()
	for more {
		if n.s.next(blank) != tokenStart || n.s.err != nil {
			return n.s.err
		}
		child := n.s.node()
		if err := visit(child); err != nil {
			return err
		}
		if child.done {
			continue
		}
		if err := child.Skip(); err != nil {
			return err
		}
	}
	return err
}

// Skip passes over the element; what is inside must be well-formed all the same.
func (n *Node) Skip() error {
	if n == nil || n.s.err != nil || n.done {
		return n.fault()
	}
	n.done = true
	n.s.unwind(len(n.s.frames) - 1)
	return n.s.err
}

func (n *Node) fault() error {
	if n == nil {
		return nil
	}
	return n.s.err
}

// unwind passes over everything until only depth elements are open.
func (s *scanner) unwind(depth int) {
	for s.err == nil && (len(s.frames) > depth || s.empty) {
		s.next(pass)
	}
}

// Content writes a document to w as its base64 is read, and keeps it beside the log. It returns digest and length of
// the decoded bytes; a nil element gives zeros. White space and missing padding are accepted.
func (n *Node) Content(w io.Writer) (edo.Digest, int64, error) {
	more, err := n.begin()
	if !more {
		return edo.Digest{}, 0, err
	}
	c := newContent(n.s, w)
	c.read()
	if n.s.err == nil && n.s.next(blank) == tokenStart && n.s.err == nil {
		n.s.fail("an element inside a value")
	}
	if n.s.err != nil {
		return edo.Digest{}, c.size, n.s.err
	}
	return edo.Digest(c.sum.Sum(nil)), c.size, nil
}
