package signstamp

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/edokit/edokit/stamping"
)

// Facts are what the mark says. Text is drawn as it is, without control characters; empty values and zero
// times are left out together with their label. Times are shown in their own zone, which is named.
type Facts struct {
	Title        string    // empty means «Документ подписан электронной подписью»; not used by the local mark
	Operator     string    // name of the operator; required for the operator's mark
	DocumentID   string    // the operator's identifier of the document
	MessageID    string    // and of the message with which it went
	OperatorTime time.Time // when the operator took the document
	Seal         string    // what the operator proves its mark by; not used by the local mark
	State        State     // what became of the document
	StateTime    time.Time // since when
	Remark       string    // one sentence, for example what was checked
	QR           string    // text of a QR code, at most 300 bytes, for example an address at which the signature is checked
	Signers      []Signer  // at least one
}

// State is what the parties have made of a document. Empty means that nothing is said of it.
type State string

// The states.
const (
	SignedByBoth State = "signed by both"
	Refused      State = "refused" // the recipient does not sign
	Revoked      State = "revoked" // cancelled by agreement of both (аннулирован)
)

// Signer is one signature on the document.
type Signer struct {
	Role         Role   // of the signer's party; the sender's signatures come first
	Owner        string // the person in the certificate; required
	Organisation string
	INN          string
	Serial       string // serial number of the certificate, hexadecimal
	ValidFrom    time.Time
	ValidTo      time.Time
	SignedAt     time.Time // as the signature claims
}

// Role is the part of a party in the exchange. Empty means that it is not known.
type Role string

// The roles.
const (
	Sender    Role = "sender"
	Recipient Role = "recipient"
)

const (
	maxSigners = 32  // more are counted, not listed: a sheet of them is still readable
	maxRunes   = 300 // of one value; a longer one ends in an ellipsis
	maxQR      = 300 // bytes
)

// check refuses facts that would make a mark without its point.
func (f *Facts) check(local bool) error {
	if len(f.Signers) == 0 {
		return invalid("Signers is empty: name at least one signer")
	}
	for i := range f.Signers {
		s := &f.Signers[i]
		if clean(s.Owner) == "" {
			return invalid("Signers: Owner is empty: name the person in the certificate")
		}
		if s.Role != "" && s.Role != Sender && s.Role != Recipient {
			return invalid("Signers: Role is unknown: use Sender, Recipient or none")
		}
	}
	switch {
	case !local && clean(f.Operator) == "":
		return invalid("Operator is empty: only an operator's mark may be drawn here, see ApplyLocal")
	case f.State != "" && f.State != SignedByBoth && f.State != Refused && f.State != Revoked:
		return invalid("State is unknown: use SignedByBoth, Refused, Revoked or none")
	case len(f.QR) > maxQR:
		return invalid("QR is longer than 300 bytes: its modules would be too small to be read")
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

// with gives the value behind its word and on the same line, or nothing if there is no value.
func with(word, value string) string {
	if value == "" {
		return ""
	}
	return word + glue + value
}
