package mockoperator

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/edokit/edokit/conformance/contract"
)

// Operator is the stand-in. It is an http.Handler; [Operator.Listen] serves it on a socket. All methods may be called from
// several goroutines.
type Operator struct {
	tables *contract.Tables
	orgs   registry
	clock  func() time.Time
	log    *slog.Logger
	spool  spool
	tape   *tape  // nil: the work is done
	own    string // temporary folder to remove at the end
	wire   *wire
	rooms  sync.Pool // of *scratch
	done   chan struct{}
	once   sync.Once
	ahead  atomic.Int64 // nanoseconds on top of the clock

	refused atomic.Int64 // logins with a wrong name or password

	formMu     sync.Mutex // one form at a time
	identityMu sync.Mutex
	issuer     *Identity
	identities []Identity

	thumbprints map[string]int // of identities

	mu       sync.Mutex // guards all below
	scenario Scenario
	rules    []*Handle
	struck   map[string]int // by the key of the scenario
	sessions map[string]*session
	ledger   []*entry
	byID     map[string]*record // documents by service id without dashes, lower case
	listings int
	contacts map[pair]contact

	registrations []Registration
	invitations   []Invitation
	flows         *flowBook
}

// New makes an operator. Call [Operator.Close] at the end.
func New(c Config) (*Operator, error) {
	c = c.withDefaults()
	if err := c.Scenario.check(); err != nil {
		return nil, err
	}
	tables, err := contract.Load()
	if err != nil {
		return nil, err
	}
	o := &Operator{
		tables: tables, tape: newTape(c.Cassette), clock: c.Now, log: c.Logger, done: make(chan struct{}),
		thumbprints: map[string]int{}, sessions: map[string]*session{}, byID: map[string]*record{}, struck: map[string]int{},
		contacts: map[pair]contact{}, flows: newFlowBook(),
	}
	if c.Cassette != nil {
		if err := c.Cassette.check(); err != nil {
			return nil, err
		}
	}
	for _, id := range c.Identities {
		o.keep(id)
	}
	if err := o.orgs.fill(c.Organisations); err != nil {
		return nil, err
	}
	dir := c.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "mock-operator-*"); err != nil {
			return nil, fmt.Errorf("mockoperator: %w", err)
		}
		o.own = dir
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mockoperator: %w", err)
	}
	o.spool = spool{dir: dir}
	o.wire = &wire{limit: c.WireMemory, dir: dir}
	o.SetScenario(c.Scenario)
	return o, o.fillInbox(c.Scenario.Inbox)
}

// fillInbox puts documents into the box of the first organisation.
func (o *Operator) fillInbox(n int) error {
	if n == 0 {
		return nil
	}
	orgs := o.orgs.list()
	if len(orgs) < 2 {
		return errors.New("mockoperator: scenario: inbox wants two organisations")
	}
	_, err := o.Plant(orgs[1].Boxes[0], orgs[0].Boxes[0], n, func(int) PlantedDocument { return PlantedDocument{NeedReceipt: true} })
	return err
}

// Close ends hanging exchanges and removes the temporary folder.
func (o *Operator) Close() error {
	o.once.Do(func() { close(o.done) })
	if o.own == "" {
		return nil
	}
	return os.RemoveAll(o.own)
}

// SetScenario replaces the whole behaviour; rules added by [Operator.Misbehave] are dropped.
func (o *Operator) SetScenario(s Scenario) {
	s = s.withDefaults()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.scenario, o.rules = s, nil
	for _, r := range s.Rules {
		o.rules = append(o.rules, newHandle(r))
	}
}

// Change edits the behaviour in force, as in o.Change(func(s *Scenario) { s.GOST = "invalid" }). Rules stay as they are.
func (o *Operator) Change(edit func(*Scenario)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	edit(&o.scenario)
	o.scenario = o.scenario.withDefaults()
}

// Struck counts how often the scenario has changed what a good operator would have done, by key: misbehave, visibility,
// print-forms, page-border, ... What is only stricter or slower, as token-lifetime, is not counted.
func (o *Operator) Struck() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.struck)
}

func (o *Operator) count(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.struck[key]++
}

func (o *Operator) behaviour() Scenario {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.scenario
}

func (o *Operator) now() time.Time { return o.clock().UTC().Add(time.Duration(o.ahead.Load())) }

func newID() string { return uuid.NewString() }

// newSeal is the number that is printed on a form and nowhere else; only the ledger knows it.
func newSeal() string {
	raw := make([]byte, 6)
	rand.Read(raw) // never fails, see crypto/rand
	return fmt.Sprintf("%X-%X-%X", raw[:2], raw[2:4], raw[4:])
}
