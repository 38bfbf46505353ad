package gateway

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// away is a person who would have got a document but is absent.
type away struct {
	actor edo.ActorID
	until time.Time
	rule  edo.Sentence
}

// route chooses who gets a document, and says why. The rules that fit are tried from the narrowest: the counterparty's,
// the box's, the administrator's; within each a rule for the kind goes first, then one for the branch. Whoever is absent
// is passed over, except the last: somebody must get it. False: no rule fits, not even an administrator's.
func route(rules []edo.Responsible, absences []edo.Absence, kinds []edo.DocumentKind, d edo.InboundDocument, at time.Time) (edo.ActorID, edo.Sentence, bool) {
	fit := fitting(rules, d)
	if len(fit) == 0 || !slices.ContainsFunc(fit, administrator) {
		return "", edo.Sentence{}, false
	}
	var passed []away
	for i, r := range fit {
		until, absent := absence(absences, r.Actor, at)
		rule := ruleSentence(r, kinds)
		if !absent || i == len(fit)-1 {
			return r.Actor, explain(r.Actor, rule, passed, absent), true
		}
		passed = append(passed, away{r.Actor, until, rule})
	}
	return "", edo.Sentence{}, false
}

func administrator(r edo.Responsible) bool { return r.Scope == edo.ScopeAdministrator && r.Kind == "" }

// fitting lists the rules for a document, the narrowest first. Rules of equal width stay in the order given.
func fitting(rules []edo.Responsible, d edo.InboundDocument) []edo.Responsible {
	var fit []edo.Responsible
	for _, r := range rules {
		theirs := r.Scope != edo.ScopeCounterparty || r.INN == d.From.INN && (r.KPP == "" || r.KPP == d.From.KPP)
		if theirs && width(r) > 0 && (r.Kind == "" || r.Kind == d.KindID) {
			fit = append(fit, r)
		}
	}
	slices.SortStableFunc(fit, func(a, b edo.Responsible) int { return width(a) - width(b) })
	return fit
}

// width is how many documents a rule may reach, from 1; 0 for a scope that we do not know.
func width(r edo.Responsible) int {
	w := 4*slices.Index([]edo.Scope{edo.ScopeCounterparty, edo.ScopeBox, edo.ScopeAdministrator}, r.Scope) + 4
	if w <= 0 {
		return 0
	}
	if r.Kind != "" {
		w -= 2
	}
	if r.KPP != "" {
		w--
	}
	return w
}

func absence(absences []edo.Absence, a edo.ActorID, at time.Time) (until time.Time, absent bool) {
	for _, b := range absences {
		if b.Actor == a && !at.Before(b.From) && at.Before(b.Until) && b.Until.After(until) {
			until, absent = b.Until, true
		}
	}
	return until, absent
}

func ruleSentence(r edo.Responsible, kinds []edo.DocumentKind) edo.Sentence {
	var s edo.Sentence
	switch r.Scope {
	case edo.ScopeCounterparty:
		s = edo.Sentence{RU: "ответственный за контрагента с ИНН " + r.INN, EN: "responsible for the counterparty with INN " + r.INN}
		if r.KPP != "" {
			s.RU, s.EN = s.RU+" и КПП "+r.KPP, s.EN+" and KPP "+r.KPP
		}
	case edo.ScopeBox:
		s = edo.Sentence{RU: "ответственный за ящик", EN: "responsible for the box"}
	default:
		s = edo.Sentence{RU: "администратор обмена", EN: "exchange administrator"}
	}
	if r.Kind != "" {
		title := edo.Sentence{RU: r.Kind, EN: r.Kind}
		if i := slices.IndexFunc(kinds, func(k edo.DocumentKind) bool { return k.ID == r.Kind }); i >= 0 {
			title = kinds[i].Title
		}
		s.RU, s.EN = s.RU+" по виду «"+title.RU+"»", s.EN+` for the kind "`+title.EN+`"`
	}
	return s
}

// explain is what a clerk reads: who, by which rule, who would have been before, and until when that person is away.
func explain(a edo.ActorID, rule edo.Sentence, passed []away, absent bool) edo.Sentence {
	ru, en := []string{fmt.Sprintf("%s: %s", a, rule.RU)}, []string{fmt.Sprintf("%s: %s", a, rule.EN)}
	for _, p := range passed {
		ru = append(ru, fmt.Sprintf("%s (%s) отсутствует до %s", p.actor, p.rule.RU, p.until.Format("02.01.2006 15:04")))
		en = append(en, fmt.Sprintf("%s (%s) is away until %s", p.actor, p.rule.EN, p.until.Format("2006-01-02 15:04")))
	}
	if absent {
		ru, en = append(ru, "тоже отсутствует, но дальше передать некому"), append(en, "also away, but there is nobody after")
	}
	return edo.Sentence{RU: strings.Join(ru, "; "), EN: strings.Join(en, "; ")}
}
