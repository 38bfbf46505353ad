package cms

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// Verdict is what this package can say about a signature. The zero value is no verdict and never passes for one.
type Verdict string

// The verdicts.
const (
	Valid        Verdict = "valid"         // this certificate's key signed exactly these bytes, and its dates hold
	Invalid      Verdict = "invalid"       // a definite fault, named by Reason
	OperatorOnly Verdict = "operator-only" // nothing wrong was found, but the signature value is not checked here
)

// Russian is the verdict for a clerk.
func (v Verdict) Russian() string {
	switch v {
	case Valid:
		return "Подпись верна"
	case Invalid:
		return "Подпись не прошла проверку"
	case OperatorOnly:
		return "Проверяется только оператором"
	}
	return "Подпись не проверена"
}

// English is the verdict for a clerk.
func (v Verdict) English() string {
	switch v {
	case Valid:
		return "The signature is valid"
	case Invalid:
		return "The signature did not pass the check"
	case OperatorOnly:
		return "Checked by the operator only"
	}
	return "The signature has not been checked"
}

// Reasons of a verdict besides [edo.DocumentChanged] (the digest differs), [edo.SignatureInvalid] (the signature
// value is wrong), [edo.SignatureMalformed] (the signer's attributes contradict themselves), [edo.SignatureExpired]
// (the certificate has ended) and [edo.SignatureUnverified] (with OperatorOnly: GOST or an algorithm unknown here).
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
	Verdict     Verdict
	Reason      edo.Reason   // empty if Valid
	Detail      string       // one line in English for the log, may be empty
	Certificate *Certificate // nil if absent

	DigestAlgorithm string // for people: "SHA-256", "ГОСТ Р 34.11-2012 256"
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

// Verdict is that of the weakest signer: one Invalid makes all Invalid, else one OperatorOnly makes all OperatorOnly.
func (r Report) Verdict() Verdict {
	return r.weakest().Verdict
}

// Reason belongs to Verdict.
func (r Report) Reason() edo.Reason {
	return r.weakest().Reason
}

func (r Report) weakest() SignerReport {
	var worst SignerReport
	for _, s := range r.Signers {
		if worst.Verdict == "" || s.Verdict == Invalid && worst.Verdict != Invalid ||
			s.Verdict == OperatorOnly && worst.Verdict == Valid {
			worst = s
		}
	}
	return worst
}
