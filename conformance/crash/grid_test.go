package crash_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// abreast is how many cells run at once: most of the time they wait for a lease to end.
const abreast = 6

// seedsOfSoak is how often each cell is run when EDOKIT_SOAK is set.
const seedsOfSoak = 40

// TestCrashGrid crosses every point with every fault that means something there, once each. A cell alone:
//
//	EDOKIT_SOAK_SEED=7 go test ./conformance/crash -run 'TestCrashGrid/send.sending/zombie'
func TestCrashGrid(t *testing.T) {
	t.Parallel()
	g := newGrid(t, 1)
	g.run(func(p point, f fault) bool { return g.part || inShort(p, f) })
	g.report()
	if !g.part {
		g.complete()
	}
}

// TestSoakCrashGrid runs every cell with 40 seeds where EDOKIT_SOAK is set, else a few cells with another seed than
// TestCrashGrid.
func TestSoakCrashGrid(t *testing.T) {
	t.Parallel()
	if os.Getenv("EDOKIT_SOAK") != "" {
		g := newGrid(t, seedsOfSoak)
		g.run(nil)
		g.report()
		return
	}
	g := newGrid(t, 2)
	g.run(func(p point, f fault) bool { return p.name == "send.sending" && f.name == "kill" })
}

// grid is one run of many cells.
type grid struct {
	*testing.T
	pool  *pool
	seeds int
	first uint64
	begun time.Time
	part  bool // only some cells were asked for

	mu    sync.Mutex
	cells map[string]*result
}

// result is what became of one cell.
type result struct {
	Point, Fault string
	Runs         int
	Violations   int
	Seeds        []uint64 // that show a violation
	Seconds      float64
}

func newGrid(t *testing.T, seeds int) *grid {
	t.Helper()
	g := &grid{T: t, pool: newPool(t), seeds: seeds, begun: time.Now(), cells: map[string]*result{}, first: 1, part: partly()}
	if text := os.Getenv("EDOKIT_SOAK_SEED"); text != "" {
		var err error
		if g.first, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// partly says whether the command line asked for some cells only.
func partly() bool {
	f := flag.Lookup("test.run")
	return f != nil && strings.Contains(f.Value.String(), "/")
}

// row is a point and its meaningful faults.
type row struct {
	point  point
	faults []fault
}

func rowsOf(chosen func(point, fault) bool) []row {
	var out []row
	add := func(all []point, faults []fault) {
		for _, p := range all {
			r := row{point: p}
			for _, f := range faults {
				if meaningful(p, f) == "" && (chosen == nil || chosen(p, f)) {
					r.faults = append(r.faults, f)
				}
			}
			if len(r.faults) > 0 {
				out = append(out, r)
			}
		}
	}
	add(points(), processFaults())
	add(places(), wireFaults())
	return out
}

// run works on the rows, some at once.
func (g *grid) run(chosen func(point, fault) bool) {
	g.Helper()
	todo := make(chan row)
	var all sync.WaitGroup
	for range abreast {
		all.Go(func() {
			for r := range todo {
				g.Run(r.point.name, func(t *testing.T) { // as many at once as the grid wants
					for _, f := range r.faults {
						t.Run(f.name, func(t *testing.T) { g.cell(t, r.point, f) })
					}
				})
			}
		})
	}
	for _, r := range rowsOf(chosen) {
		todo <- r
	}
	close(todo)
	all.Wait()
	g.pool.close()
}

// cell runs one cell with all its seeds.
func (g *grid) cell(t *testing.T, p point, f fault) {
	begun := time.Now()
	r := &result{Point: p.name, Fault: f.name}
	g.mu.Lock()
	g.cells[p.name+"/"+f.name] = r
	g.mu.Unlock()
	defer func() { r.Seconds = time.Since(begun).Seconds() }()
	if f.name == "full" && os.Geteuid() != 0 {
		t.Skip("a small disk can be mounted by root only: what a full disk does was not tried")
	}
	if f.postgres {
		server.Need(t)
	}
	if g.seeds == 1 {
		g.once(t, p, f, r, g.first)
		return
	}
	for i := range g.seeds {
		seed := g.first + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) { g.once(t, p, f, r, seed) })
	}
}

func (g *grid) once(t *testing.T, p point, f fault, r *result, seed uint64) {
	w := wayOf(p.way)
	kind := kindOfSeat{way: p.way, small: f.name == "full", late: f.late, one: f.base() == "zombie" || f.base() == "stale", postgres: f.postgres}
	s := g.pool.take(kind)
	r.Runs++
	var c *cell
	defer func() {
		if t.Failed() {
			s.fell()
			c.calls.Wait()
			r.Violations++
			r.Seeds = append(r.Seeds, seed)
			s.spent = true // what comes after a violation proves nothing
			t.Logf("EDOKIT_SOAK_SEED=%d go test ./conformance/crash -run 'TestCrashGrid/%s/%s'\n%s", seed, p.name, f.name, s.heard)
		}
		s.spent = s.spent || w.alone
		g.pool.give(s)
	}()
	h := fnv.New64a()
	h.Write([]byte(p.name + "/" + f.name))
	c = &cell{
		seat: s, point: p, fault: f, dice: rand.New(rand.NewPCG(seed, h.Sum64())), acked: map[edo.PackageID]bool{},
		id: fmt.Sprintf("%s-%s-%d", p.name, strings.NewReplacer("+", "p", "@", "-").Replace(f.name), seed), nth: 1,
	}
	if seed > 1 {
		c.nth += c.dice.IntN(often(p.name))
	}
	s.open(w)
	own := *s.stand // the cell fails, and its handles end, with its own test
	own.T, own.db, own.kept = t, nil, nil
	c.stand = &own
	c.run()
}

// often is how many times a point is surely reached with one package.
func often(name string) int {
	switch name {
	case "archive.written", "archive.synced", "archive.renamed", "archive.stored": // content, signature, form
		return 3
	case "store.committing.Begin", "store.committed.Begin", "store.committing.Finish", "store.committed.Finish", "store.committing.Claim",
		"store.committed.Claim", "store.committing.Settle", "store.committed.Settle":
		return 3
	}
	return 1
}

// complete: all points of the registry were reached, and the grid is as large as it says.
func (g *grid) complete() {
	g.Helper()
	for _, p := range points() {
		if g.pool.hits[p.name] == 0 && p.way != elsewhere {
			g.Errorf("%s was never reached", p.name)
		}
	}
	n := 0
	for _, r := range g.cells {
		n += r.Runs
	}
	if n < 250 {
		g.Errorf("only %d cells were run", n)
	}
}

// TestMeaningful: nothing is left out without a reason, and every point and every fault has cells.
func TestMeaningful(t *testing.T) {
	t.Parallel()
	used, left := map[string]int{}, 0
	for _, all := range []struct {
		points []point
		faults []fault
	}{{points(), processFaults()}, {places(), wireFaults()}} {
		for _, p := range all.points {
			for _, f := range all.faults {
				if meaningful(p, f) != "" {
					left++
					continue
				}
				used[p.name]++
				used["fault "+f.name]++
			}
		}
		for _, p := range all.points {
			if used[p.name] == 0 && (p.way != elsewhere || ofPoint(p) == "") {
				t.Errorf("%s has no cell, and no reason", p.name)
			}
		}
		for _, f := range all.faults {
			if used["fault "+f.name] == 0 {
				t.Errorf("%s is tried nowhere", f.name)
			}
		}
	}
	cells := 0
	for _, r := range rowsOf(nil) {
		cells += len(r.faults)
	}
	t.Logf("%d points, %d places of the wire, %d cells, %d left out", len(points()), len(places()), cells, left)
}
