package storetest

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

func subscriber(id edo.SubscriberID) directory.Subscriber {
	return directory.Subscriber{
		ID: id, Title: "ООО «Наше»", Operator: "synerdocs", Endpoint: "https://service.example/exchange", Box: "box-1", INN: "7707083893",
		KPP: "770701001", Login: "user", LoginKind: directory.LoginPassword, Department: "d-1", ServiceBox: "box-s", Payer: "mother",
		Service: "robot", Forms: []string{"PrintDocument", "DownloadPdfDocument"},
		Pins: []string{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, Policy: edo.Policy{Unverified: edo.RefuseUnverified, LocalMark: true, Receive: true, Register: true},
		Enabled: true, UpdatedAt: noon,
	}
}

func user(actor edo.ActorID) directory.User {
	return directory.User{
		Actor: actor, Subscriber: "ours", Name: "Кузнецова А. В.", Actions: []edo.Action{edo.ActionSend, edo.ActionRead},
		Kinds: []string{"Письмо", "Договор"}, From: noon, Until: noon.Add(time.Hour), UpdatedAt: noon,
	}
}

func bookKeepsEverything(t conformance.T, h Harness) {
	s := h.temp(t)
	ctx := t.Context()
	plain := directory.Subscriber{ID: "bare", Operator: "x", Endpoint: "http://127.0.0.1:8080/x", INN: "500100732259", LoginKind: directory.LoginCertificate, UpdatedAt: noon}
	must(t, s.PutSubscriber(ctx, subscriber("ours")))
	must(t, s.PutSubscriber(ctx, plain))
	subscribers, err := s.Subscribers(ctx)
	must(t, err)
	same(t, "subscribers", []directory.Subscriber{plain, subscriber("ours")}, subscribers)
	changed := subscriber("ours")
	changed.Title, changed.Enabled, changed.Pins = "Другое", false, nil
	must(t, s.PutSubscriber(ctx, changed))
	got, err := s.Subscriber(ctx, "ours")
	must(t, err)
	same(t, "changed subscriber", changed, got)

	must(t, s.PutUser(ctx, user("clerk")))
	open := user("boss")
	open.Kinds, open.From, open.Until = nil, time.Time{}, time.Time{}
	must(t, s.PutUser(ctx, open))
	users, err := s.Users(ctx, "ours")
	must(t, err)
	same(t, "users", []directory.User{open, user("clerk")}, users)
	must(t, s.RemoveUser(ctx, "ours", "boss"))
	if err := s.RemoveUser(ctx, "ours", "boss"); !errors.Is(err, edo.NotFound) {
		t.Errorf("removed twice: %v", err)
	}

	signer := directory.Signer{
		ID: "head", Subscriber: "ours", Info: edo.SignerInfo{ID: "head", Owner: "Иванов И. И.", NotBefore: noon, NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		Certificate: []byte{0x30, 0}, Place: directory.PlaceCommand, Command: []string{"/usr/bin/sign", "-x"}, Environment: []string{"A=b"}, Kinds: []string{"Договор"}, From: noon, Enabled: true, UpdatedAt: noon,
	}
	must(t, s.PutSigner(ctx, signer))
	stored, err := s.Signer(ctx, "ours", "head")
	must(t, err)
	same(t, "signer", signer, stored)
	_, err = s.Installation(ctx, 1)
	must(t, err)
	must(t, s.PutSealed(ctx, directory.SecretName{Subscriber: "ours", Kind: "signer", ID: "head", Field: "key"}, 1, []byte{1}))
	signer.HasKey = true
	signers, err := s.Signers(ctx, "ours")
	must(t, err)
	same(t, "signers", []directory.Signer{signer}, signers)
}

func bookRefuses(t conformance.T, h Harness) {
	s := h.temp(t)
	ctx := t.Context()
	bad := subscriber("ours")
	bad.INN, bad.Endpoint = "7707083894", "http://service.example/"
	err := s.PutSubscriber(ctx, bad)
	for _, want := range []edo.Reason{edo.INNMalformed, directory.EndpointMalformed} {
		if !errors.Is(err, want) {
			t.Errorf("want %s in %v", want, err)
		}
	}
	if _, err := s.Subscriber(ctx, "ours"); !errors.Is(err, edo.SubscriberUnknown) || !errors.Is(err, edo.NotFound) {
		t.Errorf("a refused row is there: %v", err)
	}
	if err := s.PutUser(ctx, user("clerk")); !errors.Is(err, edo.Conflict) {
		t.Errorf("user of a subscriber who is not there: %v", err)
	}
	if err := s.PutUser(ctx, directory.User{}); !errors.Is(err, edo.Invalid) {
		t.Errorf("empty user: %v", err)
	}
	if _, err := s.Signer(ctx, "ours", "x"); !errors.Is(err, edo.SignerUnknown) || !errors.Is(err, edo.NotFound) {
		t.Errorf("signer: %v", err)
	}
	if _, err := s.Sealed(ctx, directory.SecretName{Subscriber: "ours"}); !errors.Is(err, edo.NotFound) {
		t.Errorf("sealed: %v", err)
	}
	if _, err := s.Attempts(ctx, edo.Key{}); !errors.Is(err, edo.NotFound) {
		t.Errorf("attempts: %v", err)
	}
	late := user("clerk")
	must(t, s.PutSubscriber(ctx, subscriber("ours")))
	late.Until = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := s.PutUser(ctx, late); !errors.Is(err, edo.Invalid) {
		t.Errorf("a time that has no place in a row: %v", err)
	}
}

func access(t conformance.T, h Harness) {
	ask := edo.AccessRequest{Actor: "clerk", Action: edo.ActionSend, Subscriber: "ours", Kinds: []string{"Письмо", "Договор"}, At: noon}
	for name, tc := range map[string]struct {
		rights func(u *directory.User)
		ask    func(r *edo.AccessRequest)
		ok     bool
	}{
		"allowed":                       {ok: true},
		"first moment":                  {ask: func(r *edo.AccessRequest) { r.At = noon }, ok: true},
		"all kinds":                     {rights: func(u *directory.User) { u.Kinds = nil }, ask: func(r *edo.AccessRequest) { r.Kinds = []string{"Акт"} }, ok: true},
		"nobody by default":             {ask: func(r *edo.AccessRequest) { r.Actor = "stranger" }},
		"empty actor":                   {ask: func(r *edo.AccessRequest) { r.Actor = "" }},
		"other letter case":             {ask: func(r *edo.AccessRequest) { r.Actor = "CLERK" }},
		"another subscriber":            {ask: func(r *edo.AccessRequest) { r.Subscriber = "theirs" }},
		"before the rights":             {ask: func(r *edo.AccessRequest) { r.At = noon.Add(-time.Microsecond) }},
		"at the end of the rights":      {ask: func(r *edo.AccessRequest) { r.At = noon.Add(time.Hour) }},
		"another action":                {rights: func(u *directory.User) { u.Actions = []edo.Action{edo.ActionRead} }},
		"one kind of several not":       {ask: func(r *edo.AccessRequest) { r.Kinds = []string{"Письмо", "Акт"} }},
		"an action nobody can be given": {ask: func(r *edo.AccessRequest) { r.Action = "everything" }},
	} {
		func(t conformance.T) {
			s := h.temp(t)
			u, r := user("clerk"), ask
			if tc.rights != nil {
				tc.rights(&u)
			}
			if tc.ask != nil {
				tc.ask(&r)
			}
			must(t, s.PutSubscriber(t.Context(), subscriber("ours")))
			must(t, s.PutUser(t.Context(), u))
			err := s.Allowed(t.Context(), r)
			rows, listErr := s.Refusals(t.Context(), r.Subscriber, 0)
			must(t, listErr)
			if tc.ok {
				if err != nil || len(rows) != 0 {
					t.Errorf("%v, refusals %+v", err, rows)
				}
				return
			}
			var e *edo.Error
			if !errors.As(err, &e) || e.Kind != edo.Denied || e.Reason != edo.UserNotAllowed || e.Field != "actor" {
				t.Fatalf("%v", err)
			}
			same(t, "refusal row", []directory.Refusal{{Seq: 1, Actor: r.Actor, Action: r.Action, Subscriber: r.Subscriber, Kinds: r.Kinds, Why: e.Message, At: r.At}}, rows)
		}(conformance.Part(t, name))
	}
}

func refusals(t conformance.T, h Harness) {
	s := h.temp(t)
	for _, sub := range []edo.SubscriberID{"ours", "theirs", "ours"} {
		if err := s.Allowed(t.Context(), edo.AccessRequest{Actor: "x", Action: edo.ActionRead, Subscriber: sub, At: noon}); !errors.Is(err, edo.Denied) {
			t.Fatal(err)
		}
	}
	for sub, want := range map[edo.SubscriberID][]int64{"": {3, 2, 1}, "ours": {3, 1}, "theirs": {2}, "nobody": nil} {
		rows, err := s.Refusals(t.Context(), sub, 0)
		must(t, err)
		var got []int64
		for _, r := range rows {
			got = append(got, r.Seq)
		}
		same(t, string(sub), want, got)
	}
	if _, err := s.Refusals(t.Context(), "", directory.MaxLimit+1); !errors.Is(err, edo.Invalid) {
		t.Errorf("limit: %v", err)
	}
}
