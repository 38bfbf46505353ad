package replay

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory/cassette"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
)

var update = flag.Bool("update", false, "record the cassettes in testdata anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// record runs one letter through a scenario for a while and gives the cassette, and what it must not hold.
func record(t *testing.T, name string, long time.Duration) (text []byte, secrets []string) {
	t.Helper()
	scenario, err := mockoperator.NamedScenario(name)
	must(t, err)
	ctx, enough := context.WithCancel(t.Context())
	defer enough()
	begin := time.Now()
	clock := NewClock(begin, func(now time.Time) bool { return now.Sub(begin) > long }, enough)
	op, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir(), Now: clock.Now, Scenario: scenario})
	must(t, err)
	url, stop, err := op.Listen(context.WithoutCancel(ctx), "127.0.0.1:0")
	must(t, err)
	home, err := local.Open(ctx, filepath.Join(t.TempDir(), "home"))
	must(t, err)
	defer func() { must(t, errors.Join(home.Close(), op.Close(), stop())) }()
	ours, theirs := op.Organisations()[0], op.Organisations()[1]
	must(t, register(ctx, home, op, url, mockoperator.CassetteParty{ID: "our-firm", INN: ours.INN, KPP: ours.KPP, Box: ours.Boxes[0]}))
	letter, err := os.ReadFile(filepath.Join("..", "..", "examples", "quickstart", "testdata", "letter.pdf"))
	must(t, err)
	content, err := contentOf(letter)
	must(t, err)
	_, err = drive(ctx, home, clock, edo.Package{
		ID: "letter-1", Subscriber: "our-firm", Actor: actor, To: edo.Counterparty{INN: theirs.INN, KPP: theirs.KPP},
		Documents: []edo.Document{{ID: "1", Name: "письмо.pdf", Kind: "Письмо", Content: content, Signer: signer}},
	}, nil)
	must(t, err)
	c, err := cassette.Collect(t.Context(), home.Store, home.Archive, edo.Key{Subscriber: "our-firm", Package: "letter-1"})
	must(t, err)
	var out bytes.Buffer
	must(t, c.Write(&out))
	secrets = append(secrets, ours.Password, string(letter[100:200]))
	for _, e := range op.Wire() {
		answer, err := e.Response.Bytes()
		must(t, err)
		if _, token, found := strings.Cut(string(answer), "AuthenticateResult"); found {
			_, token, _ = strings.Cut(token, ">")
			token, _, _ = strings.Cut(token, "<")
			secrets = append(secrets, token)
		}
	}
	return out.Bytes(), secrets
}

// TestReplayOfARecording: whatever a scenario did, its cassette plays to the same end, with every call made and none more,
// and holds neither secrets nor content.
func TestReplayOfARecording(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"answer-lost", "answer-truncated", "answer-cut", "page-instead-of-answer", "error-after-acceptance", "request-cut",
		"rate-limit-long", "signature-refused", "print-form-20-minutes", "print-form-is-original", "print-form-truncated", "print-form-web-page",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, secrets := record(t, name, 3*time.Hour)
			if len(secrets) < 3 {
				t.Errorf("%d secrets are known", len(secrets))
			}
			for _, secret := range secrets {
				if bytes.Contains(text, []byte(secret)) {
					t.Errorf("the cassette holds %.20q", secret)
				}
			}
			check(t, text)
		})
	}
}

// TestLostAnswer is a regression test as a ticket makes one: the answer to SendMessage was lost.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	golden := filepath.Join("testdata", "answer-lost.cassette.json")
	if *update {
		text, _ := record(t, "answer-lost", 10*time.Second)
		must(t, os.WriteFile(golden, text, 0o600))
	}
	text, err := os.ReadFile(golden)
	must(t, err)
	check(t, text)
}

// TestDiffers: a call too many, one too few and another end are each said.
func TestDiffers(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile(filepath.Join("testdata", "answer-lost.cassette.json"))
	must(t, err)
	for name, row := range map[string]struct {
		change func(*mockoperator.Cassette)
		want   string
	}{
		"not recorded": {func(c *mockoperator.Cassette) {
			c.Exchanges = slices.DeleteFunc(c.Exchanges, func(e mockoperator.CassetteRequest) bool { return e.Operation == "GetDocumentEntries" })
		}, "not recorded: GetDocumentEntries, call 1"},
		"not called": {func(c *mockoperator.Cassette) {
			c.Exchanges = append(c.Exchanges, mockoperator.CassetteRequest{Operation: "SendMessage", At: c.Exchanges[len(c.Exchanges)-1].At})
		}, "not called: SendMessage, call 2"},
		"another end": {func(c *mockoperator.Cassette) { c.Package.State = "failed" }, "package: state: is sent, the cassette says failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := mockoperator.ParseCassette(bytes.NewReader(golden))
			must(t, err)
			row.change(&c)
			out, err := Run(t.Context(), t.TempDir(), c)
			must(t, err)
			if got := out.Differs(c); !slices.Contains(got, row.want) {
				t.Errorf("%q", got)
			}
		})
	}
}

// TestWhatIsNotReplayed: what this cannot send is refused with the member and what to do.
func TestWhatIsNotReplayed(t *testing.T) {
	t.Parallel()
	for field, p := range map[string]mockoperator.CassettePackage{
		"package.flow": {Flow: "unsigned"}, "package.answer": {Answer: "sign"}, "package.channel": {Channel: "email"},
	} {
		_, err := Run(t.Context(), t.TempDir(), mockoperator.Cassette{Package: p})
		if e, ok := errors.AsType[*edo.Error](err); !ok || e.Kind != edo.NotSupported || e.Field != field || e.Remedy == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func check(t *testing.T, text []byte) {
	t.Helper()
	c, err := mockoperator.ParseCassette(bytes.NewReader(text))
	must(t, err)
	out, err := Run(t.Context(), t.TempDir(), c)
	must(t, err)
	for _, d := range out.Differs(c) {
		t.Error(d)
	}
	if t.Failed() {
		for _, e := range c.Exchanges {
			t.Logf("recorded: %6d ms %s %s %s", e.At, e.Operation, e.Outcome, e.Code)
		}
		t.Logf("%s %s %s", out.Operation.State, out.Operation.Reason, out.Operation.Detail)
	}
}
