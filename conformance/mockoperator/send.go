package mockoperator

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// incoming is a message that has passed all checks that need no look at the state of documents.
type incoming struct {
	org   int
	entry *entry
	// countersigned are signatures for documents that are here already.
	countersigned []countersign
	// forwards are the ways that documents of earlier messages take with this one.
	forwards []forward
}

type countersign struct {
	record *record
	sign   Sign
	field  string
}

// signing says what signatures of documents a kind of message has.
type signing int

const (
	signedAll  signing = iota // one for each document
	signedSome                // one for a document, or none
	signedNone
)

// sendMessage checks a message as a whole and takes it whole or not at all.
func (o *Operator) sendMessage(x *exchange, p *node) (*body, error) {
	s, msg, err := o.sender(p)
	if err != nil {
		return nil, err
	}
	in := &incoming{org: s.org, entry: newEntry(x, "SentSigned", msg.str("Id"), msg.str("From"), msg)}
	if err := o.addressed(s, in.entry, msg); err != nil {
		return nil, err
	}
	if err := o.documents(s, in, msg, signedAll); err != nil {
		return nil, err
	}
	if err := o.countersigns(s, in, msg); err != nil {
		return nil, err
	}
	if len(in.entry.docs)+len(in.countersigned) == 0 {
		return nil, refuse("NotFilledRequiredField", "message.Documents", "Сообщение пустое")
	}
	return o.take(x, "SendMessage", in)
}

// sender checks who sends a message of any kind.
func (o *Operator) sender(p *node) (*session, *node, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, nil, err
	}
	if err := o.mayWrite(s); err != nil {
		return nil, nil, err
	}
	msg := p.child("message")
	if msg.null {
		return nil, nil, refuse("NotFilledRequiredField", "message", "Нет сообщения")
	}
	if len(msg.items("SimpleSignatures")) > 0 {
		return nil, nil, refuse("SimpleSignatureDisabled", "message.SimpleSignatures", "Простая подпись не поддерживается")
	}
	return s, msg, nil
}

func (o *Operator) mayWrite(s *session) error {
	if s.password && o.behaviour().PasswordLogin == PasswordReadOnly {
		return refuse("AccessDeniedError", "authToken", "Вход по паролю даёт только чтение; для отправки войдите по сертификату")
	}
	return nil
}

func newEntry(x *exchange, flow, local, from string, msg *node) *entry {
	return &entry{Entry: Entry{Flow: flow, LocalID: local, From: from, Department: msg.str("FromDepartment"), Exchange: x.seen.Number}}
}

// take writes the ledger and answers.
func (o *Operator) take(x *exchange, operation string, in *incoming) (*body, error) {
	if err := o.accept(in); err != nil {
		return nil, err
	}
	o.wire.update(x.seen, func(e *Exchange) { e.Accepted = in.entry.MessageID })
	return sentMessage(operation, in), nil
}

// addressed checks sender and recipients.
func (o *Operator) addressed(s *session, e *entry, msg *node) error {
	if e.From == "" {
		return refuse("NotFilledRequiredField", "message.From", "Не указан отправитель")
	}
	if n, _ := o.owner(e.From); n != s.org {
		return refuse("SendFromOtherIsNotAllowed", "message.From", "Нельзя отправлять от имени другой организации")
	}
	if !o.department(s.org, e.Department) {
		return refuse("DepartmentDoesNotExist", "message.FromDepartment", "Нет такого подразделения")
	}
	for i, r := range msg.items("Recipients") {
		field := fmt.Sprintf("message.Recipients[%d].OrganizationBoxId", i)
		box := r.str("OrganizationBoxId")
		if strings.EqualFold(box, OperatorBox) {
			e.Recipients, e.to = append(e.Recipients, OperatorBox), append(e.to, addressee{})
			continue
		}
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
		if !o.department(to, r.str("DepartmentId")) {
			return refuse("DepartmentDoesNotExist", fmt.Sprintf("message.Recipients[%d].DepartmentId", i), "Нет такого подразделения")
		}
		e.Recipients, e.to = append(e.Recipients, box), append(e.to, addressee{department: r.str("DepartmentId")})
	}
	if len(e.Recipients) == 0 {
		return refuse("NotFilledRequiredField", "message.Recipients", "Нет получателей")
	}
	return nil
}

func (o *Operator) documents(s *session, in *incoming, msg *node, how signing) error {
	seen := map[string]bool{}
	for i, d := range msg.items("Documents") {
		field := fmt.Sprintf("message.Documents[%d]", i)
		rec, err := o.newDocument(s, in.entry, d, field)
		if err != nil {
			return err
		}
		if seen[rec.LocalID] {
			return refuse("InvalidFormatField", field+".Id", "Идентификатор повторяется в сообщении")
		}
		seen[rec.LocalID] = true
		if how != signedNone {
			if rec.Sign, err = o.signOf(msg, rec, field, how == signedSome); err != nil {
				return err
			}
			rec.Sign.From = in.entry.From
		}
		in.entry.docs = append(in.entry.docs, rec)
	}
	return nil
}

func (o *Operator) newDocument(s *session, e *entry, d *node, field string) (*record, error) {
	rec := &record{Document: Document{
		LocalID: d.str("Id"), Type: documentType(d), Kind: untypedKind(d), Name: d.str("FileName"), Blob: d.child("Content").blob,
		Card: d.child("Card").raw, CustomField: d.str("CustomField"), Comment: d.str("Comment"), Parent: d.str("ParentDocumentId"),
		Number: d.str("Number"), Sum: strings.TrimSpace(d.str("Sum")), Title: d.str("Name"), Related: d.texts("RelatedDocumentIds"),
		NeedSign: d.yes("NeedSign"), NeedReceipt: d.yes("NeedReceipt"),
	}, polls: map[string]int{}}
	rec.Date, _ = d.when("Date") // absent is none
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
	}
	return rec, o.checkType(s, e, rec, field)
}

// documentType reads the closed member or the recommended open one; absent is Untyped, the zero of the enumeration.
func documentType(d *node) string {
	if t := d.str("DocumentType"); t != "" {
		return t
	}
	return typeName(d.child("DocumentTypeInfo").child("DocumentType").number("Code"))
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
func (o *Operator) signOf(msg *node, rec *record, field string, optional bool) (Sign, error) {
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
	if found == nil && optional {
		return Sign{}, nil
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
		if rec.Type != "Untyped" && isTitle(rec.Type) {
			return refuse("WorkflowViolation", field, "На титул отвечают титулом")
		}
		if err := o.look(func() error { return o.maySign(s.org, rec, field) }); err != nil {
			return err
		}
		sign, err := o.verifySign(n.child("Raw").raw, rec.Blob, field+".Raw")
		if err != nil {
			return err
		}
		sign.LocalID, sign.From = n.str("Id"), in.entry.From
		in.countersigned = append(in.countersigned, countersign{rec, sign, field})
	}
	return nil
}

func sentMessage(operation string, in *incoming) *body {
	pair := func(b *body, local, service string) {
		b.wrap("m:LocalServerId", func() {
			b.element("m:LocalId", local)
			b.element("m:ServiceId", service)
		})
	}
	e := in.entry
	return result(operation, func(b *body) {
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
				if d.Sign.Raw != nil {
					pair(b, d.Sign.LocalID, d.Sign.ServiceID)
				}
			}
			for _, s := range e.Signs {
				pair(b, s.LocalID, s.ServiceID)
			}
		})
	})
}
