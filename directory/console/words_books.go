package console

import (
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Action is what somebody may do.
func (l lang) Action(a edo.Action) string {
	switch a {
	case edo.ActionSend:
		return l.T("отправлять", "send")
	case edo.ActionRead:
		return l.T("видеть сообщения", "see messages")
	case edo.ActionAnswer:
		return l.T("отвечать на входящие", "answer what comes in")
	case edo.ActionInvite:
		return l.T("подключать контрагентов", "connect counterparties")
	case edo.ActionSign:
		return l.T("выполнять задания на подпись", "complete signature tasks")
	case edo.ActionDecide:
		return l.T("повторять, отменять, решать", "retry, cancel, decide")
	case edo.ActionReadLog:
		return l.T("открывать XML", "open the XML")
	case edo.ActionReadContent:
		return l.T("открывать документы", "open documents")
	case edo.ActionExport:
		return l.T("выгружать", "export")
	case edo.ActionAdmin:
		return l.T("администрировать", "administer")
	}
	return string(a)
}

// Actions are several of them in one line.
func (l lang) Actions(all []edo.Action) string {
	words := make([]string, len(all))
	for i, a := range all {
		words[i] = l.Action(a)
	}
	return strings.Join(words, ", ")
}

// Joined is a list in one line.
func (lang) Joined(all []string) string { return strings.Join(all, ", ") }

// Period is from when until when, by days of the page; the end is the last day that counts.
func (l lang) Period(from, until time.Time) string {
	text := l.T("бессрочно", "without end")
	if !until.IsZero() {
		text = l.T("по ", "until ") + l.Date(until.Add(-time.Nanosecond))
	}
	if !from.IsZero() {
		text = l.T("с ", "from ") + l.Date(from) + " " + text
	}
	return text
}

// Way is how a subscriber logs in.
func (l lang) Way(k directory.LoginKind) string {
	switch k {
	case directory.LoginPassword:
		return l.T("имя и пароль", "name and password")
	case directory.LoginCertificate:
		return l.T("сертификат", "certificate")
	case directory.LoginCertificatePassword:
		return l.T("сертификат и пароль", "certificate and password")
	case directory.LoginIdentityToken:
		return l.T("токен провайдера", "token of an identity provider")
	case directory.LoginAccessToken:
		return l.T("токен доступа", "access token")
	}
	return string(k)
}

// Place is where a signer's key is.
func (l lang) Place(s directory.Signer) string {
	switch {
	case s.Place == directory.PlaceHost:
		return l.T("у сотрудника: задания на подпись", "with the person: signature tasks")
	case s.Place == directory.PlaceCommand:
		return l.T("внешняя программа", "a program")
	case s.HasKey:
		return l.T("здесь, запечатан", "here, sealed")
	}
	return l.T("ключа нет", "there is none")
}

// validity is a certificate's end in words.
func (f *frame) validity(s edo.SignerInfo) (text, colour string) {
	left := s.NotAfter.Sub(f.now)
	switch {
	case s.NotAfter.IsZero():
		return "", ""
	case f.now.Before(s.NotBefore):
		return f.T("ещё не действует", "not valid yet"), "doubt"
	case left <= 0:
		return f.T("истёк", "has ended"), "bad"
	case left <= soon:
		return f.T("истекает через ", "ends in ") + f.Span(left), "doubt"
	}
	return f.T("действует", "valid"), "good"
}

// soon is when the end of a certificate is worth a word: a new one takes weeks.
const soon = 30 * 24 * time.Hour

// grantable are the actions that these pages can give: who administers is said at the command line alone.
func grantable() []edo.Action {
	return []edo.Action{
		edo.ActionRead, edo.ActionReadContent, edo.ActionReadLog, edo.ActionSend, edo.ActionAnswer, edo.ActionSign, edo.ActionInvite,
		edo.ActionDecide, edo.ActionExport,
	}
}

// administers reports whether a list has the right that these pages do not touch.
func administers(all []edo.Action) bool { return slices.Contains(all, edo.ActionAdmin) }

// Reachable is where a counterparty stands.
func (l lang) Reachable(s edo.CounterpartyState) string {
	switch s {
	case edo.CounterpartyLooking:
		return l.T("Ищется", "Being looked up")
	case edo.CounterpartyRegistering:
		return l.T("Регистрируется", "Being registered")
	case edo.CounterpartyInvited:
		return l.T("Ждём готовности", "Must become active")
	case edo.CounterpartyReady:
		return l.T("Обмен возможен", "Ready")
	case edo.CounterpartyChoice:
		return l.T("Выберите ящик", "Choose a box")
	case edo.CounterpartyForbidden:
		return l.T("Обмен запрещён", "Forbidden")
	case edo.CounterpartyFailed:
		return l.T("Не подключён", "Not connected")
	}
	return string(s)
}

// ReachColour is the class of a state.
func (lang) ReachColour(s edo.CounterpartyState) string {
	switch s {
	case edo.CounterpartyReady:
		return "good"
	case edo.CounterpartyChoice:
		return "doubt"
	case edo.CounterpartyForbidden, edo.CounterpartyFailed:
		return "bad"
	}
	return "wait"
}

func reachStates() []edo.CounterpartyState {
	return []edo.CounterpartyState{
		edo.CounterpartyReady, edo.CounterpartyInvited, edo.CounterpartyLooking, edo.CounterpartyRegistering, edo.CounterpartyChoice,
		edo.CounterpartyForbidden, edo.CounterpartyFailed,
	}
}

// Relation is where the exchange with a counterparty stands.
func (l lang) Relation(s edo.RelationState) string {
	switch s {
	case edo.RelationNone:
		return l.T("никто никого не приглашал", "nobody has invited")
	case edo.RelationInvited:
		return l.T("мы пригласили", "we have invited")
	case edo.RelationAsked:
		return l.T("нас пригласили", "they have invited")
	case edo.RelationActive:
		return l.T("обмен идёт", "active")
	case edo.RelationRejected:
		return l.T("мы отклонили", "declined by us")
	case edo.RelationForbidden:
		return l.T("контрагент запретил", "forbidden by them")
	case edo.RelationWithdrawn:
		return l.T("приглашение отозвано", "withdrawn")
	case edo.RelationUnknown:
		return l.T("неизвестно", "unknown")
	}
	return "—"
}
