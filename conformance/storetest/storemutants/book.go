package storemutants

import (
	"context"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type booked struct {
	storetest.Store

	what string
}

func (s booked) PutSubscriber(ctx context.Context, sub directory.Subscriber) error {
	if s.what == "unchecked" {
		_ = s.Store.PutSubscriber(ctx, sub)
		return nil
	}
	login := directory.SecretName{Subscriber: sub.ID, Kind: directory.SecretLogin, Field: "password"}
	kept, missing := s.Sealed(ctx, login)
	err := s.Store.PutSubscriber(ctx, sub)
	if s.what == "login stays" && err == nil && missing == nil {
		return s.Store.PutSealed(ctx, login, 1, kept.Bytes)
	}
	return err
}

func (s booked) Subscriber(ctx context.Context, id edo.SubscriberID) (directory.Subscriber, error) {
	sub, err := s.Store.Subscriber(ctx, id)
	if s.what == "subscriber" {
		sub.Pins = nil
	}
	return sub, err
}

func (s booked) Allowed(ctx context.Context, r edo.AccessRequest) error {
	if s.what == "allows" {
		return nil
	}
	return s.Store.Allowed(ctx, r)
}

func (s booked) Acting(ctx context.Context, r edo.AccessRequest) (edo.ActorID, error) {
	who, err := s.Store.Acting(ctx, r)
	if s.what == "acting" && err == nil {
		who = r.Actor
	}
	return who, err
}

func (s booked) RemoveUser(ctx context.Context, id edo.SubscriberID, a edo.ActorID) error {
	if s.what == "users stay" {
		return nil
	}
	return s.Store.RemoveUser(ctx, id, a)
}

func (s booked) Refusals(ctx context.Context, id edo.SubscriberID, limit int) ([]directory.Refusal, error) {
	all, err := s.Store.Refusals(ctx, id, limit)
	if s.what == "refusals" {
		return shorter(all, err)
	}
	if s.what == "no refusals" {
		return nil, err
	}
	return all, err
}

func (s booked) Reading(ctx context.Context, r edo.AccessRequest, what string) error {
	if s.what == "reading" {
		return s.Store.Allowed(ctx, r)
	}
	return s.Store.Reading(ctx, r, what)
}

func (s booked) Responsibles(ctx context.Context, id edo.SubscriberID) ([]edo.Responsible, error) {
	all, err := s.Store.Responsibles(ctx, id)
	if s.what == "responsibles" {
		return shorter(all, err)
	}
	return all, err
}

func (s booked) Absences(ctx context.Context, id edo.SubscriberID, at time.Time) ([]edo.Absence, error) {
	if s.what == "absences" && !at.IsZero() {
		at = at.Add(-time.Second)
	}
	return s.Store.Absences(ctx, id, at)
}

func (s booked) Enrolled(ctx context.Context, id edo.SubscriberID, e edo.Enrolled) error {
	if s.what == "enrolled" {
		return nil
	}
	return s.Store.Enrolled(ctx, id, e)
}

func (s booked) Counterparties(ctx context.Context, f directory.CounterpartyFilter) ([]edo.CounterpartyStatus, error) {
	all, err := s.Store.Counterparties(ctx, f)
	if s.what == "counterparties" {
		return shorter(all, err)
	}
	return all, err
}

func (s booked) PutSealed(ctx context.Context, n directory.SecretName, epoch int64, sealed []byte) error {
	err := s.Store.PutSealed(ctx, n, epoch, sealed)
	if s.what == "sealed" {
		return nil
	}
	return err
}

func (s booked) Succeed(ctx context.Context, from directory.SecretName, old []byte, to directory.SecretName, epoch int64, sealed []byte) error {
	if s.what == "succeed" {
		return s.Store.PutSealed(ctx, to, epoch, sealed)
	}
	return s.Store.Succeed(ctx, from, old, to, epoch, sealed)
}

func (s booked) AllSealed(ctx context.Context) ([]directory.SealedSecret, error) {
	all, err := s.Store.AllSealed(ctx)
	if s.what == "all sealed" {
		return append(all, directory.SealedSecret{Name: directory.SecretName{Subscriber: "ours", Field: "left-over"}}), err
	}
	return all, err
}

func book() []Mutant {
	one := func(what, name, breaks string, clauses ...string) Mutant {
		return lies(name, breaks, func(s storetest.Store) storetest.Store { return booked{s, what} }, clauses...)
	}
	return []Mutant{
		one("unchecked", "believes-every-subscriber", "a book refuses what is wrong", "B7"),
		one("login stays", "keeps-a-login-for-another-address", "a credential goes with the address that it was for", "B1"),
		one("subscriber", "forgets-pins", "a book keeps everything", "B1"),
		one("allows", "allows-everybody", "nobody may what nobody allowed", "B2"),
		one("acting", "ignores-substitutions", "who stands in is told with the one he stands in for", "B2"),
		one("users stay", "keeps-who-was-removed", "a change of the list holds at once", "B2"),
		one("refusals", "loses-a-refusal", "every refusal is a row", "B2"),
		one("no refusals", "hides-refusals", "every refusal is a row", "B2"),
		one("reading", "shows-before-it-writes", "whoever reads is a row before he reads", "B2"),
		one("responsibles", "loses-a-rule", "a rule is kept", "V5"),
		one("absences", "is-a-second-late", "an absence begins at its moment", "V5"),
		one("enrolled", "forgets-the-box", "a subscriber keeps the box that it was given", "gateway.Enrolments.Enrolled"),
		one("counterparties", "loses-the-last-counterparty", "a list is whole", "S2"),
		one("sealed", "takes-old-seals", "nothing is sealed with a key that is gone", "B1"),
		one("succeed", "keeps-both-secrets", "the next secret takes the place of the present one once", "B1"),
		one("all sealed", "invents-a-secret", "what is sealed is what was put", "B1"),
	}
}
