package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/edokit/edokit/conformance/adaptertest"
	"github.com/edokit/edokit/conformance/subjects"
	"github.com/edokit/edokit/dmsplugin"
)

type grammar struct {
	Run     runCommand     `cmd:"" help:"Run suites and write a report."`
	List    listCommand    `cmd:"" help:"All cases, one line each: suite, id, sentence."`
	Explain explainCommand `cmd:"" help:"One case: clauses, what is sent, what is expected, why it matters, how to do it by hand."`
	Adapter adapterCommand `cmd:"" help:"What the adapter of a document system did with this program as its plugin."`
	Mutants mutantsCommand `cmd:"" help:"The kill matrix of runs against faults that were made on purpose (make conformance/mutants)."`
}

const about = `Conformance suites for the exchange of legally significant documents: operators, plugins, stores, adapters.

Exit codes: 0 nothing is to be done; 1 a case failed, the suite broke, or a known fault has gone; 2 wrong usage; 3 (adapter) nothing fails, but not everything was seen.`

// errUsage marks what the caller asked for wrongly, errBad what was found.
var (
	errUsage = errors.New("wrong usage")
	errBad   = errors.New("something is to be done")
	errMore  = errors.New("not everything was seen")
)

// streams are those of the process, and its clock.
type streams struct {
	out, err io.Writer
	terminal bool // err is one: progress may be shown on one line
	now      func() time.Time
}

func main() {
	if workers() {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop) // a second signal kills
	if dmsplugin.PluginMode(os.Getenv) {
		logger := dmsplugin.NewLogger(os.Stderr, slog.LevelInfo)
		if err := adaptertest.Serve(context.Background(), os.Getenv("EDOKIT_HOME"), logger); err != nil {
			logger.Error("serve", "error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(command(ctx, os.Args[1:], streams{out: os.Stdout, err: os.Stderr, terminal: terminal(os.Stderr), now: time.Now}))
}

// workers: some cases of a store run this program again as another process on the same data.
func workers() bool { return subjects.SQLite().Worker() || subjects.Postgres(nil).Worker() }

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// command is the process without its exit.
func command(ctx context.Context, args []string, s streams) int {
	var g grammar
	left := -1
	parser := kong.Must(&g, kong.Name("edo-conformance"), kong.Description(about), kong.UsageOnError(), kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { left = code }), kong.Bind(s), kong.BindTo(ctx, (*context.Context)(nil)))
	k, err := parser.Parse(args)
	if left >= 0 { // --help
		return left
	}
	if err != nil {
		fmt.Fprintf(s.err, "edo-conformance: %v\nTry: edo-conformance --help\n", err)
		return 2
	}
	switch err := k.Run(); {
	case err == nil:
		return 0
	case errors.Is(err, errBad):
		return 1
	case errors.Is(err, errMore):
		return 3
	case errors.Is(err, errUsage):
		fmt.Fprintln(s.err, "edo-conformance:", err)
		return 2
	default:
		fmt.Fprintln(s.err, "edo-conformance:", err)
		return 1
	}
}
