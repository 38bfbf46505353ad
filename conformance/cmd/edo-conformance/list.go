package main

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/report"
)

type listCommand struct {
	Suite []string `help:"Suites to list. Default: all." placeholder:"NAME"`
}

// Run lists cases.
func (c *listCommand) Run(s streams) error {
	for _, name := range c.Suite {
		if !slices.ContainsFunc(all(), func(s conformance.Suite) bool { return s.Name == name }) {
			return fmt.Errorf("%w: no suite %q", errUsage, name)
		}
	}
	n := 0
	for _, suite := range all() {
		if len(c.Suite) > 0 && !slices.Contains(c.Suite, suite.Name) {
			continue
		}
		for _, one := range suite.Cases {
			n++
			fmt.Fprintf(s.out, "%-9s %-40s %s\n", suite.Name, one.ID, one.Says)
		}
	}
	fmt.Fprintf(s.out, "%d cases\n", n)
	return nil
}

type explainCommand struct {
	Case string `arg:"" help:"Id of a case, or SUITE/ID."`
}

// Run tells about a case all that a person needs to judge it.
func (c *explainCommand) Run(s streams) error {
	suite, id, ok := strings.Cut(c.Case, "/")
	if !ok {
		suite, id = "", c.Case
	}
	found := false
	for _, one := range all() {
		for _, k := range one.Cases {
			if k.ID == id && (suite == "" || suite == one.Name) {
				if found {
					fmt.Fprintln(s.out)
				}
				found = true
				explain(s, one, k)
			}
		}
	}
	if !found {
		return fmt.Errorf("%w: there is no case %q; edo-conformance list shows them", errUsage, c.Case)
	}
	return nil
}

func explain(s streams, suite conformance.Suite, c conformance.Case) {
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(s.out, "%-10s %s\n", what, strings.ReplaceAll(text, "\n", "\n           "))
		}
	}
	line("case", suite.Name+"/"+c.ID)
	line("says", c.Says)
	for _, id := range c.Clauses {
		line("clause", clauseText(id))
	}
	line("why", suite.Matters(c))
	line("sent", c.Sends)
	line("expected", c.Expects)
	switch {
	case c.Changes:
		line("leaves", "something behind at the other side: not part of --read-only")
	case c.Alone:
		line("alone", "it measures: nothing runs beside it")
	}
	if suite.Name == "adapter" {
		line("run", "edo-conformance adapter FOLDER")
		return
	}
	line("run", fmt.Sprintf("edo-conformance run --suite %s --only %s --report report", suite.Name, c.ID))
	if suite.Name == "wire" || suite.Name == "operator" {
		line("", "--target URL --credentials FILE: at an operator of yours")
	}
	line("by hand", byHand(suite.Name, c))
}

// byHand is how requests of the case are made with curl: a run of it alone leaves their bodies in the report's folder.
func byHand(suite string, c conformance.Case) string {
	calls := c.Calls
	if len(calls) == 0 && (suite == "operator" || suite == "acceptance") { // a driver makes them
		calls = []string{"OPERATION"}
	}
	var all []string
	for _, op := range calls {
		all = append(all, fmt.Sprintf(`curl -sS --data-binary @report/requests/%s-%s-N-%s.xml -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: "%s"' "$URL"`,
			suite, c.ID, op, contract.ActionPrefix+op))
	}
	if len(all) == 0 {
		return ""
	}
	return strings.Join(all, "\n") + `
(URL is the operator's address; the run above leaves the bodies, N is their number in the order in which they were sent, and tells
their operations; *** stands where a password or a token of your own goes: Authenticate gives one, its body is left by
"run --suite wire --only login-password"; in the place of "(N characters of base64)" goes a document or a signature;
a case about the head of a request changes it: see the request in report.html)`
}

// clauses are those that have a sentence here.
func clauses() []report.Clause {
	var all []report.Clause
	for _, c := range contract.Clauses() {
		all = append(all, report.Clause{ID: c.ID, Says: c.Says, Source: c.Source})
	}
	for _, r := range conformance.Rows() {
		all = append(all, report.Clause{ID: r.ID, Says: r.Says, Source: "acceptance"})
	}
	return all
}

func clauseText(id string) string {
	all := clauses()
	i := slices.IndexFunc(all, func(c report.Clause) bool { return c.ID == id })
	if i < 0 {
		return id
	}
	return id + ": " + all[i].Says
}

// version of the suites, as the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.Main.Version
}
