package gateway

import (
	"slices"

	"github.com/edokit/edokit/edo"
)

// CardTypes lists every configured kind of document with what a host may show for its cards, and for each direction a type
// without kind, for cards of no configured kind. It asks nobody and stays the same as long as the process runs.
func (g *Gateway) CardTypes() []edo.CardType {
	all := []edo.CardType{
		{Direction: edo.Outbound, Title: edo.Sentence{RU: "Исходящий документ", EN: "Outgoing document"}, Actions: outboundActions()},
		{Direction: edo.Inbound, Title: edo.Sentence{RU: "Входящий документ", EN: "Incoming document"}, Actions: inboundActions()},
	}
	for _, k := range g.Kinds {
		t := edo.CardType{Direction: k.Direction, Kind: k.ID, Title: k.Title, Names: k.Match}
		if t.Actions = outboundActions(); k.Direction == edo.Inbound {
			t.Actions = inboundActions()
		}
		if len(k.Actions) > 0 { // a kind that names its answers takes no others
			t.Actions = slices.DeleteFunc(t.Actions, func(a edo.CardAction) bool {
				return a.Needs == edo.ActionAnswer && !slices.Contains(k.Actions, edo.AnswerKind(a.ID))
			})
		}
		all = append(all, t)
	}
	return all
}

// cardType finds the type of a card; kind is the id, the title or another name of a kind.
func (g *Gateway) cardType(d edo.Direction, kind string) edo.CardType {
	id := ""
	if k := edo.KindOfDocument(g.Kinds, d, kind); k != nil {
		id = k.ID
	}
	types := g.CardTypes()
	return types[slices.IndexFunc(types, func(t edo.CardType) bool { return t.Direction == d && t.Kind == id })]
}

// menu and friends are where most actions stand.
func menu() []edo.Place     { return []edo.Place{edo.PlaceMenu, edo.PlaceCard} }
func everyone() []edo.Place { return []edo.Place{edo.PlaceMenu, edo.PlaceCard, edo.PlaceList} }

func when(f edo.Fact, ru, en string, values ...string) edo.Condition {
	return edo.Condition{Fact: f, Values: values, Else: edo.Sentence{RU: ru, EN: en}}
}

func unless(f edo.Fact, ru, en string, values ...string) edo.Condition {
	c := when(f, ru, en, values...)
	c.Not = true
	return c
}

func states(all ...edo.State) []string {
	var words []string
	for _, s := range all {
		words = append(words, string(s))
	}
	return words
}

func why() edo.Parameter {
	return edo.Parameter{Name: edo.ParameterWhy, Title: edo.Sentence{RU: "Основание", EN: "Reason"}, Required: true}
}

func text() edo.Parameter {
	return edo.Parameter{Name: edo.ParameterText, Title: edo.Sentence{RU: "Текст для контрагента", EN: "Text for the counterparty"}, Required: true}
}

func signedBy() edo.Parameter {
	return edo.Parameter{Name: edo.ParameterSigner, Title: edo.Sentence{RU: "Кто подписывает", EN: "Who signs"}, Required: true}
}

func outboundActions() []edo.CardAction {
	known := unless(edo.FactState, "ещё не отправлялся", "was never sent", "")
	return []edo.CardAction{
		{
			ID: edo.CardSend, Title: edo.Sentence{RU: "Отправить через оператора ЭДО", EN: "Send through the operator"}, Places: everyone(), Order: 10,
			Needs: edo.ActionSend, Many: true, Call: edo.CallSend,
			When: []edo.Condition{when(edo.FactState, "уже отправлен или отправляется", "is sent already, or on its way", states("", edo.StateFailed)...)},
		},
		{
			ID: edo.CardForm, Title: edo.Sentence{RU: "Открыть форму со штампом оператора", EN: "Open the form with the operator's stamp"}, Places: menu(), Order: 20,
			Needs: edo.ActionReadContent, Call: edo.CallContent,
			When: []edo.Condition{when(edo.FactStamp, "печатной формы оператора нет", "there is no printed form of the operator", string(edo.StampReady))},
		},
		{
			ID: edo.CardSignTask, Title: edo.Sentence{RU: "Подписать", EN: "Sign"}, Places: everyone(), Order: 30,
			Needs: edo.ActionSign, Many: true, Call: edo.CallTask,
			When: []edo.Condition{when(edo.FactTask, "подпись не ожидается", "no signature is awaited", string(edo.TaskOpen), string(edo.TaskOverdue))},
		},
		{
			ID: string(edo.AnswerRevoke), Title: edo.Sentence{RU: "Предложить аннулировать", EN: "Offer to revoke"}, Places: menu(), Order: 40,
			Needs: edo.ActionAnswer, Call: edo.CallInvoke, Parameters: []edo.Parameter{text(), signedBy()},
			When: []edo.Condition{when(edo.FactState, "аннулировать можно то, что есть у контрагента", "only what the counterparty has can be revoked",
				states(edo.StateSent, edo.StateDelivered, edo.StateSigned, edo.StatePartly)...)},
		},
		{
			ID: edo.CardLog, Title: edo.Sentence{RU: "Сообщения оператора", EN: "Exchanges with the operator"}, Places: menu(), Order: 60,
			Needs: edo.ActionRead, Call: edo.CallLog, When: []edo.Condition{known},
		},
		{
			ID: edo.CardRetry, Title: edo.Sentence{RU: "Повторить сейчас", EN: "Try again now"}, Places: everyone(), Order: 70,
			Needs: edo.ActionDecide, Many: true, Call: edo.CallInvoke, Parameters: []edo.Parameter{why()},
			When: []edo.Condition{
				when(edo.FactState, "повторять нечего", "there is nothing to try again", states(edo.StateAccepted, edo.StateWaiting, edo.StateInDoubt, edo.StateFailed)...),
				unless(edo.FactReason, "отменённое не отправляется", "what was cancelled is never sent", string(edo.Cancelled)),
			},
		},
		{
			ID: edo.CardCancel, Title: edo.Sentence{RU: "Отменить отправку", EN: "Cancel"}, Places: everyone(), Order: 80,
			Needs: edo.ActionDecide, Many: true, Call: edo.CallInvoke, Parameters: []edo.Parameter{why()},
			When: []edo.Condition{when(edo.FactState, "отменить можно, пока ничего не ушло", "only what has not left can be cancelled", states(edo.StateAccepted, edo.StateWaiting)...)},
		},
		{
			ID: edo.CardDecide, Title: edo.Sentence{RU: "Решить, принят ли оператором", EN: "Decide whether the operator has it"}, Places: menu(), Order: 90,
			Needs: edo.ActionDecide, Call: edo.CallDecide,
			When: []edo.Condition{when(edo.FactState, "исход известен", "the outcome is known", string(edo.StateInDoubt))},
		},
	}
}

// inboundActions are those of a document that came in.
func inboundActions() []edo.CardAction {
	stored := when(edo.FactInbound, "содержание ещё не получено", "its content is not here yet", string(edo.InboundStored))
	wanted := when(edo.FactWanted, "отправитель не просит подписи", "its sender asks for no signature", edo.WantedSignature)
	open := when(edo.FactFate, "ответ уже дан", "is answered already", states("", edo.StateDelivered)...)
	offer := when(edo.FactClass, "это не предложение об аннулировании", "is no offer to revoke", string(edo.ClassRevocation))
	noOffer := unless(edo.FactClass, "на предложение об аннулировании отвечают иначе", "an offer to revoke is answered otherwise", string(edo.ClassRevocation))
	return []edo.CardAction{
		{
			ID: edo.CardOpen, Title: edo.Sentence{RU: "Открыть", EN: "Open"}, Places: menu(), Order: 10,
			Needs: edo.ActionReadContent, Call: edo.CallContent, When: []edo.Condition{stored},
		},
		answerAction(edo.AnswerReceipt, "Подтвердить получение", "Confirm the receipt", 20, when(edo.FactFate, "получение подтверждено", "its receipt is confirmed", ""), noOffer),
		answerAction(edo.AnswerSign, "Подписать", "Sign", 30, wanted, stored, open, noOffer),
		answerAction(edo.AnswerRefuse, "Отказать в подписи", "Refuse to sign", 40, wanted, stored, open, noOffer),
		answerAction(edo.AnswerRevoke, "Предложить аннулировать", "Offer to revoke", 50, noOffer,
			when(edo.FactFate, "аннулировать можно то, что получено или подписано", "only what was received or signed can be revoked", states(edo.StateDelivered, edo.StateSigned)...)),
		answerAction(edo.AnswerAcceptRevocation, "Согласиться аннулировать", "Agree to revoke", 30, offer, open),
		answerAction(edo.AnswerRefuseRevocation, "Отказать в аннулировании", "Refuse to revoke", 40, offer, open),
		{
			ID: edo.CardLog, Title: edo.Sentence{RU: "Сообщения оператора", EN: "Exchanges with the operator"}, Places: menu(), Order: 60,
			Needs: edo.ActionRead, Call: edo.CallLog,
		},
	}
}

func answerAction(k edo.AnswerKind, ru, en string, order int, conditions ...edo.Condition) edo.CardAction {
	a := edo.CardAction{
		ID: string(k), Title: edo.Sentence{RU: ru, EN: en}, Places: menu(), Order: order, Needs: edo.ActionAnswer, Call: edo.CallInvoke,
		Parameters: []edo.Parameter{signedBy()}, When: conditions,
	}
	switch k {
	case edo.AnswerReceipt, edo.AnswerSign:
		a.Places, a.Many = everyone(), true
	case edo.AnswerRefuse, edo.AnswerRevoke, edo.AnswerRefuseRevocation:
		a.Parameters = append(a.Parameters, text())
	}
	return a
}
