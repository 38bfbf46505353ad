package storetest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// oddText: an operator's or a host's odd letter must not keep a row from being written. What a database cannot hold may
// be replaced; the rest comes back.
func oddText(t conformance.T, h Harness) {
	s := h.temp(t)
	const odd = "a\x00b\xffc\\u0000"
	r, a := Request(), Answer()
	r.Head, a.Head, a.Note, a.Code = odd, odd, odd, odd
	e, err := s.Begin(t.Context(), r)
	must(t, err)
	must(t, e.Finish(t.Context(), a))
	got, err := s.Exchange(t.Context(), e.ID())
	must(t, err)
	if got.RequestHead != odd || got.AnswerHead != odd {
		t.Errorf("heads %q %q, want them byte for byte", got.RequestHead, got.AnswerHead)
	}
	op := Sample("p1")
	op.Detail, op.Candidates = odd, []edo.Address{{Name: odd}}
	accept(t, s, op, noon)
	stored, err := s.Operation(t.Context(), op.Key)
	must(t, err)
	for _, text := range []string{got.Note, got.Code, stored.Detail, stored.Candidates[0].Name} {
		if !strings.HasPrefix(text, "a") || !strings.HasSuffix(text, `c\u0000`) || !strings.Contains(text, "b") {
			t.Errorf("%q", text)
		}
	}
	same(t, "the chain over odd text", directory.LogReport{Subscribers: 1, Links: 2}, verify(t, s, directory.LogCheck{}))
}

func timesKeepMicroseconds(t conformance.T, h Harness) {
	s := h.temp(t)
	for i, nanoseconds := range []time.Duration{0, 999, 1000, 1999} {
		op := Sample(fmt.Sprint("p", i))
		op.CreatedAt, op.UpdatedAt = noon.Add(nanoseconds), noon.Add(nanoseconds)
		accept(t, s, op, noon)
		stored, err := s.Operation(t.Context(), op.Key)
		must(t, err)
		if want := noon.Add(nanoseconds).Truncate(time.Microsecond); !stored.CreatedAt.Equal(want) || stored.CreatedAt.Location() != time.UTC {
			t.Errorf("stored %v, want %v", stored.CreatedAt, want)
		}
	}
	all, err := s.Operations(t.Context(), edo.OperationFilter{From: noon.Add(time.Microsecond + 1)})
	must(t, err)
	if len(all) != 2 {
		t.Errorf("%d packages from the second microsecond on, want 2", len(all))
	}
}

// foreignEvent: events of one subscriber appear in order because its writers wait for each other, so nobody may write
// one for somebody else.
func foreignEvent(t conformance.T, h Harness) {
	s := h.temp(t)
	accept(t, s, Sample("p1"), noon)
	j := claim(t, s, "w", noon)
	foreign := edo.Event{Key: edo.Key{Subscriber: "theirs", Package: "x"}, Kind: edo.EventStatus, At: noon}
	if err := s.Settle(t.Context(), j, edo.Change{At: noon, Events: []edo.Event{foreign}}); err == nil {
		t.Error("an event of another subscriber was written")
	}
	if got, err := s.Events(t.Context(), "theirs", 0, 10); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// eventsAppearInOrder reads while two stores write: whoever has read up to a place must have seen everything before it.
func eventsAppearInOrder(t conformance.T, h Harness) {
	address := h.Fresh(t)
	stores := []Store{h.open(t, address, config(t)), h.open(t, address, config(t))}
	const each = 60
	var writers sync.WaitGroup
	for i, s := range stores {
		for k := range 4 {
			writers.Go(func() {
				for n := range each / 4 {
					op := Sample(fmt.Sprintf("p-%d-%d-%d", i, k, n))
					if _, _, err := s.Accept(t.Context(), op, nil, []edo.Event{{Key: op.Key, Kind: edo.EventStatus, At: noon}}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	seen, last := 0, int64(0)
	read := func() {
		events, err := stores[seen%2].Events(t.Context(), "ours", last, 1000)
		if err != nil {
			t.Error(err)
		}
		for _, e := range events {
			if e.Seq <= last {
				t.Errorf("place %d after %d", e.Seq, last)
			}
			last = e.Seq
			seen++
		}
	}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		read()
	}
	if seen != 2*each {
		t.Errorf("read %d events of %d: some appeared behind a place that was read", seen, 2*each)
	}
}
