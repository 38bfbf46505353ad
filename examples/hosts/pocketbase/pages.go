package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

//go:embed templates static
var files embed.FS

// policy: own styles, one own script, own frames with PDFs, and nothing from anywhere else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// pages are the templates and what identifies the static files.
type pages struct {
	templates *template.Template
	tag       string
}

func newPages() (*pages, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"href":  href,
		"entry": func(f view, card string, e entry) shownEntry { return shownEntry{f, card, href(card, e), e} },
	}).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	for _, name := range []string{"static/style.css", "static/desk.js"} {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		h.Write(b)
	}
	return &pages{t, fmt.Sprintf("%x", h.Sum(nil)[:6])}, nil
}

// shownEntry is a line of a menu with what its template needs.
type shownEntry struct {
	F    view
	Card string
	Href string
	E    entry
}

// href is where a button leads that is no form.
func href(card string, e entry) string {
	switch {
	case e.Call == edo.CallLog:
		return "/cards/" + card + "/messages"
	case e.ID == edo.CardForm:
		return "/cards/" + card + "/version/" + roleForm
	case e.Call == edo.CallContent:
		return "/cards/" + card + "/version/" + roleOriginal
	}
	return "/do/" + url.PathEscape(e.ID) + "?card=" + card
}

// frame is one request of one user, and what every template may use.
type frame struct {
	*core.RequestEvent
	lang
	d    *desk
	User *core.Record // nil: nobody has logged in
}

// Actor is the user's id at the plugin.
func (f *frame) Actor() edo.ActorID {
	if f.User == nil {
		return ""
	}
	return edo.ActorID(f.User.GetString("actor"))
}

// Name of the user.
func (f *frame) Name() string { return f.User.GetString("name") }

// LoggedIn reports whether somebody has.
func (f *frame) LoggedIn() bool { return f.User != nil }

// Tag changes with the static files.
func (f *frame) Tag() string { return f.d.pages.tag }

// Here is this page's own address for the switch of languages.
func (f *frame) Here() string { return url.QueryEscape(f.Request.URL.RequestURI()) }

// Zone of the times on the page.
func (f *frame) Zone() string { return f.d.Now().Local().Format("MST (-07:00)") }

// routes adds our pages to those of PocketBase, which are below /_/ and /api/.
func (d *desk) routes(r *router.Router[*core.RequestEvent]) {
	all := r.Group("")
	all.BindFunc(guard)
	all.Bind(apis.SkipSuccessActivityLog()) // pages look for changes every second: PocketBase would log each look
	page := func(method, path string, show func(*frame) error) {
		all.Route(method, path, func(e *core.RequestEvent) error {
			f := &frame{RequestEvent: e, lang: spoken(e.Request), d: d, User: d.session(e.Request)}
			if f.User == nil {
				return f.toLogin()
			}
			return f.failed(show(f))
		})
	}
	open := func(method, path string, show func(*frame) error) {
		all.Route(method, path, func(e *core.RequestEvent) error {
			f := &frame{RequestEvent: e, lang: spoken(e.Request), d: d}
			return f.failed(show(f))
		})
	}
	open(http.MethodGet, "/login", (*frame).login)
	open(http.MethodPost, "/login", (*frame).logIn)
	open(http.MethodPost, "/logout", (*frame).logOut)
	open(http.MethodGet, "/lang/{code}", (*frame).speak)
	open(http.MethodGet, "/static/{name}", (*frame).static)
	page(http.MethodGet, "/{$}", (*frame).list)
	page(http.MethodGet, "/new", (*frame).blank)
	page(http.MethodGet, "/cards/{id}", (*frame).card)
	page(http.MethodGet, "/cards/{id}/changed", (*frame).changed)
	page(http.MethodGet, "/cards/{id}/messages", (*frame).messages)
	page(http.MethodGet, "/cards/{id}/version/{role}", (*frame).versionOf)
	page(http.MethodGet, "/changed", (*frame).changed)
	page(http.MethodPost, "/send", (*frame).send)
	page(http.MethodGet, "/do/{action}", (*frame).ask)
	page(http.MethodPost, "/do/{action}", (*frame).do)
	page(http.MethodGet, "/versions/{id}", (*frame).version)
	page(http.MethodGet, "/versions/{id}/file", (*frame).file)
	page(http.MethodGet, "/messages/{id}", (*frame).message)
	page(http.MethodGet, "/messages/{id}/{side}/xml", (*frame).exact)
	d.upload(all)
}

// guard is in front of every page: what browsers are told, and no form of another site.
func guard(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if err := http.NewCrossOriginProtection().Check(e.Request); err != nil {
		return e.ForbiddenError("The form is one of another site.", nil)
	}
	return e.Next()
}

// view is what templates see: the frame, a title and what the page is about.
type view struct {
	*frame
	Title string
	V     any
}

func (f *frame) show(status int, name, title string, v any) error {
	var b bytes.Buffer
	if err := f.d.pages.templates.ExecuteTemplate(&b, name, view{f, title, v}); err != nil {
		return err
	}
	f.Response.Header().Set("Content-Type", "text/html; charset=utf-8")
	f.Response.WriteHeader(status)
	_, err := f.Response.Write(b.Bytes())
	return err
}

// refusal is a page that says why something was not done.
type refusal struct{ Text, More string }

// failed shows an error in a clerk's words; the rest of it goes to the log.
func (f *frame) failed(err error) error {
	if err == nil {
		return nil
	}
	f.d.Logger.WarnContext(f.Request.Context(), "a page was refused", "path", f.Request.URL.Path, "error", err)
	status := http.StatusInternalServerError
	switch edo.KindOf(err) {
	case edo.Denied:
		status = http.StatusForbidden
	case edo.NotFound:
		status = http.StatusNotFound
	case edo.Invalid:
		status = http.StatusBadRequest
	case edo.Conflict, edo.Refused, edo.Ambiguous:
		status = http.StatusConflict
	case edo.Unavailable, edo.NotReady:
		status = http.StatusServiceUnavailable
	}
	more := ""
	var fault *edo.Error
	if errors.As(err, &fault) && fault.Kind == edo.Denied {
		more = f.T("Права даёт администратор обмена.", "The exchange administrator gives rights.")
	}
	return f.show(status, "refusal", f.S(dmsplugin.Sentence(err)), refusal{f.S(dmsplugin.Sentence(err)), more})
}

func (f *frame) static() error {
	name := f.Request.PathValue("name")
	b, err := files.ReadFile("static/" + name)
	if err != nil {
		return gone("page")
	}
	kind := "text/css; charset=utf-8"
	if name == "desk.js" {
		kind = "text/javascript; charset=utf-8"
	}
	f.Response.Header().Set("Cache-Control", "max-age=86400")
	return f.Blob(http.StatusOK, kind, b)
}

// gone is the error for what is not there.
func gone(what string) error {
	return &edo.Error{Kind: edo.NotFound, Field: what, Message: "is not there", Remedy: "go back to the list"}
}

// found gives a record by the id of the address.
func (f *frame) found(collection string) (*core.Record, error) {
	r, err := f.d.app.FindRecordById(collection, f.Request.PathValue("id"))
	if err != nil {
		return nil, gone(collection)
	}
	return r, nil
}
