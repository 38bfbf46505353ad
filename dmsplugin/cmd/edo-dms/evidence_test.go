package main_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/evidence"
)

// proven is what `evidence --json --out` says.
type proven struct {
	Archive  evidence.Report
	Complete bool
}

func (m *mailroom) proven(t *testing.T, args ...string) (p proven) {
	t.Helper()
	out := m.run(t, append([]string{"--json", "evidence", "--subscriber", string(us)}, args...)...)
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return p
}

// expects reports whether a signature, or the bytes of a document, must be in the archive.
func (p proven) expects(d edo.Digest) bool {
	for _, doc := range p.Archive.Documents {
		if doc.Digest == d {
			return true
		}
		for _, s := range doc.Signatures {
			if s.Digest == d && s.Expected {
				return true
			}
		}
	}
	return false
}

// TestEvidenceOfWhatWeGave: the archive must hold our own answers as well; nothing of ours is called unknown.
func TestEvidenceOfWhatWeGave(t *testing.T) {
	t.Parallel()
	m := openMailroom(t)
	m.run(t, "responsible", "set", "smirnova", "--scope", "administrator", "--subscriber", string(us))
	remotes, err := m.operator.Plant(m.them.Boxes[0], m.us.Boxes[0], 2, func(int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{Kind: "Договор", NeedSign: true}
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse} {
		m.shows(t, "receipt given", "inbox", "show", remotes[i], "--subscriber", string(us))
		args := []string{"answer", string(kind), remotes[i], "--subscriber", string(us), "--actor", string(clerk), "--signer", "service", "--wait", "--timeout", "60s"}
		if kind == edo.AnswerRefuse {
			args = append(args, "--text", "Нет приложения")
		}
		m.run(t, args...)
		p := m.proven(t, remotes[i], "--out", string(kind)+".zip")
		if !p.Complete {
			t.Errorf("%s: %+v", kind, p.Archive)
		}
		for _, given := range []edo.AnswerKind{edo.AnswerReceipt, kind} {
			op, err := m.client.Status(t.Context(), edo.Key{Subscriber: us, Package: edo.AnswerID(given, edo.RemoteID(remotes[i]))})
			if err != nil {
				t.Fatal(err)
			}
			if d := op.Documents[0]; !p.expects(d.Digest) || !p.expects(d.Signature) {
				t.Errorf("%s: our %s is not expected: %+v", kind, given, p.Archive)
			}
		}
		for _, d := range p.Archive.Documents {
			for _, s := range d.Signatures {
				if !s.Expected {
					t.Errorf("%s: %s over %q is said not to be in the log", kind, s.Digest, d.Name)
				}
			}
		}
	}
	m.evidenceOfOurs(t)
}

// evidenceOfOurs proves a package of our own by the archive of its flow.
func (m *mailroom) evidenceOfOurs(t *testing.T) {
	t.Helper()
	m.write(t, "letter.txt", []byte("Письмо"))
	m.run(t, "send", "letter.txt", "--subscriber", string(us), "--actor", string(clerk), "--to-inn", m.them.INN, "--to-kpp", m.them.KPP, "--need-sign",
		"--signer", "service", "--package", "own-1", "--wait", "--timeout", "60s")
	op, err := m.client.Status(t.Context(), edo.Key{Subscriber: us, Package: "own-1"})
	if err != nil {
		t.Fatal(err)
	}
	p := m.proven(t, "--package", "own-1", "--out", "own.zip")
	if d := op.Documents[0]; !p.Complete || !p.expects(d.Digest) || !p.expects(d.Signature) {
		t.Errorf("%+v", p)
	}
	holds(t, m.run(t, "--lang", "ru", "evidence", "--subscriber", string(us), "--package", "own-1", "--document", "1", "--out", filepath.Join(m.dir, "own2.zip")), "пакет own-1", "архив полон")
	for _, wrong := range [][]string{{"--package", "own-1"}, {"--out", "x.zip"}, {"id", "--package", "own-1", "--out", "x.zip"}, {"--package", "own-1", "--document", "7", "--out", "x.zip"}} {
		if out, code := m.try(t, append([]string{"evidence", "--subscriber", string(us)}, wrong...)...); code == 0 {
			t.Errorf("%v: %s", wrong, out)
		}
	}
}
