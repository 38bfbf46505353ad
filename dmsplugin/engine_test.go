package dmsplugin_test

import (
	"context"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// engine is a small stand-in for gateway and store: it keeps what arrived, and "sends" by moving the state.
type engine struct {
	archive edo.Archive

	mu          sync.Mutex
	operations  map[edo.Key]edo.Operation
	events      []edo.Event
	places      map[string]int64
	subscribers map[edo.SubscriberID]directory.Subscriber
	users       map[edo.ActorID]directory.User
	signers     map[edo.SignerID]directory.Signer
	passwords   []edo.Secret
	readings    []string
	nexts       int
}

func newEngine(a edo.Archive) *engine {
	return &engine{
		archive: a, operations: map[edo.Key]edo.Operation{}, places: map[string]int64{},
		subscribers: map[edo.SubscriberID]directory.Subscriber{}, users: map[edo.ActorID]directory.User{}, signers: map[edo.SignerID]directory.Signer{},
	}
}

// hostile is what the engine's own words must never bring across.
const hostile = "hunter2-in-a-cause"

// Admit refuses one actor before any content is taken; the others meet Send.
func (e *engine) Admit(_ context.Context, p edo.Package) error {
	if p.Actor == "stopped-early" {
		return &edo.Error{Kind: edo.Denied, Op: "gateway.Admit", Reason: edo.UserNotAllowed, Field: "actor"}
	}
	return p.Check()
}

func (e *engine) Send(_ context.Context, p edo.Package) (edo.Operation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case p.Actor == "panic":
		panic("password=" + hostile)
	case p.Actor != "ivanova":
		return edo.Operation{}, &edo.Error{Kind: edo.Denied, Op: "gateway.Send", Err: &edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed, Field: "actor", Remedy: "ask the administrator"}}
	}
	key := edo.Key{Subscriber: p.Subscriber, Package: p.ID}
	op := edo.Operation{Key: key, Operator: "fake", Actor: p.Actor, To: p.To, State: edo.StateAccepted, Revision: 1}
	for _, d := range p.Documents {
		op.Documents = append(op.Documents, edo.DocumentStatus{ID: d.ID, Name: d.Name, Kind: d.Kind, ExternalID: d.ExternalID, Digest: d.Content.Digest, Size: d.Content.Size, Signer: d.Signer, Stamp: edo.StampNone})
	}
	if stored, ok := e.operations[key]; ok {
		return stored, nil
	}
	e.operations[key] = op
	e.events = append(e.events, edo.Event{Seq: int64(len(e.events) + 1), Key: key, Kind: edo.EventStatus, State: op.State, Revision: 1})
	return op, nil
}

func (e *engine) Status(_ context.Context, k edo.Key) (edo.Operation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	op, ok := e.operations[k]
	if !ok {
		return op, &edo.Error{Kind: edo.NotFound, Op: "gateway.Status", Field: "key", Message: "is not known"}
	}
	return op, nil
}

// Watch moves the operation to sent with its stamps ready, one revision each. Packages named "stuck" never move.
func (e *engine) Watch(ctx context.Context, k edo.Key, after int64) iter.Seq2[edo.Operation, error] {
	return func(yield func(edo.Operation, error) bool) {
		op, err := e.Status(ctx, k)
		if err != nil {
			yield(op, err)
			return
		}
		if op.Revision > after && !yield(op, nil) {
			return
		}
		if strings.HasPrefix(string(k.Package), "stuck") {
			<-ctx.Done()
			yield(op, ctx.Err())
			return
		}
		for _, change := range []func(*edo.Operation){
			func(o *edo.Operation) { o.State = edo.StateSent },
			func(o *edo.Operation) {
				for i := range o.Documents {
					o.Documents[i].Stamp = edo.StampReady
				}
			},
		} {
			change(&op)
			op.Revision++
			if !yield(op, nil) {
				return
			}
		}
	}
}

func (e *engine) Deliver(_ context.Context, _ edo.SubscriberID, after int64, limit int) ([]edo.Event, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []edo.Event
	for _, ev := range e.events {
		if ev.Seq > after && len(out) < limit {
			out = append(out, ev)
		}
	}
	return out, nil
}

func (e *engine) Acknowledge(_ context.Context, s edo.SubscriberID, consumer string, seq int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.places[string(s)+consumer] = max(seq, e.places[string(s)+consumer])
	return nil
}

func (e *engine) Acknowledged(_ context.Context, s edo.SubscriberID, consumer string) (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.places[string(s)+consumer], nil
}

// MayRead, ReadingLog and MayAdminister know one reader and one administrator.
func (e *engine) MayRead(_ context.Context, by edo.Reader, _ edo.SubscriberID) error {
	return e.may(by, "reader")
}

func (e *engine) ReadingLog(_ context.Context, by edo.Reader, _ edo.Key, id edo.ExchangeID) error {
	return e.reading(by, string(id))
}

func (e *engine) MayAdminister(_ context.Context, by edo.Reader, _ edo.SubscriberID) error {
	return e.may(by, "boss")
}

func (e *engine) may(by edo.Reader, who edo.ActorID) error {
	if by.Local || by.Actor != who {
		return &edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed, Field: "actor", Message: "may not"}
	}
	return nil
}

func (e *engine) reading(by edo.Reader, what string) error {
	err := e.may(by, "reader")
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil {
		e.readings = append(e.readings, what)
	}
	return err
}

func (e *engine) Content(ctx context.Context, by edo.Reader, k edo.Key, id edo.DocumentID, r edo.Role) (edo.Content, edo.Version, error) {
	if err := e.reading(by, string(id)); err != nil {
		return edo.Content{}, edo.Version{}, err
	}
	op, err := e.Status(ctx, k)
	if err != nil {
		return edo.Content{}, edo.Version{}, err
	}
	d := op.Document(id)
	if d == nil || r != edo.RoleOriginal {
		return edo.Content{}, edo.Version{}, &edo.Error{Kind: edo.NotFound, Field: "role"}
	}
	c, err := e.archive.Open(ctx, d.Digest)
	return c, edo.Version{Document: id, Role: r, Name: d.Name, Digest: d.Digest, Size: d.Size}, err
}

// Inbound knows every document of the message "m-1".
func (e *engine) Inbound(_ context.Context, k edo.InboundKey) (edo.InboundDocument, error) {
	if k.Remote == "none" {
		return edo.InboundDocument{}, &edo.Error{Kind: edo.NotFound, Reason: edo.RequestUnknown}
	}
	return edo.InboundDocument{Key: k, Message: "m-1"}, nil
}

func (e *engine) PutSubscriber(_ context.Context, s directory.Subscriber) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := s.Check(); err != nil {
		return err
	}
	e.subscribers[s.ID] = s
	return nil
}

func (e *engine) Subscribers(context.Context) ([]directory.Subscriber, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []directory.Subscriber
	for _, s := range e.subscribers {
		out = append(out, s)
	}
	return out, nil
}

func (e *engine) Subscriber(_ context.Context, id edo.SubscriberID) (directory.Subscriber, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if id == "nobody" { // all others are ours
		return directory.Subscriber{}, &edo.Error{Kind: edo.NotFound, Reason: edo.SubscriberUnknown}
	}
	return e.subscribers[id], nil
}

func (e *engine) PutUser(_ context.Context, u directory.User) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.users[u.Actor] = u
	return u.Check()
}

func (e *engine) RemoveUser(_ context.Context, _ edo.SubscriberID, a edo.ActorID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.users, a)
	return nil
}

func (e *engine) Users(context.Context, edo.SubscriberID) ([]directory.User, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []directory.User
	for _, u := range e.users {
		out = append(out, u)
	}
	return out, nil
}

func (e *engine) Signers(context.Context, edo.SubscriberID) ([]directory.Signer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []directory.Signer
	for _, s := range e.signers {
		out = append(out, s)
	}
	return out, nil
}

func (e *engine) Exchange(_ context.Context, id edo.ExchangeID) (directory.Exchange, error) {
	row := directory.Exchange{ID: id, Operation: "SendMessage", Endpoint: "https://operator.example/service", RequestHead: "POST /service HTTP/1.1\nX: \xff", StartedAt: time.Unix(1, 0).UTC()}
	row.Request.Text = []byte("<a>" + strings.Repeat("текст ", 100_000) + "</a>")
	return row, nil
}

func (e *engine) Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error) {
	row, err := e.Exchange(ctx, "x1")
	row.RequestHead, row.Request = "", edo.Masked{}
	row.Subscriber = f.Subscriber
	return []directory.Exchange{row}, err
}

// Next is the same, and marked.
func (e *engine) Next() dmsplugin.Credentials {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.nexts++
	return e
}

func (e *engine) SetPassword(_ context.Context, s edo.SubscriberID, login string, password edo.Secret) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if login == "" {
		return &edo.Error{Kind: edo.Internal, Err: &secretCause{password}}
	}
	e.passwords = append(e.passwords, password)
	return nil
}

func (e *engine) SetLoginCertificate(_ context.Context, _ edo.SubscriberID, k dmsplugin.KeyPair) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.passwords = append(e.passwords, k.Key, k.Password)
	return nil
}

func (e *engine) SetLoginCertificatePassword(_ context.Context, _ edo.SubscriberID, _ []byte, password edo.Secret) error {
	return e.seal(password)
}

func (e *engine) SetIdentityToken(_ context.Context, _ edo.SubscriberID, token edo.Secret) error {
	return e.seal(token)
}

func (e *engine) SetAccessToken(_ context.Context, _ edo.SubscriberID, token edo.Secret) error {
	return e.seal(token)
}

func (e *engine) seal(s edo.Secret) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.passwords = append(e.passwords, s)
	return nil
}

func (e *engine) PutSigner(_ context.Context, s directory.Signer, k *dmsplugin.KeyPair) (directory.Signer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if k != nil {
		s.HasKey, s.Certificate = true, k.Certificate
		e.passwords = append(e.passwords, k.Key, k.Password)
	}
	s.Info = edo.SignerInfo{ID: s.ID, Owner: "Иванов Иван"}
	e.signers[s.ID] = s
	return s, nil
}

// secretCause is the worst a library could do: an error that names the secret.
type secretCause struct{ secret edo.Secret }

func (s *secretCause) Error() string { return "login with " + s.secret.Reveal() + " failed" }
