package mockoperator

import (
	"strings"

	"github.com/google/uuid"
)

// getBoxes lists the boxes of the token's organisation.
func (o *Operator) getBoxes(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	org := o.orgs.at(s.org)
	return result("GetBoxes", func(b *body) {
		for _, box := range org.Boxes {
			b.wrap("m:BoxInfo", func() {
				b.element("m:Address", box)
				b.element("m:Inn", org.INN)
				b.boolean("m:InvoiceReglamentAccepted", org.InvoiceRegulation != "pending")
				b.boolean("m:InvoiceUserReglamentAccepted", org.InvoiceRegulation != "pending")
				b.elementOrNil("m:Kpp", org.KPP)
				b.element("m:Name", box)
				b.integer("m:OrganizationId", organisationID(s.org))
				b.element("m:OrganizationName", org.Name)
				b.element("m:OrganizationType", organisationType(org))
				b.boolean("m:ServiceReglamentAccepted", org.Regulation != "pending")
				b.element("m:SubscriberId", subscriberID(org))
			})
		}
	}), nil
}

// getOrganisations finds by INN, and by KPP where one is given. The same organisation comes once per operator.
func (o *Operator) getOrganisations(p *node) (*body, error) {
	if _, err := o.session(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	inn, err := asINN(p.child("inn"), "inn")
	if err != nil {
		return nil, err
	}
	is := byINN(inn, strings.TrimSpace(p.str("kpp")))
	return result("GetOrganizationListByInnKpp", func(b *body) {
		for i, org := range o.orgs.list() {
			if is(i, org) {
				b.wrap("m:Organization", func() { organisationMembers(b, i, org) })
			}
		}
	}), nil
}

func organisationMembers(b *body, number int, org *Organisation) {
	b.element("m:BoxAddress", org.Boxes[0])
	b.element("m:ContactAuthType", string(org.contactAuth()))
	first, middle := names(org.Given)
	b.elementOrNil("m:FirstName", first)
	b.element("m:Inn", org.INN)
	b.elementOrNil("m:Kpp", org.KPP)
	b.elementOrNil("m:LastName", org.Surname)
	b.elementOrNil("m:LegalName", org.LegalName)
	b.elementOrNil("m:MiddleName", middle)
	b.element("m:Name", org.Name)
	b.elementOrNil("m:Ogrn", org.OGRN)
	b.element("m:OperatorCode", org.operator())
	b.element("m:OperatorServiceName", org.operatorName())
	b.integer("m:OrganizationId", organisationID(number))
	b.element("m:OrganizationStatus", string(org.status()))
	b.element("m:OrganizationType", organisationType(org))
	b.element("m:ServiceCode", serviceCode(org))
	b.boolean("m:ServiceReglamentAccepted", org.Regulation != "pending")
	b.element("m:SubscriberId", subscriberID(org))
}

// getOperatorInfo tells the code of this operator, by which a client knows local lookup hits from others.
func (o *Operator) getOperatorInfo(p *node) (*body, error) {
	if _, err := o.session(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	return result("GetSpecialOperatorInfo", func(b *body) {
		b.element("m:Inn", "7702345672")
		b.boolean("m:IsJuridical", true)
		b.boolean("m:IsOperator", true)
		b.element("m:Kpp", "770201001")
		b.element("m:Name", OperatorName)
		b.element("m:OperatorServiceCode", OperatorCode)
		b.element("m:OrganizationType", "LegalEntity")
		b.element("m:ServiceCode", OperatorCode)
	}), nil
}

// organisationID is the number of a subscriber inside the service.
func organisationID(number int) int { return 100 + number }

func organisationType(org *Organisation) string {
	if org.Type != "" {
		return org.Type
	}
	if len(org.INN) == 12 {
		return "IndividualEntrepreneur"
	}
	return "LegalEntity"
}

// subscriberID is the same for the same organisation at every start.
func subscriberID(org *Organisation) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(org.operator()+"/"+org.Boxes[0])).String()
}
