package mockoperator_test

import (
	"encoding/asn1"
	"testing"
)

// withoutCertificate takes the certificates out of a CMS.
func withoutCertificate(t *testing.T, der []byte) []byte {
	t.Helper()
	type info struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	type signed struct {
		Version int
		Digests asn1.RawValue
		Content asn1.RawValue
		Certs   asn1.RawValue `asn1:"optional,tag:0"`
		Signers asn1.RawValue
	}
	type bare struct {
		Version int
		Digests asn1.RawValue
		Content asn1.RawValue
		Signers asn1.RawValue
	}
	var i info
	var s signed
	if _, err := asn1.Unmarshal(der, &i); err != nil {
		t.Fatal(err)
	}
	if _, err := asn1.Unmarshal(i.Content.Bytes, &s); err != nil {
		t.Fatal(err)
	}
	inner, err := asn1.Marshal(bare{s.Version, s.Digests, s.Content, s.Signers})
	if err != nil {
		t.Fatal(err)
	}
	out, err := asn1.Marshal(info{i.Type, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
