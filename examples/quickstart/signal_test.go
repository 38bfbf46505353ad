//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEndsWhole: whatever ends the demo ends the operator and the plugin too; who is asked politely also tidies up.
func TestEndsWhole(t *testing.T) {
	t.Parallel()
	bin := build(t)
	for name, signal := range map[string]syscall.Signal{"asked": syscall.SIGTERM, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp := t.TempDir()
			stderr, held, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stderr.Close()
			demo := exec.CommandContext(t.Context(), filepath.Join(bin, "quickstart"),
				"-out", filepath.Join(t.TempDir(), "out"), "-bin", bin, "-documents", "testdata")
			demo.Env, demo.Stderr = append(os.Environ(), "TMPDIR="+tmp), held
			out, err := demo.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := demo.Start(); err != nil {
				t.Fatal(err)
			}
			held.Close()
			for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "Launching"); {
			}
			if err := demo.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = demo.Wait()
			// The operator holds the other end of this pipe as long as it lives.
			if err := stderr.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, stderr); err != nil {
				t.Errorf("something of the demo still runs: %v", err)
			}
			if left, err := filepath.Glob(filepath.Join(tmp, "edokit-demo-*")); signal == syscall.SIGTERM && (err != nil || len(left) > 0) {
				t.Errorf("left behind: %q %v", left, err)
			}
		})
	}
}
