package storetest

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Request is the first half of an exchange with every field filled.
func Request() edo.ExchangeRequest {
	return edo.ExchangeRequest{
		Subscriber: "ours", Package: "p1", Document: "a", Operation: "SendMessage", Endpoint: "https://service.example/exchange", At: noon,
		Head: "POST /exchange HTTP/1.1\nSOAPAction: \"x\"", Size: 4000,
		Body: edo.Masked{
			Text: []byte("<Token>[secret]</Token><Content>[sha256]</Content>\x00\xff"),
			Holes: []edo.Hole{
				{Start: 7, End: 15, Kind: edo.HoleSecret, Name: "Token"},
				{Start: 32, End: 40, Kind: edo.HoleBase64, Name: "Content", Digest: edo.Digest{1}, Size: 99},
			},
		},
	}
}

// Answer is the second half.
func Answer() edo.ExchangeAnswer {
	return edo.ExchangeAnswer{
		At: noon.Add(1500 * time.Millisecond), Outcome: edo.OutcomeFault, Code: "AccessDenied", HTTPStatus: 500, Head: "HTTP/1.1 500",
		Body: edo.Masked{Text: []byte("<Fault/>")}, Size: 8, Digest: edo.Digest{2}, RequestDigest: edo.Digest{3}, RequestSent: 4000, Note: "typed fault",
	}
}

func logKeepsEverything(t conformance.T, h Harness) {
	s := h.temp(t)
	r, a := Request(), Answer()
	e, err := s.Begin(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	want := directory.Exchange{
		Seq: 1, ID: e.ID(), Subscriber: r.Subscriber, Package: r.Package, Document: r.Document, Operation: r.Operation, Endpoint: r.Endpoint,
		StartedAt: r.At, RequestSize: r.Size, RequestHead: r.Head, Request: r.Body, RequestPosition: 1, RequestText: directory.TextDigest(r.Body.Text),
	}
	got, err := s.Exchange(t.Context(), e.ID())
	if err != nil || got.Finished() || got.Duration() != 0 {
		t.Fatalf("finished %v, %v", got.Finished(), err)
	}
	same(t, "interrupted row", want, got)

	if err := e.Finish(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	want.EndedAt, want.Outcome, want.Code, want.HTTPStatus, want.AnswerHead, want.Answer = a.At, a.Outcome, a.Code, a.HTTPStatus, a.Head, a.Body
	want.AnswerPosition, want.AnswerText = 2, directory.TextDigest(a.Body.Text)
	want.AnswerPosition, want.AnswerText = 2, directory.TextDigest(a.Body.Text)
	want.AnswerSize, want.AnswerDigest, want.RequestDigest, want.RequestSent, want.Note = a.Size, a.Digest, a.RequestDigest, a.RequestSent, a.Note
	got, err = s.Exchange(t.Context(), e.ID())
	if err != nil || got.Duration() != 1500*time.Millisecond {
		t.Fatalf("%v, %v", got.Duration(), err)
	}
	same(t, "finished row", want, got)

	rows, err := s.Exchanges(t.Context(), directory.ExchangeFilter{})
	want.RequestHead, want.Request, want.AnswerHead, want.Answer = "", edo.Masked{}, "", edo.Masked{}
	if err != nil {
		t.Fatal(err)
	}
	same(t, "list", []directory.Exchange{want}, rows)

	a.Outcome = edo.OutcomeOK
	if err := e.Finish(t.Context(), a); !errors.Is(err, edo.Conflict) {
		t.Errorf("a second answer: %v", err)
	}
	if got, _ := s.Exchange(t.Context(), e.ID()); got.Outcome != edo.OutcomeFault {
		t.Error("the second answer has replaced the first")
	}
	if _, err := s.Exchange(t.Context(), "nothing"); !errors.Is(err, edo.NotFound) {
		t.Errorf("unknown id: %v", err)
	}
}

func emptyExchange(t conformance.T, h Harness) {
	s := h.temp(t)
	e, err := s.Begin(t.Context(), edo.ExchangeRequest{At: noon})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Finish(t.Context(), edo.ExchangeAnswer{At: noon, Outcome: edo.OutcomeSilent}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Exchange(t.Context(), e.ID())
	if err != nil {
		t.Fatal(err)
	}
	none := directory.TextDigest(nil)
	same(t, "row", directory.Exchange{
		Seq: 1, ID: e.ID(), StartedAt: noon, EndedAt: noon, Outcome: edo.OutcomeSilent, RequestPosition: 1, AnswerPosition: 2, RequestText: none, AnswerText: none,
	}, got)
}

func contentOfAnswersGoesToTheArchive(t conformance.T, h Harness) {
	address, cfg := h.Fresh(t), config(t)
	s := h.open(t, address, cfg)
	e, err := s.Begin(t.Context(), Request())
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.Blob(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = b.Write([]byte("%PDF-1.7"))
	d, _, err := b.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := cfg.Archive.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, []byte("%PDF-1.7")) {
		t.Errorf("%q, %v", got, err)
	}
	cfg.Archive = nil
	e, err = h.open(t, address, cfg).Begin(t.Context(), Request())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Blob(t.Context()); err == nil {
		t.Error("no archive, and no error")
	}
}

func logFilter(t conformance.T, h Harness) {
	s := h.temp(t)
	for i, change := range []func(r *edo.ExchangeRequest, a *edo.ExchangeAnswer) bool{
		func(r *edo.ExchangeRequest, _ *edo.ExchangeAnswer) bool { r.Package = "p2"; return true },
		func(r *edo.ExchangeRequest, a *edo.ExchangeAnswer) bool {
			r.Operation, a.Code = "GetBoxes", "x"
			return true
		},
		func(_ *edo.ExchangeRequest, a *edo.ExchangeAnswer) bool { a.Outcome = edo.OutcomeOK; return true },
		func(r *edo.ExchangeRequest, _ *edo.ExchangeAnswer) bool { r.Subscriber = "theirs"; return true },
		func(*edo.ExchangeRequest, *edo.ExchangeAnswer) bool { return false }, // interrupted
	} {
		r, a := Request(), Answer()
		r.At = noon.Add(time.Duration(i) * time.Minute)
		finish := change(&r, &a)
		e, err := s.Begin(t.Context(), r)
		if err == nil && finish {
			err = e.Finish(t.Context(), a)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		filter directory.ExchangeFilter
		want   []int64
	}{
		"all, newest first":        {directory.ExchangeFilter{}, []int64{5, 4, 3, 2, 1}},
		"first page":               {directory.ExchangeFilter{Limit: 2}, []int64{5, 4}},
		"second page":              {directory.ExchangeFilter{Limit: 2, Before: 4}, []int64{3, 2}},
		"subscriber":               {directory.ExchangeFilter{Subscriber: "theirs"}, []int64{4}},
		"package of a subscriber":  {directory.ExchangeFilter{Subscriber: "ours", Package: "p2"}, []int64{1}},
		"operation":                {directory.ExchangeFilter{Operation: "GetBoxes"}, []int64{2}},
		"outcome":                  {directory.ExchangeFilter{Outcome: edo.OutcomeOK}, []int64{3}},
		"operator code":            {directory.ExchangeFilter{Code: "x"}, []int64{2}},
		"interrupted":              {directory.ExchangeFilter{Unfinished: true}, []int64{5}},
		"period, end is exclusive": {directory.ExchangeFilter{From: noon.Add(time.Minute), To: noon.Add(3 * time.Minute)}, []int64{3, 2}},
		"text is never SQL":        {directory.ExchangeFilter{Operation: "' OR '1'='1"}, nil},
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
	for name, f := range map[string]directory.ExchangeFilter{
		"limit above the most": {Limit: directory.MaxLimit + 1}, "negative limit": {Limit: -1}, "negative place": {Before: -1},
		"period turned round": {From: noon, To: noon}, "unfinished with outcome": {Unfinished: true, Outcome: edo.OutcomeOK},
	} {
		if _, err := s.Exchanges(t.Context(), f); !errors.Is(err, edo.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
