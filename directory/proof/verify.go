package proof

import (
	"crypto/x509"
	"encoding/xml"
	"fmt"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Limits of a document.
const (
	MaxSize = 64 << 20 // bytes

	maxDepth      = 16
	maxAttributes = 32 // of one element
)

// Verify reads a document that the owner of a certificate in DER has signed. Errors are [edo.Invalid] with a reason of
// this package; then nothing of the document may be used. What comes back was read from the signed bytes alone.
func Verify(raw, certificate []byte) (Proof, error) {
	c, err := trusted(certificate)
	if err != nil {
		return Proof{}, err
	}
	signed, err := covered(raw, c)
	if err != nil {
		return Proof{}, err
	}
	var d document
	if err := xml.Unmarshal(signed, &d); err != nil {
		return Proof{}, refuse(Malformed, "what is signed is no document of this kind", err)
	}
	p := fromDocument(&d)
	if err := validAt(c, p.Made); err != nil {
		return Proof{}, err
	}
	if p.Message != nil {
		for i := range p.Message.Exchanges {
			if err := p.Message.Exchanges[i].check(); err != nil {
				return Proof{}, err
			}
		}
	}
	return p, nil
}

// covered gives the bytes that the signature is over.
func covered(raw []byte, c *x509.Certificate) ([]byte, error) {
	if len(raw) > MaxSize {
		return nil, refuse(TooLarge, fmt.Sprintf("is %d bytes long", len(raw)), nil)
	}
	if err := scan(raw); err != nil {
		return nil, err
	}
	tree := etree.NewDocument()
	tree.ReadSettings = etree.ReadSettings{PreserveDuplicateAttrs: true}
	if err := tree.ReadFromBytes(raw); err != nil || tree.Root() == nil {
		return nil, refuse(Malformed, "is no XML", err)
	}
	if err := shape(tree.Root()); err != nil {
		return nil, err
	}
	v := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{c}})
	v.IdAttribute = idAttr
	v.Clock = dsig.NewFakeClockAt(c.NotBefore) // whether it was valid is asked for the time that the document says
	element, err := v.Validate(tree.Root())
	if err != nil {
		return nil, refuse(SignatureWrong, "this key did not sign the document as it is", err)
	}
	verified := etree.NewDocument()
	verified.SetRoot(element)
	verified.WriteSettings = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true, CanonicalEndTags: true}
	signed, err := verified.WriteToBytes()
	if err != nil {
		return nil, refuse(Malformed, "what is signed cannot be read", err)
	}
	return signed, nil
}
