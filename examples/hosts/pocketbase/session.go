package main

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/pocketbase/pocketbase/core"
)

// A session is PocketBase's own token of a user in a cookie: it ends when PocketBase says so, with a new password too.

const sessionCookie = "session"

// maxPassword bounds the work that a password makes: bcrypt looks at 72 bytes.
const maxPassword = 72

// session is the user whose token the browser has, nil for nobody. A user without an id at the plugin is one all the same: he
// sees cards, and every button is grey.
func (d *desk) session(r *http.Request) *core.Record {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	user, err := d.app.FindAuthRecordByToken(c.Value, core.TokenTypeAuth)
	if err != nil || user.Collection().Name != users {
		return nil
	}
	return user
}

func (f *frame) toLogin() error {
	if f.Request.Method != http.MethodGet {
		return f.Redirect(http.StatusSeeOther, "/login")
	}
	return f.Redirect(http.StatusSeeOther, "/login?to="+f.Here())
}

// loginForm is the page of the login.
type loginForm struct {
	Fault, Email, To string
}

func (f *frame) login() error {
	return f.show(http.StatusOK, "login", f.T("Вход", "Log in"), loginForm{To: inside(f.Request.URL.Query().Get("to"))})
}

func (f *frame) logIn() error {
	form := loginForm{Email: f.Request.PostFormValue("email"), To: inside(f.Request.PostFormValue("to"))}
	password := f.Request.PostFormValue("password")
	user, err := f.d.app.FindAuthRecordByEmail(users, form.Email)
	if err != nil || len(password) > maxPassword || !user.ValidatePassword(password) {
		form.Fault = f.T("Такого пользователя нет, или пароль другой.", "There is no such user, or the password is another one.")
		return f.show(http.StatusUnauthorized, "login", f.T("Вход", "Log in"), form)
	}
	token, err := user.NewAuthToken()
	if err != nil {
		return err
	}
	f.cookie(sessionCookie, token, 0)
	return f.Redirect(http.StatusSeeOther, form.To)
}

// logOut ends all sessions of the user: the token itself would be good until its end.
func (f *frame) logOut() error {
	if f.User != nil {
		f.User.RefreshTokenKey()
		if err := f.d.app.Save(f.User); err != nil {
			return err
		}
	}
	f.cookie(sessionCookie, "", -1)
	return f.Redirect(http.StatusSeeOther, "/login")
}

func (f *frame) speak() error {
	if code := f.Request.PathValue("code"); code == "ru" || code == "en" {
		f.cookie(languageCookie, code, 365*24*3600)
	}
	return f.Redirect(http.StatusSeeOther, inside(f.Request.URL.Query().Get("to")))
}

func (f *frame) cookie(name, value string, age int) {
	f.SetCookie(&http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: f.IsTLS(), SameSite: http.SameSiteLaxMode})
}

// inside is an address of ours: nobody is sent elsewhere by a link that somebody made.
// Browsers read a backslash as a slash, and leave out tabs and line ends.
func inside(to string) string {
	odd := func(r rune) bool { return r == '\\' || unicode.IsControl(r) }
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsFunc(to, odd) || strings.HasPrefix(to, "/login") {
		return "/"
	}
	return to
}
