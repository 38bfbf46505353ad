package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"

	"github.com/edokit/edokit/edo"
)

// lang says everything in one language.
type lang struct{ ru bool }

const languageCookie = "lang"

// spoken is what the browser asks for: by the cookie of the switch, else by the first of its languages.
func spoken(r *http.Request) lang {
	if c, err := r.Cookie(languageCookie); err == nil {
		return lang{c.Value != "en"}
	}
	return lang{!strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "en")}
}

// T chooses one of two wordings.
func (l lang) T(ru, en string) string {
	if l.ru {
		return ru
	}
	return en
}

// S chooses the wording of a sentence.
func (l lang) S(s edo.Sentence) string { return l.T(s.RU, s.EN) }

// Code is the language of the page, Other that of the switch.
func (l lang) Code() string { return l.T("ru", "en") }

// Other is the other language.
func (l lang) Other() string { return l.T("en", "ru") }

// Up begins with a capital.
func (lang) Up(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// Time is a moment for people, in the zone of this machine; empty if there is none.
func (lang) Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("02.01.2006 15:04:05")
}

// Day is a date for people.
func (lang) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("02.01.2006")
}

// Size of a file.
func (l lang) Size(n int) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d %s", (n+1023)>>10, l.T("КБ", "KB"))
	}
	return fmt.Sprintf("%.1f %s", float64(n)/(1<<20), l.T("МБ", "MB"))
}

// badge is a state in words, with its colour.
type badge struct{ Text, Colour string }

// badge of a card.
func (l lang) badge(c *core.Record) badge {
	if c.GetString("direction") == "inbound" {
		return l.fate(edo.State(c.GetString("fate")), c.GetString("inbound"))
	}
	switch edo.State(c.GetString("state")) {
	case "":
		if c.GetBool("handing") {
			return badge{l.T("передаётся в модуль обмена", "being handed over"), "wait"}
		}
		if c.GetString("problem_ru") != "" {
			return badge{l.T("не отправлен", "not sent"), "bad"}
		}
		return badge{l.T("не отправлялся", "never sent"), "none"}
	case edo.StateAccepted:
		return badge{l.T("в очереди на отправку", "waits to be sent"), "wait"}
	case edo.StateWaiting:
		return badge{l.T("ожидает", "is waiting"), "doubt"}
	case edo.StateSending:
		return badge{l.T("отправляется", "is being sent"), "wait"}
	case edo.StateInDoubt:
		return badge{l.T("исход проверяется", "outcome is being checked"), "doubt"}
	case edo.StateSent:
		return badge{l.T("отправлен", "sent"), "done"}
	case edo.StateDelivered:
		return badge{l.T("доставлен", "delivered"), "good"}
	case edo.StateSigned:
		return badge{l.T("подписан контрагентом", "signed by the counterparty"), "good"}
	case edo.StateRefused:
		return badge{l.T("контрагент отказал", "refused by the counterparty"), "bad"}
	case edo.StateRevoked:
		return badge{l.T("аннулирован", "revoked"), "bad"}
	case edo.StatePartly:
		return badge{l.T("ответы различаются", "answered differently"), "done"}
	case edo.StateFailed:
		return badge{l.T("не принят", "not accepted"), "bad"}
	}
	return badge{c.GetString("state"), "wait"}
}

func (l lang) fate(fate edo.State, inbound string) badge {
	switch fate {
	case edo.StateDelivered:
		return badge{l.T("получение подтверждено", "receipt confirmed"), "done"}
	case edo.StateSigned:
		return badge{l.T("подписан нами", "signed by us"), "good"}
	case edo.StateRefused:
		return badge{l.T("отказано в подписи", "we refused to sign"), "bad"}
	case edo.StateRevoked:
		return badge{l.T("аннулирован", "revoked"), "bad"}
	}
	if inbound != string(edo.InboundStored) {
		return badge{l.T("принимается", "is being received"), "wait"}
	}
	return badge{l.T("получен", "received"), "wait"}
}

// moving reports whether a card will change by itself within moments, so that a page looks again.
func moving(c *core.Record) bool {
	if c.GetString("direction") == "inbound" {
		return c.GetString("fate") == ""
	}
	s := edo.State(c.GetString("state"))
	return c.GetBool("handing") || s != "" && !s.Final() && (!s.Sent() || !edo.StampState(c.GetString("stamp")).Final())
}

// role of a version in words.
func (l lang) role(direction, role string) string {
	switch {
	case role == roleForm:
		return l.T("печатная форма со штампом оператора", "printed form with the operator's stamp")
	case direction == "inbound":
		return l.T("как получен от контрагента", "as it came from the counterparty")
	}
	return l.T("подлинник, который подписан", "original, which is signed")
}

func (l lang) verdict(v string) string {
	switch edo.VerdictState(v) {
	case edo.VerdictValid:
		return l.T("подпись верна", "the signature is valid")
	case edo.VerdictInvalid:
		return l.T("подпись неверна", "the signature is not valid")
	case edo.VerdictOperatorOnly:
		return l.T("проверена только оператором", "checked by the operator only")
	}
	return ""
}

// outcome of an exchange in words.
func (l lang) outcome(o edo.Outcome, finished bool) badge {
	if !finished {
		return badge{l.T("нет ответа", "no answer"), "doubt"}
	}
	switch o {
	case edo.OutcomeOK:
		return badge{l.T("ответ получен", "answered"), "good"}
	case edo.OutcomeFault:
		return badge{l.T("отказ оператора", "the operator's fault"), "bad"}
	case edo.OutcomeUnavailable:
		return badge{l.T("не отправлено", "not sent"), "bad"}
	case edo.OutcomeUnreadable:
		return badge{l.T("ответ не разобран", "the answer is unreadable"), "doubt"}
	}
	return badge{l.T("ответа не было", "there was no answer"), "doubt"}
}

// gloss says what a call of the operator is for.
func (l lang) gloss(operation string) string {
	switch operation {
	case "Authenticate", "AuthenticateWithCertificate":
		return l.T("вход", "login")
	case "GetOrganizationListByInnKpp":
		return l.T("поиск контрагента", "look-up of the counterparty")
	case "SendMessage":
		return l.T("отправка", "sending")
	case "PrintDocument", "DownloadPdfDocument":
		return l.T("печатная форма", "printed form")
	case "GetFullDocumentInfo":
		return l.T("состояние документа", "state of the document")
	case "GetDocumentEntries":
		return l.T("поиск отправленного", "search for what was sent")
	case "GetMessage":
		return l.T("получение", "receiving")
	case "DownloadDocumentContent", "GetDocumentContent":
		return l.T("содержание документа", "content of the document")
	}
	return ""
}
