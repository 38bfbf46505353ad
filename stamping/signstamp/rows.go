package signstamp

import "fmt"

// row is one labelled line of the mark, before it is wrapped.
type row struct{ label, value string }

func operatorRows(f *Facts) []row {
	rows := signerRows(f.Signers)
	received := ""
	if !f.OperatorTime.IsZero() {
		received = "принято " + moment(f.OperatorTime)
	}
	rows = add(rows, "Оператор", join(", ", clean(f.Operator), received))
	return add(rows, "Документ", join("; ", clean(f.DocumentID), with("печать", clean(f.Seal))))
}

// localRows never show a seal: what proves the operator's mark has no place on ours.
func localRows(f *Facts) []row {
	rows := signerRows(f.Signers)
	return add(rows, "Отправлено", join(", ", with("через", clean(f.Operator)), with("документ", clean(f.DocumentID))))
}

func signerRows(signers []Signer) []row {
	var rows []row
	for i, s := range signers {
		if i == maxSigners {
			return add(rows, "", fmt.Sprintf("и ещё подписей: %d", len(signers)-maxSigners))
		}
		label := "Владелец"
		if len(signers) > 1 {
			label = fmt.Sprintf("Владелец %d", i+1)
		}
		rows = add(rows, label, join(", ", clean(s.Owner), clean(s.Organisation), with("ИНН", clean(s.INN))))
		rows = add(rows, "Сертификат", join(", ", clean(s.Serial), validity(&s)))
		if !s.SignedAt.IsZero() {
			rows = add(rows, "Подписано", moment(s.SignedAt))
		}
	}
	return rows
}

func validity(s *Signer) string {
	from, to := "", ""
	if !s.ValidFrom.IsZero() {
		from = "с " + day(s.ValidFrom)
	}
	if !s.ValidTo.IsZero() {
		to = "по " + day(s.ValidTo)
	}
	return with("действителен", join(" ", from, to))
}

func add(rows []row, label, value string) []row {
	if value == "" {
		return rows
	}
	return append(rows, row{label, value})
}
