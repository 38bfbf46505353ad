package cms

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxNameParts bounds the attributes of one distinguished name, maxNameText one value in bytes.
const (
	maxNameParts = 64
	maxNameText  = 1024
)

// Attribute types of names. The Russian ones come from order 795 of the FSB on qualified certificates.
const (
	oidCommonName   = "2.5.4.3"
	oidSurname      = "2.5.4.4"
	oidOrganisation = "2.5.4.10"
	oidTitle        = "2.5.4.12"
	oidGivenName    = "2.5.4.42"
	oidOGRN         = "1.2.643.100.1"
	oidSNILS        = "1.2.643.100.3"
	oidINNLegal     = "1.2.643.100.4"
	oidOGRNIP       = "1.2.643.100.5"
	oidINN          = "1.2.643.3.131.1.1"
)

// distinguished collects the first value of each attribute type of a name.
func distinguished(r reader) (map[string]string, error) {
	name := make(map[string]string)
	for parts := 0; !r.empty(); {
		set, err := r.expect(tagSet)
		if err != nil {
			return nil, err
		}
		for rdn := r.inside(set); !rdn.empty(); parts++ {
			if parts == maxNameParts {
				return nil, errors.New("a name with too many parts")
			}
			pair, err := rdn.expect(tagSequence)
			if err != nil {
				return nil, err
			}
			in := rdn.inside(pair)
			oid, err := in.expect(tagOID)
			if err != nil {
				return nil, err
			}
			value, err := in.next()
			if err != nil {
				return nil, err
			}
			if key := oidText(oid.body); name[key] == "" {
				name[key] = text(value)
			}
		}
	}
	return name, nil
}

// readSubject takes over who the certificate belongs to.
func (c *Certificate) readSubject(r reader) error {
	name, err := distinguished(r)
	if err != nil {
		return err
	}
	c.Owner = name[oidCommonName]
	c.Person = strings.TrimSpace(name[oidSurname] + " " + name[oidGivenName])
	c.Title = name[oidTitle]
	c.Organisation = name[oidOrganisation]
	c.SNILS = name[oidSNILS]
	c.OGRN = name[oidOGRN]
	if c.OGRN == "" {
		c.OGRN = name[oidOGRNIP]
	}
	c.INN = name[oidINNLegal]
	// Before 2021 one attribute carried both: an organisation's ten digits came with two zeros in front.
	if inn := name[oidINN]; len(inn) == 12 && strings.HasPrefix(inn, "00") {
		if c.INN == "" {
			c.INN = inn[2:]
		}
	} else {
		c.PersonINN = inn
	}
	return nil
}

func (c *Certificate) readIssuer(r reader, e element) error {
	name, err := distinguished(r.inside(e))
	if err != nil {
		return err
	}
	c.issuer = e.raw
	c.Issuer = name[oidCommonName]
	if c.Issuer == "" {
		c.Issuer = name[oidOrganisation]
	}
	return nil
}

// text decodes a directory string for people. Names reach logs, stamps and pages, so what does not print (control
// characters, direction marks) becomes U+FFFD.
func text(e element) string {
	b := e.body
	if len(b) > maxNameText {
		b = b[:maxNameText]
	}
	var s string
	switch e.tag {
	case tagBMPString:
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		s = string(utf16.Decode(units))
	case tagUniversal:
		runes := make([]rune, len(b)/4)
		for i := range runes {
			runes[i] = rune(b[4*i])<<24 | rune(b[4*i+1])<<16 | rune(b[4*i+2])<<8 | rune(b[4*i+3])
		}
		s = string(runes)
	default:
		s = strings.ToValidUTF8(string(b), string(utf8.RuneError))
	}
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsGraphic(c) {
			return c
		}
		return utf8.RuneError
	}, s))
}
