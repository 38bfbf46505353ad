package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

type inboundRow struct {
	edo.InboundDocument
	Of      string
	Person  string // who is responsible
	Kindly  string // what it is
	Faulty  bool   // somebody has found a fault with it
	Waiting bool   // for our answer
}

type inboundView struct {
	*frame
	Rows        []inboundRow
	Subscribers []choice
	Shown       []choice
	INN, Text   string
	From, To    string
	Filtered    bool
	Fault       string
	Next, First string
	Cut         bool
	Section     string
}

// people write these to each other; the rest confirms.
func written() []edo.Class {
	return []edo.Class{edo.ClassMain, edo.ClassReply, edo.ClassRevocation, edo.ClassRefusal}
}

// waits reports whether a document waits for an answer of ours.
func waits(d edo.InboundDocument) bool {
	switch {
	case d.Reply.Package != "" || d.Reply.Channel != "":
		return false
	case d.Fate == edo.StateSigned || d.Fate == edo.StateRefused || d.Fate == edo.StateRevoked:
		return false
	case d.Term.State == edo.TermOpen || d.Term.State == edo.TermWarned || d.Term.State == edo.TermMissed:
		return true
	}
	return d.NeedSign || d.Class == edo.ClassRevocation
}

// inbox lists what came in, newest first.
func (k *Console) inbox(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f.Title, f.Tab = f.T("Входящие", "Inbox"), "inbox"
	if _, err := k.visible(ctx, f); err != nil {
		return err
	}
	v := inboundView{frame: f, Section: "inbox", INN: strings.TrimSpace(q.Get("inn")), Text: strings.TrimSpace(q.Get("q")), From: q.Get("from"), To: q.Get("to")}
	filter := edo.InboundFilter{Subscriber: edo.SubscriberID(q.Get("subscriber"))}
	if filter.Subscriber != "" {
		if _, err := k.of(ctx, f, filter.Subscriber); err != nil {
			return err
		}
	}
	for _, s := range f.all {
		v.Subscribers = append(v.Subscribers, choice{string(s.ID), s.Title, s.ID == filter.Subscriber})
	}
	show := q.Get("show")
	filter.Classes, filter.Terms = v.shown(show)
	filter.From, filter.To, v.Fault = f.days(v.From, v.To)
	v.Filtered = v.INN+v.Text+v.From+v.To+string(filter.Subscriber)+show != ""
	after, paged := parsePlace(q.Get("after"))
	last, err := k.sift(ctx, f, &v, filter, show == "answer", after)
	if err != nil {
		return err
	}
	v.Next, v.First = neighbours("/inbox", q, last, paged)
	return k.renderList(f, w, "inbox", v.Fault, v)
}

// shown is what the choice of the page means to the store.
func (v *inboundView) shown(show string) (classes []edo.Class, terms []edo.TermState) {
	for _, c := range []choice{
		{"answer", v.T("ждут нашего ответа", "that wait for our answer"), false},
		{"missed", v.T("срок ответа нарушен", "whose term was missed"), false},
		{"all", v.T("вместе со служебными", "with receipts and notices"), false},
	} {
		c.Chosen = c.Value == show
		v.Shown = append(v.Shown, c)
	}
	switch show {
	case "missed":
		return nil, []edo.TermState{edo.TermMissed}
	case "all":
		return nil, nil
	}
	return written(), nil
}

// sift fills one page.
func (k *Console) sift(ctx context.Context, f *frame, v *inboundView, filter edo.InboundFilter, waiting bool, after place) (last place, err error) {
	if v.Fault != "" {
		return place{}, nil
	}
	sieve := sieve[edo.InboundDocument]{
		place: func(d edo.InboundDocument) place {
			return place{d.ReceivedAt, edo.Key{Subscriber: d.Key.Subscriber, Package: edo.PackageID(d.Key.Remote)}}
		},
		fetch: func(to time.Time, limit int) ([]edo.InboundDocument, error) {
			filter.To, filter.Limit = to, limit
			return k.Book.InboundDocuments(ctx, filter)
		},
		keep: func(d edo.InboundDocument) (bool, error) {
			if _, known := f.titled(d.Key.Subscriber); !known || waiting && !waits(d) || !v.fits(d) {
				return false, nil
			}
			return k.glance(ctx, f, edo.ActionRead, d.Key.Subscriber, kindOf(d))
		},
	}
	docs, last, cut, err := sieve.page(after, filter.To)
	for _, d := range docs {
		v.Rows = append(v.Rows, k.inboundRow(ctx, f, d))
	}
	v.Cut = cut
	return last, err
}

// kindOf is the kind by which rights are bound, as the gateway asks it.
func kindOf(d edo.InboundDocument) []string {
	if kind := cmp.Or(d.Kind, d.Type); kind != "" {
		return []string{kind}
	}
	return nil
}

func (k *Console) inboundRow(ctx context.Context, f *frame, d edo.InboundDocument) inboundRow {
	s, _ := f.titled(d.Key.Subscriber)
	row := inboundRow{InboundDocument: d, Of: s.Title, Kindly: cmp.Or(d.Kind, d.Type), Faulty: !d.Sound(), Waiting: waits(d)}
	if d.Responsible != "" {
		row.Person = k.nameOf(ctx, d.Key.Subscriber, d.Responsible)
	}
	return row
}

// fits looks at what the store does not filter by.
func (v *inboundView) fits(d edo.InboundDocument) bool {
	if v.INN != "" && d.From.INN != v.INN {
		return false
	}
	if v.Text == "" {
		return true
	}
	return slices.ContainsFunc([]string{string(d.Key.Remote), string(d.Message), d.Name, d.Number, d.From.Name, d.Comment, string(d.About.Package)}, func(t string) bool {
		return strings.Contains(strings.ToLower(t), strings.ToLower(v.Text))
	})
}

type inboundPageView struct {
	*frame
	Row        inboundRow
	Signatures []signatureRow
	Because    string // why this person is responsible
	Reply      string // how it was answered in another way
	By         string
	MayOpen    bool
	MayAnswer  bool
	PDF        bool
	Closed     bool

	// Of the form.
	Way, Why string
	Faults   []string
}

type signatureRow struct {
	edo.InboundSignature
	Ours, Colour string
}

// inboundPage shows one document that came in: who sent it, both verdicts, who is responsible and why, until when.
func (k *Console) inboundPage(f *frame, w http.ResponseWriter, r *http.Request) error {
	v, err := k.inboundPageView(r.Context(), f, inboundOf(r.URL.Query()))
	if err != nil {
		return err
	}
	return k.render(f, w, http.StatusOK, "inbound", v)
}

// inboundOf is what an address or a form of a document that came in names.
func inboundOf(q url.Values) edo.InboundKey {
	return edo.InboundKey{Subscriber: edo.SubscriberID(q.Get("s")), Remote: edo.RemoteID(q.Get("d"))}
}

func (k *Console) inboundPageView(ctx context.Context, f *frame, key edo.InboundKey) (v inboundPageView, err error) {
	s, err := k.of(ctx, f, key.Subscriber)
	if err != nil {
		return v, err
	}
	d, err := k.Book.InboundDocument(ctx, key)
	if err != nil {
		return v, err
	}
	if err := k.demand(ctx, f, edo.ActionRead, s.ID, kindOf(d)); err != nil {
		return v, err
	}
	f.Title, f.Tab = d.Name, "inbox"
	v = inboundPageView{frame: f, Row: k.inboundRow(ctx, f, d), PDF: pdfName(d.Name), Closed: d.Digest.IsZero(), Because: f.S(d.Why)}
	for _, one := range d.Signatures {
		row := signatureRow{InboundSignature: one}
		row.Ours, row.Colour = f.verdict(one)
		v.Signatures = append(v.Signatures, row)
	}
	if d.Reply.Channel != "" {
		v.Reply, v.By = f.channel(d.Reply.Channel), k.nameOf(ctx, s.ID, d.Reply.Actor)
	}
	if d.Class == edo.ClassMain { // the rest is no request
		if v.MayAnswer, err = k.glance(ctx, f, edo.ActionAnswer, s.ID, kindOf(d)); err != nil {
			return v, err
		}
	}
	v.MayOpen, err = k.glance(ctx, f, edo.ActionReadContent, s.ID, kindOf(d))
	return v, err
}
