package cms

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	maxCertificate = 64 << 10 // bytes of one certificate; qualified ones have 2-4 KiB
	maxRSA         = 8192     // bits; 32 signers with longer keys would buy seconds of arithmetic
	minRSA         = 2048     // bits; shorter keys are refused as broken
)

// Certificate is what a clerk, a stamp and a log need of a signer. Texts are cleaned of characters that do not
// print; nothing here says that the certificate is genuine.
type Certificate struct {
	Owner        string // common name: the person or the organisation
	Person       string // surname, given name and patronymic, if the certificate names a person
	Title        string // position (должность)
	Organisation string
	INN          string // of the organisation, 10 digits
	PersonINN    string // of the person, 12 digits
	OGRN         string // or ОГРНИП
	SNILS        string
	Serial       string // hexadecimal, upper case, whole octets
	Issuer       string // common name of the issuer, else its organisation
	NotBefore    time.Time
	NotAfter     time.Time
	Thumbprint   string // SHA-1 of DER, 40 upper-case hexadecimal digits: the name operators and Windows use
	KeyAlgorithm string // "RSA 2048", "ECDSA P-256", "ГОСТ Р 34.10-2012 (256)", or an object identifier
	DER          []byte // the exact bytes; do not modify

	issuer    []byte // DER of the name
	serial    []byte // value of the INTEGER
	keyID     []byte // subject key identifier, nil if absent
	keyOID    string
	publicKey crypto.PublicKey // RSA and ECDSA only
}

// ParseCertificate reads one X.509 certificate in DER, of any key algorithm; GOST certificates are read too. The
// standard library's reader is stricter than some issuers, so only the public key goes through it. Errors are
// [edo.Invalid] with field "certificate".
func ParseCertificate(der []byte) (*Certificate, error) {
	c, err := parseCertificate(der)
	if err != nil {
		return nil, &edo.Error{
			Kind: edo.Invalid, Reason: CertificateMalformed, Op: "cms.ParseCertificate", Field: "certificate",
			Message: "is not an X.509 certificate in DER", Remedy: "export it as a DER file (.cer)", Err: err,
		}
	}
	return c, nil
}

// ValidAt reports whether t lies within the dates of the certificate, both ends included.
func (c *Certificate) ValidAt(t time.Time) bool {
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// IsGOST reports a key of GOST R 34.10, which this package recognises but cannot check.
func (c *Certificate) IsGOST() bool { return isGOST(c.keyOID) }

// Info is the certificate in the words of package edo: the owner is the person if the certificate names one, the INN
// that of the organisation if there is one. id is ours, empty for a foreign signature.
func (c *Certificate) Info(id edo.SignerID) edo.SignerInfo {
	return edo.SignerInfo{
		ID: id, Owner: cmp.Or(c.Person, c.Owner), Organisation: c.Organisation, INN: cmp.Or(c.INN, c.PersonINN),
		OGRN: c.OGRN, Serial: c.Serial, Thumbprint: c.Thumbprint, Algorithm: c.KeyAlgorithm,
		NotBefore: c.NotBefore, NotAfter: c.NotAfter,
	}
}

func parseCertificate(der []byte) (*Certificate, error) {
	if len(der) > maxCertificate {
		return nil, fmt.Errorf("%d bytes, more than %d", len(der), maxCertificate)
	}
	top := reader{rest: der}
	outer, err := top.expect(tagSequence)
	if err != nil {
		return nil, err
	}
	if !top.empty() {
		return nil, fmt.Errorf("%d bytes after the end", len(top.rest))
	}
	signed := top.inside(outer)
	tbs, err := signed.expect(tagSequence)
	if err != nil {
		return nil, err
	}
	sum := sha1.Sum(der)
	c := &Certificate{DER: bytes.Clone(der), Thumbprint: strings.ToUpper(hex.EncodeToString(sum[:]))}
	if err := c.readFields(signed.inside(tbs)); err != nil {
		return nil, err
	}
	return c, nil
}

// readFields walks over tbsCertificate (RFC 5280, 4.1).
func (c *Certificate) readFields(r reader) error {
	if _, _, err := r.optional(contextTag | constructed | 0); err != nil { // version
		return err
	}
	serial, err := r.expect(tagInteger)
	if err != nil {
		return err
	}
	c.serial = serial.body
	c.Serial = strings.ToUpper(hex.EncodeToString(magnitude(serial.body)))
	if _, err := r.expect(tagSequence); err != nil { // signature algorithm
		return err
	}
	issuer, err := r.expect(tagSequence)
	if err != nil {
		return err
	}
	if err := c.readIssuer(r, issuer); err != nil {
		return err
	}
	dates, err := r.expect(tagSequence)
	if err != nil {
		return err
	}
	if err := c.readDates(r.inside(dates)); err != nil {
		return err
	}
	subject, err := r.expect(tagSequence)
	if err != nil {
		return err
	}
	if err := c.readSubject(r.inside(subject)); err != nil {
		return err
	}
	key, err := r.expect(tagSequence)
	if err != nil {
		return err
	}
	if err := c.readKey(r, key); err != nil {
		return err
	}
	return c.readExtensions(r)
}

// magnitude drops the sign octet of a positive INTEGER.
func magnitude(b []byte) []byte {
	if len(b) > 1 && b[0] == 0 {
		return b[1:]
	}
	return b
}

func (c *Certificate) readDates(r reader) error {
	for _, to := range []*time.Time{&c.NotBefore, &c.NotAfter} {
		e, err := r.next()
		if err != nil {
			return err
		}
		t, ok := timeOf(e)
		if !ok {
			return fmt.Errorf("a date of validity cannot be read")
		}
		*to = t
	}
	return nil
}

// readKey names the key's algorithm. A key the standard library cannot read is not an error: what is signed with it
// gets the verdict operator-only.
func (c *Certificate) readKey(r reader, spki element) error {
	in := r.inside(spki)
	algorithm, err := in.expect(tagSequence)
	if err != nil {
		return err
	}
	oid, err := algorithmOID(in, algorithm)
	if err != nil {
		return err
	}
	c.keyOID, c.KeyAlgorithm = oid, algorithmName(oid)
	if oid != oidRSA && oid != oidECPublicKey {
		return nil
	}
	key, err := x509.ParsePKIXPublicKey(spki.raw)
	if err != nil {
		return nil
	}
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() > maxRSA {
			return nil
		}
		c.publicKey, c.KeyAlgorithm = k, fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		c.publicKey, c.KeyAlgorithm = k, "ECDSA "+k.Curve.Params().Name
	}
	return nil
}

// algorithmOID reads the identifier of an AlgorithmIdentifier; parameters are not looked at.
func algorithmOID(r reader, algorithm element) (string, error) {
	in := r.inside(algorithm)
	e, err := in.expect(tagOID)
	if err != nil {
		return "", err
	}
	oid := oidText(e.body)
	if oid == "" {
		return "", fmt.Errorf("an algorithm identifier cannot be read")
	}
	return oid, nil
}

// readExtensions looks for the subject key identifier (RFC 5280, 4.2.1.2) and nothing else.
func (c *Certificate) readExtensions(r reader) error {
	for !r.empty() {
		e, err := r.next()
		if err != nil {
			return err
		}
		if e.tag != contextTag|constructed|3 {
			continue
		}
		wrap := r.inside(e)
		list, err := wrap.expect(tagSequence)
		if err != nil {
			return err
		}
		for exts := wrap.inside(list); !exts.empty(); {
			ext, err := exts.expect(tagSequence)
			if err != nil {
				return err
			}
			if err := c.readExtension(exts.inside(ext)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Certificate) readExtension(r reader) error {
	oid, err := r.expect(tagOID)
	if err != nil || oidText(oid.body) != "2.5.29.14" {
		return err
	}
	if _, _, err := r.optional(tagBoolean); err != nil {
		return err
	}
	value, err := r.expect(tagOctetString)
	if err != nil {
		return err
	}
	in := r.inside(value)
	id, err := in.expect(tagOctetString)
	c.keyID = id.body
	return err
}
