package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

//go:embed page.html
var pageText string

// view is what the page shows.
type view struct {
	Title, Package, StateText, Detail, Actor string
	Good                                     bool
	From, To                                 organisation
	OperatorTime, LocalTime, Skew, Message   string // Skew: empty if it was not measured
	Documents                                []documentView
	Exchanges                                []exchangeView
}

type documentView struct {
	Name, Kind, Remote, Digest   string
	Size                         int64
	Signer                       edo.SignerInfo
	Original, Signature, Stamped string // links
	Version                      edo.Version
	Remark, StampText            string
	OperatorOnly                 bool // we could not check the signature
}

type exchangeView struct{ At, Operation, Gloss, Outcome, Status, Duration, Request, Answer string }

const clock = "02.01.2006 15:04:05.000 MST"

func newView(op edo.Operation, o *operator) *view {
	v := &view{
		Title: "Пакет отправлен, штамп оператора получен", Package: string(op.Key.Package), Good: op.State.Sent(),
		StateText: stateText(op.State), Detail: op.Detail, Actor: clerkName, From: o.Organisations[0], To: o.Organisations[1],
		OperatorTime: op.OperatorTime.Local().Format(clock), LocalTime: op.SentAt.Local().Format(clock),
		Skew: skew(op), Message: string(op.Message),
	}
	for _, d := range op.Documents {
		if d.Stamp != edo.StampReady {
			v.Title = "Пакет отправлен, но штамп есть не у всех документов"
		}
		v.Documents = append(v.Documents, documentView{
			Name: d.Name, Kind: d.Kind, Remote: string(d.Remote), Digest: d.Digest.String(), Size: d.Size,
			Signer: d.SignedBy, Remark: remark(d), StampText: d.StampDetail,
			OperatorOnly: d.Verdict == edo.VerdictOperatorOnly,
		})
	}
	return v
}

// skew is known only when the operator answered the sending itself.
func skew(op edo.Operation) string {
	if op.Skew == 0 {
		return ""
	}
	return op.Skew.Round(time.Millisecond).String()
}

// remark says in Russian whether the operator's own ids were found on the form.
func remark(d edo.DocumentStatus) string {
	for _, v := range d.Versions {
		if v.Role == edo.RoleOperatorForm && strings.HasPrefix(v.Remark, "stamp recognised") {
			return "штамп распознан: на форме найден номер документа у оператора"
		}
	}
	return "штамп на форме не распознан автоматически"
}

func stateText(s edo.State) string {
	switch s {
	case edo.StateSent:
		return "отправлен, принят оператором"
	case edo.StateDelivered:
		return "доставлен получателю"
	case edo.StateSigned:
		return "подписан получателем"
	case edo.StateRefused:
		return "получатель отказал в подписи"
	}
	return string(s)
}

func newExchangeView(e directory.Exchange, op edo.Operation) exchangeView {
	v := exchangeView{At: e.StartedAt.Local().Format("15:04:05.000"), Operation: e.Operation, Gloss: gloss(e.Operation), Outcome: "нет ответа", Status: "—", Duration: "—"}
	if e.Finished() {
		v.Outcome, v.Status = outcomeText(e, op), fmt.Sprint(e.HTTPStatus)
		v.Duration = e.Duration().Round(100 * time.Microsecond).String()
	}
	return v
}

// gloss says what a call of the operator is for.
func gloss(operation string) string {
	switch operation {
	case "Authenticate", "AuthenticateWithCertificate":
		return "вход"
	case "GetOrganizationListByInnKpp":
		return "поиск контрагента"
	case "SendMessage":
		return "отправка"
	case "PrintDocument", "DownloadPdfDocument":
		return "печатная форма"
	case "GetFullDocumentInfo":
		return "состояние документа"
	case "GetDocumentEntries":
		return "поиск отправленного"
	}
	return ""
}

func outcomeText(e directory.Exchange, op edo.Operation) string {
	switch e.Outcome {
	case edo.OutcomeOK:
		return answered(e, op)
	case edo.OutcomeFault:
		return "отказ оператора " + e.Code
	case edo.OutcomeUnavailable:
		return "не отправлен"
	case edo.OutcomeUnreadable:
		return "ответ не разобран"
	}
	return "ответа не было"
}

// answered tells a printed form from the answer that there is none yet. An answer smaller than the form cannot hold it.
func answered(e directory.Exchange, op edo.Operation) string {
	d := op.Document(e.Document)
	if d == nil {
		return "ответ получен"
	}
	for _, v := range d.Versions {
		switch {
		case v.Exchange == e.ID:
			return "печатная форма получена"
		case v.Source == e.Operation && e.AnswerSize < v.Size:
			return "ещё не готово"
		}
	}
	return "ответ получен"
}

func (v *view) write(path string) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"inc":  func(i int) int { return i + 1 },
		"date": func(t time.Time) string { return t.Format("02.01.2006") },
		"size": func(n int64) string { return fmt.Sprintf("%d КБ", (n+1023)/1024) },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Clean(path))
	if err != nil {
		return err
	}
	if err := t.Execute(f, v); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
