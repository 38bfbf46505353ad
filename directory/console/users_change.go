package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// lasts says whether a right is valid now.
func (f *frame) lasts(from, until time.Time) (text, colour string) {
	switch {
	case f.now.Before(from):
		return f.T("ещё не началось", "not yet"), "wait"
	case !until.IsZero() && !f.now.Before(until):
		return f.T("закончилось", "over"), "bad"
	}
	return f.T("действует", "valid"), "good"
}

// tick is one box of a form.
type tick struct {
	Value, Text string
	On          bool
}

// rightsView is the form of a line of the allow-list, and of a substitution.
type rightsView struct {
	*frame
	Of        subscriber
	New       bool
	Deputy    bool   // a substitution
	Whose     string // id of the user, or of the deputy
	Principal string
	Called    string
	Actions   []tick
	Kinds     string
	From      string
	Until     string
	Seen      string
	People    []choice // whom one can stand in for
	Faults    []string
}

// asked is the form before it is filled: an address says whose it is and nothing more.
func asked(f *frame, q url.Values) rightsView {
	v := rightsView{frame: f, Whose: q.Get("actor"), Principal: q.Get("principal"), New: true}
	v.tick(nil)
	return v
}

// rightsOf reads the form that was sent.
func rightsOf(f *frame, p url.Values) rightsView {
	v := rightsView{
		frame: f, Whose: strings.TrimSpace(p.Get("actor")), Principal: p.Get("principal"), Called: strings.TrimSpace(p.Get("name")), Kinds: strings.TrimSpace(p.Get("kinds")),
		From: p.Get("from"), Until: p.Get("until"), Seen: p.Get("seen"), New: p.Get("seen") == "",
	}
	v.tick(p["action"])
	return v
}

func (v *rightsView) tick(on []string) {
	v.Actions = nil
	for _, a := range grantable() {
		v.Actions = append(v.Actions, tick{string(a), v.Action(a), slices.Contains(on, string(a))})
	}
}

// fill shows a stored row in the form.
func (v *rightsView) fill(actions []edo.Action, kinds []string, from, until, changed time.Time) {
	on := make([]string, len(actions))
	for i, a := range actions {
		on[i] = string(a)
	}
	v.tick(on)
	v.Kinds, v.From, v.Until, v.Seen, v.New = strings.Join(kinds, "\n"), v.first(from), v.last(until), seenAt(changed), false
}

func seenAt(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }

// first is the first day of a period as a field of a form takes it, last the last one: the moment after it is what is stored.
func (v *rightsView) first(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(v.zone).Format(time.DateOnly)
}

func (v *rightsView) last(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.first(t.Add(-time.Nanosecond))
}

// read gives the actions, kinds and days of the form. An action that is not offered is not given.
func (v *rightsView) read() (actions []edo.Action, kinds []string, from, until time.Time) {
	for _, a := range v.Actions {
		if a.On {
			actions = append(actions, edo.Action(a.Value))
		}
	}
	for kind := range strings.SplitSeq(v.Kinds, "\n") {
		if kind = strings.TrimSpace(kind); kind != "" {
			kinds = append(kinds, kind)
		}
	}
	day := func(text string, days int) time.Time {
		if text == "" {
			return time.Time{}
		}
		t, ok := v.day(text)
		if !ok {
			v.Faults = append(v.Faults, v.T("Дата записана неверно", "A date is wrong"))
		}
		return t.AddDate(0, 0, days)
	}
	from, until = day(v.From, 0), day(v.Until, 1)
	if len(actions) == 0 {
		v.Faults = append(v.Faults, v.T("Отметьте, что можно делать.", "Tick what may be done."))
	}
	if !until.IsZero() && !until.After(v.now) {
		v.Faults = append(v.Faults, v.T("Последний день уже прошёл. Чтобы забрать право, нажмите «Забрать».", "The last day is over. To take a right back press \"Take back\"."))
	}
	return actions, kinds, from, until
}

// kept is the stored moment where the form names its day: it may have been set by the clock of another zone.
func kept(stored, now time.Time, day func(time.Time) string) time.Time {
	if !now.IsZero() && day(stored) == day(now) {
		return stored
	}
	return now
}

// userForm asks what somebody may do.
func (k *Console) userForm(f *frame, w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := asked(f, q)
	var err error
	if v.Of, err = k.entitled(r.Context(), f, edo.ActionAdmin, edo.SubscriberID(q.Get("s"))); err != nil {
		return err
	}
	if v.Whose != "" {
		row, err := k.userRow(r.Context(), v.Of.ID, edo.ActorID(v.Whose))
		if err != nil {
			return err
		}
		v.Called = row.Name
		v.fill(row.Actions, row.Kinds, row.From, row.Until, row.UpdatedAt)
	}
	return k.userAsk(f, w, http.StatusOK, v)
}

func (k *Console) userAsk(f *frame, w http.ResponseWriter, code int, v rightsView) error {
	f.Title, f.Tab = f.T("Права пользователя", "Rights of a user"), "users"
	if v.New {
		f.Title = f.T("Новый пользователь", "New user")
	}
	return k.render(f, w, code, "user", v)
}

// userRow finds a line that these pages may change.
func (k *Console) userRow(ctx context.Context, s edo.SubscriberID, a edo.ActorID) (directory.User, error) {
	users, err := k.Book.Users(ctx, s)
	if err != nil {
		return directory.User{}, err
	}
	i := slices.IndexFunc(users, func(u directory.User) bool { return u.Actor == a })
	if i < 0 {
		return directory.User{}, &spoken{edo.NotFound, edo.Sentence{RU: "Такого пользователя нет.", EN: "There is no such user."}}
	}
	if administers(users[i].Actions) {
		return directory.User{}, &spoken{edo.Conflict, edo.Sentence{
			RU: "Права администратора меняются только из командной строки: edo-dms user allow, user revoke.",
			EN: "An administrator's rights are changed at the command line only: edo-dms user allow, user revoke.",
		}}
	}
	return users[i], nil
}

// userChange stores a line of the allow-list, or takes it back. What it replaces is what the form was made of.
func (k *Console) userChange(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), r.PostForm
	v := rightsOf(f, p)
	var err error
	if v.Of, err = k.entitled(ctx, f, edo.ActionAdmin, edo.SubscriberID(p.Get("s"))); err != nil {
		return err
	}
	actor := edo.ActorID(v.Whose)
	said := f.T("Права сохранены: %s.", "The rights are stored: %s.")
	switch p.Get("do") {
	case "end":
		var row directory.User
		if row, err = k.userRow(ctx, v.Of.ID, actor); err == nil {
			err = v.current(row.UpdatedAt)
		}
		if err == nil {
			err = k.Changes.RemoveUser(ctx, v.Of.ID, actor)
		}
		said = f.T("Права забраны: %s больше ничего не может.", "Taken back: %s may do nothing any more.")
	case "save":
		err = k.userSave(ctx, &v)
	default:
		return notFound("there is no such form")
	}
	if err != nil || len(v.Faults) > 0 {
		return k.userAgain(f, w, v, err)
	}
	k.changed(ctx, f, "user "+p.Get("do"), v.Of.ID, v.Whose)
	k.sessions.say(f.session, fmt.Sprintf(said, v.Whose))
	http.Redirect(w, r, "/users?"+url.Values{"subscriber": {string(v.Of.ID)}}.Encode(), http.StatusSeeOther)
	return nil
}

func (k *Console) userAgain(f *frame, w http.ResponseWriter, v rightsView, err error) error {
	if err != nil {
		v.Faults = append(v.Faults, k.faults(f, err)...)
	}
	return k.userAsk(f, w, http.StatusUnprocessableEntity, v)
}

func (k *Console) userSave(ctx context.Context, v *rightsView) error {
	row := directory.User{Actor: edo.ActorID(v.Whose), Subscriber: v.Of.ID, Name: v.Called}
	row.Actions, row.Kinds, row.From, row.Until = v.read()
	v.notOneself()
	if len(v.Faults) > 0 {
		return nil
	}
	stored, err := k.userRow(ctx, v.Of.ID, row.Actor)
	switch there := edo.KindOf(err) != edo.NotFound; {
	case there && err != nil:
		return err
	case there && v.Seen != seenAt(stored.UpdatedAt), !there && !v.New:
		return stale()
	}
	row.From, row.Until = kept(stored.From, row.From, v.first), kept(stored.Until, row.Until, v.last)
	return k.Changes.PutUser(ctx, row)
}

// notOneself: whoever administers gives rights to others; what he may do himself is said at the command line.
func (v *rightsView) notOneself() {
	if v.Whose == string(v.Actor) {
		v.Faults = append(v.Faults, v.T(
			"Себе права здесь не дают, и сам себя заместителем не назначают: это делается из командной строки.",
			"Nobody gives himself rights here, or makes himself a deputy: that is done at the command line."))
	}
}

// current refuses a form that was made of another row than the one that is there.
func (v *rightsView) current(changed time.Time) error {
	if v.Seen != "" && v.Seen != seenAt(changed) {
		return stale()
	}
	return nil
}

// deputyForm asks who stands in for whom.
func (k *Console) deputyForm(f *frame, w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := asked(f, q)
	var err error
	if v.Of, err = k.entitled(r.Context(), f, edo.ActionAdmin, edo.SubscriberID(q.Get("s"))); err != nil {
		return err
	}
	if v.Whose != "" {
		row, found, err := k.deputyRow(r.Context(), v)
		if err != nil {
			return err
		}
		if !found {
			return noSubstitution()
		}
		actions := row.Actions
		if len(actions) == 0 {
			actions = grantable()
		}
		v.fill(actions, row.Kinds, row.From, row.Until, row.UpdatedAt)
	} else {
		v.fill(grantable(), nil, time.Time{}, time.Time{}, time.Time{})
		v.New, v.Seen = true, ""
	}
	return k.deputyAsk(r.Context(), f, w, http.StatusOK, v)
}

func (k *Console) deputyAsk(ctx context.Context, f *frame, w http.ResponseWriter, code int, v rightsView) error {
	f.Title, f.Tab, v.Deputy = f.T("Замещение", "Substitution"), "users", true
	users, err := k.Book.Users(ctx, v.Of.ID)
	if err != nil {
		return err
	}
	for _, u := range users {
		v.People = append(v.People, choice{string(u.Actor), calledBy(users, u.Actor), string(u.Actor) == v.Principal})
	}
	return k.render(f, w, code, "deputy", v)
}

func noSubstitution() error {
	return &spoken{edo.NotFound, edo.Sentence{RU: "Такого замещения нет.", EN: "There is no such substitution."}}
}

func (k *Console) deputyRow(ctx context.Context, v rightsView) (row directory.Substitution, found bool, err error) {
	all, err := k.Book.Substitutions(ctx, v.Of.ID)
	for _, d := range all {
		if string(d.Deputy) == v.Whose && string(d.Principal) == v.Principal {
			return d, true, err
		}
	}
	return row, false, err
}

// deputyChange stores a substitution, or takes it back. It names its actions: one that lets do all that the other may would
// hand on the right to administer.
func (k *Console) deputyChange(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), r.PostForm
	v := rightsOf(f, p)
	var err error
	if v.Of, err = k.entitled(ctx, f, edo.ActionAdmin, edo.SubscriberID(p.Get("s"))); err != nil {
		return err
	}
	said := f.T("Замещение сохранено.", "The substitution is stored.")
	switch p.Get("do") {
	case "end":
		row, found, missing := k.deputyRow(ctx, v)
		if err = missing; err == nil && !found {
			err = noSubstitution()
		}
		if err == nil {
			err = v.current(row.UpdatedAt)
		}
		if err == nil {
			err = k.Changes.RemoveSubstitution(ctx, v.Of.ID, edo.ActorID(v.Whose), edo.ActorID(v.Principal))
		}
		said = f.T("Замещение закончено.", "The substitution has ended.")
	case "save":
		err = k.deputySave(ctx, &v)
	default:
		return notFound("there is no such form")
	}
	if err != nil || len(v.Faults) > 0 {
		if err != nil {
			v.Faults = append(v.Faults, k.faults(f, err)...)
		}
		return k.deputyAsk(ctx, f, w, http.StatusUnprocessableEntity, v)
	}
	k.changed(ctx, f, "substitution "+p.Get("do"), v.Of.ID, v.Whose+" for "+v.Principal)
	k.sessions.say(f.session, said)
	http.Redirect(w, r, "/users?"+url.Values{"subscriber": {string(v.Of.ID)}}.Encode(), http.StatusSeeOther)
	return nil
}

func (k *Console) deputySave(ctx context.Context, v *rightsView) error {
	row := directory.Substitution{Subscriber: v.Of.ID, Deputy: edo.ActorID(v.Whose), Principal: edo.ActorID(v.Principal)}
	row.Actions, row.Kinds, row.From, row.Until = v.read()
	if v.Until == "" {
		v.Faults = append(v.Faults, v.T("Укажите последний день замещения.", "Give the last day of the substitution."))
	}
	v.notOneself()
	if len(v.Faults) > 0 {
		return nil
	}
	stored, found, err := k.deputyRow(ctx, *v)
	switch {
	case err != nil:
		return err
	case found && v.Seen != seenAt(stored.UpdatedAt), !found && !v.New:
		return stale()
	}
	row.From, row.Until = kept(stored.From, row.From, v.first), kept(stored.Until, row.Until, v.last)
	return k.Changes.PutSubstitution(ctx, row)
}
