package kinds

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/edokit/edokit/edo"
)

// maxList bounds every list of one kind.
const maxList = 100

// kinds reads the list, and finds what two kinds claim at once.
func (d *decoder) kinds(n *yaml.Node, field string) []edo.DocumentKind {
	var all []edo.DocumentKind
	ids, names := map[string]string{}, map[string]string{}
	d.list(n, field, MaxKinds, func(n *yaml.Node, field string) {
		k := d.kind(n, field)
		if first, twice := ids[k.ID]; twice && k.ID != "" {
			d.bad(n, field+".id", "is that of "+first, "give every kind its own id")
		}
		ids[k.ID] = field
		for _, name := range unique(k) {
			key := string(k.Direction) + " " + name
			if first, twice := names[key]; twice {
				d.bad(n, field, fmt.Sprintf("answers to %q, as does %s", name, first), "give every text to one kind")
			}
			names[key] = field
		}
		all = append(all, k)
	})
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		d.bad(n, field, "is empty", "list at least one kind")
	}
	return all
}

// unique are the texts that name a kind, each once.
func unique(k edo.DocumentKind) []string {
	var names []string
	for _, s := range append([]string{k.ID, k.Title.RU, k.Title.EN}, k.Match...) {
		if s = strings.ToLower(s); s != "" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	return names
}

func (d *decoder) kind(n *yaml.Node, field string) edo.DocumentKind {
	var k edo.DocumentKind
	var direction string
	var actions []string
	d.fields(n, field, table{
		"id": func(n *yaml.Node, field string) {
			if k.ID = d.text(n, field); k.ID != "" && edo.CheckID(field, k.ID) != nil {
				d.bad(n, field, "is no id", "use A-Z a-z 0-9 . _ : @ - only")
			}
		},
		"direction": d.into(&direction),
		"title": func(n *yaml.Node, field string) {
			d.fields(n, field, table{"ru": d.into(&k.Title.RU), "en": d.into(&k.Title.EN)}, "ru", "en")
		},
		"match":       d.lines(&k.Match, func(string) string { return "" }),
		"attachments": d.attachments(&k.Attachments),
		"consents":    d.lines(&k.Consents, consentID),
		"actions":     d.lines(&actions, action),
		"answer_in":   d.duration(&k.AnswerIn),
		"warn_before": d.duration(&k.WarnBefore),
		"need_sign":   d.boolean(&k.NeedSign),
	}, "id", "direction", "title")
	for _, a := range actions {
		k.Actions = append(k.Actions, edo.AnswerKind(a))
	}
	k.Direction = edo.Direction(direction)
	d.check(n, field, k)
	return k
}

// check finds what each field alone does not show.
func (d *decoder) check(n *yaml.Node, field string, k edo.DocumentKind) {
	switch k.Direction {
	case edo.Inbound, "": // an empty one was reported
	case edo.Outbound:
		if k.AnswerIn > 0 {
			d.bad(n, field+".answer_in", "is set for a kind that we write", "terms bind the answers to what comes in")
		}
	default:
		d.bad(n, field+".direction", "is unknown", "use inbound or outbound")
	}
	if k.WarnBefore > 0 && k.WarnBefore >= k.AnswerIn {
		d.bad(n, field+".warn_before", "is not shorter than answer_in", "remind people while there is time")
	}
}

func (d *decoder) attachments(r *edo.AttachmentRule) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		d.fields(n, field, table{
			"min": d.number(&r.Min), "max": d.number(&r.Max), "extensions": d.lines(&r.Extensions, extension),
		})
		if r.Max > 0 && r.Min > r.Max {
			d.bad(n, field+".min", "is above max", "lower it")
		}
	}
}

func consentID(s string) string {
	if edo.CheckID("", s) != nil {
		return "use A-Z a-z 0-9 . _ : @ - only"
	}
	return ""
}

func action(s string) string {
	if slices.Contains(edo.AnswerKinds(), edo.AnswerKind(s)) {
		return ""
	}
	return fmt.Sprintf("use %q", edo.AnswerKinds())
}

func extension(s string) string {
	if len(s) > 1 && s[0] == '.' && s == strings.ToLower(s) && !strings.ContainsAny(s[1:], `./\ `) {
		return ""
	}
	return "write it with its dot and in lower case, as .pdf"
}
