package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/edokit/edokit/conformance/mockoperator"
)

type flags struct {
	Listen        string `default:"127.0.0.1:0" help:"Loopback address to listen on; port 0 takes a free one." placeholder:"ADDRESS"`
	Scenario      string `type:"existingfile" help:"YAML file that says how the operator behaves: printed forms, delays, faults, cut connections." placeholder:"FILE"`
	Dir           string `help:"Folder for documents, keys and certificates; it stays. Without it a temporary one is used and removed at the end." placeholder:"FOLDER"`
	PasswordLogin string `enum:"full,read-only," default:"" help:"What a login with a password may do: full, or read-only (sending then needs a login with a certificate). Default: what the scenario says, else full." placeholder:"MODE"`
	Quiet         bool   `help:"No log line per request."`
}

const about = `A stand-in for the operator Synerdocs: SOAP over plain HTTP on this machine, strict about the contract, forgetful at the end.

It prints one line of JSON on stdout: url, wsdl, and organisations with box, login, password and the paths of key and certificate (PEM). It ends on Ctrl-C or SIGTERM.`

func main() {
	var f flags
	kong.Parse(&f, kong.Name("mock-operator"), kong.Description(about))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, f, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "mock-operator:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to release: run has cleaned up
	}
}

// run serves until ctx ends.
func run(ctx context.Context, f flags, stdout, stderr io.Writer) (err error) {
	dir := f.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "mock-operator-*"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	scenario, err := readScenario(f)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if f.Quiet {
		level = slog.LevelWarn
	}
	op, err := mockoperator.New(mockoperator.Config{
		Dir: filepath.Join(dir, "spool"), Scenario: scenario,
		WireMemory: -1, // nobody can ask this program what it saw
		Logger:     slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, op.Close()) }()
	subscribers, err := writeSubscribers(op, filepath.Join(dir, "keys"))
	if err != nil {
		return err
	}
	url, stop, err := op.Listen(ctx, f.Listen)
	if err != nil {
		return err
	}
	hello := greeting{URL: url, WSDL: url + "?wsdl", Organisations: subscribers}
	line := json.NewEncoder(stdout)
	line.SetEscapeHTML(false)
	if err := line.Encode(hello); err != nil {
		return err
	}
	<-ctx.Done()
	return stop()
}

func readScenario(f flags) (mockoperator.Scenario, error) {
	var s mockoperator.Scenario
	if f.Scenario != "" {
		text, err := os.ReadFile(f.Scenario)
		if err != nil {
			return s, err
		}
		if s, err = mockoperator.ParseScenario(text); err != nil {
			return s, err
		}
	}
	if f.PasswordLogin != "" {
		s.PasswordLogin = mockoperator.PasswordLogin(f.PasswordLogin)
	}
	return s, nil
}
