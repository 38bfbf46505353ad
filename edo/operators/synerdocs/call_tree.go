package synerdocs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Bounds of a request that is given as a tree.
const (
	maxTreeDepth    = 32
	maxTreeElements = 100_000
	maxTreeText     = 16 << 20 // bytes of all values together
	maxTreeSpaces   = 32
	schemaSpace     = "http://www.w3.org/2001/XMLSchema-instance"
)

// treeWriter copies a tree into the body of a request. It takes elements, their values and two attributes; whatever else
// a tree may hold could be read in two ways and is refused.
type treeWriter struct {
	body    *soap.Body
	secrets []string // paths that the caller listed
	masked  []string // paths that were written as secrets
	text    int      // bytes of all values so far
}

// newTreeWriter declares every namespace of the tree once, at the top.
func newTreeWriter(r Request) (*treeWriter, error) {
	prefixes := []soap.Prefix{{Short: "m", Space: modelSpace}}
	seen := []string{serviceSpace, modelSpace, schemaSpace}
	elements := 0
	var walk func(e *etree.Element, depth int, path string) error
	walk = func(e *etree.Element, depth int, path string) error {
		if elements++; depth > maxTreeDepth || elements > maxTreeElements {
			return invalid(placeOf(path), "is more than one request can hold", fmt.Sprintf("use at most %d elements in %d levels", maxTreeElements, maxTreeDepth))
		}
		spaces := []string{e.NamespaceURI()}
		if t, is, err := typeOf(e, path); err != nil {
			return err
		} else if is {
			spaces = append(spaces, t.Space)
		}
		for _, space := range spaces {
			if space == "" || space == schemaSpace || strings.HasPrefix(space, "http://www.w3.org/2000/xmlns") {
				return invalid(placeOf(path), "has no namespace of the contract", "declare the namespaces: "+serviceSpace+" for parameters, the model's for members of objects")
			}
			if !slices.Contains(seen, space) {
				seen = append(seen, space)
				prefixes = append(prefixes, soap.Prefix{Short: fmt.Sprintf("n%d", len(prefixes)), Space: space})
			}
		}
		if len(seen) > maxTreeSpaces {
			return invalid(placeOf(path), "needs too many namespaces", fmt.Sprintf("use at most %d", maxTreeSpaces))
		}
		for _, c := range e.ChildElements() {
			if err := walk(c, depth+1, path+"/"+c.Tag); err != nil {
				return err
			}
		}
		return nil
	}
	if r.Parameters != nil {
		for _, p := range r.Parameters.ChildElements() {
			if err := walk(p, 1, p.Tag); err != nil {
				return nil, err
			}
		}
	}
	return &treeWriter{body: soap.NewBody(svc(r.Operation), prefixes...), secrets: r.Secrets}, nil
}

// children writes the elements inside e; between them only white space may stand.
func (w *treeWriter) children(e *etree.Element, path string) error {
	for _, token := range e.Child {
		switch t := token.(type) {
		case *etree.Element:
			if err := w.element(t, strings.TrimPrefix(path+"/"+t.Tag, "/")); err != nil {
				return err
			}
		case *etree.CharData:
			if strings.Trim(t.Data, " \t\r\n") != "" {
				return strange(path, "has text between elements")
			}
		default:
			return strange(path, "holds something that is neither element nor text")
		}
	}
	return nil
}

func (w *treeWriter) element(e *etree.Element, path string) error {
	name := soap.Name{Space: e.NamespaceURI(), Local: e.Tag}
	void, err := nilOf(e, path)
	if err != nil {
		return err
	}
	typ, typed, err := typeOf(e, path)
	switch {
	case err != nil:
		return err
	case void:
		if len(e.Child) > 0 {
			return strange(path, "is nil and not empty")
		}
		w.body.Nil(name)
		return nil
	case len(e.ChildElements()) > 0 || typed:
		if typed {
			w.body.OpenType(name, typ)
		} else {
			w.body.Open(name)
		}
		err := w.children(e, path)
		w.body.Close()
		return err
	}
	return w.value(e, name, path)
}

// value writes a scalar, masked if it is listed, or if it or an element around it is named like a secret.
func (w *treeWriter) value(e *etree.Element, name soap.Name, path string) error {
	var value strings.Builder
	for _, token := range e.Child {
		t, is := token.(*etree.CharData)
		if !is {
			return strange(path, "holds something that is neither element nor text")
		}
		value.WriteString(t.Data)
	}
	if w.text += value.Len(); w.text > maxTreeText {
		return strange(path, "is more than one request can hold")
	}
	lower := strings.ToLower(path)
	if slices.Contains(w.secrets, path) || slices.ContainsFunc(secretWords(), func(word string) bool { return strings.Contains(lower, word) }) {
		w.masked = append(w.masked, path)
		w.body.Secret(name, edo.NewSecret(value.String()))
		return nil
	}
	w.body.Text(name, value.String())
	return nil
}

// nilOf reads xsi:nil, and refuses attributes that would not travel.
func nilOf(e *etree.Element, path string) (bool, error) {
	void := false
	for _, a := range e.Attr {
		switch {
		case a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns":
		case spaceOf(e, a.Space) == schemaSpace && a.Space != "" && a.Key == "nil":
			void = a.Value == "true" || a.Value == "1"
		case spaceOf(e, a.Space) == schemaSpace && a.Space != "" && a.Key == "type":
		default:
			return false, strange(path, "has an attribute that is neither xsi:nil nor xsi:type")
		}
	}
	return void, nil
}

// typeOf reads xsi:type.
func typeOf(e *etree.Element, path string) (soap.Name, bool, error) {
	for _, a := range e.Attr {
		if a.Key != "type" || a.Space == "" || spaceOf(e, a.Space) != schemaSpace {
			continue
		}
		prefix, local, qualified := strings.Cut(a.Value, ":")
		if !qualified {
			prefix, local = "", a.Value
		}
		space := spaceOf(e, prefix)
		if space == "" || local == "" {
			return soap.Name{}, false, strange(path, "has an xsi:type of no namespace")
		}
		return soap.Name{Space: space, Local: local}, true, nil
	}
	return soap.Name{}, false, nil
}

// spaceOf resolves a prefix where e stands.
func spaceOf(e *etree.Element, prefix string) string {
	for ; e != nil; e = e.Parent() {
		for _, a := range e.Attr {
			if prefix != "" && a.Space == "xmlns" && a.Key == prefix || prefix == "" && a.Space == "" && a.Key == "xmlns" {
				return a.Value
			}
		}
	}
	return ""
}

func strange(path, message string) error {
	return invalid(placeOf(path), message, "give elements with values or with elements, as the contract has them")
}

// placeOf names an element of the tree the way errors do.
func placeOf(path string) string {
	return strings.TrimSuffix("request.parameters."+strings.ReplaceAll(path, "/", "."), ".")
}
