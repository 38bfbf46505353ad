package crash_test

import (
	"os"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// TestGOST sends a letter with a finished signature by GOST R 34.10-2012, which only the operator can check.
func TestGOST(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		verdict string
		policy  edo.UnverifiedPolicy
		state   edo.State // "": refused at once
	}{
		"operator says valid":   {"valid", edo.ForwardUnverified, edo.StateSent},
		"operator says invalid": {"invalid", edo.ForwardUnverified, edo.StateFailed},
		"policy unset":          {"valid", "", edo.StateSent},
		"we refuse":             {"valid", edo.RefuseUnverified, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{GOST: tc.verdict})
			p := s.launch()
			s.register(p, func(d *directory.Subscriber) { d.Policy.Unverified = tc.policy })
			pkg := s.pack("p-1", fixture(t, "letter.txt"))
			pkg.Documents[0].Name, pkg.Documents[0].Signer, pkg.Documents[0].Signature = "письмо.txt", "", fixture(t, "letter.p7s")
			if tc.state == "" {
				_, err := p.Send(t.Context(), pkg)
				refusal(t, err, edo.Invalid, edo.SignatureUnverified, "package.documents[0].signature")
				if n := len(s.op.Wire()); n != 0 {
					t.Errorf("%d requests reached the operator", n)
				}
				return
			}
			op := p.finish(pkg)
			d := op.Documents[0]
			if op.State != tc.state || d.Verdict != edo.VerdictOperatorOnly || d.SignedBy.Owner == "" || d.SignedBy.INN == "" {
				t.Errorf("%s (%s %s), %s by %+v", op.State, op.Reason, op.Detail, d.Verdict, d.SignedBy)
			}
			if tc.state == edo.StateFailed {
				s.once()
				return
			}
			s.once("p-1")
			s.stamped(op)
			if got := s.op.Ledger()[0].Documents[0].Sign; string(got.Raw) != string(fixture(t, "letter.p7s")) || got.Verdict != "by scenario" {
				t.Errorf("the ledger has a signature of %d bytes, %s", len(got.Raw), got.Verdict)
			}
		})
	}
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../edo/cms/testdata/gost/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
