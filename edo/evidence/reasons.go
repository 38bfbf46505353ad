package evidence

import (
	"fmt"
	"strconv"

	"github.com/edokit/edokit/edo"
)

// Reasons of a refused archive. The error names the entry.
const (
	Malformed    edo.Reason = "evidence-malformed"         // no ZIP, contradicting headers, overlapping entries
	NameUnsafe   edo.Reason = "evidence-name-unsafe"       // would leave the folder, or shows as something else
	NameRepeated edo.Reason = "evidence-name-repeated"     // also if only case or Unicode form differ
	NotAFile     edo.Reason = "evidence-not-a-file"        // a link or a device
	Encrypted    edo.Reason = "evidence-encrypted"         // needs a password
	Compression  edo.Reason = "evidence-compression"       // packed by a method other than store and deflate
	TooLarge     edo.Reason = "evidence-too-large"         // above Limits
	Damaged      edo.Reason = "evidence-damaged"           // size, checksum or digest differ from what was stated
	ExpectFaulty edo.Reason = "evidence-expectation-wrong" // what the caller expects has no digest
)

// Reasons why a signature has no verdict.
const (
	SignatureMissing edo.Reason = "evidence-signature-missing" // expected, but not in the archive
	DocumentMissing  edo.Reason = "evidence-document-missing"  // the signature is there, its document is not
	FitsNothing      edo.Reason = "evidence-fits-nothing"      // made over no document of the archive
	TriesEnded       edo.Reason = "evidence-tries-ended"       // too much to try; which document it signs was not found out
)

const askAgain = "ask the operator for the archive again"

// refuse names the entry by place and by name; quoting keeps control and text-direction characters out of logs.
func refuse(reason edo.Reason, i int, name, message, remedy string) *edo.Error {
	if len(name) > 200 {
		name = name[:200] + "…"
	}
	return &edo.Error{
		Kind: edo.Invalid, Reason: reason, Op: "evidence.Read", Field: fmt.Sprintf("entries[%d]", i),
		Message: strconv.Quote(name) + " " + message, Remedy: remedy,
	}
}
