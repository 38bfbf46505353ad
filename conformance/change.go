package conformance

import (
	"fmt"
	"sync"
)

// Change is a call that has an effect at the other side, and how often it has it when it is repeated. It makes four cases:
// a client that lost an answer, a clerk who presses twice and two programs on one box are the ways in which this goes wrong.
type Change struct {
	Case // without Run; the four cases have its id and -again, -beside, -lost behind it, and what they do behind Sends, if it has one

	// Once says that the same call again has no second effect; else each call has its own.
	Once bool
	// Start makes what one case needs.
	Start func(t T) Changing
}

// Changing is one case of a [Change]. Its functions are called on the goroutine of the case, Do also on others.
type Changing struct {
	Do    func(t T)     // the call, its answer taken; what a repetition is answered is the business of the suite
	Lose  func(t T)     // the call, its answer lost on the way; nil: cannot be arranged
	Count func(t T) int // how often the call took effect
}

// many is how many calls come at once.
const many = 4

// Cases gives the four cases.
func (c Change) Cases() []Case {
	var all []Case
	add := func(end, says, sends string, run func(t T, x Changing)) {
		one := c.Case
		one.ID, one.Says, one.Changes = c.ID+end, c.Says+says, true
		if c.Sends != "" {
			one.Sends += sends
		}
		one.Run = func(t T) { run(t, c.Start(t)) }
		all = append(all, one)
	}
	add("", "", ": once", func(t T, x Changing) {
		x.Do(t)
		c.hold(t, x, 1)
	})
	add("-again", ": again", ": twice, one after the other", func(t T, x Changing) {
		x.Do(t)
		x.Do(t)
		c.hold(t, x, 2)
	})
	add("-beside", ": several at once", fmt.Sprintf(": %d times at once", many), func(t T, x Changing) {
		var done sync.WaitGroup
		for range many {
			done.Go(func() { x.Do(t) })
		}
		done.Wait()
		c.hold(t, x, many)
	})
	add("-lost", ": again after a lost answer", ": once, its answer lost, then once more", func(t T, x Changing) {
		if x.Lose == nil {
			t.Skip("an answer cannot be lost here")
		}
		x.Lose(t)
		c.hold(t, x, 1)
		x.Do(t)
		c.hold(t, x, 2)
	})
	return all
}

// hold says what is wrong with the number of effects.
func (c Change) hold(t T, x Changing, calls int) {
	t.Helper()
	want := calls
	if c.Once {
		want = 1
	}
	if got := x.Count(t); got != want {
		t.Errorf("after %d calls it took effect %d times, expected %d", calls, got, want)
	}
}
