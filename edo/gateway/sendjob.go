package gateway

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

// sendStep moves one package a step on. A package that is found in state sending was left there by a process that
// died: what it did is not known, so it is in doubt.
func (g *Gateway) sendStep(ctx context.Context, job edo.Job, op edo.Operation) error {
	switch op.State {
	case edo.StateAccepted, edo.StateWaiting:
		return g.dispatch(ctx, job, op)
	case edo.StateSending:
		return g.doubt(ctx, job, op, edo.Interrupted, "the process ended while the package was being sent", 0)
	case edo.StateInDoubt:
		return g.resolveDoubt(ctx, job, op)
	}
	return g.settle(ctx, job, edo.Change{At: g.Now(), Done: true, Result: string(op.State)})
}

// dispatch signs, addresses and sends.
func (g *Gateway) dispatch(ctx context.Context, job edo.Job, op edo.Operation) error {
	session, account, err := g.session(ctx, op.Key.Subscriber)
	if err != nil {
		return g.wait(ctx, job, op, err) // whatever is wrong with the account is no fault of the package
	}
	if err := g.signAll(ctx, &op); err != nil {
		return g.hold(ctx, job, op, err)
	}
	if op.Address.Box == "" {
		if err := g.resolve(ctx, session, account, &op); err != nil {
			return g.hold(ctx, job, op, err)
		}
	}
	msg, err := g.message(ctx, op)
	if err != nil {
		return err
	}
	op.State, op.Reason, op.Detail = edo.StateSending, "", ""
	op.Attempts++
	if err := g.commit(ctx, job, &op, edo.Change{}); err != nil {
		return err
	}
	g.Trace(ctx, "send.sending")
	sent, err := session.Send(ctx, msg)
	g.Trace(ctx, "send.answered")
	return g.outcome(ctx, job, op, sent, err)
}

// outcome writes down what a send ended with. Only a well-formed success and a definite refusal are believed.
func (g *Gateway) outcome(ctx context.Context, job edo.Job, op edo.Operation, sent edo.Sent, err error) error {
	if err == nil {
		return g.sent(ctx, job, op, sent)
	}
	switch edo.KindOf(err) {
	case edo.Refused, edo.Invalid, edo.Denied, edo.Unavailable, edo.NotSupported:
		return g.hold(ctx, job, op, err)
	}
	reason := edo.ReasonOf(err)
	if reason == "" {
		reason = edo.AnswerLost
	}
	return g.doubt(ctx, job, op, reason, plain(err), 0)
}

// sent settles an accepted package and orders its printed forms.
func (g *Gateway) sent(ctx context.Context, job edo.Job, op edo.Operation, s edo.Sent) error {
	now := g.Now()
	op.State, op.Reason, op.Detail = edo.StateSent, "", ""
	op.Message, op.OperatorTime, op.SentAt = s.Message, s.OperatorTime, now
	op.DoubtSince, op.NotFound = time.Time{}, 0
	if !s.OperatorTime.IsZero() {
		op.Skew = now.Sub(s.OperatorTime)
	}
	c := edo.Change{Done: true, Jobs: []edo.Job{{Key: op.Key, Kind: edo.JobTrack, Due: now.Add(g.Backoff.First)}}}
	for i := range op.Documents {
		d := &op.Documents[i]
		d.Remote, d.Stamp = s.Documents[d.ID], edo.StampWaiting
		c.Jobs = append(c.Jobs, edo.Job{Key: op.Key, Document: d.ID, Kind: edo.JobStamp, Due: now})
	}
	return g.commit(ctx, job, &op, c)
}

// hold keeps a package that could not be sent now: it waits when time or a person can mend it, else it has failed.
func (g *Gateway) hold(ctx context.Context, job edo.Job, op edo.Operation, err error) error {
	switch kind := edo.KindOf(err); {
	case kind == edo.Unavailable, kind == edo.Denied && !failsForGood(edo.ReasonOf(err)):
		return g.wait(ctx, job, op, err)
	case kind == edo.Internal, kind == edo.Conflict:
		return err
	}
	op.State, op.Reason, op.Detail, op.Candidates = edo.StateFailed, edo.ReasonOf(err), plain(err), asError(err).Candidates
	return g.commit(ctx, job, &op, edo.Change{Done: true})
}

// wait shows why a package cannot go on, and tries again later.
func (g *Gateway) wait(ctx context.Context, job edo.Job, op edo.Operation, err error) error {
	op.State, op.Reason, op.Detail = edo.StateWaiting, edo.ReasonOf(err), plain(err)
	if op.Reason == "" {
		op.Reason = edo.OperatorUnavailable
	}
	later := max(g.Backoff.after(job.Tries), asError(err).RetryAfter)
	return g.commit(ctx, job, &op, edo.Change{Release: true, Due: g.Now().Add(later)})
}

// failsForGood tells a fault of the package from one of the account, which an administrator can mend.
func failsForGood(r edo.Reason) bool {
	return r == edo.SignerExpired || r == edo.SignerNotAuthorised || r == edo.UserNotAllowed
}

// signAll signs what names a signer. Signatures are committed with the next change, and reused by every retry.
func (g *Gateway) signAll(ctx context.Context, op *edo.Operation) error {
	known := g.signers(op.Key.Subscriber)
	for _, err := range each(len(op.Documents), func(i int) error {
		d := &op.Documents[i]
		if !d.Signature.IsZero() {
			return nil
		}
		signer, err := known.of(ctx, d.Signer, d.Kind)
		if err != nil {
			return at(fmt.Sprintf("package.documents[%d].signer", i), err)
		}
		return g.sign(ctx, d, signer)
	}) {
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *Gateway) sign(ctx context.Context, d *edo.DocumentStatus, signer edo.Signer) error {
	cms, err := g.signature(ctx, d.Digest, signer)
	if err != nil {
		return err
	}
	if d.Signature, err = g.keep(ctx, cms); err != nil {
		return err
	}
	d.SignedBy, d.Verdict = signer.Info(), edo.VerdictValid
	return nil
}

// signature reads the content only for signers that insist on it: the archive computed the digest when it took the
// bytes, and checks it again while they are sent.
func (g *Gateway) signature(ctx context.Context, d edo.Digest, signer edo.Signer) ([]byte, error) {
	if s, ok := signer.(edo.DigestSigner); ok {
		return s.SignDigest(ctx, d, g.Now())
	}
	c, err := g.Archive.Open(ctx, d)
	if err != nil {
		return nil, err
	}
	r, err := c.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return signer.Sign(ctx, r, g.Now())
}

// resolve finds the one box of the counterparty, or says why there is not exactly one.
func (g *Gateway) resolve(ctx context.Context, s edo.Session, account edo.Account, op *edo.Operation) error {
	found, err := s.Lookup(ctx, op.To)
	if err != nil {
		return err
	}
	e := &edo.Error{Op: "gateway.Send", Field: "package.to"}
	switch {
	case len(found) == 0:
		e.Kind, e.Reason, e.Message, e.Remedy = edo.NotFound, edo.CounterpartyUnknown, "has no box at the operator", "check INN and KPP, or invite the counterparty"
	case len(found) > 1:
		e.Kind, e.Reason, e.Candidates = edo.Ambiguous, edo.CounterpartyMany, found
		e.Message, e.Remedy = fmt.Sprintf("has %d boxes", len(found)), "choose one of the candidates as package.to.box"
	case found[0].Box == account.Box:
		e.Kind, e.Reason, e.Message, e.Remedy = edo.Invalid, edo.SendToSelf, "is the subscriber itself", "name another organisation"
	case !found[0].Active:
		e.Kind, e.Reason, e.Message, e.Remedy = edo.Unavailable, edo.CounterpartyInactive, "is not active at the operator yet", "it is sent when the counterparty becomes active"
	default:
		op.Address = found[0]
		return nil
	}
	return e
}

// message puts together what the driver sends. Signatures are small and read; content stays where it is.
func (g *Gateway) message(ctx context.Context, op edo.Operation) (edo.Message, error) {
	m := edo.Message{Package: op.Key.Package, To: []edo.Address{op.Address}}
	for _, d := range op.Documents {
		content, err := g.Archive.Open(ctx, d.Digest)
		if err != nil {
			return m, err
		}
		cms, err := g.small(ctx, d.Signature)
		if err != nil {
			return m, err
		}
		m.Documents = append(m.Documents, edo.OutgoingDocument{
			ID: d.ID, Name: d.Name, Kind: d.Kind, Number: d.Number, Comment: d.Comment,
			Content: content, Signature: cms, NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt,
		})
	}
	return m, nil
}

func (g *Gateway) small(ctx context.Context, d edo.Digest) ([]byte, error) {
	c, err := g.Archive.Open(ctx, d)
	if err != nil {
		return nil, err
	}
	if c.Size > edo.MaxSignatureSize {
		return nil, &edo.Error{Kind: edo.Internal, Op: "gateway.Send", Message: "signature is too large"}
	}
	r, err := c.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}
