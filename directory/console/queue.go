package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/edokit/edokit/edo"
)

// queueLimit bounds how many things are explained on one page.
const queueLimit = 60

// late is how long a job that is due may wait before people look at it.
const late = time.Minute

type queueRow struct {
	Key    edo.Key
	Of     subscriber
	X      edo.Explanation
	Title  string
	Why    string
	Code   edo.Reason
	First  string // documents
	More   int
	Late   time.Duration
	Acts   acts
	Failed bool
}

type queueView struct {
	*frame
	Person, Late, Failed []queueRow
	Subscribers          []choice
	Cut                  bool
}

// queue shows what waits for a person, is late, or has failed.
func (k *Console) queue(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f.Title, f.Tab = f.T("Очередь", "Queue"), "queue"
	if _, err := k.visible(ctx, f); err != nil {
		return err
	}
	chosen := edo.SubscriberID(r.URL.Query().Get("subscriber"))
	if chosen != "" {
		if _, err := k.of(ctx, f, chosen); err != nil {
			return err
		}
	}
	v := queueView{frame: f}
	seen := map[edo.Key]bool{}
	for _, s := range f.all {
		v.Subscribers = append(v.Subscribers, choice{string(s.ID), s.Title, s.ID == chosen})
		if chosen != "" && chosen != s.ID {
			continue
		}
		if err := k.queueOf(ctx, f, &v, s, seen); err != nil {
			return err
		}
	}
	return k.render(f, w, http.StatusOK, "queue", v)
}

func (k *Console) queueOf(ctx context.Context, f *frame, v *queueView, s subscriber, seen map[edo.Key]bool) error {
	var keys []edo.Key
	lateBy := map[edo.Key]time.Duration{}
	note := func(key edo.Key) {
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	for _, filter := range []edo.JobFilter{{Subscriber: s.ID, Person: true, Limit: 200}, {Subscriber: s.ID, State: edo.JobOverdue, Limit: 200}} {
		filter.At = f.now
		jobs, err := k.Book.Jobs(ctx, filter)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			by := f.now.Sub(j.Due)
			if !filter.Person && by < late {
				continue
			}
			if !filter.Person {
				lateBy[j.Key] = max(lateBy[j.Key], by)
			}
			note(j.Key)
		}
	}
	ops, err := k.Book.Operations(ctx, edo.OperationFilter{Subscriber: s.ID, States: []edo.State{edo.StateInDoubt, edo.StateFailed}, From: f.now.AddDate(0, -1, 0), Limit: 200})
	if err != nil {
		return err
	}
	for _, op := range ops {
		if op.Reason != edo.Cancelled {
			note(op.Key)
		}
	}
	for _, key := range keys {
		if len(v.Person)+len(v.Late)+len(v.Failed) >= queueLimit {
			v.Cut = true
			return nil
		}
		row, ok, err := k.queueRow(ctx, f, key, s)
		if err != nil {
			return err
		}
		row.Late = lateBy[key]
		switch {
		case !ok:
		case row.Failed:
			v.Failed = append(v.Failed, row)
		case row.X.Person || row.X.Operation != nil && row.X.Operation.State == edo.StateInDoubt:
			v.Person = append(v.Person, row)
		default:
			v.Late = append(v.Late, row)
		}
	}
	return nil
}

// queueRow explains one thing. What is gone meanwhile, or is not for this user, is no row.
func (k *Console) queueRow(ctx context.Context, f *frame, key edo.Key, s subscriber) (row queueRow, ok bool, err error) {
	x, err := k.Desk.Explain(ctx, key)
	if errors.Is(err, edo.NotFound) || errors.Is(err, edo.NotSupported) {
		return row, false, nil
	}
	if err != nil {
		return row, false, err
	}
	row = queueRow{Key: key, Of: s, X: x, Why: k.reason(f, x.Reason), Code: x.Reason}
	switch {
	case x.Operation != nil:
		op := *x.Operation
		if ok, err = k.glance(ctx, f, edo.ActionRead, key.Subscriber, kindsOf(op)); !ok {
			return row, false, err
		}
		row.Title, row.Failed = f.T("Пакет ", "Package ")+string(key.Package), op.State == edo.StateFailed
		if len(op.Documents) > 0 {
			row.First, row.More = op.Documents[0].Name, len(op.Documents)-1
		}
		if row.Acts, err = k.acts(ctx, f, x); err != nil {
			return row, false, err
		}
	case x.Message != nil:
		row.Title = f.T("Входящее сообщение ", "Inbound message ") + string(x.Message.Message)
	case x.Counterparty != nil:
		row.Title = f.T("Контрагент ", "Counterparty ") + x.Counterparty.Key.INN
	default:
		row.Title = f.T("Ящик абонента ", "Box of subscriber ") + s.Title
	}
	return row, true, nil
}
