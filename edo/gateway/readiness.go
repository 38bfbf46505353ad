package gateway

import (
	"context"
	"errors"

	"github.com/edokit/edokit/edo"
)

// Readiness tells everything at once that keeps a subscriber from sending a document of a kind with a signer, each as a
// typed error: the actor ([edo.UserNotAllowed]), the signer ([edo.SignerUnknown], [edo.SignerExpired],
// [edo.SignerAbsent], [edo.SignerNotAuthorised]), a certificate of another INN ([edo.CertificateForeign]), the box
// ([edo.BoxMissing]), the operator's rules ([edo.RulesNotAccepted]), consents ([edo.ConsentMissing]). It changes nothing.
// The operator is asked about its rules only; an operator that cannot be asked is a lack of its own.
func (g *Gateway) Readiness(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, signer edo.SignerID, kindID string, consents []edo.Consent) edo.Readiness {
	ctx, done := g.lend(ctx)
	defer done()
	var r edo.Readiness
	lacks := func(err error) {
		for _, e := range flatten(err) {
			r.Lacks = append(r.Lacks, wrap("gateway.Readiness", e))
		}
	}
	kind := g.kind(kindID)
	text := kindID
	if kind != nil {
		text = kind.Title.RU
	}
	if _, err := g.acting(ctx, edo.AccessRequest{Actor: actor, Action: edo.ActionSend, Subscriber: s, Kinds: []string{text}}); err != nil {
		lacks(err)
		return r // a stranger learns nothing more
	}
	account, err := g.Accounts.Account(ctx, s)
	lacks(err)
	lacks(g.signerReady(ctx, s, signer, text, account.INN))
	if kind != nil {
		lacks(consentFaults(*kind, consents, "consents").Err())
	}
	if err == nil {
		lacks(g.boxReady(ctx, account))
	}
	return r
}

// signerReady asks for the key of exactly the person, and whose organisation the certificate names.
func (g *Gateway) signerReady(ctx context.Context, s edo.SubscriberID, id edo.SignerID, kind, inn string) error {
	if id == "" {
		return &edo.Error{Kind: edo.Invalid, Reason: edo.SignerMissing, Field: "signer", Message: "is missing", Remedy: "name the signer"}
	}
	signer, err := g.Signers.Signer(ctx, s, id, kind, g.Now())
	if err != nil {
		return at("signer", err)
	}
	info := signer.Info()
	var f edo.Faults
	if now := g.Now(); !info.NotAfter.IsZero() && (now.Before(info.NotBefore) || now.After(info.NotAfter)) {
		f = append(f, &edo.Error{Kind: edo.Invalid, Reason: edo.SignerExpired, Field: "signer", Message: "has a certificate that is not valid now", Remedy: "take a new certificate"})
	}
	if inn != "" {
		if err := certificateOf(info, inn, "signer"); err != nil {
			f = append(f, err)
		}
	}
	return f.Err()
}

// boxReady asks whether there is a box and whether the operator's rules are accepted for it.
func (g *Gateway) boxReady(ctx context.Context, account edo.Account) error {
	if account.Box == "" {
		return &edo.Error{Kind: edo.NotFound, Reason: edo.BoxMissing, Field: "subscriber.box", Message: "is missing: the subscriber is not registered at the operator", Remedy: "enrol the subscriber"}
	}
	session, _, err := g.session(ctx, account.Subscriber)
	if err != nil {
		return at("subscriber", err)
	}
	book, ok := session.(edo.Rulebook)
	if !ok {
		return nil
	}
	accepted, err := book.RulesAccepted(ctx)
	switch {
	case errors.Is(err, edo.NotSupported):
		return nil
	case err != nil:
		return at("subscriber", err)
	case !accepted:
		return &edo.Error{Kind: edo.Denied, Reason: edo.RulesNotAccepted, Field: "subscriber.rules", Message: "of the operator are not accepted", Remedy: "let the person accept them, and enrol again with accept_rules"}
	}
	return nil
}
