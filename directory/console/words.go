package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// lang says everything in one language and one zone.
type lang struct {
	ru   bool
	zone *time.Location
}

// russian is what the browser asks for: by the cookie of the switch, else by its first language that is one of ours.
func russian(r *http.Request) bool {
	for _, name := range []string{languageCookie, "__Host-" + languageCookie} {
		if c, err := r.Cookie(name); err == nil && (c.Value == "ru" || c.Value == "en") {
			return c.Value == "ru"
		}
	}
	best, ru := 0.0, true
	for i, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		if i > 20 {
			break
		}
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64) // what is no number counts as nothing
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if (primary == "ru" || primary == "en") && weight > best {
			best, ru = weight, primary == "ru"
		}
	}
	return ru
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

// Up is a sentence that begins with a capital.
func (lang) Up(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// Code is the language of the page.
func (l lang) Code() string { return l.T("ru", "en") }

// Other is the other language, for the switch.
func (l lang) Other() string { return l.T("en", "ru") }

// At is a moment in a table.
func (l lang) At(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(l.zone).Format(l.T("02.01.2006 15:04:05", "2006-01-02 15:04:05"))
}

// Short is a moment in a list, to the minute.
func (l lang) Short(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(l.zone).Format(l.T("02.01.2006 15:04", "2006-01-02 15:04"))
}

// Date is a day in a table.
func (l lang) Date(t time.Time) string { return t.In(l.zone).Format(l.T("02.01.2006", "2006-01-02")) }

// Remark translates what the engine has noted of a stamp.
func (l lang) Remark(text string) string { return l.remark(text) }

// Machine is a moment for the attribute datetime.
func (lang) Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Long is a moment in a heading, with its zone.
func (l lang) Long(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t = t.In(l.zone)
	return l.Day(t) + ", " + t.Format("15:04:05") + " " + l.offset(t)
}

// Day is a day in words.
func (l lang) Day(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t = t.In(l.zone)
	if !l.ru {
		return t.Format("2 January 2006")
	}
	months := [...]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}
	return fmt.Sprintf("%d %s %d г.", t.Day(), months[t.Month()-1], t.Year())
}

// Zone names the zone of the page.
func (l lang) Zone(t time.Time) string { return l.offset(t.In(l.zone)) }

func (lang) offset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	text := fmt.Sprintf("UTC%s%d", sign, seconds/3600)
	if m := seconds / 60 % 60; m != 0 {
		text += fmt.Sprintf(":%02d", m)
	}
	return text
}

// Span is a length of time, roughly.
func (l lang) Span(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d %s", d.Milliseconds(), l.T("мс", "ms"))
	case d < 10*time.Second && d%time.Second != 0:
		return l.decimal(d.Seconds()) + " " + l.T("с", "s")
	case d < 2*time.Minute:
		return fmt.Sprintf("%d %s", int(d.Seconds()), l.T("с", "s"))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d %s", int(d.Minutes()), l.T("мин", "min"))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d %s", int(d.Hours()), l.T("ч", "h"))
	}
	return fmt.Sprintf("%d %s", int(d.Hours()/24), l.T("дн.", "days"))
}

func (l lang) decimal(v float64) string {
	text := strconv.FormatFloat(v, 'f', 1, 64)
	if l.ru {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// Size is a number of bytes for people.
func (l lang) Size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d %s", n, l.T("байт", "bytes"))
	case n < 1<<20:
		return l.decimal(float64(n)/(1<<10)) + " " + l.T("КБ", "KB")
	}
	return l.decimal(float64(n)/(1<<20)) + " " + l.T("МБ", "MB")
}

// Count is a number with its noun: 1 документ, 2 документа, 5 документов.
func (l lang) Count(n int, one, few, many, english string) string {
	if !l.ru {
		if n == 1 {
			return "1 " + english
		}
		return fmt.Sprintf("%d %ss", n, english)
	}
	word := many
	switch {
	case n%100 >= 11 && n%100 <= 14:
	case n%10 == 1:
		word = one
	case n%10 >= 2 && n%10 <= 4:
		word = few
	}
	return fmt.Sprintf("%d %s", n, word)
}

// State is one or two words for a list.
func (l lang) State(s edo.State) string {
	switch s {
	case edo.StateAccepted:
		return l.T("Принят к отправке", "Accepted")
	case edo.StateWaiting:
		return l.T("Ожидает", "Waiting")
	case edo.StateSending:
		return l.T("Отправляется", "Being sent")
	case edo.StateInDoubt:
		return l.T("Исход неизвестен", "Outcome unknown")
	case edo.StateSent:
		return l.T("У оператора", "With the operator")
	case edo.StateDelivered:
		return l.T("Получен", "Delivered")
	case edo.StateSigned:
		return l.T("Подписан", "Signed")
	case edo.StateRefused:
		return l.T("Отказ в подписи", "Refused")
	case edo.StateRevoked:
		return l.T("Аннулирован", "Revoked")
	case edo.StatePartly:
		return l.T("Ответы разные", "Answered in part")
	case edo.StateFailed:
		return l.T("Не отправлен", "Not sent")
	}
	return string(s)
}

// Colour is the class of a state; the words beside it say the same.
func (lang) Colour(s edo.State) string {
	switch s {
	case edo.StateSigned:
		return "good"
	case edo.StateSent, edo.StateDelivered:
		return "done"
	case edo.StateInDoubt, edo.StatePartly:
		return "doubt"
	case edo.StateRefused, edo.StateFailed:
		return "bad"
	case edo.StateRevoked:
		return "past"
	}
	return "wait"
}

func (l lang) stamp(s edo.StampState) string {
	switch s {
	case edo.StampNone:
		return l.T("Появится после приёма оператором", "Comes when the operator has accepted it")
	case edo.StampWaiting:
		return l.T("Ожидается от оператора", "Awaited from the operator")
	case edo.StampReady:
		return l.T("Получена", "Here")
	case edo.StampNever:
		return l.T("Оператор её не даёт", "The operator gives none")
	case edo.StampRejected:
		return l.T("Пришла не печатная форма", "What came is no printed form")
	}
	return string(s)
}

func (l lang) outcome(o edo.Outcome, ended bool) (text, colour string) {
	if !ended {
		return l.T("Прервано или идёт", "Interrupted or running"), "doubt"
	}
	switch o {
	case edo.OutcomeOK:
		return l.T("Успешно", "OK"), "good"
	case edo.OutcomeFault:
		return l.T("Отказ оператора", "Fault of the operator"), "bad"
	case edo.OutcomeUnavailable:
		return l.T("Не дошёл", "Did not arrive"), "bad"
	case edo.OutcomeUnreadable:
		return l.T("Ответ не разобран", "Answer unreadable"), "bad"
	case edo.OutcomeSilent:
		return l.T("Нет ответа", "No answer"), "doubt"
	}
	return string(o), "wait"
}

// Job is what a worker does.
func (l lang) Job(k edo.JobKind) string {
	switch k {
	case edo.JobSend:
		return l.T("Отправка", "Sending")
	case edo.JobStamp:
		return l.T("Печатная форма", "Printed form")
	case edo.JobTrack:
		return l.T("Судьба у контрагента", "What becomes of it")
	case edo.JobEvidence:
		return l.T("Архив документооборота", "Evidence")
	case edo.JobCounterparty:
		return l.T("Подключение контрагента", "Counterparty")
	case edo.JobPull, edo.JobCheck:
		return l.T("Чтение ящика", "Reading the box")
	case edo.JobNotices:
		return l.T("Извещения", "Notices")
	case edo.JobTake:
		return l.T("Приём сообщения", "Taking a message")
	case edo.JobReceipt:
		return l.T("Извещение о получении", "Receipt")
	case edo.JobTerm:
		return l.T("Срок ответа", "Term")
	case edo.JobTask:
		return l.T("Задание на подпись", "Signature task")
	}
	return string(k)
}

// result is what an attempt ended with: a state, or what a person did.
func (l lang) result(r string) string {
	if r == "" {
		return l.T("Прервано или идёт", "Interrupted or running")
	}
	for _, s := range allStates() {
		if r == string(s) {
			return l.State(s)
		}
	}
	for word, ru := range map[string]string{
		"retried": "Повторено человеком", "cancelled": "Отменено человеком", "decided": "Решено человеком",
		"not retried": "Повторить не удалось", "not cancelled": "Отменить не удалось", "not decided": "Решить не удалось",
		"ready": "Получена", "waiting": "Ожидает", "never": "Не будет", "rejected": "Отклонена",
	} {
		if r == word {
			return l.T(ru, l.Up(r))
		}
	}
	return r
}

func allStates() []edo.State {
	return []edo.State{
		edo.StateAccepted, edo.StateWaiting, edo.StateSending, edo.StateInDoubt, edo.StateSent, edo.StateDelivered, edo.StateSigned,
		edo.StateRefused, edo.StateRevoked, edo.StatePartly, edo.StateFailed,
	}
}

func (l lang) role(r edo.Role) string {
	switch r {
	case edo.RoleOriginal:
		return l.T("Оригинал, который подписан", "Original that was signed")
	case edo.RoleOperatorForm:
		return l.T("Печатная форма оператора со штампом", "The operator's stamped form")
	case edo.RoleLocalMark:
		return l.T("Копия с нашей отметкой", "Copy with our own mark")
	case edo.RoleSignature:
		return l.T("Электронная подпись", "Signature")
	case edo.RoleEvidence:
		return l.T("Архив документооборота", "The operator's archive of the flow")
	}
	return string(r)
}

func (l lang) remark(text string) string {
	s := edo.Remark(text)
	return l.T(s.RU, s.EN)
}
