package mockoperator

import (
	"slices"
	"time"
)

// view is a document as one organisation sees it at one moment. It is taken under the lock and written without it.
type view struct {
	Document
	record     *record
	entry      *entry // that brought this occurrence
	occurrence string
	kind       string // FlowType of the occurrence
	org        int
	own        *Answer // where it stands with the caller; nil for the sender
	answers    []Answer
	ways       []way
	revocation string
	operations []string
	notice     bool // a receipt of the invoice regulation is due from the caller
	reasons    []string
	closed     bool // the content is closed to the caller
	modified   string
	statusless bool   // no status is told at all
	seller     string // InvoiceFlowStatus
	buyer      string
}

// way is one occurrence with the answers of its recipients.
type way struct {
	id, kind, comment string
	entry             *entry
	needSign          bool
	answers           []Answer
}

// viewFor looks at a document by the way on which it came to the organisation: as it was sent first, or forwarded.
func (o *Operator) viewFor(r *record, org int) view {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range r.occurrences {
		if o.party(c.entry, org) {
			return o.viewLocked(r, c, org)
		}
	}
	return o.viewLocked(r, r.original(), org)
}

// viewLocked looks at one occurrence. Being shown hands the document over: the next look sees SentToRecipient.
func (o *Operator) viewLocked(r *record, c *occurrence, org int) view {
	v := view{
		Document: r.Document, record: r, entry: c.entry, occurrence: c.id, kind: c.kind, org: org,
		revocation: o.revocation(r, org), notice: o.noticeDue(r, org) == "ServiceInvoiceReceipt",
	}
	if c != r.original() {
		v.NeedSign, v.Comment = c.needSign, c.comment
		v.Delivery, v.Signing = sumUp(c.answers)
	}
	for _, a := range c.answers {
		v.answers = append(v.answers, *a)
	}
	if a := o.answerOf(c, org); a != nil {
		own := *a
		v.own = &own
		if n, _ := o.owner(c.entry.From); n != org { // of an internal document the caller is both
			v.Delivery, v.Signing = own.Delivery, own.Signing
		}
	}
	for _, each := range r.occurrences {
		if !o.party(each.entry, org) {
			continue
		}
		w := way{id: each.id, kind: each.kind, comment: each.comment, entry: each.entry, needSign: each.needSign}
		for _, a := range each.answers {
			w.answers = append(w.answers, *a)
		}
		v.ways = append(v.ways, w)
	}
	v.closed = o.closed(r, org)
	v.reasons = o.reasons(r)
	if v.seller, v.buyer = o.invoiceFlow(r); v.seller != "" && !isInvoice(r.Type) { // which status these have is open
		switch o.scenario.Flow.TitleStatus {
		case TitleUntyped:
			v.seller, v.buyer = "", ""
		case TitleNone:
			v.statusless = true
		}
	}
	v.modified = modification(r)
	v.operations = o.operations(r, c, v)
	o.handOver(r, c)
	return v
}

func (o *Operator) handOver(r *record, c *occurrence) {
	for _, a := range c.answers {
		if a.Delivery == "RecievedByService" && !o.parked(a.Box) {
			a.Delivery = "SentToRecipient"
		}
	}
	r.settle()
}

// closed tells whether content is withheld until the receipt is sent. The caller holds the lock.
func (o *Operator) closed(r *record, org int) bool {
	if !o.scenario.Flow.ContentClosed || !r.NeedReceipt || r.flow() != "SentSigned" {
		return false
	}
	sender, _ := o.owner(r.entry.From)
	a := o.answerOf(r.original(), org)
	return sender != org && a != nil && a.Delivery != "DeliveredToRecipient"
}

// reasons lists why a document has no legal force; empty means it has. The caller holds the lock.
func (o *Operator) reasons(r *record) []string {
	from, _ := o.owner(r.entry.From)
	to, _ := o.owner(r.entry.Recipients[0])
	out := o.nonLegitimate(from, to, r.Type)
	if r.Sign.Raw != nil && o.unqualified(r.Sign) {
		out = append(out, "SignerCertificateIsNotQualified")
	}
	if parent := o.byID[plainID(r.Parent)]; parent != nil && !isMain(r.Type) && len(o.reasons(parent)) > 0 {
		out = append(out, "ParentDocumentNotLegitimate")
	}
	return out
}

// unqualified tells whether a signature was made by a head whose certificate has no legal force.
func (o *Operator) unqualified(s Sign) bool {
	n, org := o.owner(s.From)
	return n >= 0 && slices.ContainsFunc(org.Heads, func(h Head) bool { return h.Unqualified && h.name() == s.Owner })
}

// invoiceFlow is where the exchange of service documents stands on both sides of the invoice regulation: charged when all
// are there, not valid when they are not after three days. The caller holds the lock.
func (o *Operator) invoiceFlow(r *record) (seller, buyer string) {
	if !isMain(r.Type) || !byInvoiceRules(r.Type) {
		return "", ""
	}
	from, _ := o.owner(r.entry.From)
	done := map[bool]bool{true: true, false: true} // by whether it is the seller's
	for _, box := range r.entry.Recipients {
		n, _ := o.owner(box)
		if !o.answered(r, n, "ServiceInvoiceReceipt") {
			done[true], done[false] = false, false
		}
	}
	var confirmations func(*record)
	confirmations = func(parent *record) {
		for _, c := range parent.children {
			if c.Type == "ServiceInvoiceConfirmation" {
				n, _ := o.owner(c.entry.Recipients[0])
				done[n == from] = done[n == from] && o.answered(c, n, "ServiceInvoiceReceipt")
			}
			confirmations(c)
		}
	}
	confirmations(r)
	late := o.now().After(r.entry.Time.Add(3 * 24 * time.Hour))
	word := func(ready bool) string {
		switch {
		case slices.ContainsFunc(r.children, func(c *record) bool { return c.Type == "ServiceInvoiceAmendmentRequest" }):
			return "InvoiceRejected"
		case ready:
			return "InvoiceCharged"
		case late:
			return "InvoiceNotValid"
		}
		return "InvoiceSent"
	}
	return word(done[true]), word(done[false])
}

func modification(r *record) string {
	out := "Unchanged"
	for _, c := range r.children {
		switch c.Type {
		case "InvoiceRevision", "InvoiceCorrectionRevision":
			out = "Revised"
		case "InvoiceCorrection":
			out = "Corrected"
		}
	}
	return out
}
