package signstamp

import (
	"fmt"
	"slices"
)

// row is one labelled line of the mark, before it is wrapped.
type row struct{ label, value string }

// exchangeRows say under which names and since when the operator knows the document. The local mark never shows a seal:
// what proves the operator's mark has no place on ours.
func (d *drawing) exchangeRows() []row {
	f, say := &d.facts, d.style.Lang.say
	received := ""
	if !f.OperatorTime.IsZero() {
		received = say("принято ", "received ") + moment(f.OperatorTime)
	}
	document, message := clean(f.DocumentID), clean(f.MessageID)
	var rows []row
	if d.local {
		rows = add(rows, say("Отправлено", "Sent"), join(", ", with(say("через", "through"), clean(f.Operator)), received))
	} else {
		rows = add(rows, say("Оператор", "Operator"), join(", ", clean(f.Operator), received))
		document = join("; ", document, with(say("печать", "seal"), clean(f.Seal)))
	}
	rows = add(rows, say("Документ", "Document"), document)
	rows = add(rows, say("Сообщение", "Message"), message)
	return add(rows, say("Проверка", "Checked"), clean(f.Remark))
}

// state is the line under the title.
func (d *drawing) state() string {
	say, since := d.style.Lang.say, ""
	if !d.facts.StateTime.IsZero() {
		since = moment(d.facts.StateTime)
	}
	switch d.facts.State {
	case SignedByBoth:
		return join(" ", say("Подписан обеими сторонами", "Signed by both parties"), since)
	case Refused:
		return join(" ", say("В подписи отказано", "The recipient refused to sign"), since)
	case Revoked:
		return join(" ", say("Документ аннулирован", "The document is revoked"), since)
	}
	return ""
}

// signers are those that are listed, the sender's first, and how many are not.
func (d *drawing) signers() (listed []Signer, more int) {
	rank := map[Role]int{Sender: -2, Recipient: -1}
	listed = slices.SortedStableFunc(slices.Values(d.facts.Signers), func(a, b Signer) int { return rank[a.Role] - rank[b.Role] })
	if n := len(listed); n > maxSigners {
		return listed[:maxSigners], n - maxSigners
	}
	return listed, 0
}

// signerRows are number of the certificate, owner and validity, in the order of the standard. The time of signing is the
// signer's own word, and named so.
func (d *drawing) signerRows(s *Signer) []row {
	say := d.style.Lang.say
	rows := add(nil, say("Сертификат", "Certificate"), clean(s.Serial))
	rows = add(rows, say("Владелец", "Owner"), join(", ", clean(s.Owner), clean(s.Organisation), with(say("ИНН", "INN"), clean(s.INN))))
	rows = add(rows, say("Действителен", "Valid"), d.validity(s))
	if !s.SignedAt.IsZero() {
		rows = add(rows, say("Часы подписанта", "Signer's clock"), moment(s.SignedAt)) // one line of a column
	}
	return rows
}

// onlySignerRows are the same in as few lines as a page's margin has.
func (d *drawing) onlySignerRows(s *Signer) []row {
	say := d.style.Lang.say
	rows := add(nil, say("Сертификат", "Certificate"), join(", ", clean(s.Serial), with(say("действителен", "valid"), d.validity(s))))
	rows = add(rows, say("Владелец", "Owner"), join(", ", clean(s.Owner), clean(s.Organisation), with(say("ИНН", "INN"), clean(s.INN)), d.role(s.Role)))
	if !s.SignedAt.IsZero() {
		rows = add(rows, say("Подписано", "Signed"), join(", ", moment(s.SignedAt), say("по часам подписанта", "by the signer's clock")))
	}
	return rows
}

func (d *drawing) role(r Role) string {
	switch r {
	case Sender:
		return d.style.Lang.say("отправитель", "sender")
	case Recipient:
		return d.style.Lang.say("получатель", "recipient")
	}
	return ""
}

// heading is the first line of one of several signatures.
func (d *drawing) heading(i int, r Role) string {
	return join(", ", fmt.Sprintf("%s %d", d.style.Lang.say("Подпись", "Signature"), i+1), d.role(r))
}

func (d *drawing) validity(s *Signer) string {
	say, from, to := d.style.Lang.say, "", ""
	if !s.ValidFrom.IsZero() {
		from = say("с ", "from ") + day(s.ValidFrom)
	}
	if !s.ValidTo.IsZero() {
		to = say("по ", "to ") + day(s.ValidTo)
	}
	return join(" ", from, to)
}

func add(rows []row, label, value string) []row {
	if value == "" {
		return rows
	}
	return append(rows, row{label, value})
}
