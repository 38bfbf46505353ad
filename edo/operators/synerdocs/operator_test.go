package synerdocs_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

func TestBothLogins(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mode        mockoperator.PasswordLogin
		certificate bool
		reason      edo.Reason
	}{
		"password, full":           {mode: mockoperator.PasswordFull},
		"password, read-only":      {mode: mockoperator.PasswordReadOnly, reason: edo.LoginLimited},
		"certificate":              {mode: mockoperator.PasswordFull, certificate: true},
		"certificate, read-only p": {mode: mockoperator.PasswordReadOnly, certificate: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{PasswordLogin: tc.mode})
			a := b.account()
			if tc.certificate {
				a = b.byCertificate()
			}
			s := b.open(a)
			h, err := s.Check(t.Context())
			if err != nil || h.Version == "" || !h.BoxFound || len(h.Boxes) != 1 || h.Boxes[0].INN != "7701234560" {
				t.Fatalf("check: %+v, %v", h, err)
			}
			_, err = s.Send(t.Context(), b.message())
			if edo.ReasonOf(err) != tc.reason || (err == nil) != (tc.reason == "") {
				t.Fatalf("send: %v", err)
			}
			if tc.reason != "" && (edo.KindOf(err) != edo.Denied || !strings.Contains(err.Error(), "log in with a certificate") || len(b.op.Ledger()) != 0) {
				t.Errorf("send: %v", err)
			}
			b.noSecrets()
		})
	}
	t.Run("wrong password", func(t *testing.T) {
		t.Parallel()
		b := setup(t, mockoperator.Scenario{})
		a := b.account()
		a.Login.Password = edo.NewSecret("wrong")
		if _, err := b.open(a).Check(t.Context()); edo.KindOf(err) != edo.Denied || edo.ReasonOf(err) != edo.LoginRefused {
			t.Error(err)
		}
	})
}

func TestLookupAtOperator(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	s := b.open(b.account())
	for name, tc := range map[string]struct {
		in   edo.Counterparty
		want []edo.BoxID
	}{
		"none":          {edo.Counterparty{INN: "7707083893"}, nil},
		"one":           {edo.Counterparty{INN: "7803456788", KPP: "780301001"}, []edo.BoxID{otherBox}},
		"many":          {edo.Counterparty{INN: "5029876544"}, []edo.BoxID{"seti-head@mock.edo", thirdBox}},
		"branch":        {edo.Counterparty{INN: "5029876544", KPP: "502943001"}, []edo.BoxID{thirdBox}},
		"chosen":        {edo.Counterparty{INN: "5029876544", Box: "SETI-HEAD@mock.edo"}, []edo.BoxID{"seti-head@mock.edo"}},
		"two operators": {edo.Counterparty{INN: "6634123451"}, []edo.BoxID{"perekrestok@mock.edo"}},
		"roaming":       {edo.Counterparty{INN: "6634123451", Box: "perekrestok@roaming.edo"}, []edo.BoxID{"perekrestok@roaming.edo"}},
	} {
		got, err := s.Lookup(t.Context(), tc.in)
		var boxes []edo.BoxID
		for _, a := range got {
			boxes = append(boxes, a.Box)
			if a.INN != tc.in.INN || a.Name == "" || a.Operator == "" || !a.Active {
				t.Errorf("%s: %+v", name, a)
			}
		}
		if diff := cmp.Diff(tc.want, boxes); err != nil || diff != "" {
			t.Errorf("%s: %v\n-want +got\n%s", name, err, diff)
		}
	}
	// The operator's own code is asked for once.
	asked := 0
	for _, x := range b.op.Wire() {
		if x.Operation == "GetSpecialOperatorInfo" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("GetSpecialOperatorInfo was asked %d times", asked)
	}
}

// TestSendFindTrack is the main way: three documents for two recipients, with the token running out in the middle.
func TestSendFindTrack(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	s, m := b.open(b.byCertificate()), b.message()
	if _, err := s.Lookup(t.Context(), edo.Counterparty{INN: "7803456788"}); err != nil {
		t.Fatal(err)
	}
	b.op.Expire()
	sent, err := s.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	entries := b.op.Ledger()
	if len(entries) != 1 || string(sent.Message) != entries[0].MessageID || !sent.OperatorTime.Equal(entries[0].Time.Truncate(time.Microsecond/10)) || sent.Exchange == "" {
		t.Fatalf("sent %+v, ledger %+v", sent, entries)
	}
	if diff := cmp.Diff([]string{otherBox, thirdBox}, entries[0].Recipients); diff != "" {
		t.Error(diff)
	}
	for i, d := range entries[0].Documents {
		want := m.Documents[i]
		if d.ServiceID != string(sent.Documents[want.ID]) || d.SHA256 != want.Content.Digest.String() || d.Name != want.Name || d.Kind != want.Kind ||
			d.NeedSign != want.NeedSign || d.Sign.Verdict != "valid" || !strings.HasPrefix(d.CustomField, "edokit/1 package-1 "+string(want.ID)+" ") {
			t.Errorf("document %d: %+v", i, d)
		}
	}
	found, err := s.Find(t.Context(), queryOf(m))
	if err != nil || found.Sent == nil {
		t.Fatalf("found %+v, %v", found, err)
	}
	if diff := cmp.Diff([]any{sent.Message, sent.Documents, true}, []any{found.Sent.Message, found.Sent.Documents, sent.OperatorTime.Equal(found.Sent.OperatorTime)}); diff != "" {
		t.Errorf("-sent +found\n%s", diff)
	}
	b.track(s, sent)
	b.noSecrets()
}

func (b *bundle) track(s full, sent edo.Sent) {
	b.t.Helper()
	remote := sent.Documents["document-2"]
	for _, step := range []struct {
		move func(string) error
		want edo.State
	}{
		{func(string) error { return nil }, edo.StateSent},
		{b.op.Deliver, edo.StateDelivered},
		{b.op.SignByRecipient, edo.StateSigned},
	} {
		if err := step.move(string(remote)); err != nil {
			b.t.Fatal(err)
		}
		if got, err := s.Track(b.t.Context(), edo.Ref{Remote: remote}); err != nil || got.State != step.want {
			b.t.Errorf("track: %+v, %v; want %s", got, err, step.want)
		}
	}
}

// TestInDoubt: the operator has accepted, and nobody said so.
func TestInDoubt(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]mockoperator.Rule{
		"cut":          {What: mockoperator.AcceptThenCut},
		"cut inside":   {What: mockoperator.CutInResponseBody, Bytes: 200},
		"truncated":    {What: mockoperator.TruncatedXML},
		"web page":     {What: mockoperator.HTMLPage, AfterAccepting: true},
		"503":          {What: mockoperator.AnswerStatus, Status: 503, Retry: time.Minute, AfterAccepting: true},
		"unexpected":   {What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "UnexpectedError"}, AfterAccepting: true},
		"nil result":   {What: mockoperator.NilResult, AfterAccepting: true},
		"gzip unasked": {What: mockoperator.GzipUnasked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{})
			s, m := b.open(b.byCertificate()), b.message()
			rule.Operation = "SendMessage"
			b.op.Misbehave(rule)
			_, err := s.Send(t.Context(), m)
			if edo.KindOf(err) != edo.InDoubt || errors.Is(err, edo.Unavailable) {
				t.Fatalf("send: %v", err)
			}
			found, err := s.Find(t.Context(), queryOf(m))
			if n := len(b.op.Ledger()); err != nil || found.Sent == nil || len(found.Sent.Documents) != 3 || n != 1 {
				t.Errorf("found %+v, %v; %d in the ledger", found, err, n)
			}
		})
	}
}

// TestNotAccepted: nothing is in the ledger, and the driver must not claim it nor doubt it without need.
func TestNotAccepted(t *testing.T) {
	t.Parallel()
	t.Run("not found as of", func(t *testing.T) {
		t.Parallel()
		b := setup(t, mockoperator.Scenario{})
		s, m := b.open(b.byCertificate()), b.message()
		b.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.HTMLPage})
		before := time.Now().Truncate(time.Second)
		if _, err := s.Send(t.Context(), m); edo.KindOf(err) != edo.InDoubt {
			t.Fatal(err)
		}
		found, err := s.Find(t.Context(), queryOf(m))
		if err != nil || found.Sent != nil || found.AsOf.Before(before) {
			t.Errorf("found %+v, %v", found, err)
		}
	})
	t.Run("a typed fault", func(t *testing.T) {
		t.Parallel()
		b := setup(t, mockoperator.Scenario{})
		s, m := b.open(b.byCertificate()), b.message()
		m.Documents[1].Signature = m.Documents[0].Signature // over other bytes
		_, err := s.Send(t.Context(), m)
		if edo.KindOf(err) != edo.Refused || edo.ReasonOf(err) != edo.SignatureInvalid || len(b.op.Ledger()) != 0 {
			t.Errorf("%v", err)
		}
	})
	t.Run("content that is shorter than said", func(t *testing.T) {
		t.Parallel()
		b := setup(t, mockoperator.Scenario{})
		s, m := b.open(b.byCertificate()), b.message()
		m.Documents[1].Content.Size++
		if _, err := s.Send(t.Context(), m); edo.KindOf(err) != edo.Invalid || len(b.op.Ledger()) != 0 {
			t.Errorf("%v", err)
		}
	})
	t.Run("invisible for a while", func(t *testing.T) {
		t.Parallel()
		b := setup(t, mockoperator.Scenario{Visibility: mockoperator.Visibility{Listings: 1}})
		s, m := b.open(b.byCertificate()), b.message()
		if _, err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		for i, want := range []bool{false, true} {
			if found, err := s.Find(t.Context(), queryOf(m)); err != nil || (found.Sent != nil) != want {
				t.Errorf("look %d: %+v, %v", i, found, err)
			}
		}
	})
}

func TestPrint(t *testing.T) {
	t.Parallel()
	forms := func(all ...mockoperator.PrintForms) mockoperator.Scenario {
		return mockoperator.Scenario{PrintForms: all}
	}
	for name, tc := range map[string]struct {
		scenario mockoperator.Scenario
		source   string
		polls    int // that are not ready before
		kind     edo.Kind
	}{
		"at once":         {scenario: forms(), source: "PrintDocument"},
		"after polls":     {scenario: forms(mockoperator.PrintForms{Mode: mockoperator.FormAfterPolls, Polls: 3}), source: "PrintDocument", polls: 3},
		"never":           {scenario: forms(mockoperator.PrintForms{Mode: mockoperator.FormNever}), polls: 2, kind: edo.NotReady},
		"off":             {scenario: forms(mockoperator.PrintForms{Mode: mockoperator.FormOff}), kind: edo.NotSupported},
		"first is off":    {scenario: forms(mockoperator.PrintForms{Operation: "PrintDocument", Mode: mockoperator.FormOff}), source: "DownloadPdfDocument"},
		"page, not a PDF": {scenario: forms(mockoperator.PrintForms{Mode: mockoperator.FormHTML}), source: "PrintDocument"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, tc.scenario)
			s := b.open(b.byCertificate())
			sent, err := s.Send(t.Context(), b.message())
			if err != nil {
				t.Fatal(err)
			}
			ref := edo.Ref{Package: "package-1", Document: "document-1", Message: sent.Message, Remote: sent.Documents["document-1"]}
			for range tc.polls {
				if _, err := s.Print(t.Context(), ref, io.Discard); edo.KindOf(err) != edo.NotReady || edo.ReasonOf(err) != edo.FormNotReady {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			form, err := s.Print(t.Context(), ref, &out)
			if tc.kind != 0 {
				if edo.KindOf(err) != tc.kind || out.Len() != 0 {
					t.Errorf("%+v, %v, %d bytes", form, err, out.Len())
				}
				return
			}
			if err != nil || form.Source != tc.source || form.Size != int64(out.Len()) || form.Exchange == "" || form.Name == "" {
				t.Fatalf("%+v, %v", form, err)
			}
			sum := sha256.Sum256(out.Bytes())
			if stamped := b.op.Ledger()[0].Documents[0].Form; name != "page, not a PDF" && (stamped == nil || stamped.SHA256 != hex.EncodeToString(sum[:])) {
				t.Errorf("what came is not the operator's form: %+v", stamped)
			}
		})
	}
}
