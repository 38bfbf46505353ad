package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// unknowing is a store whose n-th write ends without anybody knowing whether it was made, as when the answer to a COMMIT
// is lost and cannot be looked up either.
type unknowing struct {
	gateway.Outbox
	writes atomic.Int64
	nth    int64
	made   bool // whether it was
}

func (u *unknowing) write(do func() error) error {
	if u.writes.Add(1) != u.nth {
		return do()
	}
	if u.made {
		if err := do(); err != nil {
			return err
		}
	}
	return &edo.Error{Kind: edo.InDoubt, Reason: directory.StoreInDoubt, Message: "the answer of the database was lost"}
}

func (u *unknowing) Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (stored edo.Operation, created bool, err error) {
	err = u.write(func() (err error) {
		stored, created, err = u.Outbox.Accept(ctx, op, jobs, events)
		return err
	})
	if err != nil {
		return edo.Operation{}, false, err
	}
	return stored, created, nil
}

func (u *unknowing) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	return u.write(func() error { return u.Outbox.Settle(ctx, j, c) })
}

// TestNobodyKnowsWhetherItWasWritten: whichever write of a package ends so, made or not, the package goes out once, and
// whoever was not told that it is accepted may send it again.
func TestNobodyKnowsWhetherItWasWritten(t *testing.T) {
	t.Parallel()
	for nth := int64(1); nth <= 6; nth++ { // acceptance, sending, sent, and what comes after
		for _, made := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d %v", nth, made), func(t *testing.T) {
				t.Parallel()
				store := &unknowing{nth: nth, made: made}
				b := setup(t, both(forms, func(b *bundle) { store.Outbox, b.cfg.Outbox = b.store, store }))
				b.run(t)
				p := pack("p", "text")
				_, err := b.gw.Send(t.Context(), p)
				if (nth == 1) != errors.Is(err, directory.StoreInDoubt) {
					t.Fatalf("%v", err)
				}
				if err != nil {
					if _, err := b.gw.Send(t.Context(), p); err != nil {
						t.Fatal(err)
					}
				}
				b.until(t, "p", func(op edo.Operation) bool { return op.State.Sent() && op.Settled() })
				b.until(t, "p", func(edo.Operation) bool { return store.writes.Load() > nth })
				if n := len(b.op.Ledger()); n != 1 {
					t.Errorf("%d times in the ledger", n)
				}
			})
		}
	}
}
