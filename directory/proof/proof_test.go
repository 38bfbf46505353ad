package proof_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/proof"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/edotest"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.UTC)

// keys are ours and somebody else's.
var keys = sync.OnceValues(func() ([2]*edotest.Key, error) {
	ours, err := edotest.NewKey(edotest.Subject{Owner: "Журнал обменов"}, noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	theirs, err2 := edotest.NewKey(edotest.Subject{Owner: "Somebody else"}, noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	return [2]*edotest.Key{ours, theirs}, errors.Join(err, err2)
})

func key(t testing.TB, n int) *edotest.Key {
	t.Helper()
	all, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	return all[n]
}

func der(t testing.TB, n int) []byte { return key(t, n).Certificate().DER }

// log is a message log in memory: one package with two exchanges, of which the second was interrupted.
type log struct {
	op    edo.Operation
	rows  []directory.Exchange
	links []directory.Link
}

func newLog() *log {
	l := &log{op: edo.Operation{
		Key: edo.Key{Subscriber: "ours", Package: "p1"}, Operator: "synerdocs", Actor: "clerk", State: edo.StateSent, Message: "m-1",
		To: edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО «Ромашка» <&>"}, Detail: "строка\x01", OperatorTime: noon, SentAt: noon.Add(time.Second),
		CreatedAt: noon.Add(-time.Hour), UpdatedAt: noon, Attempts: 1, Revision: 4,
		Documents: []edo.DocumentStatus{{
			ID: "1", Name: "письмо.pdf", Kind: "Письмо", Digest: edo.Digest{1}, Size: 150_000, Signature: edo.Digest{2}, Signer: "head", State: edo.StateSent,
			SignedBy: edo.SignerInfo{Owner: "Иванов Иван", Serial: "01"}, Verdict: edo.VerdictValid, Remote: "r-1", Stamp: edo.StampReady,
			Versions: []edo.Version{{Document: "1", Role: edo.RoleOperatorForm, Name: "a.pdf", Digest: edo.Digest{3}, Size: 9, At: noon, Source: "PrintDocument"}},
		}},
	}}
	l.exchange("SendMessage", true)
	l.exchange("GetFullDocumentInfo", false)
	return l
}

func (l *log) exchange(operation string, answered bool) {
	text := "<Token>[secret]</Token>\r\n<a b=\"&amp;\">]]></a>\x00"
	e := directory.Exchange{
		Seq: int64(len(l.rows) + 1), ID: edo.ExchangeID(fmt.Sprintf("x-%d", len(l.rows))), Subscriber: "ours", Package: "p1", Actor: "clerk", INN: "7707083893",
		Operation: operation, Endpoint: "https://service.example/exchange", StartedAt: noon, RequestSize: 4000, RequestHead: "POST / HTTP/1.1\nX: \xff",
		Request:     edo.Masked{Text: []byte(text), Holes: []edo.Hole{{Start: 7, End: 15, Kind: edo.HoleSecret, Name: "Token"}}},
		RequestText: directory.TextDigest([]byte(text)),
	}
	end := directory.Link{Subscriber: "ours"}
	if n := len(l.links); n > 0 {
		end = l.links[n-1]
	}
	e.RequestPosition = end.Position + 1
	l.links = append(l.links, end.Next(directory.RequestHalf, &e))
	if answered {
		e.EndedAt, e.Outcome, e.HTTPStatus, e.AnswerSize, e.AnswerDigest, e.RequestDigest, e.RequestSent = noon.Add(time.Second), edo.OutcomeOK, 200, 8, edo.Digest{4}, edo.Digest{5}, 4000
		e.AnswerHead, e.Answer.Text, e.AnswerText, e.AnswerPosition = "HTTP/1.1 200", []byte("<ok/>"), directory.TextDigest([]byte("<ok/>")), e.RequestPosition+1
		l.links = append(l.links, l.links[len(l.links)-1].Next(directory.AnswerHalf, &e))
	}
	l.rows = append(l.rows, e)
}

func (l *log) Operation(context.Context, edo.Key) (edo.Operation, error) { return l.op, nil }
func (l *log) Chains(context.Context) ([]directory.Link, error)          { return l.links[len(l.links)-1:], nil }

func (l *log) Exchange(_ context.Context, id edo.ExchangeID) (directory.Exchange, error) {
	for _, e := range l.rows {
		if e.ID == id {
			return e, nil
		}
	}
	return directory.Exchange{}, edo.NotFound
}

func (l *log) Exchanges(_ context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error) {
	from := min(int(f.After), len(l.rows))
	return l.rows[from:min(from+f.Limit, len(l.rows))], nil
}

func (l *log) LinkAt(_ context.Context, _ edo.SubscriberID, position int64) (directory.Link, error) {
	return l.links[position-1], nil
}

func collect(t testing.TB, l *log, texts bool) proof.Proof {
	t.Helper()
	p, err := proof.Collect(t.Context(), l, l.op.Key, texts, noon)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func signed(t testing.TB, p proof.Proof) []byte {
	t.Helper()
	raw, err := proof.Sign(p, key(t, 0).Key)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestRoundTrip: what was put in comes out, whatever bytes are in it.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	checkpoints, err := proof.Checkpoints(t.Context(), newLog(), noon)
	if err != nil {
		t.Fatal(err)
	}
	many := newLog()
	for range 1500 { // more elements than the library looks at
		many.exchange("GetMessages", true)
	}
	for name, p := range map[string]proof.Proof{
		"with texts": collect(t, newLog(), true), "without texts": collect(t, newLog(), false), "checkpoints": checkpoints,
		"never sent": {Made: noon, Message: &proof.Message{}}, "very many": collect(t, many, false),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := proof.Verify(signed(t, p), der(t, 0))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if n := len(checkpoints.Checkpoints); n != 1 || checkpoints.Checkpoints[0].Position != 3 {
		t.Errorf("%+v", checkpoints)
	}
	if _, err := proof.Checkpoints(t.Context(), newLog(), noon, "ours", "nobody"); !errors.Is(err, edo.NotFound) {
		t.Errorf("a subscriber without a log: %v", err)
	}
}

// TestXMLSec has another program verify the document, and refuse it when one character is another.
func TestXMLSec(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("xmlsec1")
	if err != nil {
		t.Skip("xmlsec1 is not installed")
	}
	raw, folder := signed(t, collect(t, newLog(), true)), t.TempDir()
	certificate := filepath.Join(folder, "certificate.pem")
	if err := os.WriteFile(certificate, key(t, 0).CertificatePEM, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		raw  []byte
		good bool
	}{
		"as it is": {raw, true}, "changed": {bytes.Replace(raw, []byte("SendMessage"), []byte("SendMassage"), 1), false},
		"by another": {func() []byte { b, _ := proof.Sign(collect(t, newLog(), true), key(t, 1).Key); return b }(), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(folder, strings.ReplaceAll(name, " ", "")+".xml")
			if err := os.WriteFile(file, tc.raw, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), program, "--verify", "--pubkey-cert-pem", certificate, "--enabled-key-data", "rsa",
				"--id-attr:ID", proof.Namespace+":LogProof", file).CombinedOutput()
			if (err == nil) != tc.good {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestKeys: only RSA that is long enough and valid.
func TestKeys(t *testing.T) {
	t.Parallel()
	p := collect(t, newLog(), false)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := cms.NewKey(private, certificate)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Sign(p, ec); !errors.Is(err, proof.KeyNotRSA) || !errors.Is(err, edo.Invalid) || !strings.Contains(err.Error(), "RSA") {
		t.Errorf("ECDSA signs: %v", err)
	}
	if _, err := proof.Verify(signed(t, p), certificate); !errors.Is(err, proof.KeyNotRSA) {
		t.Errorf("ECDSA verifies: %v", err)
	}
	if _, err := proof.Sign(p, nil); !errors.Is(err, proof.KeyNotRSA) {
		t.Errorf("no key: %v", err)
	}
	if _, err := proof.Verify(signed(t, p), []byte("x")); !errors.Is(err, proof.KeyNotRSA) {
		t.Errorf("no certificate: %v", err)
	}
	p.Made = noon.AddDate(2, 0, 0)
	if _, err := proof.Sign(p, key(t, 0).Key); !errors.Is(err, proof.KeyNotValid) {
		t.Errorf("after its end: %v", err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // that it is refused is the test
	if err != nil {
		t.Fatal(err)
	}
	weak, err := x509.CreateCertificate(rand.Reader, template, template, short.Public(), short)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Verify(nil, weak); !errors.Is(err, proof.KeyNotRSA) {
		t.Errorf("1024 bits: %v", err)
	}
}

// TestLinksAreComputedAgain: a document that was signed over a row which is not the one in the chain proves nothing.
func TestLinksAreComputedAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(m *proof.Message){
		"user":           func(m *proof.Message) { m.Exchanges[0].Row.Actor = "me" },
		"answer":         func(m *proof.Message) { m.Exchanges[0].Row.AnswerDigest[9]++ },
		"time":           func(m *proof.Message) { m.Exchanges[1].Row.StartedAt = noon.Add(time.Microsecond) },
		"text":           func(m *proof.Message) { m.Exchanges[0].Row.Request.Text = []byte("<a/>") },
		"answer's text":  func(m *proof.Message) { m.Exchanges[0].Row.Answer.Text = []byte("<a/>") },
		"place":          func(m *proof.Message) { m.Exchanges[0].Request.Position++ },
		"first of all":   func(m *proof.Message) { m.Exchanges[1].Request.Before = edo.Digest{} },
		"hole":           func(m *proof.Message) { m.Exchanges[0].Row.Request.Holes[0].Name = "b" },
		"answer is gone": func(m *proof.Message) { m.Exchanges[0].Answer = proof.Place{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := collect(t, newLog(), true)
			change(p.Message)
			if _, err := proof.Verify(signed(t, p), der(t, 0)); !errors.Is(err, proof.LinkWrong) {
				t.Errorf("%v", err)
			}
		})
	}
	l := newLog()
	l.rows[0].Actor = "me"
	if _, err := proof.Collect(t.Context(), l, l.op.Key, false, noon); !errors.Is(err, proof.LinkWrong) {
		t.Errorf("collected from a log that was changed: %v", err)
	}
}
