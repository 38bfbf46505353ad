package synerdocs_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

const (
	ownBox   = "romashka@mock.edo"
	otherBox = "vasilek@mock.edo"
	thirdBox = "seti-north@mock.edo"
	login    = "romashka"
	password = "Ромашка & <Ко> 1"
)

// full is a session with all its abilities.
type full interface {
	edo.Session
	edo.Checker
	edo.Finder
	edo.Printer
	edo.Tracker
}

// bundle is the driver against a stand-in operator over real HTTP.
type bundle struct {
	t       *testing.T
	op      *mockoperator.Operator
	url     string
	id      mockoperator.Identity
	journal *journal
}

// identities are made once, because keys take time.
var identities = sync.OnceValues(func() ([]mockoperator.Identity, error) {
	op, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		return nil, err
	}
	all, err := op.Identities(ownBox)
	return all, errors.Join(err, op.Close())
})

func setup(t *testing.T, s mockoperator.Scenario) *bundle {
	t.Helper()
	ids, err := identities()
	if err != nil {
		t.Fatal(err)
	}
	op, err := mockoperator.New(mockoperator.Config{Scenario: s, Identities: ids})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(op.Close(), stop()); err != nil {
			t.Error(err)
		}
	})
	if before := os.Getenv("EDOKIT_OPERATOR_BEHIND"); before != "" { // conformance/foreign puts a server of others in front
		url = before + strings.TrimPrefix(url, "http:/")
	}
	return &bundle{t: t, op: op, url: url, id: ids[0], journal: &journal{}}
}

func (b *bundle) account() edo.Account {
	return edo.Account{
		Subscriber: "sub-1", Operator: synerdocs.Name, Endpoint: b.url, Box: ownBox, Journal: b.journal,
		Login: edo.Login{Name: login, Password: edo.NewSecret(password)},
	}
}

func (b *bundle) byCertificate() edo.Account {
	a := b.account()
	a.Login = edo.Login{Certificate: &edo.LoginCertificate{DER: b.id.Certificate.Raw, Key: b.id.Key}}
	return a
}

func (b *bundle) open(a edo.Account) full {
	b.t.Helper()
	opened, err := synerdocs.New(synerdocs.Config{}).Open(b.t.Context(), a)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = opened.Close() })
	s, is := opened.(full)
	if !is {
		b.t.Fatalf("%T lacks an ability", opened)
	}
	return s
}

// message is three signed documents for two recipients.
func (b *bundle) message() edo.Message {
	b.t.Helper()
	pdf, err := os.ReadFile(filepath.Join("testdata", "letter.pdf"))
	if err != nil {
		b.t.Fatal(err)
	}
	keyPEM, err := b.id.KeyPEM()
	if err != nil {
		b.t.Fatal(err)
	}
	key, err := cms.LoadPEM(keyPEM, b.id.CertificatePEM())
	if err != nil {
		b.t.Fatal(err)
	}
	m := edo.Message{Package: "package-1", To: []edo.Address{{Box: otherBox}, {Box: thirdBox}}}
	for i, name := range []string{"письмо.pdf", "договор.pdf", "условия.pdf"} {
		content := append(bytes.Clone(pdf), bytes.Repeat([]byte("\n"), i)...)
		signature, err := cms.Sign(b.t.Context(), key, bytes.NewReader(content), time.Now())
		if err != nil {
			b.t.Fatal(err)
		}
		digest := edo.Digest(sha256.Sum256(content))
		m.Documents = append(m.Documents, edo.OutgoingDocument{
			ID: edo.DocumentID("document-" + string(rune('1'+i))), Name: name, Kind: []string{"Письмо", "Договор", ""}[i], Signature: signature, NeedSign: i == 1,
			Content: edo.Content{Size: int64(len(content)), Digest: digest, Open: func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(content)), nil
			}},
		})
	}
	return m
}

func queryOf(m edo.Message) edo.Query {
	q := edo.Query{Package: m.Package, To: m.To, Since: time.Now()}
	for _, d := range m.Documents {
		q.Documents = append(q.Documents, d.ID)
	}
	return q
}

// noSecrets looks for the password and every token of the run in what the journal was given.
func (b *bundle) noSecrets() {
	b.t.Helper()
	text := b.journal.text()
	if !strings.Contains(text, "SendMessage") {
		b.t.Fatal("the journal is empty")
	}
	for _, x := range b.op.Wire() {
		raw, err := x.Request.Bytes()
		if err != nil {
			b.t.Fatal(err)
		}
		for _, tag := range []string{"authToken", "password", "m:AuthToken"} {
			if _, rest, is := strings.Cut(string(raw), "<"+tag+">"); is {
				secret, _, _ := strings.Cut(rest, "<")
				if strings.Contains(text, secret) {
					b.t.Errorf("%s of %s stands in the journal", tag, x.Operation)
				}
			}
		}
	}
}

// journal keeps what it is given in memory.
type journal struct {
	mu   sync.Mutex
	rows []*row
}

type row struct {
	journal *journal
	id      edo.ExchangeID
	request edo.ExchangeRequest
	answer  edo.ExchangeAnswer
}

func (j *journal) Begin(_ context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	x := &row{journal: j, id: edo.ExchangeID("x-" + string(rune('a'+len(j.rows)))), request: r}
	j.rows = append(j.rows, x)
	return x, nil
}

func (r *row) ID() edo.ExchangeID                     { return r.id }
func (r *row) Blob(context.Context) (edo.Blob, error) { return &blob{}, nil }
func (r *row) Finish(_ context.Context, a edo.ExchangeAnswer) error {
	r.journal.mu.Lock()
	defer r.journal.mu.Unlock()
	r.answer = a
	return nil
}

// blob keeps nothing but the digest.
type blob struct{ bytes.Buffer }

func (b *blob) Commit(context.Context) (edo.Digest, int64, error) { return edo.DigestOf(b) }
func (b *blob) Abort()                                            {}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all strings.Builder
	for _, r := range j.rows {
		all.WriteString(r.request.Operation + r.request.Head + string(r.request.Body.Text) + r.answer.Head + string(r.answer.Body.Text) + r.answer.Note + "\n")
	}
	return all.String()
}
