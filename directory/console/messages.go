package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// choice is one entry of a select.
type choice struct {
	Value, Text string
	Chosen      bool
}

type messageRow struct {
	Op       edo.Operation
	Of       subscriber
	First    string // name of the first document
	More     int    // documents beyond it
	Person   bool
	Why      string
	Received time.Time
}

type messagesView struct {
	*frame
	Rows        []messageRow
	Subscribers []choice
	States      []choice
	INN, Text   string
	From, To    string
	Filtered    bool
	Fault       string
	Next        string // address of the next page, empty: there is none
	First       string // address of the first page, empty: this is it
	Cut         bool   // the search ended early
}

// messages lists packages, newest first.
func (k *Console) messages(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f.Title, f.Tab = f.T("Сообщения", "Messages"), "messages"
	if _, err := k.visible(ctx, f); err != nil {
		return err
	}
	v := messagesView{frame: f, INN: q.Get("inn"), Text: strings.TrimSpace(q.Get("q")), From: q.Get("from"), To: q.Get("to")}
	filter := edo.OperationFilter{Subscriber: edo.SubscriberID(q.Get("subscriber"))}
	if filter.Subscriber != "" {
		if _, err := k.of(ctx, f, filter.Subscriber); err != nil {
			return err
		}
	}
	for _, s := range f.all {
		v.Subscribers = append(v.Subscribers, choice{string(s.ID), s.Title, s.ID == filter.Subscriber})
	}
	state := q.Get("state")
	for _, s := range allStates() {
		v.States = append(v.States, choice{string(s), f.State(s), string(s) == state})
		if string(s) == state {
			filter.States = []edo.State{s}
		}
	}
	filter.From, filter.To, v.Fault = f.days(v.From, v.To)
	v.Filtered = v.INN != "" || v.Text != "" || v.From != "" || v.To != "" || filter.Subscriber != "" || len(filter.States) > 0
	after, paged := parsePlace(q.Get("after"))
	last, err := k.search(ctx, f, &v, filter, after)
	if err != nil {
		return err
	}
	v.Next, v.First = neighbours("/messages", q, last, paged)
	return k.renderList(f, w, "messages", v.Fault, v)
}

// search fills one page and gives the place to go on at; zero: nothing is left.
func (k *Console) search(ctx context.Context, f *frame, v *messagesView, filter edo.OperationFilter, after place) (last place, err error) {
	if v.Fault != "" {
		return place{}, nil
	}
	sieve := sieve[edo.Operation]{
		place: func(op edo.Operation) place { return place{op.CreatedAt, op.Key} },
		fetch: func(to time.Time, limit int) ([]edo.Operation, error) {
			filter.To, filter.Limit = to, limit
			return k.Book.Operations(ctx, filter)
		},
		keep: func(op edo.Operation) (bool, error) {
			if _, known := f.titled(op.Key.Subscriber); !known || !v.fits(op) {
				return false, nil
			}
			return k.glance(ctx, f, edo.ActionRead, op.Key.Subscriber, kindsOf(op))
		},
	}
	ops, last, cut, err := sieve.page(after, filter.To)
	for _, op := range ops {
		s, _ := f.titled(op.Key.Subscriber)
		v.Rows = append(v.Rows, rowOf(f, op, s, k))
	}
	v.Cut = cut
	return last, err
}

// fits looks at what the store does not filter by.
func (v *messagesView) fits(op edo.Operation) bool {
	if v.INN != "" && op.To.INN != v.INN {
		return false
	}
	if v.Text == "" {
		return true
	}
	texts := []string{string(op.Key.Package), string(op.Message), op.Set, op.To.Name, string(op.InReplyTo)}
	for _, d := range op.Documents {
		texts = append(texts, string(d.ID), d.Name, d.Number, d.ExternalID, string(d.Remote))
	}
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(strings.ToLower(t), strings.ToLower(v.Text)) })
}

func rowOf(f *frame, op edo.Operation, s subscriber, k *Console) messageRow {
	row := messageRow{Op: op, Of: s, Person: op.Reason.NeedsPerson(), Why: k.reason(f, op.Reason)}
	if len(op.Documents) > 0 {
		row.First, row.More = op.Documents[0].Name, len(op.Documents)-1
	}
	return row
}

// reason is the sentence of a reason, its code if it has none.
func (k *Console) reason(f *frame, r edo.Reason) string {
	if r == "" {
		return ""
	}
	if k.Reason != nil {
		if text := f.S(k.Reason(r)); text != "" {
			return text
		}
	}
	return string(r)
}

// with is the query with one value changed; an empty one is left out.
func with(q url.Values, name, value string) string {
	c := url.Values{}
	for key, all := range q {
		if key != name && key != "lang" && len(all) > 0 && all[0] != "" {
			c.Set(key, all[0])
		}
	}
	if value != "" {
		c.Set(name, value)
	}
	return c.Encode()
}
