package mockoperator

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// tape plays a cassette: the n-th call of an operation gets the answer that its n-th call got.
type tape struct {
	mu      sync.Mutex
	calls   map[string][]CassetteRequest // by operation, in order
	next    map[string]int
	missing []string
}

func newTape(c *Cassette) *tape {
	if c == nil {
		return nil
	}
	t := &tape{calls: map[string][]CassetteRequest{}, next: map[string]int{}}
	for _, e := range c.Exchanges {
		t.calls[e.Operation] = append(t.calls[e.Operation], e)
	}
	return t
}

// plays tells whether a call is the cassette's. What belongs to no package is not, unless it was recorded: logins, who has
// which box, readings of a box. The stand-in answers that itself.
func (t *tape) plays(operation string) bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.calls[operation]) > 0 || !aside(operation)
}

func aside(operation string) bool {
	switch operation {
	case "GetVersion", "GetBoxes", "GetSpecialOperatorInfo", "GetOrganizationListByInnKpp", "GetOrganizationBy", "GetMessages":
		return true
	}
	return strings.HasPrefix(operation, "Authenticate")
}

// take gives what was recorded for the next call of an operation, nil if there is nothing more; n counts from 1.
func (t *tape) take(operation string) (e *CassetteRequest, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next[operation]++
	n = t.next[operation]
	if n > len(t.calls[operation]) {
		t.missing = append(t.missing, fmt.Sprintf("%s, call %d", operation, n))
		return nil, n
	}
	return &t.calls[operation][n-1], n
}

// Played is how far a cassette was played.
type Played struct {
	Left    []string // recorded calls that nobody has made, as "SendMessage, call 2"
	Missing []string // calls that were made although nothing is recorded for them
}

// Played says how far the cassette was played; without one it says nothing.
func (o *Operator) Played() Played {
	if o.tape == nil {
		return Played{}
	}
	o.tape.mu.Lock()
	defer o.tape.mu.Unlock()
	p := Played{Missing: slices.Clone(o.tape.missing)}
	for operation, calls := range o.tape.calls {
		for n := o.tape.next[operation]; n < len(calls); n++ {
			p.Left = append(p.Left, fmt.Sprintf("%s, call %d", operation, n+1))
		}
	}
	slices.Sort(p.Left)
	return p
}

// play answers a call as it was answered.
func (x *exchange) play(operation string) {
	e, n := x.o.tape.take(operation)
	switch {
	case e == nil:
		x.o.log.Warn("not recorded", "operation", operation, "call", n)
		x.drain()
		x.reply(nil, refuse("UnexpectedError", "", "the cassette holds no answer to call %d of %s (в кассете нет ответа на вызов %d операции %s)", n, operation, n, operation))
	case e.Answer == nil:
		if e.Outcome != "unavailable" { // else the request did not arrive whole
			x.drain()
		}
		x.cut()
	default:
		x.drain()
		x.playAnswer(*e.Answer)
	}
}

// playAnswer writes an answer, as far as it came.
func (x *exchange) playAnswer(a cassetteAnswer) {
	for name, value := range a.Headers {
		x.w.Header().Set(name, value)
	}
	body := a.body()
	length := int64(len(body))
	if said, err := strconv.ParseInt(a.Headers["Content-Length"], 10, 64); err == nil && said > a.Size {
		length += min(said-a.Size, maxFilling) // it broke off
	}
	x.send(a.Status, length, func(w io.Writer) error {
		_, err := w.Write(body)
		if err == nil && length > int64(len(body)) {
			err = errCutHere
		}
		return err
	})
}

// parties are the organisations of a cassette; ours logs in as "replay" with the password "replay".
func (c Cassette) parties() []Organisation {
	ours, theirs := c.Subscriber, c.Counterparty
	head := func(name string) []Head {
		return []Head{{Surname: name, Given: "Пётр Сергеевич", Title: "Директор"}}
	}
	all := []Organisation{{
		Name: cmp.Or(ours.Name, "Абонент "+ours.INN), INN: ours.INN, KPP: ours.KPP, Boxes: []string{ours.Box}, Login: "replay", Password: "replay", Heads: head("Иванов"),
	}}
	if theirs.INN != "" && theirs.Box != "" && !strings.EqualFold(theirs.Box, ours.Box) {
		all = append(all, Organisation{Name: cmp.Or(theirs.Name, "Контрагент "+theirs.INN), INN: theirs.INN, KPP: theirs.KPP, Boxes: []string{theirs.Box}})
	}
	return all
}
