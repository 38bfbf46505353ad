package synerdocs

import (
	"crypto/x509"
	"encoding/asn1"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// writeEnrolment writes one organisation with its head department and the one user who owns the certificate. He is the
// administrator: there is nobody else. His login name follows from the organisation, so that it is taken only where the
// organisation is registered; without a password nobody can use it. The members stand in the order of the contract:
// those of a base type first.
func (s *session) writeEnrolment(b *soap.Body, e edo.Enrolment, form organizationForm, certificate *x509.Certificate) {
	department := localID("head", e.Counterparty.INN, e.Counterparty.KPP)
	b.Open(svc("request"))
	b.Text(om("ApplicationId"), s.config.ApplicationID)
	b.Open(om("Departments"))
	b.Open(om("DepartmentRegistrationData"))
	b.Text(om("Id"), department)
	optional(b, om("Kpp"), e.Counterparty.KPP)
	b.Text(om("Name"), organizationName(e))
	b.Close()
	b.Close()
	writeOrganization(b, e, form)
	flag(b, om("ServiceReglamentAccepted"), e.AcceptRules)
	b.Open(om("Users"))
	writeOwner(b, e, department, certificate)
	b.Close()
	b.Close()
}

func writeOrganization(b *soap.Body, e edo.Enrolment, form organizationForm) {
	b.Open(om("Organization"))
	optional(b, om("ContactPerson"), e.ContactPerson)
	optional(b, om("FirstName"), e.FirstName)
	b.Text(om("Inn"), e.Counterparty.INN)
	optional(b, om("Kpp"), e.Counterparty.KPP)
	optional(b, om("LastName"), e.LastName)
	optional(b, om("LegalName"), e.Counterparty.Name)
	optional(b, om("MiddleName"), e.MiddleName)
	b.Text(om("Name"), organizationName(e))
	optional(b, om("Ogrn"), e.OGRN)
	form.write(b)
	optional(b, om("Phone"), e.Phone)
	b.Close()
}

func writeOwner(b *soap.Body, e edo.Enrolment, department string, certificate *x509.Certificate) {
	p := ownerOf(e, certificate)
	b.Open(om("UserRegistrationData"))
	if len(e.EMails) > 0 {
		b.Text(om("Email"), e.EMails[0])
	}
	optional(b, om("FirstName"), p.first)
	optional(b, om("LastName"), p.last)
	b.Text(om("Login"), strings.TrimSuffix(e.Counterparty.INN+"-"+e.Counterparty.KPP, "-"))
	optional(b, om("MiddleName"), p.middle)
	optional(b, om("Phone"), e.Phone)
	b.Bytes(om("Certificate"), certificate.Raw)
	b.Text(om("DepartmentId"), department)
	flag(b, om("IsAdmin"), true)
	optional(b, om("Position"), p.position)
	b.Close()
}

// organizationName is what the organisation is called; people are called by their own names.
func organizationName(e edo.Enrolment) string {
	if e.Counterparty.Name != "" {
		return e.Counterparty.Name
	}
	return strings.Join(strings.Fields(e.LastName+" "+e.FirstName+" "+e.MiddleName), " ")
}

// owner is the person whom a certificate was issued to.
type owner struct{ last, first, middle, position string }

// ownerOf takes the names from the enrolment, else from the certificate's subject: SN, G (given name and patronymic
// together, as accredited authorities write them) and T.
func ownerOf(e edo.Enrolment, certificate *x509.Certificate) owner {
	var p owner
	for _, name := range certificate.Subject.Names {
		value, _ := name.Value.(string)
		switch {
		case name.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 4}):
			p.last = value
		case name.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 42}):
			p.first, p.middle, _ = strings.Cut(value, " ")
		case name.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 12}):
			p.position = value
		}
	}
	if e.LastName != "" {
		p.last, p.first, p.middle = e.LastName, e.FirstName, e.MiddleName
	}
	return p
}
