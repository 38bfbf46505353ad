package gateway_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// lists is a bundle with the store's own allow-list.
func lists(t *testing.T) *bundle {
	t.Helper()
	b := setup(t, both(forms, func(b *bundle) { b.cfg.Access, b.cfg.Readings = b.store, b.store }))
	err := b.store.PutSubscriber(t.Context(), directory.Subscriber{
		ID: sub, Operator: "edotest", Endpoint: "https://service.example/", INN: "7707083893", Login: "x", LoginKind: directory.LoginPassword,
	})
	if err != nil {
		t.Fatal(err)
	}
	for actor, actions := range map[edo.ActorID][]edo.Action{
		clerk: {edo.ActionSend}, "reader": {edo.ActionReadContent, edo.ActionReadLog, edo.ActionRead}, "boss": {edo.ActionAdmin, edo.ActionExport},
	} {
		if err := b.store.PutUser(t.Context(), directory.User{Actor: actor, Subscriber: sub, Actions: actions}); err != nil {
			t.Fatal(err)
		}
	}
	err = b.store.PutSubstitution(t.Context(), directory.Substitution{Subscriber: sub, Deputy: "deputy", Principal: clerk, Until: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bundle) wasRead(t *testing.T) []edo.Reading {
	t.Helper()
	all, err := b.store.Readings(t.Context(), sub, 0)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestContentIsARead: nothing is given out without a right and a row, whatever there is to give.
func TestContentIsARead(t *testing.T) {
	t.Parallel()
	b := lists(t)
	op, err := b.gw.Send(t.Context(), pack("p1", "one"))
	if err != nil {
		t.Fatal(err)
	}
	key, id := op.Key, op.Documents[0].ID
	for _, by := range []edo.Reader{{}, {Actor: clerk}, {Actor: "stranger"}, {Actor: "os:root"}} {
		for _, role := range []edo.Role{edo.RoleOriginal, edo.RoleLocalMark} { // the second is not there, which a stranger does not learn
			if c, _, err := b.gw.Content(t.Context(), by, key, id, role); !errors.Is(err, edo.UserNotAllowed) || c.Open != nil {
				t.Errorf("%+v, %s: %v", by, role, err)
			}
		}
		if _, _, err := b.gw.Content(t.Context(), by, edo.Key{Subscriber: sub, Package: "none"}, id, edo.RoleOriginal); !errors.Is(err, edo.UserNotAllowed) {
			t.Errorf("%+v, another package: %v", by, err)
		}
	}
	if got := b.wasRead(t); len(got) != 0 {
		t.Errorf("readings that were refused: %+v", got)
	}
	for _, by := range []edo.Reader{{Actor: "reader"}, {Actor: "os:root", Local: true}} {
		if _, _, err := b.gw.Content(t.Context(), by, key, id, edo.RoleLocalMark); !errors.Is(err, edo.NotFound) {
			t.Errorf("%+v, what is not there: %v", by, err)
		}
		c, v, err := b.gw.Content(t.Context(), by, key, id, edo.RoleOriginal)
		if err != nil {
			t.Fatal(err)
		}
		want := edo.Reading{Actor: by.Actor, Action: edo.ActionReadContent, Subscriber: sub, What: v.Digest.String()}
		if diff := cmp.Diff(want, b.wasRead(t)[0], cmpopts.IgnoreFields(edo.Reading{}, "Seq", "At")); diff != "" || c.Digest != op.Documents[0].Digest {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	if got := b.wasRead(t); len(got) != 2 {
		t.Errorf("%d readings: %+v", len(got), got)
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	b := lists(t)
	ctx, key := t.Context(), edo.Key{Subscriber: sub}
	reader, boss, owner := edo.Reader{Actor: "reader"}, edo.Reader{Actor: "boss"}, edo.Reader{Actor: "os:root", Local: true}
	export := func(by edo.Reader) error {
		return b.gw.Reading(ctx, edo.AccessRequest{Actor: by.Actor, Local: by.Local, Action: edo.ActionExport, Subscriber: sub}, "from 2026-11-01")
	}
	for name, tc := range map[string]struct {
		allowed bool
		got     error
	}{
		"log":            {true, b.gw.ReadingLog(ctx, reader, key, "e-1")},
		"log by another": {false, b.gw.ReadingLog(ctx, boss, key, "e-1")},
		"export":         {true, export(boss)}, "export by another": {false, export(reader)}, "export here": {true, export(owner)},
		"rows": {true, b.gw.MayRead(ctx, reader, sub)}, "rows by another": {false, b.gw.MayRead(ctx, boss, sub)}, "rows of nobody": {false, b.gw.MayRead(ctx, edo.Reader{}, sub)},
		"administer": {true, b.gw.MayAdminister(ctx, boss, sub)}, "administer by another": {false, b.gw.MayAdminister(ctx, reader, sub)},
		"administer here": {true, b.gw.MayAdminister(ctx, owner, sub)},
	} {
		if (tc.got == nil) != tc.allowed || tc.got != nil && !errors.Is(tc.got, edo.UserNotAllowed) {
			t.Errorf("%s: %v", name, tc.got)
		}
	}
	if n := len(b.wasRead(t)); n != 3 {
		t.Errorf("%d readings", n)
	}
	b.cfg.Readings = nil
	if err := b.open(t, b.cfg).Reading(ctx, edo.AccessRequest{Actor: "boss", Action: edo.ActionExport, Subscriber: sub}, "x"); !errors.Is(err, edo.NotSupported) {
		t.Errorf("with nowhere to write the row: %v", err)
	}
}

// TestKindsOfALogRow: whoever may read some kinds of documents only reads the exchanges of these.
func TestKindsOfALogRow(t *testing.T) {
	t.Parallel()
	b := lists(t)
	p := pack("p1", "one")
	p.Documents[0].Kind = "Письмо"
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]bool{"Письмо": true, "Договор": false} {
		actor := edo.ActorID("reads-" + map[bool]string{true: "letters", false: "contracts"}[want])
		err := b.store.PutUser(t.Context(), directory.User{Actor: actor, Subscriber: sub, Actions: []edo.Action{edo.ActionReadLog}, Kinds: []string{kind}})
		if err != nil {
			t.Fatal(err)
		}
		err = b.gw.ReadingLog(t.Context(), edo.Reader{Actor: actor}, edo.Key{Subscriber: sub, Package: "p1"}, "e-1")
		if (err == nil) != want {
			t.Errorf("%s: %v", kind, err)
		}
		if err := b.gw.ReadingLog(t.Context(), edo.Reader{Actor: actor}, edo.Key{Subscriber: sub}, "e-2"); !errors.Is(err, edo.UserNotAllowed) {
			t.Errorf("%s, an exchange of no package: %v", kind, err)
		}
	}
}

// TestRowsNameBoth: what a deputy does is written down with both names.
func TestRowsNameBoth(t *testing.T) {
	t.Parallel()
	b := lists(t)
	p := pack("p1", "one")
	p.Actor = "deputy"
	op, err := b.gw.Send(t.Context(), p)
	if err != nil || op.Actor != "deputy for clerk" {
		t.Fatalf("%q, %v", op.Actor, err)
	}
	if again, err := b.gw.Send(t.Context(), p); err != nil || again.Revision != op.Revision {
		t.Errorf("repeated: %v", err)
	}
	who, whom := op.Actor.Acting()
	if who != "deputy" || whom != clerk {
		t.Errorf("taken apart: %q, %q", who, whom)
	}
	events, err := b.gw.Deliver(t.Context(), sub, 0, 10)
	if err != nil || len(events) == 0 || events[0].Actor != "deputy for clerk" {
		t.Errorf("events %+v, %v", events, err)
	}
	if err := b.store.RemoveSubstitution(t.Context(), sub, "deputy", clerk); err != nil {
		t.Fatal(err)
	}
	p = pack("p2", "two")
	p.Actor = "deputy"
	if _, err := b.gw.Send(t.Context(), p); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("after the end: %v", err)
	}
}

var _ gateway.Readings = brokenReadings{}

// brokenReadings cannot write the row.
type brokenReadings struct{}

func (brokenReadings) Reading(context.Context, edo.AccessRequest, string) error {
	return &edo.Error{Kind: edo.Unavailable, Reason: directory.StoreFull}
}

// TestNoRowNoReading: content is not given out when the row cannot be written.
func TestNoRowNoReading(t *testing.T) {
	t.Parallel()
	b := setup(t, func(b *bundle) { b.cfg.Readings = brokenReadings{} })
	op, err := b.gw.Send(t.Context(), pack("p1", "one"))
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := b.gw.Content(t.Context(), edo.Reader{Actor: clerk}, op.Key, op.Documents[0].ID, edo.RoleOriginal)
	if !errors.Is(err, directory.StoreFull) || c.Open != nil {
		t.Errorf("%v", err)
	}
}
