package tables

import (
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Book is one reference book: its names and its columns.
type Book[T any] struct {
	RU, EN  string
	Columns []Column[T]
}

// Column is one field of a row. Value gives a string, an int64, a bool, a time or a digest.
type Column[T any] struct {
	Key    string // in JSON
	RU, EN string // heads of the column
	Value  func(T) any
}

// Subscribers is «Наши абоненты системы обмена документами»: connections to operators, without secrets.
func Subscribers() Book[directory.Subscriber] {
	type row = directory.Subscriber
	return Book[row]{"Наши абоненты системы обмена документами", "Our subscribers of the exchange system", []Column[row]{
		{"subscriber", "Абонент", "Subscriber", func(r row) any { return string(r.ID) }},
		{"title", "Наименование", "Title", func(r row) any { return r.Title }},
		{"inn", "ИНН", "INN", func(r row) any { return r.INN }},
		{"kpp", "КПП", "KPP", func(r row) any { return r.KPP }},
		{"operator", "Оператор", "Operator", func(r row) any { return r.Operator }},
		{"endpoint", "Адрес сервиса", "Endpoint", func(r row) any { return r.Endpoint }},
		{"box", "Ящик", "Box", func(r row) any { return string(r.Box) }},
		{"login_kind", "Способ входа", "Login kind", func(r row) any { return string(r.LoginKind) }},
		{"login", "Логин", "Login", func(r row) any { return r.Login }},
		{"receives", "Принимает входящие", "Receives", func(r row) any { return r.Policy.Receive }},
		{"enabled", "Включён", "Enabled", func(r row) any { return r.Enabled }},
		{"updated_at", "Изменён (UTC)", "Updated (UTC)", func(r row) any { return r.UpdatedAt }},
	}}
}

// Users is «Пользователи систем обмена документами»: who may do what for whom.
func Users() Book[directory.User] {
	type row = directory.User
	return Book[row]{"Пользователи систем обмена документами", "Users of exchange systems", []Column[row]{
		{"user", "Пользователь", "User", func(r row) any { return string(r.Actor) }},
		{"name", "ФИО", "Name", func(r row) any { return r.Name }},
		{"subscriber", "Абонент", "Subscriber", func(r row) any { return string(r.Subscriber) }},
		{"actions", "Разрешённые действия", "Actions", func(r row) any { return joined(r.Actions) }},
		{"kinds", "Виды документов", "Document kinds", func(r row) any { return strings.Join(r.Kinds, ", ") }},
		{"valid_from", "Действует с (UTC)", "Valid from (UTC)", func(r row) any { return r.From }},
		{"valid_until", "Действует до (UTC)", "Valid until (UTC)", func(r row) any { return r.Until }},
		{"updated_at", "Изменён (UTC)", "Updated (UTC)", func(r row) any { return r.UpdatedAt }},
	}}
}

func joined[S ~string](words []S) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return strings.Join(all, ", ")
}

// Messages is «Сообщения систем обмена документами»: one row for each exchange with an operator.
func Messages() Book[directory.Exchange] {
	type row = directory.Exchange
	return Book[row]{"Сообщения систем обмена документами", "Messages of exchange systems", []Column[row]{
		{"seq", "№", "No", func(r row) any { return r.Seq }},
		{"id", "Идентификатор", "Id", func(r row) any { return string(r.ID) }},
		{"subscriber", "Абонент", "Subscriber", func(r row) any { return string(r.Subscriber) }},
		{"package", "Пакет", "Package", func(r row) any { return string(r.Package) }},
		{"document", "Документ", "Document", func(r row) any { return string(r.Document) }},
		{"user", "Пользователь", "User", func(r row) any { return string(r.Actor) }},
		{"inn", "ИНН контрагента", "Counterparty's INN", func(r row) any { return r.INN }},
		{"kpp", "КПП контрагента", "Counterparty's KPP", func(r row) any { return r.KPP }},
		{"operation", "Операция", "Operation", func(r row) any { return r.Operation }},
		{"endpoint", "Адрес сервиса", "Endpoint", func(r row) any { return r.Endpoint }},
		{"started_at", "Начат (UTC)", "Started (UTC)", func(r row) any { return r.StartedAt }},
		{"ended_at", "Окончен (UTC)", "Ended (UTC)", func(r row) any { return r.EndedAt }},
		{"outcome", "Результат", "Outcome", func(r row) any { return string(r.Outcome) }},
		{"http_status", "HTTP", "HTTP", func(r row) any { return int64(r.HTTPStatus) }},
		{"code", "Код оператора", "Operator's code", func(r row) any { return r.Code }},
		{"note", "Примечание", "Note", func(r row) any { return r.Note }},
		{"request_size", "Размер запроса", "Request size", func(r row) any { return r.RequestSize }},
		{"request_sent", "Отправлено байт", "Bytes sent", func(r row) any { return r.RequestSent }},
		{"request_sha256", "SHA-256 запроса", "SHA-256 of the request", func(r row) any { return r.RequestDigest }},
		{"answer_size", "Размер ответа", "Answer size", func(r row) any { return r.AnswerSize }},
		{"answer_sha256", "SHA-256 ответа", "SHA-256 of the answer", func(r row) any { return r.AnswerDigest }},
		{"request_position", "Место запроса в цепочке", "Request's place in the chain", func(r row) any { return r.RequestPosition }},
		{"answer_position", "Место ответа в цепочке", "Answer's place in the chain", func(r row) any { return r.AnswerPosition }},
	}}
}

// timeForm is a time in a cell, UTC.
const timeForm = "2006-01-02T15:04:05.000Z"

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeForm)
}

func sum(d edo.Digest) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
