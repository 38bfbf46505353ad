package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func now() time.Time { return time.Now() }

// TestRun: a real suite, its report in three forms, and what a list of known faults makes of it.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	known := filepath.Join(dir, "known")
	if err := os.WriteFile(known, []byte("2026-12-01 stat it passes, in truth\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := call(t, "run", "--suite", "archive", "--only", "entries", "--skip", "walk", "--expect-fail", known, "--report", filepath.Join(dir, "report"), "--seed", "7")
	if code != 1 || !strings.Contains(out, "unexpected pass: archive/stat") || !strings.Contains(out, "4 pass (seed 7)") {
		t.Errorf("%d, %s", code, out)
	}
	var read struct {
		Cases []struct{ ID, Verdict string }
	}
	text, err := os.ReadFile(filepath.Join(dir, "report", "report.json"))
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil || len(read.Cases) != 5 {
		t.Errorf("%v, %+v", err, read)
	}
	for _, name := range []string{"report.html", "report.xml"} {
		if info, err := os.Stat(filepath.Join(dir, "report", name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if code, out, _ := call(t, "run", "--suite", "archive", "--only", "stat"); code != 0 || !strings.Contains(out, "1 pass") {
		t.Errorf("%d, %s", code, out)
	}
}
