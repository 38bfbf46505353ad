package console

import (
	"net/http"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type taskRow struct {
	edo.SignatureTask
	For            string // what the signature is for
	Stands, Colour string
	Person         string // who is to sign
	By             string // who has ended it
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

// tasks lists the signatures that are made where the key is. They are made there: no key is in a browser.
func (k *Console) tasks(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f.Title, f.Tab = f.T("Задания на подпись", "Signature tasks"), "inbox"
	s, all, err := k.chosen(ctx, f, edo.ActionRead, r.URL.Query().Get("subscriber"))
	if err != nil {
		return err
	}
	v := tasksView{frame: f, Of: s, Subscribers: all, Section: "tasks"}
	rows, err := k.Book.SignatureTasks(ctx, s.ID, directory.MaxLimit)
	if err != nil {
		return err
	}
	v.Cut = len(rows) == directory.MaxLimit
	for _, t := range rows {
		var kinds []string
		if t.Kind != "" {
			kinds = []string{t.Kind}
		}
		ok, err := k.glance(ctx, f, edo.ActionRead, s.ID, kinds)
		if err != nil {
			return err
		}
		switch row := k.taskRow(f, t); {
		case !ok:
		case t.State.Waiting():
			v.Waiting = append(v.Waiting, row)
		case len(v.Ended) < shownRows:
			if t.Actor != "" {
				row.By = k.nameOf(ctx, s.ID, t.Actor)
			}
			v.Ended = append(v.Ended, row)
		}
	}
	return k.render(f, w, http.StatusOK, "tasks", v)
}

func (k *Console) taskRow(f *frame, t edo.SignatureTask) taskRow {
	row := taskRow{SignatureTask: t, For: f.Purpose(t.Purpose), Person: t.Required.Owner}
	if row.Person == "" {
		row.Person = string(t.Signer)
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
