package gateway

import (
	"context"
	"errors"
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

// sending writes the state down while the driver writes the row of its request: both must be durable before the first byte
// leaves, and one wait for the disk is enough. The driver asks for the result; see [turn.cleared].
func (g *Gateway) sending(ctx context.Context, t *turn, op *edo.Operation) (wait func() error) {
	var err error
	written := make(chan struct{})
	go func() {
		defer close(written)
		defer g.survive(ctx, &err)
		if err = g.commit(ctx, t, op, edo.Change{}); err == nil {
			g.Trace(ctx, "send.sending")
		}
	}()
	return func() error { <-written; return err }
}

// dispatch addresses, signs and sends.
func (g *Gateway) dispatch(ctx context.Context, t *turn, op edo.Operation) error {
	session, account, err := g.session(ctx, op.Key.Subscriber)
	if err != nil {
		return g.wait(ctx, t, op, err) // whatever is wrong with the account is no fault of the package
	}
	if ended, err := g.address(ctx, t, &op, session, account); ended || err != nil {
		return err
	}
	awaited, err := g.signAll(ctx, &op)
	if err != nil {
		return g.hold(ctx, t, op, err)
	}
	if len(awaited) > 0 {
		return g.await(ctx, t, op, awaited)
	}
	msg, err := g.message(ctx, t, op)
	if err != nil {
		return g.wait(ctx, t, op, err)
	}
	op.State, op.Reason, op.Detail, op.From = edo.StateSending, "", "", account.Box
	op.Attempts++
	t.written = g.sending(ctx, t, &op)
	sent, err := session.Send(ctx, msg)
	if lost := t.written(); lost != nil {
		return lost // nothing has left
	}
	g.Trace(ctx, "send.answered")
	if op.Answer != "" && edo.KindOf(err) == edo.Refused && errors.Is(err, edo.AnswerNotOffered) {
		return g.notOffered(ctx, t, op, session, edo.Standing{}) // surely not taken now, but maybe before
	}
	return g.outcome(ctx, t, op, sent, err)
}

// address finds where an operation goes. True: the job has ended or waits.
func (g *Gateway) address(ctx context.Context, t *turn, op *edo.Operation, s edo.Session, account edo.Account) (bool, error) {
	if op.Operator != account.Operator {
		if op.Answer != "" {
			return true, g.wait(ctx, t, *op, accountChanged("it answers a document at "+op.Operator))
		}
		op.Operator, op.Address = account.Operator, edo.Address{} // a box of the old one means nothing to the new one
	}
	if op.Answer != "" {
		return g.prepare(ctx, t, op, s, account)
	}
	if op.Address.Box != "" {
		return false, nil
	}
	if err := g.resolve(ctx, s, account, op); err != nil {
		return true, g.hold(ctx, t, *op, err)
	}
	return false, nil
}

// outcome writes down what a send ended with. Only a well-formed success and a definite refusal are believed.
func (g *Gateway) outcome(ctx context.Context, t *turn, op edo.Operation, sent edo.Sent, err error) error {
	if err == nil {
		if op.SentAt = kept(g.Now()); !sent.OperatorTime.IsZero() {
			op.Skew = op.SentAt.Sub(kept(sent.OperatorTime))
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
	c, err := g.arrived(ctx, &op, s)
	if err != nil {
		return err
	}
	if err = g.commit(ctx, t, &op, c); err == nil {
		g.Trace(ctx, "send.settled")
	}
	return err
}

// arrived notes in op that the operator has it, and gives what follows from that.
func (g *Gateway) arrived(ctx context.Context, op *edo.Operation, s edo.Sent) (edo.Change, error) {
	now := g.Now()
	op.State, op.Reason, op.Detail = edo.StateSent, "", ""
	op.Message, op.OperatorTime = s.Message, kept(s.OperatorTime)
	if op.SentAt.IsZero() { // found out later
		op.SentAt, op.Skew = kept(now), 0
	}
	op.DoubtSince, op.NotFound = time.Time{}, 0
	c := edo.Change{Done: true}
	for i := range op.Documents {
		op.Documents[i].Remote = s.Documents[op.Documents[i].ID]
	}
	if op.Answer != "" {
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.Settle)
		defer cancel()
		err := g.given(own, *op, &c)
		return c, err
	}
	g.replied(*op, &c)
	c.Jobs = append(c.Jobs, edo.Job{Key: op.Key, Kind: edo.JobTrack, Due: now.Add(g.Backoff.First)})
	for i := range op.Documents {
		d := &op.Documents[i]
		d.Stamp = edo.StampWaiting
		c.Jobs = append(c.Jobs, edo.Job{Key: op.Key, Document: d.ID, Kind: edo.JobStamp, Due: now})
		if handedOff(*op) {
			c.Jobs = append(c.Jobs, edo.Job{Key: op.Key, Document: d.ID, Kind: edo.JobEvidence, Due: now})
		}
	}
	return c, nil
}

// hold keeps a package that could not be sent now: it waits when time or a person can mend it, else it has failed.
func (g *Gateway) hold(ctx context.Context, t *turn, op edo.Operation, err error) error {
	g.boxes.forget(op)
	reason := edo.ReasonOf(err)
	switch kind := edo.KindOf(err); {
	case reason == edo.CounterpartyInactive, reason == edo.CounterpartyUnknown && op.Answer == "":
		if waits, err := g.unreached(ctx, t, op, err); waits || err != nil {
			return err
		}
	case op.Answer == edo.AnswerReceipt && ofSigner(reason):
		return g.wait(ctx, t, op, &edo.Error{Kind: edo.Denied, Reason: reason, Err: err}) // the subscriber's own clerk, whom an administrator can name anew
	case failsForGood(reason):
	case kind == edo.Unavailable, kind == edo.Internal, kind == edo.NotReady, kind == edo.Denied:
		return g.wait(ctx, t, op, err)
	case kind == edo.Conflict:
		return err // another worker has it
	}
	op.State, op.Reason, op.Detail, op.Candidates = edo.StateFailed, reason, plain(err), asError(err).Candidates
	return g.commit(ctx, t, &op, edo.Change{Done: true})
}

// wait shows why a package cannot go on, and tries again later.
func (g *Gateway) wait(ctx context.Context, t *turn, op edo.Operation, err error) error {
	op.State, op.Reason, op.Detail = edo.StateWaiting, edo.ReasonOf(err), plain(err)
	if op.Reason == "" {
		op.Reason = edo.OperatorUnavailable
	}
	class := pacePassing
	if edo.KindOf(err) == edo.Denied {
		class = paceMending
	}
	return g.commit(ctx, t, &op, edo.Change{Release: true, Due: g.Now().Add(g.pause(class, t.job.Tries, err))})
}

// failsForGood tells a fault of the package from one of the account, which an administrator can mend.
func failsForGood(r edo.Reason) bool {
	switch r {
	case edo.SignerExpired, edo.SignerNotAuthorised, edo.UserNotAllowed, edo.BoxForeign, edo.SignatureRefused:
		return true
	}
	return false
}

// ofSigner tells what is wrong with the person who was to sign.
func ofSigner(r edo.Reason) bool {
	switch r {
	case edo.SignerUnknown, edo.SignerExpired, edo.SignerNotAuthorised, edo.SignerMissing:
		return true
	}
	return false
}

// signAll signs what names a signer, and gives a task for each document whose key is elsewhere. Signatures are committed
// with the next change, and reused by every retry.
func (g *Gateway) signAll(ctx context.Context, op *edo.Operation) ([]edo.SignatureTask, error) {
	if unsigned(*op) {
		return nil, nil
	}
	known := g.signers(op.Key.Subscriber)
	awaited := make([]*edo.SignatureTask, len(op.Documents))
	for _, err := range each(len(op.Documents), func(i int) error {
		d := &op.Documents[i]
		if !d.Signature.IsZero() {
			return nil
		}
		signer, err := known.of(ctx, d.Signer, d.Kind)
		if err != nil {
			return at(fmt.Sprintf("package.documents[%d].signer", i), err)
		}
		if err = g.sign(ctx, d, signer); errors.Is(err, edo.SignatureAwaited) {
			awaited[i], err = g.task(*op, *d, signer.Info()), nil
		}
		return err
	}) {
		if err != nil {
			return nil, err
		}
	}
	var tasks []edo.SignatureTask
	for _, task := range awaited {
		if task != nil {
			tasks = append(tasks, *task)
		}
	}
	return tasks, nil
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
	if handedOff(*op) || op.Flow == edo.FlowInternal {
		return homeward(account, op)
	}
	key := boxOf(account, *op)
	if known, ok := g.boxes.find(key, g.Now()); ok {
		op.Address = known
		return nil
	}
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
		g.boxes.keep(key, found[0], g.Now())
		return nil
	}
	return e
}

// message puts together what the driver sends. Signatures are small and read; content stays where it is. Both leave only
// as long as the lease is ours: content cannot be read any more then, and the driver asks before a request without one.
func (g *Gateway) message(ctx context.Context, t *turn, op edo.Operation) (edo.Message, error) {
	m := edo.Message{Package: op.Key.Package, Flow: op.Flow, To: recipients(op), Ready: t.cleared}
	if drafted(op) {
		m.Flow = edo.FlowSigned // however the answered document travels
	}
	for _, d := range op.Documents {
		var cms []byte
		var err error
		if !unsigned(op) {
			if cms, err = g.small(ctx, d.Signature); err != nil {
				return m, err
			}
		}
		switch {
		case bare(op):
			m.Signs = append(m.Signs, edo.Countersign{ID: d.ID, Document: d.Parent, Flow: op.Flow, Signature: cms})
			continue
		case op.Answer != "" && unsigned(op):
			m.Refusals = append(m.Refusals, edo.Refusal{Document: d.Parent, Flow: op.Flow, Text: op.Text})
			continue
		}
		content, err := g.Archive.Open(ctx, d.Digest)
		if err != nil {
			return m, missing(err)
		}
		m.Documents = append(m.Documents, outgoing(d, t.guard(content), cms))
	}
	return m, nil
}

func outgoing(d edo.DocumentStatus, content edo.Content, cms []byte) edo.OutgoingDocument {
	o := edo.OutgoingDocument{
		ID: d.ID, Name: d.Name, Type: d.Type, Kind: d.Kind, Number: d.Number, Date: d.Date, Sum: d.Sum, Comment: d.Comment,
		Content: content, Signature: cms, Parent: d.Parent, Related: d.Related, NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt,
	}
	if d.Parent != "" {
		o.Kind = "" // of the answered document, kept for the rules on who may sign
	}
	return o
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

// kept is a time as every store keeps it: what is computed from it here is what anybody computes from the rows.
func kept(t time.Time) time.Time { return t.Truncate(time.Microsecond) }
