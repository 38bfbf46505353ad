package evidence

import (
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Russian is the report for a clerk, one finding per line, the conclusion last.
func (r Report) Russian() []string { return lines(r, russian()) }

// English is the report for a clerk, one finding per line, the conclusion last.
func (r Report) English() []string { return lines(r, english()) }

// words are the sentences of one language. Both give the same lines in the same order.
type words struct {
	document, other, found, missing                string
	signature, unexpected, loose                   string
	valid, invalid, operatorOnly, at, claimed      string
	signatureMissing, documentMissing, fitsNothing string
	triesEnded, undecided                          string
	complete, incomplete, partly                   string
}

func russian() words {
	return words{
		document: "Документ «%s»", other: "Прочий документ «%s»", found: ": найден", missing: ": НЕ НАЙДЕН",
		signature: "  Подпись %s", unexpected: "  Подпись %s (в журнале не значится)", loose: "Подпись %s без документа",
		valid: "действительна", invalid: "НЕДЕЙСТВИТЕЛЬНА", operatorOnly: "проверяется только оператором",
		at: ", на %s", claimed: " (время указал подписавший)",
		signatureMissing: "НЕ НАЙДЕНА", documentMissing: "не проверена: документа нет в архиве",
		fitsNothing: "не относится ни к одному документу архива", triesEnded: "не проверена: слишком много сочетаний подписей и документов",
		undecided: "к какому документу относится, может сказать только оператор",
		complete:  "Итог: архив полон, каждая подпись подходит к своему документу.", incomplete: "Итог: архив НЕ подтверждает всё, что должен; см. строки выше.",
		partly: "Итог: архив полон; подписей, значение которых проверяет только оператор: %d.",
	}
}

func english() words {
	return words{
		document: "Document %q", other: "Other document %q", found: ": found", missing: ": NOT FOUND",
		signature: "  Signature %s", unexpected: "  Signature %s (not in the log)", loose: "Signature %s without a document",
		valid: "valid", invalid: "INVALID", operatorOnly: "checked by the operator only",
		at: ", at %s", claimed: " (as the signer states)",
		signatureMissing: "NOT FOUND", documentMissing: "not checked: its document is not in the archive",
		fitsNothing: "was made over no document of the archive", triesEnded: "not checked: too many pairs of signatures and documents",
		undecided: "only the operator can say which document it signs",
		complete:  "Result: the archive is complete, every signature fits its document.", incomplete: "Result: the archive does NOT prove all it should; see the lines above.",
		partly: "Result: the archive is complete; signatures whose value only the operator checks: %d.",
	}
}

func lines(r Report, w words) []string {
	var out []string
	for i, d := range append(append([]DocumentReport(nil), r.Documents...), r.Others...) {
		head := w.document
		if i >= len(r.Documents) {
			head = w.other
		}
		line := fmt.Sprintf(head, plain(d.Name))
		if d.Role != "" {
			line += " [" + plain(d.Role) + "]"
		}
		out = append(out, line+w.where(d.Entries)+", SHA-256 "+d.Digest.String())
		for _, s := range d.Signatures {
			head := w.unexpected
			if s.Expected || i >= len(r.Documents) && len(r.Documents) == 0 {
				head = w.signature // without a log nothing is missing from it
			}
			out = append(out, w.sentence(head, s))
		}
	}
	for _, s := range r.Loose {
		out = append(out, w.sentence(w.loose, s))
	}
	switch n := r.OperatorOnly(); {
	case !r.Complete():
		return append(out, w.incomplete)
	case n > 0:
		return append(out, fmt.Sprintf(w.partly, n))
	}
	return append(out, w.complete)
}

func (w words) where(entries []string) string {
	if len(entries) == 0 {
		return w.missing
	}
	return w.found + " (" + strings.Join(entries, "; ") + ")"
}

// sentence tells one signature: which, what it is worth, whose, for which time.
func (w words) sentence(head string, s SignatureReport) string {
	text := fmt.Sprintf(head, s.Digest.Short())
	if len(s.Entries) > 0 {
		text += " (" + strings.Join(s.Entries, "; ") + ")"
	}
	text += ": " + w.worth(s)
	if owner := strings.Join(notEmpty(s.Signer.Owner, s.Signer.Organisation, s.Signer.INN), ", "); owner != "" {
		text += "; " + plain(owner)
	}
	if s.Verdict.State != "" && !s.At.IsZero() {
		text += fmt.Sprintf(w.at, s.At.UTC().Format(time.RFC3339))
		if s.Claimed {
			text += w.claimed
		}
	}
	return text
}

func (w words) worth(s SignatureReport) string {
	switch s.Verdict.State {
	case edo.VerdictValid:
		return w.valid
	case edo.VerdictOperatorOnly:
		return w.operatorOnly
	case edo.VerdictInvalid:
		return w.invalid + " [" + string(s.Verdict.Reason) + "]"
	}
	switch s.Reason {
	case SignatureMissing:
		return w.signatureMissing
	case DocumentMissing:
		return w.documentMissing
	case FitsNothing:
		return w.fitsNothing
	case TriesEnded:
		return w.triesEnded
	}
	return w.undecided
}

func notEmpty(texts ...string) []string {
	var out []string
	for _, text := range texts {
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}

// plain keeps what a caller or a certificate says on its own line.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, text)
}
