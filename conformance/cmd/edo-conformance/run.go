package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/report"
)

type runCommand struct {
	Suite       []string      `help:"Suites to run, by name; may be repeated or separated by commas. Default: all that can run." placeholder:"NAME"`
	Target      string        `help:"Address of the operator. Default: the stand-in operator, inside this process." placeholder:"URL"`
	Credentials string        `help:"JSON with organisations at the target: what mock-operator prints. The first is ours, the second the other side." placeholder:"FILE"`
	Plugin      string        `help:"Plugin binary for the host suite. Default: edo-dms beside this program, or on the PATH." placeholder:"FILE"`
	Report      string        `help:"Folder for report.html, report.json and report.xml (JUnit), and in requests the bodies to repeat a bad case with curl (with --only of each case that ran); made if missing." placeholder:"FOLDER"`
	Only        []string      `help:"Ids (send-whole, wire/send-whole), groups or patterns (send-*) of cases to run." placeholder:"CASE"`
	Skip        []string      `help:"Ids, groups or patterns of cases to leave out." placeholder:"CASE"`
	ExpectFail  string        `help:"List of known faults: lines of DAY ID REASON (2026-12-01 send-whole until release 9.2)." placeholder:"FILE"`
	ReadOnly    bool          `help:"Leave out whatever leaves something behind: for a live system."`
	Seed        uint64        `help:"Seed of the order of cases. Default: a new one, shown in the report."`
	Beside      int           `help:"How many cases run at once. Default: 8, with --target 4." placeholder:"N"`
	Limit       time.Duration `help:"Time limit of one case." default:"1m"`
	Verbose     bool          `short:"v" help:"One line for each case."`
}

// Run runs the suites.
func (c *runCommand) Run(ctx context.Context, s streams) (err error) {
	if c.Beside < 0 || c.Limit <= 0 {
		return fmt.Errorf("%w: --beside is a number of cases, and --limit a time above zero, as 90s", errUsage)
	}
	names := c.Suite
	if len(names) == 0 {
		names = runnable()
	}
	known, err := c.known()
	if err != nil {
		return err
	}
	if c.Report != "" { // found out before the run and not after it
		if err := writable(c.Report); err != nil {
			return fmt.Errorf("%w: --report: %w", errUsage, err)
		}
	}
	b := &bench{plugin: c.Plugin}
	defer func() {
		if end := b.Close(); end != nil && err == nil {
			err = end
		}
	}()
	if err := c.connect(ctx, s, b); err != nil {
		return err
	}
	if c.Seed == 0 {
		c.Seed = uint64(s.now().UnixNano())
	}
	r := report.Report{Target: b.operator.url, Program: version(), Seed: c.Seed, Began: s.now(), Clauses: clauses()}
	if err := c.suites(ctx, s, b, names, known, &r); err != nil {
		return err
	}
	r.Ended = s.now()
	return c.conclude(r, b, s)
}

// connect prepares the operator.
func (c *runCommand) connect(ctx context.Context, s streams, b *bench) (err error) {
	if c.Target != "" || c.Credentials != "" {
		if b.operator, err = given(c.Target, c.Credentials); err != nil {
			return err
		}
		fmt.Fprintln(s.err, "target:", b.operator.url)
		if err := b.operator.reach(ctx); err != nil {
			return err
		}
		return errors.Join(b.operator.us.try(ctx, b.operator.url), b.operator.them.try(ctx, b.operator.url))
	}
	var end func() error
	if b.operator, end, err = standIn(ctx); err == nil {
		b.ends = append(b.ends, end)
	}
	return err
}

func (c *runCommand) known() ([]conformance.Known, error) {
	if c.ExpectFail == "" {
		return nil, nil
	}
	f, err := os.Open(c.ExpectFail)
	if err != nil {
		return nil, fmt.Errorf("%w: --expect-fail: %w", errUsage, err)
	}
	defer f.Close()
	known, err := conformance.ReadKnown(f)
	if err != nil {
		return nil, fmt.Errorf("%w: --expect-fail: %w", errUsage, err)
	}
	return known, nil
}

// suites runs one after another. What is chosen by --only, --skip or --expect-fail must be somewhere.
func (c *runCommand) suites(ctx context.Context, s streams, b *bench, names []string, known []conformance.Known, r *report.Report) error {
	var prepared []conformance.Suite
	for _, name := range names {
		suite, err := b.suite(ctx, name)
		if err != nil {
			return err
		}
		prepared = append(prepared, suite)
	}
	if err := nowhere(prepared, c.Only, c.Skip, known); err != nil {
		return err
	}
	for _, suite := range prepared {
		o := conformance.Options{
			Only: here(suite, c.Only), Skip: here(suite, c.Skip), Known: knownHere(suite, known), ReadOnly: c.ReadOnly,
			Seed: c.Seed, Beside: b.beside(suite, c.Beside), Limit: c.Limit, Now: s.now,
		}
		if len(c.Only) > 0 && len(o.Only) == 0 {
			continue
		}
		show := &progress{s: s, suite: suite.Name, verbose: c.Verbose}
		o.Progress = show.tell
		results, err := conformance.Run(ctx, suite, o)
		show.end()
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		r.Suites = append(r.Suites, report.Suite{Name: suite.Name, Says: suite.Says, Results: results})
	}
	return nil
}

// nowhere refuses a choice that no suite knows: a run that checks nothing must not look well.
func nowhere(suites []conformance.Suite, only, skip []string, known []conformance.Known) error {
	var faults []error
	for _, p := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(suites, func(s conformance.Suite) bool { return len(here(s, []string{p})) > 0 }) {
			faults = append(faults, fmt.Errorf("%q is no case and no group of the suites that run", p))
		}
	}
	for _, k := range known {
		if !slices.ContainsFunc(suites, func(s conformance.Suite) bool { return len(knownHere(s, []conformance.Known{k})) > 0 }) {
			faults = append(faults, fmt.Errorf("the list of known faults names %q, which is no case of the suites that run", k.ID))
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %w", errUsage, errors.Join(faults...))
	}
	return nil
}

// here are the patterns that fit a suite; one may name it, as SUITE/CASE.
func here(s conformance.Suite, patterns []string) []string {
	var all []string
	for _, p := range patterns {
		if p = strings.TrimPrefix(p, s.Name+"/"); s.Has(p) {
			all = append(all, p)
		}
	}
	return all
}

// knownHere are the known faults of a suite; a line of the list may name it, as SUITE/CASE.
func knownHere(s conformance.Suite, known []conformance.Known) []conformance.Known {
	var all []conformance.Known
	for _, k := range known {
		k.ID = strings.TrimPrefix(k.ID, s.Name+"/")
		if slices.ContainsFunc(s.Cases, func(c conformance.Case) bool { return c.ID == k.ID }) {
			all = append(all, k)
		}
	}
	return all
}

// conclude writes the report, without secrets.
func (c *runCommand) conclude(r report.Report, b *bench, s streams) error {
	r, err := r.Masked(b.operator.secrets())
	if err != nil {
		return err
	}
	if err := r.Text(s.out); err != nil {
		return err
	}
	if c.Report != "" {
		if err := errors.Join(write(c.Report, r), bodies(filepath.Join(c.Report, "requests"), r, len(c.Only) > 0)); err != nil {
			return err
		}
		fmt.Fprintln(s.out, "report:", filepath.Join(c.Report, "report.html"))
	}
	if r.Bad() {
		return errBad
	}
	return nil
}

// writable wants a folder in which nothing is in the way of a report.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for name, folder := range map[string]bool{"report.html": false, "report.json": false, "report.xml": false, "requests": true} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.IsDir() != folder {
			return fmt.Errorf("%s is in the way", filepath.Join(dir, name))
		}
	}
	f, err := os.CreateTemp(dir, "report.*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// write makes the files of a report, each whole or not at all.
func write(dir string, r report.Report) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for name, how := range map[string]func(io.Writer) error{"report.html": r.HTML, "report.json": r.JSON, "report.xml": r.JUnit} {
		f, err := os.CreateTemp(dir, name+".*")
		if err != nil {
			return err
		}
		if err := errors.Join(how(f), f.Close()); err != nil {
			return errors.Join(err, os.Remove(f.Name()))
		}
		if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
			return errors.Join(err, os.Remove(f.Name()))
		}
	}
	return nil
}

// bodies writes what curl can send again: the bodies of requests of bad cases, or of all that ran. Masked like the report, so a
// token has to be put in by hand. Those of an earlier run of the same suites go.
func bodies(dir string, r report.Report, all bool) error {
	for _, suite := range r.Suites {
		old, err := filepath.Glob(filepath.Join(dir, suite.Name+"-*.xml"))
		for _, name := range old {
			err = errors.Join(err, os.Remove(name))
		}
		if err != nil {
			return err
		}
		for _, result := range suite.Results {
			if !all && !result.Verdict.Bad() {
				continue
			}
			for i, e := range result.Exchanges {
				_, body, _ := bytes.Cut(e.Request, []byte("\r\n\r\n"))
				if len(body) == 0 {
					continue
				}
				if err := os.MkdirAll(dir, 0o750); err != nil {
					return err
				}
				operation, _, _ := strings.Cut(e.Name, " ") // behind it may stand how often
				name := fmt.Sprintf("%s-%s-%03d-%s.xml", suite.Name, result.Case.ID, i+1, fileName(operation))
				if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// fileName is a name without what a file system minds.
func fileName(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, s)
}

// progress is one line that changes, on a terminal, or one line for each case.
type progress struct {
	s       streams
	suite   string
	n, bad  int
	verbose bool
}

func (p *progress) tell(r conformance.Result, done, all int) {
	p.n = done
	if r.Verdict.Bad() {
		p.bad++
	}
	switch {
	case p.verbose:
		fmt.Fprintf(p.s.err, "%s %s\n", p.suite, report.Line(r))
	case p.s.terminal:
		fmt.Fprintf(p.s.err, "\r\033[K%s: %d of %d, %d to look at: %s", p.suite, done, all, p.bad, r.Case.ID)
	}
}

func (p *progress) end() {
	if p.s.terminal && !p.verbose {
		fmt.Fprint(p.s.err, "\r\033[K")
	}
	fmt.Fprintf(p.s.err, "%s: %d cases, %d to look at\n", p.suite, p.n, p.bad)
}
