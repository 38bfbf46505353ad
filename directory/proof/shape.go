package proof

import (
	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// digestSHA256 is the only digest method.
const digestSHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

// part is an element as it must be: its name, one attribute, and its children in order.
type part struct {
	tag, attr, value string
	children         []part
	text             bool
}

// signature is the only shape of a signature over a root with this id.
func signature(id string) part {
	method := func(tag, algorithm string) part { return part{tag: tag, attr: dsig.AlgorithmAttr, value: algorithm} }
	return part{tag: dsig.SignatureTag, attr: "xmlns", value: dsig.Namespace, children: []part{
		{tag: dsig.SignedInfoTag, children: []part{
			method(dsig.CanonicalizationMethodTag, string(dsig.CanonicalXML10ExclusiveAlgorithmId)),
			method(dsig.SignatureMethodTag, dsig.RSASHA256SignatureMethod),
			{tag: dsig.ReferenceTag, attr: dsig.URIAttr, value: "#" + id, children: []part{
				{tag: dsig.TransformsTag, children: []part{
					method(dsig.TransformTag, string(dsig.EnvelopedSignatureAltorithmId)),
					method(dsig.TransformTag, string(dsig.CanonicalXML10ExclusiveAlgorithmId)),
				}},
				method(dsig.DigestMethodTag, digestSHA256),
				{tag: dsig.DigestValueTag, text: true},
			}},
		}},
		{tag: dsig.SignatureValueTag, text: true},
	}}
}

// shape refuses every document whose signature is not exactly as we write it, and drops what says which key it was.
func shape(root *etree.Element) error {
	id := root.SelectAttrValue(idAttr, "")
	if root.Tag != rootTag || root.NamespaceURI() != Namespace || id == "" {
		return refuse(Malformed, "is no document of this kind", nil)
	}
	children := root.ChildElements()
	if len(children) == 0 {
		return refuse(Malformed, "is not signed", nil)
	}
	first := children[0]
	if first.Tag != dsig.SignatureTag || first.NamespaceURI() != dsig.Namespace {
		return refuse(Malformed, "is not signed at its beginning", nil)
	}
	for _, c := range first.ChildElements() {
		if c.Tag == dsig.KeyInfoTag && c.NamespaceURI() == dsig.Namespace {
			first.RemoveChild(c)
		}
	}
	if !signature(id).fits(first) {
		return refuse(Malformed, "has a signature of another shape", nil)
	}
	return nil
}

// fits compares an element with what it must be.
func (p part) fits(e *etree.Element) bool {
	if e.Tag != p.tag || e.NamespaceURI() != dsig.Namespace || !p.attributes(e) {
		return false
	}
	children := e.ChildElements()
	if len(children) != len(p.children) || p.text && len(e.Child) != 1 {
		return false
	}
	for i, c := range children {
		if !p.children[i].fits(c) {
			return false
		}
	}
	if p.text {
		return true
	}
	for _, c := range e.Child { // nothing between the elements
		if _, is := c.(*etree.Element); !is {
			return false
		}
	}
	return true
}

func (p part) attributes(e *etree.Element) bool {
	if p.attr == "" {
		return len(e.Attr) == 0
	}
	if len(e.Attr) != 1 || e.Attr[0].Value != p.value {
		return false
	}
	return e.Attr[0].Key == p.attr && e.Attr[0].Space == "" || p.attr == "xmlns" && e.Attr[0].Space == "xmlns"
}
