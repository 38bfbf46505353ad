package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/evidence"
)

// Bounds of one walk: flows are a dozen documents, and an answer that has failed is given anew at most a hundred times.
const (
	maxFlow  = 1000
	maxAnews = 100
)

// step is a document of a flow, whose answers are looked for.
type step struct {
	remote edo.RemoteID
	doc    evidence.Expected // zero digest: not expected itself
}

// expected is what our rows hold of the flow of a document, with everything that we gave ourselves: an archive that lacks
// our receipt or our signature proves less than we need. Each signature is expected at the operator's time of its own
// message, since a certificate may be younger than the document that it signs.
func (p *parts) expected(ctx context.Context, s edo.SubscriberID, first step) (evidence.Expect, error) {
	var e evidence.Expect
	add := func(d evidence.Expected) {
		if !d.Digest.IsZero() {
			e.Documents = append(e.Documents, d)
		}
	}
	seen := map[edo.RemoteID]bool{first.remote: true}
	for queue := []step{first}; len(queue) > 0 && len(seen) < maxFlow; queue = queue[1:] {
		at := queue[0]
		add(at.doc)
		signatures, next, err := p.cameFor(ctx, s, at)
		if err != nil {
			return e, err
		}
		given, ours, err := p.givenFor(ctx, s, at)
		if err != nil {
			return e, err
		}
		for _, d := range append(signatures, given...) {
			add(d)
		}
		for _, n := range append(next, ours...) {
			if n.remote != "" && !seen[n.remote] {
				seen[n.remote] = true
				queue = append(queue, n)
			} else if n.remote == "" {
				add(n.doc)
			}
		}
	}
	return e, nil
}

// cameFor is what came in for a document: signatures over it, and documents that answer it. The operator's confirmations
// are not expected themselves, only what answers them.
func (p *parts) cameFor(ctx context.Context, s edo.SubscriberID, at step) (signatures []evidence.Expected, next []step, err error) {
	rows, err := p.Store.Answers(ctx, s, at.remote)
	for _, d := range rows {
		switch d.Class {
		case edo.ClassMain: // a flow of its own
		case edo.ClassSignature:
			one := received(d)
			one.Name, one.Digest = at.doc.Name, at.doc.Digest
			signatures = append(signatures, one)
		case edo.ClassConfirmation, edo.ClassError:
			next = append(next, step{remote: d.Key.Remote})
		default:
			next = append(next, step{d.Key.Remote, received(d)})
		}
	}
	return signatures, next, err
}

// givenFor is what we gave for a document: signatures over it, and service documents.
func (p *parts) givenFor(ctx context.Context, s edo.SubscriberID, at step) (signatures []evidence.Expected, next []step, err error) {
	for _, kind := range edo.AnswerKinds() {
		op, err := p.given(ctx, edo.Key{Subscriber: s, Package: edo.AnswerID(kind, at.remote)})
		switch {
		case err != nil:
			return nil, nil, err
		case op == nil || len(op.Documents) == 0:
			continue
		}
		d := op.Documents[0]
		one := sent(*op, d)
		if kind == edo.AnswerSign || kind == edo.AnswerAcceptRevocation { // of the document itself
			signatures = append(signatures, one)
			continue
		}
		next = append(next, step{d.Remote, one})
	}
	return signatures, next, nil
}

// given is the answer under a key that is with the operator, nil if there is none. One that has failed was given anew
// under the next number.
func (p *parts) given(ctx context.Context, k edo.Key) (*edo.Operation, error) {
	id := k.Package
	for n := 2; n <= maxAnews; n++ {
		op, err := p.Store.Operation(ctx, k)
		switch {
		case errors.Is(err, edo.NotFound):
			return nil, nil
		case err != nil:
			return nil, err
		case op.State.Sent():
			return &op, nil
		case op.State != edo.StateFailed:
			return nil, nil
		}
		k.Package = edo.PackageID(fmt.Sprintf("%s:%d", id, n))
	}
	return nil, nil
}

// received is an inbound document with its signatures.
func received(d edo.InboundDocument) evidence.Expected {
	one := evidence.Expected{Name: d.Name, Digest: d.Digest, Role: string(d.Class), At: d.OperatorTime}
	for _, s := range d.Signatures {
		if !s.CMS.IsZero() {
			one.Signatures = append(one.Signatures, s.CMS)
		}
	}
	return one
}

// sent is a document of ours with its signature.
func sent(op edo.Operation, d edo.DocumentStatus) evidence.Expected {
	one := evidence.Expected{Name: d.Name, Digest: d.Digest, Role: "sent", At: op.OperatorTime}
	if op.Answer != "" {
		one.Role = "our " + string(op.Answer)
	}
	if !d.Signature.IsZero() {
		one.Signatures = append(one.Signatures, d.Signature)
	}
	return one
}
