package evidence

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// Expect is what our log says should be in the archive. Order does not matter to the check.
type Expect struct{ Documents []Expected }

// Expected is one document with its signatures.
type Expected struct {
	Name       string // for people
	Digest     edo.Digest
	Signatures []edo.Digest // of the CMS files; others that fit the document are reported as well
	Role       string       // for people: what the document is
	// At is the moment for which the dates of the expected signatures' certificates are asked: the operator's time.
	// Zero: the time that each signature claims itself.
	At time.Time
}

// Report is what was found. Bytes that lie in the archive several times are one document with several entries.
type Report struct {
	Documents []DocumentReport  // the expected ones, in their order
	Others    []DocumentReport  // all that nobody expected: service documents, forms; with the signatures made over them
	Loose     []SignatureReport // not expected, and over no document of the archive as far as can be told
}

// DocumentReport is one document.
type DocumentReport struct {
	Name       string // as expected, else the entry's
	Role       string
	Digest     edo.Digest
	Entries    []string // where it was found; empty: missing
	Signatures []SignatureReport
}

// SignatureReport is one signature and what it is worth over exactly this document.
type SignatureReport struct {
	Digest   edo.Digest // of the CMS
	Entries  []string   // where it was found; empty: missing
	Expected bool
	Signer   edo.SignerInfo // as stated inside; trust it as far as the verdict goes
	Verdict  edo.Verdict    // State is empty if there is none
	Reason   edo.Reason     // why there is no verdict
	At       time.Time      // for which the certificate's dates were asked
	Claimed  bool           // At comes from the signature itself
}

// Complete reports whether everything expected is there and nothing contradicts: no signature is invalid, none is left
// without a document, and there is at least one verdict. Signatures that only the operator can check do not hinder it;
// count them with OperatorOnly.
func (r Report) Complete() bool {
	verdicts := 0
	for d := range r.each() {
		if len(d.Entries) == 0 {
			return false
		}
		for _, s := range d.Signatures {
			if s.Verdict.State != edo.VerdictValid && s.Verdict.State != edo.VerdictOperatorOnly {
				return false
			}
			verdicts++
		}
	}
	return verdicts > 0 && len(r.Loose) == 0
}

// OperatorOnly is the number of signatures whose value was not checked here.
func (r Report) OperatorOnly() int {
	n := 0
	for d := range r.each() {
		for _, s := range d.Signatures {
			if s.Verdict.State == edo.VerdictOperatorOnly {
				n++
			}
		}
	}
	return n
}

// each walks over the expected documents, then over the others.
func (r Report) each() func(yield func(DocumentReport) bool) {
	return func(yield func(DocumentReport) bool) {
		for _, list := range [][]DocumentReport{r.Documents, r.Others} {
			for _, d := range list {
				if !yield(d) {
					return
				}
			}
		}
	}
}
