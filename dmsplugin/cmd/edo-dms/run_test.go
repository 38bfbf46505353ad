//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

// TestRunWithoutAHost: boxes are read and every event is told once, until a signal ends it cleanly; the next run goes on.
func TestRunWithoutAHost(t *testing.T) {
	t.Parallel()
	m, address := counter(t, mockoperator.Scenario{})
	m.run(t, "subscriber", "add", string(us), "--endpoint", address, "--inn", m.us.INN, "--kpp", m.us.KPP, "--box", m.us.Boxes[0], "--login", m.us.Login, "--password-file", "password", "--receive")
	m.run(t, "responsible", "set", "smirnova", "--scope", "administrator", "--subscriber", string(us))
	told := map[int64]bool{}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		remotes, err := m.operator.Plant(m.them.Boxes[0], m.us.Boxes[0], 1, func(int) mockoperator.PlantedDocument {
			return mockoperator.PlantedDocument{Name: signal.String() + ".txt"}
		})
		if err != nil {
			t.Fatal(err)
		}
		m.runsUntil(t, signal, edo.RemoteID(remotes[0]), told)
	}
	if out := m.run(t, "run", "--for", "1s"); strings.Contains(out, "interrupt.txt") {
		t.Errorf("told again: %s", out)
	}
}

// runsUntil reads events until one tells of a document, then sends the signal.
func (m *mailroom) runsUntil(t *testing.T, signal syscall.Signal, remote edo.RemoteID, told map[int64]bool) {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary(), "--json", "run")
	var said bytes.Buffer
	c.Dir, c.Env, c.Stderr = m.dir, append(os.Environ(), "EDOKIT_HOME="+m.home(), "EDOKIT_PULL=200ms"), &said
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines, found := bufio.NewScanner(out), false
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e edo.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		if told[e.Seq] {
			t.Errorf("event %d is told again", e.Seq)
		}
		told[e.Seq] = true
		if !found && e.Inbound != nil && e.Inbound.Key.Remote == remote {
			found = true
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err != nil || !found || said.Len() > 0 {
		t.Errorf("%s: found %t, %v, %s", signal, found, err, said.String())
	}
}
