package main

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/stamping"
)

// forms lets the gateway look into printed forms. A program that takes files from strangers does this in workers, see
// package stamping/worker.
type forms struct{}

// Examine says what is in a PDF.
func (forms) Examine(ctx context.Context, pdf edo.Content, words []string) (gateway.PDFFacts, error) {
	r, err := pdf.Open(ctx)
	if err != nil {
		return gateway.PDFFacts{}, err
	}
	whole, err := io.ReadAll(io.LimitReader(r, 16<<20))
	if err = errors.Join(err, r.Close()); err != nil {
		return gateway.PDFFacts{}, err
	}
	seen, err := stamping.Examine(ctx, bytes.NewReader(whole), words, nil)
	return gateway.PDFFacts{Pages: seen.Pages, Found: seen.Found, Unread: seen.Unread}, err
}
