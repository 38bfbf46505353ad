package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
)

// Line is one case on a terminal.
func Line(r conformance.Result) string {
	line := fmt.Sprintf("%-15s %s (%s)", r.Verdict, r.Case.ID, r.Took.Round(time.Millisecond))
	if r.Verdict == conformance.Skip {
		line += ": " + r.Text()
	}
	return line
}

// Text writes for a terminal what must be read: cases that somebody has to look at, whole; the others as numbers.
func (r Report) Text(w io.Writer) error {
	b := &strings.Builder{}
	for _, s := range r.Suites {
		for _, one := range s.Results {
			if !one.Verdict.Bad() && one.Verdict != conformance.ExpectedFail {
				continue
			}
			fmt.Fprintf(b, "\n%s: %s/%s\n  %s\n  %s\n", one.Verdict, s.Name, one.Case.ID, one.Case.Says, strings.Join(one.Case.Clauses, ", "))
			if one.Known != nil {
				fmt.Fprintf(b, "  known since %s: %s\n", one.Known.Since.Format(time.DateOnly), one.Known.Reason)
			}
			for _, said := range one.Said {
				fmt.Fprintf(b, "    %s\n", strings.ReplaceAll(strings.TrimRight(said, "\n"), "\n", "\n    "))
			}
		}
	}
	for _, k := range r.Kills {
		killsText(b, k)
	}
	if len(r.Suites) > 0 {
		fmt.Fprintf(b, "\n%s\n", r.Summary())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Summary is one line: how many cases ended how.
func (r Report) Summary() string {
	total := 0
	var parts []string
	for _, v := range Verdicts() {
		if n := r.Count(v); n > 0 {
			total += n
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return fmt.Sprintf("%d cases in %s: %s (seed %d)", total, r.Ended.Sub(r.Began).Round(10*time.Millisecond), strings.Join(parts, ", "), r.Seed)
}

func killsText(b *strings.Builder, k conformance.Kills) {
	fmt.Fprintf(b, "\n%s: %d mutants, %d cases\n", k.Suite, len(k.Mutants), len(k.Cases))
	for _, m := range k.Mutants {
		by := strings.Join(m.By, ", ")
		switch len(m.By) {
		case 0:
			by = "SURVIVED"
		case 1:
			by = "only by " + by
		}
		fmt.Fprintf(b, "  %-40s %s\n", m.Name, by)
	}
	for _, id := range k.Suspects() {
		fmt.Fprintf(b, "  suspect: %s kills no mutant\n", id)
	}
}
