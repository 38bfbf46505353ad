package console

import "github.com/edokit/edokit/edo"

// Class is what a document is to the conversation.
func (l lang) Class(c edo.Class) string {
	switch c {
	case edo.ClassMain:
		return l.T("Документ", "Document")
	case edo.ClassReply:
		return l.T("Ответный титул", "Reply")
	case edo.ClassReceipt:
		return l.T("Извещение о получении", "Receipt")
	case edo.ClassRefusal:
		return l.T("Отказ в подписи", "Refusal")
	case edo.ClassRevocation:
		return l.T("Предложение об аннулировании", "Revocation offer")
	case edo.ClassConfirmation:
		return l.T("Подтверждение оператора", "Confirmation of the operator")
	case edo.ClassError:
		return l.T("Ошибка доставки", "Delivery failed")
	case edo.ClassSignature:
		return l.T("Подпись", "Signature")
	}
	return string(c)
}

// Fate is what has become of a document by our answers, else how far it has come.
func (l lang) Fate(d edo.InboundDocument) string {
	switch d.Fate {
	case edo.StateDelivered:
		return l.T("Извещение отправлено", "Receipt given")
	case edo.StateSigned:
		return l.T("Подписан нами", "Signed by us")
	case edo.StateRefused:
		return l.T("Мы отказали", "Refused by us")
	case edo.StateRevoked:
		return l.T("Аннулирован", "Revoked")
	}
	switch d.State {
	case edo.InboundListed:
		return l.T("Обнаружен", "Listed")
	case edo.InboundClosed:
		return l.T("Закрыт до извещения", "Closed until our receipt")
	}
	return l.T("Получен", "Received")
}

// FateColour is its class.
func (lang) FateColour(d edo.InboundDocument) string {
	switch d.Fate {
	case edo.StateSigned:
		return "good"
	case edo.StateRefused:
		return "bad"
	case edo.StateRevoked:
		return "past"
	case edo.StateDelivered:
		return "done"
	}
	return "wait"
}

// Term is where the term of an answer stands.
func (l lang) Term(t edo.Term) string {
	switch t.State {
	case edo.TermOpen:
		return l.T("идёт", "runs")
	case edo.TermWarned:
		return l.T("истекает", "ends soon")
	case edo.TermMet:
		return l.T("соблюдён", "met")
	case edo.TermMissed:
		return l.T("нарушен", "missed")
	}
	return ""
}

// TermColour is its class.
func (lang) TermColour(t edo.Term) string {
	switch t.State {
	case edo.TermMet:
		return "good"
	case edo.TermWarned:
		return "doubt"
	case edo.TermMissed:
		return "bad"
	}
	return "wait"
}

// Purpose is what a signature is for.
func (l lang) Purpose(k edo.AnswerKind) string {
	switch k {
	case "":
		return l.T("отправка", "sending")
	case edo.AnswerReceipt:
		return l.T("извещение о получении", "receipt")
	case edo.AnswerSign:
		return l.T("ответная подпись", "signature")
	case edo.AnswerRefuse:
		return l.T("отказ в подписи", "refusal")
	case edo.AnswerRevoke:
		return l.T("предложение об аннулировании", "revocation offer")
	case edo.AnswerAcceptRevocation:
		return l.T("согласие на аннулирование", "acceptance of the revocation")
	case edo.AnswerRefuseRevocation:
		return l.T("отказ в аннулировании", "refusal of the revocation")
	}
	return string(k)
}

// verdict is our own check of a signature.
func (l lang) verdict(s edo.InboundSignature) (text, colour string) {
	switch s.Verdict {
	case edo.VerdictValid:
		return l.T("верна", "valid"), "good"
	case edo.VerdictInvalid:
		return l.T("неверна", "invalid"), "bad"
	case edo.VerdictOperatorOnly:
		return l.T("проверяет только оператор", "checked by the operator only"), "wait"
	}
	return l.T("не проверялась", "not checked"), "wait"
}

func (l lang) channel(c edo.Channel) string {
	switch c {
	case edo.ChannelOperator:
		return l.T("через оператора", "by the operator")
	case edo.ChannelEMail:
		return l.T("по электронной почте", "by e-mail")
	case edo.ChannelPaper:
		return l.T("на бумаге", "on paper")
	}
	return string(c)
}
