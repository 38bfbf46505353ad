package gateway

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// sendStep moves one package a step on. A package that is found in state sending was left there by a process that
// died: what it did is not known, so it is in doubt.
func (g *Gateway) sendStep(ctx context.Context, t *turn, op edo.Operation) error {
	switch op.State {
	case edo.StateAccepted, edo.StateWaiting:
		return g.dispatch(ctx, t, op)
	case edo.StateSending:
		return g.doubt(ctx, t, op, edo.Interrupted, "the process ended while the package was being sent")
	case edo.StateInDoubt:
		return g.resolveDoubt(ctx, t, op)
	}
	return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: string(op.State)})
}

// dispatch signs, addresses and sends.
func (g *Gateway) dispatch(ctx context.Context, t *turn, op edo.Operation) error {
	session, account, err := g.session(ctx, op.Key.Subscriber)
	if err != nil {
		return g.wait(ctx, t, op, err) // whatever is wrong with the account is no fault of the package
	}
	if op.Operator != account.Operator {
		op.Operator, op.Address = account.Operator, edo.Address{} // a box of the old one means nothing to the new one
	}
	if err := g.signAll(ctx, &op); err != nil {
		return g.hold(ctx, t, op, err)
	}
	if op.Address.Box == "" {
		if err := g.resolve(ctx, session, account, &op); err != nil {
			return g.hold(ctx, t, op, err)
		}
	}
	msg, err := g.message(ctx, t, op)
	if err != nil {
		return g.wait(ctx, t, op, err)
	}
	op.State, op.Reason, op.Detail, op.From = edo.StateSending, "", "", account.Box
	op.Attempts++
	if err := g.commit(ctx, t, &op, edo.Change{}); err != nil {
		return err
	}
	g.Trace(ctx, "send.sending")
	sent, err := session.Send(ctx, msg)
	g.Trace(ctx, "send.answered")
	return g.outcome(ctx, t, op, sent, err)
}

// outcome writes down what a send ended with. Only a well-formed success and a definite refusal are believed.
func (g *Gateway) outcome(ctx context.Context, t *turn, op edo.Operation, sent edo.Sent, err error) error {
	if err == nil {
		if !sent.OperatorTime.IsZero() {
			op.Skew = g.Now().Sub(sent.OperatorTime)
		}
		return g.sent(ctx, t, op, sent)
	}
	switch edo.KindOf(err) {
	case edo.Refused, edo.Invalid, edo.Denied, edo.Unavailable, edo.NotSupported:
		return g.hold(ctx, t, op, err)
	}
	reason := edo.ReasonOf(err)
	if reason == "" {
		reason = edo.AnswerLost
	}
	return g.doubt(ctx, t, op, reason, plain(err))
}

// sent settles an accepted package and orders its printed forms.
func (g *Gateway) sent(ctx context.Context, t *turn, op edo.Operation, s edo.Sent) error {
	now := g.Now()
	op.State, op.Reason, op.Detail = edo.StateSent, "", ""
	op.Message, op.OperatorTime, op.SentAt = s.Message, s.OperatorTime, now
	op.DoubtSince, op.NotFound = time.Time{}, 0
	c := edo.Change{Done: true, Jobs: []edo.Job{{Key: op.Key, Kind: edo.JobTrack, Due: now.Add(g.Backoff.First)}}}
	for i := range op.Documents {
		d := &op.Documents[i]
		d.Remote, d.Stamp = s.Documents[d.ID], edo.StampWaiting
		c.Jobs = append(c.Jobs, edo.Job{Key: op.Key, Document: d.ID, Kind: edo.JobStamp, Due: now})
	}
	return g.commit(ctx, t, &op, c)
}

// hold keeps a package that could not be sent now: it waits when time or a person can mend it, else it has failed.
func (g *Gateway) hold(ctx context.Context, t *turn, op edo.Operation, err error) error {
	switch kind := edo.KindOf(err); {
	case kind == edo.Unavailable, kind == edo.Internal, kind == edo.Denied && !failsForGood(edo.ReasonOf(err)):
		return g.wait(ctx, t, op, err)
	case kind == edo.Conflict:
		return err // another worker has it
	}
	op.State, op.Reason, op.Detail, op.Candidates = edo.StateFailed, edo.ReasonOf(err), plain(err), asError(err).Candidates
	return g.commit(ctx, t, &op, edo.Change{Done: true})
}

// wait shows why a package cannot go on, and tries again later.
func (g *Gateway) wait(ctx context.Context, t *turn, op edo.Operation, err error) error {
	op.State, op.Reason, op.Detail = edo.StateWaiting, edo.ReasonOf(err), plain(err)
	if op.Reason == "" {
		op.Reason = edo.OperatorUnavailable
	}
	later := max(g.Backoff.after(t.job.Tries), asError(err).RetryAfter)
	if edo.KindOf(err) == edo.Denied {
		later = g.Backoff.Longest / 20 // only a person can change it, and then it should go on soon; the driver spares the login
	}
	return g.commit(ctx, t, &op, edo.Change{Release: true, Due: g.Now().Add(later)})
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
	r, err := g.read(ctx, d)
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
	case strings.EqualFold(string(found[0].Box), string(account.Box)):
		e.Kind, e.Reason, e.Message, e.Remedy = edo.Invalid, edo.SendToSelf, "is the subscriber itself", "name another organisation"
	case !found[0].Active:
		e.Kind, e.Reason, e.Message, e.Remedy = edo.Unavailable, edo.CounterpartyInactive, "is not active at the operator yet", "it is sent when the counterparty becomes active"
	default:
		op.Address = found[0]
		return nil
	}
	return e
}

// message puts together what the driver sends. Signatures are small and read; content stays where it is, and can be read
// only as long as the lease is ours.
func (g *Gateway) message(ctx context.Context, t *turn, op edo.Operation) (edo.Message, error) {
	m := edo.Message{Package: op.Key.Package, To: []edo.Address{op.Address}}
	for _, d := range op.Documents {
		content, err := g.Archive.Open(ctx, d.Digest)
		if err != nil {
			return m, missing(err)
		}
		cms, err := g.small(ctx, d.Signature)
		if err != nil {
			return m, err
		}
		m.Documents = append(m.Documents, edo.OutgoingDocument{
			ID: d.ID, Name: d.Name, Kind: d.Kind, Number: d.Number, Comment: d.Comment,
			Content: t.guard(content), Signature: cms, NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt,
		})
	}
	return m, nil
}

func (g *Gateway) small(ctx context.Context, d edo.Digest) ([]byte, error) {
	r, err := g.read(ctx, d)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, edo.MaxSignatureSize+1))
	return b, missing(err)
}

func (g *Gateway) read(ctx context.Context, d edo.Digest) (io.ReadCloser, error) {
	c, err := g.Archive.Open(ctx, d)
	if err != nil {
		return nil, missing(err)
	}
	r, err := c.Open(ctx)
	return r, missing(err)
}

// missing says that bytes which were durable cannot be read now. That is no fault of the package: a restored archive
// mends it.
func missing(err error) error {
	if err == nil {
		return nil
	}
	e := &edo.Error{Kind: edo.Unavailable, Reason: edo.ReasonOf(err), Op: "gateway.Send", Remedy: "restore the archive folder from its backup, or send the same package again", Err: err}
	if e.Reason == "" {
		e.Reason = edo.ContentMissing
	}
	return e
}
