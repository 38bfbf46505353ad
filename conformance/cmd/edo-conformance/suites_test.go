package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
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

// TestNobodyThere: a wrong address is one sentence, behind the line that names it.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	code, out, errors := call(t, "run", "--suite", "wire", "--target", "http://127.0.0.1:1/", "--credentials", credentials(t))
	if code != 1 || out != "" || strings.Count(errors, "\n") != 2 || !strings.Contains(errors, "nobody answers") {
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

// TestSuiteBeforeID: what the terminal shows as SUITE/CASE can be given back.
func TestSuiteBeforeID(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "known")
	if err := os.WriteFile(list, []byte("2026-12-01 archive/walk it does pass\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errors := call(t, "run", "--suite", "archive,sqlite", "--only", "archive/walk", "--expect-fail", list)
	if code != 1 || !strings.Contains(out, "1 cases") || !strings.Contains(out, "1 unexpected pass") {
		t.Errorf("%d, %q, %q", code, out, errors)
	}
	if code, out, _ := call(t, "run", "--suite", "archive", "--only", "sqlite/walk"); code != 2 {
		t.Errorf("%d, %q", code, out)
	}
}

// TestSignersAreTriedOnce: a program that does not sign is one sentence before anything is sent.
func TestSignersAreTriedOnce(t *testing.T) {
	t.Parallel()
	o, end, err := standIn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	}()
	dir := t.TempDir()
	program := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certificate := filepath.Join(dir, "certificate")
	if err := os.WriteFile(certificate, o.us.certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ sign, password, want string }{
		"absent":      {filepath.Join(dir, "none"), o.us.Password, "no such file"},
		"fails":       {program("fails", "exit 3"), o.us.Password, "has failed"},
		"quiet":       {program("quiet", "cat >/dev/null"), o.us.Password, "has answered no detached CMS"},
		"endless":     {program("endless", "exec yes"), o.us.Password, "has answered more than 1048576 bytes"},
		"garbage":     {program("garbage", "cat"), o.us.Password, "neither DER nor base64"},
		"no password": {"", "wrong", "login of " + o.us.Box},
	} {
		text, err := json.Marshal(map[string]any{"organisations": []account{{
			INN: o.us.INN, KPP: o.us.KPP, Box: o.us.Box, Login: o.us.Login, Password: tc.password, Certificate: certificate, Sign: slices.DeleteFunc([]string{tc.sign}, func(s string) bool { return s == "" }),
		}}})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name+".json")
		if tc.sign == "" {
			text = bytes.Replace(text, []byte(`"certificate"`), []byte(`"none"`), 1)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errors := call(t, "run", "--suite", "wire", "--target", o.url, "--credentials", file)
		if _, said, _ := strings.Cut("\n"+errors, "\nedo-conformance: "); code == 0 || out != "" || !strings.Contains(said, tc.want) || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: %d, %q, %q", name, code, out, errors)
		}
	}
}
