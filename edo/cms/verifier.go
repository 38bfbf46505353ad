package cms

import (
	"context"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

// Verifier checks finished signatures for the gateway. The zero value is ready.
type Verifier struct{}

// Check reads the content once and gives the verdict of the weakest signer. An error means that no verdict could be
// reached: the signature is malformed, or the content could not be read.
func (Verifier) Check(ctx context.Context, content io.Reader, signature []byte, at time.Time) (edo.Verdict, error) {
	s, err := Parse(signature)
	if err != nil {
		return edo.Verdict{}, err
	}
	report, err := s.Verify(ctx, content, at)
	if err != nil {
		return edo.Verdict{}, err
	}
	return report.Verdict(), nil
}

// CheckDigest is Check for content whose SHA-256 is known. It reports false for signatures that need the content itself.
func (Verifier) CheckDigest(d edo.Digest, signature []byte, at time.Time) (v edo.Verdict, ok bool, err error) {
	s, err := Parse(signature)
	if err != nil {
		return v, false, err
	}
	report, ok := s.VerifyDigest(d, at)
	if !ok {
		return v, false, nil
	}
	return report.Verdict(), true, nil
}

// Certificate reads what people need to know of a certificate, DER.
func (Verifier) Certificate(der []byte) (edo.SignerInfo, error) {
	c, err := ParseCertificate(der)
	if err != nil {
		return edo.SignerInfo{}, err
	}
	return c.Info(""), nil
}
