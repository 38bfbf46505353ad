package gateway_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

// mailed is a letter that the host sends by e-mail.
func mailed(id string) edo.Package {
	p := pack(id, "letter")
	p.Channel, p.To = edo.ChannelEMail, edo.Counterparty{Name: "Иванов Иван"}
	return p
}

// TestV15_MailedLetterIsFixedInTime: nobody is looked up; the operator gives its time, its printed form and its archive,
// and only then the host is told to send the letter, with the digest of each.
func TestV15_MailedLetterIsFixedInTime(t *testing.T) {
	t.Parallel()
	archive := func(b *bundle) {
		b.op.Answer.Archive = func(r edo.Ref, n int) ([]byte, error) {
			if n < 3 {
				return nil, &edo.Error{Kind: edo.NotReady, Reason: edo.EvidenceNotReady}
			}
			return []byte("zip of " + string(r.Remote)), nil
		}
	}
	slowForm := func(b *bundle) {
		b.op.Form = func(r edo.Ref, n int) ([]byte, error) {
			if n < 10 {
				return nil, &edo.Error{Kind: edo.NotReady}
			}
			return pdf("form of " + string(r.Remote)), nil
		}
	}
	never := func(b *bundle) {
		b.cfg.FormPatience = 100 * time.Millisecond
		b.op.Answer.Archive = func(edo.Ref, int) ([]byte, error) { return nil, &edo.Error{Kind: edo.NotReady} }
	}
	service := func(b *bundle) { b.account.ServiceBox = "box-service" }
	for name, tc := range map[string]struct {
		change func(*bundle)
		to     edo.BoxID
		flow   edo.Flow
		stamp  edo.StampState
		says   []string
		not    string
	}{
		"to our own department": {both(forms, archive), "box-own", edo.FlowInternal, edo.StampReady, []string{"document ", "printed form ", "signature ", "evidence "}, "no printed form"},
		"to the service box":    {both(forms, archive, service), "box-service", edo.FlowSigned, edo.StampReady, []string{"printed form ", "signature ", "evidence "}, "no printed form"},
		"form later than all":   {both(slowForm, archive), "box-own", edo.FlowInternal, edo.StampReady, []string{"printed form ", "evidence "}, "no printed form"},
		"no form":               {archive, "box-own", edo.FlowInternal, edo.StampNever, []string{"the time is fixed by the operator", "no printed form", "signature ", "evidence "}, "printed form "},
		"no form, no archive":   {nil, "box-own", edo.FlowInternal, edo.StampNever, []string{"no printed form", "signature ", "gave no archive"}, "evidence "},
		"archive never ready":   {both(forms, never), "box-own", edo.FlowInternal, edo.StampReady, []string{"printed form ", "gave no archive"}, "evidence "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(tc.change, func(b *bundle) { b.op.Boxes = map[string][]edo.Address{} }))
			b.run(t)
			if _, err := b.gw.Send(t.Context(), mailed("p1")); err != nil {
				t.Fatal(err)
			}
			eventually(t, func() bool { return len(b.events(t, edo.EventHandOff)) > 0 })
			op := b.until(t, "p1", settled)
			m := b.op.Ledger()[0].Message
			got := []any{m.To[0].Box, m.Flow, op.Documents[0].Stamp, len(b.op.Ledger())}
			if diff := cmp.Diff([]any{tc.to, tc.flow, tc.stamp, 1}, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			b.checkHandOff(t, op, tc.says, tc.not)
			if tc.stamp == edo.StampNever && !strings.Contains(op.Documents[0].StampDetail, "the time is fixed by the operator") {
				t.Errorf("stamp: %s", op.Documents[0].StampDetail)
			}
		})
	}
}

func (b *bundle) checkHandOff(t *testing.T, op edo.Operation, says []string, not string) {
	t.Helper()
	events := b.events(t, edo.EventHandOff)
	if len(events) != 1 || events[0].ExternalID != "ext-1" {
		t.Fatalf("%+v", events)
	}
	detail, d := events[0].Detail, op.Documents[0]
	for _, s := range says {
		if !strings.Contains(detail, s) {
			t.Errorf("%q does not say %q", detail, s)
		}
	}
	for _, part := range strings.Split(detail, "; ") {
		if strings.HasPrefix(part, not) {
			t.Errorf("%q says %q", detail, not)
		}
	}
	digests := []edo.Digest{d.Digest, d.Signature}
	for _, v := range d.Versions {
		digests = append(digests, v.Digest)
	}
	for _, digest := range digests {
		if !strings.Contains(detail, digest.String()) {
			t.Errorf("%q lacks %s", detail, digest)
		}
	}
	for _, v := range d.Versions {
		if v.Role == edo.RoleEvidence {
			if text, err := b.read(t, op.Key, d.ID, edo.RoleEvidence); err != nil || string(text) != "zip of "+string(d.Remote) || v.Name != "letter 1 (архив документооборота).zip" {
				t.Errorf("%s: %q, %v", v.Name, text, err)
			}
		}
	}
}

// TestV15_ServiceBoxMustBeAnother: what an administrator can mend does not fail the letter.
func TestV15_ServiceBoxMustBeAnother(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, func(b *bundle) { b.account.ServiceBox = "box-OWN" }))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), mailed("p1")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", func(op edo.Operation) bool { return op.State == edo.StateWaiting && op.Reason == edo.SendToSelf })
	b.setAccount(func(a *edo.Account) { a.ServiceBox, a.Revision = "box-service", "2" })
	b.until(t, "p1", state(edo.StateSent))
	changed := mailed("p1")
	changed.Channel = edo.ChannelPaper
	if _, err := b.gw.Send(t.Context(), changed); !errors.Is(err, edo.PackageDiffers) {
		t.Errorf("another channel under the same id: %v", err)
	}
}
