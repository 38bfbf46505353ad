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
	OperatorTime, LocalTime, Skew, Message   string
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
}

type exchangeView struct{ At, Operation, Outcome, Status, Duration, Request, Answer string }

const clock = "02.01.2006 15:04:05.000 MST"

func newView(op edo.Operation, o *operator) *view {
	v := &view{
		Title: "Пакет отправлен, штамп оператора получен", Package: string(op.Key.Package), Good: op.State.Sent(),
		StateText: stateText(op.State), Detail: op.Detail, Actor: clerkName, From: o.Organisations[0], To: o.Organisations[1],
		OperatorTime: op.OperatorTime.Local().Format(clock), LocalTime: op.SentAt.Local().Format(clock),
		Skew: op.Skew.Round(time.Millisecond).String(), Message: string(op.Message),
	}
	for _, d := range op.Documents {
		if d.Stamp != edo.StampReady {
			v.Title = "Пакет отправлен, но штамп есть не у всех документов"
		}
		v.Documents = append(v.Documents, documentView{
			Name: d.Name, Kind: d.Kind, Remote: string(d.Remote), Digest: d.Digest.String(), Size: d.Size,
			Signer: d.SignedBy, Remark: remark(d), StampText: d.StampDetail,
		})
	}
	return v
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

func newExchangeView(e directory.Exchange) exchangeView {
	v := exchangeView{At: e.StartedAt.Local().Format("15:04:05.000"), Operation: e.Operation, Outcome: "нет ответа", Status: "—", Duration: "—"}
	if e.Finished() {
		v.Outcome, v.Status = outcomeText(e.Outcome, e.Code), fmt.Sprint(e.HTTPStatus)
		v.Duration = e.Duration().Round(100 * time.Microsecond).String()
	}
	return v
}

func outcomeText(o edo.Outcome, code string) string {
	switch o {
	case edo.OutcomeOK:
		return "успешно"
	case edo.OutcomeFault:
		return "отказ оператора " + code
	case edo.OutcomeUnavailable:
		return "не отправлен"
	case edo.OutcomeUnreadable:
		return "ответ не разобран"
	}
	return "ответа не было"
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
