//go:build linux

package bench_test

import (
	"fmt"
	"slices"
	"strings"
)

// series are the figures of one thing over the rounds.
type series []float64

// median is the middle one.
func (s series) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

// text is the median with the range behind it.
func (s series) text(format string) string {
	if len(s) == 0 {
		return "-"
	}
	return fmt.Sprintf(format+" ["+format+"–"+format+"]", s.median(), slices.Min(s), slices.Max(s))
}

// each makes one figure of every round.
func each(results []result, f func(result) float64) series {
	s := make(series, len(results))
	for i, r := range results {
		s[i] = f(r)
	}
	return s
}

// quotient divides round by round.
func quotient(a, b series) series {
	q := make(series, len(a))
	for i := range a {
		q[i] = a[i] / b[i]
	}
	return q
}

func rate(r result) float64       { return float64(r.Messages) / r.Seconds }
func took(r result) float64       { return r.Seconds }
func cpu(r result) float64        { return r.CPU }
func perMessage(r result) float64 { return 1000 * r.CPU / float64(r.Messages) }
func atServer(r result) float64   { return 1000 * r.Server / float64(r.Messages) }
func acceptance(r result) float64 { return 1000 * r.Accepted / float64(r.Messages) }
func mib(r result) float64        { return float64(r.Peak) / (1 << 20) }

// metric is a name as the lines of benchmarks want it, without spaces.
func metric(name string) string {
	return strings.NewReplacer(", ", "/", " ", "-").Replace(name) + "/ratio"
}

// tables are printed by TestMain behind the lines of the benchmarks, which tools read. Benchmarks run one by one.
var tables []table

// table is Markdown, so that it can be kept as it is.
type table struct {
	header []string
	rows   [][]string
}

// add fills the row up.
func (t *table) add(cells ...string) {
	for len(cells) < len(t.header) {
		cells = append(cells, "")
	}
	t.rows = append(t.rows, cells)
}

func (t *table) String() string {
	var out strings.Builder
	line := func(cells []string) { out.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.header)
	out.WriteString(strings.Repeat("|---", len(t.header)) + "|\n")
	for _, cells := range t.rows {
		line(cells)
	}
	return out.String()
}
