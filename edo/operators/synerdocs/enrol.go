package synerdocs

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Enrol registers our own side with the certificate that the account logs in with, and accepts the rules if e says that
// the person has. An existing registration is found by logging in with the certificate (GetBoxes), before
// RegisterSubscriber and after the operator says that the organisation is there, so repeating registers nothing. An
// organisation that is there but does not let this certificate in is [edo.Denied] with [edo.CertificateForeign].
//
// A lost answer is [edo.InDoubt]; enrolling again finds out.
func (s *session) Enrol(ctx context.Context, e edo.Enrolment) (edo.Enrolled, error) {
	certificate, form, err := s.checkEnrolment(e)
	if err != nil {
		return edo.Enrolled{}, err
	}
	box, err := s.registered(ctx, e.Counterparty)
	if err != nil && !errors.Is(err, edo.LoginRefused) {
		return edo.Enrolled{}, err
	}
	if box != nil {
		return s.enrolled(ctx, e, *box, true, "")
	}
	return s.register(ctx, e, form, certificate)
}

// checkEnrolment also makes sure that certificate and login are one, or the login would prove nothing.
func (s *session) checkEnrolment(e edo.Enrolment) (*x509.Certificate, organizationForm, error) {
	var faults edo.Faults
	form, err := checkIntroduction(e.Introduction)
	if err != nil {
		faults = append(faults, err)
	}
	how, is := s.tokens.login.(certificateLogin)
	if !is {
		faults = append(faults, invalid("account.login.certificate", "is missing", "enrol with an account that logs in with the certificate and its key"))
	}
	certificate, err := x509.ParseCertificate(e.Certificate)
	switch {
	case err != nil:
		faults = append(faults, invalid("enrolment.certificate", "is not a certificate in DER", "give the certificate file as it is"))
	case is && !bytes.Equal(how.certificate.Raw, certificate.Raw):
		faults = append(faults, &edo.Error{
			Kind: edo.Invalid, Reason: edo.CertificateForeign, Op: Name, Field: "enrolment.certificate", Message: "is not the one that the account logs in with",
			Remedy: "enrol with the certificate of the account",
		})
	}
	if err := edo.CheckText("enrolment.ogrn", e.OGRN); err != nil {
		faults = append(faults, err)
	}
	return certificate, form, faults.Err()
}

// registered is the box of the organisation that the login may use; nil: there is none. Several that fit are
// [edo.Ambiguous].
func (s *session) registered(ctx context.Context, c edo.Counterparty) (*edo.Address, error) {
	s.tokens.again() // a certificate is not locked by trying, and it may have been registered since
	boxes, err := s.boxes(ctx)
	if err != nil {
		return nil, err
	}
	var own []edo.Address
	for _, b := range boxes {
		if b.INN == c.INN && !differ(b.KPP, c.KPP) && (c.Box == "" || sameBox(b.Box, c.Box)) {
			own = append(own, b)
		}
	}
	switch len(own) {
	case 0:
		return nil, nil
	case 1:
		return &own[0], nil
	}
	return nil, &edo.Error{
		Kind: edo.Ambiguous, Reason: edo.CounterpartyMany, Op: Name + ".GetBoxes", Field: "enrolment.counterparty.box", Message: "is not set, and several boxes fit",
		Remedy: "choose one", Candidates: own,
	}
}

// enrolled accepts the rules where that is wanted and not done yet.
func (s *session) enrolled(ctx context.Context, e edo.Enrolment, box edo.Address, existing bool, id edo.ExchangeID) (edo.Enrolled, error) {
	done := edo.Enrolled{Box: box.Box, Name: box.Name, Existing: existing, Rules: box.Active, Exchange: id}
	if done.Rules || !e.AcceptRules {
		return done, nil
	}
	accepted, err := s.acceptRules(ctx, box.Box)
	if err != nil {
		return edo.Enrolled{}, err
	}
	done.Rules = accepted
	return done, nil
}

// register is RegisterSubscriber, which takes no token. What it claims to have made counts once the certificate opens it.
func (s *session) register(ctx context.Context, e edo.Enrolment, form organizationForm, certificate *x509.Certificate) (edo.Enrolled, error) {
	const op = "RegisterSubscriber"
	var answer registration
	b := body(op, true)
	s.writeEnrolment(b, e, form, certificate)
	r := request(op, b, func(n *soap.Node) error { return answer.read(n, answer.readFull) })
	r.Effect, r.Package = true, s.workOn(e.Counterparty)
	reply, err := exchange(ctx, s.client, r)
	err = s.verdict(s.codes, r, err)
	there := isThere(err) || answer.refused
	if err != nil && !there {
		return edo.Enrolled{}, err
	}
	box, lookErr := s.registered(ctx, e.Counterparty)
	switch {
	case lookErr != nil && !errors.Is(lookErr, edo.LoginRefused):
		return edo.Enrolled{}, lookErr
	case box != nil:
		return s.enrolled(ctx, e, *box, there, reply.Exchange)
	case answer.refused:
		return edo.Enrolled{}, answer.fault(op, reply.Exchange)
	case there:
		return edo.Enrolled{}, &edo.Error{
			Kind: edo.Denied, Reason: edo.CertificateForeign, Op: Name + "." + op, Exchange: reply.Exchange, Err: err,
			Message: "organisation or certificate are registered, but not with each other",
			Remedy:  "have the organisation's administrator at the operator add the certificate",
		}
	}
	return edo.Enrolled{}, &edo.Error{
		Kind: edo.NotReady, Reason: edo.LoginRefused, Op: Name + "." + op, Exchange: reply.Exchange,
		Message: "the operator says that the organisation is registered, but does not let this certificate in yet",
		Remedy:  "enrol again later: it registers nothing twice", Err: lookErr,
	}
}

// isThere recognises the codes of what has been registered: the organisation, its user or the certificate.
func isThere(err error) bool {
	var e *edo.Error
	if !errors.As(err, &e) || e.Kind == edo.InDoubt {
		return false
	}
	switch e.Code {
	case "DuplicateOrganization", "DuplicateUser", "DuplicateCertificate", "DuplicateBindToOrganization":
		return true
	}
	return false
}
