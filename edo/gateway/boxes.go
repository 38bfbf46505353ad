package gateway

import (
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	// boxKnownFor is how long the box of a counterparty is not asked for again. Whoever is no longer there is refused by the
	// operator, and then asked for anew.
	boxKnownFor = 10 * time.Minute
	maxBoxes    = 10_000 // that are remembered; each is a few hundred bytes
)

// boxes remembers where counterparties were found: a set of packages for one recipient asks once.
type boxes struct {
	mu    sync.Mutex
	known map[boxKey]knownBox
}

// boxKey is a counterparty as a subscriber's account sees it. Another account, or another operator, sees others.
type boxKey struct {
	subscriber         edo.SubscriberID
	operator, revision string
	to                 edo.Counterparty
}

type knownBox struct {
	address edo.Address
	until   time.Time
}

func boxOf(a edo.Account, op edo.Operation) boxKey {
	return boxKey{op.Key.Subscriber, a.Operator, a.Revision, op.To}
}

func (b *boxes) find(k boxKey, now time.Time) (edo.Address, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, ok := b.known[k]
	return known.address, ok && now.Before(known.until)
}

func (b *boxes) keep(k boxKey, a edo.Address, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil || len(b.known) >= maxBoxes {
		b.known = map[boxKey]knownBox{}
	}
	b.known[k] = knownBox{a, now.Add(boxKnownFor)}
}

// forget makes everybody look again who sends to that counterparty.
func (b *boxes) forget(op edo.Operation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k := range b.known {
		if k.subscriber == op.Key.Subscriber && k.to == op.To {
			delete(b.known, k)
		}
	}
}
