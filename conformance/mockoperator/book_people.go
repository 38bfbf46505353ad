package mockoperator

import (
	"slices"
	"strconv"
	"strings"
)

// writing checks a token for an operation that changes something: a login with a password may be limited to reading.
func (o *Operator) writing(token *node, field string) (*session, error) {
	s, err := o.session(token, field)
	if err != nil {
		return nil, err
	}
	if s.password && o.behaviour().PasswordLogin == PasswordReadOnly {
		return nil, refuse("AccessDeniedError", field, "Вход по паролю даёт только чтение; войдите по сертификату")
	}
	return s, nil
}

// boxOwner finds the organisation of a box that a request names.
func (o *Operator) boxOwner(box *node, field string) (int, *Organisation, error) {
	if box.text == "" {
		return 0, nil, refuse("NotFilledRequiredField", field, "Не указан ящик")
	}
	n, org := o.owner(box.text)
	if org == nil {
		return 0, nil, refuse("NoDataFound", field, "Нет такого ящика")
	}
	return n, org, nil
}

func (o *Operator) getInnKppNameByBoxID(p *node) (*body, error) {
	if _, err := o.session(p.child("token"), "token"); err != nil {
		return nil, err
	}
	_, org, err := o.boxOwner(p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	return result("GetInnKppNameByBoxId", func(b *body) {
		b.element("m:Inn", org.INN)
		b.elementOrNil("m:Kpp", org.KPP)
		b.element("m:Name", org.Name)
	}), nil
}

func (o *Operator) getSubjectInfo(p *node) (*body, error) {
	if _, err := o.session(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	_, org, err := o.boxOwner(p.child("subjectBoxId"), "subjectBoxId")
	if err != nil {
		return nil, err
	}
	return result("GetSubjectInfo", func(b *body) {
		first, middle := names(org.Given)
		b.elementOrNil("m:FirstName", first)
		b.element("m:Inn", org.INN)
		b.boolean("m:IsJuridical", organisationType(org) == "LegalEntity")
		b.boolean("m:IsOperator", false)
		b.elementOrNil("m:Kpp", org.KPP)
		b.elementOrNil("m:LastName", org.Surname)
		b.elementOrNil("m:MiddleName", middle)
		b.element("m:Name", org.Name)
		b.element("m:OperatorServiceCode", org.operator())
		b.element("m:OrganizationType", organisationType(org))
		b.element("m:ServiceCode", serviceCode(org))
	}), nil
}

// acceptRegulation sets whether the rules are accepted and gives what holds now.
func (o *Operator) acceptRegulation(p *node) (*body, error) {
	if _, err := o.writing(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	accept := p.yes("acceptRegulation")
	err = o.orgs.write(func() error {
		org := *o.orgs.at(s.org)
		org.Regulation = regulation(accept)
		o.orgs.replace(s.org, org)
		return nil
	})
	return truth("AcceptRegulation", accept), err
}

func regulation(accepted bool) string {
	if accepted {
		return "accepted"
	}
	return "pending"
}

func (o *Operator) hasQualifiedCertificate(p *node) (*body, error) {
	if _, err := o.session(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	_, org, err := o.boxOwner(p.child("contragentBoxId"), "contragentBoxId")
	if err != nil {
		return nil, err
	}
	has := slices.ContainsFunc(org.Heads, func(h Head) bool {
		id, made := o.known(org, h)
		return !h.Unqualified && (!made || !o.now().After(id.Certificate.NotAfter))
	})
	return truth("HasQualifiedCertificate", has && org.status() != NonActive), nil
}

// canSendInvoice wants a qualified certificate of the caller's organisation, and the rules of invoices accepted.
func (o *Operator) canSendInvoice(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	hash := p.str("certHash")
	if hash == "" {
		return nil, refuse("NotFilledRequiredField", "certHash", "Не указан отпечаток сертификата")
	}
	org := o.orgs.at(s.org)
	c, ok := o.certified(hash)
	ok = ok && c.org == s.org && c.head < len(org.Heads) && !org.Heads[c.head].Unqualified
	return truth("CanSendInvoice", ok && org.Regulation != "pending" && org.InvoiceRegulation != "pending"), nil
}

// getOrganisation gives one of those with this INN and KPP.
func (o *Operator) getOrganisation(p *node) (*body, error) {
	if _, err := o.session(p.child("authToken"), "authToken"); err != nil {
		return nil, err
	}
	inn, err := asINN(p.child("inn"), "inn")
	if err != nil {
		return nil, err
	}
	return o.oneOrganisation("GetOrganizationByInnKpp", byINN(inn, strings.TrimSpace(p.str("kpp")))), nil
}

func byINN(inn, kpp string) func(int, *Organisation) bool {
	return func(_ int, org *Organisation) bool { return org.INN == inn && (kpp == "" || org.KPP == kpp) }
}

func asINN(n *node, field string) (string, error) {
	inn := strings.TrimSpace(n.text)
	if inn == "" {
		return "", refuse("NotFilledRequiredField", field, "Не указан ИНН")
	}
	if len(inn) != 10 && len(inn) != 12 || strings.Trim(inn, "0123456789") != "" {
		return "", refuse("InvalidFormatField", field, "ИНН состоит из 10 или 12 цифр")
	}
	return inn, nil
}

// oneOrganisation prefers subscribers of this operator, and of them the oldest; none gives nil.
func (o *Operator) oneOrganisation(operation string, is func(int, *Organisation) bool) *body {
	for _, local := range []bool{true, false} {
		for i, org := range o.orgs.list() {
			if org.local() == local && is(i, org) {
				return result(operation, func(b *body) { organisationMembers(b, i, org) })
			}
		}
	}
	return nilResult(operation)
}

// getOrganisationBy finds by one of four criteria; an absent one is the zero of the enumeration.
func (o *Operator) getOrganisationBy(p *node) (*body, error) {
	if _, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId"); err != nil {
		return nil, err
	}
	v := p.child("values")
	criteria := p.str("criteria")
	member := map[string]string{"": "OrganizationId", "ById": "OrganizationId", "ByInnKpp": "Inn", "ByBoxAddress": "BoxAddress", "ByServiceCode": "ServiceCode"}[criteria]
	value := strings.TrimSpace(v.str(member))
	if value == "" {
		return nil, refuse("NotFilledRequiredField", "values."+member, "Не указано значение для поиска")
	}
	var is func(int, *Organisation) bool
	switch member {
	case "OrganizationId":
		is = func(i int, _ *Organisation) bool { return strconv.Itoa(organisationID(i)) == value }
	case "Inn":
		inn, err := asINN(v.child("Inn"), "values.Inn")
		if err != nil {
			return nil, err
		}
		is = byINN(inn, strings.TrimSpace(v.str("Kpp")))
	case "BoxAddress":
		is = func(i int, _ *Organisation) bool { n, _ := o.owner(value); return n == i }
	case "ServiceCode":
		is = func(_ int, org *Organisation) bool { return serviceCode(org) == value }
	}
	operator := v.str("OperatorCode")
	return o.oneOrganisation("GetOrganizationBy", func(i int, org *Organisation) bool {
		return is(i, org) && (operator == "" || org.operator() == operator)
	}), nil
}

// serviceCode is the participant code in formalised documents.
func serviceCode(org *Organisation) string { return "2TS-" + org.INN }
