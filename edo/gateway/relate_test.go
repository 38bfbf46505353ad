package gateway_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

// invitedClient has a box and no relation: the work on it invites.
func invitedClient(b *bundle) {
	b.op.Boxes[client] = []edo.Address{{Box: "b1", INN: client, Active: true}}
	b.op.SetRelation(client, edo.RelationNone, true)
}

// TestStopIsNotOverwritten: what a person decides while the work on the counterparty is in the middle of a step stays,
// and so does what a person decides when that work has just written.
func TestStopIsNotOverwritten(t *testing.T) {
	t.Parallel()
	var looked atomic.Bool
	in, hold := make(chan struct{}), make(chan struct{})
	b := setup(t, both(reaches, invitedClient, func(b *bundle) {
		b.op.People.Invisible = func(string, int) bool { return looked.Load() } // later: registered again
		b.cfg.Trace = func(_ context.Context, point string) {
			if point == "reach.invited" && looked.CompareAndSwap(false, true) {
				close(in)
				<-hold
			}
		}
	}))
	b.ensure(t, introduction())
	b.run(t)
	<-in
	row, err := b.store.CounterpartyStatus(t.Context(), clientKey)
	if err != nil {
		t.Fatal(err)
	}
	row.State, row.Reason = edo.CounterpartyForbidden, edo.CounterpartyBlocked
	if err := b.store.Revise(t.Context(), row, row.Revision, nil); err != nil {
		t.Fatal(err)
	}
	close(hold)
	eventually(t, func() bool { // the job is given back, looks again and ends
		attempts, err := b.store.Attempts(t.Context(), edo.Key{Subscriber: sub, Package: clientKey.ID()})
		return err == nil && len(attempts) > 1 && attempts[len(attempts)-1].Result == string(edo.CounterpartyForbidden)
	})
	if c := b.reached(t, edo.CounterpartyForbidden); c.Revision != row.Revision+1 || len(b.reachStates(t)) != 0 {
		t.Errorf("revision %d, told %v", c.Revision, b.reachStates(t))
	}
}

// registrars is an operator whose answers to people's moves can be spoilt.
type registrars struct {
	*edotest.Operator
	relation func(n int) error // of the n-th question, from 1
	relate   func() error      // after the move was made
}

type counted struct {
	registrars
	edo.Session
	edo.Registrar
	n *atomic.Int64
}

func (r registrars) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	s, err := r.Operator.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	return counted{r, s, s.(edo.Registrar), new(atomic.Int64)}, nil
}

func (c counted) Relation(ctx context.Context, a edo.Address) (edo.Relation, error) {
	if err := c.relation(int(c.n.Add(1))); err != nil {
		return edo.Relation{}, err
	}
	return c.Registrar.Relation(ctx, a)
}

func (c counted) Relate(ctx context.Context, a edo.Address, m edo.Move, comment string) error {
	if err := c.relate(); err != nil {
		return err
	}
	return c.Registrar.Relate(ctx, a, m, comment)
}

func (c counted) Close() error { return c.Session.Close() }

func (c counted) Lookup(ctx context.Context, who edo.Counterparty) ([]edo.Address, error) {
	return c.Session.Lookup(ctx, who)
}

func (c counted) Send(ctx context.Context, m edo.Message) (edo.Sent, error) {
	return c.Session.Send(ctx, m)
}

// TestStopIsWrittenFirst: whatever becomes of a withdrawal at the operator, nobody is invited again by itself, and the
// row says what became of it.
func TestStopIsWrittenFirst(t *testing.T) {
	t.Parallel()
	line := &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable, Message: "the line is down"}
	refused := &edo.Error{Kind: edo.Refused, Reason: edo.OperatorRefused, Message: "the operator refused"}
	for name, tc := range map[string]struct {
		relate, after error // of the move, and of the look after it
		reason        edo.Reason
		detail        string
	}{
		"made, then the line fails": {nil, line, edo.CounterpartyBlocked, "(withdraw)"},
		"refused":                   {refused, nil, edo.OperatorRefused, "the operator refused"},
		"unavailable":               {line, nil, edo.OperatorUnavailable, "the line is down"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(reaches, invitedClient))
			b.ensure(t, introduction())
			stop := b.runOnce(t)
			b.reached(t, edo.CounterpartyInvited)
			stop()
			c := b.cfg
			c.Drivers = []edo.Driver{registrars{
				b.op,
				func(n int) error {
					if n > 1 {
						return tc.after
					}
					return nil
				},
				func() error {
					row, err := b.store.CounterpartyStatus(t.Context(), clientKey)
					if err != nil || row.State != edo.CounterpartyForbidden {
						t.Errorf("asked before it was written: %s, %v", row.State, err)
					}
					return tc.relate
				},
			}}
			if _, err := b.open(t, c).Relate(t.Context(), clerk, clientKey, edo.MoveWithdraw, ""); err == nil {
				t.Error("a failure was not told")
			}
			row := b.reached(t, edo.CounterpartyForbidden)
			if row.Reason != tc.reason || !strings.Contains(row.Detail, tc.detail) {
				t.Errorf("%s: %s", row.Reason, row.Detail)
			}
			b.cfg.Owner = "later"
			b.runOnce(t)
			key := edo.Key{Subscriber: sub, Package: clientKey.ID()}
			eventually(t, func() bool {
				attempts, err := b.store.Attempts(t.Context(), key)
				return err == nil && attempts[len(attempts)-1].Result == string(edo.CounterpartyForbidden)
			})
			if _, invited := b.op.Introductions(); invited != 1 {
				t.Errorf("%d invitations", invited)
			}
		})
	}
}

// TestImpossibleMoves are refused before anything is written or asked; one that was made already is none of them.
func TestImpossibleMoves(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		state edo.RelationState
		move  edo.Move
		want  error
		words string
	}{
		"withdraw what was accepted":  {edo.RelationActive, edo.MoveWithdraw, edo.Invalid, "[stop]"},
		"stop what has not begun":     {edo.RelationInvited, edo.MoveStop, edo.Invalid, "[withdraw]"},
		"accept what nobody offered":  {edo.RelationNone, edo.MoveAccept, edo.Invalid, "[invite]"},
		"invite whom we must answer":  {edo.RelationAsked, edo.MoveInvite, edo.Invalid, "[accept decline]"},
		"invite who has forbidden it": {edo.RelationForbidden, edo.MoveInvite, edo.CounterpartyBlocked, "forbidden"},
		"invite twice":                {edo.RelationInvited, edo.MoveInvite, nil, ""},
		"invite an active one":        {edo.RelationActive, edo.MoveInvite, nil, ""},
		"withdraw twice":              {edo.RelationWithdrawn, edo.MoveWithdraw, nil, ""},
		"decline twice":               {edo.RelationRejected, edo.MoveDecline, nil, ""},
		"nobody knows where it is":    {edo.RelationUnknown, edo.MoveStop, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(reaches, invitedClient, func(b *bundle) { b.cfg.Backoff = gateway.Backoff{} }))
			before := b.ensure(t, introduction())
			b.op.SetRelation(client, tc.state, true)
			_, err := b.gw.Relate(t.Context(), clerk, clientKey, tc.move, "")
			if tc.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *edo.Error
			if !errors.Is(err, tc.want) || !errors.As(err, &e) || e.Field != "move" || !strings.Contains(err.Error(), tc.words) {
				t.Errorf("got %v", err)
			}
			if now, err := b.store.CounterpartyStatus(t.Context(), clientKey); err != nil || now.Revision != before.Revision {
				t.Errorf("written all the same: %+v, %v", now, err)
			}
		})
	}
}
