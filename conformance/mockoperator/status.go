package mockoperator

import (
	"fmt"
	"time"
)

// Deliver lets the recipients confirm the delivery of a document.
func (o *Operator) Deliver(serviceID string) error {
	return o.move(serviceID, func(a *Answer) { a.Delivery = "DeliveredToRecipient" })
}

// SignByRecipient lets the recipients confirm and sign a document. No signature is made: only the status shows it.
func (o *Operator) SignByRecipient(serviceID string) error {
	return o.move(serviceID, func(a *Answer) { a.Delivery, a.Signing = "DeliveredToRecipient", "Signed" })
}

// RefuseByRecipient lets the recipients refuse a document.
func (o *Operator) RefuseByRecipient(serviceID string) error {
	return o.move(serviceID, func(a *Answer) { a.Delivery, a.Signing = "DeliveredToRecipient", "SignRejected" })
}

// Lose lets the delivery of a document fail: the sender gets an error receipt.
func (o *Operator) Lose(serviceID string) error {
	if _, err := o.operatorIdentity(); err != nil { // it may have to be made, which takes a while
		return err
	}
	if err := o.move(serviceID, func(a *Answer) { a.Delivery = "NotDeliveredToRecipient" }); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.byID[plainID(serviceID)]
	_, err := o.byOperator("ErrorReceipt", r.entry.From, "Документ не доставлен получателю", r)
	return err
}

// loseOverdue lets deliveries fail that the scenario gives up by now.
func (o *Operator) loseOverdue() error {
	after := o.behaviour().Flow.LostAfter
	if after == 0 {
		return nil
	}
	for _, id := range o.overdue(after) {
		if err := o.Lose(id); err != nil {
			return err
		}
		o.count("lost-after")
	}
	return nil
}

// overdue are documents that nobody has confirmed in the time.
func (o *Operator) overdue(after time.Duration) (ids []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.ledger {
		if o.now().Before(e.Time.Add(after)) {
			continue
		}
		for _, r := range e.docs {
			if isMain(r.Type) && (r.Delivery == "RecievedByService" || r.Delivery == "SentToRecipient") {
				ids = append(ids, r.ServiceID)
			}
		}
	}
	return ids
}

func (o *Operator) move(serviceID string, to func(*Answer)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.byID[plainID(serviceID)]
	if r == nil {
		return fmt.Errorf("mockoperator: no document %q in the ledger", serviceID)
	}
	for _, a := range r.original().answers {
		to(a)
	}
	r.settle()
	return nil
}

// status writes the status of the whole as the caller sees it.
func (v view) status(b *body) { v.statusOf(b, v.Delivery, v.Signing) }

func (v view) statusOf(b *body, delivery, signing string) {
	if v.statusless {
		b.raw(`<m:Status i:nil="true"/>`)
		return
	}
	if v.seller == "" {
		b.raw(`<m:Status i:type="m:UntypedDocumentFlowStatus"><m:AdditionalStatus i:nil="true"/>`)
		b.element("m:DeliveryStatus", delivery)
		b.element("m:SignStatus", signing)
		b.raw(`</m:Status>`)
		return
	}
	b.raw(`<m:Status i:type="m:InvoiceDocumentFlowStatus">`)
	b.element("m:BuyerFlow", v.buyer)
	b.timeOrZero("m:Date", v.Date)
	b.boolean("m:IsFinished", v.seller != "InvoiceSent" && v.buyer != "InvoiceSent")
	b.element("m:ModificationStatus", v.modified)
	b.elementOrNil("m:Number", v.Number)
	b.element("m:SellerFlow", v.seller)
	sum := v.Sum
	if sum == "" {
		sum = "0"
	}
	b.element("m:Total", sum)
	b.raw(`</m:Status>`)
}

// multiStatus is the summary over several recipients; there is none over one.
func (v view) multiStatus(b *body) {
	if len(v.answers) < 2 {
		b.raw(`<m:MultiStatus i:nil="true"/>`)
		return
	}
	delivered, signed := 0, 0
	for _, a := range v.answers {
		if a.Delivery == "DeliveredToRecipient" {
			delivered++
		}
		if a.Signing == "Signed" {
			signed++
		}
	}
	b.wrap("m:MultiStatus", func() {
		b.integer("m:DeliveredCount", delivered)
		b.element("m:MultiDeliveryStatus", v.multiDelivery(delivered))
		b.element("m:MultiSignStatus", v.multiSign(signed))
		b.integer("m:RecipientsCount", len(v.answers))
		b.integer("m:SignedCount", signed)
	})
}

func (v view) multiDelivery(delivered int) string {
	single, _ := sumUp(pointers(v.answers))
	switch {
	case delivered > 0 && delivered < len(v.answers):
		return "PartlyDeliveredToRecipients"
	case single == "RecievedByService":
		return single
	}
	return single + "s"
}

func (v view) multiSign(signed int) string {
	if signed > 0 && signed < len(v.answers) {
		return "PartlySigned"
	}
	_, single := sumUp(pointers(v.answers))
	return single
}

func pointers(answers []Answer) []*Answer {
	var out []*Answer
	for i := range answers {
		out = append(out, &answers[i])
	}
	return out
}

func (o *Operator) recipients(b *body, v view) {
	b.wrap("m:Recipients", func() {
		for _, a := range v.answers {
			b.wrap("m:MessageRecipientWithStatus", func() {
				o.recipientMembers(b, a.Box, a.Department)
				v.statusOf(b, a.Delivery, a.Signing)
			})
		}
	})
}

func (o *Operator) messageRecipient(b *body, box, department string) {
	b.wrap("m:MessageRecipient", func() { o.recipientMembers(b, box, department) })
}

func (o *Operator) recipientMembers(b *body, box, department string) {
	name := ""
	if _, org := o.owner(box); org != nil && department != "" {
		d, _ := org.department(department)
		name = d.Name
	}
	b.elementOrNil("m:DepartmentId", department)
	b.elementOrNil("m:DepartmentName", name)
	b.element("m:OrganizationBoxId", box)
	b.element("m:OrganizationName", o.nameOf(box))
}

func (o *Operator) nameOf(box string) string {
	if _, org := o.owner(box); org != nil {
		return org.Name
	}
	if box == OperatorBox {
		return OperatorName
	}
	return ""
}

// statusText is what the service tells people.
func (v view) statusText(b *body) {
	text := map[string]string{
		"RecievedByService": "Принят оператором", "SentToRecipient": "Отправлен получателю",
		"DeliveredToRecipient": "Доставлен получателю", "NotDeliveredToRecipient": "Не доставлен",
	}[v.Delivery]
	switch v.Signing {
	case "Signed":
		text = "Подписан"
	case "SignRejected":
		text = "Отказано в подписи"
	}
	if v.revocation == "RevocationAccepted" {
		text = "Аннулирован"
	}
	b.wrap("m:DocumentFlowStatusDescription", func() {
		b.raw(`<m:AdditionalStatus i:nil="true"/><m:AdditionalStatuses/>`)
		b.element("m:Status", text)
	})
}
