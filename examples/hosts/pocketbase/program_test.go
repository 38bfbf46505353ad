package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestProgram: the one command prints where everything is and who may log in; asked to end it leaves neither processes nor files,
// and killed it leaves no process.
func TestProgram(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked for in /proc: the ends of the program were not looked at")
	}
	for name, signal := range map[string]syscall.Signal{"asked": syscall.SIGTERM, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ends(t, signal)
		})
	}
}

func ends(t *testing.T, signal syscall.Signal) {
	t.Helper()
	tmp := folder(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "--bin", bin(t), "--listen", "127.0.0.1:0", "--samples", "../..")
	cmd.Env = append(os.Environ(), "POCKETBASE_AS_PROGRAM=1", "TMPDIR="+tmp)
	said := &buffer{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text := ""
	for lines := bufio.NewScanner(out); !strings.Contains(text, "mock operator ") && lines.Scan(); {
		text += lines.Text() + "\n"
	}
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(text)
	login := regexp.MustCompile(`(?m)^  (kuznetsova@\S+) +(\S+)`).FindStringSubmatch(text)
	if address == "" || login == nil || !strings.Contains(text, "/_/") {
		t.Fatalf("it says:\n%s%s", text, said.String())
	}
	if strings.Contains(said.String(), login[2]) {
		t.Error("the log holds a password")
	}
	if n := len(children(t, tmp)); n != 2 {
		t.Errorf("%d processes around it, want edo-dms and mock-operator", n)
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if signal == syscall.SIGTERM {
		if code := cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("exit code %d\n%s", code, said.String())
		}
		if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
	until(t, "no process is left", func() bool { return len(children(t, tmp)) == 0 })
}

// children are the processes that were started with a temporary folder of this test in their arguments or environment, the program
// itself left out.
func children(t *testing.T, tmp string) (pids []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range all {
		program, err := os.Readlink(filepath.Join(dir, "exe"))
		if err != nil || filepath.Dir(program) != bin(t) {
			continue
		}
		arguments, _ := os.ReadFile(filepath.Join(dir, "cmdline")) // it may have ended by now
		environment, _ := os.ReadFile(filepath.Join(dir, "environ"))
		if bytes.Contains(append(arguments, environment...), []byte(tmp)) {
			pids = append(pids, filepath.Base(dir))
		}
	}
	return pids
}
