package gateway

import (
	"context"
	"errors"

	"github.com/edokit/edokit/edo"
)

// Reading asks whether somebody may be given something to read, and writes the row that says so: call it before the
// first byte of raw XML, content or an export is given out. r.Action is [edo.ActionReadLog], [edo.ActionReadContent] or
// [edo.ActionExport]; what names it: the id of an exchange, the digest of a document, the filter of an export. A zero
// r.At is now. Nil means that the row is on stable storage. Errors: [edo.UserNotAllowed] after a row of the refusal,
// and those of the store; whatever the error, nothing may be given out.
func (g *Gateway) Reading(ctx context.Context, r edo.AccessRequest, what string) error {
	if r.At.IsZero() {
		r.At = g.Now()
	}
	err := notConfigured("Readings")
	if g.Readings != nil {
		err = g.Readings.Reading(ctx, r, what)
	}
	if err == nil {
		g.Trace(ctx, "reading.noted")
	}
	return wrap("gateway.Reading", err)
}

// ReadingLog is [Gateway.Reading] for the raw XML of one exchange. k names the package that the exchange belongs to, whose
// kinds of documents decide as well; its Package is empty for an exchange that belongs to none.
func (g *Gateway) ReadingLog(ctx context.Context, by edo.Reader, k edo.Key, id edo.ExchangeID) error {
	r := edo.AccessRequest{Actor: by.Actor, Local: by.Local, Action: edo.ActionReadLog, Subscriber: k.Subscriber}
	if k.Package != "" {
		op, err := g.Outbox.Operation(ctx, k)
		if err != nil && !errors.Is(err, edo.NotFound) { // work on a box or a counterparty has no documents of a kind
			return wrap("gateway.ReadingLog", err)
		}
		for _, d := range op.Documents {
			r.Kinds = append(r.Kinds, d.Kind)
		}
	}
	return g.Reading(ctx, r, string(id))
}

// MayRead asks whether somebody may see the rows of a subscriber's message log, which hold neither heads nor XML.
func (g *Gateway) MayRead(ctx context.Context, by edo.Reader, s edo.SubscriberID) error {
	_, err := g.acting(ctx, edo.AccessRequest{Actor: by.Actor, Local: by.Local, Action: edo.ActionRead, Subscriber: s})
	return wrap("gateway.MayRead", err)
}

// MayAdminister asks whether somebody may change what is kept of a subscriber: settings, credentials, users, signers.
func (g *Gateway) MayAdminister(ctx context.Context, by edo.Reader, s edo.SubscriberID) error {
	_, err := g.acting(ctx, edo.AccessRequest{Actor: by.Actor, Local: by.Local, Action: edo.ActionAdmin, Subscriber: s})
	return wrap("gateway.MayAdminister", err)
}

// acting asks before anything else is done, and says how rows shall name who acts.
func (g *Gateway) acting(ctx context.Context, r edo.AccessRequest) (edo.ActorID, error) {
	if r.At.IsZero() {
		r.At = g.Now()
	}
	if d, ok := g.Access.(Deputies); ok {
		return d.Acting(ctx, r)
	}
	return r.Actor, g.Access.Allowed(ctx, r)
}

// readContent is the reading of one version. Whoever may not read learns that first, also of what is not there.
func (g *Gateway) readContent(ctx context.Context, by edo.Reader, s edo.SubscriberID, kind string, v edo.Version, missing error) error {
	r := edo.AccessRequest{Actor: by.Actor, Local: by.Local, Action: edo.ActionReadContent, Subscriber: s}
	if kind != "" {
		r.Kinds = []string{kind}
	}
	if missing == nil {
		return g.Reading(ctx, r, v.Digest.String())
	}
	if _, err := g.acting(ctx, r); err != nil {
		return err
	}
	return missing
}
