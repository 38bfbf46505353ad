package main

import (
	"github.com/pocketbase/pocketbase/core"
)

// Names of the collections.
const (
	cards      = "cards"
	versions   = "versions"
	signatures = "signatures"
	rights     = "rights"
	users      = "users"
)

// Roles of versions as the collection has them.
const (
	roleOriginal = "original"
	roleForm     = "operator-form"
)

// maxFile is the largest file of a version.
const maxFile = 1 << 30

// migrate brings the database to what this program needs: PocketBase's own collections, then ours.
func migrate(app core.App) error {
	if err := app.RunSystemMigrations(); err != nil {
		return err
	}
	var list core.MigrationsList
	list.Register(firstSchema, nil, "1764547200_cards.go")
	_, err := core.NewMigrationsRunner(app, list).Up()
	return err
}

// firstSchema makes the collections. PocketBase's own interface gives them to its administrators alone: clerks work through the
// pages, which know what a change means and who may open what.
func firstSchema(app core.App) error {
	people, err := app.FindCollectionByNameOrId(users)
	if err != nil {
		return err
	}
	// PocketBase lets anybody register and everybody change his own row: here the row says who he is at the plugin.
	people.CreateRule, people.UpdateRule, people.DeleteRule = nil, nil, nil
	people.Fields.Add(&core.TextField{Name: "actor", Max: 100, Pattern: `^[A-Za-z0-9._:@-]*$`}) // his id in the plugin's allow-list
	people.AddIndex("idx_users_actor", true, "actor", "actor != ''")
	if err := app.Save(people); err != nil {
		return err
	}
	card := cardCollection(people.Id)
	if err := app.Save(card); err != nil {
		return err
	}
	version := versionCollection(card.Id)
	if err := app.Save(version); err != nil {
		return err
	}
	for _, c := range []*core.Collection{signatureCollection(card.Id, version.Id), rightCollection()} {
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return limitLogins(app)
}

func collection(name string, fields ...core.Field) *core.Collection {
	c := core.NewBaseCollection(name) // without rules: for administrators
	c.Fields.Add(fields...)
	c.Fields.Add(&core.AutodateField{Name: "created", OnCreate: true}, &core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true})
	return c
}

func texts(names ...string) (fields []core.Field) {
	for _, n := range names {
		fields = append(fields, &core.TextField{Name: n, Max: 5000})
	}
	return fields
}

func cardCollection(people string) *core.Collection {
	c := collection(cards,
		&core.SelectField{Name: "direction", Values: []string{"outbound", "inbound"}, MaxSelect: 1, Required: true},
		&core.TextField{Name: "title", Max: 255, Required: true, Presentable: true},
		&core.TextField{Name: "kind", Max: 255, Required: true},
		&core.RelationField{Name: "owner", CollectionId: people, MaxSelect: 1},
	)
	c.Fields.Add(texts("number", "party", "inn", "kpp", "signer", "why_ru", "why_en", "comment")...)
	// What the exchange knows. package is the id under which the card was handed over; it stays with the attempt.
	c.Fields.Add(texts("package", "actor", "problem_ru", "problem_en", "state", "reason", "stamp", "task", "answer", "message",
		"remote", "inbound", "fate", "class", "wanted", "exchange")...)
	c.Fields.Add(
		&core.NumberField{Name: "attempt", OnlyInt: true}, &core.BoolField{Name: "handing"}, &core.BoolField{Name: "sound"},
		&core.NumberField{Name: "seq", OnlyInt: true}, &core.DateField{Name: "operator_time"}, &core.DateField{Name: "due"},
	)
	// One package is one card, and so is one document that came in, however often the plugin tells of it.
	c.AddIndex("idx_cards_package", true, "package", "package != ''")
	c.AddIndex("idx_cards_remote", true, "remote", "remote != ''")
	c.AddIndex("idx_cards_handing", false, "handing", "handing")
	return c
}

func versionCollection(card string) *core.Collection {
	c := collection(versions,
		&core.RelationField{Name: "card", CollectionId: card, MaxSelect: 1, Required: true, CascadeDelete: true},
		&core.NumberField{Name: "number", OnlyInt: true}, &core.SelectField{Name: "role", Values: []string{roleOriginal, roleForm}, MaxSelect: 1, Required: true},
		&core.TextField{Name: "name", Max: 255, Presentable: true},
		&core.FileField{Name: "file", MaxSelect: 1, MaxSize: maxFile, Required: true, Protected: true},
		&core.NumberField{Name: "size", OnlyInt: true},
	)
	c.Fields.Add(texts("sha256", "remark_ru", "remark_en", "delivery")...)
	c.AddIndex("idx_versions_number", true, "card, number", "")
	c.AddIndex("idx_versions_delivery", true, "delivery", "delivery != ''") // a version that is offered twice is stored once
	return c
}

func signatureCollection(card, version string) *core.Collection {
	c := collection(signatures,
		&core.RelationField{Name: "card", CollectionId: card, MaxSelect: 1, Required: true, CascadeDelete: true},
		&core.RelationField{Name: "version", CollectionId: version, MaxSelect: 1, Required: true, CascadeDelete: true},
		&core.TextField{Name: "owner", Max: 500, Presentable: true},
		&core.FileField{Name: "file", MaxSelect: 1, MaxSize: edoMaxSignature, Protected: true},
		&core.DateField{Name: "valid_until"},
	)
	c.Fields.Add(texts("organisation", "serial", "thumbprint", "verdict", "delivery")...)
	c.AddIndex("idx_signatures_delivery", true, "delivery", "delivery != ''")
	return c
}

// rightCollection is a copy of the plugin's allow-list, for drawing buttons and for administrators to look at.
func rightCollection() *core.Collection {
	c := collection(rights, &core.TextField{Name: "actor", Required: true, Presentable: true}, &core.DateField{Name: "valid_from"}, &core.DateField{Name: "valid_until"})
	c.Fields.Add(texts("name", "actions", "kinds")...)
	c.AddIndex("idx_rights_actor", true, "actor", "")
	return c
}

// limitLogins makes guessing slow, at our own form and at PocketBase's.
func limitLogins(app core.App) error {
	s := app.Settings()
	s.RateLimits.Enabled = true
	s.RateLimits.Rules = []core.RateLimitRule{
		{Label: "POST /login", MaxRequests: 20, Duration: 60},
		{Label: "*:authWithPassword", MaxRequests: 20, Duration: 60},
	}
	s.Meta.AppName = "edokit, PocketBase"
	return app.Save(s)
}
