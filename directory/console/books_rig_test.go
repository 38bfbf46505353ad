package console_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/console"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

// vault is the console's safe over that of a home folder.
type vault struct{ *local.Home }

func (v vault) Login(ctx context.Context, s edo.SubscriberID) (state console.LoginState, err error) {
	all, err := v.Vault.List(ctx)
	for _, l := range all {
		switch {
		case l.Name.Subscriber != s || l.Name.Kind != "login":
		case l.Next:
			state.Next = l.UpdatedAt
		default:
			state.SetAt, state.UsedAt = l.UpdatedAt, l.UsedAt
		}
	}
	if err == nil {
		_, err = v.Vault.LoginCertificate(ctx, s)
	}
	if errors.Is(err, secret.SealBroken) {
		state.Broken, err = true, nil
	}
	return state, err
}

func (v vault) SetLogin(ctx context.Context, s edo.SubscriberID, name string, secret edo.Secret, next bool) error {
	if next {
		return v.Vault.Next().SetPassword(ctx, s, secret)
	}
	row, err := v.Store.Subscriber(ctx, s)
	if err == nil {
		err = v.Vault.SetPassword(ctx, s, secret)
	}
	if err == nil {
		row.Login = name
		err = v.Store.PutSubscriber(ctx, row)
	}
	return err
}

// physician finds what it is told to, and can be made to wait, or to break.
type physician struct {
	mu      sync.Mutex
	about   string        // whose certificate has ended
	asked   []bool        // whether offline
	waits   chan struct{} // until it is closed
	entered chan struct{}
	breaks  bool
}

func (p *physician) Examine(ctx context.Context, offline bool) ([]console.Finding, error) {
	p.mu.Lock()
	p.asked = append(p.asked, offline)
	waits, entered, breaks := p.waits, p.entered, p.breaks
	p.entered = nil
	p.mu.Unlock()
	if entered != nil { // only the first one waits
		close(entered)
		<-waits
	}
	if breaks {
		panic("broken on purpose")
	}
	if _, bounded := ctx.Deadline(); !bounded {
		return nil, fmt.Errorf("an examination without an end")
	}
	return []console.Finding{
		{ID: "store.ok", Severity: console.Okay, Text: edo.Sentence{RU: "хранилище и главный ключ открываются", EN: "the store and the master key open"}},
		{ID: "certificate.ended", Severity: console.Failure, About: p.about, Text: edo.Sentence{RU: "сертификат " + p.about + " истёк", EN: "the certificate " + p.about + " has ended"}, Remedy: edo.Sentence{RU: "закажите новый", EN: "order a new one"}},
		{ID: "disk.low", Severity: console.Warning, Text: edo.Sentence{RU: "на диске осталось 812 МиБ", EN: "the disk has 812 MiB left"}, Remedy: edo.Sentence{RU: "освободите место", EN: "free space"}},
		{ID: "signer.host", Severity: console.Note, About: "head", Text: edo.Sentence{RU: "подпись ставит сотрудник", EN: "the person signs"}},
	}, nil
}

// reached writes a row of the book of counterparties.
func (b *rig) reached(t *testing.T, inn, kpp, name string, state edo.CounterpartyState) {
	t.Helper()
	c := edo.CounterpartyStatus{
		Key: edo.CounterpartyKey{Subscriber: sub, INN: inn, KPP: kpp}, State: state, UpdatedAt: time.Now().Add(-26 * time.Hour), Relation: edo.RelationActive,
		Introduction: edo.Introduction{Counterparty: edo.Counterparty{INN: inn, KPP: kpp, Name: name}, EMails: []string{"buh@port.example"}}, Address: edo.Address{Box: "box-" + edo.BoxID(inn), Name: name},
	}
	_, _, err := b.home.Store.Ensure(t.Context(), c, edo.Job{Key: edo.Key{Subscriber: sub, Package: c.Key.ID()}, Kind: edo.JobCounterparty, Due: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
}

// came writes documents that came in: one waits for an answer and its term ends, one is answered, one only confirms.
func (b *rig) came(t *testing.T, sender string) {
	t.Helper()
	now := b.clock()
	content := b.archived(t, "%PDF-1.4 application")
	message := edo.InboundMessage{Subscriber: sub, Message: "in-1", From: "box-port", State: edo.InboundListed, Found: "cursor", ListedAt: now.Add(-time.Hour)}
	docs := []edo.InboundDocument{
		{
			Key: edo.InboundKey{Subscriber: sub, Remote: "r-application"}, Name: "zayavka.pdf", Class: edo.ClassMain, Kind: "Заявка на подключение", Number: "118/П", NeedSign: true,
			Comment: sender, Signatures: []edo.InboundSignature{{ID: "s-1", Operator: true, Verdict: edo.VerdictOperatorOnly, Signer: edo.SignerInfo{Owner: "Громов Пётр Андреевич", Organisation: sender, INN: "7712345671", Serial: "01D8", NotBefore: now.AddDate(0, -2, 0), NotAfter: now.AddDate(0, 10, 0)}}},
			Legitimate: true, Responsible: watcher, Why: edo.Sentence{RU: "администратор обмена", EN: "the exchange administrator"}, Term: edo.Term{Due: now.Add(40 * time.Hour), State: edo.TermWarned},
		},
		{Key: edo.InboundKey{Subscriber: sub, Remote: "r-act"}, Name: "akt.pdf", Class: edo.ClassMain, Kind: "Акт", NeedSign: true, Fate: edo.StateSigned, Legitimate: true},
		{Key: edo.InboundKey{Subscriber: sub, Remote: "r-receipt"}, Name: "receipt.xml", Class: edo.ClassReceipt, Legitimate: true},
	}
	for i := range docs {
		d := &docs[i]
		d.Message, d.From, d.State, d.OperatorTime, d.ReceivedAt, d.Size = "in-1", edo.Address{Box: "box-port", Name: sender, INN: "7712345671", KPP: "771201001"}, edo.InboundStored, now.Add(-61*time.Minute), now.Add(-time.Hour+time.Duration(i)*time.Second), 48_213
	}
	docs[0].Digest = content
	b.take(t, message, docs)
}

// archived puts bytes where content is kept.
func (b *rig) archived(t *testing.T, text string) edo.Digest {
	t.Helper()
	blob, err := b.home.Archive.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(blob, text); err != nil {
		t.Fatal(err)
	}
	d, _, err := blob.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// take stores what came in as the job that takes a message does; it is due before everything else.
func (b *rig) take(t *testing.T, m edo.InboundMessage, docs []edo.InboundDocument, tasks ...edo.SignatureTask) {
	t.Helper()
	ctx, store := t.Context(), b.home.Store
	long := time.Unix(1, 0)
	if err := store.Start(ctx, edo.Job{Key: edo.Key{Subscriber: sub, Package: edo.PackageID(m.Message)}, Kind: edo.JobTake, Due: long}); err != nil {
		t.Fatal(err)
	}
	j, found, err := store.Claim(ctx, "rig", time.Now(), time.Now().Add(time.Minute))
	if err != nil || !found || j.Kind != edo.JobTake {
		t.Fatalf("claimed %+v, %v", j, err)
	}
	if err := store.Settle(ctx, j, edo.Change{At: time.Now(), Done: true, Messages: []edo.InboundMessage{m}, Inbound: docs, Tasks: tasks}); err != nil {
		t.Fatal(err)
	}
}

// waiting opens signature tasks for a package of the rig: one waits, one was refused.
func (b *rig) waiting(t *testing.T, name string) {
	t.Helper()
	now := b.clock()
	op, err := b.home.Store.Operation(t.Context(), edo.Key{Subscriber: sub, Package: doubted})
	if err != nil {
		t.Fatal(err)
	}
	task := edo.SignatureTask{
		Key: edo.TaskKey{Key: op.Key, Document: "letter"}, Signer: "head", Required: edo.SignerInfo{Owner: "Волошина Ирина Сергеевна", Serial: "7A01"},
		Name: name, Digest: op.Document("letter").Digest, State: edo.TaskOpen, CreatedAt: now.Add(-time.Hour), Deadline: now.Add(47 * time.Hour),
	}
	ended := task
	ended.Key.Document, ended.Purpose, ended.State, ended.Detail, ended.Actor, ended.EndedAt = "conditions", edo.AnswerSign, edo.TaskRefused, "не та сумма", watcher, now
	lost := task // its package has failed: nobody needs it any more
	lost.Key.Key.Package, lost.Name = failed, "lost.pdf"
	b.take(t, edo.InboundMessage{Subscriber: sub, Message: "in-tasks", State: edo.InboundListed, Found: "cursor"}, nil, task, ended, lost)
}

// granted gives somebody a line of the allow-list.
func (b *rig) granted(t *testing.T, actor edo.ActorID, actions ...edo.Action) {
	t.Helper()
	if err := b.home.Store.PutUser(t.Context(), directory.User{Actor: actor, Subscriber: sub, Actions: actions}); err != nil {
		t.Fatal(err)
	}
}

// row is one of our organisations as it is stored, with a change.
func (b *rig) row(t *testing.T, id edo.SubscriberID, change func(*directory.Subscriber)) directory.Subscriber {
	t.Helper()
	row, err := b.home.Store.Subscriber(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	change(&row)
	return row
}

// hostileBooks fills the books with names that want to be more than text.
func (b *rig) hostileBooks(t *testing.T) {
	t.Helper()
	store := b.home.Store
	for _, err := range []error{
		store.PutUser(t.Context(), directory.User{Actor: "evil", Subscriber: sub, Name: hostile, Actions: []edo.Action{edo.ActionSend}, Kinds: []string{hostile, "этот вид"}}),
		store.PutSubstitution(t.Context(), directory.Substitution{Subscriber: sub, Deputy: stranger, Principal: watcher, Kinds: []string{hostile}, Until: b.clock().AddDate(0, 1, 0)}),
		store.PutSubscriber(t.Context(), b.row(t, "other", func(s *directory.Subscriber) { s.Title, s.Login, s.Box = hostile, hostile, hostile })),
		store.Allowed(t.Context(), edo.AccessRequest{Actor: "evil", Action: edo.Action(hostile), Subscriber: sub, Kinds: []string{hostile}, At: b.clock()}),
	} {
		if err != nil && edo.KindOf(err) != edo.Denied {
			t.Fatal(err)
		}
	}
}

// refused are the last refusals.
func (b *rig) refused(t *testing.T) []directory.Refusal {
	t.Helper()
	rows, err := b.home.Store.Refusals(t.Context(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// spoil changes the bytes of our login, as a damaged disk or a lost master key does.
func (b *rig) spoil(t *testing.T) {
	t.Helper()
	name := directory.SecretName{Kind: "login", Subscriber: sub, Field: string(directory.LoginPassword)}
	kept, err := b.home.Store.Sealed(t.Context(), name)
	if err == nil {
		err = b.home.Store.PutSealed(t.Context(), name, kept.Epoch, []byte{0})
	}
	if err != nil {
		t.Fatal(err)
	}
}
