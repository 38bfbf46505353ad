package proof

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	dsig "github.com/russellhaering/goxmldsig"
)

// scan refuses what makes programs read the same XML differently, before a tree is made of it.
func scan(raw []byte) error {
	if !utf8.Valid(raw) {
		return refuse(Malformed, "is not UTF-8", nil)
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	s := scanner{}
	for {
		before := d.InputOffset()
		t, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF) && s.depth == 0 && s.roots == 1 && s.signatures == 1:
			return nil
		case errors.Is(err, io.EOF):
			return refuse(Malformed, "has not one root and one signature", nil)
		case err != nil:
			return refuse(Malformed, "is no XML", err)
		}
		if err := s.token(t, before); err != nil {
			return err
		}
	}
}

type scanner struct {
	depth, roots, ids, signatures int
}

func (s *scanner) token(t xml.Token, offset int64) error {
	switch t := t.(type) {
	case xml.StartElement:
		if s.depth == 0 {
			s.roots++
		}
		if s.depth++; s.depth > maxDepth || len(t.Attr) > maxAttributes {
			return refuse(TooLarge, "is nested too deeply, or has too many attributes", nil)
		}
		if t.Name.Local == dsig.SignatureTag { // of whatever namespace
			s.signatures++
		}
		return s.attributes(t.Attr)
	case xml.EndElement:
		s.depth--
	case xml.CharData:
		if s.depth == 0 && len(bytes.TrimSpace(t)) > 0 {
			return refuse(Malformed, "has text outside of its root", nil)
		}
	case xml.ProcInst:
		if t.Target != "xml" || offset != 0 {
			return refuse(Malformed, "holds a processing instruction", nil)
		}
	default: // comments and DTDs
		return refuse(Malformed, "holds a comment or a DTD", nil)
	}
	return nil
}

// attributes: nothing twice, and one id in the whole document, however it is spelt.
func (s *scanner) attributes(all []xml.Attr) error {
	seen := map[xml.Name]bool{}
	for _, a := range all {
		if seen[a.Name] {
			return refuse(Malformed, "has an attribute twice", nil)
		}
		seen[a.Name] = true
		if strings.EqualFold(a.Name.Local, idAttr) {
			if s.ids++; s.ids > 1 || s.depth != 1 {
				return refuse(Malformed, "has an id that is not its own", nil)
			}
		}
	}
	return nil
}
