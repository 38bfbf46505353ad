package mockoperator

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Identity is a key of a head and its certificate, issued by the operator's own small authority.
type Identity struct {
	Box         string // first box of the organisation
	Name        string
	Key         *rsa.PrivateKey // nil when the certificate came with a registration
	Certificate *x509.Certificate
}

// Thumbprint is the SHA-1 of the certificate as the login takes it: hexadecimal, upper case.
func (id Identity) Thumbprint() string { return thumbprint(id.Certificate) }

func thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// KeyPEM returns the key as PKCS#8; an error when it is the client's and was never here.
func (id Identity) KeyPEM() ([]byte, error) {
	if id.Key == nil {
		return nil, fmt.Errorf("mockoperator: the key of %s is not here: the certificate came with a registration", id.Name)
	}
	der, err := x509.MarshalPKCS8PrivateKey(id.Key)
	if err != nil {
		return nil, fmt.Errorf("mockoperator: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// CertificatePEM returns the certificate.
func (id Identity) CertificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Certificate.Raw})
}

// Identities returns the keys and certificates of all heads of the organisation that owns the box, made on the first call.
func (o *Operator) Identities(box string) ([]Identity, error) {
	o.identityMu.Lock()
	defer o.identityMu.Unlock()
	_, org := o.owner(box)
	if org == nil || len(org.Heads) == 0 {
		return nil, fmt.Errorf("mockoperator: no local organisation owns box %q", box)
	}
	var out []Identity
	for _, h := range org.Heads {
		id, err := o.identity(org, h)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

// Identity returns the key and certificate of the first head of the organisation that owns the box.
func (o *Operator) Identity(box string) (Identity, error) {
	all, err := o.Identities(box)
	if err != nil {
		return Identity{}, err
	}
	return all[0], nil
}

func (o *Operator) identity(org *Organisation, h Head) (Identity, error) {
	for _, id := range o.identities {
		if strings.EqualFold(id.Box, org.Boxes[0]) && id.Name == h.name() {
			return id, nil
		}
	}
	if o.issuer == nil {
		ca, err := issue(nil, authorityTemplate(o.now()))
		if err != nil {
			return Identity{}, err
		}
		o.issuer = ca
	}
	id, err := issue(o.issuer, headTemplate(o.now(), org, h))
	if err != nil {
		return Identity{}, err
	}
	id.Box, id.Name = org.Boxes[0], h.name()
	o.keep(*id)
	return *id, nil
}

// keep adds an identity; the caller holds the lock. Thousands may register: a login must not look through all of them.
func (o *Operator) keep(id Identity) {
	o.thumbprints[id.Thumbprint()] = len(o.identities)
	o.identities = append(o.identities, id)
}

// known finds the identity of a head without making one.
func (o *Operator) known(org *Organisation, h Head) (Identity, bool) {
	o.identityMu.Lock()
	defer o.identityMu.Unlock()
	i := slices.IndexFunc(o.identities, func(id Identity) bool {
		return strings.EqualFold(id.Box, org.Boxes[0]) && id.Name == h.name()
	})
	if i < 0 {
		return Identity{}, false
	}
	return o.identities[i], true
}

// byThumbprint finds an identity that was made, and its organisation.
func (o *Operator) byThumbprint(want string) (Identity, bool) {
	o.identityMu.Lock()
	defer o.identityMu.Unlock()
	i, ok := o.thumbprints[strings.ToUpper(strings.ReplaceAll(want, " ", ""))]
	if !ok {
		return Identity{}, false
	}
	return o.identities[i], true
}

func issue(issuer *Identity, template *x509.Certificate) (*Identity, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("mockoperator: key: %w", err)
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, fmt.Errorf("mockoperator: serial: %w", err)
	}
	// The key identifier lets signatures name their signer by it instead of issuer and serial number.
	keyID := sha1.Sum(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	template.SubjectKeyId = keyID[:]
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.Certificate, issuer.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, fmt.Errorf("mockoperator: certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("mockoperator: certificate: %w", err)
	}
	return &Identity{Key: key, Certificate: cert}, nil
}

func authorityTemplate(now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: "Учебный удостоверяющий центр", Organization: []string{OperatorName}, Country: []string{"RU"}},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

// headTemplate is a certificate as Russian authorities write it: the person, the organisation and their numbers in the
// subject.
func headTemplate(now time.Time, org *Organisation, h Head) *x509.Certificate {
	numeric := func(oid asn1.ObjectIdentifier, value string) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: oid, Value: asn1.RawValue{Tag: asn1.TagNumericString, Bytes: []byte(value)}}
	}
	text := func(oid asn1.ObjectIdentifier, value string) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: oid, Value: value}
	}
	return &x509.Certificate{
		Subject: pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			text(asn1.ObjectIdentifier{2, 5, 4, 6}, "RU"),
			text(asn1.ObjectIdentifier{2, 5, 4, 10}, org.Name),
			text(asn1.ObjectIdentifier{2, 5, 4, 12}, h.Title),
			text(asn1.ObjectIdentifier{2, 5, 4, 4}, h.Surname),
			text(asn1.ObjectIdentifier{2, 5, 4, 42}, h.Given),
			text(asn1.ObjectIdentifier{2, 5, 4, 3}, h.name()),
			numeric(asn1.ObjectIdentifier{1, 2, 643, 100, 1}, org.OGRN),
			numeric(asn1.ObjectIdentifier{1, 2, 643, 100, 3}, h.SNILS),
			numeric(asn1.ObjectIdentifier{1, 2, 643, 100, 4}, org.INN),
			numeric(asn1.ObjectIdentifier{1, 2, 643, 3, 131, 1, 1}, h.INN),
		}},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection},
	}
}
