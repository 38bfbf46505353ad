package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// known makes rows of the book of counterparties: the operator's name goes before ours.
func known(t conformance.T, s Store, inn, kpp, ours, theirs string, state edo.CounterpartyState) {
	t.Helper()
	c := edo.CounterpartyStatus{
		Key: edo.CounterpartyKey{Subscriber: "ours", INN: inn, KPP: kpp}, State: state, Address: edo.Address{Name: theirs},
		Introduction: edo.Introduction{Counterparty: edo.Counterparty{INN: inn, KPP: kpp, Name: ours}}, UpdatedAt: noon,
	}
	_, _, err := s.Ensure(t.Context(), c, edo.Job{Key: edo.Key{Subscriber: "ours", Package: c.Key.ID()}, Kind: edo.JobCounterparty, Due: noon})
	must(t, err)
}

// counterpartyBook: letters of both alphabets in either case, signs that mean something to a database and nothing to people,
// names too long for an index, and no row twice or never while the pages are turned.
func counterpartyBook(t conformance.T, h Harness) {
	s := h.temp(t)
	known(t, s, "7700000001", "", "old name", `ООО «Речной  Порт»`, edo.CounterpartyReady)
	known(t, s, "7700000002", "770001001", `100% O'Neill_"x"\`, "", edo.CounterpartyChoice)
	known(t, s, "7700000003", "", longest("Ёлка \t", 9000), "", edo.CounterpartyReady)
	for i := range 23 {
		known(t, s, fmt.Sprintf("78%08d", 99-i), fmt.Sprintf("7801%05d", i), "АО Сети", "", edo.CounterpartyInvited)
	}
	find := func(f directory.CounterpartyFilter) (inns []string) {
		t.Helper()
		f.Subscriber = cmp.Or(f.Subscriber, "ours")
		rows, err := s.Counterparties(t.Context(), f)
		must(t, err)
		for _, c := range rows {
			inns = append(inns, c.Key.INN)
		}
		return inns
	}
	for _, tc := range []struct {
		name   string
		filter directory.CounterpartyFilter
		want   []string
	}{
		{"letters of any case", directory.CounterpartyFilter{Text: " РЕЧНОЙ порт"}, []string{"7700000001"}},
		{"not the name that the operator has replaced", directory.CounterpartyFilter{Text: "old"}, nil},
		{"a sign of LIKE", directory.CounterpartyFilter{Text: "%"}, []string{"7700000002"}},
		{"another", directory.CounterpartyFilter{Text: "l_"}, []string{"7700000002"}},
		{"quotes", directory.CounterpartyFilter{Text: `o'neill_"X"\`}, []string{"7700000002"}},
		{"a long name", directory.CounterpartyFilter{Text: "ёлка"}, []string{"7700000003"}},
		{"a whole INN", directory.CounterpartyFilter{INN: "7700000002"}, []string{"7700000002"}},
		{"its beginning", directory.CounterpartyFilter{INN: "77", Limit: 2}, []string{"7700000002", "7700000001"}},
		{"KPP", directory.CounterpartyFilter{KPP: "7700"}, []string{"7700000002"}},
		{"states", directory.CounterpartyFilter{States: []edo.CounterpartyState{edo.CounterpartyChoice, edo.CounterpartyFailed}}, []string{"7700000002"}},
		{"somebody else's", directory.CounterpartyFilter{Subscriber: "theirs"}, nil},
	} {
		if got := find(tc.filter); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
	pages(t, s)
	renamed, err := s.CounterpartyStatus(t.Context(), edo.CounterpartyKey{Subscriber: "ours", INN: "7700000001"})
	must(t, err)
	renamed.Address.Name = "ПАО «Порт»"
	must(t, s.Revise(t.Context(), renamed, renamed.Revision, nil))
	if was, is := find(directory.CounterpartyFilter{Text: "речной"}), find(directory.CounterpartyFilter{Text: "пао"}); len(was) != 0 || !slices.Equal(is, []string{"7700000001"}) {
		t.Errorf("renamed: %q by the name before, %q by its own", was, is)
	}
	for _, wrong := range []directory.CounterpartyFilter{
		{},
		{Subscriber: "ours", Limit: -1},
		{Subscriber: "ours", Text: "a\x00"},
		{Subscriber: "ours", INN: "\xff"},
		{Subscriber: "ours", After: edo.CounterpartyKey{Subscriber: "theirs", INN: "1"}},
	} {
		if _, err := s.Counterparties(t.Context(), wrong); !errors.Is(err, edo.Invalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if _, err := s.Counterparties(t.Context(), directory.CounterpartyFilter{Subscriber: "ours", After: edo.CounterpartyKey{Subscriber: "ours", INN: "1"}}); !errors.Is(err, edo.NotFound) {
		t.Errorf("after nobody: %v", err)
	}
}

// pages turns over those of one name, which are told apart by their INN.
func pages(t conformance.T, s Store) {
	t.Helper()
	f := directory.CounterpartyFilter{Subscriber: "ours", Text: "сети", Limit: 7}
	var all []string
	for range 10 {
		rows, err := s.Counterparties(t.Context(), f)
		must(t, err)
		for _, c := range rows {
			all = append(all, c.Key.INN)
			f.After = c.Key
		}
		if len(rows) < f.Limit {
			break
		}
	}
	if len(all) != 23 || !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != 23 {
		t.Errorf("turned over %q", all)
	}
}

// longest repeats a text up to a number of bytes.
func longest(text string, size int) string {
	for len(text) < size {
		text += text
	}
	return text
}
