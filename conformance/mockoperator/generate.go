package mockoperator

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"
)

// generated is a service document that was made here, so that it is known again when it comes signed.
type generated struct {
	documentType, parent string
	org                  int
	text                 string
}

// generatedType tells whether a service document of clients is made by the generators.
func generatedType(t string) bool {
	return slices.Contains([]string{"ServiceReceipt", "ServiceInvoiceReceipt", "ServiceAmendmentRequest", "ServiceInvoiceAmendmentRequest", "RevocationOffer"}, t)
}

// generator is what one of the Generate operations makes.
type generator struct {
	documentType string
	text         string // parameter with the reason; "" without
}

func generatorOf(operation string) (generator, bool) {
	switch strings.TrimSuffix(operation, "V2") {
	case "GenerateDeliveryConfirmation":
		return generator{"ServiceReceipt", ""}, true
	case "GenerateAmendmentRequest":
		return generator{"ServiceAmendmentRequest", "text"}, true
	case "GenerateInvoiceReceipt":
		return generator{"ServiceInvoiceReceipt", ""}, true
	case "GenerateInvoiceAmendmentRequest":
		return generator{"ServiceInvoiceAmendmentRequest", "text"}, true
	case "GenerateRevocationOffer":
		return generator{"RevocationOffer", "comment"}, true
	}
	return generator{}, false
}

// generate makes a service document for the caller to sign. Nothing is sent and nothing changes.
func (o *Operator) generate(operation string, g generator, p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	r := o.document(s.org, p.str("documentId"))
	if r == nil {
		return nil, refuse("DocumentNotFound", "documentId", "Документ не найден")
	}
	text := ""
	if g.text != "" {
		if text = strings.TrimSpace(p.str(g.text)); text == "" {
			return nil, refuse("NotFilledRequiredField", g.text, "Укажите причину")
		}
	}
	answer := &record{Document: Document{Type: g.documentType}}
	if err := o.look(func() error { return o.mayAnswer(s.org, answer, r, "documentId") }); err != nil {
		return nil, err
	}
	paper := o.paper(s.org, p.str("boxId"), p.str("certThumbprint"))
	paper.documentType, paper.text = g.documentType, text
	name, blob, err := o.compose(paper, r)
	if err != nil {
		return nil, err
	}
	return result(operation, func(b *body) {
		b.file("m:Content", blob.Path, blob.Size)
		b.element("m:Name", name)
	}), nil
}

// paper is what a service document says besides what it answers.
type paper struct {
	org                        int
	box, organisation, inn     string
	signer, documentType, text string
}

// paper fills in the one who answers; the signer is the owner of the certificate, or the head without one.
func (o *Operator) paper(org int, box, thumbprint string) paper {
	if org < 0 {
		return paper{org: org, box: box, organisation: OperatorName, signer: "Автоматическая подпись"}
	}
	owner := o.orgs.at(org)
	p := paper{org: org, box: box, organisation: owner.Name, inn: owner.INN}
	if len(owner.Heads) > 0 {
		p.signer = owner.Heads[0].name()
	}
	if id, ok := o.byThumbprint(thumbprint); ok {
		p.signer = id.Name
	}
	return p
}

// forms are file prefix and title of the service documents.
func forms(documentType string) (prefix, title string) {
	switch documentType {
	case "ServiceReceipt", "ServiceInvoiceReceipt":
		return "DP_IZVPOL", "Извещение о получении"
	case "ServiceAmendmentRequest", "ServiceInvoiceAmendmentRequest":
		return "DP_UVUTOCH", "Уведомление об уточнении"
	case "RevocationOffer":
		return "DP_PRANNUL", "Предложение об аннулировании"
	case "ErrorReceipt":
		return "DP_OSHIBKA", "Квитанция об ошибке доставки"
	}
	return "DP_PDPOL", "Подтверждение оператора"
}

// compose writes a service document in windows-1251 and remembers it. Every one has an id of its own, so that two for the
// same document are never equal.
func (o *Operator) compose(p paper, r *record) (name string, blob *Blob, err error) {
	prefix, title := forms(p.documentType)
	id, now := newID(), o.now()
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="windows-1251"?>` + "\r\n")
	element(&b, "Файл", "ИдФайл", prefix+"_"+id, "ВерсФорм", "1.02", "Тип", p.documentType)
	element(&b, "Отправитель", "Ящик", p.box, "Наим", p.organisation, "ИНН", p.inn)
	b.WriteString("</Отправитель>")
	element(&b, "Документ", "Вид", title, "ДатаВр", now.Format(time.RFC3339))
	element(&b, "Основание", "ИдДок", r.ServiceID, "Тип", r.Type, "ИмяФайла", r.Name, "Хеш", r.SHA256, "ДатаВр", r.entry.Time.Format(time.RFC3339))
	b.WriteString("</Основание>")
	if p.text != "" {
		element(&b, "Текст")
		escape(&b, p.text)
		b.WriteString("</Текст>")
	}
	element(&b, "Подписант", "ФИО", p.signer)
	b.WriteString("</Подписант></Документ></Файл>\r\n")
	if blob, err = o.keepBytes(encode1251(b.String())); err != nil {
		return "", nil, err
	}
	o.flows.remember(blob.SHA256, generated{p.documentType, plainID(r.ServiceID), p.org, p.text})
	return prefix + "_" + id + ".xml", blob, nil
}

func element(b *strings.Builder, name string, attributes ...string) {
	b.WriteString("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		if attributes[i+1] == "" {
			continue
		}
		b.WriteString(" " + attributes[i] + `="`)
		escape(b, attributes[i+1])
		b.WriteString(`"`)
	}
	b.WriteString(">")
}

func escape(b *strings.Builder, text string) {
	_ = xml.EscapeText(b, []byte(text)) // a builder takes everything
}

// checkGenerated asks that a service document is one that was made here for this organisation and this parent.
func (o *Operator) checkGenerated(s *session, rec *record, field string) error {
	if err := formalised(rec.Blob); err != nil {
		return refuse("InvalidDocumentFormat", field+".Content", "Служебный документ: %v", err)
	}
	if !o.behaviour().Flow.mustMatch() {
		return nil
	}
	g, ok := o.flows.recall(rec.SHA256)
	if !ok || g.documentType != rec.Type || g.parent != plainID(rec.Parent) || g.org != s.org {
		return refuse("InvalidDocumentContent", field+".Content", "Содержание отличается от сформированного сервисом")
	}
	return nil
}
