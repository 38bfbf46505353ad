package crash_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// reportEnv names a folder for the report of the grid. With EDOKIT_SOAK it is .bench of the repository where nothing else
// is said; without either nothing is written.
const reportEnv = "EDOKIT_CRASH_REPORT"

// reported is the report as programs read it.
type reported struct {
	Seconds    float64
	Cells      []*result
	Runs       int
	Violations int
	Points     map[string]int // how often each was reached
	Missed     []string       // points that were not
}

// report says what was run, for people in the log and, where it is wanted, in files.
func (g *grid) report() {
	g.Helper()
	r := reported{Seconds: time.Since(g.begun).Seconds(), Points: g.pool.hits}
	for _, c := range g.cells {
		r.Cells = append(r.Cells, c)
		r.Runs, r.Violations = r.Runs+c.Runs, r.Violations+c.Violations
	}
	slices.SortFunc(r.Cells, func(a, b *result) int { return cmp.Or(cmp.Compare(a.Point, b.Point), cmp.Compare(a.Fault, b.Fault)) })
	for _, p := range points() {
		if r.Points[p.name] == 0 && p.way != elsewhere {
			r.Missed = append(r.Missed, p.name)
		}
	}
	g.Logf("%d cells, %d runs, %d violations, %d of %d points reached, %.0f s", len(r.Cells), r.Runs, r.Violations, len(points())-len(r.Missed), len(points()), r.Seconds)
	dir := os.Getenv(reportEnv)
	if dir == "" && os.Getenv("EDOKIT_SOAK") != "" {
		dir = "../../.bench"
	}
	if dir == "" {
		return
	}
	if err := r.write(dir); err != nil {
		g.Error(err)
	}
}

func (r reported) write(dir string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(dir, 0o700),
		os.WriteFile(filepath.Join(dir, "crash-grid.json"), text, 0o600),
		os.WriteFile(filepath.Join(dir, "crash-grid.txt"), []byte(r.String()), 0o600),
	)
}

// String is the report for people.
func (r reported) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d cells, %d runs, %d violations, %.0f s\n\n%-34s %-22s %5s %5s %8s  seeds\n", len(r.Cells), r.Runs, r.Violations, r.Seconds, "point", "fault", "runs", "bad", "seconds")
	for _, c := range r.Cells {
		fmt.Fprintf(&b, "%-34s %-22s %5d %5d %8.1f  %s\n", c.Point, c.Fault, c.Runs, c.Violations, c.Seconds, strings.Trim(fmt.Sprint(c.Seeds), "[]"))
	}
	b.WriteString("\npoints reached\n")
	for _, p := range points() {
		fmt.Fprintf(&b, "%-34s %8d  %s\n", p.name, r.Points[p.name], p.says)
	}
	return b.String()
}
