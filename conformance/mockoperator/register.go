package mockoperator

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
)

// applicant is a subscriber to be: what the request says, checked.
type applicant struct {
	org   Organisation
	certs []*x509.Certificate // of the heads, nil where none came
}

// registerSubscriber takes an organisation with departments and users. Wrong data come back in the answer; no token is asked
// for.
func (o *Operator) registerSubscriber(x *exchange, p *node) (*body, error) {
	const operation = "RegisterSubscriber"
	req := p.child("request")
	if req.null {
		return nil, refuse("NotFilledRequiredField", "request", "Нет заявки")
	}
	a, wrong := o.readApplicant(req)
	if len(wrong) > 0 {
		return failed(operation, wrong), nil
	}
	a.org.Status = o.behaviour().People.RegisteredStatus
	n, wrong, err := o.enrol(x, operation, a, "request.Organization.Inn", nil)
	if err != nil {
		return nil, err
	}
	if len(wrong) > 0 {
		for i := range wrong {
			wrong[i].path = "Organization." + wrong[i].path
		}
		return failed(operation, wrong), nil
	}
	org := o.orgs.at(n)
	return result(operation, func(b *body) {
		responseCode(b, nil)
		b.wrap("m:Result", func() {
			b.wrap("m:Employees", func() {
				for i := range org.Heads {
					b.wrap("m:Employee", func() { o.employee(b, n, i) })
				}
			})
			b.wrap("m:Organization", func() { organisationMembers(b, n, org) })
		})
		validation(b, nil)
	}), nil
}

// failed is a registration that did not come about.
func failed(operation string, wrong []finding) *body {
	return result(operation, func(b *body) {
		responseCode(b, wrong)
		b.raw(`<m:Result i:nil="true"/>`)
		validation(b, wrong)
	})
}

// createNonActive makes a counterparty that is not registered yet, and a box for him.
func (o *Operator) createNonActive(x *exchange, p *node) (*body, error) {
	const operation = "CreateNonActiveSubscriber"
	if _, err := o.writing(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	req := p.child("request")
	if req.null {
		return nil, refuse("NotFilledRequiredField", "request", "Нет данных контрагента")
	}
	org, wrong := readOrganisation(req)
	if len(wrong) > 0 {
		return failed(operation, wrong), nil
	}
	org.Status = NonActive
	emails := req.texts("Emails")
	n, wrong, err := o.enrol(x, operation, applicant{org: org}, "request.Inn", emails)
	if err != nil {
		return nil, err
	}
	if len(wrong) > 0 {
		return failed(operation, wrong), nil
	}
	made := o.orgs.at(n)
	return result(operation, func(b *body) {
		responseCode(b, nil)
		b.wrap("m:Result", func() {
			first, middle := names(made.Given)
			b.elementOrNil("m:FirstName", first)
			b.element("m:Inn", made.INN)
			b.elementOrNil("m:Kpp", made.KPP)
			b.elementOrNil("m:LastName", made.Surname)
			b.elementOrNil("m:MiddleName", middle)
			b.element("m:Name", made.Name)
			b.element("m:OrganizationBoxId", made.Boxes[0])
			subscriberKind(b, "m:OrganizationType", organisationType(made))
			b.elementOrNil("m:Phone", req.str("Phone"))
			b.elementOrNil("m:ContactPerson", req.str("ContactPerson"))
			b.wrap("m:Emails", func() {
				for _, e := range emails {
					b.element("a:string", e)
				}
			})
		})
		validation(b, nil)
	}), nil
}

// enrol adds a subscriber, or makes one active that was not. All that decides happens under one lock, so that of many equal
// requests one takes effect. field is where the request named the INN.
func (o *Operator) enrol(x *exchange, operation string, a applicant, field string, emails []string) (number int, wrong []finding, err error) {
	duplicates := o.behaviour().People.DuplicateOrganisation
	err = o.orgs.write(func() error {
		number = o.registered(a.org.INN, a.org.KPP)
		known := number >= 0
		if known && (a.org.Status == NonActive || o.orgs.at(number).status() != NonActive) {
			switch duplicates {
			case DuplicateFound:
				return nil
			case DuplicateResponse:
				wrong = []finding{{"Inn", "Unknown", "Организация с такими ИНН и КПП уже есть"}}
				return nil
			}
			return refuse("DuplicateOrganization", field, "Организация с такими ИНН и КПП уже есть")
		}
		if err := o.mayEnter(a); err != nil {
			return err
		}
		if known {
			a.org.Boxes = o.orgs.at(number).Boxes
			o.orgs.replace(number, a.org)
			o.answerPending(number)
		} else {
			a.org.Boxes = []string{o.newBox(&a.org)}
			number = o.orgs.add(a.org)
		}
		o.keepCertificates(a)
		o.noteRegistration(Registration{
			Operation: operation, INN: a.org.INN, KPP: a.org.KPP, Name: a.org.Name, Box: a.org.Boxes[0],
			Status: a.org.Status, Emails: slices.Clone(emails), Activated: known, Exchange: x.seen.Number,
		})
		return nil
	})
	return number, wrong, err
}

// mayEnter refuses logins and certificates that belong to somebody.
func (o *Operator) mayEnter(a applicant) error {
	came := map[string]bool{}
	for i, h := range a.org.Heads {
		for _, org := range o.orgs.list() {
			taken := func(login string) bool { return login != "" && strings.EqualFold(login, h.Login) }
			if taken(org.Login) || slices.ContainsFunc(org.Heads, func(other Head) bool { return taken(other.Login) }) {
				return refuse("DuplicateUser", fmt.Sprintf("request.Users[%d].Login", i), "Такой логин уже есть")
			}
		}
		if c := a.certs[i]; c != nil {
			mark := thumbprint(c)
			if _, known := o.byThumbprint(mark); known || came[mark] {
				return refuse("DuplicateCertificate", fmt.Sprintf("request.Users[%d].Certificate", i), "Сертификат уже зарегистрирован")
			}
			came[mark] = true
		}
	}
	return nil
}

// keepCertificates lets the heads log in with what they brought. Their keys stay with them.
func (o *Operator) keepCertificates(a applicant) {
	o.identityMu.Lock()
	defer o.identityMu.Unlock()
	for i, c := range a.certs {
		if c != nil {
			o.keep(Identity{Box: a.org.Boxes[0], Name: a.org.Heads[i].name(), Certificate: c})
		}
	}
}

// newBox makes an address from the requisites.
func (o *Operator) newBox(org *Organisation) string {
	base := strings.ToLower(strings.TrimSuffix(org.INN+"-"+org.KPP, "-"))
	for n := 1; ; n++ {
		box := base + "@mock.edo"
		if n > 1 {
			box = fmt.Sprintf("%s-%d@mock.edo", base, n)
		}
		if _, taken := o.owner(box); taken == nil {
			return box
		}
	}
}

func (o *Operator) employee(b *body, number, head int) {
	org := o.orgs.at(number)
	h := org.Heads[head]
	if id, came := o.known(org, h); came {
		b.wrap("m:Certificate", func() { certificateMembers(b, number, id, h) })
	} else {
		b.raw(`<m:Certificate i:nil="true"/>`)
	}
	b.element("m:Id", userID(org, h))
	b.boolean("m:InvoiceReglamentAccepted", org.InvoiceRegulation != "pending")
	b.boolean("m:IsAdmin", head == 0)
	b.boolean("m:IsDeleted", false)
	b.element("m:OrganizationBoxId", org.Boxes[0])
	b.elementOrNil("m:Position", h.Title)
	b.wrap("m:User", func() {
		first, middle := names(h.Given)
		b.elementOrNil("m:Email", h.Email)
		b.elementOrNil("m:FirstName", first)
		b.element("m:Id", userID(org, h))
		b.elementOrNil("m:LastName", h.Surname)
		b.elementOrNil("m:Login", h.Login)
		b.elementOrNil("m:MiddleName", middle)
		b.elementOrNil("m:Snils", h.SNILS)
	})
}
