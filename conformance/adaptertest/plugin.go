package adaptertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

// Trick is what is done to the n-th package of a host.
type Trick string

// Tricks, in the order in which packages meet them; those after the last are plain.
const (
	TrickCut    Trick = "its stamped version is cut off once"
	TrickLost   Trick = "the answer to it is lost once"
	TrickDoubt  Trick = "the answer to it is \"unknown\""
	TrickWrong  Trick = "its stamped version comes once with other bytes than announced"
	TrickTwice  Trick = "its stamped version is offered twice"
	TrickDeath  Trick = "the plugin dies between its events and their acknowledgement"
	TrickDenied Trick = "it is refused"
	TrickNone   Trick = ""
)

func tricks() []Trick {
	return []Trick{TrickCut, TrickLost, TrickDoubt, TrickWrong, TrickTwice, TrickDeath, TrickDenied}
}

// state is what the plugin remembers over its lives.
type state struct {
	Operations []edo.Operation
	Tricks     map[string]Trick // by package
	Events     []edo.Event
	Places     map[string]int64
}

// plugin is an exchange that sends nothing.
type plugin struct {
	*record
	home    string
	archive edo.Archive
	now     func() time.Time
	die     func() // ends the process at once

	mu    sync.Mutex
	state state
	dying edo.Key // whose events were given: the next call is the last; zero: nobody's
}

func open(home string, archive edo.Archive, now func() time.Time, die func()) (*plugin, error) {
	r, err := openRecord(home)
	if err != nil {
		return nil, err
	}
	p := &plugin{record: r, home: home, archive: archive, now: now, die: die, state: state{Tricks: map[string]Trick{}, Places: map[string]int64{}}}
	raw, err := os.ReadFile(p.file())
	if err == nil {
		err = json.Unmarshal(raw, &p.state)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	p.note(Observation{What: started})
	return p, nil
}

func (p *plugin) file() string { return filepath.Join(p.home, "adapter-test.json") }

// save is called with the lock held.
func (p *plugin) save() error {
	raw, err := json.Marshal(p.state)
	if err == nil {
		err = os.WriteFile(p.file()+".new", raw, 0o600)
	}
	if err == nil {
		err = os.Rename(p.file()+".new", p.file())
	}
	return err
}

func trickName(k edo.Key) string { return string(k.Subscriber) + "/" + string(k.Package) }

// Admit takes everything that is well-formed.
func (p *plugin) Admit(_ context.Context, pkg edo.Package) error { return pkg.Check() }

// Send takes a package, once, and then plays its trick.
func (p *plugin) Send(_ context.Context, pkg edo.Package) (edo.Operation, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := edo.Key{Subscriber: pkg.Subscriber, Package: pkg.ID}
	seen := Observation{What: sent, Key: key}
	for _, d := range pkg.Documents {
		seen.Digests = append(seen.Digests, d.Content.Digest.String())
	}
	first := p.count(sent, key) == 0
	p.note(seen)
	trick, known := p.state.Tricks[trickName(key)]
	if !known {
		if n := len(p.state.Tricks); n < len(tricks()) {
			trick = tricks()[n]
		}
		p.state.Tricks[trickName(key)] = trick
		if trick != TrickDenied {
			p.accept(pkg, trick)
		}
		if err := p.save(); err != nil {
			return edo.Operation{}, err
		}
	}
	switch {
	case trick == TrickDenied:
		p.note(Observation{What: denied, Key: key})
		return edo.Operation{}, &edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed, Op: "adapter-test", Field: "actor", Message: "may not send (on purpose)", Remedy: "show the text to the user; an administrator has to allow it"}
	case trick == TrickLost && first:
		p.note(Observation{What: lost, Key: key})
		return edo.Operation{}, &edo.Error{Kind: edo.Unavailable, Op: "adapter-test", Message: "the answer is lost (on purpose)", Remedy: "repeat with the same id", RetryAfter: time.Second}
	case trick == TrickDoubt && first:
		p.note(Observation{What: doubtful, Key: key})
		return edo.Operation{}, &edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerLost, Op: "adapter-test", Message: "whether it was taken is not known (on purpose)", Remedy: "ask for its status"}
	}
	return p.operation(key)
}

// accept stores a package with the events that follow.
func (p *plugin) accept(pkg edo.Package, trick Trick) {
	now := p.now().UTC().Truncate(time.Microsecond)
	key := edo.Key{Subscriber: pkg.Subscriber, Package: pkg.ID}
	op := edo.Operation{
		Key: key, Operator: "adapter-test", Actor: pkg.Actor, To: pkg.To, State: edo.StateSent, Message: "m-" + edo.MessageID(pkg.ID), Set: pkg.Set, Period: pkg.Period, Due: pkg.Due,
		OperatorTime: now, SentAt: now, Attempts: 1, CreatedAt: now, UpdatedAt: now, Revision: 3,
	}
	for i, s := range []edo.State{edo.StateAccepted, edo.StateSent} {
		p.tell(edo.Event{Key: key, Kind: edo.EventStatus, State: s, At: now, Revision: int64(i + 1), Actor: pkg.Actor})
	}
	p.tell(edo.Event{Key: key, Kind: "of-a-later-version", State: edo.StateSent, At: now, Revision: 2})
	for _, d := range pkg.Documents {
		form := stamped(key, d.ID)
		v := edo.Version{
			Document: d.ID, Role: edo.RoleOperatorForm, Name: d.Name + ".stamped.pdf", Digest: digest(form), Size: int64(len(form)), Source: "adapter-test",
			Remark: "made by adapter-test", At: now,
		}
		op.Documents = append(op.Documents, edo.DocumentStatus{
			ID: d.ID, Name: d.Name, Kind: d.Kind, ExternalID: d.ExternalID, Digest: d.Content.Digest, Size: d.Content.Size, Stamp: edo.StampReady,
			Remote: edo.RemoteID("r-" + string(d.ID)), State: edo.StateSent, Versions: []edo.Version{v},
		})
		p.tell(edo.Event{Key: key, Kind: edo.EventVersion, State: edo.StateSent, Document: d.ID, ExternalID: d.ExternalID, Stamp: edo.StampReady, Version: v, At: now, Revision: 3})
		if trick == TrickTwice {
			p.tell(edo.Event{Key: key, Kind: edo.EventVersion, State: edo.StateSent, Document: d.ID, ExternalID: d.ExternalID, Stamp: edo.StampReady, Version: v, At: now, Revision: 3})
		}
	}
	p.state.Operations = append(p.state.Operations, op)
}

func (p *plugin) tell(e edo.Event) {
	e.Seq = int64(len(p.state.Events) + 1)
	p.state.Events = append(p.state.Events, e)
}

// stamped is a PDF of one empty page that says whose it is.
func stamped(k edo.Key, d edo.DocumentID) []byte {
	return fmt.Appendf(nil, "%%PDF-1.4\n%% adapter-test %s %s %s\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"+
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n%s", k.Subscriber, k.Package, d, bytes.Repeat([]byte("%"), 600_000))
}

func digest(b []byte) edo.Digest {
	d, _, _ := edo.DigestOf(bytes.NewReader(b)) // reading memory does not fail
	return d
}

func (p *plugin) operation(k edo.Key) (edo.Operation, error) {
	for _, op := range p.state.Operations {
		if op.Key == k {
			return op, nil
		}
	}
	return edo.Operation{}, &edo.Error{Kind: edo.NotFound, Op: "adapter-test", Field: "key", Message: "is not known", Remedy: "look at the ids"}
}

// Status tells what became of a package.
func (p *plugin) Status(_ context.Context, k edo.Key) (edo.Operation, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(Observation{What: status, Key: k})
	return p.operation(k)
}

// Watch gives the one state there is.
func (p *plugin) Watch(ctx context.Context, k edo.Key, after int64) iter.Seq2[edo.Operation, error] {
	return func(yield func(edo.Operation, error) bool) {
		if op, err := p.Status(ctx, k); err != nil || op.Revision > after {
			yield(op, err)
		}
	}
}

// mayDie is the moment after the events of a package were given, and before anything of them is acknowledged.
func (p *plugin) mayDie() {
	if p.dying != (edo.Key{}) {
		p.note(Observation{What: died, Key: p.dying})
		p.die()
	}
}

// Deliver gives events.
func (p *plugin) Deliver(_ context.Context, s edo.SubscriberID, after int64, limit int) ([]edo.Event, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mayDie()
	var out []edo.Event
	for _, e := range p.state.Events {
		if e.Seq > after && e.Key.Subscriber == s && len(out) < limit {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		if seen := (Observation{What: delivered, Key: edo.Key{Subscriber: s}, After: after, Seq: after}); !p.just(seen) {
			p.note(seen)
		}
		return nil, nil
	}
	last := out[len(out)-1]
	p.note(Observation{What: delivered, Key: edo.Key{Subscriber: s}, After: after, Seq: last.Seq})
	for _, e := range out {
		if e.Kind == "of-a-later-version" && p.count(foreign, e.Key) == 0 {
			p.note(Observation{What: foreign, Key: e.Key, Seq: e.Seq})
		}
		if first := (Observation{What: offered, Key: e.Key, Document: e.Document, Role: edo.RoleOperatorForm, Seq: e.Seq}); e.Kind == edo.EventVersion && !p.ever(first) {
			p.note(first)
		}
		if e.Kind == edo.EventVersion && p.state.Tricks[trickName(e.Key)] == TrickTwice && p.count(twice, e.Key) == 0 {
			p.note(Observation{What: twice, Key: e.Key})
		}
	}
	for _, e := range out {
		if p.state.Tricks[trickName(e.Key)] == TrickDeath && p.count(died, e.Key) == 0 {
			p.dying = e.Key
		}
	}
	return out, nil
}

// Acknowledge remembers a place.
func (p *plugin) Acknowledge(_ context.Context, s edo.SubscriberID, consumer string, seq int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mayDie()
	p.note(Observation{What: acknowledged, Key: edo.Key{Subscriber: s}, Consumer: consumer, Seq: seq})
	place := string(s) + "/" + consumer
	p.state.Places[place] = max(seq, p.state.Places[place])
	return p.save()
}

// Acknowledged gives it back.
func (p *plugin) Acknowledged(_ context.Context, s edo.SubscriberID, consumer string) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Places[string(s)+"/"+consumer], nil
}

// Content gives the stamped version, and the original that came.
func (p *plugin) Content(ctx context.Context, _ edo.Reader, k edo.Key, id edo.DocumentID, r edo.Role) (edo.Content, edo.Version, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mayDie()
	op, err := p.operation(k)
	if err != nil {
		return edo.Content{}, edo.Version{}, err
	}
	d := op.Document(id)
	switch {
	case d != nil && r == edo.RoleOriginal:
		c, err := p.archive.Open(ctx, d.Digest)
		return c, edo.Version{Document: id, Role: r, Name: d.Name, Digest: d.Digest, Size: d.Size}, err
	case d == nil || r != edo.RoleOperatorForm:
		return edo.Content{}, edo.Version{}, &edo.Error{Kind: edo.NotFound, Op: "adapter-test", Field: "role", Message: "there is no such version", Remedy: "wait for its event"}
	}
	v := d.Versions[slices.IndexFunc(d.Versions, func(v edo.Version) bool { return v.Role == r })]
	what, body := p.tricked(k, id)
	seen := Observation{What: what, Key: k, Document: id, Role: r}
	return edo.Content{Size: v.Size, Digest: v.Digest, Open: func(context.Context) (io.ReadCloser, error) {
		if what != whole {
			p.note(seen)
		}
		return &watched{Reader: body, end: func() { p.note(seen) }, quiet: what != whole}, nil
	}}, v, nil
}

// tricked gives the bytes of a version: the first time cut off or other ones, if that is the package's trick.
func (p *plugin) tricked(k edo.Key, id edo.DocumentID) (what string, body io.Reader) {
	form := stamped(k, id)
	before := 0
	p.record.mu.Lock()
	for _, o := range p.all {
		if o.Key == k && o.Document == id && (o.What == cut || o.What == wrong) {
			before++
		}
	}
	p.record.mu.Unlock()
	switch trick := p.state.Tricks[trickName(k)]; {
	case trick == TrickCut && before == 0:
		return cut, io.MultiReader(bytes.NewReader(form[:len(form)/2]), broken{})
	case trick == TrickWrong && before == 0:
		other := slices.Clone(form)
		other[20]++
		return wrong, bytes.NewReader(other)
	}
	return whole, bytes.NewReader(form)
}

// broken is a disk that fails.
type broken struct{}

func (broken) Read([]byte) (int, error) {
	return 0, &edo.Error{Kind: edo.Unavailable, Op: "adapter-test", Message: "the content is cut off (on purpose)", Remedy: "ask again"}
}

// watched notes that the bytes were read to their end.
type watched struct {
	io.Reader
	end   func()
	quiet bool
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if errors.Is(err, io.EOF) && !w.quiet {
		w.quiet = true
		w.end()
	}
	return n, err
}

func (*watched) Close() error { return nil }

// Inbound knows nothing: nothing comes in.
func (p *plugin) Inbound(context.Context, edo.InboundKey) (edo.InboundDocument, error) {
	return edo.InboundDocument{}, &edo.Error{Kind: edo.NotFound, Op: "adapter-test", Reason: edo.RequestUnknown, Field: "inbound", Message: "is not known"}
}

// MayRead, ReadingLog and MayAdminister allow everything: rights are not what is tested.
func (p *plugin) MayRead(context.Context, edo.Reader, edo.SubscriberID) error { return nil }

func (p *plugin) ReadingLog(context.Context, edo.Reader, edo.Key, edo.ExchangeID) error { return nil }

func (p *plugin) MayAdminister(context.Context, edo.Reader, edo.SubscriberID) error { return nil }
