package synerdocs

import (
	"context"
	"slices"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Introduce makes a counterparty known that is not registered in the service (CreateNonActiveSubscriber). What the
// operator finds wrong with it is [edo.Invalid] with the path of the member, all at once. If the operator knows it
// already, whichever way it says so, the error is [edo.Conflict] with [edo.CounterpartyKnown]; its candidates are what the
// operator shows of it.
//
// A lost answer is [edo.InDoubt]: look the counterparty up before asking again.
func (s *session) Introduce(ctx context.Context, i edo.Introduction) (edo.Address, error) {
	const op = "CreateNonActiveSubscriber"
	form, err := checkIntroduction(i)
	if err != nil {
		return edo.Address{}, err
	}
	var answer registration
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		answer = registration{}
		b := soap.NewBody(svc(op), soap.Prefix{Short: "m", Space: modelSpace}, soap.Prefix{Short: "a", Space: arraySpace})
		b.Secret(svc("authToken"), token)
		writeIntroduction(b, i, form)
		r := request(op, b, func(n *soap.Node) error { return answer.read(n, answer.readShort) })
		r.Effect, r.Package = true, s.workOn(i.Counterparty)
		return r
	})
	if err != nil {
		return edo.Address{}, s.duplicate(ctx, i.Counterparty, err)
	}
	if answer.refused {
		if here := s.here(ctx, i.Counterparty); len(here) > 0 {
			return edo.Address{}, knownAlready(Name+"."+op, "", reply.Exchange, here)
		}
		return edo.Address{}, answer.fault(op, reply.Exchange)
	}
	a := answer.organization.address()
	a.INN, a.KPP, a.Active = i.Counterparty.INN, i.Counterparty.KPP, false
	if a.Name == "" {
		a.Name = i.Counterparty.Name
	}
	return a, nil
}

// workOn is where the message log keeps what was asked about a counterparty.
func (s *session) workOn(c edo.Counterparty) edo.PackageID {
	return edo.CounterpartyKey{Subscriber: s.subscriber, INN: c.INN, KPP: c.KPP}.ID()
}

// organizationForm is one of the operator's forms of organisations.
type organizationForm struct{ code, name string }

// checkIntroduction checks what every operator would refuse, and chooses the form.
func checkIntroduction(i edo.Introduction) (organizationForm, error) {
	if err := i.Check(); err != nil {
		return organizationForm{}, err
	}
	var faults edo.Faults
	need := func(field, value string) {
		if value == "" {
			faults = append(faults, invalid("introduction."+field, "is empty", "give it as the certificate of registration has it"))
		}
	}
	company := len(i.Counterparty.INN) == 10
	form := organizationForm{"2", "IndividualEntrepreneur"}
	switch {
	case company != (i.Form == edo.FormCompany) && i.Form != "":
		faults = append(faults, invalid("introduction.form", "does not fit the INN", "a company has 10 digits, a person 12"))
	case company:
		form = organizationForm{"1", "LegalEntity"}
		need("counterparty.name", i.Counterparty.Name)
		return form, faults.Err()
	case i.Form == edo.FormIndividual:
		form = organizationForm{"3", "Individual"}
	}
	if !company {
		need("last_name", i.LastName)
		need("first_name", i.FirstName)
	}
	return form, faults.Err()
}

func (f organizationForm) write(b *soap.Body) {
	b.Open(om("OrganizationType"))
	b.Text(om("Code"), f.code)
	b.Text(om("Name"), f.name)
	b.Close()
}

func writeIntroduction(b *soap.Body, i edo.Introduction, form organizationForm) {
	b.Open(svc("request"))
	optional(b, om("ContactPerson"), i.ContactPerson)
	b.Open(om("Emails"))
	for _, mail := range i.EMails {
		b.Text(arr("string"), mail)
	}
	b.Close()
	optional(b, om("FirstName"), i.FirstName)
	b.Text(om("Inn"), i.Counterparty.INN)
	optional(b, om("Kpp"), i.Counterparty.KPP)
	optional(b, om("LastName"), i.LastName)
	optional(b, om("MiddleName"), i.MiddleName)
	optional(b, om("Name"), i.Counterparty.Name)
	form.write(b)
	optional(b, om("Phone"), i.Phone)
	b.Close()
}

// here lists what the operator has of the organisation after all: a refusal inside an answer has no code that would
// tell a duplicate from a mistake. If that cannot be found out, the refusal stands as it came.
func (s *session) here(ctx context.Context, c edo.Counterparty) []edo.Address {
	found, err := s.Lookup(ctx, edo.Counterparty{INN: c.INN, KPP: c.KPP})
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(found, func(a edo.Address) bool { return a.Roaming })
}

// duplicate gives the operator's "there is one" the kind that callers look for, and shows which one where the operator
// does. That it is there is certain either way.
func (s *session) duplicate(ctx context.Context, c edo.Counterparty, err error) error {
	e, is := err.(*edo.Error) //nolint:errorlint // the outermost error is the one that is told
	if !is || e.Code != "DuplicateOrganization" || e.Kind == edo.InDoubt {
		return err
	}
	var known []edo.Address
	if a, err := s.organizationOf(ctx, c); err == nil && a.Box != "" {
		known = append(known, a)
	}
	return knownAlready(e.Op, e.Code, e.Exchange, known)
}

func knownAlready(op, code string, id edo.ExchangeID, known []edo.Address) error {
	return &edo.Error{
		Kind: edo.Conflict, Reason: edo.CounterpartyKnown, Op: op, Message: "the operator has this organisation already",
		Remedy: "look it up", Code: code, Exchange: id, Candidates: known,
	}
}
