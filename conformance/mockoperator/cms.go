package mockoperator

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"
)

// verifySign checks a detached CMS against the bytes of a document as the contract asks: one signer, its certificate
// inside and within its time, the digest of exactly these bytes. The chain is not checked.
func (o *Operator) verifySign(raw []byte, content Blob, field string) (Sign, error) {
	if len(raw) == 0 {
		return Sign{}, refuse("NotFilledRequiredField", field, "Нет подписи")
	}
	p7, err := parseCMS(raw)
	if err != nil {
		return Sign{}, refuse("InvalidCMS", field, "Подпись не читается: %v", err)
	}
	if len(p7.Content) > 0 || len(p7.Signers) != 1 {
		return Sign{}, refuse("InvalidCMS", field, "Подпись должна быть открепленной, с одним подписантом; содержимого %d байт, подписантов %d", len(p7.Content), len(p7.Signers))
	}
	cert := p7.GetOnlySigner()
	if cert == nil {
		return Sign{}, refuse("SignDoesNotContainCertificate", field, "В подписи нет сертификата подписанта")
	}
	s := describe(raw, p7, cert)
	if now := o.now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return Sign{}, refuse("CertificatePeriodIsNotValid", field, "Сертификат действует с %s по %s", cert.NotBefore.Format(time.DateOnly), cert.NotAfter.Format(time.DateOnly))
	}
	if strings.HasPrefix(s.Algorithm, "1.2.643.") {
		if o.behaviour().GOST != "valid" {
			return Sign{}, refuse("SignIsNotValid", field, "Подпись не соответствует документу")
		}
		s.Verdict = "by scenario"
		return s, nil
	}
	if err := verifyBytes(p7, cert, content); err != nil {
		return Sign{}, signFault(err, field)
	}
	s.Verdict = "valid"
	return s, nil
}

func signFault(err error, field string) error {
	var period *pkcs7.SigningTimeNotValidError
	var path *os.PathError
	switch {
	case errors.As(err, &period):
		return refuse("CertificatePeriodIsNotValid", field, "Время подписания вне срока действия сертификата")
	case errors.As(err, &path):
		return err // our disk, not their signature
	}
	return refuse("SignIsNotValid", field, "Подпись не соответствует документу: %v", err)
}

// storedDigest gives the library the digest of the content in the spool, so that it is never in memory.
type storedDigest struct{ Blob }

// Hash implements pkcs7.Hasher.
func (d storedDigest) Hash(h crypto.Hash, _ io.Reader) ([]byte, error) {
	if h == crypto.SHA256 {
		return hex.DecodeString(d.SHA256)
	}
	if !h.Available() {
		return nil, fmt.Errorf("digest %v is not available", h)
	}
	f, err := os.Open(d.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := h.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, err
	}
	return sum.Sum(nil), nil
}

func verifyBytes(p7 *pkcs7.PKCS7, cert *x509.Certificate, content Blob) error {
	p7.Hasher = storedDigest{content}
	if len(p7.Signers[0].AuthenticatedAttributes) > 0 {
		return p7.Verify()
	}
	// Without signed attributes the signature is over the content itself: the library would want all of it.
	h, ok := digestOf(p7.Signers[0].DigestAlgorithm.Algorithm)
	if !ok {
		return fmt.Errorf("unknown digest %s", p7.Signers[0].DigestAlgorithm.Algorithm)
	}
	sum, err := p7.Hasher.Hash(h, nil)
	if err != nil {
		return err
	}
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, h, sum, p7.Signers[0].EncryptedDigest)
	case *ecdsa.PublicKey:
		if ecdsa.VerifyASN1(key, sum, p7.Signers[0].EncryptedDigest) {
			return nil
		}
		return errors.New("ECDSA signature does not match")
	}
	return fmt.Errorf("unknown key %T", cert.PublicKey)
}

func digestOf(oid asn1.ObjectIdentifier) (crypto.Hash, bool) {
	switch oid.String() {
	case "1.3.14.3.2.26":
		return crypto.SHA1, true
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256, true
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384, true
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512, true
	}
	return 0, false
}

func describe(raw []byte, p7 *pkcs7.PKCS7, cert *x509.Certificate) Sign {
	s := Sign{
		Raw: raw, Subject: cert.Subject.String(), Owner: cert.Subject.CommonName,
		Serial: strings.ToUpper(hex.EncodeToString(cert.SerialNumber.Bytes())), ValidFrom: cert.NotBefore, ValidTo: cert.NotAfter,
		Algorithm: p7.Signers[0].DigestEncryptionAlgorithm.Algorithm.String(),
	}
	person := map[string]string{}
	for _, a := range cert.Subject.Names {
		if v, ok := a.Value.(string); ok {
			person[a.Type.String()] = v
		}
	}
	s.Organisation = person["2.5.4.10"]
	if s.INN = person["1.2.643.100.4"]; s.INN == "" {
		s.INN = person["1.2.643.3.131.1.1"]
	}
	if name := strings.TrimSpace(person["2.5.4.4"] + " " + person["2.5.4.42"]); name != "" {
		s.Owner = name
	}
	if s.Owner == "" {
		s.Owner = s.Subject
	}
	if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &s.SignedAt); err != nil {
		s.SignedAt = time.Time{} // the attribute is optional
	}
	return s
}

// parseCMS reads a CMS; a signer named by key identifier, which the library does not know, is renamed by issuer and serial
// number first: neither is covered by the signature.
func parseCMS(raw []byte) (*pkcs7.PKCS7, error) {
	p7, err := pkcs7.Parse(raw)
	if err == nil && len(p7.Signers) > 0 {
		return p7, nil
	}
	renamed, rerr := renameSigner(raw)
	if rerr != nil {
		return nil, errors.Join(err, rerr)
	}
	return pkcs7.Parse(renamed)
}

type signedData struct {
	Version int
	Digests asn1.RawValue
	Content asn1.RawValue
	Certs   asn1.RawValue   `asn1:"optional,tag:0"`
	CRLs    asn1.RawValue   `asn1:"optional,tag:1"`
	Signers []asn1.RawValue `asn1:"set"`
}

func renameSigner(raw []byte) ([]byte, error) {
	var info contentInfo
	if _, err := asn1.Unmarshal(raw, &info); err != nil || !info.Type.Equal(oidSignedData()) {
		return nil, errors.New("no SignedData")
	}
	var sd signedData
	if _, err := asn1.Unmarshal(info.Content.Bytes, &sd); err != nil {
		return nil, fmt.Errorf("SignedData: %w", err)
	}
	if len(sd.Signers) != 1 {
		return nil, fmt.Errorf("%d signers", len(sd.Signers))
	}
	certs, err := x509.ParseCertificates(sd.Certs.Bytes)
	if err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	if sd.Signers[0], err = renamed(sd.Signers[0], certs); err != nil {
		return nil, err
	}
	inner, err := asn1.Marshal(sd)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{Type: info.Type, Content: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
}

func renamed(signer asn1.RawValue, certs []*x509.Certificate) (asn1.RawValue, error) {
	var version int
	rest, err := asn1.Unmarshal(signer.Bytes, &version)
	if err != nil {
		return signer, err
	}
	var sid asn1.RawValue
	if rest, err = asn1.Unmarshal(rest, &sid); err != nil {
		return signer, err
	}
	for _, c := range certs {
		if sid.Class != asn1.ClassContextSpecific || sid.Tag != 0 || !bytes.Equal(c.SubjectKeyId, sid.Bytes) {
			continue
		}
		name, err := asn1.Marshal(issuerAndSerial{Issuer: asn1.RawValue{FullBytes: c.RawIssuer}, Serial: c.SerialNumber})
		if err != nil {
			return signer, err
		}
		v1 := []byte{2, 1, 1} // INTEGER 1
		return asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: bytes.Join([][]byte{v1, name, rest}, nil)}, nil
	}
	return signer, errors.New("no certificate for the signer")
}
