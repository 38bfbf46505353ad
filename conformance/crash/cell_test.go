package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
)

// drain is how long everything may take to come to its end after the faults have stopped: a minute, on a machine that does
// little else. Where many more processes want to run than can, it is as much longer.
func drain() time.Duration {
	text, _ := os.ReadFile("/proc/loadavg") // elsewhere nobody says
	load, _, _ := strings.Cut(string(text), " ")
	wanting, err := strconv.ParseFloat(load, 64)
	if err != nil {
		return time.Minute
	}
	return time.Duration(max(1, wanting/float64(4*runtime.NumCPU())) * float64(time.Minute))
}

// consumer is the grid's place in the events.
const consumer = "grid"

// on is the same process for another test.
func (p *plugin) on(s *stand) *plugin { return &plugin{Client: p.Client, stand: s, process: p.process} }

// cell is one run of one fault at one point.
type cell struct {
	*stand
	seat  *seat
	point point
	fault fault
	dice  *rand.Rand
	id    string // begins the ids of everything that is made for this run
	nth   int    // which time at the point counts

	deaths int   // processes that ended without an order
	row    int64 // of the log, the last one before this run

	calls sync.WaitGroup // of hosts

	mu    sync.Mutex
	pkgs  []edo.Package
	acked map[edo.PackageID]bool // accepted, as the host was told
	told  []int64                // events that the host has acknowledged
	inbox []edo.RemoteID
	inn   string // of a company that nobody knows
}

func (c *cell) String() string { return c.point.name + "/" + c.fault.name }

// run brings a process to the point, lets the fault strike, and checks what became of everything.
func (c *cell) run() {
	c.Helper()
	w := wayOf(c.point.way)
	p := c.healthy()
	c.row = c.lastRow()
	if c.fault.wire != nil {
		c.onTheWire(w, p)
	} else {
		c.atThePoint(w, p)
	}
	c.calm()
	c.remembered(c.healthy())
	w.end(c, c.healthy())
	c.check()
}

// onTheWire lets one request go wrong.
func (c *cell) onTheWire(w way, p *plugin) {
	c.Helper()
	operation := strings.TrimPrefix(c.point.name, "wire.")
	if operation == "SendMessage" { // a message of exactly this length, while all is well
		pkg := c.letter(9)
		c.sentAs(c.finishIn(p, pkg))
	}
	rule := c.fault.wire(c, operation)
	rule.Operation = operation
	h := c.op.Misbehave(rule)
	if operation == "Authenticate" {
		c.op.Expire()
	}
	c.calls.Go(func() { w.begin(c, p) })
	c.signal(c.String(), h.Reached())
	if rule.What == mockoperator.AcceptThenHang {
		time.Sleep(lease / 3) // silent so long, then cut
		h.Release()
	}
	c.calls.Wait()
}

// atThePoint lets a process die or stand still where the point says.
func (c *cell) atThePoint(w way, p *plugin) {
	c.Helper()
	if c.fault.base() == "host" {
		c.seat.lay(c) // its host is another process
	}
	c.must(c.seat.orders.arm(c.point.name, c.nth, c.fault.strike != nil))
	c.calls.Go(func() {
		if c.fault.base() == "host" {
			c.seat.host.send(c)
			return
		}
		w.begin(c, p)
	})
	pid := 0
	c.within(drain(), "the point is reached", func() bool {
		pid = c.seat.orders.struck()
		return pid > 0 && (c.fault.strike == nil || standsStill(pid))
	})
	if c.fault.strike == nil {
		c.deaths++
	} else {
		c.fault.strike(c, pid)
	}
	c.calls.Wait()
	if c.fault.strike == nil && pid == p.pid() { // else a command has died
		c.until("the plugin is gone", p.Exited)
	}
}

// calm ends the faults.
func (c *cell) calm() {
	c.Helper()
	c.seat.orders.disarm()
	c.must(c.seat.orders.wrong(0))
}

// healthy is a plugin that runs, launched if none does.
func (c *cell) healthy() *plugin {
	c.Helper()
	p, err := c.seat.alive()
	c.must(err)
	return p.on(c.stand)
}

// zombie lets another process take over from one that stands still for three leases, and then lets it go on.
func (c *cell) zombie(pid int) {
	c.Helper()
	sleeper := c.seat.plugin
	if sleeper.pid() != pid {
		c.Fatalf("process %d stands still, and the plugin is %d", pid, sleeper.pid())
	}
	late := time.After(3 * lease)
	w := wayOf(c.point.way)
	if c.busy() {
		c.Log("stopped with the store in hand: nobody could take over") // by another of its goroutines
	} else {
		c.seat.plugin = nil
		w.end(c, c.healthy())
	}
	<-late
	c.awake(sleeper)
}

// busy says whether somebody holds the store.
func (c *cell) busy() bool {
	return errors.Is(local.Probe(c.Context(), local.Config{Home: c.home, Database: c.database}, time.Second), directory.StoreBusy)
}

// stale lets a process go on while another one has its job in hand. Whoever has taken over is slow enough for that.
func (c *cell) stale(pid int) {
	c.Helper()
	sleeper := c.seat.plugin
	if c.busy() {
		c.Log("stopped with the store in hand: nobody could take over") // by another of its goroutines
		c.must(syscall.Kill(pid, syscall.SIGCONT))
		return
	}
	c.op.Misbehave(mockoperator.Rule{What: mockoperator.Slow, Delay: 3 * lease, Times: 3})
	c.seat.plugin = nil
	c.healthy()
	c.within(drain(), "another process has taken over", func() bool {
		attempts, err := c.store().Attempts(c.Context(), edo.Key{Subscriber: subscriber, Package: c.pkgs[0].ID})
		return err == nil && slices.ContainsFunc(attempts, func(a edo.Attempt) bool { return a.Fence > 1 && a.EndedAt.IsZero() })
	})
	time.Sleep(lease * 3 / 2) // longer than the oracle forgives
	c.must(syscall.Kill(pid, syscall.SIGCONT))
	wayOf(c.point.way).end(c, c.healthy())
	c.awake(sleeper)
}

// awake lets a process go on that stands still, alone from now on. It has one worker: when that has sent another package,
// it is done with what it was stopped in.
func (c *cell) awake(sleeper *plugin) {
	c.Helper()
	if c.seat.plugin != sleeper {
		c.must(c.seat.plugin.Close())
		c.seat.plugin = sleeper
	}
	c.must(syscall.Kill(sleeper.pid(), syscall.SIGCONT))
	pkg := c.letter(8)
	c.sentAs(c.finishIn(sleeper.on(c.stand), pkg))
	wayOf(c.point.way).end(c, sleeper.on(c.stand))
}

// lease is that of every stand.
const lease = 1500 * time.Millisecond

// full fills the disk under a process, lets it try for a while, and makes room again.
func (c *cell) full(pid int) {
	c.Helper()
	file := filepath.Join(c.seat.disk, "filler")
	f, err := os.Create(file)
	c.must(err)
	for size := 1 << 20; size > 0; { // to the last byte
		n, err := f.Write(make([]byte, size))
		if n < size || err != nil {
			size /= 2
		}
	}
	c.must(f.Close())
	c.must(syscall.Kill(pid, syscall.SIGCONT))
	time.Sleep(lease / 2) // how long the disk is full
	c.must(os.Remove(file))
	if c.seat.plugin.Exited() {
		c.Errorf("a full disk has ended the process\n%s", c.heard)
	}
}

// step sets the clock wrong while a process stands still. One that was set forward stays there, as after the correction of
// a clock that was slow; one that was set back is put right after a while.
func (c *cell) step(pid int) {
	c.Helper()
	c.must(c.seat.orders.wrong(c.fault.clock))
	c.must(syscall.Kill(pid, syscall.SIGCONT))
	if c.fault.clock > 0 {
		wayOf(c.point.way).end(c, c.healthy())
		c.seat.spent = true // what was stored is of a time that has not come
		return
	}
	time.Sleep(lease) // how long it is wrong
	c.must(c.seat.orders.wrong(0))
}

// killHost ends the host as a power cut would. The plugin goes on alone, notices, and ends in order.
func (c *cell) killHost(pid int) {
	c.Helper()
	c.deaths++
	c.seat.host.kill(c)
	c.must(syscall.Kill(pid, syscall.SIGCONT))
	c.until("the plugin has noticed the end of its host", func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || zombieProcess(pid) })
}

// zombieProcess says that only the entry of a process is left, which its new parent has not read.
func zombieProcess(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// size is how long the latest request, or answer, of an operation was that went well.
func (c *cell) size(operation string, answer bool) int64 {
	c.Helper()
	for _, x := range slices.Backward(c.op.Wire()) {
		if x.Operation != operation || x.Cut || x.Status != 200 {
			continue
		}
		if answer {
			return x.Response.Size
		}
		return x.Request.Size
	}
	c.Fatalf("no %s was seen", operation)
	return 0
}

// lastRow is the number of the latest row of the log.
func (c *cell) lastRow() int64 {
	c.Helper()
	rows, err := c.store().Exchanges(c.Context(), latest())
	c.must(err)
	if len(rows) == 0 {
		return 0
	}
	return rows[0].Seq
}

// host does what the document system does: it hands a package over, remembers that it was accepted, waits for its end, and
// reads and acknowledges events. A plugin that dies ends it.
func (c *cell) host(p *plugin, pkg edo.Package) {
	ctx, cancel := context.WithTimeout(c.Context(), patience)
	defer cancel()
	op, err := p.Send(ctx, pkg)
	if c.heard.add(op, err); err == nil {
		c.accepted(pkg.ID)
		for next, e := range p.Watch(ctx, op.Key, 0) {
			if err = e; err == nil {
				op = next
			}
		}
	}
	if err == nil {
		err = c.consume(ctx, p)
	}
	if err != nil && !errors.Is(err, edo.Unavailable) {
		c.Errorf("%s: %v", pkg.ID, err)
	}
}

func (c *cell) accepted(id edo.PackageID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acked[id] = true
}

// consume reads all events after the host's place, and moves it on. An event that was acknowledged must not come again.
func (c *cell) consume(ctx context.Context, p *plugin) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	after, err := p.Acknowledged(ctx, subscriber, consumer)
	if err != nil {
		return err
	}
	if n := len(c.told); n > 0 && after < c.told[n-1] {
		c.Errorf("the place %d was acknowledged, and now it is %d", c.told[n-1], after)
	}
	for {
		events, err := p.Deliver(ctx, subscriber, after, 500)
		if err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			if e.Seq <= after {
				c.Errorf("event %d came after %d", e.Seq, after)
			}
			after = e.Seq
		}
		if err := p.Acknowledge(ctx, subscriber, consumer, after); err != nil {
			return err
		}
		c.told = append(c.told, after)
	}
}

// newPackages makes one to three packages.
func (c *cell) newPackages(n int) {
	if c.fault.base() == "zombie" || c.fault.base() == "stale" {
		n = 1 // a process that stands still with the store in hand proves nothing
	}
	for i := range n {
		c.pkgs = append(c.pkgs, c.letter(i))
	}
}

// letter is the package with a number below ten.
func (c *cell) letter(i int) edo.Package {
	pkg := c.pack(c.id+"-"+strconv.Itoa(i), fmt.Appendf(nil, "Письмо %d по делу %s\n", i, c.id))
	pkg.Documents[0].Name = "письмо.txt"
	return pkg
}
