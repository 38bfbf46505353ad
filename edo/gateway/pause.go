package gateway

import (
	"errors"
	"time"

	"github.com/edokit/edokit/edo"
)

// pace is a retry class: how a trouble is waited out.
type pace uint8

const (
	pacePassing  pace = iota // time mends it: the first wait, doubled with every try, up to the longest
	paceWaiting              // the operator or other people need their time: as passing, up to trackSlower times the longest
	paceMending              // only a person can mend it, and then it should go on soon: a twentieth of the longest
	paceRefused              // the operator has said no, which it may take back: from the longest, doubled, up to trackSlower times it
	paceReading              // a box that is read for ever: its number of tries says nothing about how long the trouble lasts
	paceChecking             // the same for the slow check: a large box must not be listed from the beginning again and again
)

// manyTries reaches the longest wait of a class at once.
const manyTries = 31

// maxAsked bounds an operator's wish to be left alone: beyond it a typing error would stop the exchange.
const maxAsked = 24 * time.Hour

// paceOf is the class of what went wrong with one piece of work.
func paceOf(err error) pace {
	switch kind := edo.KindOf(err); {
	case edo.ReasonOf(err) == edo.AdministratorMissing:
		return paceMending
	case kind == edo.Denied, kind == edo.NotSupported, definite(err):
		return paceRefused
	}
	return pacePassing
}

// pause is how long to wait before the next try: by the class of the trouble and the number of tries, at least as long as
// the operator has asked for. What failed together must not come back together, so passing troubles are waited out for
// one half to the whole of that time, all others up to a tenth longer. An operator's wish is never cut short.
func (g *Gateway) pause(p pace, tries int, err error) time.Duration {
	d := g.unspread(p, tries)
	if p == pacePassing {
		d -= g.share(d / 2)
	} else {
		d += g.share(d / 10)
	}
	if after := min(asked(err), maxAsked); after > 0 {
		d = max(d, after+g.share(after/10))
	}
	return d
}

// asked is the longest time for which an error or one of its causes asks to be left alone. That of a refused login is the
// driver's own: it spares the login until then. New credentials end it, so the gateway asks the driver before it is over.
func asked(err error) (after time.Duration) {
	for err != nil {
		e, ok := errors.AsType[*edo.Error](err)
		if !ok {
			break
		}
		if e.Reason != edo.LoginRefused {
			after = max(after, e.RetryAfter)
		}
		err = e.Err
	}
	return after
}

// share is a random part of d.
func (g *Gateway) share(d time.Duration) time.Duration {
	return time.Duration(g.Random() * float64(d))
}

// unspread is the wait of a class before jitter.
func (g *Gateway) unspread(p pace, tries int) time.Duration {
	b := g.Backoff
	switch p {
	case paceWaiting:
		b.Longest *= trackSlower
	case paceRefused:
		b.First, b.Longest = b.Longest, trackSlower*b.Longest
	case paceMending:
		return b.Longest / 20
	case paceReading:
		return g.Pull
	case paceChecking:
		return g.FullCheck
	}
	return b.after(tries)
}
