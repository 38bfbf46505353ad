package main

import (
	"context"
	"fmt"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/adaptertest"
	"github.com/edokit/edokit/conformance/report"
)

type adapterCommand struct {
	Folder string `arg:"" help:"Folder that EDOKIT_HOME named when the document system launched this program as its plugin and sent eight different documents."`
	Report string `help:"Folder for report.html, report.json and report.xml (JUnit); made if missing." placeholder:"FOLDER"`
}

// Help tells how to get there.
func (adapterCommand) Help() string {
	return `Let the document system launch this program in place of edo-dms, with EDOKIT_HOME naming a new folder. Send eight different documents from it, one after another, and let it collect what comes back. Nothing is sent to any operator. Then this command gives a verdict for each rule.`
}

// Run judges.
func (c *adapterCommand) Run(ctx context.Context, s streams) error {
	all, err := adaptertest.Read(c.Folder)
	if err != nil {
		return err
	}
	suite := adaptertest.Suite(all)
	r := report.Report{Target: c.Folder, Program: version(), Began: s.now(), Clauses: nil}
	results, err := conformance.Run(ctx, suite, conformance.Options{Now: s.now})
	if err != nil {
		return err
	}
	r.Ended = s.now()
	r.Suites = []report.Suite{{Name: suite.Name, Says: suite.Says, Results: results}}
	for _, one := range results {
		fmt.Fprintf(s.out, "%-5s %s\n", one.Verdict, one.Case.Says)
		if text := one.Text(); text != "" {
			fmt.Fprintf(s.out, "      %s\n", text)
		}
	}
	if c.Report != "" {
		if err := write(c.Report, r); err != nil {
			return err
		}
	}
	return code(adaptertest.Judge(all))
}

// code tells what fails from what the host has not come to yet.
func code(results []adaptertest.Result) error {
	var err error
	for _, r := range results {
		switch r.Verdict {
		case adaptertest.Fail:
			return errBad
		case adaptertest.NotSeen:
			err = errMore
		case adaptertest.Pass, adaptertest.Look:
		}
	}
	return err
}
