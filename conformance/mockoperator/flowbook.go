package mockoperator

import (
	"strconv"
	"sync"
	"time"
)

// flowBook is what the operator remembers of messages beside the ledger. Maps without a lock of their own are guarded by
// that of the operator.
type flowBook struct {
	entries map[string]*entry // by message id without dashes
	sent    map[string]bool   // resendKey
	borders map[string]bool   // organisation and message at which a page ended although there was more
	pages   int               // pages of GetMessages that were not empty
	early   map[string]int    // how often an answer that takes its time was asked for

	mu        sync.Mutex
	generated map[string]generated // by SHA-256
}

func newFlowBook() *flowBook {
	return &flowBook{
		entries: map[string]*entry{}, sent: map[string]bool{}, borders: map[string]bool{}, early: map[string]int{},
		generated: map[string]generated{},
	}
}

func (f *flowBook) remember(digest string, g generated) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.generated[digest] = g
}

func (f *flowBook) recall(digest string) (generated, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	g, ok := f.generated[digest]
	return g, ok
}

func resendKey(org int, localID string) string { return strconv.Itoa(org) + "/" + localID }

// Advance moves the operator's clock on, on top of [Config].Now.
func (o *Operator) Advance(d time.Duration) { o.ahead.Add(int64(d)) }
