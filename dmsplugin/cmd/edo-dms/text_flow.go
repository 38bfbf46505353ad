package main

import (
	"fmt"

	"github.com/edokit/edokit/edo"
)

// word chooses the wording of a word from a table; an unknown one is shown as it is.
func word[W ~string](l lang, table map[W]sentence, w W) string {
	if s, ok := table[w]; ok {
		return l.say(s.ru, s.en)
	}
	return string(w)
}

func (l lang) class(c edo.Class) string {
	return word(l, map[edo.Class]sentence{
		edo.ClassMain:         {"документ", "document"},
		edo.ClassReply:        {"ответный титул", "reply"},
		edo.ClassReceipt:      {"извещение о получении", "receipt"},
		edo.ClassRefusal:      {"отказ", "refusal"},
		edo.ClassRevocation:   {"предложение об аннулировании", "revocation offer"},
		edo.ClassConfirmation: {"подтверждение оператора", "confirmation of the operator"},
		edo.ClassError:        {"ошибка доставки", "delivery failed"},
		edo.ClassSignature:    {"подпись", "signature"},
	}, c)
}

// inbound is where an inbound document stands: what became of it by our answers, else how far it has come.
func (l lang) inbound(d edo.InboundDocument) string {
	if d.Fate != "" {
		return word(l, map[edo.State]sentence{
			edo.StateDelivered: {"извещение отправлено", "receipt given"},
			edo.StateSigned:    {"подписан нами", "signed by us"},
			edo.StateRefused:   {"мы отказали в подписи", "refused by us"},
			edo.StateRevoked:   {"аннулирован", "revoked"},
		}, d.Fate)
	}
	return word(l, map[edo.InboundState]sentence{
		edo.InboundListed: {"обнаружен", "listed"},
		edo.InboundClosed: {"содержимое откроется после извещения", "content comes after our receipt"},
		edo.InboundStored: {"сохранён", "stored"},
	}, d.State)
}

func (l lang) sound(d edo.InboundDocument) string {
	switch {
	case !d.Sound():
		return l.say("НЕ В ПОРЯДКЕ", "NOT SOUND")
	case len(d.Signatures) == 0:
		return l.say("нет", "none")
	}
	return l.say("в порядке", "sound")
}

// verdict is both opinions on one signature.
func (l lang) verdict(s edo.InboundSignature) string {
	ours := word(l, map[edo.VerdictState]sentence{
		edo.VerdictValid:        {"верна", "valid"},
		edo.VerdictInvalid:      {"неверна", "invalid"},
		edo.VerdictOperatorOnly: {"проверяет только оператор", "checked by the operator only"},
	}, s.Verdict)
	if s.Operator {
		return ours + l.say(", оператор: верна", ", operator: valid")
	}
	return ours + l.say(", оператор: НЕВЕРНА", ", operator: INVALID")
}

func (l lang) term(t edo.Term) string {
	if t.Due.IsZero() {
		return "-"
	}
	return fmt.Sprintf(l.say("%s до %s", "%s, due %s"), word(l, map[edo.TermState]sentence{
		edo.TermOpen:   {"идёт", "open"},
		edo.TermWarned: {"истекает", "ends soon"},
		edo.TermMet:    {"соблюдён", "met"},
		edo.TermMissed: {"НАРУШЕН", "MISSED"},
	}, t.State), when(t.Due))
}

func (l lang) channel(c edo.Channel) string {
	return word(l, map[edo.Channel]sentence{
		edo.ChannelOperator: {"через оператора", "by the operator"},
		edo.ChannelEMail:    {"по электронной почте", "by e-mail"},
		edo.ChannelPaper:    {"на бумаге", "on paper"},
	}, c)
}

func (l lang) answer(k edo.AnswerKind) string {
	return word(l, map[edo.AnswerKind]sentence{
		"":                         {"отправка", "sending"},
		edo.AnswerReceipt:          {"извещение о получении", "receipt"},
		edo.AnswerSign:             {"ответная подпись", "signature"},
		edo.AnswerRefuse:           {"отказ в подписи", "refusal"},
		edo.AnswerRevoke:           {"предложение об аннулировании", "revocation offer"},
		edo.AnswerAcceptRevocation: {"согласие на аннулирование", "acceptance of the revocation"},
		edo.AnswerRefuseRevocation: {"отказ в аннулировании", "refusal of the revocation"},
	}, k)
}

func (l lang) task(s edo.TaskState) string {
	return word(l, map[edo.TaskState]sentence{
		edo.TaskOpen:    {"ждёт подписи", "waits"},
		edo.TaskOverdue: {"просрочено, ждёт подписи", "overdue, still waits"},
		edo.TaskSigned:  {"подписано", "signed"},
		edo.TaskRefused: {"отказ", "refused"},
	}, s)
}

func (l lang) counterparty(s edo.CounterpartyState) string {
	return word(l, map[edo.CounterpartyState]sentence{
		edo.CounterpartyLooking:     {"ищется у оператора", "being looked up"},
		edo.CounterpartyRegistering: {"регистрируется у оператора", "being registered"},
		edo.CounterpartyInvited:     {"известен оператору, ожидается готовность к обмену", "known to the operator, has to become active"},
		edo.CounterpartyReady:       {"обмен возможен", "ready"},
		edo.CounterpartyChoice:      {"подходит несколько ящиков, выберите", "several boxes fit, choose one"},
		edo.CounterpartyForbidden:   {"запретил обмен", "forbade the exchange"},
		edo.CounterpartyFailed:      {"подключить не удалось", "could not be made reachable"},
	}, s)
}

func (l lang) relation(s edo.RelationState) string {
	return word(l, map[edo.RelationState]sentence{
		"":                    {"-", "-"},
		edo.RelationNone:      {"никто никого не приглашал", "nobody has invited"},
		edo.RelationInvited:   {"мы пригласили", "we have invited"},
		edo.RelationAsked:     {"нас пригласили", "they have invited"},
		edo.RelationActive:    {"обмен идёт", "active"},
		edo.RelationRejected:  {"мы отклонили", "declined by us"},
		edo.RelationForbidden: {"контрагент запретил", "forbidden by them"},
		edo.RelationWithdrawn: {"приглашение отозвано", "withdrawn"},
		edo.RelationUnknown:   {"неизвестно", "unknown"},
	}, s)
}

func (l lang) scope(s edo.Scope) string {
	return word(l, map[edo.Scope]sentence{
		edo.ScopeCounterparty:  {"контрагент", "counterparty"},
		edo.ScopeBox:           {"ящик", "box"},
		edo.ScopeAdministrator: {"администратор обмена", "administrator"},
	}, s)
}
