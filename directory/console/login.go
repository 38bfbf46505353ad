package console

import (
	"crypto/rand"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

type loginView struct {
	*frame
	To    string
	Who   string
	Fault string
}

func (k *Console) loginPage(w http.ResponseWriter, r *http.Request) {
	f := k.frame(w, r)
	if err := k.enter(f, r); err != nil {
		k.fail(f, w, r, err)
		return
	}
	if f.session != nil {
		http.Redirect(w, r, "/messages", http.StatusSeeOther)
		return
	}
	k.showLogin(f, w, r, http.StatusOK, loginView{frame: f, To: within(r.URL.Query().Get("to"))})
}

// showLogin gives every form its own token, which has to come back in a cookie and in the form.
func (k *Console) showLogin(f *frame, w http.ResponseWriter, r *http.Request, code int, v loginView) {
	f.Title, f.Token = f.T("Вход", "Log in"), rand.Text()
	k.cookie(w, loginCookie, f.Token, 0)
	k.failed(k.render(f, w, code, "login", v), r)
}

func (k *Console) login(w http.ResponseWriter, r *http.Request) {
	f := k.frame(w, r)
	f.Here = "/login?"
	if err := r.ParseForm(); err != nil {
		k.failed(k.refuse(f, w, http.StatusRequestEntityTooLarge, f.T("Форма не читается", "The form cannot be read"), ""), r)
		return
	}
	v := loginView{frame: f, To: within(r.PostForm.Get("to")), Who: r.PostForm.Get("actor")}
	if !same(r.PostForm.Get("token"), k.cookieOf(r, loginCookie)) {
		v.Fault = f.T("Форма входа устарела. Введите пароль ещё раз.", "The form is out of date. Enter the password once more.")
		k.showLogin(f, w, r, http.StatusForbidden, v)
		return
	}
	actor, address := edo.ActorID(v.Who), addressOf(r.RemoteAddr)
	if edo.CheckID("actor", v.Who) != nil || strings.HasPrefix(v.Who, edo.LocalActor) {
		v.Who, actor = "", "-" // counted as somebody, and known to nobody
	}
	if wait := k.throttle.begin(string(actor), address, f.now); wait > 0 {
		seconds := int(math.Ceil(wait.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		v.Fault = fmt.Sprintf(f.T("Слишком много неудачных попыток. Повторите через %s.", "Too many attempts have failed. Try again in %s."), f.Span(time.Duration(seconds)*time.Second))
		k.showLogin(f, w, r, http.StatusTooManyRequests, v)
		return
	}
	stamp, ok, err := k.verify(r, actor)
	if err != nil {
		k.fail(f, w, r, err)
		return
	}
	if !ok {
		k.Logger.WarnContext(r.Context(), "console: login refused", "actor", k.known(r, actor), "address", address)
		v.Fault = f.T("Имя или пароль не подходят.", "Name or password is not right.")
		k.showLogin(f, w, r, http.StatusUnauthorized, v)
		return
	}
	k.throttle.succeed(string(actor), address)
	if old := k.cookieOf(r, sessionCookie); old != "" {
		k.sessions.end(old)
	}
	id, ok := k.sessions.open(actor, stamp, f.now)
	if !ok {
		k.failed(k.refuse(f, w, http.StatusServiceUnavailable, f.T("Слишком много сеансов", "Too many sessions"), ""), r)
		return
	}
	k.Logger.InfoContext(r.Context(), "console: logged in", "actor", actor, "address", address)
	k.cookie(w, sessionCookie, id, 0)
	k.cookie(w, loginCookie, "", -time.Second)
	http.Redirect(w, r, v.To, http.StatusSeeOther)
}

// known is the name for the log: of those only who may log in, because people type passwords into the wrong field.
func (k *Console) known(r *http.Request, actor edo.ActorID) edo.ActorID {
	if stamp, err := k.People.Stamp(r.Context(), actor); err != nil || stamp == "" {
		return "unknown"
	}
	return actor
}

// verify looks at two passwords at once at most: each costs a core for a fraction of a second.
func (k *Console) verify(r *http.Request, actor edo.ActorID) (stamp string, ok bool, err error) {
	select {
	case k.checks <- struct{}{}:
	case <-r.Context().Done():
		return "", false, r.Context().Err()
	}
	defer func() { <-k.checks }()
	return k.People.Verify(r.Context(), actor, edo.NewSecret(r.PostForm.Get("password")))
}

func (k *Console) logout(_ *frame, w http.ResponseWriter, r *http.Request) error {
	k.sessions.end(k.cookieOf(r, sessionCookie))
	k.cookie(w, sessionCookie, "", -time.Second)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

// within is a page of ours to go to after the login, and never another site's.
func within(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.ContainsAny(to, "\\\r\n") || strings.HasPrefix(to, "//") {
		return "/messages"
	}
	switch u.Path {
	case "/messages", "/package", "/xml", "/exchange", "/queue", "/act", "/preview", "/inbox", "/inbound", "/answer", "/tasks", "/decline", "/counterparties", "/counterparty",
		"/subscribers", "/subscriber", "/subscriber/change", "/users", "/user", "/deputy", "/doctor":
		return strings.TrimRight(to, "?&")
	}
	return "/messages"
}

func escapeQuery(s string) string { return url.QueryEscape(s) }
