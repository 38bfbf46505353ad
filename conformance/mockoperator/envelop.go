package mockoperator

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
)

// The shapes of RFC 5652, section 6, as far as one recipient with an RSA key needs them.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
	}
	envelopedData struct {
		Version    int
		Recipients []keyTransport `asn1:"set"`
		Content    encryptedContent
	}
	keyTransport struct {
		Version   int
		Issuer    issuerAndSerial
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	encryptedContent struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Content   []byte `asn1:"tag:0,optional"`
	}
)

func oidData() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} }

func oidSignedData() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2} }

func oidEnvelopedData() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}
}
func oidRSA() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1} }
func oidAES256CBC() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
}

// envelop makes CMS EnvelopedData for a certificate: AES-256-CBC, key transport by RSA PKCS #1 v1.5, which every CMS reader
// knows. The library at hand would choose single DES by default.
func envelop(plain []byte, to *x509.Certificate) ([]byte, error) {
	pub, ok := to.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("mockoperator: envelop: %T is no RSA key", to.PublicKey)
	}
	secret := make([]byte, 32+aes.BlockSize)
	rand.Read(secret) // never fails, see crypto/rand
	key, iv := secret[:32], secret[32:]
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("mockoperator: envelop: %w", err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	padded := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(padded, padded)
	wrapped, err := rsa.EncryptPKCS1v15(rand.Reader, pub, key) //nolint:staticcheck // what the true operator sends; OAEP would shut its clients out
	if err != nil {
		return nil, fmt.Errorf("mockoperator: envelop: %w", err)
	}
	ivDER, err := asn1.Marshal(iv)
	if err != nil {
		return nil, fmt.Errorf("mockoperator: envelop: %w", err)
	}
	inner, err := asn1.Marshal(envelopedData{
		Recipients: []keyTransport{{
			Issuer:    issuerAndSerial{Issuer: asn1.RawValue{FullBytes: to.RawIssuer}, Serial: to.SerialNumber},
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidRSA(), Parameters: asn1.NullRawValue},
			Key:       wrapped,
		}},
		Content: encryptedContent{
			Type:      oidData(),
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidAES256CBC(), Parameters: asn1.RawValue{FullBytes: ivDER}},
			Content:   padded,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("mockoperator: envelop: %w", err)
	}
	return asn1.Marshal(contentInfo{Type: oidEnvelopedData(), Content: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
}
