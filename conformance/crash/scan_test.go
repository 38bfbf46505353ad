package crash_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// scanner looks for secrets and complains to a test.
type scanner struct{ *canary.Scanner }

func newScanner(t testing.TB, secrets map[string]string) scanner {
	t.Helper()
	s, err := canary.New(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return scanner{s}
}

// folder looks for secrets in every file and in every file name.
func (s scanner) folder(t testing.TB, dir string) (files int) {
	t.Helper()
	files, leaks, err := s.Folder(dir)
	if err != nil {
		t.Error(err)
	}
	for _, leak := range leaks {
		t.Error(leak)
	}
	return files
}

// pieces are parts of a private key, short ones: PEM breaks its lines.
func pieces(secrets map[string]string, name string, id mockoperator.Identity) {
	for j, part := range [][]byte{id.Key.D.Bytes(), id.Key.Primes[0].Bytes(), id.Key.Primes[1].Bytes()} {
		for at := 0; at+20 <= len(part); at += 24 {
			secrets[fmt.Sprintf("key %s.%d at %d", name, j, at)] = string(part[at : at+20])
		}
	}
}

// maxTokens bounds what is looked for on one seat: the last tokens are those that deaths and faults left behind.
const maxTokens = 8

// silent looks for everything secret in everything that is left of a seat: every cell of the grid is also a way to let
// something slip.
func (s *seat) silent() {
	s.Helper()
	secrets := map[string]string{"password": s.ours.Password}
	pieces(secrets, "0", s.heads[0])
	tokens := s.tokens()
	for i, token := range tokens[max(0, len(tokens)-maxTokens):] {
		secrets[fmt.Sprintf("token %d", i)] = token
	}
	scan := newScanner(s, secrets)
	least := 5
	if !s.database.IsZero() {
		least = 1 // the database is not in the home
	}
	if n := scan.folder(s, s.home) + scan.folder(s, s.temporary) + scan.folder(s, s.orders.dir); n < least {
		s.Errorf("only %d files are left to be looked at: %+v after %d cells", n, s.kind, s.cells)
	}
	for _, leak := range scan.Find([]byte(s.heard.all())) {
		s.Errorf("told to hosts: %s", leak)
	}
}

// Bounds of what a process that has done much may still hold.
const (
	mostGoroutines = 150
	mostFiles      = 120
)

// holdsLittle counts the open files of a process.
func (p *plugin) holdsLittle() {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.pid()))
	if err == nil && len(files) > mostFiles { // an error: it has ended, or there is no such folder here
		p.stand.Errorf("process %d has %d open files", p.pid(), len(files))
	}
}

// dump has a process write down what all its goroutines do, and end.
func (p *plugin) dump() {
	p.stand.Helper()
	p.stand.must(syscall.Kill(p.pid(), syscall.SIGQUIT))
	p.gone()
	p.stand.until("the dump was heard", func() bool { return strings.Contains(p.stand.heard.all(), "goroutine 1 ") })
	if n := strings.Count(p.stand.heard.all(), "\ngoroutine "); n > mostGoroutines {
		p.stand.Errorf("%d goroutines", n)
	}
}
