package operatortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// Party is a subscriber whose place the suite takes. The journal of its account is the suite's own.
type Party struct {
	Account edo.Account
	KPP     string
	Sign    func(ctx context.Context, content []byte) ([]byte, error) // detached CMS in DER
}

// Stand is a driver with its operator, for one case. A nil lever means that this operator cannot be told so.
type Stand struct {
	Driver edo.Driver
	Us     Party
	Them   Party  // without a box: cases that need the other side are skipped
	Nobody string // an INN that no organisation has
	Many   string // an INN with several boxes

	Anyone       bool              // a message to a box that nobody knows is accepted
	Wire         bool              // there is a connection that can fail: Account.Endpoint is used
	Verifies     bool              // signatures are checked by the operator
	Relations    bool              // the two may part and meet again, and invitations wait for an answer
	Now          func() time.Time  // the operator's clock, which should differ from ours; nil: not known
	Accepted     func() int        // messages that the operator has accepted
	WrongLogins  func() int        // logins that it has refused
	Expire       func()            // makes all session tokens run out
	LoseAnswer   func()            // the next message is accepted, and its answer is lost
	CutRequest   func()            // the next message is cut before its last byte, and not accepted
	Refuse       func()            // the next message is refused by a verdict
	Spoil        map[string]func() // by what comes: the next message is accepted, and answered with something that is no outcome
	Fill         func(n int)       // puts n other messages into our outbox
	FormReady    func()            // printed forms are there
	FormLate     func(polls int)   // they are there after so many polls
	FormNever    func()            // there will be none
	Introduction *edo.Introduction // of an organisation that the operator does not know
}

// Config of the suite.
type Config struct {
	// Stand makes what one case needs; its Cleanup ends it. A live operator gives the same one always.
	Stand func(t conformance.T) Stand
	// NewID makes ids; nil: random UUIDs.
	NewID func() string
	// Clock is ours; nil: time.Now.
	Clock func() time.Time
}

// Suite gives all cases about a driver.
func Suite(c Config) conformance.Suite {
	if c.NewID == nil {
		c.NewID = uuid.NewString
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	s := suite{c}
	return conformance.Suite{
		Name: "operator", Says: "a driver and its operator, as the gateway uses them",
		Why: map[string]string{
			"login":          "with a login or a box that is wrong nothing may leave, and the utility must learn of it before the operator locks the account",
			"look-up":        "a document that goes to the wrong box of an organisation is read by strangers, and the right one never gets it",
			"sending":        "a message has legal effect: one that goes twice, or with other bytes than were signed, binds the utility to what it did not mean",
			"doubt":          "an unknown outcome that is taken for a failure makes a document go twice; taken for a success, it is never sent and nobody knows",
			"log":            "an auditor proves from the log what was sent and answered; what it does not have cannot be proved",
			"finding":        "after a lost answer the operator is asked for the package: one that is missed goes again, one that is taken for another never goes",
			"following":      "a clerk acts on the state and on the stamped form that the card has: a wrong one makes him work on a contract that nobody has signed, or wait for nothing",
			"receiving":      "a letter that is passed over, or comes with other bytes, lets a term run out that the utility did not know of",
			"counterparties": "documents go only to an organisation that the operator knows and that has agreed: a wrong step stops the exchange with it, or registers it twice",
		},
		Cases: slices.Concat(s.logins(), s.lookups(), s.sending(), s.doubts(), s.journals(), s.finding(), s.following(), s.receiving(), s.relating()),
	}
}

type suite struct{ Config }

// bench is what one case works with.
type bench struct {
	suite
	Stand
	t conformance.T
}

func (s suite) run(f func(b bench)) func(conformance.T) {
	return func(t conformance.T) { f(s.bench(t)) }
}

func (s suite) bench(t conformance.T) bench { return bench{s, s.Stand(t), t} }

func (b bench) needs(have bool, what string) {
	b.t.Helper()
	if !have {
		b.t.Skip("this stand has no " + what)
	}
}

// side is a party with an open session.
type side struct {
	b       bench
	party   Party
	session edo.Session
	log     *journal
}

func (b bench) us() *side { b.t.Helper(); return b.open(b.Us) }

func (b bench) them() *side {
	b.t.Helper()
	b.needs(b.Them.Account.Box != "", "other side")
	return b.open(b.Them)
}

// open opens a session with a journal of its own.
func (b bench) open(p Party) *side {
	b.t.Helper()
	d := &side{b: b, party: p, log: &journal{}}
	d.party.Account.Journal = d.log
	b.t.Cleanup(func() { d.log.show(b.t) })
	session, err := b.Driver.Open(b.t.Context(), d.party.Account)
	if err != nil {
		b.t.Fatalf("open: %v", err)
	}
	b.t.Cleanup(func() {
		if err := session.Close(); err != nil {
			b.t.Errorf("close: %v", err)
		}
	})
	d.session = session
	return d
}

// Login sees whether the login of a party opens its box: once, before many cases log in with it. An operator that cannot be asked
// is no error.
func Login(ctx context.Context, driver edo.Driver, p Party) error {
	p.Account.Journal = &journal{}
	session, err := driver.Open(ctx, p.Account)
	if err != nil {
		return err
	}
	if c, is := session.(edo.Checker); is {
		h, asked := c.Check(ctx)
		if err = asked; err == nil && !h.BoxFound {
			err = fmt.Errorf("the login does not open the box %s", p.Account.Box)
		}
	}
	return errors.Join(err, session.Close())
}

// able is a session that has an ability; without it the case is skipped.
func able[A any](d *side) A {
	d.b.t.Helper()
	a, is := d.session.(A)
	if !is {
		d.b.t.Skipf("the driver has no %T", (*A)(nil))
	}
	return a
}

// letters makes a message with n documents for the other side.
func (d *side) letters(n int) edo.Message {
	d.b.t.Helper()
	m := edo.Message{Package: edo.PackageID("package-" + d.b.NewID()), To: []edo.Address{{Box: d.b.Them.Account.Box, INN: d.b.Them.Account.INN}}}
	if d.b.Them.Account.Box == "" {
		d.b.needs(d.b.Anyone, "other side")
		m.To[0] = edo.Address{Box: "box-of-the-other-side"}
	}
	for range n {
		m.Documents = append(m.Documents, d.document([]byte("Письмо "+d.b.NewID())))
	}
	return m
}

func (d *side) document(raw []byte) edo.OutgoingDocument {
	d.b.t.Helper()
	id := d.b.NewID()
	return edo.OutgoingDocument{
		ID: edo.DocumentID("document-" + id), Name: "письмо " + id + ".txt", Kind: "Письмо", Content: content(raw), Signature: d.sign(raw), NeedSign: true,
	}
}

func (d *side) sign(raw []byte) []byte {
	d.b.t.Helper()
	d.b.needs(d.party.Sign != nil, "key to sign with")
	cms, err := d.party.Sign(d.b.t.Context(), raw)
	if err != nil {
		conformance.Broke(d.b.t, "sign: %v", err)
	}
	return cms
}

// sent sends what must be accepted.
func (d *side) sent(m edo.Message) edo.Sent {
	d.b.t.Helper()
	sent, err := d.session.Send(d.b.t.Context(), m)
	if err != nil {
		d.b.t.Fatalf("send: %v", err)
	}
	return sent
}

// kind wants an error that says what it is, and nothing of what is secret.
func (b bench) kind(err error, kinds ...edo.Kind) {
	b.t.Helper()
	var e *edo.Error
	switch {
	case err == nil:
		b.t.Errorf("there is no error, expected %v", kinds)
	case !slices.Contains(kinds, edo.KindOf(err)):
		b.t.Errorf("the error is %v (%v), expected %v", edo.KindOf(err), err, kinds)
	case !as(err, &e):
		b.t.Errorf("the error is no edo.Error: %v", err)
	}
}

// accepted compares how many messages the operator has.
func (b bench) accepted(want int) {
	b.t.Helper()
	if b.Accepted == nil {
		return
	}
	if got := b.Accepted(); got != want {
		b.t.Errorf("the operator has accepted %d messages, expected %d", got, want)
	}
}

func (b bench) query(m edo.Message) edo.Query {
	q := edo.Query{Package: m.Package, To: m.To, Flow: m.Flow, Since: b.Clock().Add(-time.Hour)}
	for _, d := range m.Documents {
		q.Documents = append(q.Documents, d.ID)
	}
	return q
}
