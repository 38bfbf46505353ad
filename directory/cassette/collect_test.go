package cassette_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/cassette"
	"github.com/edokit/edokit/edo"
)

// log is a package, its rows, and what the archive has.
type log struct {
	edo.Archive
	op       edo.Operation
	rows     []directory.Exchange
	contents map[edo.Digest]string
}

func (l *log) Subscriber(context.Context, edo.SubscriberID) (directory.Subscriber, error) {
	return directory.Subscriber{ID: "s", INN: "7701234560", KPP: "770101001", Box: "a@mock.edo"}, nil
}

func (l *log) Operation(context.Context, edo.Key) (edo.Operation, error) { return l.op, nil }

func (l *log) Exchange(_ context.Context, id edo.ExchangeID) (directory.Exchange, error) {
	for _, r := range l.rows {
		if r.ID == id {
			return r, nil
		}
	}
	return directory.Exchange{}, &edo.Error{Kind: edo.NotFound}
}

func (l *log) Exchanges(_ context.Context, f directory.ExchangeFilter) (page []directory.Exchange, _ error) {
	for _, r := range l.rows {
		in := (f.From.IsZero() || !r.StartedAt.Before(f.From)) && (f.To.IsZero() || r.StartedAt.Before(f.To))
		if in && (f.Package == "" || f.Package == r.Package) && r.Seq > f.After && len(page) < f.Limit {
			r.Request, r.Answer = edo.Masked{}, edo.Masked{}
			page = append(page, r)
		}
	}
	return page, nil
}

func (l *log) Open(_ context.Context, d edo.Digest) (edo.Content, error) {
	text, ok := l.contents[d]
	if !ok {
		return edo.Content{}, &edo.Error{Kind: edo.NotFound}
	}
	return edo.Content{Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}, nil
}

// add gives the log another row.
func (l *log) add(at time.Duration, pack edo.PackageID, operation, request string, change ...func(*directory.Exchange)) {
	n := len(l.rows) + 1
	r := directory.Exchange{
		Seq: int64(n), ID: edo.ExchangeID(fmt.Sprint("e", n)), Package: pack, Operation: operation, StartedAt: begin.Add(at), EndedAt: begin.Add(at + 5*time.Millisecond),
		Outcome: edo.OutcomeOK, HTTPStatus: 200, Request: edo.Masked{Text: []byte(request)}, RequestSize: int64(len(request)), RequestSent: int64(len(request)),
	}
	for _, c := range change {
		c(&r)
	}
	l.rows = append(l.rows, r)
}

var begin = time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)

const pdf, half = "%PDF-1.4 whole %%EOF", "%PDF-1.4 half"

func digest(text string) edo.Digest {
	d, _, _ := edo.DigestOf(strings.NewReader(text))
	return d
}

// newLog has one package with one document and no rows.
func newLog() *log {
	return &log{
		op: edo.Operation{
			Key: edo.Key{Subscriber: "s", Package: "p"}, To: edo.Counterparty{INN: "7803456788"}, Address: edo.Address{Box: "b@mock.edo", Name: "ООО «Василёк»"},
			State: edo.StateSent, CreatedAt: begin, UpdatedAt: begin.Add(time.Hour),
			Documents: []edo.DocumentStatus{{ID: "1", Name: "a.pdf", Size: int64(len(pdf)), Digest: digest(pdf), Stamp: edo.StampReady, State: edo.StateSent}},
		},
		contents: map[edo.Digest]string{digest(pdf): pdf, digest(half): half},
	}
}

func collect(t *testing.T, l *log) cassette.Cassette {
	t.Helper()
	c, err := cassette.Collect(t.Context(), l, l, l.op.Key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWhichExchanges: those of the package and look-ups of its counterparty, in the order in which they began.
func TestWhichExchanges(t *testing.T) {
	t.Parallel()
	l := newLog()
	l.add(-time.Hour, "", "LookUpTooOld", "<inn>7803456788</inn>")
	l.add(-10*time.Minute, "", "LookUpByINN", "<inn>7803456788</inn>")
	l.add(-time.Minute, "", "LookUpOfAnother", "<inn>78034567880</inn>")
	l.add(time.Second, "p", "SendMessage", "<a/>")
	l.add(2*time.Second, "q", "SendMessage", "<inn>7803456788</inn>")
	l.add(3*time.Second, "", "LookUpByBox", "<box>b@mock.edo</box>")
	l.add(time.Second, "p", "PrintDocument", "<a/>")
	var got []string
	for _, e := range collect(t, l).Exchanges {
		got = append(got, fmt.Sprintf("%s %d", e.Operation, e.At/1000))
	}
	want := []string{"LookUpByINN 0", "SendMessage 601", "PrintDocument 601", "LookUpByBox 603"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestMasks: places are named by their mark, however often the parties write the same; content by digest, size and looks.
func TestMasks(t *testing.T) {
	t.Parallel()
	text := "<a>[secret]</a><b>[secret]</b><c>[doc]</c><d>[half]</d><e>[gone]</e>"
	hole := func(mark string, nth int, kind edo.HoleKind, name, content string) edo.Hole {
		at := strings.Index(text, mark)
		for range nth {
			at += len(mark) + strings.Index(text[at+len(mark):], mark)
		}
		h := edo.Hole{Start: at, End: at + len(mark), Kind: kind, Name: name}
		if content != "" {
			h.Digest, h.Size = digest(content), int64(len(content))
		}
		return h
	}
	l := newLog()
	l.add(0, "p", "PrintDocument", "", func(r *directory.Exchange) {
		r.Answer = edo.Masked{Text: []byte(text), Holes: []edo.Hole{
			hole("[secret]", 1, edo.HoleSecret, "token", ""), hole("[doc]", 0, edo.HoleBase64, "Content", pdf),
			hole("[half]", 0, edo.HoleBase64, "Content", half), hole("[gone]", 0, edo.HoleRaw, "Raw", "not in the archive"),
		}}
		r.AnswerHead = "HTTP/1.1 200 OK\nSet-Cookie: id=secret\ndate: Tue, 01 Dec 2026 10:00:00 GMT\nRetry-After: 7"
	})
	got := collect(t, l).Exchanges[0].Answer
	want := &cassette.Answer{
		Status: 200, Headers: map[string]string{"Date": "Tue, 01 Dec 2026 10:00:00 GMT", "Retry-After": "7"},
		Text: cassette.Text{Text: text, Masks: []cassette.Mask{
			{Mark: "[secret]", Skip: 1, Kind: "secret", Name: "token"},
			{Mark: "[doc]", Kind: "base64", Name: "Content", Size: int64(len(pdf)), SHA256: digest(pdf).String(), Looks: "pdf"},
			{Mark: "[half]", Kind: "base64", Name: "Content", Size: int64(len(half)), SHA256: digest(half).String(), Looks: "pdf-head"},
			{Mark: "[gone]", Kind: "raw", Name: "Raw", Size: 18, SHA256: digest("not in the archive").String()},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestWithoutAnswer: silence has no answer, and a text that is not UTF-8 is kept exactly.
func TestWithoutAnswer(t *testing.T) {
	t.Parallel()
	l := newLog()
	l.add(0, "p", "SendMessage", "\xd2\xe5\xf5", func(r *directory.Exchange) { r.Outcome, r.HTTPStatus = edo.OutcomeSilent, 0 })
	e := collect(t, l).Exchanges[0]
	if e.Answer != nil || e.Outcome != "silent" || e.Request.Text.Text != "" || !bytes.Equal(e.Request.Base64, []byte("\xd2\xe5\xf5")) {
		t.Errorf("%+v", e)
	}
}

// TestTooLarge: what a cassette cannot hold is refused, with what to do.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*log){
		"exchanges": func(l *log) {
			for range cassette.MaxExchanges {
				l.add(0, "p", "PrintDocument", "")
			}
		},
		"text": func(l *log) { l.add(0, "p", "PrintDocument", strings.Repeat("a", cassette.MaxText+1)) },
		"content": func(l *log) {
			l.op.Documents[0].Size = cassette.MaxContent + 1
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLog()
			change(l)
			_, err := cassette.Collect(t.Context(), l, l, l.op.Key)
			if e, ok := errors.AsType[*edo.Error](err); !ok || e.Kind != edo.Invalid || e.Reason != cassette.TooLarge || e.Remedy == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestDamaged: places that overlap are no text to give away.
func TestDamaged(t *testing.T) {
	t.Parallel()
	l := newLog()
	l.add(0, "p", "SendMessage", "abcdef", func(r *directory.Exchange) {
		r.Request.Holes = []edo.Hole{{Start: 0, End: 4, Kind: edo.HoleSecret}, {Start: 2, End: 6, Kind: edo.HoleSecret}}
	})
	if _, err := cassette.Collect(t.Context(), l, l, l.op.Key); !errors.Is(err, cassette.Damaged) {
		t.Errorf("%v", err)
	}
}
