package gateway

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// taking is one try to store one inbound message.
type taking struct {
	*Gateway
	turn     *turn
	row      edo.InboundMessage
	in       edo.Incoming
	session  edo.Session
	receiver edo.Receiver
	account  edo.Account
	cursor   edo.Cursor
	rules    []edo.Responsible
	absences []edo.Absence
	now      time.Time

	change edo.Change
	told   bool    // a person knows that the message cannot be taken
	closed int     // documents whose content the operator keeps until our receipt
	left   []error // why documents are missing
}

// takeStep stores one message: contents and signatures in the archive first, then rows, events and the jobs that follow
// from them in one commit. Until that commit the operator hears nothing from us, so it still has everything.
func (g *Gateway) takeStep(ctx context.Context, t *turn) error {
	s, id := t.job.Key.Subscriber, edo.MessageID(t.job.Key.Package)
	row, err := g.Inbox.InboundMessage(ctx, s, id)
	if err != nil {
		return err
	}
	if row.State == edo.InboundStored {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: string(row.State)})
	}
	k := &taking{Gateway: g, turn: t, row: row, now: g.Now(), told: strings.HasPrefix(row.Detail, toldMark)}
	if err := k.prepare(ctx); err != nil {
		return k.again(ctx, err)
	}
	if k.in, err = k.receiver.Receive(ctx, id); err != nil {
		return k.again(ctx, err)
	}
	g.Trace(ctx, "take.described")
	if err := k.documents(ctx); err != nil {
		return k.again(ctx, err)
	}
	if err := k.bare(ctx); err != nil {
		return k.again(ctx, err)
	}
	g.Trace(ctx, "take.archived")
	if err := k.commit(ctx); err != nil {
		return err
	}
	g.Trace(ctx, "take.stored")
	return nil
}

func (k *taking) prepare(ctx context.Context) (err error) {
	s := k.row.Subscriber
	if k.cursor, err = k.Inbox.Cursor(ctx, s); err != nil {
		return err
	}
	if k.session, k.account, err = k.Gateway.session(ctx, s); err != nil {
		return err
	}
	if k.receiver, k.rules, err = k.Gateway.receiver(ctx, s, k.session); err != nil {
		return err
	}
	k.absences, err = k.Routing.Absences(ctx, s, k.now)
	return err
}

// again keeps the message listed, says why, and tries for ever: what is listed is never given up.
func (k *taking) again(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, edo.LeaseLost) {
		return err
	}
	events := k.unseen(err)
	k.row.Detail = k.mark() + plain(err)
	c := edo.Change{Messages: []edo.InboundMessage{k.row}, Release: true, Due: k.now.Add(k.wait(err)), Reason: edo.ReasonOf(err), Result: string(k.row.State), Detail: k.row.Detail, Events: events}
	c.At = k.Now()
	return k.settle(ctx, k.turn.job, c)
}

// wait is short where time mends it, and long where the operator has said no.
func (k *taking) wait(err error) time.Duration {
	return k.pause(paceOf(err), k.turn.job.Tries, err)
}

// documents stores contents and describes the documents that are not stored yet. One that the operator does not give
// us does not keep the others from their people.
func (k *taking) documents(ctx context.Context) error {
	for _, d := range k.in.Documents {
		key := edo.InboundKey{Subscriber: k.row.Subscriber, Remote: d.Remote}
		have, err := k.Inbox.InboundDocument(ctx, key)
		switch {
		case errors.Is(err, edo.NotFound):
			have = edo.InboundDocument{Key: key, Message: k.in.Message, ReceivedAt: k.now}
		case err != nil:
			return err
		case have.State == edo.InboundStored:
			continue // by an earlier try, or with another message
		}
		doc := k.describe(have, d)
		err = k.download(ctx, &doc)
		switch {
		case err != nil && passing(err):
			return err
		case err != nil:
			k.left = append(k.left, at("document "+string(d.Remote), err))
			continue
		case doc.State == have.State:
			continue // still closed: that has been told
		}
		if err := k.finish(ctx, doc); err != nil {
			return err
		}
	}
	return nil
}

// passing tells troubles of the whole line from the operator's word on one document.
func passing(err error) bool {
	switch edo.KindOf(err) {
	case edo.Denied, edo.Refused, edo.Invalid, edo.NotFound, edo.NotSupported:
		return false
	}
	return true
}

// download brings the content into the archive, byte for byte as it came.
func (k *taking) download(ctx context.Context, d *edo.InboundDocument) error {
	blob, err := k.Archive.Create(ctx)
	if err != nil {
		return err
	}
	defer blob.Abort()
	w := &bounded{w: blob, left: edo.MaxDocumentSize}
	got, err := k.receiver.Download(ctx, edo.Ref{Message: k.in.Message, Remote: d.Key.Remote}, w)
	switch {
	case w.over:
		return &edo.Error{Kind: edo.Refused, Reason: edo.PackageTooLarge, Message: "is larger than the limit of a document"}
	case errors.Is(err, edo.ContentClosed):
		d.State, k.closed = edo.InboundClosed, k.closed+1
		return nil
	case err != nil:
		return err
	}
	d.Digest, d.Size, err = blob.Commit(ctx)
	d.State, d.Exchange = edo.InboundStored, got.Exchange
	return err
}

// finish completes a described document with what follows from its content, and orders what follows from it.
func (k *taking) finish(ctx context.Context, d edo.InboundDocument) (err error) {
	var signatures []edo.IncomingSignature
	for _, s := range k.in.Signatures {
		if s.Document == d.Key.Remote {
			signatures = append(signatures, s)
		}
	}
	if d.Signatures, err = k.signatures(ctx, d.Digest, signatures); err != nil {
		return err
	}
	if d.Text, err = k.text(ctx, d); err != nil {
		return err
	}
	return k.add(ctx, d)
}

// commit writes everything of this try at once.
func (k *taking) commit(ctx context.Context) error {
	c, row := &k.change, k.row
	c.At = k.Now()
	row.From, row.Detail = k.in.From.Box, ""
	switch err := errors.Join(k.left...); {
	case err != nil:
		// The documents that are missing are asked for again, as rarely as a no deserves.
		c.Events = append(c.Events, k.unseen(k.left[0])...)
		row.Detail = k.mark() + plain(err)
		c.Release, c.Due, c.Reason = true, c.At.Add(k.wait(k.left[0])), edo.ReasonOf(k.left[0])
	case k.closed > 0:
		row.State, row.Detail, c.Reason = edo.InboundClosed, "the operator gives the content after our receipt", edo.ContentClosed
		c.Release, c.Due = true, c.At.Add(k.pause(pacePassing, manyTries, nil)) // the receipt wakes it
	default:
		row.State, row.StoredAt = edo.InboundStored, c.At
		c.Done = true
	}
	c.Messages, c.Result, c.Detail = []edo.InboundMessage{row}, string(row.State), row.Detail
	return k.settle(ctx, k.turn.job, *c)
}
