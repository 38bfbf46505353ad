package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// moment is one line of what happened.
type moment struct {
	At       time.Time // on our clock
	Operator time.Time // on the operator's, zero where it has not said
	What     string
	Result   string
	Colour   string
	Detail   string
	Who      string
	Until    time.Time // of the last of several that are the same; zero: there is one
	Times    int       // how many
}

// versionRow is one thing that can be opened.
type versionRow struct {
	edo.Version
	Title  string
	Remark string
	Digest string
	PDF    bool
}

// documentRow is one document with everything of it.
type documentRow struct {
	edo.DocumentStatus
	Versions []versionRow
	Stamp    string
	Verdict  string
	Mark     string // colour of the verdict
	Over     bool   // the certificate is not valid now
}

type packageView struct {
	*frame
	Op        edo.Operation
	Of        subscriber
	X         edo.Explanation
	Calls     []exchangeRow // newest first
	By        string
	Why       string
	Documents []documentRow
	Moments   []moment
	Waits     []waiting
	Skew      string
	MayOpen   bool // content
	MayRead   bool // raw XML
	Acts      acts
	Section   string // of the tabs
}

// waiting is one unfinished job.
type waiting struct {
	Job    edo.JobStatus
	Why    string
	Stands string
}

// acts are the buttons.
type acts struct {
	Retry, Cancel, Decide bool
	Denied                bool // there is something to do, and the user may not
}

// Any reports whether there is a button.
func (a acts) Any() bool { return a.Retry || a.Cancel || a.Decide }

func keyOf(r *http.Request) edo.Key {
	q := r.URL.Query()
	return edo.Key{Subscriber: edo.SubscriberID(q.Get("s")), Package: edo.PackageID(q.Get("p"))}
}

// packagePage shows one package whole.
func (k *Console) packagePage(f *frame, w http.ResponseWriter, r *http.Request) error {
	v, err := k.packageView(r.Context(), f, keyOf(r))
	if err != nil {
		return err
	}
	v.Section = "package"
	return k.render(f, w, http.StatusOK, "package", v)
}

func (k *Console) packageView(ctx context.Context, f *frame, key edo.Key) (packageView, error) {
	op, s, err := k.named(ctx, f, key)
	if err != nil {
		return packageView{}, err
	}
	f.Title, f.Tab = f.T("Пакет ", "Package ")+string(key.Package), "messages"
	v := packageView{frame: f, Op: op, Of: s, By: k.nameOf(ctx, key.Subscriber, op.Actor)}
	if v.X, err = k.Desk.Explain(ctx, key); err != nil {
		return v, err
	}
	if v.X.Operation != nil {
		v.Op = *v.X.Operation
	}
	v.Why = k.reason(f, v.X.Reason)
	if v.MayOpen, err = k.mayOpen(ctx, f, v.Op); err != nil {
		return v, err
	}
	if v.MayRead, err = k.glance(ctx, f, edo.ActionReadLog, key.Subscriber, kindsWith(v.Op)); err != nil {
		return v, err
	}
	if v.Acts, err = k.acts(ctx, f, v.X); err != nil {
		return v, err
	}
	for _, d := range v.Op.Documents {
		v.Documents = append(v.Documents, f.document(d, v.Op))
	}
	v.Moments = k.moments(ctx, f, v)
	for _, j := range v.X.Jobs {
		v.Waits = append(v.Waits, waiting{j, k.reason(f, j.Reason), f.stands(j, v.X.At)})
	}
	for _, c := range v.X.Calls {
		v.Calls = append(v.Calls, f.exchangeRow(directory.Row{Exchange: directory.Exchange{
			Seq: c.Seq, ID: c.ID, Operation: c.Operation, Document: c.Document, StartedAt: c.At, EndedAt: c.EndedAt, Outcome: c.Outcome, HTTPStatus: c.HTTPStatus, Code: c.Code, Note: c.Note,
		}}, v.Op))
	}
	v.Skew = f.skew(v.Op)
	return v, nil
}

// kindsWith are the kinds as the reading of raw XML asks for them: those of answers included, which are empty.
func kindsWith(op edo.Operation) (kinds []string) {
	for _, d := range op.Documents {
		kinds = append(kinds, d.Kind)
	}
	return kinds
}

func (k *Console) mayOpen(ctx context.Context, f *frame, op edo.Operation) (bool, error) {
	for _, d := range op.Documents {
		var kinds []string
		if d.Kind != "" {
			kinds = []string{d.Kind}
		}
		if ok, err := k.glance(ctx, f, edo.ActionReadContent, op.Key.Subscriber, kinds); !ok {
			return false, err
		}
	}
	return true, nil
}

// acts are what a person can do now and may.
func (k *Console) acts(ctx context.Context, f *frame, x edo.Explanation) (a acts, err error) {
	if x.Operation == nil {
		return a, nil
	}
	a.Retry = slices.Contains(x.Remedies, edo.RemedyRetry)
	a.Cancel = slices.Contains(x.Remedies, edo.RemedyCancel)
	a.Decide = slices.Contains(x.Remedies, edo.RemedyDecide)
	if !a.Any() {
		return a, nil
	}
	ok, err := k.glance(ctx, f, edo.ActionDecide, x.Key.Subscriber, kindsOf(*x.Operation))
	if !ok {
		a = acts{Denied: true}
	}
	return a, err
}

// skew says how the clocks differ, as far as it is known.
func (l lang) skew(op edo.Operation) string {
	switch {
	case !op.State.Sent():
		return ""
	case op.Skew == 0:
		return l.T("разница часов не измерена: исход выяснен отдельным запросом", "the difference of clocks was not measured: the outcome was found out later")
	case op.Skew < 0:
		return l.T("часы оператора впереди на ", "the operator's clock is ahead by ") + l.Span(op.Skew)
	}
	return l.T("наши часы впереди на ", "our clock is ahead by ") + l.Span(op.Skew) + l.T(" (вместе с временем ответа)", " (the time of the answer included)")
}

func (l lang) stands(j edo.JobStatus, now time.Time) string {
	switch j.State {
	case edo.JobHeld:
		return l.T("в работе до ", "in hand until ") + l.At(j.Until)
	case edo.JobOverdue:
		return l.T("пора с ", "due since ") + l.At(j.Due)
	}
	if j.Due.Sub(now) > 0 {
		return l.T("в ", "at ") + l.At(j.Due)
	}
	return l.T("сейчас", "now")
}

func (l lang) document(d edo.DocumentStatus, op edo.Operation) documentRow {
	row := documentRow{DocumentStatus: d}
	add := func(v edo.Version) {
		if v.Digest.IsZero() {
			return
		}
		row.Versions = append(row.Versions, versionRow{
			Version: v, Title: l.role(v.Role), Remark: l.remark(v.Remark), Digest: v.Digest.String(),
			PDF: v.Role == edo.RoleOperatorForm || v.Role == edo.RoleLocalMark || v.Role == edo.RoleOriginal && pdfName(v.Name),
		})
	}
	add(edo.Version{Role: edo.RoleOriginal, Name: d.Name, Digest: d.Digest, Size: d.Size, At: op.CreatedAt})
	for _, v := range d.Versions {
		add(v)
	}
	add(edo.Version{Role: edo.RoleSignature, Name: d.Name + ".p7s", Digest: d.Signature})
	if op.Stamps() && d.Stamp != edo.StampReady { // else it is among the versions
		row.Stamp = l.stamp(d.Stamp)
	}
	switch d.Verdict {
	case edo.VerdictValid:
		row.Verdict, row.Mark = l.T("Подпись проверена здесь: верна", "The signature was checked here: valid"), "good"
	case edo.VerdictInvalid:
		row.Verdict, row.Mark = l.T("Подпись неверна", "The signature is not valid"), "bad"
	case edo.VerdictOperatorOnly:
		row.Verdict, row.Mark = l.T("Подпись проверит только оператор", "The signature is checked by the operator only"), "wait"
	}
	return row
}

// moments is what happened, oldest first: what the package says itself, and claims of workers and people. Claims that
// follow each other and say the same are one line.
func (k *Console) moments(ctx context.Context, f *frame, v packageView) []moment {
	op := v.Op
	all := []moment{{At: op.CreatedAt, What: f.T("Пакет принят от пользователя", "The package was taken from the user"), Who: v.By, Colour: "done"}}
	if op.State.Sent() && !op.SentAt.IsZero() {
		all = append(all, moment{At: op.SentAt, Operator: op.OperatorTime, What: f.T("Оператор принял пакет и зафиксировал время", "The operator accepted the package and fixed the time"), Colour: "good"})
	}
	for _, d := range op.Documents {
		for _, ver := range d.Versions {
			all = append(all, moment{At: ver.At, What: f.role(ver.Role) + ": " + d.Name, Colour: "good"})
		}
	}
	for _, a := range v.X.Attempts {
		sent := a.Job == edo.JobSend && edo.State(a.Result) == edo.StateSent && !op.SentAt.IsZero()
		ready := a.Job == edo.JobStamp && edo.StampState(a.Result) == edo.StampReady
		if (sent || ready) && !strings.HasPrefix(a.Owner, byHandOwner) {
			continue // what came of it is a line already
		}
		all = append(all, k.attempt(ctx, f, op, a))
	}
	for _, t := range v.X.Tasks {
		all = append(all, moment{At: t.CreatedAt, What: f.T("Открыто задание на подпись: ", "A signature task was opened: ") + t.Name, Who: string(t.Signer), Colour: "wait"})
		if !t.EndedAt.IsZero() {
			all = append(all, moment{At: t.EndedAt, What: f.T("Задание на подпись завершено: ", "The signature task has ended: ") + t.Name, Who: k.nameOf(ctx, op.Key.Subscriber, t.Actor), Colour: "done"})
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return a.At.Compare(b.At) })
	return joined(all)
}

// byHandOwner begins the owner of work that a person has taken in hand.
const byHandOwner = "by hand: "

func (k *Console) attempt(ctx context.Context, f *frame, op edo.Operation, a edo.Attempt) moment {
	m := moment{At: a.At, What: f.Job(a.Job), Result: f.result(a.Result), Detail: f.remark(a.Detail), Colour: f.Colour(edo.State(a.Result))}
	if d := op.Document(a.Document); d != nil {
		m.What += ": " + d.Name
	}
	if actor, person := strings.CutPrefix(a.Owner, byHandOwner); person {
		m.What, m.Colour = m.Result, "done"
		m.Result, m.Who = "", k.nameOf(ctx, op.Key.Subscriber, edo.ActorID(actor))
	}
	return m
}

func joined(all []moment) (out []moment) {
	for _, m := range all {
		if n := len(out) - 1; n >= 0 && m.Operator.IsZero() && m.Who == "" && out[n].What == m.What && out[n].Result == m.Result && out[n].Detail == m.Detail {
			out[n].Until, out[n].Times = m.At, max(out[n].Times, 1)+1
			continue
		}
		out = append(out, m)
	}
	return out
}
