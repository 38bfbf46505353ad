package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

//go:embed page.html
var pageText string

// view is what the page shows.
type view struct {
	Client, Utility   partyView
	Ahead, Date, Zone string
	RegisteredAt, Box string
	Repeated          bool
	Entries           []*entryView
	Evidence          evidenceView
	Archives          []archiveView
	Usage             []usageView
}

type partyView struct{ Name, INN, KPP, Box string }

// entryView is one row of the time line.
type entryView struct {
	ByClient              bool
	Operator, Local, Skew string // Local and Skew: of the side that sent
	Title, Text, State    string
	Good                  bool // nobody refused or revoked it
	Consents              []edo.Consent
	Documents             []documentView
	Receipts              int // a row of so many receipts and nothing else
	Came                  []cameView
}

type documentView struct {
	Title, Signer                string
	Original, Signature, Stamped string // links, empty: there is none
	Recognised                   bool   // the operator's ids were found on the stamped form
}

// cameView is what the other side knows of a document that came in.
type cameView struct {
	At, Name   string
	Sound      bool
	Signatures []string
	Why, Due   string
}

type evidenceView struct {
	Request, Asked, Reply, Answered, Local, Skew, Stamp, Stamped, Due string // Stamped: link
	Met                                                               bool
}

func (p *play) newView() *view {
	us, e := p.operator.Organisations()[0], p.said.evidence
	v := &view{
		Client:  partyView{client().Name, client().INN, client().KPP, string(p.said.registration.Box)},
		Utility: partyView{us.Name, us.INN, us.KPP, us.Boxes[0]},
		Ahead:   fmt.Sprintf("%.0f с", ahead.Seconds()), Date: p.said.registeredAt.Local().Format("02.01.2006"), Zone: p.said.registeredAt.Local().Format("MST"),
		RegisteredAt: hour(p.said.registeredAt), Repeated: p.said.repeated, Archives: p.said.archives, Usage: p.said.usage,
	}
	v.Evidence = evidenceView{
		Request: numbered(e.Request.Kind, e.Request.Number), Asked: moment(e.Request.OperatorTime), Answered: moment(e.OperatorTime),
		Local: moment(e.LocalTime), Skew: skew(e.Skew), Due: moment(e.Term.Due), Met: e.Term.State == edo.TermMet,
	}
	if e.Reply != nil {
		v.Evidence.Reply = numbered(e.Reply.Documents[0].Kind, e.Reply.Documents[0].Number)
	}
	for _, version := range e.Versions {
		if version.Role == edo.RoleOperatorForm {
			v.Evidence.Stamp = version.Digest.String()
		}
	}
	return v
}

func newEntry(t turn) *entryView {
	op := t.op
	e := &entryView{
		ByClient: op.Key.Subscriber == clientID, Operator: hour(op.OperatorTime), Local: hour(op.SentAt), Skew: skew(op.Skew),
		Title: title(op), Text: op.Text, State: stateText(op), Good: op.State != edo.StateRefused && op.State != edo.StateRevoked, Consents: op.Consents,
	}
	for _, d := range t.came {
		c := cameView{At: hour(d.ReceivedAt), Name: cameName(d), Sound: d.Sound()}
		for _, s := range d.Signatures {
			c.Signatures = append(c.Signatures, verdicts(s))
		}
		if d.Class == edo.ClassMain && (len(e.Came) == 0 || d.Term.State != edo.TermNone) {
			c.Why = d.Why.RU
		}
		if d.Term.State != edo.TermNone {
			c.Due = moment(d.Term.Due)
		}
		e.Came = append(e.Came, c)
	}
	return e
}

func newDocument(op edo.Operation, d edo.DocumentStatus, about string) documentView {
	v := documentView{Title: numbered(d.Kind, d.Number), Signer: d.SignedBy.Owner}
	switch op.Answer {
	case edo.AnswerSign:
		v.Title = "под документом «" + about + "»"
	case edo.AnswerRefuse:
		v.Title = "Уведомление об уточнении документа «" + about + "»"
	case edo.AnswerRevoke:
		v.Title = "Предложение об аннулировании документа «" + about + "»"
	case edo.AnswerAcceptRevocation:
		v.Title = "под предложением об аннулировании"
	}
	return v
}

func numbered(kind, number string) string {
	if number == "" {
		return kind
	}
	return kind + " № " + number
}

// receipt adds a receipt to the row of receipts that goes before, or begins one.
func (v *view) receipt(t turn) {
	by := t.op.Key.Subscriber == clientID
	if n := len(v.Entries); n == 0 || v.Entries[n-1].Receipts == 0 || v.Entries[n-1].ByClient != by {
		v.Entries = append(v.Entries, &entryView{ByClient: by, Operator: hour(t.op.OperatorTime), Local: hour(t.op.SentAt), Skew: skew(t.op.Skew), Good: true})
	}
	v.Entries[len(v.Entries)-1].Receipts++
}

func verdicts(s edo.InboundSignature) string {
	ours := map[edo.VerdictState]string{
		edo.VerdictValid: "верна", edo.VerdictInvalid: "НЕВЕРНА", edo.VerdictOperatorOnly: "проверить может только оператор",
	}[s.Verdict]
	operator := "НЕВЕРНА"
	if s.Operator {
		operator = "верна"
	}
	return s.Signer.Owner + ", подпись: " + operator + " по оператору, " + ours + " по нашей проверке"
}

// cameName is a name for people: those of service documents and signatures are the operator's, and say nothing.
func cameName(d edo.InboundDocument) string {
	switch d.Class {
	case edo.ClassSignature:
		return "подпись"
	case edo.ClassRefusal:
		return "уведомление об уточнении"
	case edo.ClassRevocation:
		return "предложение об аннулировании"
	}
	return d.Name
}

func title(op edo.Operation) string {
	switch op.Answer {
	case edo.AnswerSign:
		return "Ответная подпись"
	case edo.AnswerRefuse:
		return "Отказ в подписи"
	case edo.AnswerRevoke:
		return "Предложение об аннулировании"
	case edo.AnswerAcceptRevocation:
		return "Согласие на аннулирование"
	}
	return op.Documents[0].Kind
}

func stateText(op edo.Operation) string {
	if op.Answer != "" {
		return ""
	}
	switch op.State {
	case edo.StateDelivered:
		return "доставлено"
	case edo.StateSigned:
		return "подписано обеими сторонами"
	case edo.StateRefused:
		return "в подписи отказано"
	case edo.StateRevoked:
		return "аннулировано по согласию"
	case edo.StateSent:
		return "отправлено"
	}
	return string(op.State)
}

func hour(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("15:04:05.000")
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("02.01.2006 15:04:05.000 MST")
}

// skew is known only when the operator answered the sending itself.
func skew(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strings.NewReplacer("-", "−", ".", ",").Replace(fmt.Sprintf("%+.3f с", d.Seconds()))
}

func (v *view) write(path string) error {
	t, err := template.New("page").Parse(pageText)
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
