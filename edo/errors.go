package edo

import (
	"errors"
	"strings"
	"time"
)

// Kind is what a caller acts on. It is itself a target for errors.Is:
//
//	if errors.Is(err, edo.Unavailable) { tryAgain() }
type Kind uint8

// The kinds. A kind exists only because a caller acts differently on it.
const (
	Internal     Kind = iota // a fault of ours or of the store; look at the log
	Invalid                  // the request is wrong; Field says where, Remedy what to do
	Denied                   // the actor or the account may not do this
	NotFound                 // no such package, subscriber, exchange, counterparty
	Conflict                 // the id is taken by another content, or a stale lease tried to write
	Refused                  // the operator's own definite verdict: not accepted
	Unavailable              // nothing was accepted; safe to repeat
	InDoubt                  // the operator may have accepted; ask before repeating
	NotReady                 // not yet; ask again after RetryAfter
	NotSupported             // the operator will never do this
	Ambiguous                // several answers fit; Candidates of the error lists them, nobody chose for you
)

// Repeat says what a caller may do with the same request.
type Repeat uint8

// What repeating means for each kind.
const (
	RepeatNever    Repeat = iota // the same request ends the same way
	RepeatSafe                   // repeat the same request, later
	RepeatAfterFix               // mend what Field and Remedy name, then send again
	RepeatAskFirst               // ask the Finder; only a sure "not found" allows another send
)

//nolint:gochecknoglobals // a table that is only read
var kinds = [...]struct {
	name   string
	repeat Repeat
	ru, en string
}{
	Internal:     {"internal", RepeatNever, "Внутренняя ошибка; подробности в журнале сообщений", "Internal error; see the message log"},
	Invalid:      {"invalid", RepeatAfterFix, "Данные заполнены неверно", "The request is not valid"},
	Denied:       {"denied", RepeatAfterFix, "Недостаточно прав", "Not allowed"},
	NotFound:     {"not found", RepeatAfterFix, "Не найдено", "Not found"},
	Conflict:     {"conflict", RepeatNever, "Идентификатор уже занят другим содержимым", "The id is taken by another content"},
	Refused:      {"refused", RepeatAfterFix, "Оператор отказал в приёме", "The operator refused it"},
	Unavailable:  {"unavailable", RepeatSafe, "Оператор недоступен; отправка будет повторена", "The operator is unavailable; it will be repeated"},
	InDoubt:      {"in doubt", RepeatAskFirst, "Исход отправки неизвестен; идёт проверка у оператора", "The outcome is not known; the operator is being asked"},
	NotReady:     {"not ready", RepeatSafe, "Ещё не готово", "Not ready yet"},
	NotSupported: {"not supported", RepeatNever, "Оператор этого не поддерживает", "The operator does not support this"},
	Ambiguous:    {"ambiguous", RepeatAfterFix, "Подходит несколько вариантов; выберите один", "Several candidates fit; choose one"},
}

func (k Kind) entry() int {
	if int(k) < len(kinds) {
		return int(k)
	}
	return int(Internal)
}

// Error makes a kind a target for errors.Is.
func (k Kind) Error() string { return kinds[k.entry()].name }

func (k Kind) String() string { return k.Error() }

// Repeat says whether the same request may be repeated.
func (k Kind) Repeat() Repeat { return kinds[k.entry()].repeat }

// Russian is the sentence for a clerk.
func (k Kind) Russian() string { return kinds[k.entry()].ru }

// English is the sentence for a clerk.
func (k Kind) English() string { return kinds[k.entry()].en }

// Error is the one error type of the SDK. It never holds a secret, nor the text of an operator's fault: that text
// stays in the message log under Exchange.
type Error struct {
	Kind       Kind
	Reason     Reason        // stable code, also kept in rows; may be empty
	Op         string        // what was being done: "gateway.Send", "synerdocs.SendMessage"
	Field      string        // path of the wrong field: "documents[2].name"
	Message    string        // what is wrong, one line, without the field
	Remedy     string        // what to do about it
	Code       string        // the operator's own code, verbatim
	RetryAfter time.Duration // zero: no wish was stated
	Exchange   ExchangeID    // the log row that shows it
	Candidates []Address     // with Ambiguous
	Err        error
}

func (e *Error) Error() string {
	var parts []string
	for _, s := range []string{e.Op, e.Kind.String(), e.Field} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	text := strings.Join(parts, ": ")
	if e.Message != "" {
		sep := ": "
		if e.Field != "" {
			sep = " "
		}
		text += sep + e.Message
	}
	if e.Code != "" {
		text += " (operator code " + e.Code + ")"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Remedy != "" {
		text += "; " + e.Remedy
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches a [Kind] or a [Reason].
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case Kind:
		return e.Kind == t
	case Reason:
		return e.Reason == t && t != ""
	}
	return false
}

// KindOf is the kind of the outermost [*Error] in err, [Internal] if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var k Kind
	if errors.As(err, &k) {
		return k
	}
	return Internal
}

// ReasonOf is the reason of the outermost [*Error] in err, empty if there is none.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

// Faults are several errors of one request, all found in one look. Like errors.Join, but the parts stay typed.
type Faults []error

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, err := range f {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As see every fault.
func (f Faults) Unwrap() []error { return f }

// Err is nil when nothing was found, the fault itself when there is one, else all of them.
func (f Faults) Err() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return f[0]
	}
	return f
}
