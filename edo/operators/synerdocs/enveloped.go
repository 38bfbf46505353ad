package synerdocs

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" // still what Windows seals with by default
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
)

// Object identifiers as they stand in DER, without tag and length.
const (
	oidEnvelopedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
	oidRSA           = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	oidOAEP          = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"
	oidMGF1          = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"
	oidPSpecified    = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09"
	oidSHA1          = "\x2b\x0e\x03\x02\x1a"
	oidSHA256        = "\x60\x86\x48\x01\x65\x03\x04\x02\x01"
	oidSHA384        = "\x60\x86\x48\x01\x65\x03\x04\x02\x02"
	oidSHA512        = "\x60\x86\x48\x01\x65\x03\x04\x02\x03"
	oidAES128CBC     = "\x60\x86\x48\x01\x65\x03\x04\x01\x02"
	oidAES192CBC     = "\x60\x86\x48\x01\x65\x03\x04\x01\x16"
	oidAES256CBC     = "\x60\x86\x48\x01\x65\x03\x04\x01\x2a"
	oid3DESCBC       = "\x2a\x86\x48\x86\xf7\x0d\x03\x07"
)

// sealed is what is needed of a CMS EnvelopedData (RFC 5652, 6.1).
type sealed struct {
	recipients []recipient
	agreed     bool // some recipient is of another kind than key transport
	cipherOID  string
	iv, text   []byte
}

// recipient is one KeyTransRecipientInfo.
type recipient struct {
	serial    *big.Int // of issuer and serial number, or
	keyID     []byte   // subject key identifier
	algorithm string
	params    berValue // of the algorithm; zero if absent
	key       []byte
}

// openEnveloped decrypts an EnvelopedData for the given certificate. Errors name the step, never any of the bytes: with
// a wrong key they are all the same to a caller, so nothing can be learnt by trying.
func openEnveloped(raw []byte, cert *x509.Certificate, key crypto.Decrypter) ([]byte, error) {
	s, err := parseEnveloped(raw)
	if err != nil {
		return nil, err
	}
	size, block, err := cipherOf(s.cipherOID)
	if err != nil {
		return nil, err
	}
	if len(s.iv) == 0 || len(s.text) == 0 {
		return nil, errors.New("the sealed token has no initial vector or no content")
	}
	for _, r := range s.recipients {
		if !r.isFor(cert) {
			continue
		}
		contentKey, err := r.open(key, size)
		if err != nil {
			return nil, err
		}
		return decryptCBC(block, contentKey, s.iv, s.text)
	}
	if s.agreed {
		return nil, errors.New("the token is sealed by key agreement, as for GOST certificates, which is not spoken here")
	}
	return nil, errors.New("the token is sealed for another certificate")
}

// isFor compares the serial number alone, not the issuer's name: the name may be encoded in another way, and the key
// decides anyway.
func (r recipient) isFor(cert *x509.Certificate) bool {
	if r.serial != nil {
		return r.serial.Cmp(cert.SerialNumber) == 0
	}
	return len(r.keyID) > 0 && bytes.Equal(r.keyID, cert.SubjectKeyId)
}

// open decrypts the content key. With the older padding a wrong key gives a random content key instead of an error,
// which is the defence against oracles that package rsa offers.
func (r recipient) open(key crypto.Decrypter, size int) ([]byte, error) {
	var opts crypto.DecrypterOpts
	switch r.algorithm {
	case oidRSA:
		opts = &rsa.PKCS1v15DecryptOptions{SessionKeyLen: size} //nolint:staticcheck // the padding is the sender's choice, and Windows seals with this one
	case oidOAEP:
		o, err := oaepOptions(r.params)
		if err != nil {
			return nil, err
		}
		opts = o
	default:
		return nil, errors.New("the token's key is sealed by an unknown algorithm")
	}
	k, err := key.Decrypt(rand.Reader, r.key, opts)
	if err != nil || len(k) != size {
		return nil, errors.New("the token's key does not open with the private key")
	}
	return k, nil
}

// oaepOptions reads RSAES-OAEP-params (RFC 8017, A.2.1), whose members all have defaults.
func oaepOptions(params berValue) (*rsa.OAEPOptions, error) {
	o := &rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1}
	bad := errors.New("the token's key is sealed with unknown OAEP parameters")
	if !params.is(tagSequence) {
		if params.tag == 0 || params.tag == tagNull {
			return o, nil
		}
		return nil, bad
	}
	for _, m := range params.children {
		if len(m.children) != 1 || len(m.children[0].children) == 0 {
			return nil, bad
		}
		algorithm := m.children[0]
		oid := string(algorithm.children[0].bytes)
		switch m.tag {
		case tagContext0:
			o.Hash = hashOf(oid)
		case tagContext1:
			if oid != oidMGF1 || len(algorithm.children) != 2 || len(algorithm.children[1].children) == 0 {
				return nil, bad
			}
			o.MGFHash = hashOf(string(algorithm.children[1].children[0].bytes))
		case tagContext2:
			if oid != oidPSpecified || len(algorithm.children) != 2 {
				return nil, bad
			}
			o.Label = algorithm.children[1].bytes
		default:
			return nil, bad
		}
	}
	if o.Hash == 0 || o.MGFHash == 0 {
		return nil, bad
	}
	return o, nil
}

func hashOf(oid string) crypto.Hash {
	switch oid {
	case oidSHA1:
		return crypto.SHA1
	case oidSHA256:
		return crypto.SHA256
	case oidSHA384:
		return crypto.SHA384
	case oidSHA512:
		return crypto.SHA512
	}
	return 0
}

func cipherOf(oid string) (keySize int, block func([]byte) (cipher.Block, error), err error) {
	switch oid {
	case oidAES128CBC:
		return 16, aes.NewCipher, nil
	case oidAES192CBC:
		return 24, aes.NewCipher, nil
	case oidAES256CBC:
		return 32, aes.NewCipher, nil
	case oid3DESCBC:
		return 24, des.NewTripleDESCipher, nil
	}
	return 0, nil, errors.New("the token is sealed with an unknown cipher")
}

func decryptCBC(newBlock func([]byte) (cipher.Block, error), key, iv, text []byte) ([]byte, error) {
	block, err := newBlock(key)
	if err != nil {
		return nil, fmt.Errorf("the token's key does not fit its cipher: %w", err)
	}
	n := block.BlockSize()
	if len(iv) != n || len(text)%n != 0 {
		return nil, errors.New("the sealed token does not fit its cipher")
	}
	plain := make([]byte, len(text))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, text)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > n || !bytes.Equal(plain[len(plain)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, errors.New("the sealed token does not open with the private key")
	}
	return plain[:len(plain)-pad], nil
}
