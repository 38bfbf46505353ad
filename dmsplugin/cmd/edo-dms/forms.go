package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/signstamp"
)

// maxPDF is the largest file that is looked into or marked, in bytes. It is held in memory with what it unfolds to, one
// file at a time; a larger form is stored all the same, only nothing is said about its stamp.
const maxPDF = 16 << 20

// forms looks into printed forms and draws local marks.
type forms struct {
	turn chan struct{} // holds one token: one file at a time
}

func newForms() *forms { return &forms{turn: make(chan struct{}, 1)} }

// Recognise reports which words stand in the text of a printed form.
func (f *forms) Recognise(ctx context.Context, pdf edo.Content, words []string) (found []string, err error) {
	var long []string // of the others none could prove anything, and one would spoil the search for all
	for _, w := range words {
		if len([]rune(strings.NewReplacer("-", "", " ", "").Replace(w))) >= stamping.MinWord {
			long = append(long, w)
		}
	}
	err = f.with(ctx, pdf, func(in io.ReadSeeker) error {
		found, err = stamping.FindText(ctx, in, long, limits())
		return err
	})
	return found, err
}

// Mark draws our own mark on a copy.
func (f *forms) Mark(ctx context.Context, original edo.Content, m gateway.Mark, w io.Writer) error {
	facts := signstamp.Facts{Operator: m.Operator, DocumentID: string(m.Document), OperatorTime: m.OperatorTime}
	for _, s := range m.Signers {
		facts.Signers = append(facts.Signers, signstamp.Signer{
			Owner: s.Owner, Organisation: s.Organisation, INN: s.INN, Serial: s.Serial, ValidFrom: s.NotBefore, ValidTo: s.NotAfter,
		})
	}
	return f.with(ctx, original, func(in io.ReadSeeker) error {
		_, err := signstamp.ApplyLocal(ctx, in, w, facts, limits())
		return err
	})
}

func limits() *stamping.Options { return &stamping.Options{MaxBytes: maxPDF, MaxDecode: 2 * maxPDF} }

// with holds one file in memory while do works on it. Files come from strangers: what makes the PDF library fail ends
// this work and nothing else.
func (f *forms) with(ctx context.Context, c edo.Content, do func(io.ReadSeeker) error) (err error) {
	if c.Size > maxPDF {
		return cannot(fmt.Sprintf("is larger than %d bytes", maxPDF), nil)
	}
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() {
		if recover() != nil {
			err = cannot("could not be read by the PDF library", nil)
		}
	}()
	r, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, maxPDF+1))
	if err != nil {
		return err
	}
	err = do(bytes.NewReader(raw))
	var refused *stamping.Error
	if errors.As(err, &refused) {
		return cannot("cannot be worked on", err)
	}
	return err
}

// cannot is final: the same file will not become another one.
func cannot(message string, err error) error {
	return &edo.Error{Kind: edo.NotSupported, Op: "edo-dms.forms", Field: "content", Message: message, Err: err}
}
