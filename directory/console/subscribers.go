package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type subscribersView struct {
	*frame
	Rows []directory.Subscriber
}

// subscribers lists our organisations: the book "our subscribers".
func (k *Console) subscribers(f *frame, w http.ResponseWriter, r *http.Request) error {
	f.Title, f.Tab = f.T("Наши абоненты", "Our organisations"), "subscribers"
	if _, err := k.visible(r.Context(), f); err != nil {
		return err
	}
	v := subscribersView{frame: f}
	for _, s := range f.all {
		row, err := k.Book.Subscriber(r.Context(), s.ID)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, row)
	}
	return k.render(f, w, http.StatusOK, "subscribers", v)
}

// signerRow is a person who signs, with what the certificate says.
type signerRow struct {
	directory.Signer
	Stands, Colour string
}

type subscriberView struct {
	*frame
	Row       directory.Subscriber
	Title     string
	Login     LoginState
	Stands    string // of the login's certificate
	Colour    string
	Signers   []signerRow
	MayChange bool
	Settable  bool // a new password or token can be set here

	// Of the forms.
	Form   string // heading
	Faults []string
	Typed  string // login name
	Next   bool
}

// Seen is the row's last change: a form that was made of an older one is not taken.
func (v subscriberView) Seen() string { return strconv.FormatInt(v.Row.UpdatedAt.UnixMicro(), 10) }

// subscriberPage shows one of our organisations. Of its credentials only the dates are known here.
func (k *Console) subscriberPage(f *frame, w http.ResponseWriter, r *http.Request) error {
	v, err := k.subscriberView(r.Context(), f, edo.ActionRead, edo.SubscriberID(r.URL.Query().Get("s")))
	if err != nil {
		return err
	}
	return k.render(f, w, http.StatusOK, "subscriber", v)
}

func (k *Console) subscriberView(ctx context.Context, f *frame, needs edo.Action, id edo.SubscriberID) (v subscriberView, err error) {
	v.frame = f
	s, err := k.entitled(ctx, f, needs, id)
	if err != nil {
		return v, err
	}
	f.Title, f.Tab, v.Title = s.Title, "subscribers", s.Title
	if v.Row, err = k.Book.Subscriber(ctx, s.ID); err != nil {
		return v, err
	}
	if v.MayChange, err = k.glance(ctx, f, edo.ActionAdmin, s.ID, nil); err != nil {
		return v, err
	}
	if v.Login, err = k.Safe.Login(ctx, s.ID); err != nil {
		return v, err
	}
	v.Typed, v.Settable = v.Row.Login, settable(v.Row.LoginKind)
	v.Stands, v.Colour = f.validity(v.Login.Certificate)
	signers, err := k.Book.Signers(ctx, s.ID)
	for _, one := range signers {
		row := signerRow{Signer: one}
		row.Stands, row.Colour = f.validity(one.Info)
		v.Signers = append(v.Signers, row)
	}
	return v, err
}

// settable reports whether a secret of this kind is typed; keys are files, and those do not pass through a browser.
func settable(k directory.LoginKind) bool {
	return k == directory.LoginPassword || k == directory.LoginIdentityToken || k == directory.LoginAccessToken
}

// subscriberForm asks for new settings, or for a new secret.
func (k *Console) subscriberForm(f *frame, w http.ResponseWriter, r *http.Request) error {
	v, err := k.subscriberView(r.Context(), f, edo.ActionAdmin, edo.SubscriberID(r.URL.Query().Get("s")))
	if err != nil {
		return err
	}
	return k.subscriberAsk(f, w, http.StatusOK, r.URL.Query().Get("do"), v)
}

func (k *Console) subscriberAsk(f *frame, w http.ResponseWriter, code int, do string, v subscriberView) error {
	switch {
	case do == "settings":
		v.Form = f.T("Реквизиты и настройки", "Requisites and settings")
		return k.render(f, w, code, "subscriber-settings", v)
	case do == "login" && v.Settable:
		v.Form = f.T("Новый вход у оператора", "New login at the operator")
		return k.render(f, w, code, "subscriber-login", v)
	}
	return notFound("there is no such form")
}

// subscriberChange stores what a form says. The right comes first, and the row is what it was when the form was made.
func (k *Console) subscriberChange(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), r.PostForm
	v, err := k.subscriberView(ctx, f, edo.ActionAdmin, edo.SubscriberID(p.Get("s")))
	if err != nil {
		return err
	}
	do, said := p.Get("do"), f.T("Реквизиты и настройки сохранены.", "Requisites and settings are stored.")
	switch {
	case p.Get("seen") != v.Seen():
		err = stale()
	case do == "settings":
		v.Row = settingsOf(v.Row, p)
		err = k.Changes.PutSubscriber(ctx, v.Row)
	case do == "login" && v.Settable:
		v.Typed, v.Next = strings.TrimSpace(p.Get("login")), p.Get("next") == "yes"
		said = f.T("Новый вход сохранён. Показать его нельзя, проверить — на странице «Диагностика».", "The new login is stored. It cannot be shown; the page \"Doctor\" tries it.")
		err = k.setLogin(ctx, v, edo.NewSecret(p.Get("secret")))
	default:
		return notFound("there is no such form")
	}
	if err != nil {
		v.Faults = k.faults(f, err)
		return k.subscriberAsk(f, w, unprocessable(err), do, v)
	}
	k.changed(ctx, f, "subscriber "+do, v.Row.ID, string(v.Row.ID))
	k.sessions.say(f.session, said)
	http.Redirect(w, r, "/subscriber?"+url.Values{"s": {string(v.Row.ID)}}.Encode(), http.StatusSeeOther)
	return nil
}

// setLogin hands a secret over. What the way to log in has no name for keeps none.
func (k *Console) setLogin(ctx context.Context, v subscriberView, secret edo.Secret) error {
	if secret.IsZero() {
		return &spoken{edo.Invalid, edo.Sentence{RU: "Введите новый секрет.", EN: "Type the new secret."}}
	}
	return k.Safe.SetLogin(ctx, v.Row.ID, v.Typed, secret, v.Next)
}

// settingsOf is the row with what the form says. Where it sends credentials to is not among them: that is said at the command
// line alone, where nobody has borrowed a browser.
func settingsOf(row directory.Subscriber, p url.Values) directory.Subscriber {
	text := func(name string) string { return strings.TrimSpace(p.Get(name)) }
	row.Title, row.KPP, row.Box, row.Department, row.ServiceBox = text("title"), text("kpp"), edo.BoxID(text("box")), text("department"), edo.BoxID(text("service_box"))
	row.Service = edo.SignerID(text("service"))
	row.Enabled, row.Policy.Receive, row.Policy.Register, row.Policy.LocalMark = p.Get("enabled") == "yes", p.Get("receive") == "yes", p.Get("register") == "yes", p.Get("mark") == "yes"
	switch {
	case p.Get("refuse") == "yes":
		row.Policy.Unverified = edo.RefuseUnverified
	case row.Policy.Unverified == edo.RefuseUnverified:
		row.Policy.Unverified = edo.ForwardUnverified
	}
	return row
}

// unprocessable is the code of a form that comes back; a right that is missing stays one.
func unprocessable(err error) int {
	if errors.Is(err, edo.Denied) {
		return http.StatusForbidden
	}
	return http.StatusUnprocessableEntity
}

// changed notes for the log of the process who has changed what; the row itself is the store's.
func (k *Console) changed(ctx context.Context, f *frame, what string, s edo.SubscriberID, whom string) {
	k.Logger.InfoContext(ctx, "console: changed", "what", what, "subscriber", s, "of", whom, "actor", f.Actor)
}
