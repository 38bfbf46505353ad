package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edokit/edokit/edo"
)

// severity of a finding, the worse the greater.
type severity int

const (
	okay    severity = iota
	note             // worth knowing, nothing is broken
	warning          // something will break, or somebody should look
	failure
)

// MarshalText is the word for scripts.
func (s severity) MarshalText() ([]byte, error) {
	return []byte([]string{"ok", "note", "warning", "failure"}[s]), nil
}

func (s severity) mark(l lang) string {
	switch s {
	case note:
		return l.say("внимание", "note")
	case warning:
		return l.say("ПРЕДУПРЕЖДЕНИЕ", "WARNING")
	case failure:
		return l.say("ОШИБКА", "WRONG")
	}
	return l.say("в порядке", "ok")
}

// finding is one sentence of the report.
type finding struct {
	ID       string // stable, for scripts: see findings
	Severity severity
	About    string `json:",omitempty"` // subscriber, signer or host it is about
	Text     string
	Remedy   string `json:",omitempty"`

	text, remedy sentence // in both languages, for the console
}

func (f finding) line(l lang) string {
	text := f.Severity.mark(l) + ": " + f.Text
	if f.Remedy != "" {
		text += l.say(" — что делать: ", " - what to do: ") + f.Remedy
	}
	return text + " [" + f.ID + "]"
}

// report collects findings. It is used by one goroutine at a time.
type report struct {
	lang  lang
	found []finding
}

// add adds a finding. args fill its text.
func (r *report) add(id, about string, args ...any) { r.addErr(nil, id, about, args...) }

// addErr adds a finding with the error that says more. Our errors name no secret; the remedy is that of the finding, in the
// reader's language.
func (r *report) addErr(err error, id, about string, args ...any) {
	k, ok := findings()[id]
	if !ok {
		panic("no finding " + id)
	}
	f := finding{ID: id, Severity: k.severity, About: about, text: k.text.filled(args, err), remedy: k.remedy}
	f.Text, f.Remedy = r.lang.say(f.text.ru, f.text.en), r.lang.say(k.remedy.ru, k.remedy.en)
	r.take(f)
}

// filled is a text with its arguments, of which some are words themselves, and with what an error says.
func (s sentence) filled(args []any, err error) sentence {
	return sentence{fill(s.ru, russian, args, err), fill(s.en, "", args, err)}
}

func fill(text string, l lang, args []any, err error) string {
	if len(args) > 0 {
		words := slices.Clone(args)
		for i, a := range words {
			if s, is := a.(sentence); is {
				words[i] = l.say(s.ru, s.en)
			}
		}
		text = fmt.Sprintf(text, words...)
	}
	if err != nil {
		text += ": " + bare(err)
	}
	return text
}

// take adds findings. What is wrong with the store is met by the probe, by opening it and by a write, and told once.
func (r *report) take(found ...finding) {
	for _, f := range found {
		met := func(o finding) bool { return o.ID == f.ID && o.About == f.About }
		if !strings.HasPrefix(f.ID, "store.") || !slices.ContainsFunc(r.found, met) {
			r.found = append(r.found, f)
		}
	}
}

// bare is the text of an error without its remedy.
func bare(err error) string {
	if e, is := err.(*edo.Error); is { //nolint:errorlint // the outermost error is the one that is told
		told := *e
		told.Remedy = ""
		return told.Error()
	}
	return err.Error()
}

// quiet ends a command whose output has said all, with a code of its own.
type quiet struct{ code int }

func (q *quiet) Error() string { return "reported" }

// Is makes it an [errReported] with another code.
func (q *quiet) Is(target error) bool { return target == errReported }
