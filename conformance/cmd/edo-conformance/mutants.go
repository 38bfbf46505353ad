package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/report"
)

type mutantsCommand struct {
	Folder string `arg:"" help:"Folder with one JSON file per suite, as the tests write it with EDOKIT_MUTANTS."`
	Report string `help:"Folder for report.html and report.json; made if missing." placeholder:"FOLDER"`
}

// Run shows the kill matrices.
func (c *mutantsCommand) Run(s streams) error {
	files, err := filepath.Glob(filepath.Join(c.Folder, "*.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("%w: no kill matrix in %s: make conformance/mutants writes them", errUsage, c.Folder)
	}
	r := report.Report{Target: "faults made on purpose", Program: version(), Began: s.now()}
	mutants := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var k conformance.Kills
		if err := json.Unmarshal(text, &k); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		mutants += len(k.Mutants)
		r.Kills = append(r.Kills, k)
	}
	r.Ended = s.now()
	if err := r.Text(s.out); err != nil {
		return err
	}
	if c.Report != "" {
		if err := write(c.Report, r); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "%d mutants of %d suites\n", mutants, len(r.Kills))
	if r.Bad() {
		return errBad
	}
	return nil
}
