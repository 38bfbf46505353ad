package mockoperator

import (
	"fmt"
	"slices"
	"strings"
)

// forward is the way that a document of an earlier message takes with another one.
type forward struct {
	record   *record
	needSign bool
	comment  string
}

// sendUnsigned takes documents without signatures, for one recipient.
func (o *Operator) sendUnsigned(x *exchange, p *node) (*body, error) {
	s, msg, err := o.sender(p)
	if err != nil {
		return nil, err
	}
	in := &incoming{org: s.org, entry: newEntry(x, "SentUnsigned", "", msg.str("From"), msg)}
	if err := o.addressed(s, in.entry, msg); err != nil {
		return nil, err
	}
	if len(in.entry.Recipients) > 1 {
		return nil, refuse("InvalidFormatField", "message.Recipients", "Без подписи отправляют одному получателю")
	}
	if err := o.documents(s, in, msg, signedNone); err != nil {
		return nil, err
	}
	if len(in.entry.docs) == 0 {
		return nil, refuse("NotFilledRequiredField", "message.Documents", "Сообщение пустое")
	}
	return o.take(x, "SendUnsignedMessage", in)
}

// sendForward sends documents on that are here already, and new signed ones with them.
func (o *Operator) sendForward(x *exchange, p *node) (*body, error) {
	s, msg, err := o.sender(p)
	if err != nil {
		return nil, err
	}
	in := &incoming{org: s.org, entry: newEntry(x, "SentForward", "", msg.str("From"), msg)}
	if err := o.addressed(s, in.entry, msg); err != nil {
		return nil, err
	}
	if err := o.documents(s, in, msg, signedAll); err != nil {
		return nil, err
	}
	for i, d := range msg.items("ForwardDocuments") {
		field := fmt.Sprintf("message.ForwardDocuments[%d].OriginalDocumentId", i)
		r := o.document(s.org, d.str("OriginalDocumentId"))
		if r == nil {
			return nil, refuse("InvalidDocumentReference", field, "Нет такого документа")
		}
		may := false
		_ = o.look(func() error {
			may = slices.Contains(o.operations(r, r.original(), o.viewLocked(r, r.original(), s.org)), "Forward")
			return nil
		})
		if !may {
			return nil, refuse("ForwardIsNotAvailable", field, "Документ нельзя переслать")
		}
		in.forwards = append(in.forwards, forward{r, d.yes("NeedSign"), d.str("Comment")})
	}
	if len(in.forwards) == 0 {
		return nil, refuse("NotFilledRequiredField", "message.ForwardDocuments", "Нечего пересылать")
	}
	return o.take(x, "SendForwardMessage", in)
}

// sendInternal sends between departments of one organisation; signatures are free.
func (o *Operator) sendInternal(x *exchange, p *node) (*body, error) {
	s, msg, err := o.sender(p)
	if err != nil {
		return nil, err
	}
	box := msg.str("BoxId")
	if box == "" {
		return nil, refuse("NotFilledRequiredField", "message.BoxId", "Не указан ящик")
	}
	if n, _ := o.owner(box); n != s.org {
		return nil, refuse("SendFromOtherIsNotAllowed", "message.BoxId", "Нельзя отправлять от имени другой организации")
	}
	in := &incoming{org: s.org, entry: newEntry(x, "SentInternal", msg.str("Id"), box, msg)}
	if err := o.internalAddressed(s, in.entry, msg); err != nil {
		return nil, err
	}
	if err := o.documents(s, in, msg, signedSome); err != nil {
		return nil, err
	}
	if len(in.entry.docs) == 0 {
		return nil, refuse("NotFilledRequiredField", "message.Documents", "Сообщение пустое")
	}
	return o.take(x, "SendInternalMessage", in)
}

func (o *Operator) internalAddressed(s *session, e *entry, msg *node) error {
	if !o.department(s.org, e.Department) {
		return refuse("DepartmentDoesNotExist", "message.FromDepartment", "Нет такого подразделения")
	}
	for i, r := range msg.items("Recipients") {
		to := addressee{department: r.str("DepartmentId"), user: r.str("UserLogin")}
		field := fmt.Sprintf("message.Recipients[%d]", i)
		switch {
		case to.department == "" && to.user == "":
			return refuse("NotFilledRequiredField", field+".DepartmentId", "Не указано подразделение или сотрудник")
		case !o.department(s.org, to.department):
			return refuse("DepartmentDoesNotExist", field+".DepartmentId", "Нет такого подразделения")
		case to.user != "" && !o.works(s.org, to.user):
			return refuse("InvalidRecipientUser", field+".UserLogin", "Нет такого сотрудника")
		}
		e.Recipients, e.to = append(e.Recipients, e.From), append(e.to, to)
	}
	if len(e.Recipients) == 0 {
		return refuse("NotFilledRequiredField", "message.Recipients", "Нет получателей")
	}
	return nil
}

// works tells whether a login is one of the organisation.
func (o *Operator) works(org int, login string) bool {
	owner := o.orgs.at(org)
	return strings.EqualFold(owner.Login, login) || slices.ContainsFunc(owner.Heads, func(h Head) bool { return h.Login != "" && strings.EqualFold(h.Login, login) })
}

// getInternalDocuments lists documents of the internal flow.
func (o *Operator) getInternalDocuments(p *node) (*body, error) {
	opt := p.child("options")
	if opt.null {
		return nil, refuse("NotFilledRequiredField", "options", "Нет условий отбора")
	}
	s, err := o.inBox(p.child("authToken"), "authToken", opt.child("BoxId"), "options.BoxId")
	if err != nil {
		return nil, err
	}
	first, most := opt.number("First"), opt.number("Max")
	if first < 0 || most < 0 {
		return nil, refuse("InvalidFormatField", "options.First", "First и Max не отрицательны")
	}
	found := o.list(s, first, most, func(r *record, c *occurrence) bool {
		e := c.entry
		return c.kind == "SentInternal" && isBox(opt.str("BoxId"), e.From) && within(e.Time, opt, "From", "To") &&
			within(r.Date, opt, "DocumentDateFrom", "DocumentDateTo") && among(opt, "DocumentNumbers", r.Number) &&
			among(opt, "SenderDepartmentIds", e.Department) && internalMatches(c, opt)
	})
	return result("GetInternalDocuments", func(b *body) { o.entryList(b, found) }), nil
}

// internalMatches applies the conditions on recipients: one of them has to satisfy all.
func internalMatches(c *occurrence, opt *node) bool {
	return slices.ContainsFunc(c.answers, func(a *Answer) bool {
		open := !opt.yes("ExcludeUnavailable") || a.Signing == "WaitingForSign"
		return open && among(opt, "DocumentSignStatuses", a.Signing) && among(opt, "RecipientDepartmentIds", a.Department) &&
			among(opt, "RecipientUserLogins", a.User)
	})
}
