package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/edokit/edokit/edo"
)

// subscriber is one of our organisations as a page shows it.
type subscriber struct {
	ID    edo.SubscriberID
	Title string
	INN   string
	KPP   string
}

// glance asks for a right to draw a page: each once, and a refusal leaves no row.
func (k *Console) glance(ctx context.Context, f *frame, a edo.Action, s edo.SubscriberID, kinds []string) (bool, error) {
	name := fmt.Sprintf("%q", append([]string{string(a), string(s)}, kinds...))
	err, asked := f.rights[name]
	if !asked {
		err = k.Access.Allowed(ctx, edo.AccessRequest{Actor: f.Actor, Action: a, Subscriber: s, Kinds: kinds, At: f.now, Glance: true})
		f.rights[name] = err
	}
	if errors.Is(err, edo.Denied) {
		return false, nil
	}
	return err == nil, err
}

// demand asks for a right that the page needs: a refusal is a row before it is an answer.
func (k *Console) demand(ctx context.Context, f *frame, a edo.Action, s edo.SubscriberID, kinds []string) error {
	return k.Access.Allowed(ctx, edo.AccessRequest{Actor: f.Actor, Action: a, Subscriber: s, Kinds: kinds, At: f.now})
}

// kindsOf are the kinds of documents by which rights are bound; our answers have none.
func kindsOf(op edo.Operation) (kinds []string) {
	for _, d := range op.Documents {
		if d.Kind != "" && !slices.Contains(kinds, d.Kind) {
			kinds = append(kinds, d.Kind)
		}
	}
	return kinds
}

// visible lists the subscribers whose rows the user may see. Who may see none is refused.
func (k *Console) visible(ctx context.Context, f *frame) ([]subscriber, error) {
	return k.having(ctx, f, edo.ActionRead)
}

// having lists the subscribers for which the user has a right, for this page. Who has it for none is refused.
func (k *Console) having(ctx context.Context, f *frame, a edo.Action) ([]subscriber, error) {
	rows, err := k.Book.Subscribers(ctx)
	if err != nil {
		return nil, err
	}
	var all []subscriber
	for _, s := range rows {
		ok, err := k.glance(ctx, f, a, s.ID, nil)
		if err != nil {
			return nil, err
		}
		administers, err := k.glance(ctx, f, edo.ActionAdmin, s.ID, nil)
		if err != nil {
			return nil, err
		}
		f.Administers = f.Administers || administers
		if ok {
			all = append(all, subscriber{s.ID, cmp.Or(s.Title, string(s.ID)), s.INN, s.KPP})
		}
	}
	if len(all) == 0 {
		if err := k.demand(ctx, f, a, "", nil); err != nil {
			return nil, err
		}
		return nil, notFound("there are no subscribers")
	}
	f.all = all
	return all, k.called(ctx, f)
}

// called finds the name of the user for the head of the page.
func (k *Console) called(ctx context.Context, f *frame) error {
	for _, s := range f.all {
		users, err := k.Book.Users(ctx, s.ID)
		if err != nil {
			return err
		}
		for _, u := range users {
			if u.Actor == f.Actor && u.Name != "" {
				f.Name = u.Name
				return nil
			}
		}
	}
	return nil
}

// of finds a subscriber that the user may see; a page about another is refused with a row.
func (k *Console) of(ctx context.Context, f *frame, id edo.SubscriberID) (subscriber, error) {
	return k.entitled(ctx, f, edo.ActionRead, id)
}

// titled finds a subscriber among those of the page.
func (f *frame) titled(id edo.SubscriberID) (subscriber, bool) {
	for _, s := range f.all {
		if s.ID == id {
			return s, true
		}
	}
	return subscriber{}, false
}

// entitled finds a subscriber for which the user has a right; without it he is refused with a row, also of what is not there.
func (k *Console) entitled(ctx context.Context, f *frame, a edo.Action, id edo.SubscriberID) (subscriber, error) {
	if _, err := k.having(ctx, f, a); err != nil {
		return subscriber{}, err
	}
	if s, found := f.titled(id); found {
		return s, nil
	}
	if err := k.demand(ctx, f, a, id, nil); err != nil {
		return subscriber{}, err
	}
	return subscriber{}, notFound("there is no such subscriber")
}

// chosen is the subscriber that a page is about: the one that is named, else the first for which the user has the right.
func (k *Console) chosen(ctx context.Context, f *frame, a edo.Action, name string) (s subscriber, all []choice, err error) {
	if _, err := k.having(ctx, f, a); err != nil {
		return s, nil, err
	}
	s = f.all[0]
	if name != "" {
		if s, err = k.entitled(ctx, f, a, edo.SubscriberID(name)); err != nil {
			return s, nil, err
		}
	}
	for _, one := range f.all {
		all = append(all, choice{string(one.ID), one.Title, one.ID == s.ID})
	}
	return s, all, nil
}

// named finds a package that the user may see. Whoever may not learns that first, also of what is not there.
func (k *Console) named(ctx context.Context, f *frame, key edo.Key) (edo.Operation, subscriber, error) {
	s, err := k.of(ctx, f, key.Subscriber)
	if err != nil {
		return edo.Operation{}, s, err
	}
	op, err := k.Book.Operation(ctx, key)
	if err != nil {
		return op, s, err
	}
	return op, s, k.demand(ctx, f, edo.ActionRead, key.Subscriber, kindsOf(op))
}

// nameOf is how a person is shown: the name of the directory, or the id.
func (k *Console) nameOf(ctx context.Context, s edo.SubscriberID, a edo.ActorID) string {
	actor, principal := a.Acting()
	users, err := k.Book.Users(ctx, s)
	if err != nil {
		return string(a) // the id says it as well
	}
	name := func(id edo.ActorID) string {
		for _, u := range users {
			if u.Actor == id && u.Name != "" {
				return u.Name
			}
		}
		return string(id)
	}
	if principal == "" {
		return name(actor)
	}
	return name(actor) + " (" + name(principal) + ")"
}
