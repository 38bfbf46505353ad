package proof

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/edokit/edokit/edo/cms"
)

// minRSA is the shortest RSA key in bits.
const minRSA = 2048

// Sign writes the document. Errors: [KeyNotRSA], [KeyNotValid] if the certificate is not valid at the time that the
// document says, [TooLarge].
func Sign(p Proof, key *cms.Key) ([]byte, error) {
	if key == nil {
		return nil, refuse(KeyNotRSA, "there is no key", nil)
	}
	certificate, err := trusted(key.Certificate().DER)
	if err != nil {
		return nil, err
	}
	if err := validAt(certificate, p.Made); err != nil {
		return nil, err
	}
	raw, err := xml.Marshal(toDocument("proof-"+rand.Text(), p))
	if err != nil {
		return nil, err
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(raw); err != nil {
		return nil, err
	}
	c, err := dsig.NewSigningContext(key.Private(), [][]byte{certificate.Raw})
	if err != nil {
		return nil, err
	}
	c.IdAttribute, c.Canonicalizer = idAttr, dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := c.SetSignatureMethod(dsig.RSASHA256SignatureMethod); err != nil {
		return nil, err
	}
	signature, err := c.ConstructSignature(tree.Root(), true)
	if err != nil {
		return nil, err
	}
	tree.Root().InsertChildAt(0, signature) // first: who verifies gives up looking for it after a thousand elements
	tree.WriteSettings = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true, CanonicalEndTags: true}
	out, err := tree.WriteToBytes()
	if err != nil {
		return nil, err
	}
	out = append([]byte(declaration), out...)
	if len(out) > MaxSize {
		return nil, refuse(TooLarge, fmt.Sprintf("is %d bytes long", len(out)), nil)
	}
	return out, nil
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// trusted reads a certificate whose key may sign a document.
func trusted(der []byte) (*x509.Certificate, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, refuse(KeyNotRSA, "the certificate cannot be read", err)
	}
	key, ok := c.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok:
		return nil, refuse(KeyNotRSA, fmt.Sprintf("the key is %s: signatures of such keys are written in a form that other programs do not read", c.PublicKeyAlgorithm), nil)
	case key.N.BitLen() < minRSA:
		return nil, refuse(KeyNotRSA, fmt.Sprintf("the key has %d bits", key.N.BitLen()), nil)
	}
	return c, nil
}

func validAt(c *x509.Certificate, at time.Time) error {
	if at.Before(c.NotBefore) || at.After(c.NotAfter) {
		return refuse(KeyNotValid, fmt.Sprintf("the certificate is valid from %s to %s, the document says %s",
			c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339), at.UTC().Format(time.RFC3339)), nil)
	}
	return nil
}
