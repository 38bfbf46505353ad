package gateway

import (
	"context"
	"errors"

	"github.com/edokit/edokit/edo"
)

// Inbound is what is known of a document that came in, from our own rows. Its content is read with [Gateway.Content]:
// the package is the message, the document is the operator's id.
func (g *Gateway) Inbound(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error) {
	d, err := g.inbound(ctx, k)
	return d, wrap("gateway.Inbound", err)
}

func (g *Gateway) inbound(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error) {
	if g.Inbox == nil {
		return edo.InboundDocument{}, requestUnknown("request", edo.NotFound)
	}
	d, err := g.Inbox.InboundDocument(ctx, k)
	if errors.Is(err, edo.NotFound) {
		err = requestUnknown("request", edo.NotFound)
	}
	return d, err
}

func requestUnknown(field string, kind edo.Kind) error {
	return &edo.Error{
		Kind: kind, Reason: edo.RequestUnknown, Field: field,
		Message: "names no document that came in", Remedy: "give the operator's id of an inbound document of this subscriber",
	}
}

// Evidence is the request, its reply and what the operator fixed, in one line.
func (g *Gateway) Evidence(ctx context.Context, k edo.InboundKey) (edo.Evidence, error) {
	e, err := g.evidenceOf(ctx, k)
	return e, wrap("gateway.Evidence", err)
}

func (g *Gateway) evidenceOf(ctx context.Context, k edo.InboundKey) (edo.Evidence, error) {
	d, err := g.inbound(ctx, k)
	if err != nil {
		return edo.Evidence{}, err
	}
	cursor, err := g.Inbox.Cursor(ctx, k.Subscriber)
	if err != nil {
		return edo.Evidence{}, err
	}
	replies, err := g.Inbox.Replies(ctx, k.Subscriber, k.Remote)
	e := edo.Evidence{Request: d, Term: d.Term, OperatorNow: cursor.OperatorNow(g.Now()), OperatorTime: d.Reply.OperatorTime}
	if r := reply(replies, d.Reply.Package); r != nil {
		e.Reply, e.LocalTime, e.Skew = r, r.SentAt, r.Skew
		for _, doc := range r.Documents {
			e.Versions = append(e.Versions, doc.Versions...)
		}
	}
	return e, err
}

// reply is the package that counts as the reply: the one whose operator time is kept, else the latest that was tried.
func reply(all []edo.Operation, counts edo.PackageID) *edo.Operation {
	var latest *edo.Operation
	for i := range all {
		if latest = &all[i]; latest.Key.Package == counts {
			break
		}
	}
	return latest
}

// inboundContent opens the content of an inbound document, or its first signature.
func (g *Gateway) inboundContent(ctx context.Context, k edo.Key, id edo.DocumentID, role edo.Role) (edo.Content, edo.Version, error) {
	d, err := g.inbound(ctx, edo.InboundKey{Subscriber: k.Subscriber, Remote: edo.RemoteID(id)})
	if err != nil {
		return edo.Content{}, edo.Version{}, err
	}
	v := edo.Version{Document: id, Role: role, Name: d.Name, Exchange: d.Exchange, At: d.ReceivedAt}
	switch {
	case string(d.Message) != string(k.Package):
	case role == edo.RoleOriginal:
		v.Digest = d.Digest
	case role == edo.RoleSignature && len(d.Signatures) > 0:
		v.Digest, v.Name = d.Signatures[0].CMS, d.Name+".p7s"
	}
	if v.Digest.IsZero() {
		return edo.Content{}, edo.Version{}, &edo.Error{Kind: edo.NotFound, Field: "role", Message: "document " + string(id) + " has no version " + string(role)}
	}
	c, err := g.content(ctx, v.Digest)
	v.Size = c.Size
	return c, v, err
}
