package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

// certificates reads "INN" as a certificate of that INN, "old INN" as one that has ended.
type certificates struct{}

func (certificates) Certificate(der []byte) (edo.SignerInfo, error) {
	now := time.Now()
	info := edo.SignerInfo{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	if _, err := fmt.Sscanf(string(der), "old %s", &info.INN); err == nil {
		info.NotAfter = now.Add(-time.Minute)
		return info, nil
	}
	if info.INN = string(der); info.INN == "" {
		return info, &edo.Error{Kind: edo.Invalid, Field: "certificate"}
	}
	return info, nil
}

// keptBoxes are what was stored of registrations.
type keptBoxes struct {
	mu  sync.Mutex
	all map[edo.SubscriberID][]edo.Enrolled
	err error
}

func (b *keptBoxes) Enrolled(_ context.Context, s edo.SubscriberID, e edo.Enrolled) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	b.all[s] = append(b.all[s], e)
	return nil
}

func enrolling(b *bundle) *keptBoxes {
	kept := &keptBoxes{all: map[edo.SubscriberID][]edo.Enrolled{}}
	b.cfg.Enrolments, b.cfg.Certificates = kept, certificates{}
	b.account.Box, b.account.INN = "", client
	return kept
}

func enrolment() edo.Enrolment {
	return edo.Enrolment{Introduction: introduction(), Certificate: []byte(client), AcceptRules: true}
}

// TestEnrol registers one of our own once, however often it is asked for.
func TestEnrol(t *testing.T) {
	t.Parallel()
	var kept *keptBoxes
	b := setup(t, func(b *bundle) { kept = enrolling(b) })
	var calls sync.WaitGroup
	for range 50 {
		calls.Go(func() {
			e, err := b.gw.Enrol(t.Context(), clerk, sub, enrolment())
			if err != nil || e.Box != "box-"+client || !e.Rules {
				t.Errorf("%+v, %v", e, err)
			}
		})
	}
	calls.Wait()
	if again, err := b.gw.Enrol(t.Context(), clerk, sub, enrolment()); err != nil || !again.Existing {
		t.Errorf("again: %+v, %v", again, err)
	}
	if b.op.Enrolments() != 1 || len(kept.all[sub]) == 0 {
		t.Errorf("%d registered, stored %v", b.op.Enrolments(), kept.all)
	}
}

// TestEnrolOfAnother: who asks for something else at the same time does not get the result of the first.
func TestEnrolOfAnother(t *testing.T) {
	t.Parallel()
	in, hold := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	b := setup(t, func(b *bundle) {
		enrolling(b)
		b.cfg.Trace = func(_ context.Context, point string) {
			if point == "enrol.registered" && first.CompareAndSwap(false, true) {
				close(in)
				<-hold
			}
		}
	})
	done := make(chan edo.Enrolled)
	go func() {
		e, _ := b.gw.Enrol(context.Background(), clerk, sub, enrolment())
		done <- e
	}()
	<-in
	change := enrolment()
	change.AcceptRules = false
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if e, err := b.gw.Enrol(ctx, clerk, sub, change); err != nil || e.Rules {
		t.Errorf("without the rules: %+v, %v", e, err)
	}
	change = enrolment()
	change.Counterparty.INN, change.Certificate = "7701234560", []byte("7701234560")
	if e, err := b.gw.Enrol(ctx, clerk, sub, change); !errors.Is(err, edo.CertificateForeign) {
		t.Errorf("another's: %+v, %v", e, err)
	}
	close(hold)
	if e := <-done; !e.Rules {
		t.Errorf("the first: %+v", e)
	}
}

// TestEnrolIsStoredBeforeItIsTold: a registration whose result could not be stored is an error, and found again.
func TestEnrolIsStoredBeforeItIsTold(t *testing.T) {
	t.Parallel()
	var kept *keptBoxes
	b := setup(t, func(b *bundle) { kept = enrolling(b) })
	kept.err = &edo.Error{Kind: edo.Internal}
	if _, err := b.gw.Enrol(t.Context(), clerk, sub, enrolment()); !errors.Is(err, edo.Internal) {
		t.Errorf("not stored: %v", err)
	}
	kept.err = nil
	e, err := b.gw.Enrol(t.Context(), clerk, sub, enrolment())
	if diff := cmp.Diff([]edo.Enrolled{e}, kept.all[sub]); diff != "" || err != nil || b.op.Enrolments() != 1 {
		t.Errorf("%d registered, %v (-want +got)\n%s", b.op.Enrolments(), err, diff)
	}
}

// TestEnrolIsRefused before anything leaves.
func TestEnrolIsRefused(t *testing.T) {
	t.Parallel()
	change := func(f func(*edo.Enrolment)) edo.Enrolment {
		e := enrolment()
		f(&e)
		return e
	}
	for name, tc := range map[string]struct {
		actor edo.ActorID
		e     edo.Enrolment
		want  error
	}{
		"stranger":               {"stranger", enrolment(), edo.UserNotAllowed},
		"another's certificate":  {clerk, change(func(e *edo.Enrolment) { e.Certificate = []byte("7701234560") }), edo.CertificateForeign},
		"an old certificate":     {clerk, change(func(e *edo.Enrolment) { e.Certificate = []byte("old " + client) }), edo.SignerExpired},
		"no certificate":         {clerk, change(func(e *edo.Enrolment) { e.Certificate = nil }), edo.Invalid},
		"another subscriber's":   {clerk, edo.Enrolment{Introduction: edo.Introduction{Counterparty: edo.Counterparty{INN: "7701234560"}}, Certificate: []byte("7701234560")}, edo.CertificateForeign},
		"an INN that is no INN":  {clerk, change(func(e *edo.Enrolment) { e.Counterparty.INN = "123" }), edo.INNMalformed},
		"too many e-mails":       {clerk, change(func(e *edo.Enrolment) { e.EMails = make([]string, 100) }), edo.TextMalformed},
		"an organisation's form": {clerk, change(func(e *edo.Enrolment) { e.Form = "club" }), edo.TextMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(b *bundle) { enrolling(b) })
			if _, err := b.gw.Enrol(t.Context(), tc.actor, sub, tc.e); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if b.op.Enrolments() != 0 {
				t.Error("something was registered")
			}
		})
	}
}

// readySigners know one person each for what a certificate can lack.
type readySigners struct{ now time.Time }

func (s readySigners) Signer(_ context.Context, _ edo.SubscriberID, id edo.SignerID, _ string, _ time.Time) (edo.Signer, error) {
	info := edo.SignerInfo{ID: id, INN: client, NotBefore: s.now.Add(-time.Hour), NotAfter: s.now.Add(time.Hour)}
	switch id {
	case "unknown":
		return nil, &edo.Error{Kind: edo.NotFound, Reason: edo.SignerUnknown}
	case "expired":
		return nil, &edo.Error{Kind: edo.Denied, Reason: edo.SignerExpired}
	case "absent":
		return nil, &edo.Error{Kind: edo.Unavailable, Reason: edo.SignerAbsent}
	case "unauthorised":
		return nil, &edo.Error{Kind: edo.Denied, Reason: edo.SignerNotAuthorised}
	case "old":
		info.NotAfter = s.now.Add(-time.Minute)
	case "foreign":
		info.INN = "7701234560"
	}
	return infoSigner{info}, nil
}

type infoSigner struct{ info edo.SignerInfo }

func (s infoSigner) Info() edo.SignerInfo { return s.info }

func (s infoSigner) Sign(context.Context, io.Reader, time.Time) ([]byte, error) { return nil, nil }

// TestReadiness: everything that is lacking is told at once, each as a typed error.
func TestReadiness(t *testing.T) {
	t.Parallel()
	consent := []edo.Consent{{ID: "personal-data"}}
	ready := func(b *bundle) {
		b.account.INN = client
		b.cfg.Signers = readySigners{time.Now()}
		b.cfg.Kinds = []edo.DocumentKind{{ID: "application", Direction: edo.Inbound, Title: edo.Sentence{RU: "Заявка"}, Consents: []string{"personal-data"}}}
	}
	for name, tc := range map[string]struct {
		change   func(*bundle)
		actor    edo.ActorID
		signer   edo.SignerID
		consents []edo.Consent
		want     []edo.Reason
	}{
		"ready":                  {nil, clerk, "head", consent, nil},
		"stranger":               {nil, "stranger", "unknown", nil, []edo.Reason{edo.UserNotAllowed}},
		"no signer":              {nil, clerk, "", consent, []edo.Reason{edo.SignerMissing}},
		"signer unknown":         {nil, clerk, "unknown", consent, []edo.Reason{edo.SignerUnknown}},
		"signer expired":         {nil, clerk, "expired", consent, []edo.Reason{edo.SignerExpired}},
		"signer absent":          {nil, clerk, "absent", consent, []edo.Reason{edo.SignerAbsent}},
		"signer not authorised":  {nil, clerk, "unauthorised", consent, []edo.Reason{edo.SignerNotAuthorised}},
		"certificate has ended":  {nil, clerk, "old", consent, []edo.Reason{edo.SignerExpired}},
		"certificate of another": {nil, clerk, "foreign", consent, []edo.Reason{edo.CertificateForeign}},
		"no box":                 {func(b *bundle) { b.account.Box = "" }, clerk, "head", consent, []edo.Reason{edo.BoxMissing}},
		"rules": {func(b *bundle) {
			b.op.People.Rules = func() (bool, error) { return false, nil }
		}, clerk, "head", consent, []edo.Reason{edo.RulesNotAccepted}},
		"operator cannot be asked": {func(b *bundle) {
			b.op.People.Rules = func() (bool, error) {
				return false, &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable}
			}
		}, clerk, "head", consent, []edo.Reason{edo.OperatorUnavailable}},
		"all at once": {func(b *bundle) { b.account.Box = "" }, clerk, "foreign", nil, []edo.Reason{edo.CertificateForeign, edo.ConsentMissing, edo.BoxMissing}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(ready, tc.change))
			var got []edo.Reason
			for _, e := range b.gw.Readiness(t.Context(), tc.actor, sub, tc.signer, "application", tc.consents).Lacks {
				got = append(got, edo.ReasonOf(e))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
