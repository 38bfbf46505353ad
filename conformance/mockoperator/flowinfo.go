package mockoperator

// getFlowDocumentInfo is the full information with occurrences and flows.
func (o *Operator) getFlowDocumentInfo(p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	r := o.document(s.org, p.str("documentId"))
	if r == nil {
		return nilResult("GetFlowDocumentInfo"), nil
	}
	v := o.viewFor(r, s.org)
	want := wanted(p)
	params := p.child("requestParams")
	mode := params.str("FlowResult")
	return result("GetFlowDocumentInfo", func(b *body) {
		o.fullInfo(b, v, want)
		if want("GetEntries") {
			b.wrap("m:Entries", func() {
				for _, w := range v.ways {
					o.flowEntry(b, v, w)
				}
			})
		}
		b.element("m:FlowType", r.flow())
		if params.null || mode == "FlowOnly" || mode == "FullInfo" {
			o.flowsOf(b, v, "")
		}
	}), nil
}

func (o *Operator) flowEntry(b *body, v view, w way) {
	b.wrap("m:DocumentEntry", func() {
		b.elementOrNil("m:Comment", w.comment)
		b.elementOrNil("m:DepartmentId", w.entry.Department)
		v.statusText(b)
		b.element("m:DocumentId", v.ServiceID)
		b.element("m:FlowType", w.kind)
		o.flowsOf(b, v, w.id)
		b.element("m:Id", w.id)
		b.boolean("m:NeedReceipt", v.NeedReceipt)
		b.boolean("m:NeedSign", w.needSign)
		b.element("m:OrganizationBox", w.entry.From)
		b.element("m:OrganizationName", o.nameOf(w.entry.From))
		b.time("m:SentDate", w.entry.Time)
	})
}
