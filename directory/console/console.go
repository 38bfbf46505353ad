package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Config of a console. What it reads from and acts through is required.
type Config struct {
	Book    Book
	Changes Changes
	Safe    Safe
	Desk    Desk
	Access  Access
	People  People
	Doctor  Doctor

	Reason func(edo.Reason) edo.Sentence // for clerks; nil, or an empty sentence: the kind of the error
	Zone   *time.Location                // of the times that are shown; nil: that of the machine
	Now    func() time.Time              // nil: time.Now
	Logger *slog.Logger                  // nil: nothing is logged
	Secure bool                          // it is reached over TLS: cookies are for that alone

	// Hosts are the names and addresses under which it may be called, without port; empty: any. A page that was reached
	// under somebody else's name is refused (DNS rebinding).
	Hosts []string
}

// Console is the pages as one handler. It keeps sessions in memory, and nothing else.
type Console struct {
	Config
	pages    *template.Template
	style    []byte
	styleTag string
	sessions *sessions
	throttle *throttle
	checks   chan struct{} // passwords that are looked at at once: each costs a core for a while
	origin   *http.CrossOriginProtection
	mux      *http.ServeMux
	checkup  *checkup
}

//go:embed templates/*.html console.css
var files embed.FS

// maxBody bounds a form in bytes.
const maxBody = 64 << 10

// New makes a console.
func New(c Config) (*Console, error) {
	if c.Book == nil || c.Changes == nil || c.Safe == nil || c.Desk == nil || c.Access == nil || c.People == nil || c.Doctor == nil {
		return nil, &edo.Error{Kind: edo.Invalid, Op: "console.New", Message: "Book, Changes, Safe, Desk, Access, People and Doctor are required"}
	}
	if c.Zone == nil {
		c.Zone = time.Local
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	style, err := files.ReadFile("console.css")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(style)
	k := &Console{
		Config: c, style: style, styleTag: hex.EncodeToString(sum[:6]), sessions: newSessions(), throttle: newThrottle(),
		checks: make(chan struct{}, 2), origin: http.NewCrossOriginProtection(), mux: http.NewServeMux(), checkup: &checkup{},
	}
	if k.pages, err = template.New("").ParseFS(files, "templates/*.html"); err != nil {
		return nil, err
	}
	k.origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { k.foreign(w, r) }))
	k.routes()
	return k, nil
}

func (k *Console) routes() {
	k.mux.HandleFunc("GET /static/console.css", k.sheet)
	k.mux.HandleFunc("GET /login", k.loginPage)
	k.mux.HandleFunc("POST /login", k.login)
	k.mux.HandleFunc("POST /logout", k.inside(k.logout))
	k.mux.HandleFunc("GET /{$}", k.inside(func(_ *frame, w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/messages", http.StatusSeeOther)
		return nil
	}))
	k.mux.HandleFunc("GET /messages", k.inside(k.messages))
	k.mux.HandleFunc("GET /package", k.inside(k.packagePage))
	k.mux.HandleFunc("GET /xml", k.inside(k.xmlList))
	k.mux.HandleFunc("GET /exchange", k.inside(k.exchange))
	k.mux.HandleFunc("GET /raw", k.inside(k.raw))
	k.mux.HandleFunc("GET /content", k.inside(k.content))
	k.mux.HandleFunc("GET /preview", k.inside(k.preview))
	k.mux.HandleFunc("GET /queue", k.inside(k.queue))
	k.mux.HandleFunc("GET /act", k.inside(k.actPage))
	k.mux.HandleFunc("POST /act", k.inside(k.act))
	k.mux.HandleFunc("GET /inbox", k.inside(k.inbox))
	k.mux.HandleFunc("GET /inbound", k.inside(k.inboundPage))
	k.mux.HandleFunc("GET /answer", k.inside(k.answerForm))
	k.mux.HandleFunc("POST /answer", k.inside(k.answer))
	k.mux.HandleFunc("GET /tasks", k.inside(k.tasks))
	k.mux.HandleFunc("GET /decline", k.inside(k.declineForm))
	k.mux.HandleFunc("POST /decline", k.inside(k.decline))
	k.mux.HandleFunc("GET /counterparties", k.inside(k.counterparties))
	k.mux.HandleFunc("GET /counterparty", k.inside(k.counterpartyPage))
	k.mux.HandleFunc("GET /subscribers", k.inside(k.subscribers))
	k.mux.HandleFunc("GET /subscriber", k.inside(k.subscriberPage))
	k.mux.HandleFunc("GET /subscriber/change", k.inside(k.subscriberForm))
	k.mux.HandleFunc("POST /subscriber/change", k.inside(k.subscriberChange))
	k.mux.HandleFunc("GET /users", k.inside(k.users))
	k.mux.HandleFunc("GET /user", k.inside(k.userForm))
	k.mux.HandleFunc("POST /user", k.inside(k.userChange))
	k.mux.HandleFunc("GET /deputy", k.inside(k.deputyForm))
	k.mux.HandleFunc("POST /deputy", k.inside(k.deputyChange))
	k.mux.HandleFunc("GET /doctor", k.inside(k.doctorPage))
	k.mux.HandleFunc("POST /doctor", k.inside(k.examine))
	k.mux.HandleFunc("/", k.inside(func(f *frame, w http.ResponseWriter, _ *http.Request) error {
		return k.refuse(f, w, http.StatusNotFound, f.T("Такой страницы нет", "There is no such page"), "")
	}))
}

// ServeHTTP implements [http.Handler].
func (k *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if len(k.Hosts) > 0 && !slices.Contains(k.Hosts, hostOf(r.Host)) {
		http.Error(w, "this console is not reached under this name", http.StatusMisdirectedRequest)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	k.origin.Handler(k.mux).ServeHTTP(w, r)
}

// policy allows what the pages are made of: one style sheet, forms to itself and its own PDF in a frame.
const policy = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// hostOf is a Host header without its port.
func hostOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// sheet gives the style sheet: the one thing that may be kept, its address changes with it.
func (k *Console) sheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(k.style) // a browser that is gone has nobody to tell
}

// frame is what every page knows: who looks at it and in which language.
type frame struct {
	lang
	Title    string
	Tab      string // of the navigation
	Actor    edo.ActorID
	Name     string // for people
	Token    string // of forms
	Said     string // what has just been done
	Here     string // address of this page without its language, for the switch
	StyleTag string

	Administers bool // some subscriber: the navigation shows more

	now     time.Time
	session *session
	rights  map[string]error
	all     []subscriber
}

// By is how the page's user reads: never as the owner of the machine.
func (f *frame) By() edo.Reader { return edo.Reader{Actor: f.Actor} }

func (k *Console) frame(w http.ResponseWriter, r *http.Request) *frame {
	f := &frame{lang: lang{zone: k.Zone, ru: russian(r)}, StyleTag: k.styleTag, now: k.Now(), rights: map[string]error{}}
	q := r.URL.Query()
	if chosen := q.Get("lang"); chosen == "ru" || chosen == "en" {
		f.ru = chosen == "ru"
		k.cookie(w, languageCookie, chosen, 365*24*time.Hour)
	}
	q.Del("lang")
	f.Here = r.URL.Path + "?" + q.Encode()
	if r.Method != http.MethodGet {
		f.Here = "/messages?"
	}
	if f.Here != "/messages?" && !strings.HasSuffix(f.Here, "?") {
		f.Here += "&"
	}
	return f
}

// Names of cookies. Over TLS they bear the prefix that binds them to this host.
const (
	sessionCookie  = "edokit_session"
	loginCookie    = "edokit_login"
	languageCookie = "edokit_language"
)

func (k *Console) cookieName(name string) string {
	if k.Secure {
		return "__Host-" + name
	}
	return name
}

// cookie sets one; no age means until the browser is closed, a negative one removes it.
func (k *Console) cookie(w http.ResponseWriter, name, value string, age time.Duration) {
	seconds := int(age / time.Second)
	http.SetCookie(w, &http.Cookie{
		Name: k.cookieName(name), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: k.Secure, SameSite: http.SameSiteStrictMode,
	})
}

func (k *Console) cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(k.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// inside lets in who has logged in, asks every form for its token, and turns errors into pages.
func (k *Console) inside(do func(f *frame, w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f := k.frame(w, r)
		if err := k.enter(f, r); err != nil {
			k.fail(f, w, r, err)
			return
		}
		if f.session == nil {
			if r.Method != http.MethodGet {
				k.failed(k.refuse(f, w, http.StatusUnauthorized, f.T("Время сеанса истекло", "The session is over"), f.T("Войдите снова: ничего не сделано.", "Log in again: nothing was done.")), r)
				return
			}
			k.cookie(w, sessionCookie, "", -time.Second)
			http.Redirect(w, r, "/login?to="+escapeQuery(f.Here), http.StatusSeeOther)
			return
		}
		if r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				k.failed(k.refuse(f, w, http.StatusRequestEntityTooLarge, f.T("Форма не читается", "The form cannot be read"), ""), r)
				return
			}
			if !same(r.PostForm.Get("token"), f.Token) {
				k.failed(k.refuse(f, w, http.StatusForbidden, f.T("Форма устарела", "The form is out of date"), f.T("Откройте страницу снова: ничего не сделано.", "Open the page again: nothing was done.")), r)
				return
			}
		}
		if err := do(f, w, r); err != nil {
			k.fail(f, w, r, err)
		}
	}
}

// enter finds the session of a request; it ends with the password that opened it.
func (k *Console) enter(f *frame, r *http.Request) error {
	id := k.cookieOf(r, sessionCookie)
	if id == "" {
		return nil
	}
	s := k.sessions.find(id, f.now)
	if s == nil {
		return nil
	}
	stamp, err := k.People.Stamp(r.Context(), s.actor)
	if err != nil {
		return err
	}
	if stamp == "" || stamp != s.stamp {
		k.sessions.end(id)
		return nil
	}
	f.session, f.Actor, f.Token = s, s.actor, s.token
	return nil
}

// render writes a page whole, or an error and nothing of the page.
func (k *Console) render(f *frame, w http.ResponseWriter, code int, name string, data any) error {
	if f.session != nil {
		f.Said = k.sessions.hear(f.session)
	}
	var page bytes.Buffer
	if err := k.pages.ExecuteTemplate(&page, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(page.Bytes()) // a browser that is gone has nobody to tell
	return nil
}

type refusal struct {
	*frame
	Status     int
	Text, More string
}

// refuse is a page with one sentence.
func (k *Console) refuse(f *frame, w http.ResponseWriter, code int, text, more string) error {
	f.Title = text
	return k.render(f, w, code, "refusal", refusal{f, code, text, more})
}

// foreign answers a form that another site has sent.
func (k *Console) foreign(w http.ResponseWriter, r *http.Request) {
	f := k.frame(w, r)
	k.failed(k.refuse(f, w, http.StatusForbidden, f.T("Форма отправлена с чужой страницы", "The form was sent by another page"), f.T("Ничего не сделано.", "Nothing was done.")), r)
}

// fail tells an error to a person.
func (k *Console) fail(f *frame, w http.ResponseWriter, r *http.Request, err error) {
	text, more := k.told(f, err)
	code := codeOf(err)
	if code == http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		k.Logger.ErrorContext(r.Context(), "console", "path", r.URL.Path, "error", err)
	}
	k.failed(k.refuse(f, w, code, text, more), r)
}

// failed is the end of the line: the page that says so cannot be made.
func (k *Console) failed(err error, r *http.Request) {
	if err != nil {
		k.Logger.ErrorContext(r.Context(), "console", "path", r.URL.Path, "error", err)
	}
}

// spoken is an error of these pages: it says itself in both languages what is wrong and what to do.
type spoken struct {
	kind edo.Kind
	say  edo.Sentence
}

func (s *spoken) Error() string { return s.say.EN }

// Unwrap gives it a kind.
func (s *spoken) Unwrap() error { return s.kind }

// told is the sentence for a clerk, and what is behind it.
func (k *Console) told(f *frame, err error) (text, more string) {
	var own *spoken
	if errors.As(err, &own) {
		return f.S(own.say), ""
	}
	reason, kind := edo.ReasonOf(err), edo.KindOf(err)
	if reason != "" && k.Reason != nil {
		s := k.Reason(reason)
		text = f.T(s.RU, s.EN)
	}
	if text == "" {
		text = f.T(kind.Russian(), kind.English())
	}
	var e *edo.Error
	switch {
	case reason == edo.UserNotAllowed:
		return text, f.T("Право даёт администратор обмена. Этот отказ записан.", "The exchange administrator can allow it. This refusal is on record.")
	case kind == edo.Internal:
		return text, ""
	case errors.As(err, &e):
		more = sentenceOf(e)
	}
	return text, more
}

// sentenceOf is what an error says beyond its reason.
func sentenceOf(e *edo.Error) string {
	text := strings.TrimSpace(e.Field + " " + e.Message)
	if e.Remedy != "" {
		text += "; " + e.Remedy
	}
	return strings.TrimPrefix(text, "; ")
}

func codeOf(err error) int {
	switch edo.KindOf(err) {
	case edo.Denied:
		return http.StatusForbidden
	case edo.NotFound:
		return http.StatusNotFound
	case edo.Invalid:
		return http.StatusBadRequest
	case edo.Conflict, edo.Refused, edo.Ambiguous, edo.NotReady, edo.InDoubt, edo.NotSupported:
		return http.StatusConflict
	case edo.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func notFound(what string) error {
	return &edo.Error{Kind: edo.NotFound, Message: what}
}

// stale refuses a form that was made of what is not there any more.
func stale() error {
	return &spoken{edo.Conflict, edo.Sentence{
		RU: "Запись тем временем изменил кто-то другой. Ничего не сохранено: откройте форму снова.",
		EN: "Somebody else has changed this meanwhile. Nothing was stored: open the form again.",
	}}
}
