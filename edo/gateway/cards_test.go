package gateway_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

type facts = map[edo.Fact]string

func cardType(t *testing.T, g *gateway.Gateway, d edo.Direction, kind string) edo.CardType {
	t.Helper()
	for _, c := range g.CardTypes() {
		if c.Direction == d && c.Kind == kind {
			return c
		}
	}
	t.Fatalf("there is no card type %s %q", d, kind)
	return edo.CardType{}
}

func ids(actions []edo.CardAction, ok func(edo.CardAction) bool) []string {
	got := []string{}
	for _, a := range actions {
		if ok(a) {
			got = append(got, a.ID)
		}
	}
	return got
}

// twoKinds are letters that are signed or refused, and notices that are only confirmed.
func twoKinds(b *bundle) {
	b.cfg.Kinds = []edo.DocumentKind{
		{ID: "letter", Direction: edo.Inbound, Title: edo.Sentence{RU: "Письмо", EN: "Letter"}, Actions: []edo.AnswerKind{edo.AnswerReceipt, edo.AnswerSign, edo.AnswerRefuse}},
		{ID: "notice", Direction: edo.Inbound, Title: edo.Sentence{RU: "Уведомление", EN: "Notice"}, Actions: []edo.AnswerKind{edo.AnswerReceipt}},
		{ID: "bill", Direction: edo.Outbound, Title: edo.Sentence{RU: "Счёт", EN: "Bill"}},
		{ID: "leaflet", Direction: edo.Outbound, Title: edo.Sentence{RU: "Листовка", EN: "Leaflet"}, Actions: []edo.AnswerKind{edo.AnswerSign}},
	}
}

// TestCardTypes: two types of cards have different actions, and every action can be shown and done.
func TestCardTypes(t *testing.T) {
	t.Parallel()
	g := setup(t, twoKinds).gw
	all := func(edo.CardAction) bool { return true }
	for _, tc := range []struct {
		direction edo.Direction
		kind      string
		want      []string
	}{
		{edo.Outbound, "", []string{"send", "open-form", "sign-task", "revoke", "show-log", "retry", "cancel", "decide"}},
		{edo.Outbound, "bill", []string{"send", "open-form", "sign-task", "revoke", "show-log", "retry", "cancel", "decide"}},
		{edo.Outbound, "leaflet", []string{"send", "open-form", "sign-task", "show-log", "retry", "cancel", "decide"}},
		{edo.Inbound, "", []string{"open", "receipt", "sign", "refuse", "revoke", "accept-revocation", "refuse-revocation", "show-log"}},
		{edo.Inbound, "letter", []string{"open", "receipt", "sign", "refuse", "show-log"}},
		{edo.Inbound, "notice", []string{"open", "receipt", "show-log"}},
	} {
		c := cardType(t, g, tc.direction, tc.kind)
		if diff := cmp.Diff(tc.want, ids(c.Actions, all)); diff != "" || c.Title.RU == "" || c.Title.EN == "" {
			t.Errorf("%s %q, %+v: %s", tc.direction, tc.kind, c.Title, diff)
		}
		for _, a := range c.Actions {
			complete := a.Title.RU != "" && a.Title.EN != "" && len(a.Places) > 0 && a.Order > 0 && a.Needs != "" && a.Call != ""
			for _, when := range a.When {
				complete = complete && len(when.Values) > 0 && when.Else.RU != "" && when.Else.EN != ""
			}
			if !complete {
				t.Errorf("%s has gaps: %+v", a.ID, a)
			}
		}
	}
}

// TestCardConditions: which actions facts allow. A host without the plugin decides by the same table.
func TestCardConditions(t *testing.T) {
	t.Parallel()
	g := setup(t, twoKinds).gw
	outbound, inbound := cardType(t, g, edo.Outbound, "bill"), cardType(t, g, edo.Inbound, "")
	state := func(s edo.State) facts { return facts{edo.FactState: string(s)} }
	came := func(fate edo.State, class edo.Class) facts {
		return facts{edo.FactInbound: string(edo.InboundStored), edo.FactFate: string(fate), edo.FactClass: string(class), edo.FactWanted: edo.WantedSignature}
	}
	for name, tc := range map[string]struct {
		of    edo.CardType
		facts facts
		want  []string
	}{
		"never sent":         {outbound, nil, []string{"send"}},
		"accepted":           {outbound, state(edo.StateAccepted), []string{"show-log", "retry", "cancel"}},
		"waiting":            {outbound, state(edo.StateWaiting), []string{"show-log", "retry", "cancel"}},
		"waits for a key":    {outbound, facts{edo.FactState: string(edo.StateWaiting), edo.FactTask: string(edo.TaskOverdue)}, []string{"sign-task", "show-log", "retry", "cancel"}},
		"sending":            {outbound, state(edo.StateSending), []string{"show-log"}},
		"in doubt":           {outbound, state(edo.StateInDoubt), []string{"show-log", "retry", "decide"}},
		"sent":               {outbound, state(edo.StateSent), []string{"revoke", "show-log"}},
		"stamped":            {outbound, facts{edo.FactState: string(edo.StateSent), edo.FactStamp: string(edo.StampReady)}, []string{"open-form", "revoke", "show-log"}},
		"signed":             {outbound, state(edo.StateSigned), []string{"revoke", "show-log"}},
		"refused":            {outbound, state(edo.StateRefused), []string{"show-log"}},
		"revoked":            {outbound, state(edo.StateRevoked), []string{"show-log"}},
		"failed":             {outbound, state(edo.StateFailed), []string{"send", "show-log", "retry"}},
		"cancelled":          {outbound, facts{edo.FactState: string(edo.StateFailed), edo.FactReason: string(edo.Cancelled)}, []string{"send", "show-log"}},
		"closed":             {inbound, facts{edo.FactInbound: string(edo.InboundClosed), edo.FactClass: string(edo.ClassMain)}, []string{"receipt", "show-log"}},
		"came in":            {inbound, came("", edo.ClassMain), []string{"open", "receipt", "sign", "refuse", "show-log"}},
		"no signature asked": {inbound, facts{edo.FactInbound: string(edo.InboundStored), edo.FactClass: string(edo.ClassMain)}, []string{"open", "receipt", "show-log"}},
		"confirmed":          {inbound, came(edo.StateDelivered, edo.ClassMain), []string{"open", "sign", "refuse", "revoke", "show-log"}},
		"signed by us":       {inbound, came(edo.StateSigned, edo.ClassMain), []string{"open", "revoke", "show-log"}},
		"refused by us":      {inbound, came(edo.StateRefused, edo.ClassMain), []string{"open", "show-log"}},
		"an offer to revoke": {inbound, came("", edo.ClassRevocation), []string{"open", "accept-revocation", "refuse-revocation", "show-log"}},
	} {
		got := ids(tc.of.Actions, func(a edo.CardAction) bool { _, blocked := a.Blocked(tc.facts); return !blocked })
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func enabled(s edo.CardState) []string {
	got := []string{}
	for _, a := range s.Actions {
		if a.Enabled {
			got = append(got, a.ID)
		}
	}
	return got
}

// TestEvaluateCards: cards that were never sent, that were sent, and that came in, for one who may and one who may not.
func TestEvaluateCards(t *testing.T) {
	t.Parallel()
	b := box(t, edo.FlowSigned, nil)
	if _, err := b.gw.SendAndWait(t.Context(), pack("sent", "one")); err != nil {
		t.Fatal(err)
	}
	cards := []edo.CardRef{
		{Key: edo.Key{Subscriber: sub, Package: "new"}, Kind: "Счёт"},
		{Key: edo.Key{Subscriber: sub, Package: "sent"}},
		{Key: edo.Key{Subscriber: sub}, Inbound: "in-1-doc"},
	}
	got, err := b.gw.EvaluateCards(t.Context(), clerk, cards)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"send"}, {"revoke", "show-log"}, {"open", "sign", "refuse", "revoke", "show-log"}}
	for i, s := range got {
		if diff := cmp.Diff(want[i], enabled(s)); diff != "" {
			t.Errorf("%+v: %s", s.Card, diff)
		}
		if i > 0 && len(s.Facts) == 0 {
			t.Errorf("%+v: whoever may use it is told no facts", s.Card)
		}
	}
	gone, err := b.gw.EvaluateCards(t.Context(), clerk, append([]edo.CardRef{{Key: edo.Key{Subscriber: sub}, Inbound: "gone"}}, cards...))
	if err != nil || len(gone[0].Actions) != 0 || len(gone[1].Actions) == 0 {
		t.Errorf("with a document that nobody knows: %+v, %v", gone, err)
	}
	strange, err := b.gw.EvaluateCards(t.Context(), "stranger", cards)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range strange {
		if len(s.Facts) != 0 {
			t.Errorf("a stranger learns %v", s.Facts)
		}
		for _, a := range s.Actions {
			if a.Enabled || a.Why.RU == "" || a.Why.EN == "" {
				t.Errorf("a stranger may %s: %+v", a.ID, a)
			}
		}
	}
	if _, err := b.gw.EvaluateCards(t.Context(), clerk, make([]edo.CardRef, edo.MaxCards+1)); !errors.Is(err, edo.Invalid) {
		t.Errorf("too many cards: %v", err)
	}
}

// TestInvokeCard: what a card does not offer is refused whoever asks, and what it offers is done once.
func TestInvokeCard(t *testing.T) {
	t.Parallel()
	b := box(t, edo.FlowSigned, nil)
	if _, err := b.gw.SendAndWait(t.Context(), pack("sent", "one")); err != nil {
		t.Fatal(err)
	}
	letter, sent := edo.CardRef{Key: edo.Key{Subscriber: sub}, Inbound: "in-1-doc"}, edo.CardRef{Key: edo.Key{Subscriber: sub, Package: "sent"}}
	signer := map[string]string{edo.ParameterSigner: "head"}
	for name, tc := range map[string]struct {
		i    edo.Invocation
		want error
	}{
		"no such action":       {edo.Invocation{Action: "dance", Card: letter, Actor: clerk}, edo.StateUnsuited},
		"of another type":      {edo.Invocation{Action: "sign", Card: sent, Actor: clerk, Parameters: signer}, edo.StateUnsuited},
		"not now":              {edo.Invocation{Action: "cancel", Card: sent, Actor: clerk, Parameters: map[string]string{"why": "x"}}, edo.StateUnsuited},
		"a call of its own":    {edo.Invocation{Action: "show-log", Card: sent, Actor: clerk}, edo.StateUnsuited},
		"no parameter":         {edo.Invocation{Action: "refuse", Card: letter, Actor: clerk, Parameters: signer}, edo.Invalid},
		"a strange parameter":  {edo.Invocation{Action: "sign", Card: letter, Actor: clerk, Parameters: map[string]string{"signer": "head", "text": "x"}}, edo.Invalid},
		"a stranger":           {edo.Invocation{Action: "sign", Card: letter, Actor: "stranger", Parameters: signer}, edo.UserNotAllowed},
		"a stranger, not now":  {edo.Invocation{Action: "cancel", Card: sent, Actor: "stranger"}, edo.UserNotAllowed},
		"a stranger, nowhere":  {edo.Invocation{Action: "sign", Card: edo.CardRef{Key: edo.Key{Subscriber: sub}, Inbound: "none"}, Actor: "stranger"}, edo.UserNotAllowed},
		"what is not there":    {edo.Invocation{Action: "sign", Card: edo.CardRef{Key: edo.Key{Subscriber: sub}, Inbound: "none"}, Actor: clerk}, edo.NotFound},
		"a package never sent": {edo.Invocation{Action: "retry", Card: edo.CardRef{Key: edo.Key{Subscriber: sub, Package: "none"}}, Actor: clerk}, edo.StateUnsuited},
	} {
		if _, err := b.gw.InvokeCard(t.Context(), tc.i); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	if n := len(b.answersTo(edo.AnswerID(edo.AnswerSign, "in-1-doc"))); n != 0 {
		t.Fatalf("%d answers were given by what was refused", n)
	}
	for range 2 {
		if _, err := b.gw.InvokeCard(t.Context(), edo.Invocation{Action: "sign", Card: letter, Actor: clerk, Parameters: signer}); err != nil {
			t.Fatal(err)
		}
	}
	b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.Fate == edo.StateSigned })
	if n := len(b.answersTo(edo.AnswerID(edo.AnswerSign, "in-1-doc"))); n != 1 {
		t.Errorf("%d answers, want 1", n)
	}
	if _, err := b.gw.InvokeCard(t.Context(), edo.Invocation{Action: "refuse", Card: letter, Actor: clerk, Parameters: map[string]string{"signer": "head", "text": "late"}}); !errors.Is(err, edo.StateUnsuited) {
		t.Errorf("refused after it was signed: %v", err)
	}
}

// TestFindCounterparty asks for the boxes of a counterparty.
func TestFindCounterparty(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	known := pack("p", "one").To
	found, err := b.gw.FindCounterparty(t.Context(), clerk, sub, known)
	if err != nil || !slices.ContainsFunc(found, func(a edo.Address) bool { return a.INN == known.INN }) {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := b.gw.FindCounterparty(t.Context(), "stranger", sub, known); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := b.gw.FindCounterparty(t.Context(), clerk, sub, edo.Counterparty{INN: "1"}); !errors.Is(err, edo.INNMalformed) {
		t.Errorf("a wrong INN: %v", err)
	}
}
