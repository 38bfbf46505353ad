package main

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/stamping"
)

// forms lets the gateway look for the operator's ids on a printed form.
type forms struct{}

// Recognise reports which words stand in the text of a form.
func (forms) Recognise(ctx context.Context, pdf edo.Content, words []string) ([]string, error) {
	r, err := pdf.Open(ctx)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, 16<<20))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	return stamping.FindText(ctx, bytes.NewReader(text), words, nil)
}
