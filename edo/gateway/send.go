package gateway

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/edokit/edokit/edo"
)

// Send accepts a package: it returns when digests, bytes and the send job are committed, and never calls the operator.
// The same package id with the same documents for the same recipient returns the stored operation; with others it is
// refused with [edo.PackageDiffers]. All faults of the package are reported at once, as [edo.Faults]. The contents of several
// documents may be read at the same time.
func (g *Gateway) Send(ctx context.Context, p edo.Package) (edo.Operation, error) {
	op, err := g.send(ctx, p)
	return op, wrap("gateway.Send", err)
}

// Admit says whether the content of a package may be taken at all: a boundary that receives contents asks it first, so
// that a stranger uploads nothing and no limit is passed. Every other fault waits for [Gateway.Send], which tells all of
// them at once.
func (g *Gateway) Admit(ctx context.Context, p edo.Package) error {
	_, err := g.allow(ctx, p)
	if err == nil && (unbounded(p) || p.Size() > edo.MaxPackageSize) {
		err = p.Check()
	}
	return wrap("gateway.Admit", err)
}

// unbounded packages cannot be looked up, or checking them would not end in time.
func unbounded(p edo.Package) bool {
	return len(p.Documents) == 0 || len(p.Documents) > edo.MaxDocuments || edo.CheckID("", string(p.ID)) != nil ||
		slices.ContainsFunc(p.Documents, func(d edo.Document) bool { return d.Content.Size > edo.MaxDocumentSize })
}

func (g *Gateway) send(ctx context.Context, p edo.Package) (edo.Operation, error) {
	now := kept(g.Now()).UTC()
	who, err := g.allow(ctx, p)
	if err != nil {
		return edo.Operation{}, err
	}
	faults := flatten(p.Check())
	if unbounded(p) {
		return edo.Operation{}, faults.Err()
	}
	faults = append(faults, g.kindFaults(p)...)
	if stored, found, err := g.stored(ctx, p); found || err != nil {
		return stored, err
	}
	faults = append(faults, g.replyFaults(ctx, p)...)
	asked := g.Now()
	account, err := g.Accounts.Account(ctx, p.Subscriber)
	faults = append(faults, flatten(err)...)
	op := edo.Operation{
		Key: edo.Key{Subscriber: p.Subscriber, Package: p.ID}, Operator: account.Operator, Actor: who, To: p.To,
		Payer: payer(account, p.Subscriber), Channel: p.Channel, InReplyTo: p.InReplyTo, Flow: p.Flow, Consents: p.Consents,
		Set: p.Set, Period: p.Period, Due: kept(p.Due),
		State: edo.StateAccepted, CreatedAt: now, UpdatedAt: now, Revision: 1,
	}
	op.Documents = make([]edo.DocumentStatus, len(p.Documents))
	known := g.signers(p.Subscriber)
	for _, err := range each(len(p.Documents), func(i int) (err error) {
		op.Documents[i], err = g.accept(ctx, known, p.Documents[i], account.Policy, fmt.Sprintf("package.documents[%d]", i))
		return err
	}) {
		faults = append(faults, flatten(err)...)
	}
	if err := faults.Err(); err != nil {
		return edo.Operation{}, err
	}
	g.Trace(ctx, "send.archived")
	stored, created, err := g.begin(ctx, op, g.lately(account, asked), func() { g.Trace(ctx, "send.accepted") })
	if err != nil {
		return edo.Operation{}, err
	}
	if !created {
		return stored, same(stored, p)
	}
	return stored, nil
}

// payer is who pays the operator for what a subscriber sends.
func payer(a edo.Account, s edo.SubscriberID) edo.SubscriberID { return cmp.Or(a.Payer, s) }

func (g *Gateway) allow(ctx context.Context, p edo.Package) (edo.ActorID, error) {
	kinds := make([]string, len(p.Documents))
	for i, d := range p.Documents {
		kinds[i] = d.Kind
	}
	return g.acting(ctx, edo.AccessRequest{Actor: p.Actor, Action: edo.ActionSend, Subscriber: p.Subscriber, Kinds: kinds})
}

// stored finds an operation under the package's id. A repeated call must get the same answer even when a certificate
// has expired since, so this comes before the checks that depend on the day.
func (g *Gateway) stored(ctx context.Context, p edo.Package) (edo.Operation, bool, error) {
	op, err := g.Outbox.Operation(ctx, edo.Key{Subscriber: p.Subscriber, Package: p.ID})
	switch {
	case errors.Is(err, edo.NotFound):
		return edo.Operation{}, false, nil
	case err != nil:
		return edo.Operation{}, false, err
	}
	return op, true, same(op, p)
}

// same reports whether p is the package that was accepted under this id.
func same(op edo.Operation, p edo.Package) error {
	ok := len(op.Documents) == len(p.Documents) && op.To.INN == p.To.INN && op.To.KPP == p.To.KPP && op.To.Box == p.To.Box &&
		cmp.Or(op.Channel, edo.ChannelOperator) == cmp.Or(p.Channel, edo.ChannelOperator) && op.InReplyTo == p.InReplyTo
	if !handedOff(op) { // such a package gets another flow when it is addressed
		ok = ok && cmp.Or(op.Flow, edo.FlowSigned) == cmp.Or(p.Flow, edo.FlowSigned)
	}
	for i := 0; ok && i < len(p.Documents); i++ {
		ok = sameDocument(op.Documents[i], p.Documents[i])
	}
	if ok {
		return nil
	}
	return &edo.Error{
		Kind: edo.Conflict, Reason: edo.PackageDiffers, Field: "package.id",
		Message: "was used for other documents, other words on them, another recipient or another way", Remedy: "send the changed package under a new id",
	}
}

// sameDocument compares the bytes and what the counterparty reads beside them.
func sameDocument(was edo.DocumentStatus, d edo.Document) bool {
	return was.ID == d.ID && was.Digest == d.Content.Digest && was.Name == d.Name && was.Kind == d.Kind && was.Number == d.Number && was.Comment == d.Comment &&
		was.Type == d.Type && was.Sum == d.Sum && kept(was.Date).Equal(kept(d.Date))
}

// accept checks one document, makes its bytes durable and verifies what came signed.
func (g *Gateway) accept(ctx context.Context, known *signers, d edo.Document, policy edo.Policy, field string) (edo.DocumentStatus, error) {
	if k := g.kind(d.Kind); k != nil && k.NeedSign {
		d.NeedSign = true
	}
	st := edo.DocumentStatus{
		ID: d.ID, Name: d.Name, Kind: d.Kind, Number: d.Number, Comment: d.Comment, ExternalID: d.ExternalID,
		Digest: d.Content.Digest, Size: d.Content.Size, NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt, Signer: d.Signer,
		Type: d.Type, Date: d.Date, Sum: d.Sum, Related: d.Related, Stamp: edo.StampNone,
	}
	if d.Content.Size <= 0 || d.Content.Size > edo.MaxDocumentSize {
		return st, nil // reported by Check
	}
	if len(d.Signature) > 0 && len(d.Signature) <= edo.MaxSignatureSize {
		return st, g.acceptSigned(ctx, &st, d, policy, field)
	}
	err := g.archive(ctx, d.Content, field+".content")
	if err == nil && d.Signer != "" {
		st.SignedBy, err = known.info(ctx, d, field+".signer")
	}
	return st, err
}

// acceptSigned stores content and signature at once, since each waits for the disk, and checks one against the other. A
// signature that is refused stays as bytes that nothing refers to.
func (g *Gateway) acceptSigned(ctx context.Context, st *edo.DocumentStatus, d edo.Document, policy edo.Policy, field string) error {
	var kept edo.Digest
	var keeping errgroup.Group
	keeping.Go(func() (err error) {
		kept, err = g.keep(ctx, d.Signature)
		return err
	})
	err := g.archive(ctx, d.Content, field+".content")
	if err == nil {
		err = g.verify(ctx, st, d.Signature, policy, field+".signature")
	}
	if lost := keeping.Wait(); err == nil {
		st.Signature, err = kept, lost
	}
	return err
}

// archive copies content into the archive unless it comes from there. Bytes of the same digest that only lie there are
// no proof: they may be damaged, and storing them again mends them. Those that come from there may be old: what is
// referred to from now on must not be removed for what nobody needs any more.
func (g *Gateway) archive(ctx context.Context, c edo.Content, field string) error {
	if c.In == g.Archive {
		if depot, ok := g.Archive.(edo.Depot); ok {
			return at(field, depot.Keep(ctx, c.Digest))
		}
		return nil
	}
	r, err := c.Open(ctx)
	if err != nil {
		return at(field, err)
	}
	defer func() { _ = r.Close() }()
	blob, err := g.Archive.Create(ctx)
	if err != nil {
		return err
	}
	defer blob.Abort()
	if _, err := io.Copy(blob, io.LimitReader(r, c.Size+1)); err != nil {
		return at(field, err)
	}
	digest, size, err := blob.Commit(ctx)
	if err != nil {
		return err
	}
	if digest != c.Digest || size != c.Size {
		return &edo.Error{
			Kind: edo.Invalid, Reason: edo.DocumentChanged, Field: field,
			Message: "is not the content whose digest and size were announced", Remedy: "compute the digest from the bytes that are sent",
		}
	}
	return nil
}

// verify checks a finished signature of content that has just been stored under its digest.
func (g *Gateway) verify(ctx context.Context, st *edo.DocumentStatus, signature []byte, policy edo.Policy, field string) error {
	v, err := g.freshVerdict(ctx, st.Digest, signature)
	if err != nil {
		return at(field, err)
	}
	st.Verdict, st.SignedBy = v.State, v.Signer
	return judge(v, policy, field)
}

// freshVerdict reads the content again only for verifiers and signatures that insist on it.
func (g *Gateway) freshVerdict(ctx context.Context, content edo.Digest, signature []byte) (edo.Verdict, error) {
	if by, ok := g.Verifier.(DigestVerifier); ok {
		if v, ok, err := by.CheckDigest(content, signature, g.Now()); ok || err != nil {
			return v, err
		}
	}
	return g.verdict(ctx, content, signature)
}

// verdict checks a signature against archived bytes.
func (g *Gateway) verdict(ctx context.Context, content edo.Digest, signature []byte) (edo.Verdict, error) {
	c, err := g.Archive.Open(ctx, content)
	if err != nil {
		return edo.Verdict{}, err
	}
	r, err := c.Open(ctx)
	if err != nil {
		return edo.Verdict{}, err
	}
	defer func() { _ = r.Close() }()
	return g.Verifier.Check(ctx, r, signature, g.Now())
}

// judge says what of a verdict keeps a signature from being sent.
func judge(v edo.Verdict, policy edo.Policy, field string) error {
	switch {
	case v.State == edo.VerdictInvalid:
		return &edo.Error{Kind: edo.Invalid, Reason: v.Reason, Field: field, Message: "is not valid: " + v.Detail, Remedy: "sign the document again as it is now, with a valid certificate"}
	case v.State == edo.VerdictOperatorOnly && policy.Unverified == edo.RefuseUnverified:
		return &edo.Error{Kind: edo.Invalid, Reason: edo.SignatureUnverified, Field: field, Message: "can be checked by the operator only, and this subscriber refuses such signatures", Remedy: "change the subscriber's policy to forward, or sign with an algorithm that can be checked here"}
	}
	return nil
}

func (g *Gateway) keep(ctx context.Context, b []byte) (edo.Digest, error) {
	blob, err := g.Archive.Create(ctx)
	if err != nil {
		return edo.Digest{}, err
	}
	defer blob.Abort()
	if _, err := io.Copy(blob, bytes.NewReader(b)); err != nil {
		return edo.Digest{}, err
	}
	d, _, err := blob.Commit(ctx)
	return d, err
}

// flatten makes one list of faults out of an error that may already be one.
func flatten(err error) edo.Faults {
	var f edo.Faults
	if err == nil {
		return nil
	}
	if errors.As(err, &f) {
		return f
	}
	return edo.Faults{err}
}

// at names the field of an error that does not name one yet.
func at(field string, err error) error {
	if e, ok := err.(*edo.Error); ok { //nolint:errorlint // only the outermost error can be given a field
		c := *e
		c.Field = field
		return &c
	}
	if err != nil {
		return &edo.Error{Kind: edo.KindOf(err), Field: field, Err: err}
	}
	return nil
}

// wrap adds what was being done, once.
func wrap(op string, err error) error {
	var f edo.Faults
	if errors.As(err, &f) {
		out := make(edo.Faults, len(f))
		for i, e := range f {
			out[i] = wrap(op, e)
		}
		return out
	}
	if e, ok := err.(*edo.Error); ok { //nolint:errorlint // only the outermost error can be given a name
		c := *e
		if c.Op == "" {
			c.Op = op
		}
		return &c
	}
	if err != nil {
		return &edo.Error{Kind: edo.KindOf(err), Op: op, Err: err}
	}
	return nil
}
