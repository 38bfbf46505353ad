package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/edokit/edokit/edo"
)

// collect leaves everything in the prepared folder: documents, signatures, stamped forms, the page.
func (p *play) collect(ctx context.Context, page string) error {
	turns, err := p.turns(ctx)
	if err != nil {
		return err
	}
	v, names := p.newView(), map[edo.RemoteID]string{}
	for i, t := range turns {
		if t.op.Answer == edo.AnswerReceipt {
			v.receipt(t)
			continue
		}
		e := newEntry(t)
		for _, d := range t.op.Documents {
			names[d.Remote] = numbered(d.Kind, d.Number) // an answer comes after what it answers
			line := newDocument(t.op, d, names[d.Parent])
			if err := p.save(ctx, t, i+1, d, &line); err != nil {
				return err
			}
			if r := p.said.evidence.Reply; r != nil && r.Key == t.op.Key {
				v.Evidence.Stamped = line.Stamped
			}
			e.Documents = append(e.Documents, line)
		}
		v.Entries = append(v.Entries, e)
	}
	return v.write(page)
}

// save writes what there is of one document beside the page. Service documents get a number before their name: the
// operator's names for them are long and say nothing to people.
func (p *play) save(ctx context.Context, t turn, n int, d edo.DocumentStatus, v *documentView) error {
	name := d.Name
	if t.op.Answer != "" {
		name = fmt.Sprintf("%02d-%s%s", n, t.op.Answer, filepath.Ext(d.Name))
	}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	for _, f := range []struct {
		role edo.Role
		name string
		link *string
	}{
		{edo.RoleOriginal, "documents/" + name, &v.Original},
		{edo.RoleSignature, "signatures/" + name + ".p7s", &v.Signature},
		{edo.RoleOperatorForm, "stamped/" + stem + "-stamped.pdf", &v.Stamped},
	} {
		if f.role == edo.RoleOriginal && bare(t.op) {
			continue // it is the other side's document, and stands there
		}
		content, version, err := t.by.gateway.Content(ctx, edo.Reader{Actor: t.op.Actor}, t.op.Key, d.ID, f.role)
		if errors.Is(err, edo.NotFound) {
			continue
		}
		if err == nil {
			err = content.Save(ctx, filepath.Join(p.out, f.name))
		}
		if err != nil {
			return err
		}
		*f.link = f.name
		if f.role == edo.RoleOperatorForm {
			v.Recognised = strings.HasPrefix(version.Remark, "stamp recognised")
		}
	}
	return nil
}

// bare reports whether an answer is a signature alone.
func bare(op edo.Operation) bool {
	return op.Answer == edo.AnswerSign || op.Answer == edo.AnswerAcceptRevocation
}
