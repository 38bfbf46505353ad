package cms

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/edokit/edokit/edo"
)

// Limits of what Parse reads. A qualified signature has 3-8 KiB, with time stamps and revocation lists up to some
// hundred.
const (
	maxSize         = 1 << 20 // bytes of one CMS
	maxSigners      = 32
	maxCertificates = 64
	maxAttributes   = 64 // signed attributes of one signer
)

// SignedData is a parsed detached signature. It is safe for concurrent use.
type SignedData struct {
	contentType  string
	certificates []*Certificate
	signers      []signer
	der          bool
}

// Parse reads a detached CMS SignedData of at most 1 MiB in DER or BER. Errors are [edo.Invalid] with reason
// [edo.SignatureMalformed] and field "signature": not a CMS, bytes after the end, content inside (attached), no
// signer, more than 32 signers or 64 certificates. What is well-formed but wrong is a matter of Verify.
func Parse(der []byte) (*SignedData, error) {
	if remedy := looksLikeText(der); remedy != "" {
		return nil, malformed("is text, not DER", remedy, nil)
	}
	if len(der) > maxSize {
		return nil, malformed(fmt.Sprintf("has %d bytes, more than %d", len(der), maxSize), "give the detached signature alone", nil)
	}
	s := new(SignedData)
	// The exact bytes of certificates and attributes are kept, the caller's slice is not.
	if err := s.readContentInfo(reader{rest: bytes.Clone(der)}); err != nil {
		if typed := (*edo.Error)(nil); errors.As(err, &typed) {
			return nil, typed
		}
		return nil, malformed("is not a CMS SignedData", "give a detached CMS signature in DER", err)
	}
	if e, _, err := cut(der, 0); err == nil {
		plain, err := toDER(e, 0)
		s.der = err == nil && bytes.Equal(plain, der)
	}
	return s, nil
}

// IsDER reports whether all lengths are definite and minimal and no string is divided. Operators ask for DER; what
// comes in BER is as good, but its maker has to write it again.
func (s *SignedData) IsDER() bool { return s.der }

// Certificates lists the certificates inside, in their order; some operators take the first for the signer's.
func (s *SignedData) Certificates() []*Certificate {
	return append([]*Certificate(nil), s.certificates...)
}

// Signers is the number of signers, at least one.
func (s *SignedData) Signers() int { return len(s.signers) }

func malformed(message, remedy string, err error) *edo.Error {
	return &edo.Error{
		Kind: edo.Invalid, Reason: edo.SignatureMalformed, Op: "cms.Parse", Field: "signature",
		Message: message, Remedy: remedy, Err: err,
	}
}

// looksLikeText tells people who saved a signature as text what to do; DER never begins with these characters.
func looksLikeText(in []byte) string {
	trimmed := bytes.TrimLeft(in, "\xef\xbb\xbf \t\r\n")
	switch {
	case len(in) == 0:
		return "give a detached CMS signature in DER"
	case bytes.HasPrefix(trimmed, []byte("-----BEGIN")):
		return "convert it from PEM to DER"
	case bytes.HasPrefix(trimmed, []byte("MI")):
		return "decode it from base64"
	}
	return ""
}

// readContentInfo reads ContentInfo and SignedData (RFC 5652, 3 and 5.1).
func (s *SignedData) readContentInfo(top reader) error {
	info, err := top.expect(tagSequence)
	if err != nil {
		return err
	}
	if !top.empty() {
		return malformed(fmt.Sprintf("has %d bytes after its end", len(top.rest)), "give exactly one CMS", nil)
	}
	r := top.inside(info)
	kind, err := r.expect(tagOID)
	if err != nil {
		return err
	}
	if oid := oidText(kind.body); oid != oidSignedData {
		return malformed("is a CMS of another kind ("+oid+")", "give a SignedData", nil)
	}
	wrap, err := r.expect(contextTag | constructed | 0)
	if err != nil {
		return err
	}
	in := r.inside(wrap)
	data, err := in.expect(tagSequence)
	if err != nil {
		return err
	}
	return s.readSignedData(in.inside(data))
}

func (s *SignedData) readSignedData(r reader) error {
	if _, err := r.expect(tagInteger); err != nil { // version: nothing depends on it
		return err
	}
	if _, err := r.expect(tagSet); err != nil { // digest algorithms: a hint, each signer names his own
		return err
	}
	encapsulated, err := r.expect(tagSequence)
	if err != nil {
		return err
	}
	if err := s.readEncapsulated(r.inside(encapsulated)); err != nil {
		return err
	}
	certificates, ok, err := r.optional(contextTag | constructed | 0)
	if err != nil {
		return err
	}
	if ok {
		if err := s.readCertificates(r.inside(certificates)); err != nil {
			return err
		}
	}
	if _, _, err := r.optional(contextTag | constructed | 1); err != nil { // revocation lists
		return err
	}
	signers, err := r.expect(tagSet)
	if err != nil {
		return err
	}
	if !r.empty() {
		return fmt.Errorf("unknown member after the signers")
	}
	return s.readSigners(r.inside(signers))
}

// readEncapsulated refuses content inside: which bytes were signed would be open to reading.
func (s *SignedData) readEncapsulated(r reader) error {
	oid, err := r.expect(tagOID)
	if err != nil {
		return err
	}
	s.contentType = oidText(oid.body)
	if !r.empty() {
		return malformed("holds the document itself (attached)", "make a detached signature", nil)
	}
	return nil
}

func (s *SignedData) readCertificates(r reader) error {
	for n := 0; !r.empty(); n++ {
		if n == maxCertificates {
			return malformed(fmt.Sprintf("has more than %d certificates", n), "leave out what is not needed", nil)
		}
		e, err := r.next()
		if err != nil {
			return err
		}
		if e.tag != tagSequence { // attribute certificates and other kinds
			continue
		}
		c, err := parseCertificate(e.raw)
		if err != nil {
			return fmt.Errorf("certificate %d: %w", n, err)
		}
		s.certificates = append(s.certificates, c)
	}
	return nil
}

func (s *SignedData) readSigners(r reader) error {
	for !r.empty() {
		if len(s.signers) == maxSigners {
			return malformed(fmt.Sprintf("has more than %d signers", maxSigners), "give fewer signers at once", nil)
		}
		e, err := r.expect(tagSequence)
		if err != nil {
			return err
		}
		one, err := readSigner(r.inside(e), s.contentType)
		if err != nil {
			return fmt.Errorf("signer %d: %w", len(s.signers), err)
		}
		s.signers = append(s.signers, one)
	}
	if len(s.signers) == 0 {
		return malformed("has no signer", "sign the document", nil)
	}
	return nil
}
