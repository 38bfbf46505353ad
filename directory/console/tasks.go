package console

import (
	"context"
	"net/http"
	"slices"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type taskRow struct {
	edo.SignatureTask
	For            string // what the signature is for
	Stands, Colour string
	Person         string // who is to sign
	By             string // who has ended it
	MayDecline     bool
}

type tasksView struct {
	*frame
	Of          subscriber
	Subscribers []choice
	Waiting     []taskRow
	Ended       []taskRow
	Cut         bool
	Section     string
}

// tasks lists the signatures that are made where the key is. They are made there, no key is in a browser; declining needs none.
func (k *Console) tasks(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f.Title, f.Tab = f.T("Задания на подпись", "Signature tasks"), "inbox"
	s, choices, err := k.chosen(ctx, f, edo.ActionRead, r.URL.Query().Get("subscriber"))
	if err != nil {
		return err
	}
	v := tasksView{frame: f, Of: s, Subscribers: choices, Section: "tasks"}
	waiting, err := k.Book.Waiting(ctx, s.ID, directory.MaxLimit)
	if err != nil {
		return err
	}
	v.Cut = len(waiting) == directory.MaxLimit
	if v.Waiting, err = k.taskRows(ctx, f, waiting, directory.MaxLimit); err != nil {
		return err
	}
	maySign, err := k.glance(ctx, f, edo.ActionSign, s.ID, nil)
	if err != nil {
		return err
	}
	for i := range v.Waiting {
		v.Waiting[i].MayDecline = maySign
	}
	all, err := k.Book.SignatureTasks(ctx, s.ID, directory.MaxLimit)
	if err != nil {
		return err
	}
	ended := slices.DeleteFunc(all, func(t edo.SignatureTask) bool { return t.State.Waiting() })
	if v.Ended, err = k.taskRows(ctx, f, ended, shownRows); err != nil {
		return err
	}
	return k.render(f, w, http.StatusOK, "tasks", v)
}

// taskRows are the first tasks that the user may see.
func (k *Console) taskRows(ctx context.Context, f *frame, all []edo.SignatureTask, limit int) (rows []taskRow, err error) {
	for _, t := range all {
		ok, err := k.glance(ctx, f, edo.ActionRead, t.Key.Key.Subscriber, kindsOfTask(t))
		if err != nil {
			return nil, err
		}
		if ok && len(rows) < limit {
			rows = append(rows, k.taskRow(ctx, f, t))
		}
	}
	return rows, nil
}

// kindsOfTask are the kinds by which rights are bound.
func kindsOfTask(t edo.SignatureTask) []string {
	if t.Kind == "" {
		return nil
	}
	return []string{t.Kind}
}

func (k *Console) taskRow(ctx context.Context, f *frame, t edo.SignatureTask) taskRow {
	row := taskRow{SignatureTask: t, For: f.Purpose(t.Purpose), Person: t.Required.Owner}
	if row.Person == "" {
		row.Person = string(t.Signer)
	}
	if t.Actor != "" {
		row.By = k.nameOf(ctx, t.Key.Key.Subscriber, t.Actor)
	}
	switch t.State {
	case edo.TaskOpen:
		row.Stands, row.Colour = f.T("Ждёт подписи", "Waits"), "wait"
	case edo.TaskOverdue:
		row.Stands, row.Colour = f.T("Просрочено, ждёт", "Overdue, waits"), "doubt"
	case edo.TaskSigned:
		row.Stands, row.Colour = f.T("Подписано", "Signed"), "good"
	case edo.TaskRefused:
		row.Stands, row.Colour = f.T("Отказ", "Refused"), "bad"
	}
	return row
}
