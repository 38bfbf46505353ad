package mockoperator

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// incoming is a message that has passed all checks.
type incoming struct {
	entry *entry
	// countersigned are signatures for documents that are here already.
	countersigned []countersign
}

type countersign struct {
	record *record
	sign   Sign
}

// sendMessage checks a message as a whole and takes it whole or not at all. It does not know messages again.
func (o *Operator) sendMessage(x *exchange, p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	if s.password && o.behaviour().PasswordLogin == PasswordReadOnly {
		return nil, refuse("AccessDeniedError", "authToken", "Вход по паролю даёт только чтение; для отправки войдите по сертификату")
	}
	msg := p.child("message")
	if msg.null {
		return nil, refuse("NotFilledRequiredField", "message", "Нет сообщения")
	}
	in := &incoming{entry: &entry{}}
	in.entry.LocalID, in.entry.From, in.entry.Exchange = msg.str("Id"), msg.str("From"), x.seen.Number
	if err := o.addressed(s, in.entry, msg); err != nil {
		return nil, err
	}
	if len(msg.items("SimpleSignatures")) > 0 {
		return nil, refuse("SimpleSignatureDisabled", "message.SimpleSignatures", "Простая подпись не поддерживается")
	}
	if err := o.documents(s, in, msg); err != nil {
		return nil, err
	}
	if err := o.countersigns(s, in, msg); err != nil {
		return nil, err
	}
	if len(in.entry.docs)+len(in.countersigned) == 0 {
		return nil, refuse("NotFilledRequiredField", "message.Documents", "Сообщение пустое")
	}
	o.accept(in)
	o.wire.update(x.seen, func(e *Exchange) { e.Accepted = in.entry.MessageID })
	return sentMessage(in), nil
}

// addressed checks sender and recipients.
func (o *Operator) addressed(s *session, e *entry, msg *node) error {
	if e.From == "" {
		return refuse("NotFilledRequiredField", "message.From", "Не указан отправитель")
	}
	if n, _ := o.owner(e.From); n != s.org {
		return refuse("SendFromOtherIsNotAllowed", "message.From", "Нельзя отправлять от имени другой организации")
	}
	for i, r := range msg.items("Recipients") {
		field := fmt.Sprintf("message.Recipients[%d].OrganizationBoxId", i)
		box := r.str("OrganizationBoxId")
		to, org := o.owner(box)
		switch {
		case box == "":
			return refuse("NotFilledRequiredField", field, "Не указан ящик получателя")
		case org == nil:
			return refuse("InvalidDestinationAddress", field, "Нет такого получателя")
		case strings.EqualFold(box, e.From):
			return refuse("SendToSelfIsNotAllowed", field, "Нельзя отправить самому себе")
		case !org.local():
			return refuse("SendToRoamingIsNotAllowed", field, "Роуминг не подключён")
		}
		if err := o.mayExchange(s.org, to, field); err != nil {
			return err
		}
		e.Recipients = append(e.Recipients, box)
	}
	if len(e.Recipients) == 0 {
		return refuse("NotFilledRequiredField", "message.Recipients", "Нет получателей")
	}
	return nil
}

func (o *Operator) documents(s *session, in *incoming, msg *node) error {
	seen := map[string]bool{}
	for i, d := range msg.items("Documents") {
		field := fmt.Sprintf("message.Documents[%d]", i)
		rec, err := o.newDocument(s, d, field)
		if err != nil {
			return err
		}
		if seen[rec.LocalID] {
			return refuse("InvalidFormatField", field+".Id", "Идентификатор повторяется в сообщении")
		}
		seen[rec.LocalID] = true
		if rec.Sign, err = o.signOf(msg, rec, field); err != nil {
			return err
		}
		rec.Sign.From = in.entry.From
		in.entry.docs = append(in.entry.docs, rec)
	}
	return nil
}

func (o *Operator) newDocument(s *session, d *node, field string) (*record, error) {
	rec := &record{Document: Document{
		LocalID: d.str("Id"), Type: documentType(d), Kind: untypedKind(d), Name: d.str("FileName"), Blob: d.child("Content").blob,
		CustomField: d.str("CustomField"), Comment: d.str("Comment"), Parent: d.str("ParentDocumentId"),
		NeedSign: d.yes("NeedSign"), NeedReceipt: d.yes("NeedReceipt"),
		Delivery: "RecievedByService", Signing: "NoSignNeeded",
	}, polls: map[string]int{}}
	if rec.NeedSign {
		rec.Signing = "WaitingForSign"
	}
	switch {
	case rec.LocalID == "":
		return nil, refuse("NotFilledRequiredField", field+".Id", "Нет идентификатора документа")
	case rec.Name == "":
		return nil, refuse("NotFilledRequiredField", field+".FileName", "Нет имени файла")
	case !validFileName(rec.Name):
		return nil, refuse("InvalidFileName", field+".FileName", "Недопустимое имя файла %q", rec.Name)
	case rec.Size == 0:
		return nil, refuse("InvalidDocumentContent", field+".Content", "Документ пустой")
	case utf8.RuneCountInString(rec.CustomField) > 255:
		return nil, refuse("InvalidFormatField", field+".CustomField", "Не более 255 символов")
	case rec.Type == "Untyped":
		return rec, nil
	case rec.Type != "ServiceReceipt" && rec.Type != "ServiceAmendmentRequest":
		return nil, refuse("InvalidDocumentType", field+".DocumentType", "Тип %s не принимается", rec.Type)
	}
	parent := o.document(s.org, rec.Parent)
	if parent == nil {
		return nil, refuse("InvalidDocumentReference", field+".ParentDocumentId", "Нет документа, на который дан ответ")
	}
	if n, _ := o.owner(parent.entry.From); n == s.org {
		return nil, refuse("WorkflowViolation", field+".ParentDocumentId", "Ответ даёт получатель")
	}
	return rec, nil
}

// documentType reads the closed member or the recommended open one; absent is Untyped, the zero of the enumeration.
func documentType(d *node) string {
	if t := d.str("DocumentType"); t != "" {
		return t
	}
	switch d.child("DocumentTypeInfo").child("DocumentType").number("Code") {
	case 0:
		return "Untyped"
	case 6:
		return "ServiceAmendmentRequest"
	case 8:
		return "ServiceReceipt"
	}
	return "other"
}

func untypedKind(d *node) string {
	if k := d.child("DocumentTypeInfo").str("UntypedKind"); k != "" {
		return k
	}
	return d.str("UntypedKind")
}

func validFileName(name string) bool {
	bad := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) }
	return !strings.ContainsFunc(name, bad) && strings.Trim(name, ". ") != ""
}

// signOf finds and checks the one signature of a document of this message.
func (o *Operator) signOf(msg *node, rec *record, field string) (Sign, error) {
	var found *node
	at := 0
	for i, s := range msg.items("Signs") {
		if s.str("DocumentId") != rec.LocalID {
			continue
		}
		if found != nil {
			return Sign{}, refuse("InvalidFormatField", fmt.Sprintf("message.Signs[%d].DocumentId", i), "Вторая подпись документа")
		}
		found, at = s, i
	}
	if found == nil {
		return Sign{}, refuse("NotFilledRequiredField", "message.Signs", "Документ %s не подписан", field)
	}
	field = fmt.Sprintf("message.Signs[%d]", at)
	if found.str("Id") == "" {
		return Sign{}, refuse("NotFilledRequiredField", field+".Id", "Нет идентификатора подписи")
	}
	s, err := o.verifySign(found.child("Raw").raw, rec.Blob, field+".Raw")
	s.LocalID = found.str("Id")
	return s, err
}

// countersigns takes the signatures for documents of earlier messages.
func (o *Operator) countersigns(s *session, in *incoming, msg *node) error {
	local := func(id string) bool {
		return slices.ContainsFunc(in.entry.docs, func(r *record) bool { return r.LocalID == id })
	}
	for i, n := range msg.items("Signs") {
		if local(n.str("DocumentId")) {
			continue
		}
		field := fmt.Sprintf("message.Signs[%d]", i)
		rec := o.document(s.org, n.str("DocumentId"))
		if rec == nil {
			return refuse("InvalidDocumentReference", field+".DocumentId", "Нет такого документа")
		}
		if err := o.maySign(s, rec, field); err != nil {
			return err
		}
		sign, err := o.verifySign(n.child("Raw").raw, rec.Blob, field+".Raw")
		if err != nil {
			return err
		}
		sign.LocalID, sign.From = n.str("Id"), in.entry.From
		in.countersigned = append(in.countersigned, countersign{rec, sign})
	}
	return nil
}

func (o *Operator) maySign(s *session, rec *record, field string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, _ := o.owner(rec.entry.From)
	switch {
	case n == s.org:
		return refuse("WorkflowViolation", field, "Ответную подпись ставит получатель")
	case rec.Signing == "NoSignNeeded":
		return refuse("DocumentDoesNotRequireSigning", field, "Ответная подпись не нужна")
	case rec.Signing == "Signed":
		return refuse("DocumentWasAlreadySigned", field, "Документ уже подписан")
	case rec.Signing == "SignRejected":
		return refuse("SignWasAlreadyRejected", field, "В подписи отказано")
	}
	return nil
}

// accept writes the ledger.
func (o *Operator) accept(in *incoming) {
	o.mu.Lock()
	defer o.mu.Unlock()
	e := in.entry
	e.Number, e.MessageID, e.Time, e.listings = len(o.ledger)+1, newID(), o.now(), o.listings
	for _, r := range e.docs {
		r.entry, r.ServiceID, r.occurrence, r.Seal = e, newID(), newID(), newSeal()
		r.Sign.ServiceID, r.Sign.DocumentID, r.Sign.Time = newID(), r.ServiceID, e.Time
		o.byID[plainID(r.ServiceID)] = r
		if parent := o.byID[plainID(r.Parent)]; parent != nil {
			answered(parent, r.Type)
		}
	}
	for i := range in.countersigned {
		c := &in.countersigned[i]
		c.sign.ServiceID, c.sign.DocumentID, c.sign.Time = newID(), c.record.ServiceID, e.Time
		c.record.recipient, c.record.Signing, c.record.Delivery = c.sign, "Signed", "DeliveredToRecipient"
		e.Signs = append(e.Signs, c.sign)
	}
	o.ledger = append(o.ledger, e)
}

func answered(parent *record, documentType string) {
	parent.Delivery = "DeliveredToRecipient"
	if documentType == "ServiceAmendmentRequest" {
		parent.Signing = "SignRejected"
	}
}

func sentMessage(in *incoming) *body {
	pair := func(b *body, local, service string) {
		b.wrap("m:LocalServerId", func() {
			b.element("m:LocalId", local)
			b.element("m:ServiceId", service)
		})
	}
	e := in.entry
	return result("SendMessage", func(b *body) {
		b.wrap("m:DocumentIds", func() {
			for _, d := range e.docs {
				pair(b, d.LocalID, d.ServiceID)
			}
		})
		b.wrap("m:Log", func() { b.element("a:string", "Сообщение принято") })
		b.element("m:MessageId", e.MessageID)
		b.time("m:SentDate", e.Time)
		b.wrap("m:SignIds", func() {
			for _, d := range e.docs {
				pair(b, d.Sign.LocalID, d.Sign.ServiceID)
			}
			for _, s := range e.Signs {
				pair(b, s.LocalID, s.ServiceID)
			}
		})
	})
}
