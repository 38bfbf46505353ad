package directory

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/edokit/edokit/edo"
)

// CounterpartyFilter chooses the counterparties of one subscriber, by name. Zero fields do not restrict.
type CounterpartyFilter struct {
	Subscriber edo.SubscriberID // required: each has a book of its own
	INN        string           // or how it begins
	KPP        string           // or how it begins
	Text       string           // a part of the name; upper and lower case are the same
	States     []edo.CounterpartyState
	After      edo.CounterpartyKey // the last row of the page before; without INN: the first page
	Limit      int                 // 0: [DefaultLimit]; at most [MaxLimit]
}

// Check reports what is wrong with the filter.
func (f CounterpartyFilter) Check() error {
	var e faults
	e.add(edo.CheckID("filter.subscriber", string(f.Subscriber)))
	for _, t := range []struct{ field, text string }{{"filter.inn", f.INN}, {"filter.kpp", f.KPP}, {"filter.text", f.Text}} {
		e.line(t.field, t.text, false)
	}
	if len(f.States) > maxList {
		e.bad(FilterMalformed, "filter.states", fmt.Sprintf("has %d entries", len(f.States)), fmt.Sprintf("use at most %d", maxList))
	}
	if f.After.INN != "" && f.After.Subscriber != f.Subscriber {
		e.bad(FilterMalformed, "filter.after", "is of another subscriber", "give the key of the last row of the page before")
	}
	e.add(CheckLimit("filter.limit", f.Limit))
	return e.err()
}

// maxSought bounds what is kept of a name for the search, in characters: an index takes no more than 2704 bytes.
const maxSought = 200

// Sought is a name as stores keep it to search and sort by: small letters, one space between words, nothing unprintable.
func Sought(name string) string {
	words := strings.FieldsFunc(strings.ToLower(strings.ToValidUTF8(name, " ")), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	runes := []rune(strings.Join(words, " "))
	return string(runes[:min(len(runes), maxSought)])
}
