package proof

import "github.com/edokit/edokit/edo"

// Reasons of a refused document or key.
const (
	Malformed      edo.Reason = "proof-malformed"       // no XML of this kind, or of another shape than ours
	TooLarge       edo.Reason = "proof-too-large"       // above the limits
	SignatureWrong edo.Reason = "proof-signature-wrong" // the key did not sign these bytes
	KeyNotRSA      edo.Reason = "proof-key-not-rsa"     // only RSA signs in a form that every program reads
	KeyNotValid    edo.Reason = "proof-key-not-valid"   // the certificate was not valid when the document was made
	LinkWrong      edo.Reason = "proof-link-wrong"      // a place in the chain does not follow from what the document says
)

func refuse(reason edo.Reason, message string, cause error) error {
	remedy := "do not rely on it; have it made anew from the log"
	if reason == KeyNotRSA || reason == KeyNotValid {
		remedy = "use an RSA key of at least 2048 bits with a certificate that is valid"
	}
	return &edo.Error{Kind: edo.Invalid, Reason: reason, Op: "proof", Field: "document", Message: message, Remedy: remedy, Err: cause}
}
