package mockoperator

import (
	"fmt"
	"slices"
	"strings"
)

// checkType checks a document against its type as far as the document alone tells.
func (o *Operator) checkType(s *session, e *entry, rec *record, field string) error {
	switch {
	case rec.Type == "Untyped":
		return nil
	case e.Flow != "SentSigned" && !isMain(rec.Type):
		return refuse("InvalidDocumentType", field+".DocumentType", "Такие документы отправляются только с подписью")
	case isMain(rec.Type), isReply(rec.Type):
		if err := formalised(rec.Blob); err != nil {
			return refuse("InvalidDocumentFormat", field+".Content", "Формализованный документ: %v", err)
		}
	case generatedType(rec.Type):
		if err := o.checkGenerated(s, rec, field); err != nil {
			return err
		}
	default:
		return refuse("InvalidDocumentType", field+".DocumentType", "Тип %s не принимается", rec.Type)
	}
	if rec.Parent == "" {
		if isMain(rec.Type) && !strings.HasPrefix(rec.Type, "Invoice") || rec.Type == "Invoice" {
			return nil
		}
		return refuse("NotFilledRequiredField", field+".ParentDocumentId", "Не указан документ, на который дан ответ")
	}
	if o.document(s.org, rec.Parent) == nil {
		return refuse("InvalidDocumentReference", field+".ParentDocumentId", "Нет документа, на который дан ответ")
	}
	return nil
}

// admit checks a message against the state of the documents that it answers. The caller holds the lock.
func (o *Operator) admit(in *incoming) error {
	e := in.entry
	if o.scenario.Flow.Resend == ResendRefuse && e.LocalID != "" && o.flows.sent[resendKey(in.org, e.LocalID)] {
		return refuse("WorkflowViolation", "message.Id", "Сообщение уже отправлено")
	}
	seen := map[string]bool{}
	for i, r := range e.docs {
		field := fmt.Sprintf("message.Documents[%d]", i)
		if err := o.mayLink(in, r, field); err != nil {
			return err
		}
		parent := o.byID[plainID(r.Parent)]
		if parent == nil || isMain(r.Type) && !isInvoice(r.Type) {
			continue
		}
		key := r.Type + plainID(r.Parent)
		if seen[key] || isReply(r.Type) && len(e.docs) > 1 {
			return refuse("WorkflowViolation", field, "Второй ответ в одном сообщении")
		}
		seen[key] = true
		if err := o.mayAnswer(in.org, r, parent, field+".ParentDocumentId"); err != nil {
			return err
		}
		if !isInvoice(r.Type) && !amongParties(e, parent) {
			return refuse("WorkflowViolation", "message.Recipients", "Ответ получают стороны документа")
		}
	}
	for _, c := range in.countersigned {
		if seen[c.record.ServiceID] {
			return refuse("SignAlreadyExists", c.field, "Вторая подпись документа в одном сообщении")
		}
		seen[c.record.ServiceID] = true
		if err := o.maySign(in.org, c.record, c.field); err != nil {
			return err
		}
		if !amongParties(e, c.record) {
			return refuse("WorkflowViolation", "message.Recipients", "Ответ получают стороны документа")
		}
	}
	for _, box := range e.Recipients {
		if box == OperatorBox && !o.answersOperator(e) {
			return refuse("InvalidDestinationAddress", "message.Recipients", "Оператору отправляют только извещения на его подтверждения")
		}
	}
	return nil
}

// mayLink asks that linked documents are of the same message or here already. The caller holds the lock.
func (o *Operator) mayLink(in *incoming, r *record, field string) error {
	for _, id := range r.Related {
		sibling := slices.ContainsFunc(in.entry.docs, func(d *record) bool { return d.LocalID == id })
		other := o.byID[plainID(id)]
		switch {
		case id == r.LocalID:
			return refuse("CyclicParentReferences", field+".RelatedDocumentIds", "Документ связан с самим собой")
		case !sibling && (other == nil || !o.sees(other, in.org)):
			return refuse("InvalidDocumentReference", field+".RelatedDocumentIds", "Нет связанного документа")
		}
	}
	return nil
}

func (o *Operator) answersOperator(e *entry) bool {
	for _, r := range e.docs {
		if parent := o.byID[plainID(r.Parent)]; parent == nil || parent.entry.From != OperatorBox {
			return false
		}
	}
	return len(e.docs) > 0
}

// mayAnswer checks one answer. The caller holds the lock.
func (o *Operator) mayAnswer(org int, r, parent *record, field string) error {
	violation := func(why string) error { return refuse("WorkflowViolation", field, "%s", why) }
	sender, _ := o.owner(parent.entry.From)
	a := o.answerOf(parent.original(), org)
	if r.Type == "RevocationOffer" {
		return o.mayRevoke(org, parent, field)
	}
	if isInvoice(r.Type) {
		if sender != org || !isInvoice(parent.Type) {
			return violation("Исправление ссылается на свой счёт-фактуру")
		}
		return nil
	}
	if parent.flow() != "SentSigned" || a == nil {
		return violation("Ответ даёт получатель")
	}
	if o.revocation(parent, org) == "RevocationAccepted" {
		return violation("Документ аннулирован")
	}
	switch r.Type {
	case "ServiceReceipt":
		if !isMain(parent.Type) && !isReply(parent.Type) || byInvoiceRules(parent.Type) {
			return violation("На этот документ такое извещение не отправляют")
		}
	case "ServiceInvoiceReceipt":
		if !byInvoiceRules(parent.Type) || parent.Type == r.Type {
			return violation("На этот документ такое извещение не отправляют")
		}
	case "ServiceAmendmentRequest", "ServiceInvoiceAmendmentRequest":
		return o.mayRefuse(org, r, parent, field)
	default:
		if !answersTitle(r.Type, parent.Type) {
			return violation("Этот титул отвечает на другой")
		}
		return o.unanswered(a, field)
	}
	if o.answered(parent, org, r.Type) {
		return violation("Извещение уже отправлено")
	}
	return nil
}

// mayRefuse checks a refusal. The caller holds the lock.
func (o *Operator) mayRefuse(org int, r, parent *record, field string) error {
	invoiceRules := r.Type == "ServiceInvoiceAmendmentRequest"
	if !isMain(parent.Type) && parent.Type != "RevocationOffer" || invoiceRules != byInvoiceRules(parent.Type) {
		return refuse("WorkflowViolation", field, "На этот документ такое уведомление не отправляют")
	}
	if invoiceRules {
		if o.answered(parent, org, r.Type) {
			return refuse("WorkflowViolation", field, "Уведомление уже отправлено")
		}
		if a := o.answerOf(parent.original(), org); a.Signing == "NoSignNeeded" {
			return nil // an invoice is corrected, not refused
		}
	}
	return o.unanswered(o.answerOf(parent.original(), org), field)
}

// maySign checks a bare signature of a recipient. The caller holds the lock.
func (o *Operator) maySign(org int, r *record, field string) error {
	a := o.answerOf(r.original(), org)
	if a == nil || r.flow() != "SentSigned" {
		return refuse("WorkflowViolation", field, "Ответную подпись ставит получатель")
	}
	if err := o.unanswered(a, field); err != nil {
		return err
	}
	if r.Type == "RevocationOffer" {
		return nil // it is signed or refused without a receipt
	}
	if o.revocation(r, org) == "RevocationAccepted" {
		return refuse("WorkflowViolation", field, "Документ аннулирован")
	}
	if o.scenario.Flow.ReceiptBeforeSign == ReceiptRequired && a.Delivery != "DeliveredToRecipient" {
		return refuse("WorkflowViolation", field, "Сначала отправьте извещение о получении")
	}
	return nil
}

// unanswered asks that a signature is still awaited.
func (o *Operator) unanswered(a *Answer, field string) error {
	switch a.Signing {
	case "NoSignNeeded":
		return refuse("DocumentDoesNotRequireSigning", field, "Ответная подпись не нужна")
	case "Signed":
		return refuse("DocumentWasAlreadySigned", field, "Документ уже подписан")
	case "SignRejected":
		return refuse("SignWasAlreadyRejected", field, "В подписи отказано")
	}
	return nil
}
