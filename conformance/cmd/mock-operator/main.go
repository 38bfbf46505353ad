package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/edokit/edokit/conformance/mockoperator"
)

type flags struct {
	Listen        string `default:"127.0.0.1:0" help:"Loopback address to listen on; port 0 takes a free one." placeholder:"ADDRESS"`
	Scenario      string `help:"How the operator behaves: a YAML file (printed forms, delays, faults, cut connections; --example-scenario prints every key), or a name of --list-scenarios." placeholder:"FILE|NAME"`
	Cassette      string `type:"existingfile" help:"Play a recorded package instead: a file of edo-dms log cassette. The n-th call of an operation gets the answer that its n-th call got; a call that was not recorded gets a fault that says so, and is counted at the end." placeholder:"FILE"`
	Dir           string `help:"Folder for documents, keys and certificates; it stays. Without it a temporary one is used and removed at the end." placeholder:"FOLDER"`
	PasswordLogin string `enum:"full,read-only," default:"" help:"What a login with a password may do: full, or read-only (sending then needs a login with a certificate). Default: what the scenario says, else full." placeholder:"MODE"`
	Quiet         bool   `help:"No log line per request."`
	ExitWithStdin bool   `help:"End when standard input ends: a program that holds the other end of a pipe takes the operator with it, even when it is killed."`
	List          bool   `name:"list-scenarios" help:"Print the scenarios that have a name, each with what it is, and end."`
	Example       bool   `name:"example-scenario" help:"Print a commented scenario with every key and end."`
}

const about = `A stand-in for the operator Synerdocs: SOAP over plain HTTP on this machine, strict about the contract, forgetful at the end.

It prints one line of JSON on stdout: url, wsdl, and organisations with box, login, password and the paths of key and certificate (PEM). It ends on Ctrl-C or SIGTERM. Exit code 2 is wrong usage, 1 any other fault.`

//go:embed example.yaml
var exampleScenario string

func main() {
	var f flags
	parser := kong.Must(&f, kong.Name("mock-operator"), kong.Description(about))
	if _, err := parser.Parse(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "mock-operator: %v\nTry: mock-operator --help\n", err)
		os.Exit(2)
	}
	if f.Example {
		fmt.Print(exampleScenario)
		return
	}
	if f.List {
		if err := listScenarios(os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "mock-operator:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop) // a second signal kills
	err := run(ctx, f, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "mock-operator:", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "mock-operator:", err)
		os.Exit(1)
	}
}

// errUsage marks what the caller asked for wrongly: exit code 2.
var errUsage = errors.New("wrong usage")

type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run serves until ctx ends.
func run(ctx context.Context, f flags, s streams) (err error) {
	scenario, err := readScenario(f)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := loopback(f.Listen); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	dir := f.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "mock-operator-*"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	level := slog.LevelInfo
	if f.Quiet {
		level = slog.LevelWarn
	}
	cassette, err := readCassette(f)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	op, err := mockoperator.New(mockoperator.Config{
		Dir: filepath.Join(dir, "spool"), Scenario: scenario, Cassette: cassette,
		WireMemory: -1, // nobody can ask this program what it saw
		Logger:     slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level})),
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
	line := json.NewEncoder(s.out)
	line.SetEscapeHTML(false)
	if err := line.Encode(hello); err != nil {
		return err
	}
	if f.ExitWithStdin {
		watched, cancel := context.WithCancel(ctx)
		ctx = watched
		go func() { // ends with the input, at the latest with the process
			_, _ = io.Copy(io.Discard, s.in)
			cancel()
		}()
	}
	<-ctx.Done()
	err = stop()
	if cassette != nil {
		tell(s.err, op.Played())
	}
	return err
}

// readCassette reads the cassette that is to be played, nil if there is none.
func readCassette(f flags) (_ *mockoperator.Cassette, err error) {
	if f.Cassette == "" {
		return nil, nil
	}
	if f.Scenario != "" {
		return nil, errors.New("--cassette and --scenario: a cassette is its own scenario, leave one out")
	}
	file, err := os.Open(f.Cassette)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	c, err := mockoperator.ParseCassette(file)
	return &c, err
}

// tell says how far a cassette was played.
func tell(to io.Writer, p mockoperator.Played) {
	fmt.Fprintf(to, "mock-operator: %d calls were not recorded, %d recorded calls were not made\n", len(p.Missing), len(p.Left))
	for _, call := range p.Missing {
		fmt.Fprintf(to, "  not recorded: %s\n", call)
	}
	for _, call := range p.Left {
		fmt.Fprintf(to, "  not made: %s\n", call)
	}
}

// loopback refuses before anything is bound: for a moment the whole network would see a socket.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen: %s is not a loopback address, take 127.0.0.1 or [::1]", address)
	}
	return nil
}

// readScenario reads a file, or takes the scenario of that name if there is no such file.
func readScenario(f flags) (s mockoperator.Scenario, err error) {
	text, err := os.ReadFile(f.Scenario)
	switch {
	case f.Scenario == "":
	case errors.Is(err, fs.ErrNotExist):
		if s, err = mockoperator.NamedScenario(f.Scenario); err != nil {
			return s, fmt.Errorf("--scenario: %s is no file; %w", f.Scenario, err)
		}
	case err != nil:
		return s, err
	default:
		if s, err = mockoperator.ParseScenario(text); err != nil {
			return s, err
		}
	}
	if f.PasswordLogin != "" {
		s.PasswordLogin = mockoperator.PasswordLogin(f.PasswordLogin)
	}
	return s, nil
}

// listScenarios is the table of names and titles.
func listScenarios(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, name := range mockoperator.ScenarioNames() {
		s, err := mockoperator.NamedScenario(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\n", name, s.About.Title)
	}
	return w.Flush()
}
