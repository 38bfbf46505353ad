package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestGreetsServesAndStops runs the program as main does: one line on stdout, keys that belong together, an answer, a clean end.
func TestGreetsServesAndStops(t *testing.T) {
	t.Parallel()
	scenario := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(scenario, []byte("misbehave: [{operation: GetVersion, what: status, status: 503, nth: 2}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	var logs bytes.Buffer
	go func() {
		err := run(ctx, flags{Listen: "127.0.0.1:0", Scenario: scenario, PasswordLogin: "read-only"}, streams{out: in, err: &logs})
		in.Close()
		ended <- err
	}()
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		t.Fatalf("no line: %v", <-ended)
	}
	var hello greeting
	if err := json.Unmarshal(lines.Bytes(), &hello); err != nil {
		t.Fatal(err)
	}
	if len(hello.Organisations) < 2 || hello.WSDL != hello.URL+"?wsdl" {
		t.Errorf("%+v", hello)
	}
	for _, o := range hello.Organisations {
		if _, err := tls.LoadX509KeyPair(o.Certificate, o.Key); err != nil {
			t.Errorf("%s: %v", o.Name, err)
		}
		if o.Name == "" || o.INN == "" || o.KPP == "" || o.Box == "" || o.Login == "" || o.Password == "" {
			t.Errorf("%+v", o)
		}
	}
	if got := []int{version(t, hello.URL), version(t, hello.URL)}; got[0] != 200 || got[1] != 503 {
		t.Errorf("statuses %v", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if lines.Scan() {
		t.Errorf("a second line on stdout: %s", lines.Text())
	}
	if _, err := os.Stat(hello.Organisations[0].Key); !os.IsNotExist(err) {
		t.Errorf("the keys are still there: %v", err)
	}
	if !strings.Contains(logs.String(), "operation=GetVersion") {
		t.Errorf("log: %s", logs.String())
	}
}

func version(t *testing.T, url string) int {
	t.Helper()
	return call(t, url, "GetVersion")
}

func call(t *testing.T, url, operation string) int {
	t.Helper()
	body, err := contract.Envelope(operation + ".request")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", contract.ActionPrefix+operation)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestRefusesBadFlags(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]flags{
		"open to the world": {Listen: "0.0.0.0:0"},
		"unknown mode":      {Listen: "127.0.0.1:0", PasswordLogin: "none"},
		"two at once":       {Listen: "127.0.0.1:0", Scenario: "answer-lost", Cassette: "main.go"},
		"no cassette":       {Listen: "127.0.0.1:0", Cassette: "main.go"},
		"no such scenario":  {Listen: "127.0.0.1:0", Scenario: filepath.Join(t.TempDir(), "none.yaml")},
	} {
		err := run(t.Context(), f, streams{out: io.Discard, err: io.Discard})
		if err == nil {
			t.Errorf("%s: taken", name)
		}
		if name != "unknown mode" && !errors.Is(err, errUsage) {
			t.Errorf("%s: %v is no wrong usage", name, err)
		}
	}
}

// TestScenarioByName: a file wins over a name, a name is found, and what is neither is refused with the list.
func TestScenarioByName(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	if s, err := readScenario(flags{Scenario: "answer-lost"}); err != nil || len(s.Rules) != 1 {
		t.Errorf("by name: %d rules, %v", len(s.Rules), err)
	}
	if err := os.WriteFile("answer-lost", []byte("inbox: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := readScenario(flags{Scenario: "answer-lost"}); err != nil || s.Inbox != 3 {
		t.Errorf("by file: inbox %d, %v", s.Inbox, err)
	}
	if _, err := readScenario(flags{Scenario: "answer-found"}); err == nil || !strings.Contains(err.Error(), "print-form-never") {
		t.Errorf("neither: %v", err)
	}
	var list bytes.Buffer
	if err := listScenarios(&list); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(list.String()), "\n")
	if len(lines) != len(mockoperator.ScenarioNames()) || !strings.HasPrefix(lines[0], mockoperator.ScenarioNames()[0]+"  ") {
		t.Errorf("list:\n%s", list.String())
	}
}

// TestPlaysACassette: its parties are the subscribers, a call that was not recorded is a fault, and the end says what was
// played.
func TestPlaysACassette(t *testing.T) {
	t.Parallel()
	golden := filepath.Join("..", "..", "replay", "testdata", "answer-lost.cassette.json")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	var logs bytes.Buffer
	go func() {
		err := run(ctx, flags{Listen: "127.0.0.1:0", Cassette: golden, Quiet: true}, streams{out: in, err: &logs})
		in.Close()
		ended <- err
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err, <-ended)
	}
	var hello greeting
	if err := json.Unmarshal(line, &hello); err != nil {
		t.Fatal(err)
	}
	if len(hello.Organisations) != 1 || hello.Organisations[0].Box != "romashka@mock.edo" || hello.Organisations[0].Login != "replay" {
		t.Errorf("%+v", hello.Organisations)
	}
	var got []int
	for range 2 { // one was recorded
		got = append(got, call(t, hello.URL, "GetDocumentEntries"))
	}
	if !slices.Equal(got, []int{200, 500}) {
		t.Errorf("statuses %v", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, want := range []string{"1 calls were not recorded", "not recorded: GetDocumentEntries, call 2", "not made: SendMessage, call 1"} {
		if !strings.Contains(logs.String(), want) {
			t.Errorf("%q is not said: %s", want, logs.String())
		}
	}
}

// TestEndsWithStdin: who holds the other end of standard input takes the operator with him.
func TestEndsWithStdin(t *testing.T) {
	t.Parallel()
	in, hold := io.Pipe()
	out, greet := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(t.Context(), flags{Listen: "127.0.0.1:0", ExitWithStdin: true}, streams{in: in, out: greet, err: io.Discard})
		greet.Close()
	}()
	if _, err := bufio.NewReader(out).ReadBytes('\n'); err != nil {
		t.Fatal(err)
	}
	hold.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestExampleHasEveryKey keeps the printed example complete.
func TestExampleHasEveryKey(t *testing.T) {
	t.Parallel()
	s, err := mockoperator.ParseScenario([]byte(exampleScenario))
	if err != nil {
		t.Fatal(err)
	}
	op, err := mockoperator.New(mockoperator.Config{Scenario: s})
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	var walk func(reflect.Type)
	walk = func(v reflect.Type) {
		for v.Kind() == reflect.Slice {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			return
		}
		for i := range v.NumField() {
			if key := v.Field(i).Tag.Get("yaml"); key != ",inline" && !strings.Contains(exampleScenario, key+":") {
				t.Errorf("the example lacks %q", key)
			}
			walk(v.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[mockoperator.Scenario]())
}
