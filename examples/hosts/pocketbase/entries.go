package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// known is what the plugin has said of itself and of people: enough to draw every page without a call.
type known struct {
	types   []edo.CardType
	people  []directory.User
	signers []directory.Signer
}

// learning is how often it is asked for again: rights change, and a plugin that was launched again may have another catalogue.
const learning = 15 * time.Second

// learn keeps what is known up to date, and a copy of the allow-list in PocketBase.
func (d *desk) learn(ctx context.Context) {
	for wait := again; ; {
		if err := d.learnOnce(ctx); err == nil {
			wait = learning
		} else if ctx.Err() == nil {
			d.Logger.WarnContext(ctx, "the catalogue is asked for again", "error", err)
			wait = again
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

func (d *desk) learnOnce(ctx context.Context) error {
	client, err := d.plugin.Client(ctx)
	if err != nil {
		return err
	}
	var k known
	if k.types, err = client.CardTypes(ctx); err != nil {
		return err
	}
	if k.people, err = client.Users(ctx, d.Subscriber); err != nil {
		return err
	}
	if k.signers, err = client.Signers(ctx, d.Subscriber); err != nil {
		return err
	}
	d.mu.Lock()
	d.known = k
	d.mu.Unlock()
	return d.copyRights(k.people)
}

func (d *desk) knows() known {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known
}

// copyRights makes the collection say what the allow-list says.
func (d *desk) copyRights(people []directory.User) error {
	return d.app.RunInTransaction(func(tx core.App) error {
		old, err := tx.FindAllRecords(rights, dbx.NewExp("1=1"))
		if err != nil {
			return err
		}
		rows := map[string]*core.Record{}
		for _, r := range old {
			rows[r.GetString("actor")] = r
		}
		for _, p := range people {
			r := rows[string(p.Actor)]
			delete(rows, string(p.Actor))
			if r == nil {
				if r, err = newRecord(tx, rights); err != nil {
					return err
				}
			}
			r.Load(map[string]any{
				"actor": string(p.Actor), "name": p.Name, "actions": joined(p.Actions), "kinds": strings.Join(p.Kinds, ", "),
				"valid_from": p.From, "valid_until": p.Until,
			})
			if r.IsNew() || changed(r) {
				if err := tx.Save(r); err != nil {
					return err
				}
			}
		}
		for _, gone := range rows {
			if err := tx.Delete(gone); err != nil {
				return err
			}
		}
		return nil
	})
}

func changed(r *core.Record) bool {
	was, is := r.Original(), r
	return slices.ContainsFunc([]string{"name", "actions", "kinds", "valid_from", "valid_until"}, func(f string) bool { return was.GetString(f) != is.GetString(f) })
}

func joined(all []edo.Action) string {
	words := make([]string, len(all))
	for i, a := range all {
		words[i] = string(a)
	}
	return strings.Join(words, ", ")
}

// may reports whether the copy of the allow-list gives a user a right for documents of a kind. It decides what is drawn; what is
// done is decided by the plugin.
func (d *desk) may(actor edo.ActorID, action edo.Action, kind string) bool {
	r := edo.AccessRequest{Actor: actor, Action: action, Subscriber: d.Subscriber, At: d.Now()}
	if kind != "" {
		r.Kinds = []string{kind}
	}
	return slices.ContainsFunc(d.knows().people, func(u directory.User) bool { return u.Refuses(r) == "" })
}

// typeOf finds the type of a card in the catalogue: its kind, or that of all other cards of its direction.
func (k known) typeOf(direction edo.Direction, kind string) edo.CardType {
	var other edo.CardType
	for _, t := range k.types {
		same := func(s string) bool {
			return s != "" && strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(kind))
		}
		switch {
		case t.Direction != direction:
		case t.Kind == "":
			other = t
		case same(t.Kind), same(t.Title.RU), same(t.Title.EN), slices.ContainsFunc(t.Names, same):
			return t
		}
	}
	return other
}

// facts are what the conditions of the catalogue look at: all of them are fields of the card, filled by events.
func facts(c *core.Record) map[edo.Fact]string {
	f := map[edo.Fact]string{edo.FactWanted: c.GetString("wanted")}
	if c.GetString("direction") == "inbound" {
		f[edo.FactInbound], f[edo.FactFate], f[edo.FactClass] = c.GetString("inbound"), c.GetString("fate"), c.GetString("class")
		return f
	}
	f[edo.FactState], f[edo.FactReason], f[edo.FactStamp], f[edo.FactTask] = c.GetString("state"), c.GetString("reason"), c.GetString("stamp"), c.GetString("task")
	if c.GetBool("handing") { // it is on its way, although the plugin has not said so yet
		f[edo.FactState] = string(edo.StateAccepted)
	}
	return f
}

// entry is a button or a line of a menu as one user sees it at one card.
type entry struct {
	edo.CardAction
	Enabled bool
	Why     edo.Sentence // it is grey
}

// entries decides for one card, one place and one user, without asking anybody.
func (d *desk) entries(c *core.Record, actor edo.ActorID, place edo.Place) (all []entry) {
	for _, a := range d.knows().typeOf(edo.Direction(c.GetString("direction")), c.GetString("kind")).Actions {
		if !slices.Contains(a.Places, place) {
			continue
		}
		e := entry{CardAction: a, Enabled: true}
		if why, blocked := a.Blocked(facts(c)); blocked {
			e.Enabled, e.Why = false, why
		}
		if !d.may(actor, a.Needs, kindFor(a, c)) { // whoever has no right is told that first
			e.Enabled, e.Why = false, noRight()
		}
		if a.Call == edo.CallDecide || a.Call == edo.CallTask { // README: what this example leaves to edo-dms
			e.Enabled = false
			if e.Why == (edo.Sentence{}) {
				e.Why = edo.Sentence{RU: "делается в консоли edo-dms", EN: "is done in the console of edo-dms"}
			}
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b entry) int { return a.Order - b.Order })
	return all
}

// kindFor is the kind for which a right is asked: rights to answer, sign and invite are not bound to kinds.
func kindFor(a edo.CardAction, c *core.Record) string {
	switch a.Needs {
	case edo.ActionSend, edo.ActionReadContent, edo.ActionDecide:
		return c.GetString("kind")
	}
	return ""
}

func noRight() edo.Sentence {
	return edo.Sentence{RU: "нет права: обратитесь к администратору обмена", EN: "you have no right to do this: ask the exchange administrator"}
}

// ref names a card to the plugin.
func (d *desk) ref(c *core.Record) edo.CardRef {
	r := edo.CardRef{Key: edo.Key{Subscriber: d.Subscriber}, Kind: c.GetString("kind")}
	if r.Inbound = edo.RemoteID(c.GetString("remote")); r.Inbound == "" {
		r.Key.Package, r.Document = edo.PackageID(c.GetString("package")), document
	}
	return r
}

// invoke does an action that needs words only. Everything is checked again by the plugin.
func (d *desk) invoke(ctx context.Context, c *core.Record, actor edo.ActorID, action string, parameters map[string]string) error {
	client, err := d.client(ctx)
	if err != nil {
		return err
	}
	_, err = client.InvokeCard(ctx, edo.Invocation{Action: action, Card: d.ref(c), Actor: actor, Parameters: parameters})
	return err
}
