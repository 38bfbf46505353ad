package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/edokit/edokit/edo"
)

// changeInbound writes what a step of work has found out about what came in.
func changeInbound(ctx context.Context, tx *session, c edo.Change) error {
	for _, m := range c.Messages {
		if err := putMessage(tx, m); err != nil {
			return err
		}
	}
	for _, d := range c.Inbound {
		if err := putInbound(ctx, tx, d); err != nil {
			return err
		}
	}
	for _, f := range c.Fates {
		err := amend(ctx, tx, f.Key, func(d *edo.InboundDocument) bool { return later(&d.Fate, f.State) })
		if err != nil {
			return err
		}
	}
	for _, r := range c.Replied {
		if err := amend(ctx, tx, r.Key, func(d *edo.InboundDocument) bool { return earliest(&d.Reply, r) }); err != nil {
			return err
		}
	}
	return nil
}

// putInbound stores a new document. Of one that is there only what the operator says and the content change: who is
// responsible, the term and our answers are decided elsewhere.
func putInbound(ctx context.Context, tx *session, d edo.InboundDocument) error {
	there, err := inbound(ctx, tx, d.Key)
	if errors.Is(err, edo.NotFound) {
		d.Revision = max(d.Revision, 1)
		return tx.later(nil, sqlInboundInsert, append(inboundArgs(&d), d.Key.Subscriber, d.Key.Remote, d.Message, at(&d.ReceivedAt), d.Skew)...)
	}
	if err == nil && there.Revision != d.Revision {
		err = changedMeanwhile() // two messages brought the same document at once: its events must not be written twice
	}
	if err != nil {
		return err
	}
	return writeInbound(tx, renewed(there, d))
}

// renewed is what is there with what the operator says now. Content, text and signatures that were read once stay.
func renewed(there, said edo.InboundDocument) edo.InboundDocument {
	d := said
	d.KindID, d.Fate, d.About, d.Document, d.Responsible, d.Why = there.KindID, there.Fate, there.About, there.Document, there.Responsible, there.Why
	d.Term, d.Reply, d.Revision = there.Term, there.Reply, there.Revision
	if said.Digest.IsZero() {
		d.Digest, d.Size = there.Digest, max(there.Size, said.Size)
	}
	if there.State == edo.InboundStored {
		d.State = there.State
	}
	if said.Text == "" {
		d.Text = there.Text
	}
	d.Signatures = slices.Clone(there.Signatures)
	for _, s := range said.Signatures {
		i := slices.IndexFunc(d.Signatures, func(old edo.InboundSignature) bool { return old.ID == s.ID && (s.ID != "" || old.CMS == s.CMS) })
		if i < 0 {
			d.Signatures = append(d.Signatures, s)
		} else {
			d.Signatures[i] = s
		}
	}
	return d
}

// amend changes a row in place. A document that is not there is left out: an answer of ours may be to a document that
// never came in, such as one of our own, and what was sent must be settled whatever is known of it here.
func amend(ctx context.Context, tx *session, k edo.InboundKey, edit func(*edo.InboundDocument) bool) error {
	d, err := inbound(ctx, tx, k)
	if errors.Is(err, edo.NotFound) || err == nil && !edit(&d) {
		return nil
	}
	if err != nil {
		return err
	}
	return writeInbound(tx, d)
}

// later moves a fate on, never back.
func later(fate *edo.State, to edo.State) bool {
	rank := func(s edo.State) int {
		return slices.Index([]edo.State{edo.StateDelivered, edo.StateSigned, edo.StateRefused, edo.StateRevoked}, s)
	}
	if rank(to) <= rank(*fate) {
		return false
	}
	*fate = to
	return true
}

// earliest keeps the reply that the operator fixed first. One whose time is not known gives way to one whose time is.
func earliest(reply *edo.Reply, r edo.Replied) bool {
	had, has := !reply.OperatorTime.IsZero(), !r.OperatorTime.IsZero()
	if reply.Package != "" && (!has || had && !r.OperatorTime.Before(reply.OperatorTime)) {
		return false
	}
	reply.Package, reply.OperatorTime = r.Package, r.OperatorTime
	return true
}
