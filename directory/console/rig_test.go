package console_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/console"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

const (
	sub      = edo.SubscriberID("velgom-seti")
	clerk    = edo.ActorID("kuznetsova")
	watcher  = edo.ActorID("sorokin")    // sees rows and nothing else
	stranger = edo.ActorID("postoronny") // logs in, and may do nothing
	admin    = edo.ActorID("belova")     // administers, and sees rows

	sent    = edo.PackageID("2026-0418")
	doubted = edo.PackageID("2026-0419")
	failed  = edo.PackageID("2026-0420")

	hostile = `<script>alert(1)</script>"'><b>&amp;`
)

var moscow = time.FixedZone("MSK", 3*3600)

// blind is an operator that prints and tracks, and cannot be asked what became of a package.
type blind struct{ *edotest.Operator }

func (d blind) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	s, err := d.Operator.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	return struct {
		edo.Session
		edo.Printer
		edo.Tracker
	}{s, s.(edo.Printer), s.(edo.Tracker)}, nil
}

// rig is a console over a real home folder and a real gateway, with an operator in memory.
type rig struct {
	home     *local.Home
	gateway  *gateway.Gateway
	console  *console.Console
	people   *console.Passwords
	server   *httptest.Server
	password map[edo.ActorID]string
	secret   string // of the subscriber's login: it stands on no page
	raw      edo.ExchangeID
	logs     *lockedBuffer
	doctor   *physician

	mu  sync.Mutex
	now func() time.Time
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (b *rig) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now()
}

// ahead moves the clock of the console.
func (b *rig) ahead(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = func() time.Time { return time.Now().Add(d) }
}

// newRig has a counterparty with a hostile name.
func newRig(t *testing.T) *rig {
	t.Helper()
	return newRigFor(t, "ИП "+hostile)
}

func newRigFor(t *testing.T, counterparty string) *rig {
	t.Helper()
	dir, ctx := t.TempDir(), t.Context()
	home, err := local.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	b := &rig{home: home, now: time.Now, password: map[edo.ActorID]string{}, secret: canary.Secret("оператор"), logs: &lockedBuffer{}, doctor: &physician{about: hostile}}
	t.Cleanup(func() { _ = home.Close() })
	operator := &edotest.Operator{
		Now:   func() time.Time { return time.Now().Add(-2300 * time.Millisecond) },
		Boxes: map[string][]edo.Address{"7803456788": {}},
		Form: func(edo.Ref, int) ([]byte, error) {
			return os.ReadFile("../../examples/quickstart/testdata/contract.pdf")
		},
		Fate: func(edo.Ref) edo.State { return edo.StateDelivered },
	}
	b.gateway, err = home.Gateway(gateway.Config{
		Drivers: []edo.Driver{blind{operator}}, Lease: 3 * time.Second, Idle: 5 * time.Millisecond,
		Backoff: gateway.Backoff{First: time.Millisecond, Longest: 20 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.directory(t)
	b.work(t, operator, counterparty)
	b.plant(t)
	b.reached(t, "7712345671", "771201001", "ООО «Речной порт»", edo.CounterpartyReady)
	b.reached(t, "7803456788", "", counterparty, edo.CounterpartyChoice)
	b.came(t, "ООО «Речной порт»")
	b.waiting(t, "letter.pdf")
	b.people = (&console.Passwords{Path: filepath.Join(dir, console.PasswordFile)}).Cheap()
	for _, actor := range []edo.ActorID{clerk, watcher, stranger, admin} {
		b.password[actor] = canary.Secret(string(actor))
		if err := b.people.Set(actor, edo.NewSecret(b.password[actor])); err != nil {
			t.Fatal(err)
		}
	}
	b.console, err = console.New(console.Config{
		Book: home.Store, Changes: home.Store, Safe: vault{home}, Desk: b.gateway, Access: home.Store, People: b.people, Doctor: b.doctor, Now: b.clock, Zone: moscow,
		Reason: reasons, Logger: slog.New(slog.NewTextHandler(b.logs, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.server = httptest.NewUnstartedServer(b.console)
	b.server.Config.ErrorLog = log.New(b.logs, "", 0)
	b.server.Start()
	t.Cleanup(b.server.Close)
	return b
}

func reasons(r edo.Reason) edo.Sentence {
	return map[edo.Reason]edo.Sentence{
		edo.UserNotAllowed:      {RU: "Пользователю не разрешено это действие", EN: "The user is not allowed to do this"},
		edo.DecisionNeeded:      {RU: "Посмотрите у оператора: исход не выясняется сам", EN: "Look at the operator: the outcome cannot be found out by itself"},
		edo.CounterpartyUnknown: {RU: "У контрагента нет ящика у оператора", EN: "The counterparty has no box at the operator"},
		edo.StateUnsuited:       {RU: "В этом состоянии так поступить нельзя", EN: "The state does not allow this"},
	}[r]
}

// head is whose key signs; making one takes a while.
var head = sync.OnceValues(func() (*edotest.Key, error) {
	return edotest.NewKey(edotest.Subject{
		Owner: "Волошина Ирина Сергеевна", Organisation: "АО «Велгом-Сети»", INN: "7701234560", OGRN: "1027700132195",
	}, time.Now().AddDate(0, -3, 0), time.Now().AddDate(1, 0, 0))
})

func (b *rig) directory(t *testing.T) {
	t.Helper()
	ctx, store := t.Context(), b.home.Store
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(store.PutSubscriber(ctx, directory.Subscriber{
		ID: sub, Title: "АО «Велгом-Сети»", Operator: "edotest", Endpoint: "https://operator.example/service", Box: "box-own", INN: "7701234560", KPP: "770101001",
		Login: "velgom", LoginKind: directory.LoginPassword, Enabled: true,
	}))
	check(b.home.Vault.SetPassword(ctx, sub, edo.NewSecret(b.secret)))
	check(store.PutSubscriber(ctx, directory.Subscriber{
		ID: "other", Title: "ООО «Чужая»", Operator: "edotest", Endpoint: "https://operator.example/service", Box: "box-other", INN: "7707083893",
		Login: "other", LoginKind: directory.LoginPassword, Enabled: true,
	}))
	key, err := head()
	check(err)
	certificate, err := cms.ParseCertificate(key.Certificate().DER)
	check(err)
	check(store.PutSigner(ctx, directory.Signer{ID: "head", Subscriber: sub, Info: certificate.Info("head"), Certificate: certificate.DER, Enabled: true}))
	check(b.home.Vault.SetSignerKey(ctx, sub, "head", key.Private()))
	check(store.PutUser(ctx, directory.User{Actor: clerk, Subscriber: sub, Name: "Кузнецова Мария Игоревна", Actions: []edo.Action{
		edo.ActionSend, edo.ActionRead, edo.ActionReadLog, edo.ActionReadContent, edo.ActionDecide, edo.ActionAnswer, edo.ActionSign,
	}}))
	check(store.PutUser(ctx, directory.User{Actor: admin, Subscriber: sub, Name: "Белова Анна Львовна", Actions: []edo.Action{edo.ActionRead, edo.ActionAdmin}}))
	check(store.PutUser(ctx, directory.User{Actor: admin, Subscriber: "other", Name: "Белова Анна Львовна", Actions: []edo.Action{edo.ActionRead, edo.ActionAdmin}}))
	check(store.PutUser(ctx, directory.User{Actor: watcher, Subscriber: sub, Name: "Сорокин Олег Петрович", Actions: []edo.Action{edo.ActionRead}}))
}

// work sends three packages: one is accepted and stamped, one ends in doubt, one cannot be sent. Then the workers rest, as
// those of the plugin are in another process.
func (b *rig) work(t *testing.T, operator *edotest.Operator, counterparty string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = b.gateway.Run(ctx) })
	defer running.Wait()
	defer cancel()
	for _, p := range []struct {
		id   edo.PackageID
		to   edo.Counterparty
		ends func(edo.Operation) bool
	}{
		{sent, edo.Counterparty{INN: "7712345671", KPP: "771201001", Name: "ООО «Речной порт»"}, func(op edo.Operation) bool { return op.Settled() && op.State == edo.StateDelivered }},
		{doubted, edo.Counterparty{INN: "7712345671", KPP: "771201001", Name: "ООО «Речной порт»"}, func(op edo.Operation) bool { return op.Reason == edo.DecisionNeeded }},
		{failed, edo.Counterparty{INN: "7803456788", Name: counterparty}, func(op edo.Operation) bool { return op.State == edo.StateFailed }},
	} {
		if p.id == doubted {
			operator.Script(edotest.Step{Err: &edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerLost}})
		}
		if _, err := b.gateway.Send(t.Context(), pack(t, p.id, p.to)); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) {
			op, err := b.gateway.Status(t.Context(), edo.Key{Subscriber: sub, Package: p.id})
			if err != nil {
				t.Fatal(err)
			}
			if p.ends(op) {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s stays %s %s %s", p.id, op.State, op.Reason, op.Detail)
			}
		}
	}
}

func pack(t *testing.T, id edo.PackageID, to edo.Counterparty) edo.Package {
	t.Helper()
	p := edo.Package{ID: id, Subscriber: sub, Actor: clerk, To: to}
	for _, d := range []struct{ id, file, kind, number string }{{"letter", "letter.pdf", "Письмо", "14-07/318"}, {"conditions", "technical-conditions.pdf", "Технические условия", "ТУ-2026/0418"}} {
		content, err := edo.FileContent("../../examples/quickstart/testdata/" + d.file)
		if err != nil {
			t.Fatal(err)
		}
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(d.id), Name: d.file, Kind: d.kind, Number: d.number, Content: content, Signer: "head", NeedSign: true,
			Date: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
		})
	}
	return p
}

const planted = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendMessage xmlns="urn:x"><authToken>[secret]</authToken><message><Subject>Письмо № 14-07/318</Subject><Note>%s</Note><Content>[content 112841 bytes sha256 %s]</Content></message></SendMessage></s:Body></s:Envelope>`

// plant writes an exchange with everything that an XML page has to show, and nothing of which may run there.
func (b *rig) plant(t *testing.T) {
	t.Helper()
	d, _, err := edo.DigestOf(strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(planted, html.EscapeString(hostile), d)
	mark := fmt.Sprintf("[content 112841 bytes sha256 %s]", d)
	hole := func(s, name string, kind edo.HoleKind) edo.Hole {
		at := strings.Index(text, s)
		h := edo.Hole{Start: at, End: at + len(s), Kind: kind, Name: name}
		if kind != edo.HoleSecret {
			h.Digest, h.Size = d, 112841
		}
		return h
	}
	body := edo.Masked{Text: []byte(text), Holes: []edo.Hole{hole("[secret]", "authToken", edo.HoleSecret), hole(mark, "Content", edo.HoleBase64)}}
	row, err := b.home.Store.Begin(t.Context(), edo.ExchangeRequest{
		Subscriber: sub, Package: doubted, Operation: "SendMessage", Endpoint: "https://operator.example/service", At: time.Now(), Head: "POST /service HTTP/1.1\nSOAPAction: " + hostile, Body: body, Size: 151000,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.raw = row.ID()
	answer := []byte("503 <b>busy</b>" + hostile)
	err = row.Finish(t.Context(), edo.ExchangeAnswer{At: time.Now().Add(412 * time.Millisecond), Outcome: edo.OutcomeUnreadable, HTTPStatus: 503, Head: "HTTP/1.1 503", Body: edo.Masked{Text: answer}, Size: int64(len(answer)), Note: "the answer is no SOAP"})
	if err != nil {
		t.Fatal(err)
	}
}

// browser is a client with cookies that follows no redirect.
type browser struct {
	*http.Client
	rig *rig
}

func (b *rig) visitor(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, b}
}

// page is an answer read whole.
type page struct {
	Code int
	Head http.Header
	Body string
}

func (v *browser) do(t *testing.T, method, path string, form url.Values, change ...func(*http.Request)) page {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.rig.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", "ru-RU,ru;q=0.9,en;q=0.8")
	for _, c := range change {
		c(r)
	}
	answer, err := v.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{answer.StatusCode, answer.Header, string(body)}
}

func (v *browser) get(t *testing.T, path string) page {
	t.Helper()
	return v.do(t, http.MethodGet, path, nil)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (p page) token(t *testing.T) string {
	t.Helper()
	found := tokenField.FindStringSubmatch(p.Body)
	if found == nil {
		t.Fatalf("%d: the page has no token: %.300s", p.Code, p.Body)
	}
	return found[1]
}

func (v *browser) login(t *testing.T, actor edo.ActorID, password string) page {
	t.Helper()
	return v.do(t, http.MethodPost, "/login", url.Values{"token": {v.get(t, "/login").token(t)}, "actor": {string(actor)}, "password": {password}})
}

// enter is a visitor who has logged in.
func (b *rig) enter(t *testing.T, actor edo.ActorID) *browser {
	t.Helper()
	v := b.visitor(t)
	if p := v.login(t, actor, b.password[actor]); p.Code != http.StatusSeeOther {
		t.Fatalf("%s: %d %.300s", actor, p.Code, p.Body)
	}
	return v
}

func of(page string, id edo.PackageID, more ...string) string {
	q := url.Values{"s": {string(sub)}, "p": {string(id)}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return page + "?" + q.Encode()
}
