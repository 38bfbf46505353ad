package main

import (
	"cmp"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/router"

	"github.com/edokit/edokit/edo"
)

// perPage is how many cards a list shows.
const perPage = 50

// line is one card in a list.
type line struct {
	ID, Title, Kind, Number, Party, Owner, Direction string
	Inbound, Mine, Stamped, Sound                    bool
	State                                            badge
	Updated                                          time.Time
	Menu                                             []entry
}

type listPage struct {
	Box, Stamp string // which list; what changes when a card does
	Lines      []line
	Actions    []entry // over marked cards
	More       bool
}

func (f *frame) list() error {
	p := listPage{Box: f.Request.URL.Query().Get("box"), Stamp: f.stamp()}
	filter, params := "id != ''", dbx.Params{"user": f.User.Id}
	switch p.Box {
	case "out":
		filter = "direction = 'outbound'"
	case "in":
		filter = "direction = 'inbound'"
	case "mine":
		filter = "owner = {:user}"
	default:
		p.Box = ""
	}
	found, err := f.d.app.FindRecordsByFilter(cards, filter, "-created", perPage+1, 0, params)
	if err != nil {
		return err
	}
	p.More = len(found) > perPage
	for _, c := range found[:min(len(found), perPage)] {
		l := f.line(c)
		l.Menu = f.d.entries(c, f.Actor(), edo.PlaceMenu)
		p.Lines = append(p.Lines, l)
	}
	p.Actions = f.d.listActions(f.Actor(), found)
	return f.show(http.StatusOK, "list", f.T("Карточки", "Cards"), p)
}

// listActions are those that are done over marked cards: an action is grey when none of the cards in the list can have it, and says
// why the last of them cannot.
func (d *desk) listActions(actor edo.ActorID, list []*core.Record) (all []entry) {
	for _, c := range list {
		for _, e := range d.entries(c, actor, edo.PlaceList) {
			if !e.Many || e.Call != edo.CallSend && e.Call != edo.CallInvoke {
				continue
			}
			i := slices.IndexFunc(all, func(other entry) bool { return other.ID == e.ID })
			switch {
			case i < 0:
				all = append(all, e)
			case e.Enabled || !all[i].Enabled:
				all[i] = e
			}
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Or(a.Order-b.Order, strings.Compare(a.ID, b.ID)) })
	return all
}

func (f *frame) line(c *core.Record) line {
	return line{
		ID: c.Id, Title: c.GetString("title"), Kind: f.kind(c), Number: c.GetString("number"), Party: c.GetString("party"), Direction: c.GetString("direction"),
		Owner: f.owner(c), Inbound: c.GetString("direction") == "inbound", Mine: c.GetString("owner") == f.User.Id, State: f.badge(c),
		Stamped: c.GetString("stamp") == string(edo.StampReady), Sound: c.GetBool("sound"), Updated: c.GetDateTime("updated").Time(),
	}
}

// kind is the title of the card's kind, or how the card itself names it.
func (f *frame) kind(c *core.Record) string {
	if t := f.d.knows().typeOf(edo.Direction(c.GetString("direction")), c.GetString("kind")); t.Kind != "" {
		return f.S(t.Title)
	}
	return c.GetString("kind")
}

func (f *frame) owner(c *core.Record) string {
	if owner, err := f.d.app.FindRecordById(users, c.GetString("owner")); err == nil {
		return owner.GetString("name")
	}
	return ""
}

// changed answers the script of a page, which looks every second or two whether it is worth loading again.
func (f *frame) changed() error { return f.String(http.StatusOK, f.stamp()) }

// stamp is another text when any card, or the one of the address, has changed.
func (f *frame) stamp() string {
	query := "SELECT COUNT(*) || ' ' || COALESCE(MAX(updated), '') FROM cards"
	if id := f.Request.PathValue("id"); id != "" {
		query += " WHERE id = {:id}"
	}
	var text string
	if err := f.d.app.DB().NewQuery(query).Bind(dbx.Params{"id": f.Request.PathValue("id")}).Row(&text); err != nil {
		return ""
	}
	return text
}

// blankPage is the form of a new card.
type blankPage struct {
	Kinds   []edo.CardType
	Signers []choice
	Fault   string
	Values  map[string]string
}

// choice is a line of a list to choose from.
type choice struct{ ID, Text string }

func (f *frame) blank() error { return f.form(http.StatusOK, blankPage{}) }

func (f *frame) form(status int, p blankPage) error {
	for _, t := range f.d.knows().types {
		if t.Direction == edo.Outbound && t.Kind != "" {
			p.Kinds = append(p.Kinds, t)
		}
	}
	p.Signers = f.signers()
	return f.show(status, "blank", f.T("Новая карточка", "New card"), p)
}

func (f *frame) signers() (all []choice) {
	for _, s := range f.d.knows().signers {
		if s.Enabled {
			all = append(all, choice{string(s.ID), cmp.Or(s.Info.Owner, string(s.ID))})
		}
	}
	return all
}

// maxUpload is a document with the fields around it.
const maxUpload = maxFile + 1<<20

// upload adds the route of new cards: the only one that takes more than PocketBase's 32 MiB. The file is in a temporary file while
// it comes, unless it is smaller than that.
func (d *desk) upload(all *router.RouterGroup[*core.RequestEvent]) {
	all.POST("/new", func(e *core.RequestEvent) error {
		f := &frame{RequestEvent: e, lang: spoken(e.Request), d: d, User: d.session(e.Request)}
		if f.User == nil {
			return f.toLogin()
		}
		return f.failed(f.create())
	}).Bind(apis.BodyLimit(maxUpload))
}

func (f *frame) create() error {
	found, err := f.FindUploadedFiles("file")
	defer func() { _ = removeAll(f.Request.MultipartForm) }()
	values := map[string]string{}
	for _, name := range []string{"title", "kind", "number", "party", "inn", "kpp", "signer", "comment", "wanted"} {
		values[name] = strings.TrimSpace(f.Request.FormValue(name))
	}
	if values["wanted"] != "" {
		values["wanted"] = edo.WantedSignature
	}
	if err == nil && len(found) != 1 {
		err = http.ErrMissingFile
	}
	if err == nil {
		err = f.d.checkCard(values, found[0])
	}
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, edo.Invalid) {
		return f.form(http.StatusBadRequest, blankPage{Values: values, Fault: f.wrong(err)})
	}
	if err != nil {
		return err
	}
	c, err := f.d.addCard(values, f.User.Id, found[0])
	if err != nil {
		return err
	}
	return f.Redirect(http.StatusSeeOther, "/cards/"+c.Id)
}

func removeAll(form *multipart.Form) error {
	if form == nil {
		return nil
	}
	return form.RemoveAll()
}

// checkCard says what is wrong with a new card while the clerk has it before him: the plugin would say it when it is sent.
func (d *desk) checkCard(values map[string]string, file *filesystem.File) error {
	var f edo.Faults
	for _, err := range []error{edo.CheckINN("inn", values["inn"]), edo.CheckName("file", file.OriginalName)} {
		if err != nil {
			f = append(f, err)
		}
	}
	if values["kpp"] != "" {
		if err := edo.CheckKPP("kpp", values["kpp"]); err != nil {
			f = append(f, err)
		}
	}
	for _, name := range []string{"title", "kind", "signer"} {
		if values[name] == "" || edo.CheckText(name, values[name]) != nil {
			f = append(f, &edo.Error{Kind: edo.Invalid, Reason: edo.TextMalformed, Field: name, Message: "is missing or too long", Remedy: "fill it in"})
		}
	}
	return f.Err()
}

// wrong names the fields of the form that are wrong.
func (f *frame) wrong(err error) string {
	names := map[string]string{
		"title": f.T("название", "title"), "kind": f.T("вид документа", "kind"), "inn": f.T("ИНН", "INN"), "kpp": f.T("КПП", "KPP"),
		"signer": f.T("подписант", "signer"), "file": f.T("файл", "file"),
	}
	var many edo.Faults
	if !errors.As(err, &many) {
		many = edo.Faults{err}
	}
	var wrong []string
	for _, one := range many {
		var fault *edo.Error
		if errors.As(one, &fault) && names[fault.Field] != "" {
			wrong = append(wrong, names[fault.Field])
		}
	}
	if len(wrong) == 0 {
		wrong = []string{names["file"]}
	}
	return fmt.Sprintf(f.T("Проверьте: %s.", "Look again at: %s."), strings.Join(wrong, ", "))
}

// addCard stores a card with its first version, both or none.
func (d *desk) addCard(values map[string]string, owner string, file *filesystem.File) (c *core.Record, err error) {
	err = d.app.RunInTransaction(func(tx core.App) error {
		if c, err = newRecord(tx, cards); err != nil {
			return err
		}
		for name, value := range values {
			c.Set(name, value)
		}
		c.Set("direction", "outbound")
		c.Set("owner", owner)
		if err := tx.Save(c); err != nil {
			return err
		}
		v, err := newRecord(tx, versions)
		if err != nil {
			return err
		}
		v.Load(map[string]any{"card": c.Id, "role": roleOriginal, "name": file.OriginalName, "file": file})
		if err := tx.Save(v); err != nil {
			return err
		}
		return d.settle(v)
	})
	return c, err
}
