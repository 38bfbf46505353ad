package adaptertest

import (
	"fmt"
	"slices"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// Verdict of a rule.
type Verdict string

// Verdicts.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	NotSeen Verdict = "not seen" // the host has not come to where it would show: send more packages, wait longer
	Look    Verdict = "look"     // only a person can see it, in the document system
)

// Result is a rule with its verdict.
type Result struct {
	ID      string    `json:"id"`            // stable: "repeats-lost"
	Rule    string    `json:"rule"`          // one sentence: what a host does
	Clause  string    `json:"clause"`        // of the integrator's guide or of the contract
	Verdict Verdict   `json:"verdict"`       // pass, fail, not seen, look
	Why     string    `json:"why,omitempty"` // what was seen, or what to do
	Places  []edo.Key `json:"packages,omitempty"`
}

// Judge goes through what was observed.
func Judge(all []Observation) []Result {
	var out []Result
	for _, r := range rules() {
		verdict, why, keys := r.judge(all)
		out = append(out, Result{ID: r.id, Rule: r.sentence, Clause: r.clause, Verdict: verdict, Why: why, Places: keys})
	}
	return out
}

// Suite gives a case for each rule, over what was observed: a rule that was not seen, or that only a person can see, is skipped.
func Suite(all []Observation) conformance.Suite {
	s := conformance.Suite{Name: "adapter", Says: "the adapter of a document system, as a plugin sees it"}
	for _, r := range rules() {
		s.Cases = append(s.Cases, conformance.Case{
			ID: r.id, Group: "adapter", Says: r.sentence, Clauses: []string{r.clause, "S5"},
			Why: r.why, Sends: r.does, Expects: r.expects,
			Run: func(t conformance.T) {
				verdict, why, keys := r.judge(all)
				for _, k := range keys {
					t.Logf("package %s of %s", k.Package, k.Subscriber)
				}
				switch verdict {
				case Fail:
					t.Error(why)
				case NotSeen, Look:
					t.Skipf("%s: %s", verdict, why)
				case Pass:
				}
			},
		})
	}
	return s
}

// rule looks at observations, oldest first.
type rule struct {
	id, sentence, clause string
	why, does, expects   string // for a person; does: what the plugin does to the host
	judge                func(all []Observation) (Verdict, string, []edo.Key)
}

// places lists the packages of which something was observed.
func places(all []Observation, what string) []edo.Key {
	var keys []edo.Key
	for _, o := range all {
		if o.What == what && !slices.Contains(keys, o.Key) {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// behind is what came after the first observation of a kind of one package.
func behind(all []Observation, what string, k edo.Key) []Observation {
	i := slices.IndexFunc(all, func(o Observation) bool { return o.What == what && o.Key == k })
	return all[i+1:]
}

const sendMore = "send more packages: the host has not met this yet"

func repeatsLost(all []Observation) (Verdict, string, []edo.Key) {
	keys := places(all, lost)
	for _, k := range keys {
		if count(behind(all, lost, k), sent, k) == 0 {
			return Fail, "the package never came again", keys
		}
	}
	return seen(keys)
}

func asksDoubtful(all []Observation) (Verdict, string, []edo.Key) {
	keys := places(all, doubtful)
	for _, k := range keys {
		after := behind(all, doubtful, k)
		if count(after, status, k)+count(after, sent, k) == 0 {
			return Fail, "nothing was asked, and nothing repeated", keys
		}
	}
	return seen(keys)
}

func neverAnother(all []Observation) (Verdict, string, []edo.Key) {
	keys := append(places(all, lost), places(all, doubtful)...)
	for _, k := range keys {
		first := all[slices.IndexFunc(all, func(o Observation) bool { return o.What == sent && o.Key == k })]
		for _, o := range afterTrouble(all, k) {
			if o.What == sent && o.Key != k && o.Key.Subscriber == k.Subscriber && slices.Equal(o.Digests, first.Digests) {
				return Fail, fmt.Sprintf("the documents of %s came again as %s", k.Package, o.Key.Package), []edo.Key{k, o.Key}
			}
		}
	}
	return seen(keys)
}

// afterTrouble is what came after the answer to a package was lost or unknown: the same documents before are another matter.
func afterTrouble(all []Observation, k edo.Key) []Observation {
	i := slices.IndexFunc(all, func(o Observation) bool { return (o.What == lost || o.What == doubtful) && o.Key == k })
	return all[i+1:]
}

func acceptsRefusal(all []Observation) (Verdict, string, []edo.Key) {
	keys := places(all, denied)
	for _, k := range keys {
		if n := count(all, denied, k); n > 1 {
			return Fail, fmt.Sprintf("it was sent %d times", n), keys
		}
	}
	return seen(keys)
}

func asksAgain(what string) func([]Observation) (Verdict, string, []edo.Key) {
	return func(all []Observation) (Verdict, string, []edo.Key) {
		keys := places(all, what)
		for _, o := range all {
			if o.What == what && !came(behind(all, what, o.Key), o.Key, o.Document) {
				return Fail, "the version never came whole", keys
			}
		}
		return seen(keys)
	}
}

func came(all []Observation, k edo.Key, d edo.DocumentID) bool {
	return slices.ContainsFunc(all, func(o Observation) bool {
		return o.What == whole && o.Key == k && o.Document == d && o.Role == edo.RoleOperatorForm
	})
}

// acknowledgesSafe: whatever stamped version was offered up to a place must have come whole before that place is acknowledged.
func acknowledgesSafe(all []Observation) (Verdict, string, []edo.Key) {
	acks := 0
	for i, ack := range all {
		if ack.What != acknowledged {
			continue
		}
		acks++
		for _, o := range all[:i] {
			if o.What == offered && o.Key.Subscriber == ack.Key.Subscriber && o.Seq <= ack.Seq && !came(all[:i], o.Key, o.Document) {
				return Fail, fmt.Sprintf("%d was acknowledged before the version of event %d had come whole", ack.Seq, o.Seq), []edo.Key{o.Key}
			}
		}
	}
	if acks == 0 {
		return NotSeen, "nothing was acknowledged: a host that keeps its own place need not", nil
	}
	return Pass, "", nil
}

func acknowledgesGiven(all []Observation) (Verdict, string, []edo.Key) {
	given, any := map[edo.SubscriberID]int64{}, false
	for _, o := range all {
		switch o.What {
		case delivered:
			given[o.Key.Subscriber] = max(given[o.Key.Subscriber], o.Seq)
		case acknowledged:
			if any = true; o.Seq > given[o.Key.Subscriber] {
				return Fail, fmt.Sprintf("%d was acknowledged, %d was given", o.Seq, given[o.Key.Subscriber]), nil
			}
		}
	}
	if !any {
		return NotSeen, "nothing was acknowledged: a host that keeps its own place need not", nil
	}
	return Pass, "", nil
}

func passesForeign(all []Observation) (Verdict, string, []edo.Key) {
	keys := places(all, foreign)
	for _, k := range keys {
		place := all[slices.IndexFunc(all, func(o Observation) bool { return o.What == foreign && o.Key == k })].Seq
		past := slices.ContainsFunc(behind(all, foreign, k), func(o Observation) bool {
			return o.Key.Subscriber == k.Subscriber && (o.What == acknowledged && o.Seq > place || o.What == delivered && o.After > place) || o.What == whole && o.Key == k
		})
		if !past {
			return Fail, "the host has not come past it", keys
		}
	}
	return seen(keys)
}

func goesOn(all []Observation) (Verdict, string, []edo.Key) {
	keys := places(all, died)
	for _, k := range keys {
		after := behind(all, died, k)
		safe, what := safePlace(all[:len(all)-len(after)], k.Subscriber)
		again := slices.IndexFunc(after, func(o Observation) bool { return o.What == started })
		if again < 0 {
			return Fail, "the plugin was not launched again", keys
		}
		next := slices.IndexFunc(after[again:], func(o Observation) bool { return o.What == delivered && o.Key.Subscriber == k.Subscriber })
		if next < 0 {
			return Fail, "no events were asked for after it was launched again", keys
		}
		if first := after[again+next]; first.After > safe && !slices.ContainsFunc(after[:again], func(o Observation) bool { return o.What == acknowledged && o.Seq >= first.After }) {
			return Fail, fmt.Sprintf("it asked for events after %d, and %s %d", first.After, what, safe), keys
		}
	}
	return seen(keys)
}

// safePlace is what a host has acknowledged. One that keeps its own place need not: then it is what it was given.
func safePlace(all []Observation, s edo.SubscriberID) (place int64, what string) {
	acked, given := int64(0), int64(0)
	for _, o := range all {
		switch {
		case o.Key.Subscriber != s:
		case o.What == acknowledged:
			acked = max(acked, o.Seq)
		case o.What == delivered && o.Seq > o.After:
			given = max(given, o.Seq)
		}
	}
	if acked > 0 {
		return acked, "had acknowledged"
	}
	return given, "was given"
}

func endsInOrder(all []Observation) (Verdict, string, []edo.Key) {
	if len(places(all, drained)) == 0 {
		return NotSeen, "no Drain was seen: end the document system in order; if it has ended, it ended the plugin without one", nil
	}
	return Pass, "", nil
}

func oneVersion(all []Observation) (Verdict, string, []edo.Key) {
	keys := places(all, twice)
	if len(keys) == 0 {
		return NotSeen, sendMore, nil
	}
	return Look, "these cards must have exactly one stamped version", keys
}

func showsText(all []Observation) (Verdict, string, []edo.Key) {
	keys := places(all, denied)
	if len(keys) == 0 {
		return NotSeen, sendMore, nil
	}
	return Look, "the user must have seen why this package was refused, in words", keys
}

func seen(keys []edo.Key) (Verdict, string, []edo.Key) {
	if len(keys) == 0 {
		return NotSeen, sendMore, nil
	}
	return Pass, "", keys
}
