package mockoperator

import (
	"fmt"
	"slices"
)

// Deliver lets the recipient confirm the delivery of a document.
func (o *Operator) Deliver(serviceID string) error {
	return o.move(serviceID, func(r *record) { r.Delivery = "DeliveredToRecipient" })
}

// SignByRecipient lets the recipient sign a document that waits for it. No signature is made: only the status shows it.
func (o *Operator) SignByRecipient(serviceID string) error {
	return o.move(serviceID, func(r *record) { r.Delivery, r.Signing = "DeliveredToRecipient", "Signed" })
}

// RefuseByRecipient lets the recipient refuse a document.
func (o *Operator) RefuseByRecipient(serviceID string) error {
	return o.move(serviceID, func(r *record) { r.Delivery, r.Signing = "DeliveredToRecipient", "SignRejected" })
}

// Lose lets the delivery of a document fail.
func (o *Operator) Lose(serviceID string) error {
	return o.move(serviceID, func(r *record) { r.Delivery = "NotDeliveredToRecipient" })
}

func (o *Operator) move(serviceID string, to func(*record)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.byID[plainID(serviceID)]
	if r == nil {
		return fmt.Errorf("mockoperator: no document %q in the ledger", serviceID)
	}
	to(r)
	return nil
}

// show reads the status of a document for an answer. Being shown hands the document over: the next look sees
// SentToRecipient.
func (o *Operator) show(r *record) Document {
	o.mu.Lock()
	defer o.mu.Unlock()
	d := r.Document
	waits := slices.ContainsFunc(r.entry.Recipients, o.parked)
	if r.Delivery == "RecievedByService" && !waits {
		r.Delivery = "SentToRecipient"
	}
	return d
}

func status(b *body, d Document) {
	b.raw(`<m:Status i:type="m:UntypedDocumentFlowStatus"><m:AdditionalStatus i:nil="true"/>`)
	b.element("m:DeliveryStatus", d.Delivery)
	b.element("m:SignStatus", d.Signing)
	b.raw(`</m:Status>`)
}

func (o *Operator) recipients(b *body, e *entry, d Document) {
	b.wrap("m:Recipients", func() {
		for _, box := range e.Recipients {
			b.wrap("m:MessageRecipientWithStatus", func() {
				b.raw(`<m:DepartmentId i:nil="true"/><m:DepartmentName i:nil="true"/>`)
				b.element("m:OrganizationBoxId", box)
				b.element("m:OrganizationName", o.nameOf(box))
				status(b, d)
			})
		}
	})
}

func (o *Operator) nameOf(box string) string {
	if _, org := o.owner(box); org != nil {
		return org.Name
	}
	return ""
}

// statusText is what the service tells people.
func statusText(b *body, d Document) {
	text := map[string]string{
		"RecievedByService": "Принят оператором", "SentToRecipient": "Отправлен получателю",
		"DeliveredToRecipient": "Доставлен получателю", "NotDeliveredToRecipient": "Не доставлен",
	}[d.Delivery]
	switch d.Signing {
	case "Signed":
		text = "Подписан"
	case "SignRejected":
		text = "Отказано в подписи"
	}
	b.wrap("m:DocumentFlowStatusDescription", func() {
		b.raw(`<m:AdditionalStatus i:nil="true"/><m:AdditionalStatuses/>`)
		b.element("m:Status", text)
	})
}
