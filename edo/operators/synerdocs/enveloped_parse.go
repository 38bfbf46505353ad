package synerdocs

import (
	"errors"
	"math/big"
)

// parseEnveloped reads ContentInfo and EnvelopedData (RFC 5652, 3 and 6.1):
//
//	SEQUENCE { contentType, [0] { SEQUENCE { version, [0] originator?, SET recipients,
//	    SEQUENCE { contentType, SEQUENCE { cipher, iv }, [0] text }, [1] attributes? } } }
func parseEnveloped(raw []byte) (sealed, error) {
	root, err := parseBER(raw)
	if err != nil {
		return sealed{}, err
	}
	if !root.is(tagSequence) || len(root.children) != 2 || string(root.children[0].bytes) != oidEnvelopedData ||
		root.children[1].tag != tagContext0 || len(root.children[1].children) != 1 {
		return sealed{}, notEnveloped()
	}
	members := root.children[1].children[0].children
	if len(members) > 1 && members[1].tag == tagContext0 {
		members = append(members[:1:1], members[2:]...) // the originator's certificates do not matter
	}
	if len(members) < 3 || !members[0].is(tagInteger) || !members[1].is(tagSet) || !members[2].is(tagSequence) {
		return sealed{}, notEnveloped()
	}
	var s sealed
	for _, m := range members[1].children {
		if !m.is(tagSequence) {
			s.agreed = true
			continue
		}
		r, err := parseRecipient(m)
		if err != nil {
			return sealed{}, err
		}
		s.recipients = append(s.recipients, r)
	}
	return s, s.parseContent(members[2])
}

func (s *sealed) parseContent(v berValue) error {
	if len(v.children) != 3 || !v.children[1].is(tagSequence) || len(v.children[1].children) != 2 {
		return notEnveloped()
	}
	algorithm, text := v.children[1].children, v.children[2]
	if !algorithm[0].is(tagOID) || !algorithm[1].is(tagOctets) || text.tag&^tagConstructed != tagContext0&^tagConstructed {
		return notEnveloped()
	}
	s.cipherOID, s.iv = string(algorithm[0].bytes), algorithm[1].bytes
	// [0] IMPLICIT OCTET STRING: in pieces if the writer streamed it.
	s.text = text.octets()
	return nil
}

// parseRecipient reads a KeyTransRecipientInfo (RFC 5652, 6.2.1).
func parseRecipient(v berValue) (recipient, error) {
	m := v.children
	if len(m) != 4 || !m[0].is(tagInteger) || !m[2].is(tagSequence) || len(m[2].children) == 0 || m[3].tag&^tagConstructed != tagOctets {
		return recipient{}, notEnveloped()
	}
	r := recipient{algorithm: string(m[2].children[0].bytes), key: m[3].octets()}
	if len(m[2].children) > 1 {
		r.params = m[2].children[1]
	}
	switch id := m[1]; {
	case id.is(tagSequence) && len(id.children) == 2 && id.children[1].is(tagInteger):
		r.serial = new(big.Int).SetBytes(id.children[1].bytes)
	case id.tag&^tagConstructed == tagContext0&^tagConstructed:
		r.keyID = id.octets()
	default:
		return recipient{}, notEnveloped()
	}
	return r, nil
}

func notEnveloped() error { return errors.New("the sealed token is no CMS EnvelopedData") }
