package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/report"
)

var update = flag.Bool("update", false, "write the goldens")

func day(d int) time.Time { return time.Date(2026, 12, d, 9, 30, 0, 0, time.UTC) }

const envelope = `<s:Envelope xmlns:s="u"><s:Body><Send><authToken>3f2a-77b1</authToken><Empty/><Name a="1">Письмо</Name></Send></s:Body></s:Envelope>`

// sample has every verdict once.
func sample() report.Report {
	of := func(id string, v conformance.Verdict, said ...string) conformance.Result {
		return conformance.Result{
			Case: conformance.Case{
				ID: id, Group: "sending", Says: "a message is taken whole <or not at all>", Clauses: []string{"SEND-6", "V19"},
				Why: "halves are worse than nothing", Sends: "two documents, one of them broken", Expects: "a fault, and nothing in the list",
			},
			Verdict: v, Said: said, Took: 12 * time.Millisecond,
		}
	}
	well, wrong, known, mended := of("well", conformance.Pass), of("wrong", conformance.Fail, "expected 0, got 1\nsecond line, with 3f2a-77b1"), of("known", conformance.ExpectedFail, "as always"), of("mended", conformance.UnexpectedPass)
	well.Noted = []string{"p99 3 ms"}
	wrong.Exchanges = []conformance.Exchange{
		{Name: "SendMessage", Request: []byte("POST / HTTP/1.1\r\nAuthorization: Basic abc\r\n\r\n" + envelope), Answer: []byte("HTTP/1.1 200 OK\r\n\r\nno XML: пароль-Канарейка & \x00")},
		{Name: "GetBoxes", Request: []byte(envelope)},
	}
	known.Known = &conformance.Known{ID: "known", Since: day(1), Reason: "until release 9.2"}
	mended.Known = &conformance.Known{ID: "mended", Since: day(2), Reason: "until release 9.3"}
	return report.Report{
		Target: "http://127.0.0.1:1/", Program: "v1", Seed: 7, Began: day(3), Ended: day(3).Add(3 * time.Second),
		Suites:  []report.Suite{{Name: "wire", Says: "an operator, as envelopes see it", Results: []conformance.Result{well, wrong, known, mended, of("lacking", conformance.Skip, "nobody to send to"), of("broke", conformance.Broken, "no disk")}}},
		Clauses: []report.Clause{{ID: "SEND-6", Says: "A message is taken whole or not at all.", Source: "8.28"}, {ID: "SEND-7", Says: "CustomField comes back."}},
		Kills: []conformance.Kills{{Suite: "wire", Cases: []string{"well", "wrong", "known"}, Mutants: []conformance.Killed{
			{Mutant: conformance.Mutant{Name: "keeps-halves", Breaks: "a message is kept in halves", Clauses: []string{"SEND-6"}}, By: []string{"well"}},
			{Mutant: conformance.Mutant{Name: "two-of-them", Breaks: "sent twice"}, By: []string{"well", "wrong"}},
			{Mutant: conformance.Mutant{Name: "lives", Breaks: "nothing"}},
		}}},
	}
}

func masked(t *testing.T) report.Report {
	t.Helper()
	r, err := sample().Masked(map[string]string{"password": "пароль-Канарейка & "})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	r := masked(t)
	for name, write := range map[string]func(io.Writer) error{"report.txt": r.Text, "report.json": r.JSON, "report.xml": r.JUnit, "report.html": r.HTML} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, secret := range []string{"3f2a-77b1", "Basic abc", "пароль-Канарейка"} {
			if strings.Contains(b.String(), secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
}

// TestMachinesReadIt: both machine formats are what they say.
func TestMachinesReadIt(t *testing.T) {
	t.Parallel()
	var j, x bytes.Buffer
	r := masked(t)
	if err := r.JSON(&j); err != nil || !json.Valid(j.Bytes()) {
		t.Errorf("JSON: %v", err)
	}
	var suites struct {
		Suites []struct {
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
			Tests    int `xml:"tests,attr"`
		} `xml:"testsuite"`
	}
	if err := r.JUnit(&x); err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(x.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if s := suites.Suites[0]; s.Failures != 2 || s.Errors != 1 || s.Skipped != 2 || s.Tests != 6 {
		t.Errorf("%+v", s)
	}
}

func TestMaskedLeavesTheOriginal(t *testing.T) {
	t.Parallel()
	r := sample()
	if _, err := r.Masked(map[string]string{"password": "as always"}); err != nil {
		t.Fatal(err)
	}
	if got := r.Suites[0].Results[2].Said[0]; got != "as always" {
		t.Errorf("it was changed: %q", got)
	}
	short, err := r.Masked(map[string]string{"password": "always", "none": ""})
	if err != nil || short.Suites[0].Results[2].Said[0] != "as ***" {
		t.Errorf("a short secret: %v, %q", err, short.Suites[0].Results[2].Said)
	}
}

func TestBad(t *testing.T) {
	t.Parallel()
	r := report.Report{Suites: []report.Suite{{Results: []conformance.Result{{Verdict: conformance.Pass}, {Verdict: conformance.ExpectedFail}, {Verdict: conformance.Skip}}}}}
	if r.Bad() {
		t.Error("nothing is to be done")
	}
	r.Kills = []conformance.Kills{{Cases: []string{"finds-none"}}}
	if !r.Bad() {
		t.Error("a case that finds nothing is to be looked at")
	}
	r.Kills = []conformance.Kills{{Mutants: []conformance.Killed{{}}}}
	if !r.Bad() {
		t.Error("a fault that nothing finds is to be looked at")
	}
}
