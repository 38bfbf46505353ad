package wiretest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha1" //nolint:gosec // thumbprints of certificates are SHA-1
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"
)

// signed makes a CMS over content; detached as the contract wants it, or, with a key that is here, with the content inside or by
// several.
func (k *signer) signed(content []byte, detached bool, more ...*signer) ([]byte, error) {
	if k.key == nil {
		return k.sign(content)
	}
	sd, err := pkcs7.NewSignedData(content)
	if err != nil {
		return nil, err
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	for _, by := range append([]*signer{k}, more...) {
		if err := sd.AddSigner(by.cert, by.key, pkcs7.SignerInfoConfig{}); err != nil {
			return nil, err
		}
	}
	if detached {
		sd.Detach()
	}
	return sd.Finish()
}

// withoutCertificates takes the certificates out of a SignedData.
func withoutCertificates(cms []byte) ([]byte, error) {
	var outer struct {
		Type asn1.ObjectIdentifier
		Data asn1.RawValue `asn1:"explicit,tag:0"`
	}
	if _, err := asn1.Unmarshal(cms, &outer); err != nil {
		return nil, err
	}
	var inner asn1.RawValue
	if _, err := asn1.Unmarshal(outer.Data.Bytes, &inner); err != nil {
		return nil, err
	}
	var kept []byte
	for rest := inner.Bytes; len(rest) > 0; {
		var part asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &part); err != nil {
			return nil, err
		}
		if part.Class != asn1.ClassContextSpecific || part.Tag != 0 {
			kept = append(kept, part.FullBytes...)
		}
	}
	seq, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: kept})
	if err != nil {
		return nil, err
	}
	outer.Data = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: seq}
	return asn1.Marshal(struct {
		Type asn1.ObjectIdentifier
		Data asn1.RawValue
	}{outer.Type, outer.Data})
}

// open decrypts an enveloped token: sixteen bytes, whose text is that of a .NET GUID.
func (k *signer) open(enveloped []byte) (string, error) {
	p7, err := pkcs7.Parse(enveloped)
	if err != nil {
		return "", err
	}
	raw, err := p7.Decrypt(k.cert, k.key)
	if err != nil {
		return "", err
	}
	if len(raw) != 16 {
		return "", fmt.Errorf("the envelope holds %d bytes, expected 16", len(raw))
	}
	return fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x", raw[3], raw[2], raw[1], raw[0], raw[5], raw[4], raw[7], raw[6], raw[8:10], raw[10:]), nil
}

func (k *signer) thumbprint() string {
	sum := sha1.Sum(k.cert.Raw) //nolint:gosec // thumbprints of certificates are SHA-1
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func newStranger(random io.Reader, from, to time.Time) (*signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, err
	}
	serial := make([]byte, 8)
	if _, err := io.ReadFull(random, serial); err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: pkix.Name{CommonName: "Проверкин Пётр Петрович"}, NotBefore: from, NotAfter: to,
	}
	der, err := x509.CreateCertificate(random, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &signer{cert: cert, key: key}, err
}

func b64(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }
