package mockoperator

// maxNotices is how many notices one answer brings: a client asks until there are none.
const maxNotices = 100

// noticeDue names the receipt that an organisation still owes for a document; "" when none. The caller holds the lock.
func (o *Operator) noticeDue(r *record, org int) string {
	sender, _ := o.owner(r.entry.From)
	a := o.answerOf(r.original(), org)
	if a == nil || sender == org || r.flow() != "SentSigned" || a.Delivery == "NotDeliveredToRecipient" {
		return ""
	}
	switch {
	case isMain(r.Type) && byInvoiceRules(r.Type), r.Type == "ServiceInvoiceConfirmation", r.Type == "ServiceInvoiceAmendmentRequest":
		if !o.answered(r, org, "ServiceInvoiceReceipt") {
			return "ServiceInvoiceReceipt"
		}
	case isMain(r.Type):
		if a.Delivery != "DeliveredToRecipient" && o.revocation(r, org) != "RevocationAccepted" {
			return "ServiceReceipt"
		}
	}
	return ""
}

// due is a receipt that a box owes.
type due struct {
	record *record
	kind   string
}

// getRequiredNotices makes the receipts that a box still owes, oldest first, some at a time.
func (o *Operator) getRequiredNotices(p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	type notice struct {
		due
		name    string
		content *Blob
		reasons []string
	}
	var all []notice
	for _, d := range o.dues(s.org) {
		paper := o.paper(s.org, p.str("boxId"), p.str("certThumbprint"))
		paper.documentType = d.kind
		n := notice{due: d}
		if _, n.content, err = o.compose(paper, d.record); err != nil {
			return nil, err
		}
		_ = o.look(func() error { n.name, n.reasons = noticeName(d), o.reasons(d.record); return nil })
		all = append(all, n)
	}
	return result("GetRequiredNotices", func(b *body) {
		for _, n := range all {
			parent := n.record
			b.wrap("m:ServiceNotice", func() {
				b.file("m:Content", n.content.Path, n.content.Size)
				b.element("m:DocumentType", n.kind)
				typeInfo(b, Document{Type: n.kind})
				b.element("m:FromBoxId", p.str("boxId"))
				b.raw(`<m:FromDepartmentId i:nil="true"/>`)
				b.element("m:Name", n.name)
				b.element("m:ParentDocumentId", parent.ServiceID)
				b.boolean("m:ParentDocumentIsLegitimate", len(n.reasons) == 0)
				b.element("m:ParentDocumentType", parent.Type)
				b.wrap("m:Recipients", func() { o.messageRecipient(b, parent.entry.From, parent.entry.Department) })
				b.element("m:ToBoxId", parent.entry.From)
				b.raw(`<m:ToDepartmentId i:nil="true"/>`)
			})
		}
	}), nil
}

// noticeName is what people read of a notice; unlike a generator's answer it is no file name.
func noticeName(d due) string {
	_, title := forms(d.kind)
	answered := d.record.title()
	if !isMain(d.record.Type) {
		_, answered = forms(d.record.Type)
	}
	return title + " документа «" + answered + "»"
}

func (o *Operator) dues(org int) []due {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []due
	for _, e := range o.ledger {
		if !o.party(e, org) {
			continue
		}
		for _, r := range e.docs {
			if kind := o.noticeDue(r, org); kind != "" {
				out = append(out, due{r, kind})
			}
			if len(out) == maxNotices {
				return out
			}
		}
	}
	return out
}
