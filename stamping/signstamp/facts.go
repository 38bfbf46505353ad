package signstamp

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/edokit/edokit/stamping"
)

// Facts are what the mark says. Text is drawn as it is, without control characters; empty values and zero
// times are left out together with their label. Times are shown in their own zone.
type Facts struct {
	Title        string    // empty means «Документ подписан электронной подписью»; not used by the local mark
	Operator     string    // name of the operator; required for the operator's mark
	DocumentID   string    // the operator's identifier of the document
	OperatorTime time.Time // when the operator took the document
	Seal         string    // what the operator proves its mark by; not used by the local mark
	Signers      []Signer  // at least one
}

// Signer is one signature on the document.
type Signer struct {
	Owner        string // the person in the certificate; required
	Organisation string
	INN          string
	Serial       string // serial number of the certificate, hexadecimal
	ValidFrom    time.Time
	ValidTo      time.Time
	SignedAt     time.Time // as the signature claims
}

const (
	maxSigners = 8   // more are counted, not listed: the mark must stay readable
	maxRunes   = 300 // of one value; a longer one ends in an ellipsis
)

// check refuses facts that would make a mark without its point.
func (f *Facts) check(local bool) error {
	if len(f.Signers) == 0 {
		return invalid("Signers is empty: name at least one signer")
	}
	for i := range f.Signers {
		if clean(f.Signers[i].Owner) == "" {
			return invalid("Signers: Owner is empty: name the person in the certificate")
		}
	}
	if !local && clean(f.Operator) == "" {
		return invalid("Operator is empty: only an operator's mark may be drawn here, see ApplyLocal")
	}
	return nil
}

func invalid(msg string) error { return &stamping.Error{Kind: stamping.Invalid, Msg: msg} }

// clean makes one line of s: composed letters (й as one sign, whatever the source), single spaces, and no
// control or formatting characters, which could hide or turn round what is written.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	if r := []rune(s); len(r) > maxRunes {
		return string(r[:maxRunes]) + "…"
	}
	return s
}

func day(t time.Time) string { return t.Format("02.01.2006") }

func moment(t time.Time) string { return t.Format("02.01.2006 15:04:05 (UTC-07:00)") }

// join puts the parts that are there into one line.
func join(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

// with gives the value behind its word, or nothing if there is no value.
func with(word, value string) string {
	if value == "" {
		return ""
	}
	return word + " " + value
}
