package crash_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// TestKeyAtHost: the key of whoever signs the answers exists only outside. The plugin ends when it has asked for the
// signature, the command line ends when it has brought it, and every answer is with the operator once, signed by that
// key over the bytes that the operator wrote, or over the document itself.
func TestKeyAtHost(t *testing.T) {
	t.Parallel()
	for kind, tc := range map[edo.AnswerKind]struct {
		document string // type of what goes to the operator; empty: a signature alone
	}{
		edo.AnswerReceipt: {document: "ServiceReceipt"},
		edo.AnswerSign:    {},
		edo.AnswerRefuse:  {document: "ServiceAmendmentRequest"},
		edo.AnswerRevoke:  {document: "RevocationOffer"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{})
			service := edo.SignerID("outside")
			if kind != edo.AnswerReceipt {
				service = head(0) // receipts go out by themselves
			}
			s.reader(func(d *directory.Subscriber) { d.Service = service })
			p := s.launch()
			_, err := p.PutSigner(t.Context(), directory.Signer{ID: "outside", Subscriber: subscriber, Place: directory.PlaceHost, Certificate: s.heads[1].CertificatePEM(), Enabled: true}, nil)
			s.must(err)
			id := s.plant(1, nil)[0]
			if kind != edo.AnswerReceipt {
				s.until("the letter is confirmed", func() bool { return s.unconfirmed() == "" })
			}
			by := []string{string(id), "--subscriber", string(subscriber), "--actor", string(clerk)}
			if kind == edo.AnswerRevoke { // only what both have signed can be revoked
				s.heard.add(s.run(append([]string{"answer", "sign", "--signer", string(head(0))}, by...)...))
				p.reach(edo.Key{Subscriber: subscriber, Package: edo.AnswerID(edo.AnswerSign, id)}, "signed", func(op edo.Operation) bool { return op.State == edo.StateSent })
			}
			s.must(p.Close())
			args := append([]string{"answer", string(kind), "--signer", "outside"}, by...)
			if tc.document != "" && kind != edo.AnswerReceipt {
				args = append(args, "--text", "Не по адресу")
			}
			if kind != edo.AnswerReceipt {
				s.runAt("answer.accepted", args...)
				s.heard.add(s.run(args...)) // the caller heard nothing and repeats
			}
			s.dies("task.opened")
			s.bring(edo.AnswerID(kind, id), kind)
			p = s.launch()
			p.reach(edo.Key{Subscriber: subscriber, Package: edo.AnswerID(kind, id)}, "the answer is with the operator", func(op edo.Operation) bool { return op.State == edo.StateSent })
			s.quiet()
			s.answeredOnce(id, kind, tc.document)
		})
	}
}

// runAt runs a command that ends itself at a point.
func (s *stand) runAt(point string, args ...string) {
	s.Helper()
	before := s.settings
	s.settings = append(before[:len(before):len(before)], "EDOKIT_FAILPOINT="+point)
	said := s.run(args...)
	s.heard.add(said)
	s.settings = before
	if said != "" {
		s.Errorf("%q did not end at %s: %s", args, point, said)
	}
}

// bring does what a host does: it reads the task, has the bytes signed where the key is, and brings the signature. The
// command that brings it ends when the task has ended; the same signature may be brought again, another one may not.
func (s *stand) bring(id edo.PackageID, kind edo.AnswerKind) {
	s.Helper()
	var tasks []edo.SignatureTask
	by := []string{"--subscriber", string(subscriber), "--actor", string(clerk)}
	listed := s.run(append([]string{"--json", "task", "list"}, by...)...)
	s.must(json.NewDecoder(strings.NewReader(listed)).Decode(&tasks))
	if len(tasks) != 1 || tasks[0].Key.Key.Package != id || tasks[0].Purpose != kind || tasks[0].Required.Thumbprint != s.heads[1].Thumbprint() {
		s.Fatalf("tasks: %s", listed)
	}
	dir, task := s.TempDir(), []string{string(id), string(tasks[0].Key.Document)}
	content, signature := filepath.Join(dir, "content"), filepath.Join(dir, "cms")
	s.heard.add(s.run("task", "bytes", task[0], task[1], "--subscriber", string(subscriber), "--out", content))
	raw, err := os.ReadFile(content)
	s.must(err)
	if d, _, err := edo.DigestOf(bytes.NewReader(raw)); err != nil || d != tasks[0].Digest {
		s.Errorf("the bytes to sign are %s, the task says %s: %v", d, tasks[0].Digest, err)
	}
	complete := append([]string{"task", "complete", task[0], task[1], "--signature", signature}, by...)
	s.signAtHost(raw, signature, time.Now())
	s.runAt("task.completed", complete...)
	if again := s.run(complete...); !strings.Contains(again, ": signed\n") {
		s.Errorf("the same signature again: %s", again)
	}
	s.signAtHost(raw, signature, time.Now().Add(-time.Minute))
	if other := s.run(complete...); !strings.Contains(other, "has ended already") {
		s.Errorf("another signature: %s", other)
	}
}

// signAtHost signs with the key that the plugin does not have, and writes the signature to a file.
func (s *stand) signAtHost(content []byte, file string, at time.Time) {
	s.Helper()
	key, err := cms.NewKey(s.heads[1].Key, s.heads[1].Certificate.Raw)
	s.must(err)
	made, err := cms.Sign(s.Context(), key, bytes.NewReader(content), at)
	s.must(err)
	s.must(os.WriteFile(file, made, 0o600))
}

// answeredOnce looks for the answer in the ledger: once, signed by the key at the host.
func (s *stand) answeredOnce(id edo.RemoteID, kind edo.AnswerKind, document string) {
	s.Helper()
	var signs []mockoperator.Sign
	for _, e := range s.op.Ledger() {
		if e.From != s.ours.Boxes[0] {
			continue
		}
		for _, d := range e.Documents {
			if document != "" && d.Type == document && d.Parent == string(id) {
				signs = append(signs, d.Sign)
			}
		}
		for _, sign := range e.Signs {
			if document == "" && sign.DocumentID == string(id) {
				signs = append(signs, sign)
			}
		}
	}
	if len(signs) != 1 {
		s.Fatalf("%s is %d times in the ledger", kind, len(signs))
	}
	if want := s.heads[1].Certificate.SerialNumber.Text(16); !strings.EqualFold(strings.TrimLeft(signs[0].Serial, "0"), want) || signs[0].Verdict != "valid" {
		s.Errorf("signed by %s, %s; want %s", signs[0].Serial, signs[0].Verdict, want)
	}
}
