package cms

import (
	"bytes"
	"errors"
	"time"
)

// signer is one SignerInfo (RFC 5652, 5.3). What is well-formed but contradicts itself is kept in fault, so that one
// wrong signer does not hide the others.
type signer struct {
	issuer, serial []byte // either these
	keyID          []byte // or this
	digestOID      string
	signatureOID   string
	signature      []byte
	attributes     []byte // DER of the SET OF as it was signed; nil: the signature is over the content itself
	messageDigest  []byte
	signingTime    time.Time
	tie            *certificateTie
	unsigned       bool
	fault          string
}

// certificateTie is the first certificate digest of the attribute signing-certificate.
type certificateTie struct {
	digestOID string
	digest    []byte
}

func readSigner(r reader, contentType string) (s signer, err error) {
	if _, err = r.expect(tagInteger); err != nil {
		return s, err
	}
	if err = s.readIdentifier(&r); err != nil {
		return s, err
	}
	if s.digestOID, err = readAlgorithm(&r); err != nil {
		return s, err
	}
	attributes, signed, err := r.optional(contextTag | constructed | 0)
	if err != nil {
		return s, err
	}
	if signed {
		if err = s.readAttributes(r, attributes, contentType); err != nil {
			return s, err
		}
	} else if contentType != oidData {
		s.fault = "content that is not plain data needs signed attributes"
	}
	if s.signatureOID, err = readAlgorithm(&r); err != nil {
		return s, err
	}
	value, err := r.next()
	if err != nil {
		return s, err
	}
	if s.signature, err = octets(value, tagOctetString, r.depth); err != nil {
		return s, err
	}
	_, s.unsigned, err = r.optional(contextTag | constructed | 1)
	return s, err
}

func readAlgorithm(r *reader) (string, error) {
	e, err := r.expect(tagSequence)
	if err != nil {
		return "", err
	}
	return algorithmOID(*r, e)
}

func (s *signer) readIdentifier(r *reader) error {
	e, err := r.next()
	if err != nil {
		return err
	}
	if e.tag != tagSequence {
		s.keyID, err = octets(e, contextTag|0, r.depth)
		return err
	}
	in := r.inside(e)
	issuer, err := in.expect(tagSequence)
	if err != nil {
		return err
	}
	if s.issuer, err = toDER(issuer, in.depth); err != nil {
		return err
	}
	serial, err := in.expect(tagInteger)
	s.serial = serial.body
	return err
}

// names reports whether the signer means this certificate.
func (s *signer) names(c *Certificate) bool {
	if s.keyID != nil {
		return len(s.keyID) > 0 && bytes.Equal(s.keyID, c.keyID)
	}
	return bytes.Equal(s.issuer, c.issuer) && bytes.Equal(s.serial, c.serial)
}

// readAttributes reads the signed attributes this package acts on. Each may come once and with one value: a second
// one would let two readers see two different signatures.
func (s *signer) readAttributes(r reader, e element, contentType string) error {
	der, err := toDER(e, r.depth)
	if err != nil {
		return err
	}
	der[0] = tagSet // in the message the tag is implicit [0], signed is the SET OF
	s.attributes = der
	seen := make(map[string]bool)
	in := r.inside(e)
	for n := 0; !in.empty(); n++ {
		if n == maxAttributes {
			return errors.New("too many signed attributes")
		}
		pair, err := in.expect(tagSequence)
		if err != nil {
			return err
		}
		if err := s.readAttribute(in.inside(pair), contentType, seen); err != nil {
			return err
		}
	}
	if !seen[oidContentType] || !seen[oidMessageDigest] {
		s.fault = "content type or message digest is not among the signed attributes"
	}
	return nil
}

func (s *signer) readAttribute(r reader, contentType string, seen map[string]bool) error {
	e, err := r.expect(tagOID)
	if err != nil {
		return err
	}
	oid := oidText(e.body)
	if seen[oid] {
		s.fault = "a signed attribute comes twice: " + oid
		return nil
	}
	seen[oid] = true
	set, err := r.expect(tagSet)
	if err != nil {
		return err
	}
	values := r.inside(set)
	value, err := values.next()
	if err != nil {
		return err
	}
	var ok bool
	switch oid {
	case oidContentType:
		ok = value.tag == tagOID && oidText(value.body) == contentType
	case oidMessageDigest:
		s.messageDigest, err = octets(value, tagOctetString, values.depth)
		ok = err == nil
	case oidSigningTime:
		s.signingTime, ok = timeOf(value)
	case oidSigningCert, oidSigningCertV2:
		ok = s.readTie(values, value, oid)
	default:
		return nil
	}
	if !ok || !values.empty() {
		s.fault = "a signed attribute cannot be read or contradicts the content: " + oid
	}
	return nil
}

// readTie reads the first ESSCertID (RFC 2634, 5.4) or ESSCertIDv2 (RFC 5035, 3): it is the signer's.
func (s *signer) readTie(r reader, value element, oid string) bool {
	attribute := r.inside(value)
	if value.tag != tagSequence {
		return false
	}
	list, err := attribute.expect(tagSequence)
	if err != nil {
		return false
	}
	ids := attribute.inside(list)
	id, err := ids.expect(tagSequence)
	if err != nil {
		return false
	}
	in := ids.inside(id)
	tie := certificateTie{digestOID: oidSHA1}
	if oid == oidSigningCertV2 {
		tie.digestOID = oidSHA256 // the default
		algorithm, ok, err := in.optional(tagSequence)
		if err != nil {
			return false
		}
		if ok {
			if tie.digestOID, err = algorithmOID(in, algorithm); err != nil {
				return false
			}
		}
	}
	digest, err := in.expect(tagOctetString)
	if err != nil {
		return false
	}
	tie.digest = digest.body
	if s.tie == nil || s.tie.digestOID == oidSHA1 { // both attributes: the stronger digest counts
		s.tie = &tie
	}
	return true
}
