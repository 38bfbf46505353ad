package conformance

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// T is what a case needs of whoever runs it. A *testing.T is one.
type T interface {
	Helper()
	Name() string
	Context() context.Context // ends when the case has taken too long
	Log(args ...any)          // what was measured: no fault
	Logf(format string, args ...any)
	Error(args ...any) // a fault; the case goes on
	Errorf(format string, args ...any)
	Fatal(args ...any) // a fault that ends the case, on the goroutine of the case
	Fatalf(format string, args ...any)
	Skip(args ...any) // ends the case without a verdict; the text says why
	Skipf(format string, args ...any)
	Failed() bool
	Cleanup(f func())
	TempDir() string // of this case, removed after it
}

// Case is one thing that everything of a kind does: every operator, every store, every plugin.
type Case struct {
	ID      string   // stable, never given to another sentence: "send-whole"
	Group   string   // cases that are read together: "sending"
	Says    string   // one sentence
	Clauses []string // who says so: clauses of a contract ("SEND-6"), rows of the acceptance table ("V11"), places of a document
	Why     string   // why it matters, where that is more than the suite says of its group
	Sends   string   // what is done, for a person
	Expects string   // what must come of it
	Calls   []string // operations of the wire that it uses, optional

	Changes bool          // it leaves something at the other side: never run against a live system
	Alone   bool          // it measures time or memory: nothing may run beside it
	Limit   time.Duration // of time; 0: that of the run
	Run     func(t T)
}

// Suite is cases about one kind of thing, bound to one of it.
type Suite struct {
	Name  string            // "wire"
	Says  string            // what it examines
	Why   map[string]string // by group: why it matters what is in it
	Cases []Case
}

// Matters says why a case does.
func (s Suite) Matters(c Case) string {
	if c.Why != "" {
		return c.Why
	}
	return s.Why[c.Group]
}

// idPattern is what fits in a command line, an address and a file name.
var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Check refuses a suite that a reader could not trust: a case without a sentence, without a clause, without a function,
// with an id that is none or that another case has.
func (s Suite) Check() error {
	var faults []error
	seen := map[string]bool{}
	for _, c := range s.Cases {
		switch {
		case !idPattern.MatchString(c.ID):
			faults = append(faults, fmt.Errorf("%s: %q is no id: lower case letters, digits and dashes", s.Name, c.ID))
		case seen[c.ID]:
			faults = append(faults, fmt.Errorf("%s: two cases have the id %s", s.Name, c.ID))
		case c.Says == "" || c.Group == "":
			faults = append(faults, fmt.Errorf("%s: %s has no sentence or no group", s.Name, c.ID))
		case !named(c.Clauses):
			faults = append(faults, fmt.Errorf("%s: %s names neither a clause nor an acceptance row", s.Name, c.ID))
		case c.Run == nil:
			faults = append(faults, fmt.Errorf("%s: %s does nothing", s.Name, c.ID))
		}
		seen[c.ID] = true
	}
	return errors.Join(faults...)
}

func named(clauses []string) bool {
	for _, c := range clauses {
		if c == "" {
			return false
		}
	}
	return len(clauses) > 0
}
