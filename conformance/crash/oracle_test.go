package crash_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// check compares what the operator has, what the host was told and what the store says, after everything has come to its
// end. What belongs to the way of the cell was checked there.
func (c *cell) check() {
	c.Helper()
	c.exactlyOnce()
	c.honest()
	c.logged()
	c.documented()
	c.fenced()
	c.chained()
}

// remembered: what the host was told is accepted is known, before the host says it again. Its place in the events as well.
func (c *cell) remembered(p *plugin) {
	c.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range c.acked {
		if _, err := p.Status(c.Context(), edo.Key{Subscriber: subscriber, Package: id}); err != nil {
			c.Errorf("lost: %s was accepted, and now: %v", id, err)
		}
	}
	if at, err := p.Acknowledged(c.Context(), subscriber, consumer); err != nil || len(c.told) > 0 && at < c.told[len(c.told)-1] {
		c.Errorf("the place %v was acknowledged, and now it is %d, %v", c.told, at, err)
	}
}

// exactlyOnce: what was acknowledged to the host is in the ledger, and nothing is there twice.
func (c *cell) exactlyOnce() {
	c.Helper()
	sent := c.sent()
	for id := range c.acked {
		if sent[id] == 0 {
			c.Errorf("lost: %s was accepted, and the operator does not have it", id)
		}
	}
	for id, n := range sent {
		if n > 1 {
			c.Errorf("duplicated: %s is %d times in the ledger", id, n)
		}
	}
}

// honest: whatever is called sent is in the ledger, with its own bytes, and whatever has failed is not.
func (c *cell) honest() {
	c.Helper()
	sent, digests := c.sent(), map[string]string{}
	for _, e := range c.op.Ledger() {
		for _, d := range e.Documents {
			digests[d.ServiceID] = d.SHA256
		}
	}
	ops, err := c.store().Operations(c.Context(), edo.OperationFilter{Limit: 1000})
	c.must(err)
	for _, op := range ops {
		if op.Answer != "" {
			continue // counted by the ways that answer
		}
		switch n := sent[op.Key.Package]; {
		case op.State.Sent() && n == 0:
			c.Errorf("a lie: %s is %s, and the operator does not have it", op.Key.Package, op.State)
		case op.State == edo.StateFailed && n > 0:
			c.Errorf("a lie: %s has failed (%s %s), and the operator has it", op.Key.Package, op.Reason, op.Detail)
		}
		for _, d := range op.Documents {
			if got, known := digests[string(d.Remote)]; d.Remote != "" && known && got != d.Digest.String() {
				c.Errorf("%s %s: the operator has %s, we have %s", op.Key.Package, d.ID, got, d.Digest)
			}
		}
	}
}

// logged: every request that the operator has seen has a row of its own; a row without an answer is there only where a
// process died; and what is called sent is explained by an answer that is in the log.
func (c *cell) logged() {
	c.Helper()
	wire := c.op.Wire() // before the rows: a row comes before its request
	rows, open := map[string][]directory.Exchange{}, 0
	for _, r := range c.rows(directory.ExchangeFilter{}) {
		if !r.Finished() && r.Seq > c.row {
			open++
		}
		rows[r.Operation] = append(rows[r.Operation], r)
	}
	explained := map[edo.PackageID]bool{}
	for _, of := range rows {
		for _, r := range of {
			explained[r.Package] = explained[r.Package] || r.Finished() && r.Outcome == edo.OutcomeOK && (r.Operation == "SendMessage" || r.Operation == "GetDocumentEntries")
		}
	}
	for _, pkg := range c.pkgs {
		if !explained[pkg.ID] {
			c.Errorf("no answer in the log explains that %s was sent", pkg.ID)
		}
	}
	if most := c.deaths*workers + workers; open > most || c.deaths == 0 && c.fault.strike == nil && open > workers {
		c.Errorf("%d rows have no answer, and %d processes have died", open, c.deaths)
	}
	for _, x := range unlogged(wire, rows) {
		c.Errorf("the log has no row of exchange %d, %s of %d bytes", x.Number, x.Operation, x.Request.Size)
	}
}

// unlogged are the exchanges that have no row of their own. Whoever can be told by its digest is told first: of a request
// that was cut only its announced length is known, and a row without an answer has no digest.
func unlogged(wire []mockoperator.Exchange, rows map[string][]directory.Exchange) []mockoperator.Exchange {
	whole := func(r directory.Exchange, x mockoperator.Exchange) bool {
		return x.Request.Size == r.RequestSize && x.Request.SHA256 != ""
	}
	for _, same := range []func(directory.Exchange, mockoperator.Exchange) bool{
		func(r directory.Exchange, x mockoperator.Exchange) bool {
			return whole(r, x) && r.RequestDigest.String() == x.Request.SHA256
		},
		func(r directory.Exchange, x mockoperator.Exchange) bool {
			return whole(r, x) && r.RequestDigest.IsZero()
		},
		func(r directory.Exchange, x mockoperator.Exchange) bool {
			return !whole(r, x) && r.RequestDigest.IsZero()
		},
		func(r directory.Exchange, x mockoperator.Exchange) bool { return !whole(r, x) },
	} {
		wire = slices.DeleteFunc(wire, func(x mockoperator.Exchange) bool {
			of := rows[x.Operation]
			i := slices.IndexFunc(of, func(r directory.Exchange) bool { return r.RequestSize == announced(x.Head) && same(r, x) })
			if i >= 0 {
				rows[x.Operation] = slices.Delete(of, i, i+1)
			}
			return i >= 0
		})
	}
	return wire
}

// workers is how many requests of one process can be on their way at once: as many as it has workers, by default.
const workers = 4

func announced(head []byte) int64 {
	for line := range bytes.Lines(head) {
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			n, _ := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
			return n
		}
	}
	return -1
}

// edges is the documented graph of states, see edo/README.md. A state may be told again with another reason.
func edges() map[edo.State][]edo.State {
	final := []edo.State{edo.StateDelivered, edo.StateSigned, edo.StateRefused, edo.StateRevoked, edo.StatePartly}
	return map[edo.State][]edo.State{
		"":                 {edo.StateAccepted},
		edo.StateAccepted:  {edo.StateSending, edo.StateWaiting, edo.StateFailed},
		edo.StateWaiting:   {edo.StateSending, edo.StateFailed},
		edo.StateSending:   {edo.StateSent, edo.StateInDoubt, edo.StateWaiting, edo.StateFailed},
		edo.StateInDoubt:   {edo.StateSent, edo.StateAccepted},
		edo.StateSent:      final,
		edo.StateDelivered: final, edo.StateSigned: final, edo.StateRefused: final, edo.StatePartly: final,
	}
}

// documented: every step that a host is told is one of the graph, and no event is told twice.
func (c *cell) documented() {
	c.Helper()
	last, seen, why := map[edo.PackageID]edo.State{}, map[int64]bool{}, map[edo.PackageID]edo.Reason{}
	graph := edges()
	for _, e := range c.events() {
		if seen[e.Seq] {
			c.Errorf("event %d is there twice", e.Seq)
		}
		seen[e.Seq] = true
		if e.Kind != edo.EventStatus || e.Document != "" {
			continue
		}
		was := last[e.Key.Package]
		if was == "" && e.State != edo.StateAccepted {
			was = edo.StateAccepted // answers that are ordered by a commit of ours are not told
		}
		if e.State != was && !slices.Contains(graph[was], e.State) {
			c.Errorf("%s went from %q to %q (%s)", e.Key.Package, was, e.State, e.Reason)
		}
		byHand := strings.HasPrefix(e.Detail, "retried by ") // a person's deed is told, whatever the state
		if e.State == last[e.Key.Package] && e.Reason == why[e.Key.Package] && !byHand {
			c.Errorf("%s was told twice to be %s", e.Key.Package, e.State)
		}
		last[e.Key.Package], why[e.Key.Package] = e.State, e.Reason
	}
}

// fenced: whoever has lost its lease writes nothing. A claim that ended later than the next one of the same job began has
// been written by somebody who was not its owner any more. Who waits for the store may be late by less than a lease.
func (c *cell) fenced() {
	c.Helper()
	if c.fault.clock != 0 {
		return // its times are wrong
	}
	for _, pkg := range c.pkgs {
		attempts, err := c.store().Attempts(c.Context(), edo.Key{Subscriber: subscriber, Package: pkg.ID})
		c.must(err)
		latest := map[string]edo.Attempt{}
		for _, a := range attempts {
			job := string(a.Job) + " " + string(a.Document)
			if was, known := latest[job]; known && was.EndedAt.After(a.At.Add(lease)) {
				c.Errorf("%s %s: claim %d ended at %v, and claim %d began at %v", pkg.ID, job, was.Fence, was.EndedAt, a.Fence, a.At)
			}
			latest[job] = a
		}
	}
}

// chained: the log is as it was written, whoever died while a row was on its way.
func (c *cell) chained() {
	c.Helper()
	c.verified()
}

func (c *cell) keyOf(i int, key string) *dmsplugin.KeyPair {
	return &dmsplugin.KeyPair{Certificate: c.heads[i].CertificatePEM(), Key: edo.NewSecret(key)}
}
