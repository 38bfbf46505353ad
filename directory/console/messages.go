package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	pageRows  = 25
	batchRows = 100
	maxLooked = 3000 // packages that are looked at for one page: the store does not know every filter
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

// place is where a page ended: the last row that was looked at.
type place struct {
	at  time.Time
	key edo.Key
}

func (p place) String() string {
	return strconv.FormatInt(p.at.UnixMicro(), 10) + " " + string(p.key.Subscriber) + " " + string(p.key.Package)
}

func parsePlace(s string) (p place, ok bool) {
	parts := strings.Split(s, " ")
	if len(parts) != 3 {
		return p, false
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return p, false
	}
	return place{time.UnixMicro(n), edo.Key{Subscriber: edo.SubscriberID(parts[1]), Package: edo.PackageID(parts[2])}}, true
}

// messages lists packages, newest first.
func (k *Console) messages(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f.Title, f.Tab = f.T("Сообщения", "Messages"), "messages"
	if _, err := k.visible(ctx, f); err != nil {
		return err
	}
	v := messagesView{frame: f, INN: q.Get("inn"), Text: strings.TrimSpace(q.Get("q")), From: q.Get("from"), To: q.Get("to")}
	filter := edo.OperationFilter{Subscriber: edo.SubscriberID(q.Get("subscriber")), Limit: batchRows}
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
	v.period(&filter)
	v.Filtered = v.INN != "" || v.Text != "" || v.From != "" || v.To != "" || filter.Subscriber != "" || len(filter.States) > 0
	after, paged := parsePlace(q.Get("after"))
	last, err := k.search(ctx, f, &v, filter, after)
	if err != nil {
		return err
	}
	if !last.at.IsZero() {
		v.Next = "/messages?" + with(q, "after", last.String())
	}
	if paged {
		v.First = "/messages?" + with(q, "after", "")
	}
	code := http.StatusOK
	if v.Fault != "" {
		code = http.StatusBadRequest
	}
	return k.render(f, w, code, "messages", v)
}

// period reads the days of the filter; the last one belongs to it.
func (v *messagesView) period(filter *edo.OperationFilter) {
	day := func(text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(time.DateOnly, text, v.zone)
		if err != nil {
			v.Fault = v.T("Дата записана неверно", "A date is wrong")
		}
		return t
	}
	filter.From = day(v.From)
	if to := day(v.To); !to.IsZero() {
		filter.To = to.AddDate(0, 0, 1)
	}
	if !filter.To.IsZero() && !filter.From.Before(filter.To) {
		v.Fault = v.T("Период заканчивается раньше, чем начинается", "The period ends before it begins")
	}
}

// search fills one page and gives the place to go on at; zero: nothing is left.
func (k *Console) search(ctx context.Context, f *frame, v *messagesView, filter edo.OperationFilter, after place) (last place, err error) {
	if v.Fault != "" {
		return place{}, nil
	}
	titles := map[edo.SubscriberID]subscriber{}
	for _, s := range f.all {
		titles[s.ID] = s
	}
	for looked := 0; ; {
		if !after.at.IsZero() {
			if to := after.at.Add(time.Microsecond); filter.To.IsZero() || to.Before(filter.To) {
				filter.To = to
			}
		}
		ops, err := k.Book.Operations(ctx, filter)
		if err != nil {
			return place{}, err
		}
		whole := len(ops) < filter.Limit
		ops = behind(ops, after)
		if len(ops) == 0 && !whole && filter.Limit < 1000 { // more packages of one microsecond than a batch holds
			filter.Limit = 1000
			continue
		}
		for _, op := range ops {
			looked++
			s, known := titles[op.Key.Subscriber]
			if known && v.fits(op) {
				ok, err := k.glance(ctx, f, edo.ActionRead, s.ID, kindsOf(op))
				if err != nil {
					return place{}, err
				}
				if ok {
					if len(v.Rows) == pageRows {
						return after, nil
					}
					v.Rows = append(v.Rows, rowOf(f, op, s, k))
				}
			}
			after = place{op.CreatedAt, op.Key}
		}
		switch {
		case whole || len(ops) == 0:
			return place{}, nil
		case looked >= maxLooked:
			v.Cut = true
			return after, nil
		}
	}
}

// behind leaves out what stood before a place or at it.
func behind(ops []edo.Operation, after place) []edo.Operation {
	for i, op := range ops {
		if op.Key == after.key && op.CreatedAt.Equal(after.at) {
			return ops[i+1:]
		}
	}
	return ops
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
