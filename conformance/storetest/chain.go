package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Talk writes exchanges of some subscribers in turn; every fifth is never answered.
func Talk(t conformance.T, s edo.Journal, n int, subscribers ...edo.SubscriberID) {
	t.Helper()
	for i := range n {
		r, a := Request(), Answer()
		r.Subscriber, r.Package, r.At = subscribers[i%len(subscribers)], edo.PackageID(fmt.Sprintf("p%d", i)), noon.Add(time.Duration(i)*time.Second)
		e, err := s.Begin(t.Context(), r)
		if err == nil && i%5 != 4 {
			err = e.Finish(t.Context(), a)
		}
		if err != nil {
			t.Error(err)
			return
		}
	}
}

func verify(t conformance.T, s directory.Ledger, c directory.LogCheck) directory.LogReport {
	t.Helper()
	report, err := directory.VerifyLog(t.Context(), s, c)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// chain: every half is a link, positions have no gaps, and everything that was stored is under the digest.
func chain(t conformance.T, h Harness) {
	s := h.temp(t)
	Talk(t, s, 20, "ours", "theirs")
	Talk(t, s, 1, "") // a call of nobody
	report := verify(t, s, directory.LogCheck{})
	same(t, "report", directory.LogReport{Subscribers: 3, Links: 38}, report)

	ends, err := s.Chains(t.Context())
	if err != nil || len(ends) != 3 || ends[0].Subscriber != "" || ends[1].Subscriber != "ours" || ends[2].Position != 18 {
		t.Fatalf("%+v, %v", ends, err)
	}
	link := directory.Link{Subscriber: "ours"}
	for after := int64(0); after < 18; after += 5 { // pages of five
		err := s.Links(t.Context(), "ours", after, 5, func(l directory.Linked) error {
			whole, err := s.Exchange(t.Context(), l.Exchange)
			if err != nil {
				return err
			}
			link = link.Next(l.Half, &whole)
			same(t, "link", link, l.Link)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	same(t, "the end", ends[1], link)
	if got, err := s.LinkAt(t.Context(), "ours", 18); err != nil || got != link {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.LinkAt(t.Context(), "ours", 19); !errors.Is(err, edo.NotFound) {
		t.Errorf("a link after the end: %v", err)
	}
	mine := errors.New("mine")
	if err := s.Links(t.Context(), "ours", 0, 5, func(directory.Linked) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("an error of the reader: %v", err)
	}
}

// chainOfMany: halves of many at once, and a second answer that is refused, leave no gap.
func chainOfMany(t conformance.T, h Harness) {
	s := h.temp(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 10 {
				r := Request()
				r.Subscriber = edo.SubscriberID(fmt.Sprint(i % 2))
				e, err := s.Begin(context.Background(), r)
				if err == nil {
					err = e.Finish(context.Background(), Answer())
				}
				if err != nil {
					t.Error(err)
					return
				}
				if err := e.Finish(context.Background(), Answer()); !errors.Is(err, edo.Conflict) {
					t.Errorf("a second answer: %v", err)
				}
			}
		})
	}
	all.Wait()
	same(t, "report", directory.LogReport{Subscribers: 2, Links: 160}, verify(t, s, directory.LogCheck{}))
}

// chainOfTwoStores: two that are open on the same data take turns at the end of one chain.
func chainOfTwoStores(t conformance.T, h Harness) {
	address := h.Fresh(t)
	var all sync.WaitGroup
	for i := range 2 {
		c := config(t)
		c.NewID = numbers(fmt.Sprintf("store-%d-", i))
		s := h.open(t, address, c)
		for range 4 {
			all.Go(func() { Talk(t, s, 10, "ours") })
		}
	}
	all.Wait()
	same(t, "report", directory.LogReport{Subscribers: 1, Links: 144}, verify(t, h.open(t, address, config(t)), directory.LogCheck{}))
}

// verifyPart looks at a day and goes on from the link before it.
func verifyPart(t conformance.T, h Harness) {
	s := h.temp(t)
	Talk(t, s, 10, "ours")
	first, last, err := s.Span(t.Context(), "ours", noon.Add(2*time.Second), noon.Add(4*time.Second))
	if err != nil || first != 5 || last != 8 {
		t.Errorf("%d to %d, %v", first, last, err)
	}
	told := int64(0)
	c := directory.LogCheck{
		From: noon.Add(2 * time.Second), To: noon.Add(4 * time.Second),
		Progress: func(_ edo.SubscriberID, at, of int64) { told = at*100 + of },
	}
	same(t, "report", directory.LogReport{Subscribers: 1, Links: 4}, verify(t, s, c))
	if told != 808 {
		t.Errorf("progress %d", told)
	}
	c.From, c.To = noon.Add(time.Hour), time.Time{}
	same(t, "nothing", directory.LogReport{Subscribers: 1}, verify(t, s, c))
}

// checkpoints: a chain agrees with what was seen of it, and not with anything else.
func checkpoints(t conformance.T, h Harness) {
	s := h.temp(t)
	Talk(t, s, 3, "ours")
	seen, err := s.LinkAt(t.Context(), "ours", 4)
	if err != nil {
		t.Fatal(err)
	}
	good := directory.Checkpoint{Subscriber: "ours", Position: 4, Digest: seen.Digest, At: noon}
	other, later, gone := good, good, good
	other.Digest, later.Position, gone.Subscriber = edo.Digest{9}, 7, "gone"
	report := verify(t, s, directory.LogCheck{Checkpoints: []directory.Checkpoint{good, other, later, gone}})
	var got []directory.Break
	for _, f := range report.Faults {
		got = append(got, f.Break)
	}
	same(t, "findings", []directory.Break{directory.BreakRewritten, directory.BreakCut, directory.BreakCut}, got)
	if report.Checkpoints != 4 || report.Broken != 3 {
		t.Errorf("%+v", report)
	}
}

// logKnowsWhoAsked: the row has its own copy of user and counterparty, and is found by them.
func logKnowsWhoAsked(t conformance.T, h Harness) {
	s := h.temp(t)
	for i, op := range []edo.Operation{Sample("p1"), Sample("p2")} {
		if i == 1 {
			op.Actor, op.To.INN, op.To.KPP = "head", "7700000001", ""
		}
		accept(t, s, op, noon)
	}
	for i, r := range []struct {
		pack edo.PackageID
		doc  edo.DocumentID
	}{{"p1", ""}, {"p1", "a"}, {"p1", "b"}, {"p2", "a"}, {"", ""}, {"unknown", ""}} {
		req := Request()
		req.Package, req.Document, req.At = r.pack, r.doc, noon.Add(-time.Duration(i)*time.Minute) // the clock steps back
		if _, err := s.Begin(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		filter directory.ExchangeFilter
		want   []int64
	}{
		"user":                     {directory.ExchangeFilter{Actor: "head"}, []int64{4}},
		"counterparty":             {directory.ExchangeFilter{INN: "7707083893"}, []int64{3, 2, 1}},
		"its branch":               {directory.ExchangeFilter{INN: "7707083893", KPP: "770701001", Subscriber: "ours"}, []int64{3, 2, 1}},
		"another branch":           {directory.ExchangeFilter{INN: "7707083893", KPP: "1"}, nil},
		"document anywhere":        {directory.ExchangeFilter{Document: "a"}, []int64{4, 2}},
		"document of a package":    {directory.ExchangeFilter{Package: "p1", Document: "a"}, []int64{2, 1}},
		"user and counterparty":    {directory.ExchangeFilter{Actor: "clerk", INN: "7700000001"}, nil},
		"oldest first is by time":  {directory.ExchangeFilter{Oldest: true, Limit: 3}, []int64{6, 5, 4}},
		"and so is its next page":  {directory.ExchangeFilter{Oldest: true, Limit: 2, After: 4}, []int64{3, 2}},
		"oldest first of one user": {directory.ExchangeFilter{Oldest: true, Actor: "clerk", Subscriber: "ours"}, []int64{3, 2, 1}},
	} {
		func(t conformance.T) {
			rows, err := s.Exchanges(t.Context(), tc.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, e := range rows {
				got = append(got, e.Seq)
			}
			same(t, "rows", tc.want, got)
		}(conformance.Part(t, name))
	}
	if _, err := s.Exchanges(t.Context(), directory.ExchangeFilter{After: 3}); !errors.Is(err, edo.Invalid) {
		t.Errorf("after, newest first: %v", err)
	}
	rows, err := s.Exchanges(t.Context(), directory.ExchangeFilter{Package: "p2"})
	if err != nil || len(rows) != 1 || rows[0].Actor != "head" || rows[0].INN != "7700000001" || rows[0].KPP != "" {
		t.Errorf("%+v, %v", rows, err)
	}
	same(t, "report", directory.LogReport{Subscribers: 1, Links: 6}, verify(t, s, directory.LogCheck{}))
}
