package main_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/edotest"
)

// TestRun builds the example and sends one signed file to the mock operator, twice to one recipient and once to another:
// the second run finds the package already sent, the third is a package of its own.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	binary := filepath.Join(dir, "library")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	op, url := operator(t)
	from, to, other := op.Organisations()[0], op.Organisations()[1].INN, op.Organisations()[4].INN
	pdf, err := os.ReadFile("../quickstart/testdata/letter.pdf")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "letter.pdf")
	write(t, file, pdf)
	write(t, file+".p7s", sign(t, pdf))

	for _, inn := range []string{to, to, other} {
		cmd := exec.CommandContext(t.Context(), binary, url, from.INN, from.Boxes[0], from.Login, inn, file, file+".p7s")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "EDO_PASSWORD="+from.Password)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, want := range []string{"Authenticate ok", "SendMessage ok", "PrintDocument ok", "sent ", "ready"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		stamped, err := os.ReadFile(file + ".stamped.pdf")
		if err != nil || !bytes.HasPrefix(stamped, []byte("%PDF-")) || bytes.Equal(stamped, pdf) {
			t.Errorf("stamped version: %d bytes, %v", len(stamped), err)
		}
		if err := os.Remove(file + ".stamped.pdf"); err != nil {
			t.Error(err)
		}
	}
	if n := len(op.Ledger()); n != 2 {
		t.Errorf("%d messages in the ledger", n)
	}
}

// TestShort holds the example to what the README says of it.
func TestShort(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			lines++
		}
	}
	if lines > 40 {
		t.Errorf("%d lines of code, more than 40", lines)
	}
}

func operator(t *testing.T) (*mockoperator.Operator, string) {
	t.Helper()
	op, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop(); _ = op.Close() })
	return op, url
}

func sign(t *testing.T, content []byte) []byte {
	t.Helper()
	now := time.Now()
	key, err := edotest.NewKey(edotest.Subject{Owner: "Иванов Иван Иванович", Organisation: "ООО «Ромашка»"}, now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := cms.Sign(t.Context(), key.Key, bytes.NewReader(content), now)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
