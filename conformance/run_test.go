package conformance_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
)

// of makes a case that can be trusted.
func of(id string, run func(conformance.T)) conformance.Case {
	return conformance.Case{ID: id, Group: "all", Says: "it is so", Clauses: []string{"X-1"}, Run: run}
}

func suite(cases ...conformance.Case) conformance.Suite {
	return conformance.Suite{Name: "tried", Cases: cases}
}

func run(t *testing.T, s conformance.Suite, o conformance.Options) []conformance.Result {
	t.Helper()
	all, err := conformance.Run(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func verdicts(all []conformance.Result) map[string]conformance.Verdict {
	got := map[string]conformance.Verdict{}
	for _, r := range all {
		got[r.Case.ID] = r.Verdict
	}
	return got
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	later := make(chan conformance.T, 1)
	s := suite(
		of("well", func(t conformance.T) { t.Log("fast") }),
		of("wrong", func(t conformance.T) { t.Error("first"); t.Errorf("second %d", 2) }),
		of("wrong-and-ended", func(t conformance.T) { t.Fatal("at once"); t.Error("never") }),
		of("lacking", func(t conformance.T) { t.Skipf("no %s", "paper") }),
		of("wrong-then-lacking", func(t conformance.T) { t.Error("fault"); t.Skip("and no paper") }),
		of("panics", func(conformance.T) { panic("oh") }),
		of("broke", func(t conformance.T) { conformance.Broke(t, "no disk") }),
		of("cleaned", func(t conformance.T) { t.Cleanup(func() { t.Error("left over") }) }),
		of("known", func(t conformance.T) { t.Error("as always") }),
		of("mended", func(conformance.T) {}),
		of("unknown", func(t conformance.T) { t.Skip("not today") }),
		of("part", func(t conformance.T) { conformance.Broke(conformance.Part(t, "second row"), "no disk") }),
		of("late", func(t conformance.T) { later <- t }),
	)
	known := []conformance.Known{{ID: "known", Reason: "r"}, {ID: "mended", Reason: "r"}, {ID: "unknown", Reason: "r"}}
	var told int
	all := run(t, s, conformance.Options{Known: known, Progress: func(_ conformance.Result, done, all int) { told = done * all }})
	(<-later).Error("when it is over")

	want := map[string]conformance.Verdict{
		"well": conformance.Pass, "wrong": conformance.Fail, "wrong-and-ended": conformance.Fail, "lacking": conformance.Skip,
		"wrong-then-lacking": conformance.Fail, "panics": conformance.Broken, "broke": conformance.Broken, "cleaned": conformance.Fail,
		"known": conformance.ExpectedFail, "mended": conformance.UnexpectedPass, "part": conformance.Broken, "unknown": conformance.Skip, "late": conformance.Pass,
	}
	if diff := cmp.Diff(want, verdicts(all)); diff != "" {
		t.Error(diff)
	}
	if told != len(want)*len(want) {
		t.Errorf("told last of %d times all", told)
	}
	if got := all[1].Text(); got != "first\nsecond 2" {
		t.Errorf("wrong: %q", got)
	}
	if !strings.Contains(all[5].Text(), "panic: oh") || !slices.Equal(all[0].Noted, []string{"fast"}) || len(all[12].Said) > 0 || all[11].Text() != "second row: the suite could not do its work: no disk" {
		t.Errorf("%q, %q, %q, %q", all[5].Text(), all[0].Noted, all[11].Said, all[12].Said)
	}
}

func TestTimeIsLimited(t *testing.T) {
	t.Parallel()
	waits := of("waits", func(t conformance.T) { <-t.Context().Done(); t.Error("no answer came") })
	waits.Limit = time.Millisecond
	if got := run(t, suite(waits), conformance.Options{})[0]; got.Verdict != conformance.Fail || got.Text() != "no answer came" {
		t.Errorf("%s: %s", got.Verdict, got.Text())
	}
}

func TestStoppedRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	s := suite(of("first", func(t conformance.T) { stop(); t.Error("no answer came") }), of("second", func(t conformance.T) { t.Error("it ran") }))
	all, err := conformance.Run(ctx, s, conformance.Options{})
	want := map[string]conformance.Verdict{"first": conformance.Broken, "second": conformance.Broken}
	if diff := cmp.Diff(want, verdicts(all)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestChoice(t *testing.T) {
	t.Parallel()
	group := of("third", func(conformance.T) {})
	group.Group, group.Changes = "others", true
	s := suite(of("first-one", func(conformance.T) {}), of("second-one", func(conformance.T) {}), group)
	for name, tc := range map[string]struct {
		o    conformance.Options
		want map[string]conformance.Verdict
	}{
		"by id":      {conformance.Options{Only: []string{"first-one"}}, map[string]conformance.Verdict{"first-one": "pass"}},
		"by pattern": {conformance.Options{Only: []string{"*-one"}, Skip: []string{"second-*"}}, map[string]conformance.Verdict{"first-one": "pass"}},
		"by group":   {conformance.Options{Only: []string{"others"}}, map[string]conformance.Verdict{"third": "pass"}},
		"only reads": {conformance.Options{ReadOnly: true}, map[string]conformance.Verdict{"first-one": "pass", "second-one": "pass", "third": "skip"}},
	} {
		if diff := cmp.Diff(tc.want, verdicts(run(t, s, tc.o))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, o := range map[string]conformance.Options{
		"no such case":       {Only: []string{"fist-one"}},
		"nothing is left":    {Skip: []string{"all", "others"}},
		"no such known case": {Known: []conformance.Known{{ID: "fourth", Reason: "r"}}},
	} {
		if _, err := conformance.Run(t.Context(), s, o); err == nil {
			t.Errorf("%s: it ran", name)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	var order []string
	var cases []conformance.Case
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		c := of(id, func(conformance.T) { order = append(order, id) })
		c.Alone = id == "f"
		cases = append(cases, c)
	}
	orderOf := func(seed uint64) string {
		order = nil
		run(t, suite(cases...), conformance.Options{Seed: seed})
		return strings.Join(order, "")
	}
	if got := orderOf(0); got != "fabcdeg" {
		t.Errorf("without a seed: %s", got)
	}
	first := orderOf(7)
	if first == "fabcdeg" || first[0] != 'f' || first != orderOf(7) || first == orderOf(8) {
		t.Errorf("seed 7: %s", first)
	}
}

func TestSuitesThatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	nothing := func(conformance.T) {}
	for name, change := range map[string]func(*conformance.Case){
		"no clause":    func(c *conformance.Case) { c.Clauses = nil },
		"empty clause": func(c *conformance.Case) { c.Clauses = []string{""} },
		"no sentence":  func(c *conformance.Case) { c.Says = "" },
		"no group":     func(c *conformance.Case) { c.Group = "" },
		"no function":  func(c *conformance.Case) { c.Run = nil },
		"no id":        func(c *conformance.Case) { c.ID = "Two words" },
		"same id":      func(c *conformance.Case) { c.ID = "other" },
	} {
		c := of("one", nothing)
		change(&c)
		if err := suite(of("other", nothing), c).Check(); err == nil {
			t.Errorf("%s: trusted", name)
		}
	}
	if err := suite(of("other", nothing)).Check(); err != nil {
		t.Error(err)
	}
}

// TestChange: each of the four cases tells a right other side from a wrong one.
func TestChange(t *testing.T) {
	t.Parallel()
	right := func(once bool) func(conformance.T) conformance.Changing {
		return func(conformance.T) conformance.Changing {
			var n atomic.Int64
			do := func(conformance.T) {
				if once {
					n.Store(1)
				} else {
					n.Add(1)
				}
			}
			return conformance.Changing{Do: do, Lose: do, Count: func(conformance.T) int { return int(n.Load()) }}
		}
	}
	for _, once := range []bool{true, false} {
		c := conformance.Change{Case: of("send", nil), Once: once, Start: right(once)}
		gotest.Run(t, suite(c.Cases()...), conformance.Options{})
		c.Start = right(!once)
		want := map[string]conformance.Verdict{"send": "pass", "send-again": "fail", "send-beside": "fail", "send-lost": "fail"}
		if diff := cmp.Diff(want, verdicts(run(t, suite(c.Cases()...), conformance.Options{}))); diff != "" {
			t.Error(diff)
		}
	}
}

func TestKnownFaults(t *testing.T) {
	t.Parallel()
	got, err := conformance.ReadKnown(strings.NewReader("# ours\n\n2026-12-01 send-lost  until release 9.2\n"))
	want := []conformance.Known{{ID: "send-lost", Since: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Reason: "until release 9.2"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, wrong := range []string{"send-lost until 9.2", "2026-12-01 send-lost", "2026-12-01 Send until 9.2", "2026-13-01 send-lost until 9.2"} {
		if _, err := conformance.ReadKnown(strings.NewReader(wrong)); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if _, err := conformance.ReadKnown(strings.NewReader(strings.Repeat("# long\n", 1<<20))); err == nil {
		t.Errorf("a list without end: %v", err)
	}
}

// TestShown: of a message without end a report has the beginning, and says how much is missing.
func TestShown(t *testing.T) {
	t.Parallel()
	s := suite(of("shows", func(t conformance.T) {
		conformance.Show(conformance.Part(t, "row"), conformance.Exchange{Name: "GetBoxes", Request: []byte("whole"), Answer: make([]byte, 3<<20)})
	}))
	got := run(t, s, conformance.Options{})[0].Exchanges
	if len(got) != 1 || string(got[0].Request) != "whole" || !strings.HasSuffix(string(got[0].Answer), " ... and 2097152 bytes more") || len(got[0].Answer) > 1<<20+100 {
		t.Errorf("%d exchanges", len(got))
	}
}
