package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// known refuses a subscriber that nobody has added.
func (p *parts) known(ctx context.Context, id string) error {
	_, err := p.Store.Subscriber(ctx, edo.SubscriberID(id))
	return p.unknown(err, id)
}

// knownIf is known where no name means all: a name that nobody has would find nothing, as one that is in order.
func (p *parts) knownIf(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	return p.known(ctx, id)
}

// unknown says where the known ones are.
func (*parts) unknown(err error, id string) error {
	if errors.Is(err, edo.SubscriberUnknown) {
		return &edo.Error{
			Kind: edo.NotFound, Reason: edo.SubscriberUnknown, Field: "subscriber", Message: id + " is not known",
			Remedy: `see "edo-dms subscriber list"`,
		}
	}
	return err
}

// supported refuses an operator without a driver, and calls for printed forms that its driver does not have.
func (p *parts) supported(ctx context.Context, s directory.Subscriber) error {
	driver := p.driver(s.Operator)
	if driver == nil {
		names := make([]string, len(p.drivers))
		for i, d := range p.drivers {
			names[i] = d.Name()
		}
		return usage("operator", s.Operator+" is not known", "use "+strings.Join(names, " or "))
	}
	session, err := driver.Open(ctx, edo.Account{Subscriber: s.ID, Operator: s.Operator, Endpoint: s.Endpoint, Box: s.Box, Forms: s.Forms})
	if err == nil {
		return session.Close()
	}
	var faults edo.Faults
	if !errors.As(err, &faults) {
		faults = edo.Faults{err}
	}
	for _, f := range faults { // the login is not given here, and the row checks the rest
		var e *edo.Error
		if errors.As(f, &e) && strings.HasPrefix(e.Field, "account.forms") {
			return usage("form", e.Message, e.Remedy)
		}
	}
	return nil
}

// localDay is the beginning of a day where this machine is. The parser of arguments takes UTC.
func localDay(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.Local)
}
