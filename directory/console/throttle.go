package console

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// throttle slows down guessing: after a few attempts that failed each further one has to wait, twice as long every time.
// It counts by person and by address, so that neither many names from one place nor one name from many places is cheap.
type throttle struct {
	mu   sync.Mutex
	seen map[string]*tries
}

type tries struct {
	failed int
	last   time.Time
	next   time.Time // no attempt is looked at before
}

const (
	freePerson  = 5                // attempts without a wait
	freeAddress = 20               // several people share an address
	longestWait = 5 * time.Minute  // somebody who has forgotten it comes back after a cup of tea
	forgetAfter = 30 * time.Minute // without an attempt
	maxTries    = 10_000           // names and addresses that are remembered
)

func newThrottle() *throttle { return &throttle{seen: map[string]*tries{}} }

// begin counts an attempt before it is looked at, so that many at once are many; it gives the time to wait instead.
func (h *throttle) begin(person, address string, now time.Time) (wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	keys := []struct {
		name string
		free int
	}{{"p " + person, freePerson}, {"a " + address, freeAddress}}
	for _, k := range keys {
		if t := h.seen[k.name]; t != nil && now.Sub(t.last) < forgetAfter {
			wait = max(wait, t.next.Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	if len(h.seen) > maxTries-2 {
		h.forget(now)
	}
	for _, k := range keys {
		t := h.seen[k.name]
		if t == nil || now.Sub(t.last) >= forgetAfter {
			if t == nil && len(h.seen) >= maxTries {
				return longestWait // somebody tries ten thousand names: nobody new is let in for a while
			}
			t = &tries{}
			h.seen[k.name] = t
		}
		t.failed, t.last = t.failed+1, now
		if over := t.failed - k.free; over >= 0 {
			t.next = now.Add(min(time.Second<<min(over, 20), longestWait))
		}
	}
	return 0
}

// succeed forgets what a person got wrong, and takes the attempt off the address: only failures count there.
func (h *throttle) succeed(person, address string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.seen, "p "+person)
	if t := h.seen["a "+address]; t != nil {
		if t.failed--; t.failed < freeAddress {
			t.next = time.Time{}
		}
	}
}

func (h *throttle) forget(now time.Time) {
	for name, t := range h.seen {
		if now.Sub(t.last) >= forgetAfter {
			delete(h.seen, name)
		}
	}
}

// addressOf is what counts as one place: an IPv4 address, or the network of 64 bits that one user of IPv6 has.
func addressOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
