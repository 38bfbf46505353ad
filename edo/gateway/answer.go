package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/edokit/edokit/edo"
)

// service acts where nobody pressed a button: receipts and notices.
const service edo.ActorID = "edokit"

// maxTries is how often an answer that has failed can be given anew. It bounds a host that repeats without end.
const maxTries = 100

// Answer accepts an answer to a document: it returns when the answer and its send job are committed, and never calls the
// operator. The same answer to the same document returns the stored operation; another text or another signer for it is
// refused with [edo.PackageDiffers]. An answer that has failed was surely not given and may be given anew: that is an
// operation of its own. With a document that was revoked by the other side, accept-revocation and refuse-revocation mean
// the latest offer.
func (g *Gateway) Answer(ctx context.Context, a edo.Answer) (edo.Operation, error) {
	op, err := g.answer(ctx, a)
	return op, wrap("gateway.Answer", err)
}

func (g *Gateway) answer(ctx context.Context, a edo.Answer) (edo.Operation, error) {
	who, err := g.mayAnswer(ctx, a.Actor, a.Subscriber)
	if err != nil {
		return edo.Operation{}, err
	}
	if err := a.Check(); err != nil {
		return edo.Operation{}, err
	}
	what, err := g.answerable(ctx, a)
	if err != nil {
		return edo.Operation{}, err
	}
	a.Document = what.ref.Remote
	key, stored, err := g.place(ctx, a)
	if err != nil {
		return edo.Operation{}, err
	}
	if stored != nil {
		return *stored, sameAnswer(*stored, a)
	}
	if err := undecided(a, what); err != nil {
		return edo.Operation{}, err
	}
	if err := g.unopposed(ctx, a); err != nil {
		return edo.Operation{}, err
	}
	op, err := g.answerFor(ctx, a, what)
	if err != nil {
		return edo.Operation{}, err
	}
	op.Key, op.Actor = key, who
	accepted, created, err := g.begin(ctx, op, nil, func() { g.Trace(ctx, "answer.accepted") })
	if err != nil {
		return edo.Operation{}, err
	}
	if !created {
		return accepted, sameAnswer(accepted, a)
	}
	return accepted, nil
}

// Offers lists what the operator offers to do with a document now; where the document's kind is configured with actions,
// those of them.
func (g *Gateway) Offers(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, r edo.RemoteID) ([]edo.AnswerKind, error) {
	ctx, done := g.lend(ctx)
	defer done()
	offered, err := g.offers(ctx, actor, s, r)
	return offered, wrap("gateway.Offers", err)
}

func (g *Gateway) offers(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, r edo.RemoteID) ([]edo.AnswerKind, error) {
	if _, err := g.mayAnswer(ctx, actor, s); err != nil {
		return nil, err
	}
	what, err := g.target(ctx, s, r)
	if err != nil {
		return nil, err
	}
	session, _, err := g.session(ctx, s)
	if err != nil {
		return nil, err
	}
	answerer, err := answererOf(session)
	if err != nil {
		return nil, err
	}
	standing, err := answerer.Standing(ctx, what.ref)
	if err != nil {
		return nil, err
	}
	if what.inbound != nil {
		k := slices.IndexFunc(g.Kinds, func(k edo.DocumentKind) bool { return k.ID == what.inbound.KindID })
		if k >= 0 && len(g.Kinds[k].Actions) > 0 {
			standing.Offered = slices.DeleteFunc(standing.Offered, func(a edo.AnswerKind) bool { return !slices.Contains(g.Kinds[k].Actions, a) })
		}
	}
	return standing.Offered, nil
}

func (g *Gateway) mayAnswer(ctx context.Context, actor edo.ActorID, s edo.SubscriberID) (edo.ActorID, error) {
	who, err := g.acting(ctx, edo.AccessRequest{Actor: actor, Action: edo.ActionAnswer, Subscriber: s})
	if err == nil && g.Inbox == nil {
		err = notConfigured("Inbox")
	}
	return who, err
}

func answererOf(s edo.Session) (edo.Answerer, error) {
	if a, ok := s.(edo.Answerer); ok {
		return a, nil
	}
	return nil, &edo.Error{Kind: edo.NotSupported, Message: "the operator's driver cannot answer documents"}
}

// target is the document that is answered.
type target struct {
	ref     edo.Ref
	inbound *edo.InboundDocument // nil: it is ours
	own     *edo.Operation       // that it went with; nil: it came in
}

// target finds a document at the operator that we know: one that came in, or one of ours.
func (g *Gateway) target(ctx context.Context, s edo.SubscriberID, r edo.RemoteID) (target, error) {
	d, err := g.Inbox.InboundDocument(ctx, edo.InboundKey{Subscriber: s, Remote: r})
	if err == nil && d.Class != edo.ClassSignature {
		return target{ref: edo.Ref{Message: d.Message, Remote: r}, inbound: &d}, nil
	}
	if err != nil && !errors.Is(err, edo.NotFound) {
		return target{}, err
	}
	key, id, err := g.Inbox.SentAs(ctx, s, r)
	if errors.Is(err, edo.NotFound) {
		return target{}, &edo.Error{Kind: edo.NotFound, Reason: edo.RequestUnknown, Field: "answer.document", Message: "is no document that came in or was sent", Remedy: "give the operator's id of the document"}
	}
	if err != nil {
		return target{}, err
	}
	op, err := g.Outbox.Operation(ctx, key)
	return target{ref: edo.Ref{Package: key.Package, Document: id, Message: op.Message, Remote: r}, own: &op}, err
}

// answerable is the target of an answer if an answer of this kind can mean it.
func (g *Gateway) answerable(ctx context.Context, a edo.Answer) (target, error) {
	what, err := g.target(ctx, a.Subscriber, a.Document)
	if err != nil {
		return what, err
	}
	if a.Kind == edo.AnswerAcceptRevocation || a.Kind == edo.AnswerRefuseRevocation {
		if what, err = g.offer(ctx, a, what); err != nil {
			return what, err
		}
	}
	switch bare := a.Kind == edo.AnswerSign || a.Kind == edo.AnswerAcceptRevocation; {
	case what.inbound == nil && a.Kind != edo.AnswerRevoke:
		return what, &edo.Error{Kind: edo.Invalid, Reason: edo.AnswerNotOffered, Field: "answer.kind", Message: "is not for a document of ours", Remedy: "a document of ours can be revoked only"}
	case bare && (what.inbound.State != edo.InboundStored || what.inbound.Digest.IsZero()):
		return what, &edo.Error{Kind: edo.NotReady, Reason: edo.ContentClosed, Field: "answer.document", Message: "has no content here yet", Remedy: "answer again when it was delivered with its content"}
	}
	return what, nil
}

// undecided refuses to sign or to refuse what was signed, refused or revoked already: the operator would not take it, and
// every repetition would be another operation that fails.
func undecided(a edo.Answer, what target) error {
	if what.inbound == nil || rank(what.inbound.Fate) < rank(edo.StateSigned) || (a.Kind != edo.AnswerSign && a.Kind != edo.AnswerRefuse) {
		return nil
	}
	return &edo.Error{
		Kind: edo.Conflict, Reason: edo.AnswerNotOffered, Field: "answer.kind", Message: "comes too late: the document is " + string(what.inbound.Fate) + " already",
		Remedy: "look at the document; what was signed can only be revoked by both sides",
	}
}

// opposite is the answer that an answer rules out; empty: there is none.
func opposite(k edo.AnswerKind) edo.AnswerKind {
	switch k {
	case edo.AnswerSign:
		return edo.AnswerRefuse
	case edo.AnswerRefuse:
		return edo.AnswerSign
	case edo.AnswerAcceptRevocation:
		return edo.AnswerRefuseRevocation
	case edo.AnswerRefuseRevocation:
		return edo.AnswerAcceptRevocation
	}
	return ""
}

// unopposed refuses an answer whose opposite is on its way: whichever came to the operator first would hold, and nobody
// could say which that is.
func (g *Gateway) unopposed(ctx context.Context, a edo.Answer) error {
	if a.Kind = opposite(a.Kind); a.Kind == "" {
		return nil
	}
	_, other, err := g.place(ctx, a)
	if err != nil || other == nil || other.State == edo.StateFailed {
		return err
	}
	return &edo.Error{
		Kind: edo.Conflict, Reason: edo.AnswerNotOffered, Field: "answer.kind", Message: "comes too late: the opposite was ordered already (" + string(other.Key.Package) + ")",
		Remedy: "look at that operation; if it waits, it can be cancelled",
	}
}

// offer is the latest offer of the other side to revoke a document.
func (g *Gateway) offer(ctx context.Context, a edo.Answer, what target) (target, error) {
	if what.inbound != nil && what.inbound.Class == edo.ClassRevocation {
		return what, nil
	}
	all, err := g.Inbox.Answers(ctx, a.Subscriber, what.ref.Remote)
	if err != nil {
		return what, err
	}
	for _, d := range slices.Backward(all) {
		if d.Class == edo.ClassRevocation {
			return target{ref: edo.Ref{Message: d.Message, Remote: d.Key.Remote}, inbound: &d}, nil
		}
	}
	return what, &edo.Error{Kind: edo.NotFound, Reason: edo.AnswerNotOffered, Field: "answer.document", Message: "has no offer to revoke it"}
}

// place is the key under which an answer is kept, and what is kept there already.
func (g *Gateway) place(ctx context.Context, a edo.Answer) (edo.Key, *edo.Operation, error) {
	key := edo.Key{Subscriber: a.Subscriber, Package: a.ID()}
	for n := 2; ; n++ {
		op, err := g.Outbox.Operation(ctx, key)
		switch {
		case errors.Is(err, edo.NotFound):
			return key, nil, nil
		case err != nil:
			return key, nil, err
		case op.Answer != a.Kind: // a package that took the id before such ids were reserved
		case op.State != edo.StateFailed || n > maxTries:
			again, err := g.declined(ctx, op)
			if err != nil || op.Text == a.Text || !again || n > maxTries {
				return key, &op, err
			}
		}
		key.Package = edo.PackageID(fmt.Sprintf("%s:%d", a.ID(), n))
	}
}

// declined reports whether the other side has refused an offer of ours to revoke: then another may be made, with another
// text. With the same text it is the same offer, asked for again by a host that did not hear the answer.
func (g *Gateway) declined(ctx context.Context, op edo.Operation) (bool, error) {
	if op.Answer != edo.AnswerRevoke || op.Documents[0].Remote == "" {
		return false, nil
	}
	answers, err := g.Inbox.Answers(ctx, op.Key.Subscriber, op.Documents[0].Remote)
	return slices.ContainsFunc(answers, func(d edo.InboundDocument) bool { return d.Class == edo.ClassRefusal }), err
}

// sameAnswer reports whether a is the answer that was accepted. Where it names no signer, any was meant.
func sameAnswer(op edo.Operation, a edo.Answer) error {
	d := op.Documents[0]
	if op.Text == a.Text && (a.Signer == "" || d.Signer == "" || a.Signer == d.Signer) {
		return nil
	}
	return &edo.Error{
		Kind: edo.Conflict, Reason: edo.PackageDiffers, Field: "answer", Message: "was given with another text or by another signer",
		Remedy: "look at the stored operation; what was answered cannot be answered otherwise",
	}
}

// answerFor is the new operation of an answer, with everything checked that can be checked without the operator.
func (g *Gateway) answerFor(ctx context.Context, a edo.Answer, what target) (edo.Operation, error) {
	account, err := g.Accounts.Account(ctx, a.Subscriber)
	if err != nil {
		return edo.Operation{}, err
	}
	op := answerOperation(a, account.Operator, kept(g.Now()).UTC())
	op.Payer = payer(account, a.Subscriber)
	d := &op.Documents[0]
	if in := what.inbound; in != nil {
		op.To, op.Flow, d.Kind = edo.Counterparty{INN: in.From.INN, KPP: in.From.KPP, Name: in.From.Name, Box: in.From.Box}, in.Flow, in.Kind
		if bare(op) {
			d.Name, d.Type, d.Number, d.Digest, d.Size = in.Name, in.Type, in.Number, in.Digest, in.Size
		}
	} else {
		op.To, op.Flow = what.own.To, what.own.Flow
		d.Kind = what.own.Document(what.ref.Document).Kind
	}
	switch {
	case len(a.Signature) > 0:
		if err = g.verify(ctx, d, a.Signature, account.Policy, "answer.signature"); err == nil {
			d.Signature, err = g.keep(ctx, a.Signature)
		}
		return op, err
	case unsigned(op):
		return op, nil
	case d.Signer == "" && a.Kind == edo.AnswerReceipt:
		d.Signer = account.Service
	}
	if d.Signer == "" {
		return op, &edo.Error{Kind: edo.Invalid, Reason: edo.SignerMissing, Field: "answer.signer", Message: "is missing, and there is no finished signature", Remedy: "name the signer"}
	}
	d.SignedBy, err = g.signers(a.Subscriber).info(ctx, edo.Document{Signer: d.Signer, Kind: d.Kind}, "answer.signer")
	return op, err
}

// answerOperation is the operation that gives one answer to one document. It is drafted, signed and sent by its send
// job; its id follows from what is answered, so that the same answer is given once.
func answerOperation(a edo.Answer, operator string, now time.Time) edo.Operation {
	return edo.Operation{
		Key: edo.Key{Subscriber: a.Subscriber, Package: a.ID()}, Operator: operator, Actor: a.Actor, Answer: a.Kind, Text: a.Text,
		State: edo.StateAccepted, CreatedAt: now, UpdatedAt: now, Revision: 1,
		Documents: []edo.DocumentStatus{{ID: edo.DocumentID(a.Kind), Parent: a.Document, Signer: a.Signer, Stamp: edo.StampNone}},
	}
}
