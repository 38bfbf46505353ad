package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// side is one of the two who talk: a home folder and a gateway over it. The sides share nothing but the operator.
type side struct {
	subscriber edo.SubscriberID
	actor      edo.ActorID // presses the buttons
	home       *local.Home
	gateway    *gateway.Gateway
	driver     edo.Driver
	press      func(context.Context) error // signs what waits for a key that is not here; nil: all keys are here
	end        context.CancelFunc
	ended      chan error
}

// openSide opens a home folder and starts the work on it. The waits are those of a demonstration: a minute is enough for
// the whole conversation.
func openSide(ctx context.Context, home string, s edo.SubscriberID, a edo.ActorID) (*side, error) {
	h, err := local.Open(ctx, home)
	if err != nil {
		return nil, err
	}
	driver := synerdocs.New(synerdocs.Config{})
	g, err := h.Gateway(gateway.Config{
		Drivers: []edo.Driver{driver}, Forms: forms{}, Pull: 200 * time.Millisecond, Idle: 100 * time.Millisecond,
		Backoff: gateway.Backoff{First: 50 * time.Millisecond, Longest: time.Second},
	})
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	work, end := context.WithCancel(ctx)
	v := &side{subscriber: s, actor: a, home: h, gateway: g, driver: driver, end: end, ended: make(chan error, 1)}
	go func() { v.ended <- g.Run(work) }()
	return v, nil
}

// close ends the work and waits for it.
func (s *side) close() error {
	s.end()
	err := <-s.ended
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return errors.Join(err, s.home.Close())
}

func (s *side) key(id edo.PackageID) edo.Key { return edo.Key{Subscriber: s.subscriber, Package: id} }

// send hands a package over and waits until it is with the operator and has its printed forms.
func (s *side) send(ctx context.Context, p edo.Package) (edo.Operation, error) {
	p.Subscriber, p.Actor = s.subscriber, s.actor
	op, err := s.gateway.Send(ctx, p)
	if err != nil {
		return op, err
	}
	return s.finish(ctx, op)
}

// answer answers a document and waits until the operator has the answer.
func (s *side) answer(ctx context.Context, a edo.Answer) (edo.Operation, error) {
	a.Subscriber, a.Actor = s.subscriber, s.actor
	op, err := s.gateway.Answer(ctx, a)
	if err != nil {
		return op, err
	}
	return s.finish(ctx, op)
}

// finish follows an operation to its end. Where the key of a person is not here the person signs in between.
func (s *side) finish(ctx context.Context, op edo.Operation) (edo.Operation, error) {
	for next, err := range s.gateway.Watch(ctx, op.Key, 0) {
		if err != nil {
			return op, err
		}
		if op = next; op.Reason == edo.SignatureAwaited && s.press != nil {
			if err := s.press(ctx); err != nil {
				return op, err
			}
		}
	}
	if !op.State.Sent() {
		return op, fmt.Errorf("%s ended %s: %s", op.Key.Package, op.State, op.Detail)
	}
	return op, nil
}

// await pulls the events of a side until one fits, as a host does. What happened before counts as well.
func (s *side) await(ctx context.Context, what string, fits func(edo.Event) bool) (edo.Event, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for after := int64(0); ; {
		events, err := s.gateway.Deliver(ctx, s.subscriber, after, 100)
		if i := slices.IndexFunc(events, fits); i >= 0 {
			return events[i], nil
		}
		if len(events) > 0 {
			after = events[len(events)-1].Seq
			continue
		}
		if err == nil {
			select {
			case <-tick.C:
				continue
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		return edo.Event{}, fmt.Errorf("%s waits for %s: %w", s.subscriber, what, err)
	}
}

// arrival waits for the document that came with a message, and gives it as it stands now.
func (s *side) arrival(ctx context.Context, kind string) (edo.InboundDocument, error) {
	e, err := s.await(ctx, kind, func(e edo.Event) bool {
		return e.Kind == edo.EventInbound && e.Inbound != nil && e.Inbound.Kind == kind
	})
	if err != nil {
		return edo.InboundDocument{}, err
	}
	return s.gateway.Inbound(ctx, e.Inbound.Key)
}

// reaches waits until a package of this side has come to a state.
func (s *side) reaches(ctx context.Context, id edo.PackageID, state edo.State) (edo.Operation, error) {
	_, err := s.await(ctx, string(id)+" to be "+string(state), func(e edo.Event) bool {
		return e.Kind == edo.EventStatus && e.Key.Package == id && e.State == state && e.Document == ""
	})
	if err != nil {
		return edo.Operation{}, err
	}
	return s.gateway.Status(ctx, s.key(id))
}
