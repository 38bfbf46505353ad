//go:build unix

package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestExitCodes: a script tells the end of the time from a failure, and Ctrl-C from both.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	operator, err := mockoperator.New(mockoperator.Config{Scenario: mockoperator.Scenario{
		PrintForms: []mockoperator.PrintForms{{Mode: mockoperator.FormAfterPolls, Polls: 1 << 20}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer operator.Close()
	address, stop, err := operator.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stop() }()
	org := operator.Organisations()[0]
	heads, err := operator.Identities(org.Boxes[0])
	if err != nil {
		t.Fatal(err)
	}
	key, err := heads[0].KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"key": key, "crt": heads[0].CertificatePEM(), "letter.txt": []byte("письмо")} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := func(args ...string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), binary(), args...)
		c.Dir, c.Env = dir, append(os.Environ(), "EDOKIT_HOME="+filepath.Join(dir, "home"), "SECRET="+org.Password)
		return c
	}
	for _, args := range [][]string{
		{"subscriber", "add", "s", "--endpoint", address, "--inn", org.INN, "--box", org.Boxes[0], "--login", org.Login, "--password-env", "SECRET"},
		{"user", "allow", "ivanova", "--subscriber", "s"},
		{"signer", "add", "head", "--subscriber", "s", "--key", "key", "--certificate", "crt"},
		{"send", "letter.txt", "--subscriber", "s", "--actor", "ivanova", "--to-inn", "7803456788", "--signer", "head", "--package", "p"},
	} {
		if text, err := command(args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	late := command("status", "p", "--subscriber", "s", "--wait", "--timeout", "1ns")
	if _ = late.Run(); late.ProcessState.ExitCode() != 3 {
		t.Errorf("time over: exit code %d", late.ProcessState.ExitCode())
	}
	cut := command("status", "p", "--subscriber", "s", "--wait")
	var said bytes.Buffer
	cut.Stderr = &said
	out, err := cut.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cut.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // it watches now
		t.Fatal(err)
	}
	if err := cut.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cut.Wait()
	if cut.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "edo-dms: interrupted; package p is still: ") {
		t.Errorf("interrupted: exit code %d, %s", cut.ProcessState.ExitCode(), said.String())
	}
}

// TestHostWithoutCookie: a host that forgot the cookie, or has another, reads why and sees 1; a person sees the usage.
func TestHostWithoutCookie(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]int{"PLUGIN_PROTOCOL_VERSIONS=1": 1, "EDOKIT_DMS_PLUGIN=another": 1, "EDOKIT_LOG=debug": 2} {
		c := exec.CommandContext(t.Context(), binary())
		c.Env = []string{variable}
		said, _ := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != want || strings.Contains(string(said), "EDOKIT_DMS_PLUGIN=") != (want == 1) {
			t.Errorf("%s: exit code %d, %s", variable, code, said)
		}
	}
}
