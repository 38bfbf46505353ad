package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// Sending has two steps, so that a crash between them loses nothing and doubles nothing: that a card is to be sent, under which
// id and by whom, is stored first (field handing); then the package is handed over under this id until the plugin has
// answered. What it answered ends the handing.

// prepare stores that a user wants a card sent, and gives the card. A card that is being handed over already stays as it is: its
// package has an id, and another id would be another package.
func (d *desk) prepare(card string, actor edo.ActorID) (*core.Record, error) {
	return d.change(card, func(tx core.App, c *core.Record) error {
		if c.GetBool("handing") {
			return nil
		}
		// The plugin decides, but what it refuses would have cost a card that has failed its package and its reason.
		if len(d.knows().people) > 0 && !d.may(actor, edo.ActionSend, c.GetString("kind")) {
			return &edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed, Field: "actor", Message: "may not send this", Remedy: "ask the exchange administrator"}
		}
		if state := c.GetString("state"); c.GetString("direction") != "outbound" || state != "" && edo.State(state) != edo.StateFailed {
			return &edo.Error{Kind: edo.Conflict, Reason: edo.StateUnsuited, Field: "card", Message: "is sent already, or on its way", Remedy: "look at the card again"}
		}
		v, err := original(tx, card)
		if err != nil {
			return err
		}
		c.Set("attempt", c.GetInt("attempt")+1) // the same id would give the same refusal
		c.Set("package", fmt.Sprintf("card-%s-v%d-%d", card, v.GetInt("number"), c.GetInt("attempt")))
		c.Set("actor", string(actor))
		c.Set("handing", true)
		for _, field := range []string{"state", "reason", "stamp", "problem_ru", "problem_en"} {
			c.Set(field, "")
		}
		return nil
	})
}

// change loads a card, changes it and stores it, in one transaction: events and clerks change cards at the same time.
func (d *desk) change(card string, do func(tx core.App, c *core.Record) error) (c *core.Record, err error) {
	err = d.app.RunInTransaction(func(tx core.App) error {
		if c, err = tx.FindRecordById(cards, card); err != nil {
			return err
		}
		if err := do(tx, c); err != nil {
			return err
		}
		return tx.Save(c)
	})
	return c, err
}

// original is the version of a card that is signed and sent: its last one of that role.
func original(app core.App, card string) (*core.Record, error) {
	return newest(app, card, roleOriginal)
}

func newest(app core.App, card, role string) (*core.Record, error) {
	found, err := app.FindRecordsByFilter(versions, "card = {:card} && role = {:role}", "-number", 1, 0, dbx.Params{"card": card, "role": role})
	if err == nil && len(found) == 0 {
		err = &edo.Error{Kind: edo.NotFound, Reason: edo.DocumentEmpty, Field: "version", Message: "is missing", Remedy: "add a file to the card"}
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// document is the id of the only document of a package.
const document = edo.DocumentID("document")

func (d *desk) pack(c *core.Record) (edo.Package, error) {
	v, err := original(d.app, c.Id)
	if err != nil {
		return edo.Package{}, err
	}
	content, err := d.stream(v)
	return edo.Package{
		ID: edo.PackageID(c.GetString("package")), Subscriber: d.Subscriber, Actor: edo.ActorID(c.GetString("actor")),
		To: edo.Counterparty{INN: c.GetString("inn"), KPP: c.GetString("kpp"), Name: c.GetString("party")},
		Documents: []edo.Document{{
			ID: document, Name: v.GetString("name"), Kind: c.GetString("kind"), Number: c.GetString("number"), Comment: c.GetString("comment"), ExternalID: c.Id,
			Content: content, Signer: edo.SignerID(c.GetString("signer")), NeedSign: c.GetString("wanted") != "", NeedReceipt: true,
		}},
	}, err
}

// send hands a card over for a user. An error is the plugin's refusal. Without one the card is durable in the plugin, or it is
// still being handed over, which goes on by itself.
func (d *desk) send(ctx context.Context, card string, actor edo.ActorID) error {
	c, err := d.prepare(card, actor)
	if err != nil {
		return err
	}
	return d.hand(ctx, c)
}

// sendMany does the same for cards that were marked in a list, over one stream, and gives the refusal of each.
func (d *desk) sendMany(ctx context.Context, list []string, actor edo.ActorID) map[string]error {
	refused, packed := map[string]error{}, map[edo.PackageID]*core.Record{}
	var packages []edo.Package
	for _, card := range slices.Compact(slices.Sorted(slices.Values(list))) {
		c, err := d.prepare(card, actor)
		if err == nil && d.claim(card) {
			defer d.release(card)
			var p edo.Package
			if p, err = d.pack(c); err == nil {
				packages, packed[p.ID] = append(packages, p), c
			}
		}
		if err != nil {
			refused[card] = err
		}
	}
	client, err := d.client(ctx)
	if err != nil {
		return refused // they are handed over when the plugin runs
	}
	for taken, err := range client.SendMany(ctx, slices.Values(packages)) {
		if err != nil {
			d.Logger.WarnContext(ctx, "cards are handed over again", "error", err)
			break
		}
		c := packed[taken.Key.Package]
		if c == nil {
			continue
		}
		if err := d.settleSend(ctx, client, c, taken.Operation, taken.Err); err != nil {
			refused[c.Id] = err
		}
	}
	return refused
}

// hand gives one package to the plugin, unless somebody is doing so.
func (d *desk) hand(ctx context.Context, c *core.Record) error {
	if !d.claim(c.Id) {
		return nil
	}
	defer d.release(c.Id)
	client, err := d.client(ctx)
	if err != nil {
		return nil //nolint:nilerr // it is handed over when the plugin runs
	}
	p, err := d.pack(c)
	if err != nil {
		return d.settleSend(ctx, client, c, edo.Operation{}, err)
	}
	op, err := client.Send(ctx, p)
	return d.settleSend(ctx, client, c, op, err)
}

// settleSend keeps what became of the handing. An error is a refusal: nothing was taken, and nothing is repeated by itself.
func (d *desk) settleSend(ctx context.Context, client *dmsplugin.Client, c *core.Record, op edo.Operation, err error) error {
	if errors.Is(err, edo.InDoubt) { // is it there? If not, it is sent again under the same id
		if asked, unknown := client.Status(ctx, edo.Key{Subscriber: d.Subscriber, Package: edo.PackageID(c.GetString("package"))}); unknown == nil {
			op, err = asked, nil
		}
	}
	if err != nil && goesOn(err) {
		d.Logger.WarnContext(ctx, "a card is handed over again", "card", c.Id, "package", c.GetString("package"), "error", err)
		return nil
	}
	_, failed := d.change(c.Id, func(_ core.App, now *core.Record) error {
		now.Set("handing", false)
		switch {
		case err == nil && now.GetString("state") == "": // events may be here already, and know more
			now.Set("state", string(op.State))
		case err != nil:
			now.Set("package", "")
			if !errors.Is(err, edo.Denied) { // that one person may not is no trouble of the card
				text := dmsplugin.Sentence(err)
				now.Set("problem_ru", text.RU)
				now.Set("problem_en", text.EN)
			}
		}
		return nil
	})
	return errors.Join(err, failed)
}

// goesOn reports whether the same package is to be handed over again under the same id. Errors that are not the plugin's say
// nothing of the package: a deadline, a browser that has gone.
func goesOn(err error) bool {
	var e *edo.Error
	if !errors.As(err, &e) {
		return true
	}
	return e.Kind.Repeat() == edo.RepeatSafe || e.Kind.Repeat() == edo.RepeatAskFirst
}

func (d *desk) claim(card string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy[card] {
		return false
	}
	d.busy[card] = true
	return true
}

func (d *desk) release(card string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, card)
}

// handOver goes on with what was not answered: the plugin was away, an answer was lost, or this program had died.
func (d *desk) handOver(ctx context.Context) {
	for pause(ctx, again) {
		open, err := d.app.FindRecordsByFilter(cards, "handing = true", "updated", 100, 0)
		if err != nil {
			d.Logger.ErrorContext(ctx, "cards cannot be read", "error", err)
			continue
		}
		for _, c := range open {
			if err := d.hand(ctx, c); err != nil {
				d.Logger.WarnContext(ctx, "a card was refused", "card", c.Id, "error", err)
			}
		}
	}
}
