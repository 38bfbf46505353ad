package main

import (
	"io"

	"github.com/edokit/edokit/directory/proof"
	"github.com/edokit/edokit/edo/cms"
)

// signingKey is the key that signs documents about the log: RSA, in a file that the administrator keeps.
type signingKey struct {
	Key         string      `required:"" env:"EDOKIT_LOG_KEY" placeholder:"FILE" help:"RSA key that signs: PKCS#12, or PEM with or beside its certificate."`
	Certificate string      `env:"EDOKIT_LOG_CERTIFICATE" placeholder:"FILE" help:"Its certificate, if the key's file holds none."`
	Password    secretFlags `embed:"" prefix:"password-"`
}

func (k signingKey) load(c *command) (*cms.Key, error) {
	password, err := k.Password.read(c)
	if err != nil {
		return nil, err
	}
	certificate := k.Certificate
	raw, err := readSmall(k.Key, maxKeyFile)
	if err != nil {
		return nil, err
	}
	if !isPEM(raw) {
		certificate = "" // it is in there, with the key
	}
	pair, err := readPair(certificate, k.Key, password)
	if err != nil {
		return nil, err
	}
	return load(pair)
}

// trustedKey is whose signature is believed: never who the document says it is.
type trustedKey struct {
	Certificate string `env:"EDOKIT_LOG_CERTIFICATE" placeholder:"FILE" help:"Certificate of the key that signed, PEM or DER. What the document says of its key does not count."`
}

// maxProof bounds a file before it is read; package proof says how large one may be.
const maxProof = proof.MaxSize

// verified reads a signed document about the log.
func (t trustedKey) verified(file string) (proof.Proof, error) {
	if t.Certificate == "" {
		return proof.Proof{}, usage("certificate", "is missing", "name the file of the certificate whose key signed, or set EDOKIT_LOG_CERTIFICATE")
	}
	certificate, err := readSmall(t.Certificate, maxKeyFile)
	if err != nil {
		return proof.Proof{}, err
	}
	raw, err := readSmall(file, maxProof)
	if err != nil {
		return proof.Proof{}, err
	}
	return proof.Verify(raw, der(certificate))
}

// sign writes a document about the log to a new file.
func (c *command) sign(p proof.Proof, k *cms.Key, out string) error {
	raw, err := proof.Sign(p, k)
	if err != nil {
		return err
	}
	return c.output(out, func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}
