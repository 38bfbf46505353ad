package main_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/stamping/worker"
)

// TestMain builds the binary once: everything here runs the real program as a process.
func TestMain(m *testing.M) {
	worker.Main() // as in main: the doctor starts one
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "edo-dms-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	build := exec.CommandContext(context.Background(), "go", "build", "-o", filepath.Join(dir, exe()), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("go build: %w\n%s", err, out)
	}
	if err := os.Setenv("EDO_DMS_DIR", dir); err != nil {
		return 0, err
	}
	code := server.Main(m).Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			return 0, err
		}
	}
	return code, nil
}

func exe() string {
	if runtime.GOOS == "windows" {
		return "edo-dms.exe"
	}
	return "edo-dms"
}

// binary is the program that TestMain built.
func binary() string { return filepath.Join(os.Getenv("EDO_DMS_DIR"), exe()) }
