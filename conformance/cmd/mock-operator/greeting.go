package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// greeting is the line on stdout.
type greeting struct {
	URL           string       `json:"url"`
	WSDL          string       `json:"wsdl"`
	Organisations []subscriber `json:"organisations"`
}

type subscriber struct {
	Name        string   `json:"name"`
	INN         string   `json:"inn"`
	KPP         string   `json:"kpp"`
	Box         string   `json:"box"`
	Boxes       []string `json:"boxes"`
	Login       string   `json:"login"`
	Password    string   `json:"password"`
	Key         string   `json:"key"`         // PEM file of the first signer
	Certificate string   `json:"certificate"` // PEM file of the first signer
	Signers     []signer `json:"signers"`
}

type signer struct {
	Name        string `json:"name"`
	Thumbprint  string `json:"thumbprint"`
	Key         string `json:"key"`
	Certificate string `json:"certificate"`
}

// writeSubscribers makes the keys of every subscriber that can log in and writes them as PEM files.
func writeSubscribers(op *mockoperator.Operator, dir string) ([]subscriber, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	var out []subscriber
	for _, org := range op.Organisations() {
		if org.Login == "" {
			continue
		}
		ids, err := op.Identities(org.Boxes[0])
		if err != nil {
			return nil, err
		}
		s := subscriber{Name: org.Name, INN: org.INN, KPP: org.KPP, Box: org.Boxes[0], Boxes: org.Boxes, Login: org.Login, Password: org.Password}
		for i, id := range ids {
			one, err := writeSigner(filepath.Join(dir, fmt.Sprintf("%s-%d", org.Login, i+1)), id)
			if err != nil {
				return nil, err
			}
			s.Signers = append(s.Signers, one)
		}
		s.Key, s.Certificate = s.Signers[0].Key, s.Signers[0].Certificate
		out = append(out, s)
	}
	return out, nil
}

func writeSigner(base string, id mockoperator.Identity) (signer, error) {
	s := signer{Name: id.Name, Thumbprint: id.Thumbprint(), Key: base + ".key.pem", Certificate: base + ".cert.pem"}
	key, err := id.KeyPEM()
	if err != nil {
		return s, err
	}
	if err := os.WriteFile(s.Key, key, 0o600); err != nil {
		return s, err
	}
	return s, os.WriteFile(s.Certificate, id.CertificatePEM(), 0o600)
}
