package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// RetentionBelow is the reason of a policy that keeps less than the law or we demand.
const RetentionBelow edo.Reason = "retention-below-minimum"

// Retention says how long content is kept here, per kind of document and state. Rows, digests and the message log stay for
// ever; only bytes go, and only after an external archive has acknowledged that it holds them.
type Retention struct {
	Keep   Period                 // of everything that nothing else is said of
	States map[KeptState]Period   // of a state, whatever the kind
	Kinds  map[string]KindKeeping // by id of the kind
}

// KindKeeping is how long documents of one kind are kept. What is zero is as for every kind.
type KindKeeping struct {
	Law    Law // empty: [LawPrimary]
	Keep   Period
	States map[KeptState]Period
}

// KeptState is what a document ended in, as far as keeping it is concerned.
type KeptState string

// States of the policy. A document that was delivered counts as sent.
const (
	KeptSent    KeptState = "sent"
	KeptSigned  KeptState = "signed"
	KeptRefused KeptState = "refused"
	KeptRevoked KeptState = "revoked"
	KeptFailed  KeptState = "failed"
	KeptInbound KeptState = "inbound" // it came in, whatever was answered
)

// KeptStates lists them all.
func KeptStates() []KeptState {
	return []KeptState{KeptSent, KeptSigned, KeptRefused, KeptRevoked, KeptFailed, KeptInbound}
}

// KeptStateOf is what the policy calls a state of an outgoing document.
func KeptStateOf(s edo.State) KeptState {
	switch s {
	case edo.StateSigned, edo.StateRefused, edo.StateRevoked, edo.StateFailed:
		return KeptState(s)
	}
	return KeptSent
}

// Period is a length of time in whole calendar years and days, counted from the end of a calendar year.
type Period struct{ Years, Days int }

// IsZero reports whether nothing was set.
func (p Period) IsZero() bool { return p == Period{} }

func (p Period) String() string {
	s := ""
	if p.Years > 0 {
		s = fmt.Sprintf("%dy", p.Years)
	}
	if p.Days > 0 || s == "" {
		s += fmt.Sprintf("%dd", p.Days)
	}
	return s
}

// longer compares by the shortest calendar: a year has at least 365 days.
func (p Period) longer(than Period) bool { return p.Years*365+p.Days > than.Years*365+than.Days }

// from is the first moment at which something that happened last at the given time need not be kept any more. Both ends are
// taken so that no time zone of the country keeps less: the year is that of its east, its end that of Greenwich.
func (p Period) from(last time.Time) time.Time {
	east := time.FixedZone("east", 12*60*60)
	return time.Date(last.In(east).Year()+1+p.Years, time.January, 1+p.Days, 0, 0, 0, 0, time.UTC)
}

// Law names the rule that bounds a period from below.
type Law string

// Rules. What nobody has called anything else is a primary document.
const (
	LawPrimary Law = "primary" // first-hand accounting documents
	LawOther   Law = "other"   // no legal minimum is known to us
)

// Minimum is a bound that no policy undercuts.
type Minimum struct {
	Law    Law
	Period Period // after the end of the year
	Source edo.Sentence
}

// Minimums lists the bounds.
func Minimums() []Minimum {
	return []Minimum{
		{LawPrimary, Period{Years: 5}, edo.Sentence{
			RU: "первичные учётные документы: не менее пяти лет после отчётного года (402-ФЗ, статья 29)",
			EN: "primary accounting documents: at least five years after the reporting year (Federal Law 402-FZ, article 29)",
		}},
		{LawOther, Period{Years: 1}, edo.Sentence{
			RU: "прочие документы: год; законного срока мы не знаем, это наша защита от описки",
			EN: "other documents: a year; no legal minimum is known to us, this is our guard against a slip of the pen",
		}},
	}
}

func minimum(l Law) (Minimum, bool) {
	if l == "" {
		l = LawPrimary
	}
	all := Minimums()
	i := slices.IndexFunc(all, func(m Minimum) bool { return m.Law == l })
	if i < 0 {
		return Minimum{}, false
	}
	return all[i], true
}

// DefaultRetention keeps everything for the legal minimum of primary documents.
func DefaultRetention() Retention { return Retention{Keep: Minimums()[0].Period} }

// Check reports every period below its minimum, each error naming it.
func (r Retention) Check() error {
	var f faults
	check := func(field string, l Law, p Period) {
		m, known := minimum(l)
		switch {
		case !known:
			f.bad(RetentionBelow, field, fmt.Sprintf("follows the unknown rule %q", l), "use primary or other")
		case m.Period.longer(p):
			f.bad(RetentionBelow, field, fmt.Sprintf("keeps %s, the minimum is %s: %s", p, m.Period, m.Source.EN), "keep at least "+m.Period.String())
		}
	}
	periods := func(field string, l Law, states map[KeptState]Period) {
		for _, s := range slices.Sorted(maps.Keys(states)) {
			if !slices.Contains(KeptStates(), s) {
				f.bad(RetentionBelow, field+"."+string(s), "is no state", fmt.Sprintf("use %q", KeptStates()))
				continue
			}
			check(field+"."+string(s), l, states[s])
		}
	}
	check("retention.keep", LawPrimary, r.Keep)
	periods("retention.states", LawPrimary, r.States)
	for _, id := range slices.Sorted(maps.Keys(r.Kinds)) {
		k, field := r.Kinds[id], "retention.kinds."+id
		if _, known := minimum(k.Law); !known {
			check(field+".law", k.Law, k.Keep)
			continue
		}
		if !k.Keep.IsZero() {
			check(field+".keep", k.Law, k.Keep)
		}
		periods(field+".states", k.Law, k.States)
	}
	return f.err()
}

// For is how long a document of a kind is kept that ended in a state: what is said of the state of the kind, else of the
// kind, else of the state, else of everything. It is never less than the minimum, whatever the policy says.
func (r Retention) For(kind string, s KeptState) Period {
	k := r.Kinds[kind]
	p := r.Keep
	for _, said := range []Period{k.States[s], k.Keep, r.States[s]} {
		if !said.IsZero() {
			p = said
			break
		}
	}
	m, known := minimum(k.Law)
	if !known {
		m, _ = minimum(LawPrimary)
	}
	if m.Period.longer(p) {
		return m.Period
	}
	return p
}

// Until is the first moment at which the content need not be kept any more.
func (r Retention) Until(kind string, s KeptState, last time.Time) time.Time {
	return r.For(kind, s).from(last)
}

// ParsePeriod reads 5y, 30d or 5y30d: more than nothing and at most a hundred years.
func ParsePeriod(s string) (Period, bool) {
	var p Period
	years, rest, ok := strings.Cut(s, "y")
	if !ok {
		years, rest = "", s
	}
	days, end, ok := strings.Cut(rest, "d")
	if !ok {
		days, end = "", rest
	}
	for _, one := range []struct {
		text  string
		to    *int
		given bool
	}{{years, &p.Years, strings.Contains(s, "y")}, {days, &p.Days, ok}} {
		if !one.given {
			continue
		}
		n, fine := count(one.text)
		if !fine {
			return Period{}, false
		}
		*one.to = n
	}
	return p, end == "" && !p.IsZero() && p.Years <= 100 && p.Days <= 36500
}

// count reads a plain number of at most five digits.
func count(s string) (n int, ok bool) {
	if s == "" || len(s) > 5 {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
