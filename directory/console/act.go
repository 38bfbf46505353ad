package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// form is what a person has filled in.
type form struct {
	Do        string // retry, cancel or decide
	Why       string
	There     string // yes or no
	Message   string
	Time      string // as the browser writes it, in the zone of the page
	Documents map[edo.DocumentID]string
}

type actView struct {
	packageView
	Form    form
	Heading string
	Faults  []string
	Done    time.Time // the operator's time, read
	Sure    bool      // the page asks whether it is meant so
}

// actPatience is how long an operator that is asked first may take to answer.
const actPatience = 5 * time.Minute

// formTimes are how a browser may write a moment.
func formTimes() []string {
	return []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05.000"}
}

// actPage asks for the reason, and for a decision shows everything that is known.
func (k *Console) actPage(f *frame, w http.ResponseWriter, r *http.Request) error {
	v, err := k.actView(f, r, keyOf(r), form{Do: r.URL.Query().Get("do")})
	if err != nil {
		return err
	}
	return k.render(f, w, http.StatusOK, "act", v)
}

func (k *Console) actView(f *frame, r *http.Request, key edo.Key, filled form) (actView, error) {
	v := actView{Form: filled}
	var err error
	if v.packageView, err = k.packageView(r.Context(), f, key); err != nil {
		return v, err
	}
	v.Section = "package"
	switch filled.Do {
	case "retry":
		v.Heading = f.T("Повторить сейчас", "Retry now")
	case "cancel":
		v.Heading = f.T("Отменить отправку", "Cancel the package")
	case "decide":
		v.Heading = f.T("Решить: есть ли пакет у оператора", "Decide: does the operator have it")
	default:
		return v, notFound("there is no such action")
	}
	if v.Acts.Denied { // the page itself is refused, with a row
		if err := k.demand(r.Context(), f, edo.ActionDecide, key.Subscriber, kindsOf(v.Op)); err != nil {
			return v, err
		}
	}
	if v.Form.Documents == nil {
		v.Form.Documents = map[edo.DocumentID]string{}
	}
	f.Title = v.Heading + ": " + string(key.Package)
	return v, nil
}

// act does what the form asks for. A decision is asked for twice: the second page says what will be written.
func (k *Console) act(f *frame, w http.ResponseWriter, r *http.Request) error {
	p := r.PostForm
	key := edo.Key{Subscriber: edo.SubscriberID(p.Get("s")), Package: edo.PackageID(p.Get("p"))}
	filled := form{
		Do: p.Get("do"), Why: strings.TrimSpace(p.Get("why")), There: p.Get("there"), Message: strings.TrimSpace(p.Get("message")), Time: p.Get("time"),
		Documents: map[edo.DocumentID]string{},
	}
	for name, all := range p {
		if id, is := strings.CutPrefix(name, "d:"); is && len(all) > 0 && len(filled.Documents) < edo.MaxDocuments {
			filled.Documents[edo.DocumentID(id)] = strings.TrimSpace(all[0])
		}
	}
	if err := edo.CheckWhy("why", filled.Why); err != nil {
		return k.again(f, w, r, key, filled, f.T("Напишите одной строкой, почему: это сохранится вместе с вашим именем.", "Say why in one line: it is kept with your name."))
	}
	ctx := r.Context()
	_ = http.NewResponseController(w).SetWriteDeadline(k.Now().Add(actPatience)) // a writer without deadlines needs none
	var err error
	var op edo.Operation
	switch filled.Do {
	case "retry":
		op, err = k.Desk.Retry(ctx, f.Actor, key, filled.Why)
	case "cancel":
		op, err = k.Desk.Cancel(ctx, f.Actor, key, filled.Why)
	case "decide":
		d, faults := filled.decision(f, k.Now())
		if len(faults) > 0 {
			return k.again(f, w, r, key, filled, faults...)
		}
		if p.Get("sure") != "yes" {
			return k.sure(f, w, r, key, filled, d)
		}
		op, err = k.Desk.Decide(ctx, f.Actor, key, d)
	default:
		return notFound("there is no such action")
	}
	if errors.Is(err, edo.Denied) {
		return err
	}
	if err != nil {
		return k.again(f, w, r, key, filled, k.faults(f, err)...)
	}
	k.sessions.say(f.session, fmt.Sprintf(f.T("Записано: %s. Пакет %s: %s.", "Noted: %s. Package %s: %s."), f.done(filled.Do), key.Package, f.S(op.State.Sentence())))
	http.Redirect(w, r, "/package?"+url.Values{"s": {string(key.Subscriber)}, "p": {string(key.Package)}}.Encode(), http.StatusSeeOther)
	return nil
}

func (l lang) done(what string) string {
	switch what {
	case "retry":
		return l.T("повторить сейчас", "retry now")
	case "cancel":
		return l.T("отмена", "cancelled")
	}
	return l.T("решение", "decision")
}

// again shows the form with what is wrong, and with what was filled in.
func (k *Console) again(f *frame, w http.ResponseWriter, r *http.Request, key edo.Key, filled form, faults ...string) error {
	v, err := k.actView(f, r, key, filled)
	if err != nil {
		return err
	}
	v.Faults = faults
	return k.render(f, w, http.StatusUnprocessableEntity, "act", v)
}

// sure asks whether the decision is meant so.
func (k *Console) sure(f *frame, w http.ResponseWriter, r *http.Request, key edo.Key, filled form, d edo.Decision) error {
	v, err := k.actView(f, r, key, filled)
	if err != nil {
		return err
	}
	v.Sure, v.Done = true, d.OperatorTime
	return k.render(f, w, http.StatusOK, "act", v)
}

// faults are the sentences of an error, one for each of its faults.
func (k *Console) faults(f *frame, err error) (all []string) {
	var many edo.Faults
	if !errors.As(err, &many) {
		many = edo.Faults{err}
	}
	for _, one := range many {
		text, more := k.told(f, one)
		if more != "" {
			text += " (" + more + ")"
		}
		var e *edo.Error
		if errors.As(one, &e) && e.RetryAfter > 0 {
			text += ". " + fmt.Sprintf(f.T("Повторите через %s.", "Try again in %s."), f.Span(e.RetryAfter))
		}
		all = append(all, text)
	}
	return all
}

// decision reads the form; the gateway checks it against the package.
func (m form) decision(f *frame, now time.Time) (d edo.Decision, faults []string) {
	d = edo.Decision{Accepted: m.There == "yes", Why: m.Why}
	switch m.There {
	case "no":
		return d, nil
	case "yes":
	default:
		return d, []string{f.T("Выберите, есть ли пакет у оператора.", "Choose whether the operator has it.")}
	}
	d.Message = edo.MessageID(m.Message)
	for _, layout := range formTimes() {
		if t, err := time.ParseInLocation(layout, m.Time, f.zone); err == nil {
			d.OperatorTime = t
			break
		}
	}
	if d.OperatorTime.IsZero() {
		faults = append(faults, f.T("Укажите время, которое показывает оператор.", "Give the time that the operator shows."))
	}
	for id, remote := range m.Documents {
		if remote == "" {
			continue
		}
		if d.Documents == nil {
			d.Documents = map[edo.DocumentID]edo.RemoteID{}
		}
		d.Documents[id] = edo.RemoteID(remote)
	}
	if len(faults) > 0 {
		return d, faults
	}
	if err := d.Check(now); err != nil {
		faults = append(faults, f.T("Решение заполнено неверно", "The decision is not valid")+": "+err.Error())
	}
	return d, faults
}
