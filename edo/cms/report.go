package cms

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// Reasons of a verdict besides [edo.DocumentChanged] (the digest differs), [edo.SignatureInvalid] (the signature
// value is wrong), [edo.SignatureMalformed] (the signer's attributes contradict themselves), [edo.SignatureExpired]
// (the certificate has ended) and [edo.SignatureUnverified] (with operator-only: GOST or an algorithm unknown here).
const (
	CertificateMalformed   edo.Reason = "certificate-malformed"
	CertificateAbsent      edo.Reason = "signature-certificate-absent"        // not inside the CMS
	CertificateNotYetValid edo.Reason = "signature-certificate-not-yet-valid" // begins after the time asked for
	CertificateOther       edo.Reason = "signature-certificate-other"         // the signed attributes name another one
	AlgorithmBroken        edo.Reason = "signature-algorithm-broken"          // SHA-1, MD5, RSA below 2048 bits
	KeyMalformed           edo.Reason = "key-malformed"
	KeyMismatch            edo.Reason = "key-certificate-mismatch"
	KeyUnsupported         edo.Reason = "key-unsupported"
)

// SignerReport is the verdict on one signer and the facts behind it.
type SignerReport struct {
	State       edo.VerdictState
	Reason      edo.Reason   // empty if valid
	Detail      string       // one line in English for the log, may be empty
	Certificate *Certificate // nil if absent

	DigestAlgorithm string // for people: "SHA-256", "ГОСТ Р 34.11-2012 (256)"
	DigestChecked   bool   // the digest of the content was computed and compared, and it is equal
	ByKeyID         bool   // the signer is named by subject key identifier; some operators want issuer and serial
	CertificateTied bool   // a signed attribute names this certificate by its digest (CAdES-BES)

	SigningTime       time.Time // as the signer claims; zero if not stated
	ValidAt           bool      // certificate dates at the time asked for
	ValidAtSigning    bool      // certificate dates at SigningTime; false if that is not stated
	UnsignedAttribute bool      // there are unsigned attributes, for example a time stamp; they are not read
}

// Report is the outcome of checking all signers.
type Report struct {
	Signers []SignerReport // in the order of the CMS, at least one
}

// Verdict is that of the weakest signer: one invalid makes all invalid, else one operator-only makes all
// operator-only.
func (r Report) Verdict() edo.Verdict {
	var worst SignerReport
	for _, s := range r.Signers {
		if worst.State == "" || s.State == edo.VerdictInvalid && worst.State != edo.VerdictInvalid ||
			s.State == edo.VerdictOperatorOnly && worst.State == edo.VerdictValid {
			worst = s
		}
	}
	v := edo.Verdict{State: worst.State, Reason: worst.Reason, Detail: worst.Detail}
	if worst.Certificate != nil {
		v.Signer = worst.Certificate.Info("")
	}
	return v
}
