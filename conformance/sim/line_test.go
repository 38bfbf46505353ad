package sim_test

import (
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

// trouble is what befalls one call of the operator.
type trouble int

const (
	none    trouble = iota
	lost            // done, and nobody hears of it: a cut line, 5xx after the commit
	vanish          // not done, and that is not known
	refuse          // not done: the operator's definite no
	deny            // not done: the account is not let in
	away            // not done: the operator cannot be reached
	garbage         // of a printed form: something else comes
)

func (t trouble) String() string {
	return [...]string{"none", "lost", "vanish", "refuse", "deny", "away", "garbage"}[t]
}

// troubles are in store for the next calls.
type troubles struct {
	next   map[string][]trouble // by call; "read" is any call without an effect
	hide   time.Duration        // how long what is accepted from now on is not shown
	shown  map[edo.PackageID]time.Time
	known  map[string]time.Time // counterparties that were registered, from when on they are shown
	noForm time.Time            // printed forms are made from then on
}

func newTroubles() troubles {
	return troubles{next: map[string][]trouble{}, shown: map[edo.PackageID]time.Time{}, known: map[string]time.Time{}}
}

func (t *troubles) take(call string) trouble {
	q := t.next[call]
	if len(q) == 0 {
		return none
	}
	t.next[call] = q[1:]
	return q[0]
}

// newOperator is an operator at its best, but for what an operator may always do.
func newOperator() *edotest.Operator {
	o := &edotest.Operator{Now: time.Now, VisibilityTime: visibility, Boxes: map[string][]edo.Address{}}
	for _, inn := range strangers {
		o.Boxes[inn] = nil
	}
	o.People.Strict, o.People.Forgetful = true, true
	o.In.PageSize = 3
	return o
}

// strangers are counterparties that the operator does not know.
var strangers = []string{"7700000016", "7700000023", "7700000030"}

// whole is everything that the operator's sessions can do.
type whole interface {
	edo.Session
	edo.Finder
	edo.Printer
	edo.Tracker
	edo.Receiver
	edo.Answerer
	edo.Archivist
	edo.Registrar
}

type driver struct{ w *world }

// Name implements edo.Driver.
func (driver) Name() string { return "edotest" }

// Open implements edo.Driver.
func (d driver) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	s, err := d.w.op.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	return line{s.(whole), d.w}, nil
}

// line is between a gateway and the operator: each call is a gate before and after, and troubles befall it.
type line struct {
	whole
	w *world
}

func ended[T any](err error) (v T, _ error) { return v, err }

// call makes one call. What a dead process had on the line never left, or its answer comes to nobody.
func call[T any](ctx context.Context, l line, name string, effect bool, do func() (T, error)) (T, error) {
	t := threadOf(ctx)
	t.gate("call " + name)
	if err := t.p.alive(); err != nil {
		return ended[T](err)
	}
	class := name
	if !effect {
		class = "read"
	}
	what := l.w.troubles.take(class)
	if what != none {
		l.w.say("  %s is befallen: %s", name, what)
	}
	unknown := edo.Unavailable
	if effect {
		unknown = edo.InDoubt
	}
	switch what {
	case vanish:
		return ended[T](&edo.Error{Kind: unknown, Message: "cut on the way there"})
	case refuse:
		return ended[T](&edo.Error{Kind: edo.Refused, Message: "no"})
	case deny:
		return ended[T](&edo.Error{Kind: edo.Denied, Message: "not with this login"})
	case away:
		return ended[T](&edo.Error{Kind: edo.Unavailable, Message: "cannot be reached"})
	}
	v, err := do()
	t.gate("answer " + name)
	if dead := t.p.alive(); dead != nil {
		return ended[T](dead)
	}
	if what == lost {
		return ended[T](&edo.Error{Kind: unknown, Message: "cut on the way back"})
	}
	return v, err
}

// Send implements edo.Session. The last question whether the message may leave and its acceptance are one moment here. The
// first one comes before the call's own gate: a thread passes one gate at a time, and the gateway writes meanwhile.
func (l line) Send(ctx context.Context, m edo.Message) (edo.Sent, error) {
	if err := m.Ready(); err != nil {
		return ended[edo.Sent](&edo.Error{Kind: edo.Unavailable, Message: "may not leave", Err: err})
	}
	refusing := len(l.w.troubles.next["send"]) > 0 && l.w.troubles.next["send"][0] == refuse
	if refusing {
		l.w.model.refused[m.Package] = true
	}
	return call(ctx, l, "send", true, func() (edo.Sent, error) {
		sent, err := l.whole.Send(ctx, m)
		if err == nil {
			l.w.say("  operator accepts %s as %s", m.Package, sent.Message)
			l.w.troubles.shown[m.Package] = time.Now().Add(l.w.troubles.hide)
			l.w.model.accepted(m)
		} else if edo.KindOf(err) == edo.Refused {
			l.w.model.refused[m.Package] = true
		}
		return sent, err
	})
}

// Find implements edo.Finder.
func (l line) Find(ctx context.Context, q edo.Query) (edo.Found, error) {
	return call(ctx, l, "find", false, func() (edo.Found, error) {
		f, err := l.whole.Find(ctx, q)
		if time.Now().Before(l.w.troubles.shown[q.Package]) {
			f.Sent = nil
		}
		return f, err
	})
}

// Lookup implements edo.Session.
func (l line) Lookup(ctx context.Context, c edo.Counterparty) ([]edo.Address, error) {
	return call(ctx, l, "lookup", false, func() ([]edo.Address, error) {
		if time.Now().Before(l.w.troubles.known[c.INN]) {
			return nil, nil
		}
		return l.whole.Lookup(ctx, c)
	})
}

// Print implements edo.Printer.
func (l line) Print(ctx context.Context, r edo.Ref, to io.Writer) (edo.Form, error) {
	return call(ctx, l, "print", false, func() (edo.Form, error) {
		text := "%PDF-1.7\nform of " + string(r.Remote) + "\n%%EOF\n"
		switch {
		case time.Now().Before(l.w.troubles.noForm):
			return edo.Form{}, &edo.Error{Kind: edo.NotReady}
		case l.w.troubles.take("form") == garbage:
			text = "<html>try later</html>"
		}
		n, err := io.WriteString(to, text)
		return edo.Form{Name: "form.pdf", Size: int64(n), Source: "Print"}, err
	})
}

// Track implements edo.Tracker.
func (l line) Track(ctx context.Context, r edo.Ref) (edo.Progress, error) {
	return call(ctx, l, "track", false, func() (edo.Progress, error) {
		p := edo.Progress{State: edo.StateSent}
		if s, ok := l.w.model.fates[r.Remote]; ok {
			p.State = s
		}
		return p, nil
	})
}

// Inbox implements edo.Receiver: any order within a page, and events of other pages again.
func (l line) Inbox(ctx context.Context, after edo.MessageID) (edo.InboxPage, error) {
	return call(ctx, l, "inbox", false, func() (edo.InboxPage, error) {
		p, err := l.whole.Inbox(ctx, after)
		if d := l.w.model.disorder; d != 0 && err == nil && len(p.Messages) > 0 {
			random := rand.New(rand.NewPCG(d, uint64(len(l.w.trace))))
			random.Shuffle(len(p.Messages), func(i, j int) { p.Messages[i], p.Messages[j] = p.Messages[j], p.Messages[i] })
			planted := l.w.model.planted
			again := planted[random.IntN(len(planted))].Message
			p.Messages = slices.Insert(p.Messages, 0, edo.InboxHeader{Message: again}, p.Messages[0])
		}
		return p, err
	})
}

// Listing implements edo.Receiver.
func (l line) Listing(ctx context.Context, since time.Time, first int) (edo.ListingPage, error) {
	return call(ctx, l, "listing", false, func() (edo.ListingPage, error) { return l.whole.Listing(ctx, since, first) })
}

// Receive implements edo.Receiver.
func (l line) Receive(ctx context.Context, id edo.MessageID) (edo.Incoming, error) {
	return call(ctx, l, "receive", false, func() (edo.Incoming, error) { return l.whole.Receive(ctx, id) })
}

// Download implements edo.Receiver.
func (l line) Download(ctx context.Context, r edo.Ref, to io.Writer) (edo.Download, error) {
	return call(ctx, l, "download", false, func() (edo.Download, error) { return l.whole.Download(ctx, r, to) })
}

// Standing implements edo.Answerer.
func (l line) Standing(ctx context.Context, r edo.Ref) (edo.Standing, error) {
	return call(ctx, l, "standing", false, func() (edo.Standing, error) { return l.whole.Standing(ctx, r) })
}

// Draft implements edo.Answerer.
func (l line) Draft(ctx context.Context, q edo.DraftRequest, to io.Writer) (edo.Draft, error) {
	return call(ctx, l, "draft", false, func() (edo.Draft, error) { return l.whole.Draft(ctx, q, to) })
}

// Introduce implements edo.Registrar.
func (l line) Introduce(ctx context.Context, i edo.Introduction) (edo.Address, error) {
	return call(ctx, l, "introduce", true, func() (edo.Address, error) {
		if d, ok := ctx.Deadline(); ok && !time.Now().Before(d) { // drivers look at it before the first byte leaves
			return edo.Address{}, &edo.Error{Kind: edo.Unavailable, Message: "the time for it is over", Err: context.DeadlineExceeded}
		}
		a, err := l.whole.Introduce(ctx, i)
		if err == nil {
			l.w.troubles.known[i.Counterparty.INN] = time.Now().Add(l.w.troubles.hide)
			l.w.model.introduced(i.Counterparty.INN)
		}
		return a, err
	})
}

// Relation implements edo.Registrar.
func (l line) Relation(ctx context.Context, a edo.Address) (edo.Relation, error) {
	return call(ctx, l, "relation", false, func() (edo.Relation, error) { return l.whole.Relation(ctx, a) })
}

// Relate implements edo.Registrar.
func (l line) Relate(ctx context.Context, a edo.Address, m edo.Move, comment string) error {
	_, err := call(ctx, l, "relate", true, func() (struct{}, error) { return struct{}{}, l.whole.Relate(ctx, a, m, comment) })
	return err
}

var (
	_ edo.Driver = driver{}
	_ whole      = line{}
)

// people is everybody on our side: they may do everything, and sign with a plain text.
type people struct{}

const (
	subscriber = edo.SubscriberID("romashka")
	clerk      = edo.ActorID("ivanova")
)

// Account implements gateway.Accounts.
func (people) Account(context.Context, edo.SubscriberID) (edo.Account, error) {
	return edo.Account{
		Subscriber: subscriber, Operator: "edotest", Box: "box-own", Revision: "1", Service: "head",
		Policy: edo.Policy{Receive: true, Register: true},
	}, nil
}

// Allowed implements gateway.Access.
func (people) Allowed(context.Context, edo.AccessRequest) error { return nil }

// Check implements gateway.Verifier.
func (people) Check(_ context.Context, content io.Reader, _ []byte, _ time.Time) (edo.Verdict, error) {
	_, err := io.Copy(io.Discard, content)
	return edo.Verdict{State: edo.VerdictValid}, err
}

// Signer implements gateway.Signers.
func (people) Signer(context.Context, edo.SubscriberID, edo.SignerID, string, time.Time) (edo.Signer, error) {
	return people{}, nil
}

// Info implements edo.Signer.
func (people) Info() edo.SignerInfo {
	return edo.SignerInfo{ID: "head", Owner: "head", Thumbprint: "T-head"}
}

// Sign implements edo.Signer.
func (people) Sign(_ context.Context, content io.Reader, _ time.Time) ([]byte, error) {
	d, _, err := edo.DigestOf(content)
	return []byte("signed " + d.String()), err
}

// Responsibles implements gateway.Routing.
func (people) Responsibles(context.Context, edo.SubscriberID) ([]edo.Responsible, error) {
	return []edo.Responsible{{Scope: edo.ScopeAdministrator, Actor: "admin"}}, nil
}

// Absences implements gateway.Routing.
func (people) Absences(context.Context, edo.SubscriberID, time.Time) ([]edo.Absence, error) {
	return nil, nil
}
