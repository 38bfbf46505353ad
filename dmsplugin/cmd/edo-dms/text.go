package main

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// lang is the language of what clerks read.
type lang string

const russian lang = "ru"

// say chooses one of two wordings.
func (l lang) say(ru, en string) string {
	if l == russian {
		return ru
	}
	return en
}

func (l lang) state(s edo.State) string {
	words := s.Sentence()
	return l.say(words.RU, words.EN)
}

func (l lang) stamp(s edo.StampState) string {
	switch s {
	case edo.StampNone:
		return l.say("штампа ещё нет", "no stamp yet")
	case edo.StampWaiting:
		return l.say("ожидается печатная форма оператора", "waiting for the operator's printed form")
	case edo.StampReady:
		return l.say("печатная форма оператора получена", "the operator's printed form is here")
	case edo.StampNever:
		return l.say("оператор не даёт печатной формы", "the operator gives no printed form")
	case edo.StampRejected:
		return l.say("полученное от оператора — не печатная форма", "what the operator gave is no printed form")
	}
	return string(s)
}

func (l lang) outcome(o edo.Outcome) string {
	switch o {
	case edo.OutcomeOK:
		return l.say("успешно", "ok")
	case edo.OutcomeFault:
		return l.say("отказ", "fault")
	case edo.OutcomeUnavailable:
		return l.say("не отправлен", "unavailable")
	case edo.OutcomeUnreadable:
		return l.say("ответ не разобран", "unreadable")
	case edo.OutcomeSilent:
		return l.say("нет ответа", "silent")
	}
	return string(o)
}

func (l lang) yes(b bool) string {
	if b {
		return l.say("да", "yes")
	}
	return l.say("нет", "no")
}

// list makes JSON print [] where there is nothing.
func list[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}

// when is a time for people, in the zone of the machine.
func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("02.01.2006 15:04:05 MST")
}

func dash[S ~string](s S) S {
	if s == "" {
		return "-"
	}
	return s
}
