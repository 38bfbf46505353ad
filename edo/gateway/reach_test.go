package gateway_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

const client = "7707083893"

var clientKey = edo.CounterpartyKey{Subscriber: sub, INN: client, KPP: "773601001"}

func introduction() edo.Introduction {
	return edo.Introduction{Counterparty: edo.Counterparty{INN: client, KPP: "773601001", Name: "Client"}, EMails: []string{"client@example.org"}}
}

// reaches is an operator that does not know the client.
func reaches(b *bundle) {
	b.cfg.Reach = b.store
	b.op.Boxes = map[string][]edo.Address{client: {}}
}

func (b *bundle) ensure(t *testing.T, i edo.Introduction) edo.CounterpartyStatus {
	t.Helper()
	c, err := b.gw.EnsureCounterparty(t.Context(), clerk, sub, i)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bundle) reached(t *testing.T, s edo.CounterpartyState) edo.CounterpartyStatus {
	t.Helper()
	var c edo.CounterpartyStatus
	eventually(t, func() bool {
		var err error
		if c, err = b.store.CounterpartyStatus(t.Context(), clientKey); err != nil {
			t.Fatal(err)
		}
		return c.State == s
	})
	return c
}

func (b *bundle) reachStates(t *testing.T) []edo.CounterpartyState {
	t.Helper()
	var states []edo.CounterpartyState
	for _, e := range b.events(t, edo.EventReach) {
		states = append(states, e.Reach.State)
	}
	return states
}

// TestV2_FiftyCallsRegisterOnce: fifty callers of two processes on one store make one registration and one invitation.
func TestV2_FiftyCallsRegisterOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, reaches)
	second := b.cfg
	second.Owner = "second"
	other := b.open(t, second)
	ctx, cancel := context.WithCancel(context.Background())
	var running, calls sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	running.Go(func() { _ = b.gw.Run(ctx) })
	running.Go(func() { _ = other.Run(ctx) })
	for i := range 50 {
		gw := b.gw
		if i%2 == 1 {
			gw = other
		}
		calls.Go(func() {
			if c, err := gw.EnsureCounterparty(t.Context(), clerk, sub, introduction()); err != nil || c.Key != clientKey {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
	calls.Wait()
	b.reached(t, edo.CounterpartyInvited)
	b.op.SetRelation(client, edo.RelationActive, true)
	c := b.reached(t, edo.CounterpartyReady)
	if registered, invited := b.op.Introductions(); registered != 1 || invited != 1 || !c.Registered || c.Address.Box != "box-"+client {
		t.Errorf("%d registrations, %d invitations, %+v", registered, invited, c)
	}
	if diff := cmp.Diff([]edo.CounterpartyState{edo.CounterpartyInvited, edo.CounterpartyReady}, b.reachStates(t)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
}

// TestReach takes a counterparty through every way it can end.
func TestReach(t *testing.T) {
	t.Parallel()
	lost := &edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerLost}
	active := func() []edo.Address { return []edo.Address{{Box: "b1", INN: client, Active: true}} } // each operator changes its own
	for name, tc := range map[string]struct {
		change     func(*bundle)
		state      edo.CounterpartyState
		reason     edo.Reason
		registered int
		invited    int
	}{
		"known and active": {func(b *bundle) { b.op.Boxes[client] = active() }, edo.CounterpartyReady, "", 0, 0},
		"known, not invited yet": {func(b *bundle) {
			b.op.Boxes[client] = active()
			b.op.SetRelation(client, edo.RelationNone, true)
		}, edo.CounterpartyInvited, edo.CounterpartyPending, 0, 1},
		"it has invited us": {func(b *bundle) {
			b.op.Boxes[client] = active()
			b.op.SetRelation(client, edo.RelationAsked, true)
		}, edo.CounterpartyReady, "", 0, 0},
		"it has forbidden the exchange": {func(b *bundle) {
			b.op.Boxes[client] = active()
			b.op.SetRelation(client, edo.RelationForbidden, true)
		}, edo.CounterpartyForbidden, edo.CounterpartyBlocked, 0, 0},
		"several boxes": {func(b *bundle) {
			b.op.Boxes[client] = []edo.Address{{Box: "b1", Active: true}, {Box: "b2", Active: true}}
		}, edo.CounterpartyChoice, edo.CounterpartyMany, 0, 0},
		"ourselves": {func(b *bundle) { b.op.Boxes[client] = []edo.Address{{Box: "box-own", Active: true}} }, edo.CounterpartyFailed, edo.SendToSelf, 0, 0},
		"refused": {func(b *bundle) {
			b.op.People.Refuse = func(edo.Introduction) error { return &edo.Error{Kind: edo.Refused, Reason: edo.OperatorRefused} }
		}, edo.CounterpartyFailed, edo.OperatorRefused, 0, 0},
		"registered by somebody else meanwhile": {func(b *bundle) {
			b.op.People.Refuse = func(edo.Introduction) error {
				b.op.SetBoxes(client, active()...)
				return &edo.Error{Kind: edo.Conflict, Reason: edo.CounterpartyKnown}
			}
		}, edo.CounterpartyReady, "", 0, 0},
		"registered, answer lost": {func(b *bundle) {
			b.op.VisibilityTime = 50 * time.Millisecond
			b.op.People.Introduce = func(int) error { return lost }
			b.op.People.Invisible = func(_ string, n int) bool { return n < 4 }
		}, edo.CounterpartyInvited, edo.CounterpartyPending, 1, 1},
		"request lost": {func(b *bundle) {
			b.op.VisibilityTime = 20 * time.Millisecond
			var once sync.Once
			b.op.People.Refuse = func(edo.Introduction) (err error) {
				once.Do(func() { err = lost })
				return err
			}
		}, edo.CounterpartyInvited, edo.CounterpartyPending, 1, 1},
		"unavailable at first": {func(b *bundle) {
			var once sync.Once
			b.op.People.Refuse = func(edo.Introduction) (err error) {
				once.Do(func() { err = &edo.Error{Kind: edo.Unavailable} })
				return err
			}
		}, edo.CounterpartyInvited, edo.CounterpartyPending, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(reaches, tc.change))
			b.run(t)
			if c := b.ensure(t, introduction()); c.State != edo.CounterpartyLooking {
				t.Errorf("at first %s", c.State)
			}
			c := b.reached(t, tc.state)
			registered, invited := b.op.Introductions()
			got := []any{c.Reason, registered, invited}
			if diff := cmp.Diff([]any{tc.reason, tc.registered, tc.invited}, got); diff != "" {
				t.Errorf("(-want +got)\n%s%s", diff, c.Detail)
			}
			if len(b.reachStates(t)) == 0 {
				t.Error("nobody was told")
			}
		})
	}
}

// TestInviteWaitsForActivity: an operator that lets only active ones be invited is asked again until it does.
func TestInviteWaitsForActivity(t *testing.T) {
	t.Parallel()
	b := setup(t, both(reaches, func(b *bundle) { b.op.People.Active = true }))
	b.run(t)
	b.ensure(t, introduction())
	if c := b.reached(t, edo.CounterpartyInvited); c.Reason != edo.CounterpartyPending {
		t.Errorf("%s: %s", c.Reason, c.Detail)
	}
	if _, invited := b.op.Introductions(); invited != 0 {
		t.Errorf("%d invitations of one who is not active", invited)
	}
	b.op.SetRelation(client, edo.RelationNone, true)
	eventually(t, func() bool { _, invited := b.op.Introductions(); return invited == 1 })
	b.op.SetRelation(client, edo.RelationActive, true)
	b.reached(t, edo.CounterpartyReady)
}

// TestReachAfterDeath: a process that dies with the request to register on its way leaves no second registration.
func TestReachAfterDeath(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"counterparty.claimed", "reach.registering", "reach.introduced", "reach.invited"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(reaches, func(b *bundle) {
				b.cfg.Lease, b.op.VisibilityTime = 200*time.Millisecond, 50*time.Millisecond
			}))
			b.ensure(t, introduction())
			b.dieAt(t, death{point, 1})
			b.run(t)
			b.reached(t, edo.CounterpartyInvited)
			b.op.SetRelation(client, edo.RelationActive, true)
			b.reached(t, edo.CounterpartyReady)
			if registered, invited := b.op.Introductions(); registered != 1 || invited != 1 {
				t.Errorf("%d registrations, %d invitations", registered, invited)
			}
		})
	}
}

// TestReachIsNotRepeatedBlindly: an operator that would register twice, and shows what it has registered late, registers
// once: after a lost answer and after a death in the middle of the request.
func TestReachIsNotRepeatedBlindly(t *testing.T) {
	t.Parallel()
	for name, die := range map[string]string{"answer lost": "", "death before the answer": "reach.introduced"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var registered atomic.Int64 // when
			b := setup(t, both(reaches, func(b *bundle) {
				b.cfg.Lease, b.op.VisibilityTime = 200*time.Millisecond, 2*time.Second
				b.op.People.Forgetful = true
				b.op.People.Introduce = func(int) error {
					registered.CompareAndSwap(0, time.Now().UnixNano())
					if die == "" {
						return &edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerLost}
					}
					return nil
				}
				b.op.People.Invisible = func(string, int) bool {
					at := registered.Load()
					return at == 0 || time.Since(time.Unix(0, at)) < time.Second
				}
			}))
			b.ensure(t, introduction())
			if die != "" {
				b.dieAt(t, death{die, 1})
			}
			b.run(t)
			b.reached(t, edo.CounterpartyInvited)
			if registered, _ := b.op.Introductions(); registered != 1 {
				t.Errorf("%d registrations", registered)
			}
		})
	}
}

// TestReadyWakesThePackage: it does not wait for its own next look.
func TestReadyWakesThePackage(t *testing.T) {
	t.Parallel()
	b := setup(t, both(reaches, func(b *bundle) {
		b.op.People.Strict, b.account.Policy.Register = true, true
		b.cfg.Backoff = gateway.Backoff{First: time.Hour, Longest: time.Hour}
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", reason(edo.CounterpartyPending))
	b.reached(t, edo.CounterpartyInvited)
	b.op.SetRelation(client, edo.RelationActive, true)
	if _, err := b.gw.Relate(t.Context(), clerk, clientKey, edo.MoveInvite, ""); err != nil { // looks again at once
		t.Fatal(err)
	}
	b.until(t, "p1", state(edo.StateSent))
}

// TestChoiceIsMade: nobody chooses for a person; the choice goes on from there.
func TestChoiceIsMade(t *testing.T) {
	t.Parallel()
	b := setup(t, both(reaches, func(b *bundle) {
		b.op.Boxes[client] = []edo.Address{{Box: "b1", Active: true}, {Box: "b2", Active: true}}
	}))
	b.run(t)
	b.ensure(t, introduction())
	if c := b.reached(t, edo.CounterpartyChoice); len(c.Candidates) != 2 {
		t.Errorf("%+v", c.Candidates)
	}
	chosen := introduction()
	chosen.Counterparty.Box = "b2"
	b.ensure(t, chosen)
	if c := b.reached(t, edo.CounterpartyReady); c.Address.Box != "b2" || len(c.Candidates) != 0 {
		t.Errorf("%+v", c)
	}
}

// TestPackageWaitsForItsCounterparty: where the subscriber has decided so, an unknown counterparty is registered and
// invited by itself, and the package leaves by itself when it is ready.
func TestPackageWaitsForItsCounterparty(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bundle){
		"unknown": nil,
		"known, not active": func(b *bundle) {
			b.op.Boxes[client] = []edo.Address{{Box: "box-" + client, INN: client}}
			b.op.SetRelation(client, edo.RelationNone, false)
		},
		"active, not related": func(b *bundle) {
			b.op.Boxes[client] = []edo.Address{{Box: "box-" + client, INN: client, Active: true}}
			b.op.SetRelation(client, edo.RelationNone, true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(reaches, forms, change, func(b *bundle) {
				b.op.People.Strict, b.account.Policy.Register = true, true
				b.cfg.Backoff.Longest = time.Hour // what is ready wakes the package
				b.cfg.Backoff.First = 20 * time.Millisecond
			}))
			b.run(t)
			if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
				t.Fatal(err)
			}
			b.until(t, "p1", func(op edo.Operation) bool {
				return op.State == edo.StateWaiting && op.Reason == edo.CounterpartyPending
			})
			b.reached(t, edo.CounterpartyInvited)
			b.op.SetRelation(client, edo.RelationActive, true)
			op := b.until(t, "p1", state(edo.StateSent))
			if op.Address.Box != "box-"+client || len(b.op.Ledger()) != 1 {
				t.Errorf("%+v, %d in the ledger", op.Address, len(b.op.Ledger()))
			}
			if _, invited := b.op.Introductions(); invited != 1 {
				t.Errorf("%d invitations", invited)
			}
		})
	}
}

// TestInactiveIsNeverAFault: also where nobody is invited by itself a package waits for a counterparty that is not
// active, and goes out when it is.
func TestInactiveIsNeverAFault(t *testing.T) {
	t.Parallel()
	b := setup(t, both(reaches, func(b *bundle) {
		b.op.People.Strict = true
		b.op.Boxes[client] = []edo.Address{{Box: "b1", INN: client, Active: true}}
		b.op.SetRelation(client, edo.RelationNone, true)
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", func(op edo.Operation) bool {
		return op.State == edo.StateWaiting && op.Reason == edo.CounterpartyInactive
	})
	b.op.SetRelation(client, edo.RelationActive, true)
	b.until(t, "p1", state(edo.StateSent))
	if _, invited := b.op.Introductions(); invited != 0 {
		t.Error("somebody was invited")
	}
}

// TestRelate makes moves as a person decides; what was stopped is not begun again by itself.
func TestRelate(t *testing.T) {
	t.Parallel()
	b := setup(t, both(reaches, func(b *bundle) { b.op.Boxes[client] = []edo.Address{{Box: "b1", INN: client, Active: true}} }))
	b.run(t)
	b.ensure(t, introduction())
	b.reached(t, edo.CounterpartyReady)
	c, err := b.gw.Relate(t.Context(), clerk, clientKey, edo.MoveStop, "bye")
	if err != nil || c.Relation != edo.RelationWithdrawn || c.State != edo.CounterpartyForbidden {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = b.gw.Relate(t.Context(), clerk, clientKey, edo.MoveInvite, ""); err != nil || c.State != edo.CounterpartyInvited {
		t.Errorf("%+v, %v", c, err)
	}
	b.op.SetRelation(client, edo.RelationActive, true)
	b.reached(t, edo.CounterpartyReady)
	for name, tc := range map[string]struct {
		actor edo.ActorID
		key   edo.CounterpartyKey
		move  edo.Move
		want  error
	}{
		"stranger":     {"stranger", clientKey, edo.MoveStop, edo.UserNotAllowed},
		"unknown move": {clerk, clientKey, "dance", edo.Invalid},
		"no such INN":  {clerk, edo.CounterpartyKey{Subscriber: sub, INN: "1"}, edo.MoveInvite, edo.INNMalformed},
	} {
		if _, err := b.gw.Relate(t.Context(), tc.actor, tc.key, tc.move, ""); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
