package main

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

type cardPage struct {
	line
	Stamp   string
	Moving  bool
	Facts   []fact
	Buttons []entry
	Grey    []entry
	Problem string
	Files   []versionLine
}

type fact struct{ Name, Text string }

type versionLine struct {
	ID, What, Name, Remark string
	Number, Size           int
	Form                   bool
	Signed                 []string
}

func (f *frame) card() error {
	c, err := f.found(cards)
	if err != nil {
		return err
	}
	p := cardPage{line: f.line(c), Stamp: f.stamp(), Moving: moving(c), Facts: f.facts(c), Problem: c.GetString(f.T("problem_ru", "problem_en"))}
	for _, e := range f.d.entries(c, f.Actor(), edo.PlaceCard) {
		if e.Enabled {
			p.Buttons = append(p.Buttons, e)
		} else {
			p.Grey = append(p.Grey, e)
		}
	}
	if p.Files, err = f.versionLines(c); err != nil {
		return err
	}
	return f.show(http.StatusOK, "card", p.line.Title, p)
}

// facts of a card for people; what is empty is left out.
func (f *frame) facts(c *core.Record) []fact {
	party := c.GetString("party")
	if inn := c.GetString("inn"); inn != "" {
		party = strings.TrimSpace(party + ", " + f.T("ИНН ", "INN ") + inn)
		if kpp := c.GetString("kpp"); kpp != "" {
			party += f.T(", КПП ", ", KPP ") + kpp
		}
	}
	signer := c.GetString("signer")
	if i := slices.IndexFunc(f.signers(), func(s choice) bool { return s.ID == signer }); i >= 0 {
		signer = f.signers()[i].Text
	}
	owner := f.owner(c)
	if owner == "" && c.GetString("direction") == "inbound" {
		owner = f.T("не найден среди пользователей", "not found among the users")
	}
	sound := ""
	if c.GetString("direction") == "inbound" && !c.GetBool("sound") {
		sound = f.T("есть замечания к подписи или юридической значимости", "there are remarks on the signature or the legal significance")
	}
	all := []fact{
		{f.T("Контрагент", "Counterparty"), party},
		{f.T("Ответственный", "Responsible"), owner},
		{f.T("Почему он", "Why this person"), f.named(c.GetString(f.T("why_ru", "why_en")))},
		{f.T("Подписывает", "Signed by"), signer},
		{f.T("Комментарий", "Comment"), c.GetString("comment")},
		{f.T("Время оператора", "Operator's time"), f.Time(c.GetDateTime("operator_time").Time())},
		{f.T("Ответить до", "Answer until"), f.Time(c.GetDateTime("due").Time())},
		{f.T("Внимание", "Attention"), sound},
		{f.T("Ответ контрагента", "The counterparty's answer"), c.GetString("answer")},
	}
	return slices.DeleteFunc(all, func(x fact) bool { return x.Text == "" })
}

// named puts people's names into a sentence of the plugin, which knows them by their ids.
func (f *frame) named(text string) string {
	var pairs []string
	for _, p := range f.d.knows().people {
		if p.Name != "" {
			pairs = append(pairs, string(p.Actor), p.Name)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (f *frame) versionLines(c *core.Record) (lines []versionLine, err error) {
	found, err := f.d.app.FindRecordsByFilter(versions, "card = {:card}", "-number", 0, 0, dbx.Params{"card": c.Id})
	if err != nil {
		return nil, err
	}
	for _, v := range found {
		l := f.versionLine(c, v)
		if l.Signed, err = f.signedBy(v); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (f *frame) versionLine(c, v *core.Record) versionLine {
	return versionLine{
		ID: v.Id, What: f.role(c.GetString("direction"), v.GetString("role")), Name: v.GetString("name"), Remark: v.GetString(f.T("remark_ru", "remark_en")),
		Number: v.GetInt("number"), Size: v.GetInt("size"), Form: v.GetString("role") == roleForm,
	}
}

func (f *frame) signedBy(v *core.Record) (all []string, err error) {
	found, err := f.d.app.FindRecordsByFilter(signatures, "version = {:version}", "created", 100, 0, dbx.Params{"version": v.Id})
	for _, s := range found {
		text := s.GetString("owner")
		if verdict := f.verdict(s.GetString("verdict")); verdict != "" {
			text += ": " + verdict
		}
		all = append(all, text)
	}
	return all, err
}

// versionOf leads from a button of the catalogue to the version that it opens.
func (f *frame) versionOf() error {
	c, err := f.found(cards)
	if err != nil {
		return err
	}
	v, err := newest(f.d.app, c.Id, f.Request.PathValue("role"))
	if err != nil {
		return gone("version")
	}
	return f.Redirect(http.StatusSeeOther, "/versions/"+v.Id)
}

type versionPage struct {
	versionLine
	Card   line
	Digest string
	PDF    bool
}

// readable gives a version to who may read content. The bytes are PocketBase's own: the plugin is not asked, its allow-list is.
func (f *frame) readable() (v, c *core.Record, err error) {
	if v, err = f.found(versions); err != nil {
		return nil, nil, err
	}
	if c, err = f.d.app.FindRecordById(cards, v.GetString("card")); err != nil {
		return nil, nil, err
	}
	if !f.d.may(f.Actor(), edo.ActionReadContent, c.GetString("kind")) {
		return nil, nil, &edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed, Field: "actor", Message: "may not read content", Remedy: "ask the exchange administrator"}
	}
	return v, c, nil
}

func (f *frame) version() error {
	v, c, err := f.readable()
	if err != nil {
		return err
	}
	p := versionPage{versionLine: f.versionLine(c, v), Card: f.line(c), Digest: v.GetString("sha256"), PDF: strings.HasSuffix(strings.ToLower(v.GetString("name")), ".pdf")}
	if p.Signed, err = f.signedBy(v); err != nil {
		return err
	}
	return f.show(http.StatusOK, "version", p.Name, p)
}

// file streams the bytes from PocketBase's storage. Only PDFs are ever shown; anything else is saved.
func (f *frame) file() error {
	v, _, err := f.readable()
	if err != nil {
		return err
	}
	storage, err := f.d.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer storage.Close()
	way, kind := "attachment", "application/octet-stream"
	h := f.Response.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	if f.Request.URL.Query().Get("show") != "" && strings.HasSuffix(strings.ToLower(v.GetString("name")), ".pdf") {
		way, kind = "inline", "application/pdf"
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'")
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(way, map[string]string{"filename": v.GetString("name")}))
	return storage.Serve(f.Response, f.Request, v.BaseFilesPath()+"/"+v.GetString("file"), v.GetString("name"))
}

// outcome is what became of one of several cards.
type outcome struct {
	line
	Done bool
	Why  string
}

// send hands over one card or several, in the user's name. Whether he may is decided by the plugin.
func (f *frame) send() error {
	list, err := f.marked()
	if err != nil {
		return err
	}
	if len(list) == 1 {
		if err := f.d.send(f.Request.Context(), list[0].Id, f.Actor()); err != nil {
			return err
		}
		return f.Redirect(http.StatusSeeOther, "/cards/"+list[0].Id)
	}
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i] = c.Id
	}
	return f.outcomes(f.T("Отправка", "Sending"), list, f.d.sendMany(f.Request.Context(), ids, f.Actor()))
}

func (f *frame) outcomes(title string, list []*core.Record, refused map[string]error) error {
	var all []outcome
	for _, c := range list {
		o := outcome{Done: refused[c.Id] == nil}
		if !o.Done {
			o.Why = f.S(dmsplugin.Sentence(refused[c.Id]))
		}
		if now, err := f.d.app.FindRecordById(cards, c.Id); err == nil {
			c = now
		}
		o.line = f.line(c)
		all = append(all, o)
	}
	return f.show(http.StatusOK, "outcomes", title, all)
}

// marked are the cards that a request names.
func (f *frame) marked() ([]*core.Record, error) {
	if err := f.Request.ParseForm(); err != nil {
		return nil, err
	}
	ids := f.Request.Form["card"]
	if len(ids) == 0 || len(ids) > edo.MaxCards {
		return nil, &edo.Error{Kind: edo.Invalid, Reason: edo.IDMissing, Field: "card", Message: fmt.Sprintf("%d are marked", len(ids)), Remedy: fmt.Sprintf("mark 1 to %d cards", edo.MaxCards)}
	}
	found, err := f.d.app.FindRecordsByIds(cards, ids)
	if err == nil && len(found) == 0 {
		err = gone("card")
	}
	return found, err
}

type askPage struct {
	Action  edo.CardAction
	Cards   []line
	Signers []choice
	Blocked []outcome
}

// action finds what is asked for in the catalogue of the first marked card.
func (f *frame) action(list []*core.Record) (edo.CardAction, error) {
	t := f.d.knows().typeOf(edo.Direction(list[0].GetString("direction")), list[0].GetString("kind"))
	i := slices.IndexFunc(t.Actions, func(a edo.CardAction) bool {
		return a.ID == f.Request.PathValue("action") && a.Call == edo.CallInvoke && (a.Many || len(list) == 1)
	})
	if i < 0 {
		return edo.CardAction{}, gone("action")
	}
	return t.Actions[i], nil
}

// ask is the page that asks for the parameters of an action.
func (f *frame) ask() error {
	list, err := f.marked()
	if err != nil {
		return err
	}
	a, err := f.action(list)
	if err != nil {
		return err
	}
	p := askPage{Action: a, Signers: f.signers()}
	for _, c := range list {
		p.Cards = append(p.Cards, f.line(c))
	}
	return f.show(http.StatusOK, "ask", f.S(a.Title), p)
}

// do does an action of the catalogue with one card or several.
func (f *frame) do() error {
	list, err := f.marked()
	if err != nil {
		return err
	}
	a, err := f.action(list)
	if err != nil {
		return err
	}
	parameters, refused := map[string]string{}, map[string]error{}
	for _, p := range a.Parameters {
		parameters[p.Name] = strings.TrimSpace(f.Request.PostFormValue(p.Name))
	}
	for _, c := range list {
		if err := f.d.invoke(f.Request.Context(), c, f.Actor(), a.ID, parameters); err != nil {
			refused[c.Id] = err
		}
	}
	if len(list) > 1 {
		return f.outcomes(f.S(a.Title), list, refused)
	}
	if err := refused[list[0].Id]; err != nil {
		return err
	}
	return f.Redirect(http.StatusSeeOther, "/cards/"+list[0].Id+"?said=done")
}
