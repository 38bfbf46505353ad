package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/edokit/edokit/edo"
)

// Config wires a gateway. Zero values of the optional part mean the defaults named beside them.
type Config struct {
	Drivers  []edo.Driver
	Outbox   Outbox
	Archive  edo.Archive
	Accounts Accounts
	Signers  Signers
	Access   Access
	Verifier Verifier
	Now      func() time.Time
	Owner    string // names this process in leases; must differ between processes

	Inbox        Inbox        // nil: boxes are not read
	Tasks        Tasks        // nil: a signer whose key is elsewhere cannot sign
	Reach        Reach        // nil: unknown counterparties are not registered
	Routing      Routing      // with Inbox: who gets what came in
	Certificates Certificates // with Enrolments
	Enrolments   Enrolments   // nil: our own subscribers cannot be registered
	Readings     Readings     // nil: neither content nor raw XML is given out
	Records      Records      // nil: nothing is explained
	Desk         Desk         // nil: nobody can retry, cancel or decide
	Kinds        []edo.DocumentKind
	Departures   Departures // nil: a content that was deleted after a hand-over is only not found

	Forms        FormReader    // nil: forms are stored unexamined, none is called recognised
	Marker       Marker        // nil: no local marks
	Queue        Queue         // nil: a bell of this process
	Logger       *slog.Logger  // nil: silent
	Workers      int           // jobs at once; 4
	Lease        time.Duration // how long a job is held without a sign of life; 30 s
	Idle         time.Duration // how often to look for work of other processes; 1 s
	Settle       time.Duration // time to write down an outcome after the caller has gone; 30 s
	FormPatience time.Duration // how long to ask for a printed form; 72 h
	MaxForm      int64         // largest printed form in bytes; 64 MiB
	Pull         time.Duration // how often a box is read; 1 min
	FullCheck    time.Duration // how often a box is read the slow way; 6 h
	Overlap      int           // messages before the cursor that are listed again; 20
	SignIn       time.Duration // deadline of a signature task; 24 h
	MaxSkew      time.Duration // difference of clocks that is told; 1 min
	Sessions     int           // open sessions kept; 512
	Backoff      Backoff
	Limits       Limits
	Random       func() float64 // from 0 to below 1, for the spread of waits; nil: math/rand

	// Trace is called at named points of the way, for crash tests. Nil in production.
	Trace func(ctx context.Context, point string)
	// Around is called before each step of a job and gives what is called with its outcome after it; the work runs under
	// the context it gives. For whoever measures; nil: nobody does.
	Around func(ctx context.Context, j edo.Job) (context.Context, func(error))
}

// Backoff bounds the waits between tries: the first wait, doubled each time, up to the longest.
type Backoff struct {
	First   time.Duration // 1 s
	Longest time.Duration // 20 min
}

func (b Backoff) after(tries int) time.Duration {
	d := b.First
	for range min(max(tries-1, 0), 30) {
		if d *= 2; d >= b.Longest {
			return b.Longest
		}
	}
	return min(d, b.Longest)
}

// check reports everything that is wrong with the Config at once.
func (c Config) check() error {
	var f edo.Faults
	need := func(ok bool, field string) {
		if !ok {
			f = append(f, &edo.Error{Kind: edo.Invalid, Op: "gateway.New", Field: field, Message: "is required", Remedy: "set it in gateway.Config"})
		}
	}
	need(len(c.Drivers) > 0, "drivers")
	need(c.Outbox != nil, "outbox")
	need(c.Archive != nil, "archive")
	need(c.Accounts != nil, "accounts")
	need(c.Signers != nil, "signers")
	need(c.Access != nil, "access")
	need(c.Verifier != nil, "verifier")
	need(c.Inbox == nil || c.Routing != nil, "routing")
	need(c.Now != nil, "now")
	need(c.Owner != "", "owner")
	seen := map[string]bool{}
	for i, d := range c.Drivers {
		if seen[d.Name()] {
			f = append(f, &edo.Error{
				Kind: edo.Invalid, Op: "gateway.New", Field: fmt.Sprintf("drivers[%d]", i),
				Message: fmt.Sprintf("%q is given twice", d.Name()), Remedy: "give every driver once",
			})
		}
		seen[d.Name()] = true
	}
	return f.Err()
}

func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&c.Lease, 30*time.Second)
	def(&c.Idle, time.Second)
	def(&c.Settle, 30*time.Second)
	def(&c.FormPatience, 72*time.Hour)
	def(&c.Pull, time.Minute)
	def(&c.FullCheck, 6*time.Hour)
	def(&c.SignIn, 24*time.Hour)
	def(&c.MaxSkew, time.Minute)
	def(&c.Backoff.First, time.Second)
	def(&c.Backoff.Longest, 20*time.Minute)
	if c.Workers <= 0 {
		c.Workers = 4
	}
	if c.Overlap <= 0 {
		c.Overlap = 20
	}
	if c.Sessions <= 0 {
		c.Sessions = 512
	}
	if c.MaxForm <= 0 {
		c.MaxForm = 64 << 20
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	if c.Queue == nil {
		c.Queue = newBell(c.Now)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Trace == nil {
		c.Trace = func(context.Context, string) {}
	}
	return c
}
