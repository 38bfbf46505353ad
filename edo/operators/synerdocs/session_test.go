package synerdocs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

func token(value string) answer {
	return ok("Authenticate", "<AuthenticateResult>"+value+"</AuthenticateResult>")
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer answer
		kind   edo.Kind
		reason edo.Reason
	}{
		"nil":          {ok("Authenticate", "<AuthenticateResult i:nil='true'/>"), edo.Denied, edo.LoginRefused},
		"absent":       {ok("Authenticate", ""), edo.Denied, edo.LoginRefused},
		"empty":        {token(""), edo.Denied, edo.LoginRefused},
		"blank":        {token(" \n "), edo.Denied, edo.LoginRefused},
		"unauthorized": {refusal("Unauthorized"), edo.Denied, edo.LoginRefused},
		"not found":    {refusal("NoDataFound"), edo.Denied, edo.LoginRefused},
		"user deleted": {refusal("UserDeleted"), edo.Denied, edo.LoginRefused},
		"service down": {refusal("SqlException"), edo.Unavailable, edo.OperatorUnavailable},
		"web page":     {answer{body: "<html/>"}, edo.Unavailable, edo.AnswerUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say("Authenticate", tc.answer)
			_, err := server.open().Send(t.Context(), letterMessage())
			if e := asError(t, err); e.Kind != tc.kind || e.Reason != tc.reason {
				t.Errorf("%v (%s)", err, e.Reason)
			}
			if diff := cmp.Diff([]string{"Authenticate"}, server.operations()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCertificateLoginRefused(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{
		"nil":           ok("AuthenticateWithCertificate", "<AuthenticateWithCertificateResult i:nil='true'/>"),
		"not sealed":    ok("AuthenticateWithCertificate", "<AuthenticateWithCertificateResult>"+tokenText+"</AuthenticateWithCertificateResult>"),
		"other":         sealedAnswer(t, "other-recipient"),
		"GOST":          sealedAnswer(t, "key-agreement"),
		"not 16 bytes":  sealedAnswer(t, "short"),
		"not known":     refusal("CertificateNotFound"),
		"access denied": refusal("AccessDeniedError"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say("AuthenticateWithCertificate", a)
			s := server.open(func(a *edo.Account) { a.Login = edo.Login{Certificate: new(loginFixture(t))} })
			_, err := s.boxes(t.Context())
			if e := asError(t, err); e.Kind != edo.Denied || e.Reason != edo.LoginRefused || e.Remedy == "" {
				t.Errorf("%v (%s)", err, e.Reason)
			}
		})
	}
}

// TestTokenExpires: one new login, one repeat, for a send as well; a second refusal is final.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	sent := answer{body: string(fixture(t, "answers/SendMessage.xml"))}
	t.Run("once", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say("Authenticate", token("first"), token("second"))
		server.say("SendMessage", refusal("Unauthorized"), sent)
		if _, err := server.open().Send(t.Context(), letterMessage()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Authenticate", "GetBoxes", "SendMessage", "Authenticate", "SendMessage"}, server.operations()); diff != "" {
			t.Error(diff)
		}
		for i, want := range []string{"first", "second"} {
			if got := server.bodies("SendMessage")[i]; !contains(got, "<authToken>"+want+"</authToken>") {
				t.Errorf("attempt %d: %s", i, got)
			}
		}
	})
	t.Run("again", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say("SendMessage", refusal("Unauthorized"))
		_, err := server.open().Send(t.Context(), letterMessage())
		if e := asError(t, err); e.Kind != edo.Denied || e.Reason != edo.LoginRefused || len(server.bodies("SendMessage")) != 2 {
			t.Errorf("%v after %q", err, server.operations())
		}
	})
	t.Run("nobody's word", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		late := refusal("Unauthorized")
		late.status = 503
		server.say("SendMessage", late)
		if _, err := server.open().Send(t.Context(), letterMessage()); edo.KindOf(err) != edo.InDoubt || len(server.bodies("SendMessage")) != 1 {
			t.Errorf("%v after %q", err, server.operations())
		}
	})
	t.Run("login fails then", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say("Authenticate", token("first"), refusal("SqlException"))
		server.say("SendMessage", refusal("Unauthorized"))
		if _, err := server.open().Send(t.Context(), letterMessage()); edo.KindOf(err) != edo.Unavailable {
			t.Errorf("%v after %q", err, server.operations())
		}
	})
}

// TestOneLogin: many calls at once log in once, and share a refusal too.
func TestOneLogin(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]error{"accepted": nil, "refused": &edo.Error{Kind: edo.Denied, Reason: edo.LoginRefused}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &gateLogin{started: make(chan struct{}, 8), gate: make(chan struct{}), err: refused}
			tk := &tokens{login: l, now: time.Now}
			results := make(chan error, 8)
			get := func(ctx context.Context) { _, _, err := tk.get(ctx, 0); results <- err }
			go get(t.Context())
			<-l.started
			for range 7 {
				entered := &countdown{Context: t.Context(), left: 1, zero: make(chan struct{})}
				go get(entered)
				<-entered.zero
			}
			close(l.gate)
			for range 8 {
				if err := <-results; edo.ReasonOf(err) != edo.ReasonOf(refused) || (err == nil) != (refused == nil) {
					t.Errorf("got %v, want %v", err, refused)
				}
			}
			if len(l.started) != 0 {
				t.Errorf("%d more logins", len(l.started))
			}
		})
	}
}

// TestRefusedLoginIsRemembered: a wrong password is tried once per pause, however many calls there are.
func TestRefusedLoginIsRemembered(t *testing.T) {
	t.Parallel()
	now := &clock{at: time.Date(2026, 11, 17, 12, 30, 0, 0, time.UTC)}
	server := newScript(t)
	server.say("Authenticate", refusal("Unauthorized"))
	server.say("GetBoxes", ok("GetBoxes", "<GetBoxesResult/>"))
	s := openAccount(t, Config{Now: now.now}, server.account())
	refused := func(wait time.Duration) {
		t.Helper()
		_, err := s.boxes(t.Context())
		if e := asError(t, err); e.Kind != edo.Denied || e.Reason != edo.LoginRefused || e.RetryAfter != wait || e.Code != "Unauthorized" || e.Remedy == "" {
			t.Errorf("%v, to be repeated after %s instead of %s", err, e.RetryAfter, wait)
		}
	}
	logins := func(want int) {
		t.Helper()
		if got := len(server.operations()); got != want || len(server.bodies("Authenticate")) != want {
			t.Errorf("%d calls instead of %d logins", got, want)
		}
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { refused(30 * time.Second) })
	}
	all.Wait()
	for range 20 {
		refused(30 * time.Second)
	}
	logins(1)
	now.move(29 * time.Second)
	refused(time.Second)
	for i, pause := range []time.Duration{1, 2, 4, 8, 16, 30, 30} { // minutes
		logins(i + 1)
		now.move(pause * time.Minute)
		refused(min(time.Minute<<i, 30*time.Minute))
	}
	logins(8)
	now.move(-24 * time.Hour) // the clock was wrong
	refused(30 * time.Minute)
	logins(9)

	server.say("Authenticate", token("first"), token("second"), refusal("Unauthorized"))
	if _, err := openAccount(t, Config{Now: now.now}, server.account()).boxes(t.Context()); err != nil {
		t.Errorf("a new session is not free: %v", err)
	}
	now.move(time.Hour)
	if _, err := s.boxes(t.Context()); err != nil {
		t.Error(err)
	}
	server.say("GetBoxes", refusal("Unauthorized")) // and the login with it: the password was changed
	refused(30 * time.Second)
	before := len(server.operations())
	refused(30 * time.Second)
	if got := server.operations()[before:]; len(got) != 0 {
		t.Errorf("%q with a token that is known to be dead", got)
	}
}

// Only a verdict on the login is remembered.
func TestOtherLoginFaultsAreNotRemembered(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	server.say("Authenticate", refusal("SqlException"), answer{body: "<html/>"}, token("first"))
	server.say("GetBoxes", ok("GetBoxes", "<GetBoxesResult/>"))
	s := server.open()
	for i, want := range []edo.Kind{edo.Unavailable, edo.Unavailable, 0} {
		if _, err := s.boxes(t.Context()); edo.KindOf(err) != want || (err == nil) != (want == 0) {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

// clock is set by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// gateLogin waits for its gate.
type gateLogin struct {
	passwordLogin
	started, gate chan struct{}
	err           error
}

func (l *gateLogin) obtain(context.Context, *soap.Client) (edo.Secret, error) {
	l.started <- struct{}{}
	<-l.gate
	return edo.NewSecret("t"), l.err
}

// countdown is a context that tells when so many callers have asked for its end, which each does when it starts to wait.
type countdown struct {
	context.Context
	mu   sync.Mutex
	left int
	zero chan struct{}
}

func (c *countdown) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left == 0 {
		close(c.zero)
	}
	return c.Context.Done()
}

// TestLeaderLeaves: a caller that gives up while it logs in for others does not fail them.
func TestLeaderLeaves(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	l := &slowLogin{started: make(chan struct{}, 2)}
	tk := &tokens{login: l, now: time.Now}
	first := make(chan error, 1)
	go func() { _, _, err := tk.get(ctx, 0); first <- err }()
	<-l.started
	second := make(chan error, 1)
	entered := &countdown{Context: t.Context(), left: 1, zero: make(chan struct{})}
	go func() { _, _, err := tk.get(entered, 0); second <- err }()
	<-entered.zero
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the leader got %v", err)
	}
	if err := <-second; err != nil {
		t.Errorf("the other got %v", err)
	}
}

// slowLogin hangs until its first caller leaves; the second login succeeds.
type slowLogin struct {
	passwordLogin
	started chan struct{}
	mu      sync.Mutex
	calls   int
}

func (l *slowLogin) obtain(ctx context.Context, _ *soap.Client) (edo.Secret, error) {
	l.mu.Lock()
	l.calls++
	first := l.calls == 1
	l.mu.Unlock()
	l.started <- struct{}{}
	if first {
		<-ctx.Done()
		return edo.Secret{}, ctx.Err()
	}
	return edo.NewSecret("t"), nil
}

func TestCloseForgets(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	server.say("GetBoxes", ok("GetBoxes", "<GetBoxesResult/>"))
	s := server.open()
	for range 2 {
		if _, err := s.boxes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := server.operations(); !slices.Equal(got, []string{"Authenticate", "GetBoxes", "Authenticate", "GetBoxes"}) {
		t.Errorf("%q", got)
	}
}
