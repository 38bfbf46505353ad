package cms

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"hash"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

// digests are those of one content, by algorithm.
type digests struct {
	sums map[string][]byte
	head []byte // the first bytes of the content
}

// Verify reads content once to its end and gives the verdict on every signer. at is the moment for which the dates
// of the certificates are asked: now for what is to be sent, the operator's time for what was received. An error
// means that content could not be read or ctx ended, and that there is no verdict.
func (s *SignedData) Verify(ctx context.Context, content io.Reader, at time.Time) (Report, error) {
	running := make(map[string]hash.Hash)
	writers := []io.Writer{}
	for i := range s.signers {
		oid := s.signers[i].digestOID
		if h := newHash(oid); h != nil && running[oid] == nil {
			running[oid] = h
			writers = append(writers, h)
		}
	}
	head := &prefix{}
	if err := stream(ctx, io.MultiWriter(append(writers, head)...), content); err != nil {
		return Report{}, unreadable("cms.Verify", err)
	}
	d := digests{sums: make(map[string][]byte, len(running)), head: head.bytes}
	for oid, h := range running {
		d.sums[oid] = h.Sum(nil)
	}
	return s.report(d, at), nil
}

// VerifyDigest is Verify for content whose SHA-256 is already known. It reports false, and no verdict, if a signer
// needs the content itself: another digest algorithm that is computed here, or no signed attributes.
func (s *SignedData) VerifyDigest(sha256 edo.Digest, at time.Time) (Report, bool) {
	for i := range s.signers {
		one := &s.signers[i]
		if one.attributes == nil || one.digestOID != oidSHA256 && newHash(one.digestOID) != nil {
			return Report{}, false
		}
	}
	return s.report(digests{sums: map[string][]byte{oidSHA256: sha256[:]}}, at), true
}

func (s *SignedData) report(d digests, at time.Time) Report {
	r := Report{Signers: make([]SignerReport, len(s.signers))}
	for i := range s.signers {
		r.Signers[i] = s.check(&s.signers[i], d, at)
	}
	return r
}

// check goes from the document outwards, so that the reason is the one a clerk can act on: a changed document is
// named before a wrong signature value, and both before dates.
func (s *SignedData) check(one *signer, d digests, at time.Time) SignerReport {
	r := SignerReport{
		State: edo.VerdictValid, DigestAlgorithm: algorithmName(one.digestOID), ByKeyID: one.keyID != nil,
		SigningTime: one.signingTime, UnsignedAttribute: one.unsigned,
	}
	for _, c := range s.certificates {
		if one.names(c) {
			r.Certificate = c
			r.ValidAt = c.ValidAt(at)
			r.ValidAtSigning = !one.signingTime.IsZero() && c.ValidAt(one.signingTime)
			break
		}
	}
	steps := []func(*signer, digests, *SignerReport){checkDocument, checkCertificate, checkValue}
	for _, step := range steps {
		if step(one, d, &r); r.State == edo.VerdictInvalid {
			return r
		}
	}
	if !r.ValidAt {
		reason := edo.SignatureExpired
		if at.Before(r.Certificate.NotBefore) {
			reason = CertificateNotYetValid
		}
		r.decide(edo.VerdictInvalid, reason, "certificate of "+r.Certificate.NotBefore.Format(time.RFC3339)+" to "+r.Certificate.NotAfter.Format(time.RFC3339))
	}
	return r
}

func (r *SignerReport) decide(v edo.VerdictState, reason edo.Reason, detail string) {
	r.State, r.Reason, r.Detail = v, reason, detail
}

// checkDocument compares the signed digest with that of the content.
func checkDocument(one *signer, d digests, r *SignerReport) {
	sum := d.sums[one.digestOID]
	switch {
	case one.fault != "":
		r.decide(edo.VerdictInvalid, edo.SignatureMalformed, one.fault)
	case broken(one.digestOID):
		r.decide(edo.VerdictInvalid, AlgorithmBroken, "digest by "+r.DigestAlgorithm)
	case one.attributes == nil && likeAttributes(d.head):
		// Bytes of signed attributes, passed off as a document, would verify: the same key has signed them.
		r.decide(edo.VerdictInvalid, edo.SignatureInvalid, "the content is the signed attributes of another signature")
	case sum == nil || one.attributes == nil:
	case !bytes.Equal(sum, one.messageDigest):
		r.decide(edo.VerdictInvalid, edo.DocumentChanged, "the digest of the content is not the signed one")
	default:
		r.DigestChecked = true
	}
}

// checkCertificate demands the certificate and, where the signer tied himself to one, that it is this one.
func checkCertificate(one *signer, _ digests, r *SignerReport) {
	if r.Certificate == nil {
		r.decide(edo.VerdictInvalid, CertificateAbsent, "no certificate inside fits the signer")
		return
	}
	if one.tie == nil {
		return
	}
	var sum []byte
	if h := newHash(one.tie.digestOID); h != nil {
		_, _ = h.Write(r.Certificate.DER)
		sum = h.Sum(nil)
	} else if one.tie.digestOID == oidSHA1 { // only a tie under a signature that does not rest on SHA-1
		s1 := sha1.Sum(r.Certificate.DER)
		sum = s1[:]
	}
	if sum == nil {
		return
	}
	if r.CertificateTied = bytes.Equal(sum, one.tie.digest); !r.CertificateTied {
		r.decide(edo.VerdictInvalid, CertificateOther, "the signed attributes name another certificate")
	}
}

// checkValue verifies the signature value, or says why that is left to the operator.
func checkValue(one *signer, d digests, r *SignerReport) {
	c := r.Certificate
	key, digest := scheme(one.signatureOID)
	if c.publicKey == nil || cryptoHash(one.digestOID) == 0 || key == "" && !isGOST(one.signatureOID) {
		r.decide(edo.VerdictOperatorOnly, edo.SignatureUnverified, "key "+c.KeyAlgorithm+", signature algorithm "+algorithmName(one.signatureOID))
		return
	}
	switch {
	case key != c.keyOID:
		r.decide(edo.VerdictInvalid, edo.SignatureMalformed, "the signature algorithm does not fit the key")
	case digest != "" && digest != one.digestOID:
		r.decide(edo.VerdictInvalid, edo.SignatureMalformed, "signature and digest algorithm name different digests")
	case !one.verify(c, d):
		r.decide(edo.VerdictInvalid, edo.SignatureInvalid, "the signature value is wrong")
	case one.attributes == nil:
		r.DigestChecked = true
	}
	if k, ok := c.publicKey.(*rsa.PublicKey); ok && k.N.BitLen() < minRSA {
		r.decide(edo.VerdictInvalid, AlgorithmBroken, "key "+c.KeyAlgorithm)
	}
}

// verify checks the value over the attributes, or over the content where there are none.
func (one *signer) verify(c *Certificate, d digests) bool {
	if one.attributes == nil {
		return verifyValue(c, one.digestOID, d.sums[one.digestOID], one.signature)
	}
	if verifyValue(c, one.digestOID, sumOf(one.digestOID, one.attributes), one.signature) {
		return true
	}
	// Signed is the DER order of the set; some writers send another.
	sorted, err := sortSet(one.attributes)
	return err == nil && verifyValue(c, one.digestOID, sumOf(one.digestOID, sorted), one.signature)
}

func sumOf(oid string, b []byte) []byte {
	h := newHash(oid)
	_, _ = h.Write(b)
	return h.Sum(nil)
}

func verifyValue(c *Certificate, digestOID string, digest, signature []byte) bool {
	switch key := c.publicKey.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, cryptoHash(digestOID), digest, signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, digest, signature)
	}
	return false
}

func sortSet(der []byte) ([]byte, error) {
	top := reader{rest: der}
	set, err := top.expect(tagSet)
	if err != nil {
		return nil, err
	}
	var members [][]byte
	for r := top.inside(set); !r.empty(); {
		e, err := r.next()
		if err != nil {
			return nil, err
		}
		members = append(members, e.raw)
	}
	return setOf(tagSet, members...), nil
}
