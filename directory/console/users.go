package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// shownRows bounds how many refusals and readings are shown.
const shownRows = 20

// userRow is a line of the allow-list.
type userRow struct {
	directory.User
	Stands, Colour string
	MayChange      bool // here
}

// deputyRow is a substitution with the names of both.
type deputyRow struct {
	directory.Substitution
	DeputyName, PrincipalName string
	Stands, Colour            string
}

// noteRow is a refusal or a reading.
type noteRow struct {
	At        string
	Machine   string
	Who, What string
	Why       string
}

type usersView struct {
	*frame
	Of          subscriber
	Subscribers []choice
	Rows        []userRow
	Deputies    []deputyRow
	Refusals    []noteRow
	Readings    []noteRow
}

// users lists who may do what: the book "users of exchange systems". Whom somebody stands in for, who was refused and who has
// read what are beside it, as the command line shows them.
func (k *Console) users(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f.Title, f.Tab = f.T("Пользователи", "Users"), "users"
	s, all, err := k.chosen(ctx, f, edo.ActionAdmin, r.URL.Query().Get("subscriber"))
	if err != nil {
		return err
	}
	v := usersView{frame: f, Of: s, Subscribers: all}
	users, err := k.Book.Users(ctx, s.ID)
	if err != nil {
		return err
	}
	for _, u := range users {
		row := userRow{User: u, MayChange: !administers(u.Actions)}
		row.Stands, row.Colour = f.lasts(u.From, u.Until)
		v.Rows = append(v.Rows, row)
	}
	if v.Deputies, err = k.deputies(ctx, f, s.ID, users); err != nil {
		return err
	}
	if v.Refusals, v.Readings, err = k.notes(ctx, f, s.ID, users); err != nil {
		return err
	}
	return k.render(f, w, http.StatusOK, "users", v)
}

func (k *Console) deputies(ctx context.Context, f *frame, s edo.SubscriberID, users []directory.User) (rows []deputyRow, err error) {
	all, err := k.Book.Substitutions(ctx, s)
	for _, d := range all {
		row := deputyRow{Substitution: d, DeputyName: calledBy(users, d.Deputy), PrincipalName: calledBy(users, d.Principal)}
		row.Stands, row.Colour = f.lasts(d.From, d.Until)
		rows = append(rows, row)
	}
	return rows, err
}

// notes are the last refusals and readings.
func (k *Console) notes(ctx context.Context, f *frame, s edo.SubscriberID, users []directory.User) (refusals, readings []noteRow, err error) {
	note := func(at noteRow, actor, principal edo.ActorID, a edo.Action) noteRow {
		at.Who, at.What = calledBy(users, actor), f.Action(a)
		if principal != "" {
			at.Who += " (" + calledBy(users, principal) + ")"
		}
		return at
	}
	refused, err := k.Book.Refusals(ctx, s, shownRows)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range refused {
		refusals = append(refusals, note(noteRow{At: f.At(r.At), Machine: f.Machine(r.At), Why: f.refusedFor(r.Why)}, r.Actor, r.Principal, r.Action))
	}
	read, err := k.Book.Readings(ctx, s, shownRows)
	for _, r := range read {
		readings = append(readings, note(noteRow{At: f.At(r.At), Machine: f.Machine(r.At), Why: r.What}, r.Actor, r.Principal, r.Action))
	}
	return refusals, readings, err
}

// calledBy is the name of somebody among the users, the id if there is none.
func calledBy(users []directory.User, a edo.ActorID) string {
	i := slices.IndexFunc(users, func(u directory.User) bool { return u.Actor == a })
	if i < 0 {
		return string(a)
	}
	return cmp.Or(users[i].Name, string(a))
}

// refusedFor says in the page's language why a right was refused; the row holds it in English.
func (l lang) refusedFor(why string) string {
	if !l.ru {
		return why
	}
	for _, known := range []struct{ part, ru string }{
		{"no rights for this subscriber", "нет прав для этой организации"},
		{"rights are not valid at this time", "права в это время не действуют"},
		{"documents of kind", "не для этого вида документов"},
		{"some kinds of documents only", "разрешены только некоторые виды документов"},
		{"the user may not", "этого права нет"},
	} {
		if strings.Contains(why, known.part) {
			return known.ru
		}
	}
	return why
}
