package storemutants

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/edo"
)

// places are faults of how a store is made and opened.
func places() []Mutant {
	harness := func(name, breaks string, into func(h storetest.Harness) storetest.Harness, clauses ...string) Mutant {
		return Mutant{conformance.Mutant{Name: name, Breaks: breaks, Clauses: clauses}, into}
	}
	return []Mutant{
		harness("migrates-only-once", "programs that start at once migrate without harm", func(h storetest.Harness) storetest.Harness {
			var calls atomic.Int64
			migrate := h.Migrate
			h.Migrate = func(ctx context.Context, address string) error {
				if calls.Add(1) > 1 {
					return errors.New("somebody else has migrated")
				}
				return migrate(ctx, address)
			}
			return h
		}, "directory.MigrationNeeded"),
		harness("stores-in-memory", "what was acknowledged outlives its process, and others see it", func(h storetest.Harness) storetest.Harness {
			open, fresh := h.Open, h.Fresh
			h.Open = func(ctx context.Context, _ string, c storetest.Config) (storetest.Store, error) {
				t := conformance.NewRecorder(ctx, "elsewhere")
				return open(ctx, fresh(t), c)
			}
			return h
		}, "gateway.Outbox.Accept"),
		lies("takes-events-of-others", "an event belongs to the subscriber of its job", func(s storetest.Store) storetest.Store {
			return settling{s, func(c *edo.Change) {
				for i := range c.Events {
					c.Events[i].Key.Subscriber = "ours"
				}
			}}
		}, "gateway.Outbox.Settle"),
		lies("rounds-times", "times keep microseconds", func(s storetest.Store) storetest.Store { return rounding{s} }, "directory.Book"),
	}
}
