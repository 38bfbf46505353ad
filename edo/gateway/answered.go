package gateway

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/edokit/edokit/edo"
)

// add gives a document to its people: the rows, the events that tell of it, and the jobs that follow from it.
func (k *taking) add(ctx context.Context, d edo.InboundDocument) error {
	known := d.Revision > 0
	ours, err := k.about(ctx, &d)
	if err != nil {
		return err
	}
	if !known {
		actor, why, ok := route(k.rules, k.absences, k.Kinds, d, k.now)
		if !ok {
			return administratorMissing()
		}
		d.Responsible, d.Why = actor, why
	}
	c, key := &k.change, edo.Key{Subscriber: d.Key.Subscriber}
	c.Inbound = append(c.Inbound, d)
	k.tell(d, ours)
	if d.Class == edo.ClassMain {
		c.Jobs = append(c.Jobs, edo.Job{Key: key, Document: edo.DocumentID(d.Key.Remote), Kind: edo.JobReceipt, Due: k.now})
		if !d.Term.Due.IsZero() && !known {
			c.Jobs = append(c.Jobs, termJob(d.Key, k.now))
			c.Events = append(c.Events, termEvent(d, k.now))
		}
	}
	if d.NoticeDue {
		c.Wake = append(c.Wake, edo.Job{Key: key, Kind: edo.JobNotices, Due: k.now})
	}
	if ours != nil && ours.Answer == "" {
		c.Wake = append(c.Wake, edo.Job{Key: ours.Key, Kind: edo.JobTrack, Due: k.now})
	}
	return nil
}

// about finds the package of ours that a document answers, nil if it answers none. An answer to our own answer (to an
// offer to revoke) is about what that was about, if it was ours.
func (k *taking) about(ctx context.Context, d *edo.InboundDocument) (*edo.Operation, error) {
	var found *edo.Operation
	at := []edo.RemoteID{d.Parent, d.Root}
	for len(at) > 0 && (found == nil || found.Answer != "") {
		r := at[0]
		at = at[1:]
		if r == "" {
			continue
		}
		key, id, err := k.Inbox.SentAs(ctx, d.Key.Subscriber, r)
		if errors.Is(err, edo.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		op, err := k.Outbox.Operation(ctx, key)
		if err != nil {
			return nil, err
		}
		if found = &op; op.Answer != "" && len(op.Documents) > 0 && len(at) < 8 {
			at = append([]edo.RemoteID{op.Documents[0].Parent}, at...)
		}
		d.About, d.Document = key, string(id)
	}
	return found, nil
}

// tell makes the events of a document. What people write to each other is told as inbound, whatever was found wrong
// with it; what answers a document of ours is told with that document; an operator's confirmation tells nobody.
func (k *taking) tell(d edo.InboundDocument, ours *edo.Operation) {
	e := edo.Event{
		Key: edo.Key{Subscriber: d.Key.Subscriber, Package: edo.PackageID(d.Message)}, Kind: edo.EventInbound,
		Document: edo.DocumentID(d.Key.Remote), Inbound: &d, At: k.now,
	}
	answers := ours != nil && d.Class != edo.ClassMain && d.Class != edo.ClassConfirmation
	switch d.Class {
	case edo.ClassReceipt, edo.ClassConfirmation:
	case edo.ClassMain, edo.ClassReply, edo.ClassRevocation:
		if d.Class == edo.ClassMain && k.account.Service == "" {
			e.Reason, e.Detail = edo.SignerMissing, "nobody is named who signs receipts: the sender gets none until somebody is"
		}
		k.change.Events = append(k.change.Events, e)
	default:
		if !answers { // a refusal, a signature or an error about something that we have not sent from here
			k.change.Events = append(k.change.Events, e)
		}
	}
	if answers {
		e.Kind, e.Key, e.State, e.Document, e.Detail = edo.EventAnswer, d.About, ours.State, edo.DocumentID(d.Document), d.Text
		if o := ours.Document(e.Document); o != nil {
			e.ExternalID = o.ExternalID
		}
		k.change.Events = append(k.change.Events, e)
	}
}

// bare keeps signatures for documents that travelled earlier, as rows of their own.
func (k *taking) bare(ctx context.Context) error {
	here := map[edo.RemoteID]bool{}
	for _, d := range k.in.Documents {
		here[d.Remote] = true
	}
	for _, s := range k.in.Signatures {
		if here[s.Document] || s.Document == "" || strings.EqualFold(string(s.From), string(k.account.Box)) {
			continue // ours comes back with the messages of others
		}
		if err := k.signature(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// bareID is the id of the row of a bare signature: the operator's, which need not be more than one within the document,
// or its own bytes where the operator gives none.
func bareID(s edo.IncomingSignature) (edo.RemoteID, error) {
	id := s.ID
	if id == "" {
		d, _, err := edo.DigestOf(bytes.NewReader(s.CMS))
		if err != nil {
			return "", err
		}
		id = d.String()
	}
	return edo.RemoteID("sign:" + string(s.Document) + ":" + id), nil
}

func (k *taking) signature(ctx context.Context, s edo.IncomingSignature) error {
	id, err := bareID(s)
	if err != nil {
		return err
	}
	d := edo.InboundDocument{
		Key: edo.InboundKey{Subscriber: k.row.Subscriber, Remote: id}, Message: k.in.Message, From: k.in.From,
		Name: "signature.p7s", Class: edo.ClassSignature, Parent: s.Document, State: edo.InboundStored, Legitimate: s.Valid,
		OperatorTime: k.in.OperatorTime, ReceivedAt: k.now, Skew: k.cursor.Skew, Exchange: k.in.Exchange,
	}
	if _, err := k.Inbox.InboundDocument(ctx, d.Key); !errors.Is(err, edo.NotFound) {
		return err // nil: it is stored already
	}
	signed, err := k.signed(ctx, s.Document)
	if err != nil {
		return err
	}
	if d.Signatures, err = k.signatures(ctx, signed, []edo.IncomingSignature{s}); err != nil {
		return err
	}
	return k.add(ctx, d)
}

// signed is the digest of the document that a bare signature is for: theirs or ours, zero if we do not have it.
func (k *taking) signed(ctx context.Context, r edo.RemoteID) (edo.Digest, error) {
	d, err := k.Inbox.InboundDocument(ctx, edo.InboundKey{Subscriber: k.row.Subscriber, Remote: r})
	if err == nil || !errors.Is(err, edo.NotFound) {
		return d.Digest, err
	}
	key, id, err := k.Inbox.SentAs(ctx, k.row.Subscriber, r)
	if errors.Is(err, edo.NotFound) {
		return edo.Digest{}, nil
	}
	if err != nil {
		return edo.Digest{}, err
	}
	op, err := k.Outbox.Operation(ctx, key)
	if o := op.Document(id); err == nil && o != nil {
		return o.Digest, nil
	}
	return edo.Digest{}, err
}
