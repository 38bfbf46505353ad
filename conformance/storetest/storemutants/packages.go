package storemutants

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/edo"
)

type accepting struct {
	storetest.Store

	change func(op *edo.Operation, jobs *[]edo.Job, events *[]edo.Event)
	claims bool // every package is said to be new
}

func (s accepting) Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (edo.Operation, bool, error) {
	op.Documents = slices.Clone(op.Documents) // those of the caller stay
	if s.change != nil {
		s.change(&op, &jobs, &events)
	}
	stored, created, err := s.Store.Accept(ctx, op, jobs, events)
	return stored, created || s.claims && err == nil, err
}

// unfenced lets a worker write whose lease has gone to somebody else.
type unfenced struct {
	storetest.Store

	mu     *sync.Mutex
	latest map[int64]edo.Job
}

func (s unfenced) Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error) {
	j, found, err := s.Store.Claim(ctx, owner, now, until)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest[j.ID] = j
	return j, found, err
}

func (s unfenced) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	s.mu.Lock()
	if l, ok := s.latest[j.ID]; ok {
		j = l
	}
	s.mu.Unlock()
	return s.Store.Settle(ctx, j, c)
}

// claiming claims wrongly.
type claiming struct {
	storetest.Store

	mu     *sync.Mutex
	held   *edo.Job
	twice  bool // a job that was claimed is given once more
	ahead  bool // jobs are claimed before they are due
	silent bool // when a job is due next is not known
	lease  bool // a renewed lease is not kept
}

func (s claiming) Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error) {
	s.mu.Lock()
	again := *s.held
	*s.held = edo.Job{}
	s.mu.Unlock()
	if s.twice && again.ID != 0 {
		return again, true, nil
	}
	if s.ahead {
		now = now.Add(24 * time.Hour)
	}
	j, found, err := s.Store.Claim(ctx, owner, now, until)
	s.mu.Lock()
	defer s.mu.Unlock()
	if found {
		*s.held = j
	}
	return j, found, err
}

func (s claiming) Renew(ctx context.Context, j edo.Job, until time.Time) error {
	if s.lease {
		return nil
	}
	return s.Store.Renew(ctx, j, until)
}

func (s claiming) NextDue(ctx context.Context, now time.Time) (time.Time, bool, error) {
	if s.silent {
		return time.Time{}, false, nil
	}
	return s.Store.NextDue(ctx, now)
}

func claimer(name, breaks string, c claiming, clauses ...string) Mutant {
	return lies(name, breaks, func(s storetest.Store) storetest.Store {
		c.Store, c.mu, c.held = s, &sync.Mutex{}, &edo.Job{}
		return c
	}, clauses...)
}

// telling reads packages, events and work wrongly.
type telling struct {
	storetest.Store

	operation  func(op *edo.Operation)
	operations func([]edo.Operation, error) ([]edo.Operation, error)
	filter     func(f *edo.OperationFilter)
	events     func([]edo.Event, error) ([]edo.Event, error)
	attempts   func([]edo.Attempt, error) ([]edo.Attempt, error)
	jobs       func([]edo.JobStatus, error) ([]edo.JobStatus, error)
	place      func(was, now int64) int64
	unsure     bool // Seize takes nothing
	usage      func([]edo.Usage, error) ([]edo.Usage, error)
}

func (s telling) Operation(ctx context.Context, k edo.Key) (edo.Operation, error) {
	op, err := s.Store.Operation(ctx, k)
	if s.operation != nil && err == nil {
		s.operation(&op)
	}
	return op, err
}

func (s telling) Operations(ctx context.Context, f edo.OperationFilter) ([]edo.Operation, error) {
	if s.filter != nil {
		s.filter(&f)
	}
	all, err := s.Store.Operations(ctx, f)
	if s.operations != nil {
		return s.operations(all, err)
	}
	return all, err
}

func (s telling) Events(ctx context.Context, id edo.SubscriberID, after int64, limit int) ([]edo.Event, error) {
	all, err := s.Store.Events(ctx, id, after, limit)
	if s.events != nil {
		return s.events(all, err)
	}
	return all, err
}

func (s telling) Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error) {
	all, err := s.Store.Attempts(ctx, k)
	if s.attempts != nil {
		return s.attempts(all, err)
	}
	return all, err
}

func (s telling) Jobs(ctx context.Context, f edo.JobFilter) ([]edo.JobStatus, error) {
	all, err := s.Store.Jobs(ctx, f)
	if s.jobs != nil {
		return s.jobs(all, err)
	}
	return all, err
}

func (s telling) Acknowledge(ctx context.Context, id edo.SubscriberID, consumer string, seq int64) error {
	if s.place != nil {
		was, err := s.Store.Acknowledged(ctx, id, consumer)
		if err != nil {
			return err
		}
		seq = s.place(was, seq)
	}
	return s.Store.Acknowledge(ctx, id, consumer, seq)
}

func (s telling) Seize(ctx context.Context, k edo.Key, owner string, now, until time.Time) (edo.Job, bool, error) {
	if s.unsure {
		return edo.Job{}, false, nil
	}
	return s.Store.Seize(ctx, k, owner, now, until)
}

func (s telling) Usage(ctx context.Context, from, to time.Time) ([]edo.Usage, error) {
	all, err := s.Store.Usage(ctx, from, to)
	if s.usage != nil {
		return s.usage(all, err)
	}
	return all, err
}

func teller(name, breaks string, t telling, clauses ...string) Mutant {
	return lies(name, breaks, func(s storetest.Store) storetest.Store {
		t.Store = s
		return t
	}, clauses...)
}

func packages() []Mutant {
	accepter := func(name, breaks string, a accepting, clauses ...string) Mutant {
		return lies(name, breaks, func(s storetest.Store) storetest.Store {
			a.Store = s
			return a
		}, clauses...)
	}
	return []Mutant{
		accepter("accepts-twice", "a package that is sent again is the same package", accepting{claims: true}, "V19"),
		accepter("accepts-without-work", "what was accepted is worked on", accepting{change: func(_ *edo.Operation, jobs *[]edo.Job, _ *[]edo.Event) { *jobs = nil }}, "gateway.Outbox.Accept"),
		accepter("accepts-in-silence", "whoever follows events hears of every package", accepting{change: func(_ *edo.Operation, _ *[]edo.Job, events *[]edo.Event) { *events = nil }}, "S7"),
		accepter("loses-a-document", "a package is kept whole", accepting{change: func(op *edo.Operation, _ *[]edo.Job, _ *[]edo.Event) {
			op.Documents = op.Documents[:len(op.Documents)-1]
		}}, "B3"),
		accepter("swaps-documents", "documents keep their order", accepting{change: func(op *edo.Operation, _ *[]edo.Job, _ *[]edo.Event) {
			op.Documents = append(op.Documents[1:len(op.Documents):len(op.Documents)], op.Documents[0])
		}}, "B3"),
		accepter("drops-a-reference", "references of other systems come back", accepting{change: func(op *edo.Operation, _ *[]edo.Job, _ *[]edo.Event) { op.Documents[0].ExternalID = "" }}, "S8"),
		accepter("starts-what-is-held", "a job that is held from the start waits", accepting{change: func(_ *edo.Operation, jobs *[]edo.Job, _ *[]edo.Event) {
			for i := range *jobs {
				(*jobs)[i].Until = time.Time{}
			}
		}}, "V3"),
		lies("drops-the-fence", "a worker whose lease was taken writes nothing", func(s storetest.Store) storetest.Store {
			return unfenced{Store: s, mu: &sync.Mutex{}, latest: map[int64]edo.Job{}}
		}, "V12"),
		claimer("gives-work-twice", "a job has one worker", claiming{twice: true}, "gateway.Outbox.Claim"),
		claimer("does-not-wait", "a job is not begun before it is due", claiming{ahead: true}, "gateway.Outbox.Claim"),
		claimer("forgets-what-is-due", "a worker knows when to wake", claiming{silent: true}, "gateway.Outbox.NextDue"),
		claimer("lets-leases-run-out", "a renewed lease keeps its job", claiming{lease: true}, "gateway.Outbox.Renew"),
		teller("moves-a-state-back", "a state is told as it is", telling{operation: func(op *edo.Operation) { op.State = edo.StateAccepted }}, "V8"),
		teller("trusts-its-own-clock", "the operator's time is the operator's", telling{operation: func(op *edo.Operation) { op.OperatorTime = op.UpdatedAt }}, "V8"),
		teller("hides-versions", "the second version is there", telling{operation: func(op *edo.Operation) {
			for i := range op.Documents {
				op.Documents[i].Versions = nil
			}
		}}, "V12"),
		teller("loses-the-last-package", "a list is whole", telling{operations: shorter[edo.Operation]}, "B3"),
		teller("lists-everything", "a filter filters", telling{filter: func(f *edo.OperationFilter) { *f = edo.OperationFilter{Limit: f.Limit} }}, "B3"),
		teller("loses-the-last-event", "events have no gaps", telling{events: shorter[edo.Event]}, "S7"),
		teller("turns-events-round", "events come in order", telling{events: turned[edo.Event]}, "S7"),
		teller("forgets-who", "an event is kept whole", telling{events: func(all []edo.Event, err error) ([]edo.Event, error) {
			for i := range all {
				all[i].At = all[i].At.Truncate(time.Second)
			}
			return all, err
		}}, "S14"),
		teller("loses-an-attempt", "every try is a row", telling{attempts: shorter[edo.Attempt]}, "B3"),
		teller("keeps-every-attempt-secret", "an interrupted try is seen", telling{attempts: func([]edo.Attempt, error) ([]edo.Attempt, error) { return nil, nil }}, "B3"),
		teller("hides-unfinished-work", "what waits is listed", telling{jobs: func([]edo.JobStatus, error) ([]edo.JobStatus, error) { return nil, nil }}, "gateway.Records.Jobs"),
		teller("moves-a-place-back", "what was acknowledged never moves back", telling{place: func(was, now int64) int64 { return max(was, now) + 1 }}, "S7"),
		teller("takes-nothing-over", "a person takes over what a worker holds", telling{unsure: true}, "gateway.Desk.Seize"),
		teller("counts-too-little", "what is counted is what the operator took", telling{usage: shorter[edo.Usage]}, "V18"),
		teller("counts-twice", "what is counted is what the operator took", telling{usage: func(all []edo.Usage, err error) ([]edo.Usage, error) {
			for i := range all {
				all[i].Packages *= 2
			}
			return all, err
		}}, "V18"),
	}
}
