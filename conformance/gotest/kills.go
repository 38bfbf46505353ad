package gotest

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edokit/edokit/conformance"
)

// MutantsFolder is the variable that names a folder for kill matrices. Without it [Mutants] runs its short form.
const MutantsFolder = "EDOKIT_MUTANTS"

// Mutants fails where a mutant lives or a case finds none. The long form runs all cases against all mutants, keeps the matrix in
// the folder that EDOKIT_MUTANTS names, and writes into testdata/NAME.kills, one line per mutant, which cases suffice, unless what
// stands there still does; the short form runs only these. A mutant or a case without a place there fails: run the long form.
func Mutants(t *testing.T, h conformance.Hunted, o conformance.Options) {
	t.Helper()
	list := filepath.Join("testdata", h.Name+".kills")
	short := os.Getenv(MutantsFolder) == ""
	if short {
		h.Only = readKills(t, list)
	}
	k, err := conformance.Hunt(t.Context(), h, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range k.Survivors() {
		t.Errorf("nothing finds %s", name)
	}
	if short {
		complete(t, h, k)
		return
	}
	for _, id := range k.Suspects() {
		t.Errorf("%s finds no fault", id)
	}
	Keep(t, k)
	if holds(list, k) {
		return
	}
	if err := os.MkdirAll(filepath.Dir(list), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, []byte(enough(k, clauses(t, h))), 0o600); err != nil {
		t.Fatal(err)
	}
	// Beside others a case may find what it does not find alone.
	h.Only = readKills(t, list)
	if k, err = conformance.Hunt(t.Context(), h, o); err != nil {
		t.Fatal(err)
	}
	complete(t, h, k)
	for _, name := range k.Survivors() {
		t.Errorf("%s: the cases that %s names do not find it alone: name others", name, list)
	}
}

// clauses are those of each case.
func clauses(t *testing.T, h conformance.Hunted) map[string][]string {
	t.Helper()
	s, end, err := h.Bring(conformance.Mutant{})
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	all := map[string][]string{}
	for _, c := range s.Cases {
		all[c.ID] = c.Clauses
	}
	return all
}

// Named is for suites whose cases take long: of each mutant only the cases in its By are tried, with try, several at once, which
// fails the test if the case does not find it. A mutant or a case without a partner fails; else the matrix is kept.
func Named(t *testing.T, k conformance.Kills, beside int, try func(t *testing.T, m conformance.Mutant, id string)) {
	t.Helper()
	turn := make(chan struct{}, beside)
	var all sync.WaitGroup
	for _, m := range k.Mutants {
		for _, id := range m.By {
			all.Go(func() {
				turn <- struct{}{}
				defer func() { <-turn }()
				t.Run(m.Name+"/"+id, func(t *testing.T) { try(t, m.Mutant, id) })
			})
		}
	}
	all.Wait()
	for _, name := range k.Survivors() {
		t.Errorf("nothing finds %s", name)
	}
	for _, id := range k.Suspects() {
		t.Errorf("%s finds no fault", id)
	}
	if !t.Failed() {
		Keep(t, k)
	}
}

// Keep writes a kill matrix into the folder that EDOKIT_MUTANTS names; without one it does nothing.
func Keep(t *testing.T, k conformance.Kills) {
	t.Helper()
	dir := os.Getenv(MutantsFolder)
	if dir == "" {
		return
	}
	text, err := json.MarshalIndent(k, "", " ")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, k.Suite+".json"), append(text, '\n'), 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// enough chooses for every mutant one case, and for every case one mutant: of the same clause if there is one, and then what
// fewest others find.
func enough(k conformance.Kills, clauses map[string][]string) string {
	chosen := map[string][]string{}
	about := func(m conformance.Killed, id string) int {
		if slices.ContainsFunc(m.Clauses, func(c string) bool { return slices.Contains(clauses[id], c) }) {
			return 0
		}
		return 1
	}
	finds := func(id string) (n int) {
		for _, m := range k.Mutants {
			if slices.Contains(m.By, id) {
				n++
			}
		}
		return n
	}
	for _, id := range k.Cases {
		best := -1
		for i, m := range k.Mutants {
			if slices.Contains(m.By, id) && (best < 0 || cmp.Or(about(m, id)-about(k.Mutants[best], id), len(m.By)-len(k.Mutants[best].By)) < 0) {
				best = i
			}
		}
		if best >= 0 {
			chosen[k.Mutants[best].Name] = append(chosen[k.Mutants[best].Name], id)
		}
	}
	b := &strings.Builder{}
	for _, m := range k.Mutants {
		if len(chosen[m.Name]) == 0 && len(m.By) > 0 {
			chosen[m.Name] = []string{slices.MinFunc(m.By, func(a, b string) int { return cmp.Or(about(m, a)-about(m, b), finds(a)-finds(b)) })}
		}
		b.WriteString(m.Name + ": " + strings.Join(chosen[m.Name], " ") + "\n")
	}
	return b.String()
}

// holds says whether a list, if there is one, names for every mutant cases that find it, and every case.
func holds(path string, k conformance.Kills) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	named, found := parseKills(string(text)), map[string]bool{}
	for _, m := range k.Mutants {
		for _, id := range named[m.Name] {
			if !slices.Contains(m.By, id) {
				return false
			}
			found[id] = true
		}
		if len(named[m.Name]) == 0 {
			return false
		}
	}
	return len(named) == len(k.Mutants) && !slices.ContainsFunc(k.Cases, func(id string) bool { return !found[id] })
}

func readKills(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (the long form makes it: %s)", err, MutantsFolder)
	}
	return parseKills(string(text))
}

func parseKills(text string) map[string][]string {
	all := map[string][]string{}
	for line := range strings.Lines(text) {
		name, ids, _ := strings.Cut(line, ":")
		all[name] = strings.Fields(ids)
	}
	return all
}

// complete: the short form knows all mutants and all cases.
func complete(t *testing.T, h conformance.Hunted, k conformance.Kills) {
	t.Helper()
	s, end, err := h.Bring(conformance.Mutant{})
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	for _, c := range s.Cases {
		if !slices.Contains(k.Cases, c.ID) {
			t.Errorf("%s finds no fault of those it is tried on: look at it, or run the long form (%s)", c.ID, MutantsFolder)
		}
	}
}
