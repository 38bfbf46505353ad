package crash_test

import (
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// fault is a column of the grid.
type fault struct {
	name string
	// strike is what is done to the process that stands still at the point; nil: it kills itself there.
	strike func(c *cell, pid int)
	wire   func(c *cell, operation string) mockoperator.Rule // of the operator, at a place of the wire
	clock  time.Duration                                     // how wrong the clock is from the point on
	late   bool                                              // against an operator that shows late what it has accepted

	postgres bool // the data is on PostgreSQL, else in a file
}

// onServer ends the names of faults that are done to a stand whose data is on PostgreSQL.
const onServer = "@postgresql"

// base is the name of the fault itself.
func (f fault) base() string { return strings.TrimSuffix(f.name, onServer) }

// processFaults are done to the plugin or its host at a named point.
func processFaults() []fault {
	all := []fault{
		{name: "kill"},
		{name: "host", strike: (*cell).killHost},
		{name: "zombie", strike: (*cell).zombie},
		{name: "stale", strike: (*cell).stale},
		{name: "full", strike: (*cell).full},
		{name: "clock+3h", strike: (*cell).step, clock: 3 * time.Hour},
		{name: "clock-3h", strike: (*cell).step, clock: -3 * time.Hour},
		{name: "clock-10m", strike: (*cell).step, clock: -10 * time.Minute},
	}
	for _, f := range all[:len(all):len(all)] {
		if f.name != "full" {
			f.name, f.postgres = f.name+onServer, true
			all = append(all, f)
		}
	}
	return all
}

// inShort chooses the cells on PostgreSQL that are run every time: every commit that a process dies before, and the steps of
// a send. The others are for EDOKIT_SOAK.
func inShort(p point, f fault) bool {
	switch {
	case !f.postgres:
		return true
	case p.name == "store.committing.Seize" || strings.HasSuffix(p.name, ".EndTask"):
		return false // not reached for certain on a machine that is busy
	case strings.HasPrefix(p.name, "store.committing."):
		return f.base() == "kill"
	case strings.HasPrefix(p.name, "send."):
		return f.base() == "kill" || f.base() == "zombie"
	case strings.HasPrefix(p.name, "person."):
		return f.base() == "kill"
	}
	return false
}

// places are the requests at which the operator or the network misbehaves, and the way that leads there.
func places() []point {
	return []point{
		{"wire.Authenticate", "out", "a login"},
		{"wire.SendMessage", "out", "a package leaves"},
		{"wire.GetDocumentEntries", "doubt", "whether the operator has a package is asked"},
		{"wire.PrintDocument", "out", "a printed form comes"},
		{"wire.GetMessages", "in", "a page of a box comes"},
		{"wire.GetMessageWithLoadOptions", "in", "an inbound message is described"},
		{"wire.GetDocumentContent", "in", "content comes in"},
		{"wire.CreateNonActiveSubscriber", "reach", "a company is registered"},
	}
}

// hasEffect says whether repeating a request changes something at the operator.
func hasEffect(place string) bool {
	return place == "wire.SendMessage" || place == "wire.CreateNonActiveSubscriber"
}

// wireFaults are what happens to one request.
func wireFaults() []fault {
	cutRequest := func(at func(size int64) int64) func(*cell, string) mockoperator.Rule {
		return func(c *cell, op string) mockoperator.Rule {
			return mockoperator.Rule{What: mockoperator.CutInRequestBody, Bytes: at(c.size(op, false))}
		}
	}
	cutAnswer := func(at func(size int64) int64) func(*cell, string) mockoperator.Rule {
		return func(c *cell, op string) mockoperator.Rule {
			return mockoperator.Rule{What: mockoperator.CutInResponseBody, Bytes: at(c.size(op, true))}
		}
	}
	says := func(r mockoperator.Rule) func(*cell, string) mockoperator.Rule {
		return func(_ *cell, op string) mockoperator.Rule {
			r.AfterAccepting = r.AfterAccepting && hasEffect("wire."+op)
			return r
		}
	}
	none, one := func(int64) int64 { return 0 }, func(int64) int64 { return 1 }
	half, butOne := func(n int64) int64 { return n / 2 }, func(n int64) int64 { return n - 1 }
	all := []fault{
		{name: "request-0", wire: cutRequest(none)},
		{name: "request-1", wire: cutRequest(one)},
		{name: "request-half", wire: cutRequest(half)},
		{name: "request-but-one", wire: cutRequest(butOne)},
		{name: "answer-0", wire: cutAnswer(none)},
		{name: "answer-1", wire: cutAnswer(one)},
		{name: "answer-half", wire: cutAnswer(half)},
		{name: "answer-but-one", wire: cutAnswer(butOne)},
		{name: "cut", wire: says(mockoperator.Rule{What: mockoperator.AcceptThenCut})},
		{name: "503", wire: says(mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 503, AfterAccepting: true})},
		{name: "503-early", wire: says(mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 503})},
		{name: "html", wire: says(mockoperator.Rule{What: mockoperator.HTMLPage, AfterAccepting: true})},
		{name: "truncated", wire: says(mockoperator.Rule{What: mockoperator.TruncatedXML})},
		{name: "silence", wire: says(mockoperator.Rule{What: mockoperator.AcceptThenHang})},
		{name: "429", wire: says(mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 429})},
		{name: "429-later", wire: says(mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 429, Retry: time.Second})},
		{name: "token", wire: says(mockoperator.Rule{What: mockoperator.TokenExpired})},
		{name: "gzip", wire: says(mockoperator.Rule{What: mockoperator.GzipUnasked})},
	}
	for _, f := range all[:len(all):len(all)] {
		f.name, f.late = f.name+"@late", true
		all = append(all, f)
	}
	return all
}

// meaningful says why a cell is left out; empty: it is run.
func meaningful(p point, f fault) string {
	if f.wire != nil {
		return onWire(p, f)
	}
	if p.way == elsewhere {
		return ofPoint(p)
	}
	switch f.base() {
	case "kill":
		return ""
	case "host":
		return ofHost(p)
	case "zombie":
		return ofZombie(p)
	case "stale":
		return ofStale(p)
	case "full":
		return ofDisk(p)
	}
	return ofClock(p, f)
}

// elsewhere is the way to points that the grid leaves to other tests.
const elsewhere = "elsewhere"

// ofPoint says why no cell goes to a point.
func ofPoint(p point) string {
	_, what, _ := strings.Cut(strings.TrimPrefix(p.name, "store."), ".")
	switch {
	case strings.HasPrefix(what, "Remove"):
		return "one statement that is right when it is repeated, with the code of Put"
	case what == "PutDataKey" || what == "Rewrap":
		return "one statement of a rotation that the way here does not surely lead to: see directory/secret"
	case what == "PutSubstitution":
		return "one statement, with the code of PutUser"
	case what == "Writable":
		return "writes nothing: it looks whether that is possible"
	case what == "Installation" || what == "StartOver":
		return "once in the life of a store, before there is anything to lose or when nothing is left: see the tests of both stores"
	case strings.Contains(what, "Handover") || what == "EndExport" || what == "Condemn":
		return "kept apart from the exchange: the order of rows and bytes is tested in directory/handover"
	case what == "Succeed" || what == "SealedUsed" || what == "SealedTried":
		return "notes about a login that has happened: which credential is used is tested in directory/secret"
	}
	return ""
}

func onWire(p point, f fault) string {
	name := strings.TrimSuffix(f.name, "@late")
	switch {
	case f.late && p.name != "wire.SendMessage" && p.name != "wire.CreateNonActiveSubscriber":
		return "what is shown late is what was sent: the other requests only read"
	case name == "token" && p.name == "wire.Authenticate":
		return "a login has no token"
	case name == "503-early" && !hasEffect(p.name):
		return "a request without effect is not accepted: it is the 503"
	case name == "gzip" && p.name != "wire.SendMessage":
		return "how an answer is packed is the same code for all"
	}
	return ""
}

// ofHost chooses the steps in which a host waits for the plugin. Elsewhere its death is an orderly end of the plugin,
// which is tried in the middle of a send and of a stamp.
func ofHost(p point) string {
	chosen := []string{
		"rpc.spooled", "rpc.accepted", "rpc.delivering", "rpc.acknowledged", "send.archived", "send.accepted", "send.claimed", "send.sending",
		"send.answered", "stamp.fetched", "store.committed.Accept", "store.committed.Acknowledge", "archive.synced",
	}
	if slices.Contains(chosen, p.name) {
		return ""
	}
	return "no host waits here: its death is an orderly end of the plugin, which is tried in the middle of a send and of a stamp"
}

// ofZombie leaves out what nobody else can take over.
func ofZombie(p point) string {
	switch {
	case p.way != "out" && p.way != "in" && p.way != "reach" && p.way != "doubt":
		return "one command of one person, or the same code as another step: nobody takes over"
	case strings.HasPrefix(p.name, "store.committing."):
		return "a process that stands still in a transaction of SQLite holds its lock: others can only wait"
	case p.name == "rpc.delivering" || p.name == "rpc.acknowledged" || p.name == "store.committed.Acknowledge":
		return "no work is in hand"
	}
	return ""
}

// ofStale chooses steps of a job after which something is written that only the owner of the lease may write, and which
// no other job than that of the package reaches.
func ofStale(p point) string {
	if slices.Contains([]string{"send.claimed", "send.sending", "send.answered", "send.asked", "stamp.archived"}, p.name) {
		return ""
	}
	return "a lease keeps all jobs apart in the same statement of the store"
}

// ofDisk chooses steps after which something has to be written.
func ofDisk(p point) string {
	chosen := []string{
		"archive.written", "archive.synced", "archive.renamed", "rpc.spooled", "send.archived", "send.accepted", "send.claimed", "send.sending",
		"send.answered", "stamp.fetched", "stamp.archived", "store.committed.Begin", "store.committed.Finish", "store.committing.Settle",
		"store.committing.Finish", "take.described", "take.archived", "pull.listed", "receipt.accepted",
	}
	if slices.Contains(chosen, p.name) {
		return ""
	}
	return "nothing is written before the next of the steps that are tried, or by the same writer as there"
}

// ofClock chooses the steps between which times are compared.
func ofClock(p point, f fault) string {
	chosen := []string{
		"send.accepted", "send.claimed", "send.sending", "send.answered", "send.asked", "store.committed.Begin", "stamp.claimed", "stamp.fetched",
		"track.claimed", "pull.claimed", "take.described", "receipt.accepted", "reach.registering",
	}
	switch small := f.base() == "clock-10m"; {
	case small && !strings.HasPrefix(p.name, "send."):
		return "a step back is a step back: the small one is tried where a lease decides what is sent"
	case slices.Contains(chosen, p.name):
		return ""
	}
	return "no times are compared between here and the next of the steps that are tried"
}
