package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 0 all well, 1 a test failed or could not run, 2 wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("testreport", flag.ContinueOnError)
	flags.SetOutput(stderr)
	root := flags.String("root", ".", "folder whose modules are tested")
	race := flags.String("race", "auto", "race detector: auto (on where a C compiler is), on, off")
	plain := flags.String("plain", "", "packages (./folder,./folder) that are tested last, without the race detector and cgo: what they test are other processes")
	strict := flags.Bool("strict", os.Getenv("EDOKIT_STRICT_SKIPS") == "1", "a skip is a failure unless it may be absent")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	raceFlag, note, err := raceMode(ctx, *race)
	if err != nil {
		fmt.Fprintln(stderr, "testreport:", err)
		return 2
	}
	fmt.Fprintln(stdout, note)

	// Arguments of the caller are about one module; without any, everything there is gets tested.
	dirs, testArgs := []string{*root}, flags.Args()
	if len(testArgs) == 0 {
		testArgs = []string{"./..."}
		if dirs, err = moduleDirs(*root); err != nil {
			fmt.Fprintln(stderr, "testreport:", err)
			return 2
		}
	}
	rep := newReport(stdout, *strict)
	start := time.Now()
	for _, dir := range dirs {
		if len(dirs) > 1 {
			fmt.Fprintf(stdout, "\nmodule %s\n", dir)
		}
		args := testArgs
		if *plain != "" && flags.NArg() == 0 {
			if args, err = packagesBut(ctx, dir, strings.Split(*plain, ",")); err != nil {
				rep.broken(dir, err)
				continue
			}
			if len(args) == 0 { // all of it is tested last
				continue
			}
		}
		if err := testModule(ctx, rep, dir, nil, slices.Concat(raceFlag, args), stderr); err != nil {
			rep.broken(dir, err)
		}
	}
	if *plain != "" && flags.NArg() == 0 {
		fmt.Fprintf(stdout, "\nrace detector: OFF, what these test are other processes: %s\n", *plain)
		for _, dir := range dirs {
			own, err := below(*root, dir, dirs, strings.Split(*plain, ","))
			if err == nil && len(own) > 0 {
				// Without cgo, as programs are shipped: what these suites build is then compiled already.
				err = testModule(ctx, rep, dir, []string{"CGO_ENABLED=0"}, own, stderr)
			}
			if err != nil {
				rep.broken(dir, err)
			}
		}
	}
	fmt.Fprintf(stdout, "\n%d modules in %s\n", len(dirs), time.Since(start).Round(time.Second))
	if rep.finish() {
		return 0
	}
	return 1
}

// raceMode turns the -race setting into arguments for go test and a sentence for the reader: a run without the race
// detector must not look like one with it.
func raceMode(ctx context.Context, mode string) (args []string, note string, err error) {
	switch mode {
	case "on":
		return raceFlags(), "race detector: on", nil
	case "off":
		return nil, "race detector: OFF, as asked", nil
	case "auto":
	default:
		return nil, "", fmt.Errorf("-race is %q; use auto, on or off", mode)
	}
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return nil, "race detector: OFF, not available on " + runtime.GOARCH, nil
	}
	env, err := exec.CommandContext(ctx, "go", "env", "CC", "CGO_ENABLED").Output()
	if err != nil {
		return nil, "", fmt.Errorf("go env: %w", err)
	}
	// CC may carry options, as in "ccache gcc": the first word is the program.
	cc, cgo, _ := strings.Cut(strings.TrimSpace(string(env)), "\n")
	program, _, _ := strings.Cut(cc, " ")
	if os.Getenv("CGO_ENABLED") == "0" {
		return nil, "race detector: OFF, CGO_ENABLED=0", nil
	}
	if _, err := exec.LookPath(program); program == "" || err != nil || cgo != "1" {
		return nil, "race detector: OFF, it needs a C compiler (gcc)", nil
	}
	return raceFlags(), "race detector: on", nil
}

// raceFlags leave SQLite out: it is C that was translated to Go, guards its memory by its own locks, and with the checks
// in it tests of stores took four times as long.
func raceFlags() []string {
	return []string{"-race", "-gcflags=modernc.org/...=-race=false -d=checkptr=0"}
}

// testModule runs the tests of one module and feeds the report. The exit status of go test is repeated in its events;
// one that no event explains (a broken go.mod, say) is an error.
func testModule(ctx context.Context, rep *report, dir string, env, args []string, stderr io.Writer) error {
	// The longest packages wait for processes, and packages run beside each other: go's own ten minutes are few on a busy machine.
	// Vetting is the linters' work; here it would be done twice, with and without the race detector, for whatever is imported.
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-vet=off", "-timeout", "30m"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stderr = stderr
	// Let go test stop its own children: killed outright it leaves test binaries and their plugins behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	before := rep.failed
	readErr := rep.read(events)
	waitErr := cmd.Wait()
	if waitErr != nil && rep.failed > before {
		waitErr = nil
	}
	return errors.Join(readErr, waitErr)
}
