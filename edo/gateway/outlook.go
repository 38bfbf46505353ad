package gateway

import (
	"github.com/edokit/edokit/edo"
)

// packageOutlook is what happens next to a package, and what a person can do.
func packageOutlook(x edo.Explanation) (edo.Sentence, []edo.Remedy) {
	op := *x.Operation
	say := func(ru, en string, r ...edo.Remedy) (edo.Sentence, []edo.Remedy) {
		return edo.Sentence{RU: ru, EN: en}, r
	}
	switch {
	case op.State == edo.StateAccepted:
		return say("уйдёт к оператору, как только освободится исполнитель", "goes to the operator as soon as a worker is free", edo.RemedyRetry, edo.RemedyCancel)
	case op.State == edo.StateWaiting && op.Reason == edo.SignatureAwaited:
		return say("уйдёт сам, когда подпись будет готова", "goes out by itself when it is signed", edo.RemedySign, edo.RemedyCancel)
	case op.State == edo.StateWaiting && x.Person:
		return say("уйдёт сам, когда человек устранит причину; до тех пор попытки повторяются", "goes out by itself when a person has mended the reason; it is tried until then", edo.RemedyMend, edo.RemedyRetry, edo.RemedyCancel)
	case op.State == edo.StateWaiting:
		return say("отправка будет повторена сама", "is tried again by itself", edo.RemedyRetry, edo.RemedyCancel)
	case op.State == edo.StateSending && held(x.Jobs):
		return say("передаётся оператору прямо сейчас", "is on its way to the operator right now")
	case op.State == edo.StateSending:
		return say("передача прервалась; оператора спросят, прежде чем отправлять снова", "the sending was cut off; the operator is asked before anything is sent again")
	case op.State == edo.StateInDoubt && op.Reason == edo.DecisionNeeded:
		return say("решает человек: посмотреть у оператора, есть ли пакет; сам он больше не отправится", "a person decides: look at the operator whether the package is there; it is never sent again by itself", edo.RemedyDecide, edo.RemedyRetry)
	case op.State == edo.StateInDoubt:
		return say("оператора спрашивают снова: найден — отправлен; дважды точно не найден после времени видимости — отправится ещё раз",
			"the operator is asked again: found means sent; surely not found, twice after the visibility time, means that it is sent once more", edo.RemedyRetry, edo.RemedyDecide)
	case op.Reason == edo.Cancelled:
		return say("ничего: отменённое никогда не отправляется", "nothing: what was cancelled is never sent")
	case op.Reason == edo.CounterpartyMany:
		return say("ничего само: выберите ящик и отправьте новый пакет", "nothing by itself: choose a box and send a new package", edo.RemedyChoose)
	case op.State == edo.StateFailed && op.Answer != "":
		return say("ничего само: ответ точно не дан, его можно дать заново", "nothing by itself: the answer was surely not given and can be given anew")
	case op.State == edo.StateFailed:
		return say("ничего само: пакет точно не принят; устраните причину и повторите или отправьте новый", "nothing by itself: the package was surely not accepted; mend the reason and retry, or send a new one", edo.RemedyRetry)
	case !op.Settled():
		return say("у оператора; ожидаются печатные формы", "is with the operator; printed forms are awaited")
	case len(x.Jobs) > 0:
		return say("у оператора; его судьба отслеживается сама", "is with the operator; what becomes of it is followed by itself")
	}
	return say("ничего: всё сделано", "nothing: all is done")
}

func held(jobs []edo.JobStatus) bool {
	for _, j := range jobs {
		if j.Kind == edo.JobSend && j.State == edo.JobHeld {
			return true
		}
	}
	return false
}

func messageOutlook(m edo.InboundMessage) edo.Sentence {
	switch m.State {
	case edo.InboundStored:
		return edo.Sentence{RU: "ничего: всё сохранено", EN: "nothing: all of it is stored"}
	case edo.InboundClosed:
		return edo.Sentence{RU: "содержимое берётся само после нашего извещения о получении", EN: "the content is taken by itself after our receipt"}
	}
	return edo.Sentence{RU: "сообщение остаётся у оператора и берётся снова и снова, пока не будет сохранено", EN: "the message stays with the operator and is taken again and again until it is stored"}
}

func counterpartyOutlook(c edo.CounterpartyStatus) (edo.Sentence, []edo.Remedy) {
	switch c.State {
	case edo.CounterpartyReady:
		return edo.Sentence{RU: "ничего: обмен возможен", EN: "nothing: documents may be exchanged"}, nil
	case edo.CounterpartyChoice:
		return edo.Sentence{RU: "решает человек: выберите ящик", EN: "a person decides: choose a box"}, []edo.Remedy{edo.RemedyChoose}
	case edo.CounterpartyForbidden, edo.CounterpartyFailed:
		return edo.Sentence{RU: "ничего само: после исправления попросите о подключении снова", EN: "nothing by itself: ask for it again when the reason is mended"}, []edo.Remedy{edo.RemedyMend}
	case edo.CounterpartyRegistering:
		return edo.Sentence{RU: "оператора спросят, прежде чем регистрировать снова", EN: "the operator is asked before it is registered again"}, nil
	}
	return edo.Sentence{RU: "проверяется сама снова и снова; ожидающие пакеты уйдут, когда обмен станет возможен", EN: "is looked at again and again; packages that wait go out when it is ready"}, nil
}

func boxOutlook(c edo.Cursor, read bool) (state, next edo.Sentence) {
	switch {
	case !read:
		return edo.Sentence{RU: "ящик не читается", EN: "the box is not read"}, edo.Sentence{RU: "ничего: чтение не включено", EN: "nothing: reading is not switched on"}
	case c.Refusal != "":
		return edo.Sentence{RU: "ящик не удаётся прочитать", EN: "the box cannot be read"}, edo.Sentence{RU: "чтение повторяется само; у оператора всё сохраняется", EN: "it is read again by itself; the operator keeps everything"}
	}
	return edo.Sentence{RU: "ящик читается", EN: "the box is being read"}, edo.Sentence{RU: "читается снова сам", EN: "it is read again by itself"}
}
