package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

// TestSuitesCanBeTrusted: ids, sentences and clauses are there, and every row of the acceptance table has a case.
func TestSuitesCanBeTrusted(t *testing.T) {
	t.Parallel()
	cases := 0
	proved := map[string]int{}
	for _, s := range all() {
		if err := s.Check(); err != nil {
			t.Error(err)
		}
		cases += len(s.Cases)
		for _, c := range s.Cases {
			for _, id := range c.Clauses {
				proved[id]++
			}
		}
	}
	for _, row := range conformance.Rows() {
		if proved[row.ID] == 0 {
			t.Errorf("no case is about %s: %s", row.ID, row.Says)
		}
	}
	t.Logf("%d cases in %d suites; %d clauses and %d rows", cases, len(all()), len(contract.Clauses()), len(conformance.Rows()))
}

// call runs the command and gives its exit code and what it said.
func call(t *testing.T, args ...string) (code int, out, errors string) {
	t.Helper()
	var o, e bytes.Buffer
	code = command(t.Context(), args, streams{out: &o, err: &e, now: now})
	return code, o.String(), e.String()
}

func TestExplain(t *testing.T) {
	t.Parallel()
	code, out, _ := call(t, "explain", "sqlite/drops")
	if code != 2 || out != "" {
		t.Errorf("an unknown case: %d, %q", code, out)
	}
	code, out, _ = call(t, "explain", "settle")
	if code != 0 || !strings.Contains(out, "sqlite/settle") || !strings.Contains(out, "postgres/settle") || !strings.Contains(out, "V13: A package is sent") {
		t.Errorf("%d, %s", code, out)
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	file := credentials(t)
	for _, args := range [][]string{
		{},
		{"run", "--suite", "none"},
		{"run", "--suite", "archive", "--only", "nothing"},
		{"run", "--target", "http://127.0.0.1:1/"},
		{"run", "--suite", "archive", "--expect-fail", "testdata/none"},
		{"run", "--credentials", "testdata/none"},
		{"run", "--suite", "archive", "--limit", "0s"},
		{"run", "--suite", "archive", "--beside", "-1"},
		{"list", "--suite", "none"},
		{"mutants", t.TempDir()},
		{"run", "--suite", "host", "--plugin", "testdata/none"},
		{"run", "--target", "http://user:word@127.0.0.1:1/", "--credentials", file},
		{"run", "--target", "http://127.0.0.1:1/?key=K", "--credentials", file},
	} {
		if code, _, errors := call(t, args...); code != 2 || errors == "" {
			t.Errorf("%q: %d, %q", args, code, errors)
		}
	}
}

// credentials is a file as mock-operator prints it, of nobody.
func credentials(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte(`{"organisations":[{"inn":"7701234560","kpp":"770101001","box":"a@b","login":"a","password":"b"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestNobodyThere: a wrong address is one sentence.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	code, out, errors := call(t, "run", "--suite", "wire", "--target", "http://127.0.0.1:1/", "--credentials", credentials(t))
	if code != 1 || out != "" || strings.Count(errors, "\n") != 1 || !strings.Contains(errors, "nobody answers") {
		t.Errorf("%d, %q, %q", code, out, errors)
	}
}

// TestEveryCaseIsExplained: a person who sees a case fail is told what was done, what was wanted and why.
func TestEveryCaseIsExplained(t *testing.T) {
	t.Parallel()
	for _, suite := range all() {
		groups := map[string]bool{}
		for _, c := range suite.Cases {
			groups[c.Group] = true
			if c.Sends == "" || c.Expects == "" || suite.Matters(c) == "" {
				t.Errorf("%s/%s: sent %q, expected %q, why %q", suite.Name, c.ID, c.Sends, c.Expects, suite.Matters(c))
			}
		}
		for group := range suite.Why {
			if !groups[group] {
				t.Errorf("%s: there is no group %q", suite.Name, group)
			}
		}
	}
}
