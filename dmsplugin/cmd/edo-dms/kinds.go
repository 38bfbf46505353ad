package main

import (
	"fmt"
	"strings"

	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/edo"
)

type kindsShow struct{}

// Run shows what a gateway that starts now would use.
func (kindsShow) Run(c *command) error {
	if path := c.getenv(kindsFile); path != "" {
		return kindsCheck{File: path}.Run(c)
	}
	all, err := kinds.Default()
	if err != nil {
		return err
	}
	return c.printKinds(all)
}

type kindsCheck struct {
	File string `arg:"" help:"YAML file of kinds."`
}

// Run reads the file as the gateway would: every fault at once, with its line.
func (k kindsCheck) Run(c *command) error {
	if err := regular("file", k.File); err != nil {
		return err
	}
	all, err := kinds.Open(k.File)
	if err != nil {
		return err
	}
	return c.printKinds(all)
}

func (c *command) printKinds(all []edo.DocumentKind) error {
	return c.emit(list(all), func() {
		c.table(c.lang.say("ID\tНАПРАВЛЕНИЕ\tНАЗВАНИЕ\tПРИЛОЖЕНИЙ\tСОГЛАСИЯ\tСРОК\tДЕЙСТВИЯ", "ID\tDIRECTION\tTITLE\tATTACHMENTS\tCONSENTS\tTERM\tACTIONS"), func(line func(...any)) {
			for _, k := range all {
				actions := make([]string, len(k.Actions))
				for i, a := range k.Actions {
					actions[i] = string(a)
				}
				line(k.ID, c.lang.direction(k.Direction), whole(c.lang.say(k.Title.RU, k.Title.EN)), attachments(k.Attachments), whole(dash(strings.Join(k.Consents, ", "))),
					c.lang.days(k), whole(dash(strings.Join(actions, ", "))))
			}
		})
	})
}

func attachments(r edo.AttachmentRule) string {
	most := "…"
	if r.Max > 0 {
		most = fmt.Sprint(r.Max)
	}
	return strings.TrimSpace(fmt.Sprintf("%d-%s %s", r.Min, most, strings.Join(r.Extensions, " ")))
}

func (l lang) direction(d edo.Direction) string {
	return word(l, map[edo.Direction]sentence{edo.Inbound: {"входящий", "inbound"}, edo.Outbound: {"исходящий", "outbound"}}, d)
}

// days is the term of an answer in days of 24 hours.
func (l lang) days(k edo.DocumentKind) string {
	if k.AnswerIn == 0 {
		return "-"
	}
	return fmt.Sprintf(l.say("%.4g сут.", "%.4g days"), k.AnswerIn.Hours()/24)
}
