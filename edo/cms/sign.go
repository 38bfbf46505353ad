package cms

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

// personSigner is a Key in the shape the gateway asks for.
type personSigner struct {
	key *Key
	id  edo.SignerID
}

var _ edo.DigestSigner = personSigner{}

// Signer is the key as an [edo.Signer] under our id of the person.
func (k *Key) Signer(id edo.SignerID) edo.Signer { return personSigner{key: k, id: id} }

func (s personSigner) Info() edo.SignerInfo { return s.key.certificate.Info(s.id) }

func (s personSigner) Sign(ctx context.Context, content io.Reader, at time.Time) ([]byte, error) {
	return Sign(ctx, s.key, content, at)
}

func (s personSigner) SignDigest(_ context.Context, d edo.Digest, at time.Time) ([]byte, error) {
	return SignDigest(s.key, d, at)
}

// Sign reads content once to its end and returns a detached CMS SignedData in DER: one signer by issuer and serial
// number, SHA-256, signed attributes content type, message digest, signing time and signing certificate V2
// (CAdES-BES), the signer's certificate inside and no other, because some readers take the first for the signer's.
//
// now is the claimed signing time, cut to seconds; the certificate must be valid then, else [edo.Invalid] with reason
// [edo.SignerExpired]. The result is verified before it is returned, so that a faulty token cannot hand out a
// signature that the other side would refuse.
func Sign(ctx context.Context, key *Key, content io.Reader, now time.Time) ([]byte, error) {
	if key == nil {
		return nil, badKey(KeyMalformed, "is empty", "load a key first")
	}
	if err := key.usableAt(now); err != nil {
		return nil, err
	}
	h := sha256.New()
	if err := stream(ctx, h, content); err != nil {
		return nil, unreadable("cms.Sign", err)
	}
	return SignDigest(key, edo.Digest(h.Sum(nil)), now)
}

// SignDigest is Sign for content whose SHA-256 is already known and trusted by the caller.
func SignDigest(key *Key, content edo.Digest, now time.Time) ([]byte, error) {
	if key == nil {
		return nil, badKey(KeyMalformed, "is empty", "load a key first")
	}
	if err := key.usableAt(now); err != nil {
		return nil, err
	}
	attributes := signedAttributes(key.certificate, content, now)
	digest := sha256.Sum256(tlv(tagSet, attributes))
	value, err := key.signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, &edo.Error{Kind: edo.Internal, Op: "cms.Sign", Field: "key", Message: "did not sign", Err: err}
	}
	der := signedData(key.certificate, attributes, value)
	s, err := Parse(der)
	if err != nil {
		return nil, &edo.Error{Kind: edo.Internal, Op: "cms.Sign", Message: "made an unreadable signature", Err: err}
	}
	if r, ok := s.VerifyDigest(content, now); !ok || r.Verdict().State != edo.VerdictValid {
		return nil, &edo.Error{Kind: edo.Internal, Op: "cms.Sign", Field: "key", Message: "made a wrong signature: " + r.Verdict().Detail}
	}
	return der, nil
}

func (k *Key) usableAt(now time.Time) error {
	if k.certificate.ValidAt(now) {
		return nil
	}
	c := k.certificate
	return &edo.Error{
		Kind: edo.Invalid, Reason: edo.SignerExpired, Op: "cms.Sign", Field: "signer",
		Message: "has a certificate valid from " + c.NotBefore.Format(time.DateOnly) + " to " + c.NotAfter.Format(time.DateOnly),
		Remedy:  "renew the certificate",
	}
}

// signedAttributes is the inside of the SET OF, in DER order (RFC 5652, 11; RFC 5035, 3).
func signedAttributes(c *Certificate, content edo.Digest, now time.Time) []byte {
	attribute := func(oid string, value []byte) []byte {
		return tlv(tagSequence, oidDER(oid), tlv(tagSet, value))
	}
	thumb := sha256.Sum256(c.DER)
	issuerSerial := tlv(tagSequence,
		tlv(tagSequence, tlv(contextTag|constructed|4, c.issuer)), tlv(tagInteger, c.serial))
	id := tlv(tagSequence, tlv(tagOctetString, thumb[:]), issuerSerial) // SHA-256 is the default and left out
	set := setOf(tagSet,
		attribute(oidContentType, oidDER(oidData)),
		attribute(oidMessageDigest, tlv(tagOctetString, content[:])),
		attribute(oidSigningTime, timeDER(now)),
		attribute(oidSigningCertV2, tlv(tagSequence, tlv(tagSequence, id))),
	)
	e, _, _ := cut(set, 0) // cannot fail: written above
	return e.body
}

// signedData is the outer structure, version 1 (RFC 5652, 5.1).
func signedData(c *Certificate, attributes, value []byte) []byte {
	version := tlv(tagInteger, []byte{1})
	digest := tlv(tagSequence, oidDER(oidSHA256)) // without parameters (RFC 5754, 2)
	algorithm := tlv(tagSequence, oidDER(oidRSA), tlv(tagNull))
	if c.keyOID == oidECPublicKey {
		algorithm = tlv(tagSequence, oidDER(oidECDSASHA256))
	}
	signer := tlv(tagSequence,
		version,
		tlv(tagSequence, c.issuer, tlv(tagInteger, c.serial)),
		digest,
		tlv(contextTag|constructed|0, attributes),
		algorithm,
		tlv(tagOctetString, value),
	)
	data := tlv(tagSequence,
		version,
		tlv(tagSet, digest),
		tlv(tagSequence, oidDER(oidData)),
		tlv(contextTag|constructed|0, c.DER),
		tlv(tagSet, signer),
	)
	return tlv(tagSequence, oidDER(oidSignedData), tlv(contextTag|constructed|0, data))
}
