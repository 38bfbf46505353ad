package edotest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"time"

	"github.com/edokit/edokit/edo/cms"
)

// Subject is whose self-signed certificate [NewKey] makes. Empty fields are left out.
type Subject struct {
	Owner        string // common name, the person in full: "Иванов Иван Иванович"
	Surname      string
	GivenName    string // given name and patronymic
	Title        string // должность
	Organisation string
	INN          string // of the organisation, 10 digits
	PersonINN    string // 12 digits
	OGRN         string // 13 digits
	SNILS        string // 11 digits
}

// Key is a person of tests and demos: RSA-2048 with a self-signed certificate that nobody vouches for.
type Key struct {
	*cms.Key
	KeyPEM         []byte // PKCS#8, not encrypted
	CertificatePEM []byte
}

// NewKey makes a key and a certificate with the attributes of a Russian qualified certificate (FSB order 795). The
// dates are cut to seconds, both ends included. The key comes from the system's random source and the serial number
// from the key: two calls never give the same.
func NewKey(subject Subject, notBefore, notAfter time.Time) (*Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(public)
	serial := new(big.Int).SetBytes(append([]byte{0x01}, sum[:15]...))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: subject.name(), NotBefore: notBefore, NotAfter: notAfter,
		SubjectKeyId: sum[:20], KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	key, err := cms.NewKey(private, der)
	if err != nil {
		return nil, err
	}
	return &Key{
		Key:            key,
		KeyPEM:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		CertificatePEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	}, nil
}

// name writes the attributes in the string types that issuers use: UTF8String, and NumericString for numbers.
func (s Subject) name() pkix.Name {
	const utf8String, numericString = asn1.TagUTF8String, asn1.TagNumericString
	var name pkix.Name
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		tag   int
		value string
	}{
		{asn1.ObjectIdentifier{2, 5, 4, 3}, utf8String, s.Owner},
		{asn1.ObjectIdentifier{2, 5, 4, 4}, utf8String, s.Surname},
		{asn1.ObjectIdentifier{2, 5, 4, 42}, utf8String, s.GivenName},
		{asn1.ObjectIdentifier{2, 5, 4, 12}, utf8String, s.Title},
		{asn1.ObjectIdentifier{2, 5, 4, 10}, utf8String, s.Organisation},
		{asn1.ObjectIdentifier{1, 2, 643, 100, 4}, numericString, s.INN},
		{asn1.ObjectIdentifier{1, 2, 643, 3, 131, 1, 1}, numericString, s.PersonINN},
		{asn1.ObjectIdentifier{1, 2, 643, 100, 1}, numericString, s.OGRN},
		{asn1.ObjectIdentifier{1, 2, 643, 100, 3}, numericString, s.SNILS},
	} {
		if a.value != "" {
			name.ExtraNames = append(name.ExtraNames, pkix.AttributeTypeAndValue{
				Type: a.oid, Value: asn1.RawValue{Tag: a.tag, Bytes: []byte(a.value)},
			})
		}
	}
	return name
}
