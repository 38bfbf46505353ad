package directory

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// Examiner is what people and monitors ask of a store. Every store is one; nothing of it is needed for work.
type Examiner interface {
	// Writable makes one durable write that changes nothing that anybody reads.
	Writable(ctx context.Context) error
	// Settings lists what the database must be set to so that acknowledged writes survive a power cut.
	Settings(ctx context.Context) ([]Setting, error)
	// Workload counts what is to be done.
	Workload(ctx context.Context, now time.Time) (Workload, error)
}

// Setting is one setting of a database.
type Setting struct {
	Name, Value string
	Wanted      string // for people: what is safe
	Safe        bool
}

// Workload is what is to be done, over all subscribers.
type Workload struct {
	Due       int               // jobs that could be worked on now and that nobody holds
	Held      int               // jobs under a live lease
	Later     int               // jobs whose time has not come
	OldestDue time.Time         // since when the first of the due ones waits; zero: none is due
	Packages  map[edo.State]int // outgoing packages that are not with the operator yet

	// What waits for a person.
	Decisions      int // packages whose outcome nobody but a person can find out
	OverdueTasks   int // signature tasks past their deadline
	Counterparties int // counterparties to be chosen, or that cannot be reached
}

// Late is how long the first due job has waited, zero if none is due.
func (w Workload) Late(now time.Time) time.Duration {
	if w.OldestDue.IsZero() {
		return 0
	}
	return max(now.Sub(w.OldestDue), 0)
}
