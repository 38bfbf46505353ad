package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// collect takes what the plugin tells, one event after another. An event is acknowledged when the loop asks for the next
// one: by then it is stored here. One that cannot be stored is not, and comes again.
func (d *desk) collect(ctx context.Context) {
	for ctx.Err() == nil {
		for e, err := range d.plugin.Deliveries(ctx, d.Subscriber, consumer) {
			if err == nil {
				err = d.apply(ctx, e)
			}
			if err != nil {
				if ctx.Err() == nil && !errors.Is(err, edo.SubscriberUnknown) { // an administrator has not made it known yet
					d.Logger.ErrorContext(ctx, "an event comes again", "seq", e.Seq, "kind", string(e.Kind), "error", err)
				}
				break
			}
		}
		pause(ctx, again)
	}
}

// apply stores what one event says. Kinds that this program does not know are passed over.
func (d *desk) apply(ctx context.Context, e edo.Event) error {
	switch e.Kind {
	case edo.EventInbound, edo.EventTerm:
		if e.Inbound != nil && e.Inbound.Key.Remote == "" {
			return d.stuck(e)
		}
		if e.Inbound == nil || e.Inbound.Class != edo.ClassMain && e.Inbound.Class != edo.ClassRevocation {
			return nil // receipts and the like belong to cards that are there already
		}
		return d.arrived(ctx, e.Seq, *e.Inbound)
	case edo.EventStatus, edo.EventStamp, edo.EventVersion, edo.EventTask, edo.EventAnswer:
	default:
		return nil
	}
	key := e.Key
	if e.Kind == edo.EventAnswer && e.Inbound != nil {
		key = e.Inbound.About
	}
	c, err := d.app.FindFirstRecordByData(cards, "package", string(key.Package))
	if key.Package == "" || errors.Is(err, sql.ErrNoRows) {
		return d.answered(ctx, e)
	}
	if err != nil || int64(c.GetInt("seq")) >= e.Seq {
		return err // it is stored already
	}
	e.Key = key
	return d.moved(ctx, c, e)
}

// moved stores what happened to a package of ours.
func (d *desk) moved(ctx context.Context, c *core.Record, e edo.Event) error {
	var form fetched
	var op edo.Operation
	switch {
	case e.Kind == edo.EventVersion && e.Version.Role == edo.RoleOperatorForm:
		var err error
		form, err = d.fetch("stamped.pdf", func(path string) error {
			_, err := d.plugin.Content(ctx, e.Key, e.Document, edo.RoleOperatorForm, path) // whole and verified, or not at all
			return err
		})
		if err != nil {
			return err
		}
		defer func() { _ = form.remove() }()
	case e.Kind == edo.EventStatus && e.State.Sent():
		client, err := d.client(ctx)
		if err != nil {
			return err
		}
		if op, err = client.Status(ctx, e.Key); err != nil {
			return err
		}
		if err := d.keepSignature(ctx, client, c, op); err != nil {
			return err
		}
	}
	_, err := d.change(c.Id, func(tx core.App, c *core.Record) error {
		if form.file != nil {
			if err := d.addForm(tx, c, e, form); err != nil {
				return err
			}
		}
		told(c, e, op)
		return nil
	})
	return err
}

// told writes an event into the fields of its card.
func told(c *core.Record, e edo.Event, op edo.Operation) {
	c.Set("seq", e.Seq)
	switch e.Kind {
	case edo.EventStatus:
		if e.Document != "" {
			return // one document of several; here each package has one
		}
		c.Set("state", string(e.State))
		c.Set("reason", string(e.Reason))
		if op.Message != "" {
			c.Set("message", string(op.Message))
			c.Set("operator_time", op.OperatorTime)
		}
	case edo.EventStamp:
		c.Set("stamp", string(e.Stamp))
	case edo.EventVersion:
		if e.Version.Role == edo.RoleOperatorForm {
			c.Set("stamp", string(edo.StampReady))
		}
	case edo.EventTask:
		if e.Task != nil {
			c.Set("task", string(e.Task.State))
		}
	case edo.EventAnswer:
		c.Set("answer", e.Inbound.Text)
	}
}

// addForm makes the stamped form the next version of its card, once: under its delivery key there is at most one.
func (d *desk) addForm(tx core.App, c *core.Record, e edo.Event, form fetched) error {
	key := delivery(e.Key, e.Document, e.Version.Role, e.Version.Digest)
	if _, err := tx.FindFirstRecordByData(versions, "delivery", key); !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	r, err := newRecord(tx, versions)
	if err != nil {
		return err
	}
	remark := edo.Remark(e.Version.Remark)
	r.Load(map[string]any{
		"card": c.Id, "role": roleForm, "name": e.Version.Name, "file": form.file, "delivery": key, "remark_ru": remark.RU, "remark_en": remark.EN,
	})
	if err := tx.Save(r); err != nil {
		return err
	}
	if r.GetString("sha256") != e.Version.Digest.String() {
		return fmt.Errorf("the form of %s is not the one that was announced", e.Key.Package)
	}
	return d.settle(r)
}

func delivery(k edo.Key, doc edo.DocumentID, r edo.Role, digest edo.Digest) string {
	return fmt.Sprintf("%s/%s/%s/%s/%s", k.Subscriber, k.Package, doc, r, digest)
}

func newRecord(app core.App, name string) (*core.Record, error) {
	c, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return nil, err
	}
	return core.NewRecord(c), nil
}

// keepSignature stores who signed a version of ours, with the signature itself.
func (d *desk) keepSignature(ctx context.Context, client *dmsplugin.Client, c *core.Record, op edo.Operation) error {
	doc := op.Document(document)
	if doc == nil || doc.Signature.IsZero() {
		return nil
	}
	v, err := original(d.app, c.Id)
	if err != nil {
		return err
	}
	return d.signed(v, signedBy{
		Key: delivery(op.Key, document, edo.RoleSignature, doc.Signature), Who: doc.SignedBy, Verdict: doc.Verdict,
		Write: func(f *os.File) error {
			_, err := client.Content(ctx, op.Key, document, edo.RoleSignature, f)
			return err
		},
	})
}

// signedBy is a signature that is to be stored beside its version.
type signedBy struct {
	Key     string
	Who     edo.SignerInfo
	Verdict edo.VerdictState
	Write   func(*os.File) error // nil: there are no bytes
}

func (d *desk) signed(v *core.Record, s signedBy) error {
	if _, err := d.app.FindFirstRecordByData(signatures, "delivery", s.Key); !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	r, err := newRecord(d.app, signatures)
	if err != nil {
		return err
	}
	r.Load(map[string]any{
		"card": v.GetString("card"), "version": v.Id, "owner": s.Who.Owner, "organisation": s.Who.Organisation, "serial": s.Who.Serial,
		"thumbprint": s.Who.Thumbprint, "valid_until": s.Who.NotAfter, "verdict": string(s.Verdict), "delivery": s.Key,
	})
	if s.Write != nil {
		f, err := d.fetch("signature.p7s", writing(s.Write))
		if err != nil {
			return err
		}
		defer func() { _ = f.remove() }()
		r.Set("file", f.file)
	}
	if err := d.app.Save(r); err != nil || s.Write == nil {
		return err
	}
	return d.settle(r)
}

// writing makes a file of what is written.
func writing(write func(*os.File) error) func(path string) error {
	return func(path string) error {
		f, err := os.Create(filepath.Clean(path))
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
}

// arrived makes a card of a document that came in, for the responsible person, or brings it up to date. The place in the order
// of events is stored last: an event of which a part is missing comes again, and finds what is there.
func (d *desk) arrived(ctx context.Context, seq int64, in edo.InboundDocument) error {
	c, err := d.app.FindFirstRecordByData(cards, "remote", string(in.Key.Remote))
	if errors.Is(err, sql.ErrNoRows) {
		if c, err = newRecord(d.app, cards); err == nil {
			c.Load(map[string]any{"direction": "inbound", "remote": string(in.Key.Remote)})
			err = errors.Join(d.describe(d.app, c, in), d.app.Save(c))
		}
	} else if err == nil {
		if int64(c.GetInt("seq")) >= seq {
			return nil
		}
		_, err = d.change(c.Id, func(tx core.App, c *core.Record) error { return d.describe(tx, c, in) })
	}
	if err == nil && in.State == edo.InboundStored {
		err = d.takeContent(ctx, c.Id, in)
	}
	if err != nil {
		return err
	}
	_, err = d.change(c.Id, func(_ core.App, c *core.Record) error { c.Set("seq", seq); return nil })
	return err
}

// answered brings a card up to date whose answer is with the operator: a signature, a refusal, or a receipt that the plugin has
// given by itself. An answer is a package of its own, of which the document that it answers is the parent.
func (d *desk) answered(ctx context.Context, e edo.Event) error {
	if e.Kind != edo.EventStatus || !e.State.Sent() {
		return nil
	}
	client, err := d.client(ctx)
	if err != nil {
		return err
	}
	op, err := client.Status(ctx, e.Key)
	if errors.Is(err, edo.NotFound) || err == nil && (op.Answer == "" || len(op.Documents) == 0) {
		return nil // another program has sent it
	}
	if err != nil {
		return err
	}
	c, err := d.app.FindFirstRecordByData(cards, "remote", string(op.Documents[0].Parent))
	if errors.Is(err, sql.ErrNoRows) {
		return nil // an answer to a document of ours: events tell of that as well
	}
	if err != nil {
		return err
	}
	states, err := client.EvaluateCards(ctx, host, []edo.CardRef{d.ref(c)})
	if err != nil || len(states) != 1 || states[0].Facts == nil {
		return err
	}
	_, err = d.change(c.Id, func(_ core.App, c *core.Record) error {
		c.Set("fate", states[0].Facts[edo.FactFate])
		return nil
	})
	return err
}

// stuck makes a card of a message that the plugin cannot take, for the administrator: somebody has to know that something came. What
// is in it gets cards of its own when it can be taken.
func (d *desk) stuck(e edo.Event) error {
	id := "message " + string(e.Inbound.Message)
	if _, err := d.app.FindFirstRecordByData(cards, "remote", id); !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	c, err := newRecord(d.app, cards)
	if err != nil {
		return err
	}
	why := dmsplugin.Sentence(&edo.Error{Reason: e.Reason})
	c.Load(map[string]any{"direction": "inbound", "remote": id})
	err = d.describe(d.app, c, *e.Inbound)
	c.Load(map[string]any{
		"title": string(e.Inbound.Message), "party": string(e.Inbound.From.Box), "sound": true, "seq": e.Seq,
		"problem_ru": "Сообщение не удалось принять: " + why.RU, "problem_en": "The message cannot be taken: " + why.EN,
	})
	return errors.Join(err, d.app.Save(c))
}

func (d *desk) describe(app core.App, c *core.Record, in edo.InboundDocument) error {
	wanted := ""
	if in.NeedSign {
		wanted = edo.WantedSignature
	}
	c.Load(map[string]any{
		"title": in.Name, "kind": kindOf(in), "number": in.Number, "party": in.From.Name, "inn": in.From.INN, "kpp": in.From.KPP, "comment": in.Comment,
		"message": string(in.Message), "inbound": string(in.State), "fate": string(in.Fate), "class": string(in.Class), "wanted": wanted,
		"sound": in.Sound(), "operator_time": in.OperatorTime, "exchange": string(in.Exchange), "why_ru": in.Why.RU, "why_en": in.Why.EN,
	})
	if !in.Term.Due.IsZero() {
		c.Set("due", in.Term.Due.In(time.UTC))
	}
	owner, err := app.FindFirstRecordByData(users, "actor", string(in.Responsible))
	if errors.Is(err, sql.ErrNoRows) { // nobody here has this id: the card says so, and is in everybody's list
		return nil
	}
	if err == nil && c.GetString("owner") == "" { // a person may have passed it on
		c.Set("owner", owner.Id)
	}
	return err
}

func kindOf(in edo.InboundDocument) string {
	if in.Kind != "" {
		return in.Kind
	}
	if in.Type != "" {
		return in.Type
	}
	return "—"
}

// takeContent stores the bytes that came and their signatures, once.
func (d *desk) takeContent(ctx context.Context, card string, in edo.InboundDocument) error {
	client, err := d.client(ctx)
	if err != nil {
		return err
	}
	key := "inbound/" + string(in.Key.Subscriber) + "/" + string(in.Key.Remote)
	v, err := d.app.FindFirstRecordByData(versions, "delivery", key)
	if errors.Is(err, sql.ErrNoRows) {
		v, err = d.takeOriginal(ctx, client, card, key, in)
	}
	if err != nil {
		return err
	}
	for i, s := range in.Signatures {
		kept := signedBy{Key: key + "/" + s.ID, Who: s.Signer, Verdict: s.Verdict}
		if i == 0 && !s.CMS.IsZero() { // the plugin gives the first one
			kept.Write = func(f *os.File) error { _, err := client.InboundContent(ctx, in.Key, edo.RoleSignature, f); return err }
		}
		if err := d.signed(v, kept); err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) takeOriginal(ctx context.Context, client *dmsplugin.Client, card, key string, in edo.InboundDocument) (*core.Record, error) {
	f, err := d.fetch("document"+filepath.Ext(in.Name), writing(func(f *os.File) error {
		_, err := client.InboundContent(ctx, in.Key, edo.RoleOriginal, f)
		return err
	}))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.remove() }()
	v, err := newRecord(d.app, versions)
	if err != nil {
		return nil, err
	}
	v.Load(map[string]any{"card": card, "role": roleOriginal, "name": in.Name, "file": f.file, "delivery": key})
	if err := d.app.Save(v); err != nil {
		return nil, err
	}
	return v, d.settle(v)
}
