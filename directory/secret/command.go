package secret

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// Limits of a program that signs.
const (
	commandTime   = 2 * time.Minute
	commandGrace  = 5 * time.Second // until a killed program that still holds its pipes is left alone
	commandOutput = 1 << 20         // bytes of its answer
)

// commandSigner has an external program sign. The program is started without a shell and with the environment of the
// row alone, gets the bytes of the document on its standard input and writes a detached CMS, DER or base64, to its
// standard output. What it writes to standard error is thrown away: nobody knows what stands there.
type commandSigner struct {
	row         directory.Signer
	certificate *cms.Certificate
}

func (s *commandSigner) Info() edo.SignerInfo { return s.certificate.Info(s.row.ID) }

// Sign believes the program only what can be seen: that the one signature is by the certificate of the row, over this
// content.
func (s *commandSigner) Sign(ctx context.Context, content io.Reader, at time.Time) ([]byte, error) {
	digest, output, err := s.run(ctx, content)
	if err != nil {
		return nil, err
	}
	der := output
	if !bytes.HasPrefix(output, []byte{0x30}) { // the first byte of every CMS in DER, and of none in base64
		if der, err = base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(output), nil))); err != nil {
			return nil, s.fault(edo.SignatureMalformed, "has answered neither DER nor base64", nil)
		}
	}
	signed, err := cms.Parse(der)
	if err != nil {
		return nil, s.fault(edo.SignatureMalformed, "has answered no detached CMS", err)
	}
	if err := s.believe(ctx, signed, digest, at); err != nil {
		return nil, err
	}
	return der, nil
}

// run gives the digest of what the program was given and what it answered.
func (s *commandSigner) run(ctx context.Context, content io.Reader) (edo.Digest, []byte, error) {
	limited, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	sum := sha256.New()
	input := &watched{Reader: io.TeeReader(content, sum)}
	output := &bounded{}
	cmd := exec.CommandContext(limited, s.row.Command[0], s.row.Command[1:]...) //nolint:gosec // an administrator's own program, no shell
	cmd.Env = append([]string{}, s.row.Environment...)                          // never nil, which would mean ours
	cmd.Dir = filepath.Dir(s.row.Command[0])
	cmd.Stdin, cmd.Stdout, cmd.WaitDelay = input, output, commandGrace
	endFamily(cmd)
	err := cmd.Run()
	switch {
	case input.failed() != nil:
		return edo.Digest{}, nil, input.failed() // the content, not the program
	case ctx.Err() != nil:
		return edo.Digest{}, nil, ctx.Err()
	case limited.Err() != nil:
		return edo.Digest{}, nil, s.fault(edo.SignerAbsent, fmt.Sprintf("did not end in %s", commandTime), nil)
	case output.full.Load():
		return edo.Digest{}, nil, s.fault(edo.SignatureMalformed, fmt.Sprintf("has answered more than %d bytes", commandOutput), nil)
	case err != nil:
		return edo.Digest{}, nil, s.fault(edo.SignerAbsent, "has failed", err)
	}
	if _, err := io.Copy(io.Discard, input); err != nil { // a program may end before it has read everything
		return edo.Digest{}, nil, err
	}
	return edo.Digest(sum.Sum(nil)), output.kept.Bytes(), nil
}

// believe checks the signature. The value of a GOST signature cannot be checked here, nor, without reading the content
// again, its digest: of such a one only the certificate is known to be right, and the operator checks the rest.
func (s *commandSigner) believe(ctx context.Context, signed *cms.SignedData, digest edo.Digest, at time.Time) error {
	if signed.Signers() != 1 {
		return s.fault(edo.SignatureForeign, "has answered a CMS of several signers", nil)
	}
	report, known := signed.VerifyDigest(digest, at)
	if !known {
		var err error
		if report, err = signed.Verify(ctx, bytes.NewReader(nil), at); err != nil {
			return err
		}
	}
	one := report.Signers[0]
	switch {
	case one.Certificate == nil || !bytes.Equal(one.Certificate.DER, s.certificate.DER):
		return s.fault(edo.SignatureForeign, "has signed with another certificate than that of "+s.row.Info.Owner, nil)
	case one.State == edo.VerdictInvalid && (known || one.Reason == edo.SignatureMalformed):
		return s.fault(one.Reason, "has answered a signature that is not valid: "+one.Detail, nil)
	case !known && !s.certificate.IsGOST():
		return s.fault(edo.SignatureUnverified, "has answered a signature that cannot be checked", errors.New("no SHA-256 in signed attributes"))
	}
	return nil
}

// fault means: not now. A program that is mended makes the waiting package go on.
func (s *commandSigner) fault(reason edo.Reason, what string, err error) error {
	return &edo.Error{
		Kind: edo.Unavailable, Reason: reason, Op: "secret.Sign", Field: "signer", Message: "the program of " + string(s.row.ID) + " " + what,
		Remedy: "mend the program, or store another way to sign", Err: err,
	}
}

// bounded keeps what a program answers, up to the limit. It has no ReadFrom, which would pass the limit by.
type bounded struct {
	kept bytes.Buffer
	full atomic.Bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.kept.Len()+len(p) > commandOutput {
		b.full.Store(true)
		return 0, errors.New("too much output")
	}
	return b.kept.Write(p)
}

// watched remembers why the content could not be read. A program that is given up may leave its reader running.
type watched struct {
	io.Reader
	err atomic.Pointer[error]
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err.Store(&err)
	}
	return n, err
}

func (w *watched) failed() error {
	if err := w.err.Load(); err != nil {
		return *err
	}
	return nil
}
