package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

// Verifier says what a detached signature over content is worth. Package cms has one; one with GOST may be plugged in.
type Verifier interface {
	Check(ctx context.Context, content io.Reader, signature []byte, at time.Time) (edo.Verdict, error)
}

// check is one run over a bundle.
type check struct {
	b      *Bundle
	v      Verifier
	at     map[edo.Digest][]int // entries by digest
	order  []edo.Digest         // of first appearance
	taken  map[edo.Digest]bool  // expected signatures
	docs   []candidate          // what a signature may have been made over
	budget int64                // bytes that may still be read to find out what belongs together
	others map[edo.Digest]int   // place in report.Others
	wanted map[edo.Digest]int   // place in report.Documents
	report Report
}

// Check compares the archive with what our log expects: every digest, every signature over exactly its document. What
// nobody expected is listed and its signatures are checked too. Differences are in the report; an error means that the
// archive could not be read or that e is wrong, and that there is no report.
func (b *Bundle) Check(ctx context.Context, e Expect, v Verifier) (Report, error) {
	if v == nil {
		return Report{}, &edo.Error{Kind: edo.Invalid, Op: "evidence.Check", Field: "verifier", Message: "is not set", Remedy: "give that of package cms"}
	}
	if err := e.faults(); err != nil {
		return Report{}, err
	}
	c := newCheck(b, e, v)
	for _, want := range e.Documents {
		d, err := c.expected(ctx, want)
		if err != nil {
			return Report{}, err
		}
		c.report.Documents = append(c.report.Documents, d)
	}
	c.listOthers()
	for _, digest := range c.order {
		if i := c.at[digest][0]; !c.signature(digest) {
			continue
		} else if err := c.place(ctx, i); err != nil {
			return Report{}, err
		}
	}
	return c.report, nil
}

// VerifyAlone checks the archive without any expectation, as somebody does who has nothing but it: every signature over
// the document it was made for, at the time it claims. All documents are in Others.
func (b *Bundle) VerifyAlone(ctx context.Context, v Verifier) (Report, error) {
	return b.Check(ctx, Expect{}, v)
}

func (e Expect) faults() error {
	var f edo.Faults
	bad := func(field string) {
		f = append(f, &edo.Error{
			Kind: edo.Invalid, Reason: ExpectFaulty, Op: "evidence.Check", Field: field,
			Message: "is not set", Remedy: "give the SHA-256 that the log holds",
		})
	}
	for i, d := range e.Documents {
		if d.Digest.IsZero() {
			bad(fmt.Sprintf("expect.documents[%d].digest", i))
		}
		for n, s := range d.Signatures {
			if s.IsZero() {
				bad(fmt.Sprintf("expect.documents[%d].signatures[%d]", i, n))
			}
		}
	}
	return f.Err()
}

func newCheck(b *Bundle, e Expect, v Verifier) *check {
	c := &check{
		b: b, v: v, at: make(map[edo.Digest][]int), taken: make(map[edo.Digest]bool), budget: budget(b.total),
		others: make(map[edo.Digest]int), wanted: make(map[edo.Digest]int),
	}
	for i, entry := range b.entries {
		if c.at[entry.Digest] == nil {
			c.order = append(c.order, entry.Digest)
		}
		c.at[entry.Digest] = append(c.at[entry.Digest], i)
	}
	for i, d := range e.Documents {
		if _, twice := c.wanted[d.Digest]; !twice {
			c.wanted[d.Digest] = i
		}
		for _, s := range d.Signatures {
			c.taken[s] = true
		}
	}
	for _, digest := range c.order {
		if !c.signature(digest) && !c.taken[digest] {
			c.docs = append(c.docs, newCandidate(c.at[digest][0], b.entries[c.at[digest][0]].Name))
		}
	}
	return c
}

// signature reports a CMS whose document is still to be found: not one that was expected, as a signature or as a
// document of its own.
func (c *check) signature(digest edo.Digest) bool {
	_, document := c.wanted[digest]
	return c.b.entries[c.at[digest][0]].Signature && !document && !c.taken[digest]
}

// expected looks for one document and for its signatures.
func (c *check) expected(ctx context.Context, want Expected) (DocumentReport, error) {
	d := DocumentReport{Name: want.Name, Role: want.Role, Digest: want.Digest, Entries: c.entryNames(want.Digest)}
	for _, digest := range want.Signatures {
		s := SignatureReport{Digest: digest, Entries: c.entryNames(digest), Expected: true, Reason: SignatureMissing}
		if len(s.Entries) > 0 {
			s.Reason = DocumentMissing
			s.Signer = c.b.entries[c.at[digest][0]].Signer
		}
		if len(s.Entries) > 0 && len(d.Entries) > 0 {
			if err := c.judge(ctx, &s, c.at[want.Digest][0], c.at[digest][0], want.At); err != nil {
				return d, err
			}
		}
		d.Signatures = append(d.Signatures, s)
	}
	return d, nil
}

func (c *check) entryNames(digest edo.Digest) []string {
	var list []string
	for _, i := range c.at[digest] {
		list = append(list, c.b.entries[i].Name)
	}
	return list
}

func (c *check) listOthers() {
	for _, digest := range c.order {
		if _, expected := c.wanted[digest]; expected || c.taken[digest] || c.signature(digest) {
			continue
		}
		c.others[digest] = len(c.report.Others)
		c.report.Others = append(c.report.Others, DocumentReport{
			Name: c.b.entries[c.at[digest][0]].Name, Digest: digest, Entries: c.entryNames(digest),
		})
	}
}

// place puts a signature that nobody expected beside its document.
func (c *check) place(ctx context.Context, sig int) error {
	entry := c.b.entries[sig]
	s := SignatureReport{Digest: entry.Digest, Entries: c.entryNames(entry.Digest), Signer: entry.Signer}
	doc, reason, err := c.pair(ctx, sig)
	if err != nil {
		return err
	}
	if s.Reason = reason; reason != "" {
		c.report.Loose = append(c.report.Loose, s)
		return nil
	}
	if s.Reason = TriesEnded; c.spend(c.b.entries[doc].Size) {
		if err := c.judge(ctx, &s, doc, sig, time.Time{}); err != nil {
			return err
		}
	}
	d := &c.report.Others
	n, other := c.others[c.b.entries[doc].Digest]
	if !other {
		d, n = &c.report.Documents, c.wanted[c.b.entries[doc].Digest]
	}
	(*d)[n].Signatures = append((*d)[n].Signatures, s)
	return nil
}

// judge asks the verifier about a signature over a document, both entries of the archive.
func (c *check) judge(ctx context.Context, s *SignatureReport, doc, sig int, at time.Time) error {
	s.Reason = ""
	cms, err := c.b.read(ctx, sig)
	if err != nil {
		return err
	}
	claim := c.b.claims[sig]
	if s.At = at; at.IsZero() {
		s.At, s.Claimed = claim.signed, !claim.signed.IsZero()
	}
	ask := s.At
	if ask.IsZero() {
		ask = claim.notBefore
	}
	content, err := c.b.Open(ctx, doc)
	if err != nil {
		return err
	}
	s.Verdict, err = c.v.Check(ctx, content, cms, ask)
	if err = errors.Join(err, content.Close()); errors.Is(err, edo.SignatureMalformed) {
		s.Verdict = edo.Verdict{State: edo.VerdictInvalid, Reason: edo.SignatureMalformed, Detail: "is no detached CMS"}
		return nil
	}
	if err != nil {
		return &edo.Error{
			Kind: edo.KindOf(err), Reason: edo.ReasonOf(err), Op: "evidence.Check", Field: fmt.Sprintf("entries[%d]", sig),
			Message: "could not be checked", Err: err,
		}
	}
	if s.At.IsZero() && s.Verdict.State == edo.VerdictValid {
		// The value is right, but nobody says when it was made: that the certificate held then would be a guess.
		s.Verdict.State, s.Verdict.Reason = edo.VerdictOperatorOnly, edo.SignatureUnverified
		s.Verdict.Detail = "no time is stated for which the dates of the certificate could be asked"
	}
	return nil
}

// read gives the bytes of a signature; what is too large for one comes cut, and so malformed.
func (b *Bundle) read(ctx context.Context, i int) ([]byte, error) {
	r, err := b.Open(ctx, i)
	if err != nil {
		return nil, err
	}
	var der bytes.Buffer
	_, err = io.Copy(&der, io.LimitReader(r, edo.MaxSignatureSize+1))
	return der.Bytes(), errors.Join(err, r.Close())
}
