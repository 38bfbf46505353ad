package directory

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// maxList bounds every list of a word: pins, forms, actions, kinds.
const maxList = 100

// faults collects what is wrong with one word.
type faults edo.Faults

func (f *faults) add(err error) {
	if err != nil {
		*f = append(*f, err)
	}
}

func (f *faults) bad(reason edo.Reason, field, message, remedy string) {
	f.add(&edo.Error{Kind: edo.Invalid, Reason: reason, Field: field, Message: message, Remedy: remedy})
}

func (f *faults) err() error { return edo.Faults(*f).Err() }

// line checks one line of text for people.
func (f *faults) line(field, text string, required bool) {
	const remedy = "give one line of plain text"
	switch {
	case text == "" && required:
		f.bad(edo.TextMalformed, field, "is empty", remedy)
	case !utf8.ValidString(text):
		f.bad(edo.TextMalformed, field, "is not valid UTF-8", remedy)
	case utf8.RuneCountInString(text) > edo.MaxTextLength:
		f.bad(edo.TextMalformed, field, fmt.Sprintf("is longer than %d characters", edo.MaxTextLength), "shorten it")
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			f.bad(edo.TextMalformed, field, fmt.Sprintf("holds the character %U", r), remedy)
			return
		}
	}
}

func (f *faults) lines(field string, texts []string) {
	if len(texts) > maxList {
		f.bad(edo.TextMalformed, field, fmt.Sprintf("has %d entries", len(texts)), fmt.Sprintf("use at most %d", maxList))
		return
	}
	for i, s := range texts {
		f.line(fmt.Sprintf("%s[%d]", field, i), s, true)
	}
}

func (f *faults) period(field string, from, until time.Time) {
	if !until.IsZero() && !from.Before(until) {
		f.bad(PeriodMalformed, field, "ends before it begins", "leave the end empty or set it later")
	}
}

// within reports whether at lies in a period whose zero ends are open. The end is exclusive.
func within(at, from, until time.Time) bool {
	return !at.Before(from) && (until.IsZero() || at.Before(until))
}
