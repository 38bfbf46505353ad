package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// result is what a person needs to find.
type result struct {
	page      string
	exchanges int
}

// collect leaves everything in the prepared folder: originals, signatures, stamped forms, raw requests and answers, the page.
func (h *host) collect(ctx context.Context, op edo.Operation, o *operator, out string) (result, error) {
	v := newView(op, o)
	for i, d := range op.Documents {
		if err := h.saveDocument(ctx, op, d, out, &v.Documents[i]); err != nil {
			return result{}, err
		}
	}
	rows, err := h.plugin.Log(ctx, directory.ExchangeFilter{Subscriber: subscriber})
	if err != nil {
		return result{}, err
	}
	slices.Reverse(rows)
	for i, row := range rows {
		line, err := h.saveExchange(ctx, row, op, out, i+1)
		if err != nil {
			return result{}, err
		}
		v.Exchanges = append(v.Exchanges, line)
	}
	page := filepath.Join(out, "index.html")
	return result{page: page, exchanges: len(rows)}, v.write(page)
}

// saveDocument writes the original, the signature and, if there is one, the stamped form.
func (h *host) saveDocument(ctx context.Context, op edo.Operation, d edo.DocumentStatus, out string, v *documentView) error {
	stem := d.Name[:len(d.Name)-len(filepath.Ext(d.Name))]
	for _, f := range []struct {
		role edo.Role
		name string
		link *string
	}{
		{edo.RoleOriginal, "originals/" + d.Name, &v.Original},
		{edo.RoleSignature, "signatures/" + d.Name + ".p7s", &v.Signature},
		{edo.RoleOperatorForm, "stamped/" + stem + "-stamped.pdf", &v.Stamped},
	} {
		err := h.save(filepath.Join(out, f.name), func(w *os.File) error {
			version, err := h.plugin.Content(ctx, op.Key, d.ID, f.role, w)
			if f.role == edo.RoleOperatorForm {
				v.Version = version
			}
			return err
		})
		if errors.Is(err, edo.NotFound) && f.role == edo.RoleOperatorForm {
			continue
		}
		if err != nil {
			return err
		}
		*f.link = f.name
	}
	return nil
}

// saveExchange writes one request and its answer as they are kept: exact but for secrets and document content.
func (h *host) saveExchange(ctx context.Context, row directory.Exchange, op edo.Operation, out string, n int) (exchangeView, error) {
	line := newExchangeView(row, op)
	for _, side := range []struct {
		side dmsplugin.Side
		name string
		link *string
	}{{dmsplugin.RequestSide, "request", &line.Request}, {dmsplugin.AnswerSide, "answer", &line.Answer}} {
		if side.side == dmsplugin.AnswerSide && !row.Finished() {
			continue
		}
		name := fmt.Sprintf("exchange/%03d-%s-%s.xml", n, row.Operation, side.name)
		err := h.save(filepath.Join(out, name), func(w *os.File) error {
			_, err := h.plugin.RawXML(ctx, row.ID, side.side, w)
			return err
		})
		if err != nil {
			return line, err
		}
		*side.link = name
	}
	return line, nil
}

// save writes a file whole or not at all.
func (h *host) save(path string, write func(*os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
