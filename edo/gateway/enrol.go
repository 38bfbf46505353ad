package gateway

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/edokit/edokit/edo"
)

// Enrol registers one of our own subscribers at its operator, from its certificate: a managed client, or ourselves. The
// box that it gets is stored before it is returned. Repeating registers nothing: what is registered already is found.
// The same calls for one subscriber at the same time are one. Errors: [edo.CertificateForeign] if the certificate is of another
// INN, [edo.SignerExpired] if its time is over, and those of [edo.Enroller].
func (g *Gateway) Enrol(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, e edo.Enrolment) (edo.Enrolled, error) {
	enrolled, err := g.enrol(ctx, actor, s, e)
	return enrolled, wrap("gateway.Enrol", err)
}

func (g *Gateway) enrol(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, e edo.Enrolment) (edo.Enrolled, error) {
	if _, err := g.acting(ctx, edo.AccessRequest{Actor: actor, Action: edo.ActionInvite, Subscriber: s}); err != nil {
		return edo.Enrolled{}, err
	}
	if g.Enrolments == nil || g.Certificates == nil {
		return edo.Enrolled{}, notConfigured("Enrolments and Certificates")
	}
	if err := e.Check(); err != nil {
		return edo.Enrolled{}, err
	}
	if err := g.ownCertificate(e); err != nil {
		return edo.Enrolled{}, err
	}
	// A caller that goes away must not end the registration for those who wait for the same one.
	all := context.WithoutCancel(ctx)
	same := fmt.Sprintf("%q %q %q %t %x", s, e.Counterparty.INN, e.Counterparty.KPP, e.AcceptRules, sha256.Sum256(e.Certificate))
	done := g.enrolling.DoChan(same, func() (any, error) { return g.register(all, s, e) })
	select {
	case <-ctx.Done():
		return edo.Enrolled{}, ctx.Err()
	case r := <-done:
		enrolled, _ := r.Val.(edo.Enrolled)
		return enrolled, r.Err
	}
}

func (g *Gateway) ownCertificate(e edo.Enrolment) error {
	info, err := g.Certificates.Certificate(e.Certificate)
	if err != nil {
		return at("enrolment.certificate", err)
	}
	if now := g.Now(); now.Before(info.NotBefore) || now.After(info.NotAfter) {
		return &edo.Error{Kind: edo.Invalid, Reason: edo.SignerExpired, Field: "enrolment.certificate", Message: "is not valid now", Remedy: "take a certificate that is valid"}
	}
	return certificateOf(info, e.Counterparty.INN, "enrolment.certificate")
}

// certificateOf is nil if a certificate names the INN.
func certificateOf(info edo.SignerInfo, inn, field string) error {
	if info.INN == inn {
		return nil
	}
	return &edo.Error{Kind: edo.Invalid, Reason: edo.CertificateForeign, Field: field, Message: "is of INN " + info.INN + ", not of " + inn, Remedy: "take the certificate of the organisation or person itself"}
}

func (g *Gateway) register(ctx context.Context, s edo.SubscriberID, e edo.Enrolment) (edo.Enrolled, error) {
	ctx, done := g.lend(ctx)
	defer done()
	session, account, err := g.session(ctx, s)
	if err != nil {
		return edo.Enrolled{}, err
	}
	if account.INN != "" && account.INN != e.Counterparty.INN {
		return edo.Enrolled{}, &edo.Error{Kind: edo.Invalid, Reason: edo.CertificateForeign, Field: "enrolment.counterparty.inn", Message: "is not that of the subscriber", Remedy: "enrol the subscriber that has this INN"}
	}
	enroller, ok := session.(edo.Enroller)
	if !ok {
		return edo.Enrolled{}, &edo.Error{Kind: edo.NotSupported, Message: "the operator's driver cannot register subscribers"}
	}
	enrolled, err := enroller.Enrol(ctx, e)
	if err != nil {
		return edo.Enrolled{}, err
	}
	g.Trace(ctx, "enrol.registered")
	return enrolled, g.Enrolments.Enrolled(ctx, s, enrolled)
}
