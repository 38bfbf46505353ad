package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/edokit/edokit/edo"
)

// maxDraft is the largest service document that is taken from an operator, in bytes.
const maxDraft = 16 << 20

// bare reports whether an answer is a signature for the answered document itself.
func bare(op edo.Operation) bool {
	return op.Answer == edo.AnswerSign || op.Answer == edo.AnswerAcceptRevocation
}

// unsigned reports whether nothing of an operation is signed: refusals where documents travel without signatures are
// words only, and so is everything sent that way.
func unsigned(op edo.Operation) bool {
	if op.Answer == "" {
		return op.Flow == edo.FlowUnsigned
	}
	return op.Answer == edo.AnswerRefuse && op.Flow != "" && op.Flow != edo.FlowSigned
}

// drafted reports whether an answer is a service document, which the operator writes.
func drafted(op edo.Operation) bool { return op.Answer != "" && !bare(op) && !unsigned(op) }

// prepare brings an answer to the point where it can be signed: the operator offers it, its recipients are known, its
// service document is written and durable. True: the job has ended or waits.
func (g *Gateway) prepare(ctx context.Context, t *turn, op *edo.Operation, session edo.Session, account edo.Account) (bool, error) {
	answerer, err := answererOf(session)
	if err != nil {
		return true, g.hold(ctx, t, *op, err)
	}
	d := &op.Documents[0]
	op.From = account.Box
	if op.Actor == service && op.Attempts == 0 && d.Signature.IsZero() && !d.Digest.IsZero() && account.Service != "" {
		d.Signer = cmp.Or(d.SignedBy.ID, d.Signer) // for whom it was written
		if _, err := g.signers(op.Key.Subscriber).of(ctx, d.Signer, d.Kind); ofSigner(edo.ReasonOf(err)) {
			d.Digest, d.Size, d.Name, d.Type = edo.Digest{}, 0, "", "" // written for somebody who has left: it is written anew
		}
	}
	if op.Answer == edo.AnswerReceipt && !d.Digest.IsZero() && len(op.Parties) > 0 && op.Resends == 0 {
		op.Address = op.Parties[0] // a notice that the operator has asked for and written: nothing else offers it
		if err := servant(op, account); err != nil {
			return true, g.hold(ctx, t, *op, err)
		}
		return false, nil
	}
	what, err := g.target(ctx, op.Key.Subscriber, d.Parent)
	if err != nil {
		return true, g.wait(ctx, t, *op, unavailable(err))
	}
	standing, err := answerer.Standing(ctx, what.ref)
	if err != nil {
		return true, g.wait(ctx, t, *op, unavailable(err))
	}
	if !offered(standing, op.Answer) {
		return true, g.notOffered(ctx, t, *op, session, standing)
	}
	op.Parties, op.Flow = standing.Parties, standing.Flow
	if len(op.Parties) == 0 {
		return true, g.wait(ctx, t, *op, &edo.Error{Kind: edo.Unavailable, Reason: edo.AnswerUnreadable, Message: "the operator does not say who gets the answer"})
	}
	op.Address = op.Parties[0]
	if err := servant(op, account); err != nil {
		return true, g.hold(ctx, t, *op, err)
	}
	if drafted(*op) && d.Digest.IsZero() {
		if err := g.draft(ctx, t, op, answerer, edo.DraftRequest{Ref: what.ref, Type: standing.Type}); err != nil {
			if errors.Is(err, edo.LeaseLost) {
				return true, err
			}
			return true, g.hold(ctx, t, *op, err)
		}
	}
	return false, nil
}

func offered(s edo.Standing, k edo.AnswerKind) bool {
	return s.Offers(k) || k == edo.AnswerReceipt && s.NoticeDue
}

// unavailable is an error of a question that has no effect: whatever it was, the question can be asked again.
func unavailable(err error) error {
	if edo.KindOf(err) == edo.Unavailable || edo.KindOf(err) == edo.Denied {
		return err
	}
	return &edo.Error{Kind: edo.Unavailable, Reason: edo.ReasonOf(err), RetryAfter: asError(err).RetryAfter, Err: err}
}

// servant names who signs what nobody has signed for: the subscriber's service signer signs receipts. One that was ordered
// by itself and is not written yet is for whoever has that office now.
func servant(op *edo.Operation, account edo.Account) error {
	d := &op.Documents[0]
	if op.Actor == service && d.Digest.IsZero() && account.Service != "" {
		d.Signer = account.Service
	}
	if d.Signer != "" || !d.Signature.IsZero() || unsigned(*op) {
		return nil
	}
	if d.Signer = account.Service; op.Answer != edo.AnswerReceipt || d.Signer == "" {
		return &edo.Error{
			Kind: edo.Denied, Reason: edo.SignerMissing, Field: "subscriber.service", Message: "nobody is named who signs it",
			Remedy: "name the signer of service documents at the subscriber",
		}
	}
	return nil
}

// draft has the service document written, and commits what it is before anybody signs it.
func (g *Gateway) draft(ctx context.Context, t *turn, op *edo.Operation, a edo.Answerer, q edo.DraftRequest) error {
	d := &op.Documents[0]
	signer, err := g.signers(op.Key.Subscriber).of(ctx, d.Signer, d.Kind)
	if err != nil {
		return at("answer.signer", err)
	}
	d.SignedBy = signer.Info()
	q.Kind, q.Text, q.Thumbprint = op.Answer, op.Text, d.SignedBy.Thumbprint
	blob, err := g.Archive.Create(ctx)
	if err != nil {
		return err
	}
	defer blob.Abort()
	w := &bounded{w: blob, left: maxDraft}
	written, err := a.Draft(ctx, q, w)
	switch {
	case w.over:
		return &edo.Error{Kind: edo.Refused, Reason: edo.PackageTooLarge, Message: fmt.Sprintf("the operator wrote a service document of more than %d bytes", maxDraft)}
	case err != nil:
		return notDrafted(err)
	}
	if d.Digest, d.Size, err = blob.Commit(ctx); err != nil {
		return err
	}
	if d.Size == 0 {
		return &edo.Error{Kind: edo.Unavailable, Reason: edo.AnswerUnreadable, Message: "the operator wrote an empty service document"}
	}
	d.Name, d.Type = safeName(cmp.Or(written.Name, string(op.Answer)+".xml")), written.Type
	if err := g.commit(ctx, t, op, edo.Change{}); err != nil {
		return err
	}
	g.Trace(ctx, "draft.written")
	return nil
}

// notDrafted leaves only the operator's definite verdicts: having something written has no effect and can be repeated.
func notDrafted(err error) error {
	switch edo.KindOf(err) {
	case edo.Refused, edo.Invalid, edo.NotSupported, edo.Denied:
		return err
	}
	return unavailable(err)
}

// notOffered ends an answer that the operator does not offer (any more). It may have been given already, and then the
// operator shows it: ours, if we have ever sent it; it may be offered only after our receipt, and then it waits.
func (g *Gateway) notOffered(ctx context.Context, t *turn, op edo.Operation, session edo.Session, s edo.Standing) error {
	shown, err := g.shown(ctx, op, session)
	switch {
	case err != nil:
		return g.wait(ctx, t, op, unavailable(err))
	case shown != nil && op.Attempts > 0:
		return g.sent(ctx, t, op, *shown)
	case shown != nil:
		return g.elsewhere(ctx, t, op)
	case op.Answer != edo.AnswerReceipt && offered(s, edo.AnswerReceipt):
		return g.wait(ctx, t, op, &edo.Error{Kind: edo.Unavailable, Reason: edo.AnswerNotOffered, Message: "is offered only after our receipt", Remedy: "it goes out when the receipt is with the operator"})
	}
	op.State, op.Reason, op.Detail = edo.StateFailed, edo.AnswerNotOffered, fmt.Sprintf("the operator does not offer %s for this document now", op.Answer)
	return g.commit(ctx, t, &op, edo.Change{Done: true})
}

// elsewhere ends an answer that is given although we have never sent it: a colleague was faster on the operator's pages.
// What is true of the document then is true all the same.
func (g *Gateway) elsewhere(ctx context.Context, t *turn, op edo.Operation) error {
	c := edo.Change{Done: true}
	if err := g.given(ctx, op, &c); err != nil {
		return err
	}
	op.State, op.Reason, op.Detail = edo.StateFailed, edo.AnswerNotOffered, fmt.Sprintf("given elsewhere: the operator shows %s as given for this document, and it was not sent from here", op.Answer)
	return g.commit(ctx, t, &op, c)
}

// shown asks whether the operator shows our answer as given; nil: it does not.
func (g *Gateway) shown(ctx context.Context, op edo.Operation, session edo.Session) (*edo.Sent, error) {
	finder, ok := session.(edo.Finder)
	if !ok || bare(op) && op.Documents[0].Signature.IsZero() {
		return nil, nil
	}
	q, err := g.query(ctx, op)
	if err != nil {
		return nil, err
	}
	found, err := finder.Find(ctx, q)
	return found.Sent, err
}

// given is what else is true once an answer is with the operator: the fate of what was answered, content that opens after
// the receipt, documents of ours to look at again.
func (g *Gateway) given(ctx context.Context, op edo.Operation, c *edo.Change) error {
	what, err := g.target(ctx, op.Key.Subscriber, op.Documents[0].Parent)
	if errors.Is(err, edo.NotFound) {
		return nil // a notice about something that we never kept
	}
	if err != nil {
		return err
	}
	if what.own != nil {
		c.Wake = append(c.Wake, trackOf(what.own.Key, g))
		return nil
	}
	in := what.inbound
	if fate := fateBy(op.Answer); fate != "" {
		g.fated(*in, fate, c)
	}
	if op.Answer == edo.AnswerAcceptRevocation {
		if err := g.revoked(ctx, *in, c); err != nil {
			return err
		}
	}
	m, err := g.Inbox.InboundMessage(ctx, in.Key.Subscriber, in.Message)
	if err == nil && m.State == edo.InboundClosed && op.Answer == edo.AnswerReceipt {
		c.Wake = append(c.Wake, edo.Job{Key: edo.Key{Subscriber: in.Key.Subscriber, Package: edo.PackageID(in.Message)}, Kind: edo.JobTake, Due: g.Now()})
	}
	if errors.Is(err, edo.NotFound) {
		return nil
	}
	return err
}

// revoked is what an accepted offer does to the document that it is about.
func (g *Gateway) revoked(ctx context.Context, offer edo.InboundDocument, c *edo.Change) error {
	what, err := g.target(ctx, offer.Key.Subscriber, offer.Parent)
	switch {
	case errors.Is(err, edo.NotFound):
		return nil
	case err != nil:
		return err
	case what.own != nil:
		c.Wake = append(c.Wake, trackOf(what.own.Key, g))
	default:
		g.fated(*what.inbound, edo.StateRevoked, c)
	}
	return nil
}

// fated notes what we have made of a document that came in, and tells of it. That receipt is confirmed tells nobody: it
// happens by itself and changes nothing that people can do.
func (g *Gateway) fated(d edo.InboundDocument, fate edo.State, c *edo.Change) {
	c.Fates = append(c.Fates, edo.Fate{Key: d.Key, State: fate})
	if rank(fate) <= rank(d.Fate) || fate == edo.StateDelivered {
		return // the rows keep what is further
	}
	d.Fate = fate
	c.Events = append(c.Events, edo.Event{
		Key: edo.Key{Subscriber: d.Key.Subscriber, Package: edo.PackageID(d.Message)}, Kind: edo.EventInbound,
		Document: edo.DocumentID(d.Key.Remote), Inbound: &d, At: g.Now(),
	})
}

func trackOf(k edo.Key, g *Gateway) edo.Job { return edo.Job{Key: k, Kind: edo.JobTrack, Due: g.Now()} }

// fateBy is what an answer makes of the document that it answers; empty: nothing yet.
func fateBy(k edo.AnswerKind) edo.State {
	switch k {
	case edo.AnswerReceipt:
		return edo.StateDelivered
	case edo.AnswerSign:
		return edo.StateSigned
	case edo.AnswerRefuse, edo.AnswerRefuseRevocation:
		return edo.StateRefused
	case edo.AnswerAcceptRevocation:
		return edo.StateRevoked
	}
	return "" // an offer of ours changes something when the other side has accepted it
}

// recipients are all to whom an operation goes.
func recipients(op edo.Operation) []edo.Address {
	if len(op.Parties) > 0 {
		return slices.Clone(op.Parties)
	}
	return []edo.Address{op.Address}
}
