package mockoperator

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// What is a kind of misbehaviour.
type What string

// The misbehaviours. Those marked (a) take the message into the ledger first when AfterAccepting is set.
const (
	AcceptThenCut     What = "accept-then-cut"      // do the work, then cut the connection before any answer
	AcceptThenHang    What = "accept-then-hang"     // do the work, then be silent until released or the client goes, then cut
	CutInRequestBody  What = "cut-in-request-body"  // cut after Bytes of the request body were read; nothing is accepted
	CutInResponseBody What = "cut-in-response-body" // do the work, send Bytes of the answer's body, cut
	AnswerStatus      What = "status"               // Status with RetryAfter and a short text (a)
	AnswerFault       What = "fault"                // Fault in its shape (a)
	HTMLPage          What = "html-page"            // status 200 and a web page, as a gateway on the way would say (a)
	Slow              What = "slow"                 // do the work, wait Delay, then write with PerByte between the bytes
	TruncatedXML      What = "truncated-xml"        // do the work, a complete HTTP answer with half of the envelope
	TokenExpired      What = "token-expired"        // the token of this request has run out just now
	NilResult         What = "nil-result"           // a well-formed answer whose result is nil (a)
	GzipUnasked       What = "gzip-unasked"         // do the work, answer in gzip, asked for or not
)

// Rule scripts one misbehaviour: for Times matching requests beginning with the Nth.
type Rule struct {
	Operation string        `yaml:"operation"` // empty: any
	Nth       int           `yaml:"nth"`       // 1 is the next matching request, counted from the making of the rule; 0 means 1
	Times     int           `yaml:"times"`     // 0 means 1; negative: for ever
	What      What          `yaml:"what"`
	Bytes     int64         `yaml:"bytes"`
	Status    int           `yaml:"status"`
	Retry     time.Duration `yaml:"retry-after"` // sent in whole seconds; zero: no header
	// AfterAccepting does the work first and hides it behind the bad answer.
	AfterAccepting bool          `yaml:"after-accepting"`
	Fault          Fault         `yaml:"fault"`
	Delay          time.Duration `yaml:"delay"`
	PerByte        time.Duration `yaml:"per-byte"`
}

func (r Rule) check() error {
	known := []What{
		AcceptThenCut, AcceptThenHang, CutInRequestBody, CutInResponseBody, AnswerStatus, AnswerFault, HTMLPage, Slow,
		TruncatedXML, TokenExpired, NilResult, GzipUnasked,
	}
	switch {
	case !slices.Contains(known, r.What):
		return fmt.Errorf("mockoperator: misbehave: unknown what %q; known: %q", r.What, known)
	case r.What == AnswerStatus && (r.Status < 200 || r.Status > 599):
		return fmt.Errorf("mockoperator: misbehave: status wants a number from 200 to 599, not %d", r.Status)
	case r.What == AnswerFault && r.Fault.Code == "" && (r.Fault.Shape == "" || r.Fault.Shape == Typed):
		return errors.New("mockoperator: misbehave: a typed fault wants a code")
	case !slices.Contains([]Shape{"", Typed, ExceptionDetail, NoDetail, Unparsable}, r.Fault.Shape):
		return fmt.Errorf("mockoperator: misbehave: unknown shape %q", r.Fault.Shape)
	case r.Bytes < 0 || r.Delay < 0 || r.PerByte < 0 || r.Retry < 0 || r.Nth < 0:
		return fmt.Errorf("mockoperator: misbehave: %s: negative bytes, nth or time", r.What)
	}
	return nil
}

// Handle is a rule in force.
type Handle struct {
	rule     Rule
	seen     int // matching requests
	used     int
	reached  chan struct{}
	released chan struct{}
	once     sync.Once
	release  sync.Once
}

func newHandle(r Rule) *Handle {
	return &Handle{rule: r, reached: make(chan struct{}), released: make(chan struct{})}
}

// Reached is closed when the rule has struck for the first time: for those that do the work, after the ledger has it.
func (h *Handle) Reached() <-chan struct{} { return h.reached }

// Release lets hanging exchanges end: their connection is cut.
func (h *Handle) Release() { h.release.Do(func() { close(h.released) }) }

func (h *Handle) strike() { h.once.Do(func() { close(h.reached) }) }

// Misbehave puts a rule in force. Of several rules that match one request the one made first strikes; a rule that has
// struck as often as it should is out of force. An invalid rule panics with its error: it is a mistake in a test.
func (o *Operator) Misbehave(r Rule) *Handle {
	if err := r.check(); err != nil {
		panic(err)
	}
	h := newHandle(r)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rules = append(o.rules, h)
	return h
}

// strikes finds the rule for a request; nil means good behaviour.
func (o *Operator) strikes(operation string) *Handle {
	o.mu.Lock()
	defer o.mu.Unlock()
	var hit *Handle
	for _, h := range o.rules {
		if h.rule.Operation != "" && h.rule.Operation != operation {
			continue
		}
		h.seen++
		due := h.seen >= max(h.rule.Nth, 1) && (h.rule.Times < 0 || h.used < max(h.rule.Times, 1))
		if due && hit == nil {
			h.used++
			o.struck["misbehave"]++
			hit = h
		}
	}
	return hit
}
