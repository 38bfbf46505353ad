package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// mayBeAbsent is the one setting whose absence excuses a skip in a strict run: the operator's schema files may not be
// redistributed, so not every machine has them.
const mayBeAbsent = "EDOKIT_XSD_DIR"

// event is one line of `go test -json` (go doc test2json), the fields we use.
type event struct {
	Action      string
	Package     string
	Test        string
	Output      string
	ImportPath  string  // of build-output
	FailedBuild string  // names the ImportPath whose build-output explains a failed package
	Elapsed     float64 // seconds
}

// testRun is what is known of one test of a running package.
type testRun struct {
	outcome string // pass, fail, skip; empty while running
	output  []string
	parent  string
	hasSub  bool // some subtest ran below it
	subFail bool // some subtest failed, which explains a failed parent
}

// skip is one row of the closing table.
type skip struct {
	pkg, test, reason string
	allowed           bool
}

// packageRun is what is known of one package between its first and its last event.
type packageRun struct {
	tests  map[string]*testRun
	order  []string
	output []string
}

// report adds events up. Only leaves are counted, so that a table of ten cases is ten tests and not eleven.
type report struct {
	out                     io.Writer
	strict                  bool
	passed, failed, skipped int
	skips                   []skip
	packages                map[string]*packageRun
	builds                  map[string][]string
}

func newReport(out io.Writer, strict bool) *report {
	return &report{out: out, strict: strict, packages: map[string]*packageRun{}, builds: map[string][]string{}}
}

// read consumes a stream of events. A line that is none is shown as it is: the go command prints a few of those.
func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		if len(line) > 0 && json.Unmarshal(line, &e) == nil {
			r.add(e)
		} else if len(line) > 0 {
			fmt.Fprintf(r.out, "%s", line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading go test: %w", err)
		}
	}
}

func (r *report) add(e event) {
	if e.Action == "build-output" {
		r.builds[e.ImportPath] = append(r.builds[e.ImportPath], e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	p := r.packages[e.Package]
	if p == nil {
		p = &packageRun{tests: map[string]*testRun{}}
		r.packages[e.Package] = p
	}
	switch {
	case e.Action == "output" && e.Test == "":
		p.output = append(p.output, e.Output)
	case e.Action == "output":
		t := p.test(e.Test)
		t.output = append(t.output, e.Output)
	case e.Test != "":
		p.settle(e)
	case e.Action == "pass" || e.Action == "fail" || e.Action == "skip":
		r.endPackage(e, p)
		delete(r.packages, e.Package)
	}
}

// test returns the record of a test and makes it on first sight; a subtest leaves its mark on its parent.
func (p *packageRun) test(name string) *testRun {
	if t := p.tests[name]; t != nil {
		return t
	}
	t := &testRun{}
	if cut := strings.LastIndexByte(name, '/'); cut > 0 {
		t.parent = name[:cut]
		// A slash may also be part of the subtest's own name: the parent is the longest prefix that ran.
		for p.tests[t.parent] == nil && strings.Contains(t.parent, "/") {
			t.parent = t.parent[:strings.LastIndexByte(t.parent, '/')]
		}
		p.test(t.parent).hasSub = true
	}
	p.tests[name] = t
	p.order = append(p.order, name)
	return t
}

func (p *packageRun) settle(e event) {
	t := p.test(e.Test)
	switch e.Action {
	case "pass":
		t.outcome, t.output = "pass", nil // only the unusual is printed; the rest would fill the memory
	case "fail":
		t.outcome = "fail"
		if t.parent != "" {
			p.test(t.parent).subFail = true
		}
	case "skip":
		t.outcome = "skip"
	}
}

// endPackage counts the package's tests and prints its line, with everything about what failed.
func (r *report) endPackage(e event, p *packageRun) {
	passed, failed, skipped := r.passed, r.failed, r.skipped
	var failures []string
	for _, name := range p.order {
		t := p.tests[name]
		if t.outcome == "" { // its process died under it
			t.outcome = "fail"
		}
		r.count(e.Package, name, t)
		if t.outcome == "fail" {
			failures = append(failures, t.output...)
		}
	}
	if e.Action == "fail" && r.failed == failed { // a build error, a panic in TestMain, a time-out
		r.failed++
	}
	if e.Action == "skip" {
		fmt.Fprintf(r.out, "-     %s  no tests\n", e.Package)
		return
	}
	verdict := "ok   "
	if r.failed > failed {
		verdict = "FAIL "
	}
	fmt.Fprintf(r.out, "%s %s  %.1fs  %s\n", verdict, e.Package, e.Elapsed,
		counts(r.passed-passed, r.failed-failed, r.skipped-skipped))
	if e.Action != "fail" {
		return
	}
	for _, text := range append(append(r.builds[e.FailedBuild], failures...), p.output...) {
		if strings.HasPrefix(text, "=== ") { // when it ran and paused says nothing about why it failed
			continue
		}
		fmt.Fprint(r.out, "      ", text)
		if !strings.HasSuffix(text, "\n") {
			fmt.Fprintln(r.out)
		}
	}
}

// count adds one test to the sums. A parent is no test of its own, unless it failed although all below it is well.
func (r *report) count(pkg, name string, t *testRun) {
	switch {
	case t.outcome == "fail" && (!t.hasSub || !t.subFail):
		r.failed++
	case t.hasSub && t.outcome != "skip":
	case t.outcome == "skip":
		s := skip{pkg: pkg, test: name, reason: reason(t.output)}
		s.allowed = !r.strict || strings.Contains(s.reason, mayBeAbsent)
		r.skips = append(r.skips, s)
		if s.allowed {
			r.skipped++
		} else {
			r.failed++
		}
	case t.outcome == "pass":
		r.passed++
	}
}

// reason finds the words of t.Skip between the frames that the testing package prints around them.
func reason(output []string) string {
	var words []string
	for _, line := range output {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		if place, text, ok := strings.Cut(line, ": "); ok && strings.Contains(place, ".go:") {
			line = text
		}
		words = append(words, line)
	}
	if len(words) == 0 {
		return "(no reason given)"
	}
	return strings.Join(words, " ")
}

// broken notes a module whose tests could not be run at all.
func (r *report) broken(dir string, err error) {
	r.failed++
	fmt.Fprintf(r.out, "FAIL  %s: %v\n", dir, err)
}

// finish prints the table of skips and the closing line, and tells whether all is well.
func (r *report) finish() bool {
	for pkg := range r.packages { // go test ended without a verdict on it
		r.broken(pkg, io.ErrUnexpectedEOF)
	}
	if len(r.skips) > 0 {
		fmt.Fprintf(r.out, "\nNot run:\n")
		table := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
		for _, s := range r.skips {
			mark := ""
			if !s.allowed {
				mark = "NOT ALLOWED HERE: "
			}
			fmt.Fprintf(table, "  %s\t%s\t%s%s\n", s.pkg, s.test, mark, s.reason)
		}
		_ = table.Flush() // the writer below is the terminal; there is nobody left to tell
	}
	fmt.Fprintf(r.out, "\n%s\n", counts(r.passed, r.failed, r.skipped))
	return r.failed == 0
}

func counts(passed, failed, skipped int) string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", passed, failed, skipped)
}
