package adaptertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"

	"github.com/edokit/edokit/edo"
)

// Observation is one thing that the host did, or that was done to it.
type Observation struct {
	What     string         `json:"what"`
	Key      edo.Key        `json:"key,omitzero"`
	Document edo.DocumentID `json:"document,omitempty"`
	Role     edo.Role       `json:"role,omitempty"`
	Digests  []string       `json:"digests,omitempty"` // of a package's documents
	After    int64          `json:"after,omitempty"`   // place that events were asked from
	Seq      int64          `json:"seq,omitempty"`     // last event given, or acknowledged
	Consumer string         `json:"consumer,omitempty"`
}

// What is observed.
const (
	started      = "started"       // the process
	asked        = "asked"         // what the plugin can do, or its catalogue: anything before a package
	sent         = "sent"          // a package came
	lost         = "lost"          // its answer was not given: UNAVAILABLE
	doubtful     = "doubtful"      // its answer was UNKNOWN
	denied       = "denied"        // it was refused
	status       = "status"        // the host asked what became of it
	delivered    = "delivered"     // events were given, or asked for in vain: then Seq is After
	offered      = "offered"       // among them, for the first time, one of a stamped version
	acknowledged = "acknowledged"  // events are safe at the host
	cut          = "cut"           // content was cut off
	wrong        = "wrong"         // content came that is not the announced one
	whole        = "whole"         // content came to its end
	twice        = "twice"         // a version was offered again
	died         = "died"          // the process, on purpose
	drained      = "drained"       // the host ended it in order
	foreign      = "foreign-event" // an event of a kind that nobody knows was given
)

// recordFile is where observations are kept, a line each, in the plugin's home.
const recordFile = "adapter-test.jsonl"

// record keeps observations over the lives of the process.
type record struct {
	mu  sync.Mutex
	f   *os.File
	all []Observation
}

// openRecord reads what earlier lives have kept, and goes on.
func openRecord(home string) (*record, error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(home, recordFile), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	r := &record{f: f}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o Observation
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			continue // a line that was being written when the process died
		}
		r.all = append(r.all, o)
	}
	return r, errors.Join(lines.Err())
}

// note is durable when it returns: the verdict must not depend on how the process ends.
func (r *record) note(o Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, o)
	text, err := json.Marshal(o)
	if err == nil {
		_, err = r.f.Write(append(text, '\n'))
	}
	if err = errors.Join(err, r.f.Sync()); err != nil {
		fmt.Fprintln(os.Stderr, "adapter-test: the record cannot be written:", err)
		os.Exit(1) // a verdict over half a record would be a lie
	}
}

// just reports whether the last thing that was observed is this: a host that asks four times a second is noted once.
func (r *record) just(o Observation) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all) > 0 && reflect.DeepEqual(r.all[len(r.all)-1], o)
}

// ever reports whether this was observed before.
func (r *record) ever(o Observation) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.all, func(was Observation) bool { return reflect.DeepEqual(was, o) })
}

// count says how often something was observed of a package.
func (r *record) count(what string, k edo.Key) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return count(r.all, what, k)
}

func count(all []Observation, what string, k edo.Key) int {
	n := 0
	for _, o := range all {
		if o.What == what && o.Key == k {
			n++
		}
	}
	return n
}

// Read gives what was observed in a home.
func Read(home string) ([]Observation, error) {
	if _, err := os.Stat(filepath.Join(home, recordFile)); err != nil {
		return nil, fmt.Errorf("nothing was recorded in %s: let the host launch edo-conformance with EDOKIT_HOME set to it: %w", home, err)
	}
	r, err := openRecord(home)
	if err != nil {
		return nil, err
	}
	return r.all, r.f.Close()
}
