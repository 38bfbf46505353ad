package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// handedOff reports whether a package reaches its counterparty by another way than the operator: it goes to the operator
// for its time and its stamp only, and then the host hands it over.
func handedOff(op edo.Operation) bool {
	return op.Channel == edo.ChannelEMail || op.Channel == edo.ChannelPaper
}

// homeward addresses what has no recipient at the operator. No box is looked up: the counterparty has none, or does not
// want it there.
func homeward(account edo.Account, op *edo.Operation) error {
	if account.ServiceBox == "" || op.Flow == edo.FlowInternal {
		op.Flow = edo.FlowInternal
		op.Address = edo.Address{Box: account.Box, INN: account.INN, Department: account.Department, Active: true}
		return nil
	}
	if strings.EqualFold(string(account.ServiceBox), string(account.Box)) {
		return &edo.Error{
			Kind: edo.Denied, Reason: edo.SendToSelf, Field: "subscriber.service_box", Message: "is the subscriber's own box",
			Remedy: "name another box, or none: then such packages go to our own department",
		}
	}
	op.Flow, op.Address = edo.FlowSigned, edo.Address{Box: account.ServiceBox, Active: true}
	return nil
}

// evidenceStep fetches the archive of the flow of one document that leaves by another way, and hands the document over
// when all that can be had is there: the printed form or the final word that there is none, the signature, the evidence.
func (g *Gateway) evidenceStep(ctx context.Context, t *turn, op edo.Operation) error {
	d := op.Document(t.job.Document)
	if d == nil {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: "nothing to do"})
	}
	if version(d, edo.RoleEvidence) != nil {
		return g.handOff(ctx, t, op, *d, nil)
	}
	v, err := g.flowArchive(ctx, op, *d)
	switch {
	case err == nil:
		return g.handOff(ctx, t, op, *d, &v)
	case errors.Is(err, edo.NotSupported), g.Now().Sub(t.job.Born) > g.FormPatience:
		return g.handOff(ctx, t, op, *d, nil)
	}
	return g.settle(ctx, t.job, edo.Change{
		At: g.Now(), Release: true, Due: g.Now().Add(g.pause(pacePassing, t.job.Tries, err)), Reason: edo.ReasonOf(err), Result: string(edo.EvidenceNotReady), Detail: plain(err),
	})
}

// flowArchive reads the archive of a document's flow, byte for byte as it came.
func (g *Gateway) flowArchive(ctx context.Context, op edo.Operation, d edo.DocumentStatus) (edo.Version, error) {
	session, _, err := g.sentSession(ctx, op)
	if err != nil {
		return edo.Version{}, err
	}
	archivist, ok := session.(edo.Archivist)
	if !ok {
		return edo.Version{}, &edo.Error{Kind: edo.NotSupported, Message: "the operator gives no archive of the flow"}
	}
	blob, err := g.Archive.Create(ctx)
	if err != nil {
		return edo.Version{}, err
	}
	defer blob.Abort()
	w := &bounded{w: blob, left: edo.MaxDocumentSize}
	form, err := archivist.FlowArchive(ctx, edo.Ref{Package: op.Key.Package, Document: d.ID, Message: op.Message, Remote: d.Remote}, true, w)
	if err != nil {
		return edo.Version{}, err
	}
	digest, size, err := blob.Commit(ctx)
	if err == nil && size == 0 {
		err = &edo.Error{Kind: edo.NotReady, Reason: edo.EvidenceNotReady, Message: "the archive of the flow is empty"}
	}
	g.Trace(ctx, "evidence.archived")
	name := strings.TrimSuffix(copyName(d.Name, "архив документооборота"), ".pdf") + ".zip"
	return edo.Version{Document: d.ID, Role: edo.RoleEvidence, Name: name, Digest: digest, Size: size, Source: form.Source, Exchange: form.Exchange, At: g.Now()}, err
}

// handOff stores the evidence at once, and tells the host when the printed form has its final word. Only this job tells
// it, in the commit that ends it: once.
func (g *Gateway) handOff(ctx context.Context, t *turn, op edo.Operation, d edo.DocumentStatus, fresh *edo.Version) error {
	c := edo.Change{At: g.Now(), Release: true, Due: g.Now().Add(g.pause(pacePassing, t.job.Tries, nil)), Result: "evidence"}
	base := edo.Event{Key: op.Key, State: op.State, Document: d.ID, ExternalID: d.ExternalID, Stamp: d.Stamp, At: c.At}
	if fresh != nil {
		e := base
		e.Kind, e.Version = edo.EventVersion, *fresh
		c.Versions, c.Events = []edo.Version{*fresh}, []edo.Event{e}
		d.Versions = append(d.Versions[:len(d.Versions):len(d.Versions)], *fresh)
	}
	if d.Stamp.Final() {
		base.Kind, base.Reason, base.Detail = edo.EventHandOff, d.StampReason, handOffDetail(op, d)
		c.Release, c.Done, c.Due, c.Result = false, true, time.Time{}, "handed off"
		c.Events = append(c.Events, base)
	}
	return g.settle(ctx, t.job, c)
}

// handOffDetail names what the host hands over, each with its digest, and what is missing.
func handOffDetail(op edo.Operation, d edo.DocumentStatus) string {
	parts := []string{"document " + d.Digest.String()}
	if form := version(&d, edo.RoleOperatorForm); form != nil {
		parts = append(parts, "printed form "+form.Digest.String())
	} else {
		parts = append(parts, noForm(op))
	}
	if !d.Signature.IsZero() {
		parts = append(parts, "signature "+d.Signature.String())
	}
	if evidence := version(&d, edo.RoleEvidence); evidence != nil {
		parts = append(parts, "evidence "+evidence.Digest.String())
	} else {
		parts = append(parts, "the operator gave no archive of the flow")
	}
	return strings.Join(parts, "; ")
}

// noForm is what can be said where the operator stamps nothing.
func noForm(op edo.Operation) string {
	if op.OperatorTime.IsZero() {
		return "no printed form, and the operator told no time"
	}
	return fmt.Sprintf("the time is fixed by the operator (%s), no printed form", op.OperatorTime.UTC().Format(time.RFC3339))
}

func version(d *edo.DocumentStatus, r edo.Role) *edo.Version {
	for i := range d.Versions {
		if d.Versions[i].Role == r {
			return &d.Versions[i]
		}
	}
	return nil
}
