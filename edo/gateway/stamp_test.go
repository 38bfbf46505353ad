package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// TestFormFates: whatever the operator answers, the stamp job ends in a named state.
func TestFormFates(t *testing.T) {
	t.Parallel()
	notReady := &edo.Error{Kind: edo.NotReady}
	cases := map[string]struct {
		form    func(n int) ([]byte, error)
		state   edo.StampState
		reason  edo.Reason
		version bool
	}{
		"at once":            {func(int) ([]byte, error) { return pdf("form"), nil }, edo.StampReady, "", true},
		"after three polls":  {late(3, notReady, pdf("form")), edo.StampReady, "", true},
		"after an outage":    {late(3, &edo.Error{Kind: edo.Unavailable}, pdf("form")), edo.StampReady, "", true},
		"never":              {func(int) ([]byte, error) { return nil, &edo.Error{Kind: edo.NotSupported} }, edo.StampNever, edo.FormNever, false},
		"wrong content type": {func(int) ([]byte, error) { return []byte("<html>form</html>"), nil }, edo.StampRejected, edo.FormNotPDF, false},
		"truncated":          {func(int) ([]byte, error) { return pdf("form")[:12], nil }, edo.StampRejected, edo.FormTruncated, false},
		"equal to original":  {func(int) ([]byte, error) { return pdf("original"), nil }, edo.StampRejected, edo.FormOriginal, false},
		"too large":          {func(int) ([]byte, error) { return pdf(string(make([]byte, 2048))), nil }, edo.StampRejected, edo.FormTooLarge, false},
		"bad twice, then ok": {late(2, nil, pdf("form")), edo.StampReady, "", true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(b *bundle) {
				b.cfg.MaxForm = 1024
				b.op.Form = func(_ edo.Ref, n int) ([]byte, error) { return tc.form(n) }
			})
			b.run(t)
			op, err := b.gw.SendAndWait(t.Context(), pack("p1", string(pdf("original"))))
			if err != nil {
				t.Fatal(err)
			}
			d := op.Documents[0]
			if diff := cmp.Diff([]any{tc.state, tc.reason, tc.version}, []any{d.Stamp, d.StampReason, len(d.Versions) == 1}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			form, err := b.read(t, op.Key, "doc-1", edo.RoleOperatorForm)
			if tc.version != bytes.Equal(form, pdf("form")) || tc.version == errors.Is(err, edo.NotFound) {
				t.Errorf("form %q, %v", form, err)
			}
			if _, err := b.read(t, op.Key, "doc-1", edo.RoleLocalMark); !errors.Is(err, edo.NotFound) {
				t.Errorf("a local mark appeared without being asked for: %v", err)
			}
		})
	}
}

// TestFormsAreExamined: what nobody can open is asked for again and rejected with its reason, what could not be found out is
// stored with a remark, and a phrase proves a mark only if the document does not have it.
func TestFormsAreExamined(t *testing.T) {
	t.Parallel()
	broken, locked := &edo.Error{Kind: edo.NotSupported, Reason: edo.FormBroken}, &edo.Error{Kind: edo.NotSupported, Reason: edo.FormLocked}
	heavy, unknown := &edo.Error{Kind: edo.NotSupported, Reason: edo.FormTooLarge}, &edo.Error{Kind: edo.Unavailable}
	const phrase = "подписан электронной подписью"
	remote := edo.RemoteID("remote")
	saw := func(pages int, found ...string) look {
		return look{facts: gateway.PDFFacts{Pages: pages, Found: found}}
	}
	unread := look{facts: gateway.PDFFacts{Pages: 1, Unread: true}}
	const not = edo.RemarkNotRecognised
	for name, tc := range map[string]struct {
		form, original look
		reason         edo.Reason
		remark         string
	}{
		"ids":                        {saw(1, string(remote), phrase), saw(1), "", edo.RemarkRecognised + "remote"},
		"more pages":                 {saw(2), saw(1), "", not},
		"fewer pages":                {saw(1, string(remote)), saw(2), edo.FormPagesLost, ""},
		"fewer than nobody knows":    {saw(1), look{err: broken}, "", not},
		"broken":                     {look{err: broken}, saw(1), edo.FormBroken, ""},
		"locked":                     {look{err: locked}, saw(1), edo.FormLocked, ""},
		"too heavy":                  {look{err: heavy}, saw(1), "", not + edo.RemarkTooMuch},
		"not examined":               {look{err: unknown}, saw(1), "", not + edo.RemarkNotExamined},
		"a mark without ids":         {saw(1, phrase), saw(1), "", not + edo.RemarkMarkWithoutIDs},
		"the document has it too":    {saw(1, phrase), saw(1, phrase), "", not},
		"the document may have it":   {saw(1, phrase), unread, "", not},
		"nothing known of it at all": {saw(1, phrase), look{err: unknown}, "", not},
		"unread":                     {unread, saw(1), "", not + edo.RemarkUnread},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			b := setup(t, func(b *bundle) {
				b.op.Form = func(_ edo.Ref, n int) ([]byte, error) { calls = n; return pdf("form"), nil }
				b.cfg.Forms = reader{tc.original, tc.form}
			})
			b.run(t)
			op, err := b.gw.SendAndWait(t.Context(), pack("p1", string(pdf("original"))))
			if err != nil {
				t.Fatal(err)
			}
			d := op.Documents[0]
			want := []any{edo.StampReady, edo.Reason(""), 1, 1}
			if tc.reason != "" {
				want = []any{edo.StampRejected, tc.reason, 3, 0}
			}
			if diff := cmp.Diff(want, []any{d.Stamp, d.StampReason, calls, len(d.Versions)}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			remark := strings.Replace(tc.remark, "remote", string(d.Remote), 1)
			if len(d.Versions) == 1 && d.Versions[0].Remark != remark {
				t.Errorf("remark %q, want %q", d.Versions[0].Remark, remark)
			}
			if s := edo.Remark(tc.remark); tc.reason == "" && (s.EN != tc.remark || s.RU == tc.remark) {
				t.Errorf("no Russian for %q", tc.remark)
			}
		})
	}
}

// look is what a reader of PDFs says; the word "remote" stands for the document's id.
type look struct {
	facts gateway.PDFFacts
	err   error
}

// reader knows the original and the form by their bytes.
type reader struct{ original, form look }

func (r reader) Examine(ctx context.Context, c edo.Content, words []string) (gateway.PDFFacts, error) {
	in, err := c.Open(ctx)
	if err != nil {
		return gateway.PDFFacts{}, err
	}
	defer in.Close()
	b, err := io.ReadAll(in)
	if err != nil {
		return gateway.PDFFacts{}, err
	}
	l := r.form
	if bytes.Equal(b, pdf("original")) {
		l = r.original
	}
	l.facts.Found = slices.Clone(l.facts.Found)
	for i, f := range l.facts.Found {
		if f == "remote" {
			l.facts.Found[i] = words[0]
		}
	}
	return l.facts, l.err
}

// TestLocalMark: our own mark is drawn only for those who allowed it, only where the operator gives no form, and what
// cannot be marked ends the stamp job all the same.
func TestLocalMark(t *testing.T) {
	t.Parallel()
	never := func(edo.Ref, int) ([]byte, error) {
		return nil, &edo.Error{Kind: edo.NotSupported, Message: "no printed forms"}
	}
	form := func(edo.Ref, int) ([]byte, error) { return pdf("form"), nil }
	outage := &edo.Error{Kind: edo.Unavailable, Message: "the disk is full"}
	cases := map[string]struct {
		allowed bool
		form    func(edo.Ref, int) ([]byte, error)
		marker  *textMarker
		state   edo.StampState
		calls   int
		marked  bool
		detail  string // a part of it
	}{
		"allowed, no form":     {true, never, &textMarker{}, edo.StampNever, 1, true, "no printed forms"},
		"not allowed":          {false, never, &textMarker{}, edo.StampNever, 0, false, "no printed forms"},
		"the operator has one": {true, form, &textMarker{}, edo.StampReady, 0, false, ""},
		"nobody draws":         {true, never, nil, edo.StampNever, 0, false, "no printed forms"},
		"no PDF":               {true, never, &textMarker{fail: errors.New("not a PDF"), times: 99}, edo.StampNever, 1, false, "no printed forms; the local mark could not be drawn: not a PDF"},
		"named error":          {true, never, &textMarker{fail: &edo.Error{Kind: edo.NotSupported, Message: "encrypted"}, times: 99}, edo.StampNever, 1, false, "the local mark could not be drawn: not supported: encrypted"},
		"after a full disk":    {true, never, &textMarker{fail: outage, times: 2}, edo.StampNever, 3, true, "no printed forms"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(b *bundle) {
				b.account.Policy.LocalMark = tc.allowed
				b.op.Form = tc.form
				if tc.marker != nil {
					b.cfg.Marker = tc.marker
				}
			})
			b.run(t)
			op, err := b.gw.SendAndWait(t.Context(), pack("p1", "original"))
			if err != nil {
				t.Fatal(err)
			}
			d := op.Documents[0]
			if d.Stamp != tc.state || !strings.Contains(d.StampDetail, tc.detail) || strings.Contains(d.StampDetail, "local mark") != strings.Contains(tc.detail, "local mark") {
				t.Errorf("%s: %q", d.Stamp, d.StampDetail)
			}
			if tc.marker != nil && tc.marker.count() != tc.calls {
				t.Errorf("drawn %d times, want %d", tc.marker.count(), tc.calls)
			}
			mark, err := b.read(t, op.Key, "doc-1", edo.RoleLocalMark)
			want := "original marked for edotest " + string(d.Remote) + " head"
			if tc.marked != (string(mark) == want) || tc.marked == errors.Is(err, edo.NotFound) {
				t.Errorf("mark %q, %v", mark, err)
			}
			if tc.marked && (len(d.Versions) != 1 || d.Versions[0].Role != edo.RoleLocalMark || d.Versions[0].Source != "edokit") {
				t.Errorf("version %+v", d.Versions[0])
			}
		})
	}
}

// TestPrintedMark: a version whose pages are not the document's own says so, and a document that cannot be printed has that for
// a reason.
func TestPrintedMark(t *testing.T) {
	t.Parallel()
	unfit := func(r edo.Reason) *textMarker {
		return &textMarker{fail: &edo.Error{Kind: edo.NotSupported, Reason: r, Message: "not that"}, times: 99}
	}
	const apart = " (лист с отметкой отправителя).pdf"
	for name, tc := range map[string]struct {
		file    string
		marker  *textMarker
		reason  edo.Reason
		version string
		remark  string
	}{
		"a PDF":         {"акт.pdf", &textMarker{}, edo.FormNever, "акт (отметка отправителя).pdf", edo.RemarkSender},
		"a text":        {"акт.txt", &textMarker{}, edo.FormNever, "акт.txt (печатный вид, отметка отправителя).pdf", edo.RemarkSender + edo.RemarkPrinted},
		"office":        {"акт.docx", unfit(edo.FormNeedsConverter), edo.FormNeedsConverter, "акт.docx" + apart, edo.RemarkSender + edo.RemarkSheet},
		"unknown":       {"акт.bin", unfit(edo.FormNotPrintable), edo.FormNotPrintable, "акт.bin" + apart, edo.RemarkSender + edo.RemarkSheet},
		"a locked file": {"акт.pdf", unfit(edo.FormLocked), edo.FormNever, "акт.pdf" + apart, edo.RemarkSender + edo.RemarkSheet},
		"no sheet":      {"акт.pdf", &textMarker{fail: errors.New("no reason to be told"), times: 99}, edo.FormNever, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(b *bundle) {
				b.account.Policy.LocalMark = true
				b.op.Form = func(edo.Ref, int) ([]byte, error) { return nil, &edo.Error{Kind: edo.NotSupported} }
				b.cfg.Marker = tc.marker
			})
			b.run(t)
			p := pack("p1", "original")
			p.Documents[0].Name, p.Documents[0].Number = tc.file, "17"
			op, err := b.gw.SendAndWait(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			d := op.Documents[0]
			var version, remark string
			if len(d.Versions) > 0 {
				version, remark = d.Versions[0].Name, d.Versions[0].Remark
			}
			want := []any{edo.StampNever, tc.reason, tc.version, tc.remark}
			if diff := cmp.Diff(want, []any{d.Stamp, d.StampReason, version, remark}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if said := edo.Remark(remark); remark != "" && (said.EN != remark || !strings.Contains(said.RU, "отметка отправителя")) {
				t.Errorf("the remark in words: %+v", said)
			}
			told := []string{tc.marker.mark.Name, tc.marker.mark.Kind, tc.marker.mark.Number, tc.marker.mark.Recipient.INN}
			if diff := cmp.Diff([]string{tc.file, "Письмо", "17", "7707083893"}, told); diff != "" {
				t.Errorf("what the view can say (-want +got)\n%s", diff)
			}
		})
	}
}

// textMarker draws with words. The first times it writes a part and fails.
type textMarker struct {
	fail  error
	times int

	mu    sync.Mutex
	calls int
	mark  gateway.Mark // the last one
}

func (m *textMarker) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

func (m *textMarker) Mark(ctx context.Context, original edo.Content, mark gateway.Mark, w io.Writer) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark = mark
	if m.calls++; m.calls <= m.times {
		_, err := io.WriteString(w, "a part of")
		return false, errors.Join(err, m.fail)
	}
	r, err := original.Open(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = r.Close() }()
	if _, err := io.Copy(w, r); err != nil {
		return false, err
	}
	_, err = fmt.Fprintf(w, " marked for %s %s %s", mark.Operator, mark.Document, mark.Signers[0].Owner)
	return strings.HasSuffix(mark.Name, ".txt"), err
}

func (m *textMarker) Sheet(_ context.Context, original edo.Content, mark gateway.Mark, why error, w io.Writer) error {
	if edo.ReasonOf(why) == "" {
		return errors.New("a sheet without a reason")
	}
	_, err := fmt.Fprintf(w, "sheet for %s %s: %v", mark.Name, original.Digest, why)
	return err
}

// late gives err (or a page that is no PDF) n times and then the form.
func late(n int, err *edo.Error, form []byte) func(int) ([]byte, error) {
	return func(call int) ([]byte, error) {
		switch {
		case call > n:
			return form, nil
		case err == nil:
			return []byte("busy"), nil
		}
		return nil, err
	}
}

// TestDeliverTellsEverythingOnce: events come in order, the stamped version with its digest and the host's own id.
func TestDeliverTellsEverythingOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, forms)
	b.run(t)
	op, err := b.gw.SendAndWait(t.Context(), pack("p1", "one", "two"))
	if err != nil {
		t.Fatal(err)
	}
	events, err := b.gw.Deliver(t.Context(), sub, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	versions, last := map[string]edo.Digest{}, int64(0)
	for _, e := range events {
		if e.Seq <= last {
			t.Errorf("event %d after %d", e.Seq, last)
		}
		if last = e.Seq; e.Kind == edo.EventVersion {
			versions[e.ExternalID] = e.Version.Digest
		}
	}
	want := map[string]edo.Digest{"ext-1": op.Documents[0].Versions[0].Digest, "ext-2": op.Documents[1].Versions[0].Digest}
	if diff := cmp.Diff(want, versions); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := b.gw.Acknowledge(t.Context(), sub, "host", last); err != nil {
		t.Fatal(err)
	}
	if err := b.gw.Acknowledge(t.Context(), sub, "host", 1); err != nil {
		t.Fatal(err)
	}
	if at, err := b.gw.Acknowledged(t.Context(), sub, "host"); at != last || err != nil {
		t.Errorf("acknowledged %d, %v; want %d", at, err, last)
	}
}

// TestFateAtTheCounterparty follows delivered and signed.
func TestFateAtTheCounterparty(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, func(b *bundle) {
		b.op.Fate = func(r edo.Ref) edo.State {
			if r.Document == "doc-1" {
				return edo.StateSigned
			}
			return edo.StateDelivered
		}
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one", "two")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", state(edo.StateDelivered)) // the slower document decides
}
