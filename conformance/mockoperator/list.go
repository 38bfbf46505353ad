package mockoperator

import (
	"slices"
	"strings"
)

// getDocumentEntries lists documents of the caller's boxes, newest first, within the filter.
func (o *Operator) getDocumentEntries(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	opt := p.child("options")
	if opt.null {
		return nil, refuse("NotFilledRequiredField", "options", "Нет условий отбора")
	}
	if err := o.ownSide(s, opt); err != nil {
		return nil, err
	}
	// An absent list is no list: the default of the official client is set there, not by the service.
	if len(opt.items("DocumentFlowTypes")) == 0 {
		return nil, refuse("NotFilledRequiredField", "options.DocumentFlowTypes", "Не указаны виды документооборота")
	}
	first, most := opt.number("First"), opt.number("Max")
	if first < 0 || most < 0 {
		return nil, refuse("InvalidFormatField", "options.First", "First и Max не отрицательны")
	}
	found := o.list(s, opt)
	total := len(found)
	found = found[min(first, total):min(first+most, total)]
	return result("GetDocumentEntries", func(b *body) {
		b.wrap("m:Items", func() {
			for _, r := range found {
				o.entryItem(b, r)
			}
		})
		b.integer("m:Total", total)
	}), nil
}

// ownSide asks that a box named as sender or recipient, one of the two at least, is the caller's.
func (o *Operator) ownSide(s *session, opt *node) error {
	from, to := opt.str("BoxFrom"), opt.str("BoxTo")
	if from == "" && to == "" {
		return nil
	}
	for _, box := range []string{from, to} {
		if n, _ := o.owner(box); box != "" && n == s.org {
			return nil
		}
	}
	return refuse("BoxAccessError", "options.BoxFrom", "Нет доступа к ящику")
}

func (o *Operator) list(s *session, opt *node) []*record {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.listings++
	var out []*record
	for _, e := range slices.Backward(o.ledger) {
		if !o.party(e, s.org) || !o.visible(e) {
			continue
		}
		for _, r := range e.docs {
			if o.matches(r, opt) {
				out = append(out, r)
			}
		}
	}
	return out
}

// visible applies the visibility of the scenario.
func (o *Operator) visible(e *entry) bool {
	v := o.scenario.Visibility
	return !v.Never && !o.now().Before(e.Time.Add(v.Delay)) && o.listings-e.listings > v.Listings
}

func (o *Operator) matches(r *record, opt *node) bool {
	e := r.entry
	is := func(want string, have ...string) bool {
		return want == "" || slices.ContainsFunc(have, func(h string) bool { return strings.EqualFold(h, want) })
	}
	if !is(opt.str("BoxFrom"), e.From) || !is(opt.str("BoxTo"), e.Recipients...) {
		return false
	}
	if !slices.Contains(opt.texts("DocumentFlowTypes"), "SentSigned") || len(opt.texts("DocumentNumbers")) > 0 {
		return false
	}
	if peers := opt.texts("ContragentBoxIds"); len(peers) > 0 && !slices.ContainsFunc(peers, func(box string) bool {
		return is(box, append([]string{e.From}, e.Recipients...)...)
	}) {
		return false
	}
	if from, ok := opt.when("From"); ok && e.Time.Before(from) {
		return false
	}
	if to, ok := opt.when("To"); ok && e.Time.After(to) {
		return false
	}
	if types := opt.texts("DocumentTypes"); len(types) > 0 && !slices.Contains(types, r.Type) {
		return false
	}
	if states := opt.texts("DocumentSignStatuses"); len(states) > 0 && !slices.Contains(states, r.Signing) {
		return false
	}
	if need := opt.child("NeedReceipt"); !need.null && opt.yes("NeedReceipt") != r.NeedReceipt {
		return false
	}
	return true
}

func (o *Operator) entryItem(b *body, r *record) {
	d, e := o.show(r), r.entry
	b.wrap("m:DocumentEntryItem", func() {
		b.raw(`<m:AvailableOperationsV2><a:string>Print</a:string><a:string>Download</a:string></m:AvailableOperationsV2>`)
		b.elementOrNil("m:Comment", d.Comment)
		b.elementOrNil("m:CustomField", d.CustomField)
		b.raw(`<m:Date i:nil="true"/>`)
		statusText(b, d)
		b.element("m:DocumentId", d.ServiceID)
		b.element("m:DocumentType", d.Type)
		typeEnum(b, d)
		typeInfo(b, d)
		b.element("m:FlowType", "SentSigned")
		b.element("m:FromOrganizationName", o.nameOf(e.From))
		b.boolean("m:HasRelatedDocuments", false)
		b.element("m:Id", r.occurrence)
		b.element("m:MessageFrom", e.From)
		b.element("m:MessageId", e.MessageID)
		b.element("m:Name", d.Name)
		b.boolean("m:NeedReceipt", d.NeedReceipt)
		b.boolean("m:NeedSign", d.NeedSign)
		b.raw(`<m:Number i:nil="true"/>`)
		o.recipients(b, e, d)
		b.element("m:RevocationStatus", "NoRevocation")
		b.time("m:SentDate", e.Time)
		status(b, d)
		b.raw(`<m:Sum i:nil="true"/>`)
		b.elementOrNil("m:UntypedKind", d.Kind)
	})
}

func typeNumber(documentType string) int {
	return map[string]int{"Untyped": 0, "ServiceAmendmentRequest": 6, "ServiceReceipt": 8}[documentType]
}

func enumMembers(b *body, code int, name string) {
	b.integer("m:Code", code)
	b.element("m:Description", name)
	b.element("m:Name", name)
}

// typeEnum writes the derived type that the service uses here; its own member is always nil on output.
func typeEnum(b *body, d Document) {
	b.raw(`<m:DocumentTypeEnum i:type="m:DocumentTypeEnum">`)
	enumMembers(b, typeNumber(d.Type), d.Type)
	b.raw(`<m:Value i:nil="true"/></m:DocumentTypeEnum>`)
}

func typeInfo(b *body, d Document) {
	b.wrap("m:DocumentTypeInfo", func() {
		b.wrap("m:DocumentType", func() { enumMembers(b, typeNumber(d.Type), d.Type) })
		b.raw(`<m:Purposes/>`)
		b.elementOrNil("m:UntypedKind", d.Kind)
		b.raw(`<m:VersionNumber i:nil="true"/>`)
	})
}
