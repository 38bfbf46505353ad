package crash_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// program is the plugin under test, built once.
var program string

func TestMain(m *testing.M) {
	if runtime.GOOS == "windows" {
		fmt.Println("SKIP: the failpoints build kills itself with a signal; there is none on Windows")
		return
	}
	if home := os.Getenv(callsEnv); home != "" {
		if err := callAndWork(home); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	if order := os.Getenv(hostEnv); order != "" {
		if err := beHost(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "edokit-crash-")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "edo-dms")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-tags", "failpoints", "-o", program, "github.com/edokit/edokit/dmsplugin/cmd/edo-dms")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Printf("the plugin does not build: %v\n%s\n", err, out)
		return 1
	}
	return server.Main(m).Run()
}
