package edo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

type (
	// SubscriberID names one of our organisations at one operator (наш абонент). Chosen by us, see [CheckID].
	SubscriberID string
	// ActorID names the host's user who asks for something. Asserted by the host, checked against the allow-list.
	ActorID string
	// PackageID is chosen by the host, unique per subscriber for ever: the same id with the same digests is the same
	// operation, with other digests it is refused.
	PackageID string
	// DocumentID is chosen by the host and unique inside its package.
	DocumentID string
	// SignerID names a person whose key signs (подписант). It is never substituted by another person's.
	SignerID string
	// BoxID is the opaque address of a box at an operator (ящик), made by the driver or by the operator.
	BoxID string
	// MessageID is the operator's id of an accepted message.
	MessageID string
	// RemoteID is the operator's id of a document inside an accepted message.
	RemoteID string
	// ExchangeID names one row of the message log: one request and its answer.
	ExchangeID string
)

// MaxID is the longest id in bytes. Two ids and a prefix must fit the 255 characters that the operators' free
// integration fields hold.
const MaxID = 100

// CheckID reports what is wrong with an id that a host has chosen: 1 to [MaxID] bytes of letters, digits and ._:@-
// in ASCII, so that it can stand in file names, logs and integration fields unescaped.
func CheckID(field, id string) error {
	if id == "" {
		return &Error{Kind: Invalid, Reason: IDMissing, Field: field, Message: "is empty", Remedy: "give an id"}
	}
	if len(id) > MaxID {
		return &Error{
			Kind: Invalid, Reason: IDMalformed, Field: field,
			Message: fmt.Sprintf("is %d bytes long", len(id)), Remedy: fmt.Sprintf("use at most %d", MaxID),
		}
	}
	for i := range len(id) {
		if !idByte(id[i]) {
			return &Error{
				Kind: Invalid, Reason: IDMalformed, Field: field,
				Message: fmt.Sprintf("has byte %#02x at %d", id[i], i), Remedy: "use A-Z a-z 0-9 . _ : @ - only",
			}
		}
	}
	return nil
}

// maxRemote is the longest id of an operator in bytes.
const maxRemote = 255

// CheckRemote reports what is wrong with an operator's id that a host gives back: 1 to 255 bytes of UTF-8 without
// control characters and without spaces at its ends. What else stands in it is the operator's matter.
func CheckRemote(field string, id RemoteID) error {
	s := string(id)
	switch {
	case s == "":
		return invalid(IDMissing, field, "is empty", "give the operator's id")
	case len(s) > maxRemote:
		return invalid(IDMalformed, field, fmt.Sprintf("is %d bytes long", len(s)), fmt.Sprintf("use at most %d", maxRemote))
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || strings.TrimSpace(s) != s:
		return invalid(IDMalformed, field, "is no id of an operator", "give it as it came, in UTF-8, without control characters and spaces around it")
	}
	return nil
}

func idByte(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	}
	return b == '.' || b == '_' || b == ':' || b == '@' || b == '-'
}

// Digest is the SHA-256 of document bytes. Its text form is 64 lower-case hexadecimal digits.
type Digest [sha256.Size]byte

// DigestOf reads r to its end and returns the digest and the number of bytes.
func DigestOf(r io.Reader) (Digest, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return Digest(h.Sum(nil)), n, err
}

// ParseDigest reads the text form.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(d) {
		return d, &Error{Kind: Invalid, Reason: DigestMalformed, Field: "digest", Message: "is not 64 hexadecimal digits", Remedy: "give the SHA-256 of the bytes in hexadecimal"}
	}
	copy(d[:], raw)
	return d, nil
}

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// IsZero reports whether no digest was set.
func (d Digest) IsZero() bool { return d == Digest{} }

// Short is the first 12 digits, for people.
func (d Digest) Short() string { return d.String()[:12] }

// MarshalText makes the digest readable in JSON.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the text form.
func (d *Digest) UnmarshalText(text []byte) error {
	v, err := ParseDigest(string(text))
	if err == nil {
		*d = v
	}
	return err
}
