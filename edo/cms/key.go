package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/edokit/edokit/edo"
)

// maxKeyFile bounds PEM and PKCS#12 input in bytes.
const maxKeyFile = 1 << 20

// Key signs as the owner of a certificate. The private key may be in memory or behind any [crypto.Signer], such as a
// token. A Key prints as its owner; nothing formats the private key.
type Key struct {
	signer      crypto.Signer
	certificate *Certificate
}

// NewKey ties a signer to its certificate in DER. RSA from 2048 bits and ECDSA are taken; the public keys must be equal.
// Errors are [edo.Invalid] with field "key" or "certificate".
func NewKey(signer crypto.Signer, certificate []byte) (*Key, error) {
	c, err := ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	if signer == nil {
		return nil, badKey(KeyMalformed, "is empty", "give the private key of the certificate")
	}
	switch k := signer.Public().(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < minRSA {
			return nil, badKey(KeyUnsupported, fmt.Sprintf("is RSA of %d bits", k.N.BitLen()), fmt.Sprintf("use at least %d bits", minRSA))
		}
		if !k.Equal(c.publicKey) {
			return nil, mismatch()
		}
	case *ecdsa.PublicKey:
		if !k.Equal(c.publicKey) {
			return nil, mismatch()
		}
	default:
		return nil, badKey(KeyUnsupported, fmt.Sprintf("is of type %T", k), "use RSA or ECDSA, or sign outside and hand over the finished signature")
	}
	return &Key{signer: signer, certificate: c}, nil
}

// Certificate is that of the key's owner.
func (k *Key) Certificate() *Certificate { return k.certificate }

// Private is the key itself, for the one place that seals what was loaded from a file. Never format or log it.
func (k *Key) Private() crypto.Signer { return k.signer }

// Format prints the owner for every verb.
func (k *Key) Format(f fmt.State, _ rune) {
	if k == nil || k.certificate == nil {
		_, _ = f.Write([]byte("no key"))
		return
	}
	_, _ = fmt.Fprintf(f, "key of %s (%s)", k.certificate.Owner, k.certificate.Serial)
}

// LoadPEM reads an unencrypted private key (PKCS#8, PKCS#1 or SEC 1) and takes, from one or more certificates in PEM,
// the one that belongs to it. Errors are [edo.Invalid]; none of them quotes the input.
func LoadPEM(keyPEM, certPEM []byte) (*Key, error) {
	if len(keyPEM) > maxKeyFile || len(certPEM) > maxKeyFile {
		return nil, badKey(KeyMalformed, fmt.Sprintf("is larger than %d bytes", maxKeyFile), "give one key and its certificate")
	}
	signer, err := privateKey(keyPEM)
	if err != nil {
		return nil, err
	}
	result := error(&edo.Error{
		Kind: edo.Invalid, Reason: CertificateMalformed, Op: "cms.LoadPEM", Field: "certificate",
		Message: "is not in PEM", Remedy: "give a file with BEGIN CERTIFICATE",
	})
	for rest := certPEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, result
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		key, err := NewKey(signer, block.Bytes)
		if err == nil {
			return key, nil
		}
		result = err
	}
}

// privateKey reads the first private key in PEM. Causes are left out: they could quote the key.
func privateKey(in []byte) (crypto.Signer, error) {
	for rest := in; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, badKey(KeyMalformed, "is not in PEM", "give a file with BEGIN PRIVATE KEY")
		}
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return nil, badKey(KeyUnsupported, "is encrypted PEM", "use PKCS#12 for a key with a password")
		default:
			continue
		}
		signer, ok := key.(crypto.Signer)
		if err != nil || !ok || block.Headers["DEK-Info"] != "" {
			return nil, badKey(KeyMalformed, "cannot be read", "give an RSA or ECDSA key in PKCS#8, PKCS#1 or SEC 1; a key with a password in PKCS#12")
		}
		return signer, nil
	}
}

// LoadPKCS12 reads key and certificate from PKCS#12 (.pfx, .p12) in DER. Errors are [edo.Invalid]; a wrong password is
// told by field "password".
func LoadPKCS12(data []byte, password edo.Secret) (*Key, error) {
	if len(data) > maxKeyFile {
		return nil, badKey(KeyMalformed, fmt.Sprintf("is larger than %d bytes", maxKeyFile), "give one key and its certificate")
	}
	private, certificate, _, err := pkcs12.DecodeChain(data, password.Reveal())
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, &edo.Error{
			Kind: edo.Invalid, Reason: KeyMalformed, Op: "cms.LoadPKCS12", Field: "password",
			Message: "does not open the key file", Remedy: "give the password of the file",
		}
	}
	signer, ok := private.(crypto.Signer)
	if err != nil || !ok || certificate == nil {
		return nil, badKey(KeyMalformed, "is not a PKCS#12 file that can be read", "export one RSA or ECDSA key with its certificate; GOST containers stay with their own software")
	}
	return NewKey(signer, certificate.Raw)
}

func badKey(reason edo.Reason, message, remedy string) *edo.Error {
	return &edo.Error{Kind: edo.Invalid, Reason: reason, Op: "cms.Key", Field: "key", Message: message, Remedy: remedy}
}

func mismatch() *edo.Error {
	return badKey(KeyMismatch, "does not belong to the certificate", "give the key and the certificate of one person")
}
