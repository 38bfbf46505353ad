package mockoperator

import (
	"slices"
	"strings"
)

// getContact tells one relation as the caller sees it.
func (o *Operator) getContact(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	sides, err := o.parties(s, p)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	c := o.contact(sides)
	o.mu.Unlock()
	other := o.orgs.at(sides.other)
	return result("GetContact", func(b *body) {
		b.elementOrNil("m:Comment", c.comment)
		b.element("m:ContactStatus", string(c.status))
		b.integer("m:ContragentId", organisationID(sides.other))
		b.element("m:ContragentInn", other.INN)
		b.elementOrNil("m:ContragentKpp", other.KPP)
		b.element("m:ContragentName", other.Name)
		changed(b, c)
		b.element("m:OperatorCode", other.operator())
	}), nil
}

// changed writes the time of the last change; a relation that nobody has touched has none.
func changed(b *body, c contact) {
	if c.time.IsZero() {
		b.raw(`<m:Date>0001-01-01T00:00:00</m:Date>`)
		return
	}
	b.time("m:Date", c.time)
}

type found struct {
	number int
	org    *Organisation
	contact
}

// searchContacts pages through the contact list of the caller, by number.
func (o *Operator) searchContacts(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	opt := p.child("contactSearchOptions")
	if opt.null {
		return nil, refuse("NotFilledRequiredField", "contactSearchOptions", "Нет условий отбора")
	}
	if n, _ := o.byNumber(opt.number("OrganizationId")); n != s.org {
		return nil, refuse("AccessDeniedError", "contactSearchOptions.OrganizationId", "Это не ваша организация")
	}
	from, most := opt.number("From"), opt.number("Max")
	if from < 0 || most < 0 {
		return nil, refuse("InvalidFormatField", "contactSearchOptions.From", "From и Max не отрицательны")
	}
	all := o.contactList(s.org, opt)
	total := len(all)
	all = all[min(from, total):min(from+most, total)]
	return result("SearchContacts", func(b *body) {
		b.wrap("m:Items", func() {
			for _, f := range all {
				b.wrap("m:ContactSearchItem", func() { contactItem(b, f) })
			}
		})
		b.integer("m:TotalCount", total)
	}), nil
}

// contactList holds whoever the caller has or had to do with. An absent status is NonAuthorized, the zero of the
// enumeration; NonActive means all but Active.
func (o *Operator) contactList(own int, opt *node) []found {
	o.mu.Lock()
	defer o.mu.Unlock()
	wanted := ContactStatus(opt.str("ContactStatus"))
	text := strings.ToLower(opt.str("SearchString"))
	var out []found
	for i, org := range o.orgs.list() {
		sides := pair{own, i}
		_, touched := o.contacts[sides]
		c := o.contact(sides)
		switch {
		case i == own || !touched && c.status != ContactActive:
			continue
		case org.status() == NonActive && !opt.yes("IncludeNonActive"):
			continue
		case wanted == "NonActive" && c.status == ContactActive:
			continue
		case wanted == "" && c.status != NonAuthorized:
			continue
		case wanted != "" && wanted != "NonActive" && c.status != wanted:
			continue
		}
		if slices.ContainsFunc([]string{org.Name, org.INN, org.KPP}, func(v string) bool {
			return strings.Contains(strings.ToLower(v), text)
		}) {
			out = append(out, found{i, org, c})
		}
	}
	return out
}

func contactItem(b *body, f found) {
	b.element("m:BoxAddress", f.org.Boxes[0])
	b.elementOrNil("m:Comment", f.comment)
	b.integer("m:ContragentId", organisationID(f.number))
	b.element("m:ContragentInn", f.org.INN)
	b.boolean("m:ContragentIsForeignCompany", false)
	b.elementOrNil("m:ContragentKpp", f.org.KPP)
	b.element("m:ContragentName", f.org.Name)
	b.element("m:ContragentServiceCode", serviceCode(f.org))
	if f.time.IsZero() {
		b.raw(`<m:Date i:nil="true"/>`)
	} else {
		b.time("m:Date", f.time)
	}
	b.boolean("m:InvoiceReglamentAccepted", f.org.InvoiceRegulation != "pending")
	b.element("m:OperatorCode", f.org.operator())
	b.element("m:OperatorServiceName", f.org.operatorName())
	b.element("m:OrganizationStatus", string(f.org.status()))
	b.element("m:OrganizationType", organisationType(f.org))
	b.boolean("m:ServiceReglamentAccepted", f.org.Regulation != "pending")
	b.element("m:Status", string(f.status))
}
