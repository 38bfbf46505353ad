package main

import (
	"strings"

	"github.com/edokit/edokit/dmsplugin/internal/clerk"
	"github.com/edokit/edokit/edo"
)

// sentence is what a clerk is told.
type sentence struct{ ru, en string }

// reason gives the sentence of a reason, empty if it has none.
func (l lang) reason(r edo.Reason) string {
	s := clerk.Sentence(r)
	return l.say(s.RU, s.EN)
}

// why is the sentence of a reason with its code, and the detail that was kept with it.
func (l lang) why(reason edo.Reason, detail string) string {
	var parts []string
	if s := l.reason(reason); s != "" {
		parts = append(parts, s)
	}
	if reason != "" {
		parts = append(parts, "["+string(reason)+"]")
	}
	text := strings.Join(parts, " ")
	switch {
	case text == "" && detail == "":
		return ""
	case text == "":
		return " (" + l.remark(detail) + ")"
	case detail == "":
		return " (" + text + ")"
	}
	return " (" + text + ": " + l.remark(detail) + ")"
}

func (l lang) remark(text string) string {
	s := edo.Remark(text)
	return printable(l.say(s.RU, s.EN))
}
