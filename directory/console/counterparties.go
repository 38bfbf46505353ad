package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type counterpartiesView struct {
	*frame
	Of          subscriber
	Subscribers []choice
	States      []choice
	Rows        []edo.CounterpartyStatus
	INN, KPP    string
	Text        string
	Filtered    bool
	Fault       string
	Next, First string // addresses of pages, empty: there is none
}

// counterparties lists one page of the book of one subscriber, by name. The store does the searching.
func (k *Console) counterparties(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f.Title, f.Tab = f.T("Контрагенты", "Counterparties"), "counterparties"
	s, all, err := k.chosen(ctx, f, edo.ActionRead, q.Get("subscriber"))
	if err != nil {
		return err
	}
	v := counterpartiesView{frame: f, Of: s, Subscribers: all, INN: strings.TrimSpace(q.Get("inn")), KPP: strings.TrimSpace(q.Get("kpp")), Text: strings.TrimSpace(q.Get("q"))}
	filter := directory.CounterpartyFilter{Subscriber: s.ID, INN: v.INN, KPP: v.KPP, Text: v.Text, Limit: pageRows + 1}
	for _, state := range reachStates() {
		on := string(state) == q.Get("state")
		v.States = append(v.States, choice{string(state), f.Reachable(state), on})
		if on {
			filter.States = []edo.CounterpartyState{state}
		}
	}
	v.Filtered = v.INN+v.KPP+v.Text != "" || len(filter.States) > 0
	if inn, kpp, paged := strings.Cut(q.Get("after"), "-"); paged {
		filter.After = edo.CounterpartyKey{Subscriber: s.ID, INN: inn, KPP: kpp}
		v.First = "/counterparties?" + with(q, "after", "")
	}
	if v.Rows, err = k.Book.Counterparties(ctx, filter); edo.KindOf(err) == edo.Invalid {
		v.Fault = f.T("Условия поиска записаны неверно", "The search is written wrongly")
	} else if err != nil {
		return err
	}
	if len(v.Rows) > pageRows {
		v.Rows = v.Rows[:pageRows]
		last := v.Rows[pageRows-1].Key
		v.Next = "/counterparties?" + with(q, "after", last.INN+"-"+last.KPP)
	}
	return k.renderList(f, w, "counterparties", v.Fault, v)
}

// askedRow is one claim of the work on a counterparty.
type askedRow struct {
	edo.Attempt
	Result string
	Colour string
}

type counterpartyView struct {
	*frame
	Of     subscriber
	Row    edo.CounterpartyStatus
	Why    string
	Asked  []askedRow // newest first
	LastAt time.Time
	Wrote  string // address of the packages to it
}

// counterpartyPage shows how one was found, where its box is, and when the operator was asked last.
func (k *Console) counterpartyPage(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	s, err := k.of(ctx, f, edo.SubscriberID(q.Get("s")))
	if err != nil {
		return err
	}
	v := counterpartyView{frame: f, Of: s}
	if v.Row, err = k.Book.CounterpartyStatus(ctx, edo.CounterpartyKey{Subscriber: s.ID, INN: q.Get("inn"), KPP: q.Get("kpp")}); err != nil {
		return err
	}
	f.Title, f.Tab = f.Called(v.Row), "counterparties"
	v.Why = k.reason(f, v.Row.Reason)
	v.Wrote = "/messages?" + url.Values{"subscriber": {string(s.ID)}, "inn": {v.Row.Key.INN}}.Encode()
	attempts, err := k.Book.Attempts(ctx, edo.Key{Subscriber: s.ID, Package: v.Row.Key.ID()})
	if err != nil {
		return err
	}
	slices.Reverse(attempts)
	for _, a := range attempts[:min(len(attempts), shownRows)] {
		v.Asked = append(v.Asked, f.askedRow(a))
	}
	if len(attempts) > 0 {
		v.LastAt = attempts[0].At
	}
	return k.render(f, w, http.StatusOK, "counterparty", v)
}

// Called is the name of a counterparty, its INN if there is none.
func (l lang) Called(c edo.CounterpartyStatus) string {
	if name := c.Name(); name != "" {
		return name
	}
	return l.T("ИНН ", "INN ") + c.Key.INN
}

// askedRow says what a claim ended with: where the counterparty stood then.
func (f *frame) askedRow(a edo.Attempt) askedRow {
	state := edo.CounterpartyState(a.Result)
	if a.Result == "" {
		return askedRow{a, f.result(""), "doubt"}
	}
	return askedRow{a, f.Reachable(state), f.ReachColour(state)}
}
