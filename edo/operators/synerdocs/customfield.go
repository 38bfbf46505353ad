package synerdocs

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/edokit/edokit/edo"
)

const (
	customMark = "edokit/1"
	customMax  = 255 // characters that the field holds (contract 4.1, Document)
)

// mark is what Document.CustomField says of a document of ours. It is the only own data that the operator gives back,
// so it alone decides whether a package whose outcome is unknown was accepted.
//
// Form: "edokit/1 <package> <document> <origin>". The origin keeps apart two systems that work in one box and number
// their packages alike: without it one would take the other's package for its own.
type mark struct {
	Package  edo.PackageID
	Document edo.DocumentID
	Origin   string // 16 hexadecimal digits of a digest of the subscriber's id
}

func (m mark) String() string {
	return customMark + " " + string(m.Package) + " " + string(m.Document) + " " + m.Origin
}

func originOf(s edo.SubscriberID) string {
	sum := sha256.Sum256([]byte("edokit/synerdocs/origin\x00" + string(s)))
	return hex.EncodeToString(sum[:8])
}

// parseMark reads the field back; false for anything that we did not write.
func parseMark(s string) (mark, bool) {
	if len(s) > customMax {
		return mark{}, false
	}
	parts := strings.Split(s, " ")
	if len(parts) != 4 || parts[0] != customMark || len(parts[3]) != 16 {
		return mark{}, false
	}
	if edo.CheckID("package", parts[1]) != nil || edo.CheckID("document", parts[2]) != nil {
		return mark{}, false
	}
	if raw, err := hex.DecodeString(parts[3]); err != nil || hex.EncodeToString(raw) != parts[3] {
		return mark{}, false
	}
	return mark{Package: edo.PackageID(parts[1]), Document: edo.DocumentID(parts[2]), Origin: parts[3]}, true
}
