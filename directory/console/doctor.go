package console

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

// doctorPatience bounds one examination: each operator may take half a minute, and all are asked at once.
const doctorPatience = 3 * time.Minute

// checkup is the last examination, kept until the next one or the end of the process.
type checkup struct {
	mu      sync.Mutex
	running bool
	at      time.Time
	took    time.Duration
	by      edo.ActorID
	offline bool
	found   []Finding
}

// begin lets one examination run at a time.
func (c *checkup) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	started := !c.running
	c.running = true
	return started
}

func (c *checkup) end(found []Finding, by edo.ActorID, offline bool, from, to time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = false
	if err == nil {
		c.at, c.took, c.by, c.offline, c.found = to, to.Sub(from), by, offline, found
	}
}

type findingRow struct {
	ID, About, Text, Remedy string
	Mark, Colour            string
}

type doctorView struct {
	*frame
	Ran                       bool
	At                        time.Time
	Took                      time.Duration
	By                        string
	Offline, Busy             bool
	Failures, Warnings, Notes []findingRow
	Fine                      []findingRow
}

// doctorPage shows what the last examination has found. Looking at it examines nothing.
func (k *Console) doctorPage(f *frame, w http.ResponseWriter, r *http.Request) error {
	if err := k.administersAll(r.Context(), f); err != nil {
		return err
	}
	return k.showDoctor(f, w, r, http.StatusOK)
}

func (k *Console) showDoctor(f *frame, w http.ResponseWriter, r *http.Request, code int) error {
	f.Title, f.Tab = f.T("Диагностика", "Doctor"), "doctor"
	c := k.checkup
	c.mu.Lock()
	v := doctorView{frame: f, Ran: !c.at.IsZero(), At: c.at, Took: c.took, Offline: c.offline, Busy: c.running}
	found, by := c.found, c.by
	c.mu.Unlock()
	if by != "" {
		v.By = k.nameOf(r.Context(), f.all[0].ID, by)
	}
	for _, one := range found {
		row := findingRow{ID: one.ID, About: one.About, Text: f.S(one.Text), Remedy: f.S(one.Remedy)}
		switch one.Severity {
		case Failure:
			row.Mark, row.Colour = f.T("Ошибка", "Wrong"), "bad"
			v.Failures = append(v.Failures, row)
		case Warning:
			row.Mark, row.Colour = f.T("Предупреждение", "Warning"), "doubt"
			v.Warnings = append(v.Warnings, row)
		case Note:
			row.Mark, row.Colour = f.T("К сведению", "Note"), "wait"
			v.Notes = append(v.Notes, row)
		default:
			row.Mark, row.Colour = f.T("В порядке", "Fine"), "good"
			v.Fine = append(v.Fine, row)
		}
	}
	return k.render(f, w, code, "doctor", v)
}

// administersAll asks for the right for every subscriber: what is found is about all of them.
func (k *Console) administersAll(ctx context.Context, f *frame) error {
	if _, err := k.having(ctx, f, edo.ActionAdmin); err != nil {
		return err
	}
	rows, err := k.Book.Subscribers(ctx)
	for _, s := range rows {
		if _, has := f.titled(s.ID); !has && err == nil {
			err = k.demand(ctx, f, edo.ActionAdmin, s.ID, nil)
		}
	}
	return err
}

// examine runs the doctor. It ends within its time and whether or not somebody still waits for the page.
func (k *Console) examine(f *frame, w http.ResponseWriter, r *http.Request) error {
	if err := k.administersAll(r.Context(), f); err != nil {
		return err
	}
	if !k.checkup.begin() {
		return k.showDoctor(f, w, r, http.StatusConflict)
	}
	offline, from := strings.TrimSpace(r.PostForm.Get("offline")) == "yes", k.Now()
	_ = http.NewResponseController(w).SetWriteDeadline(from.Add(doctorPatience + time.Minute)) // a writer without deadlines needs none
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), doctorPatience)
	defer cancel()
	if err := k.examined(ctx, f, offline, from); err != nil {
		return err
	}
	http.Redirect(w, r, "/doctor", http.StatusSeeOther)
	return nil
}

func (k *Console) examined(ctx context.Context, f *frame, offline bool, from time.Time) (err error) {
	var found []Finding
	ended := false // a panic is no result, and the next one may begin
	defer func() {
		if !ended {
			err = &edo.Error{Kind: edo.Internal, Message: "the examination broke off"}
		}
		k.checkup.end(found, f.Actor, offline, from, k.Now(), err)
	}()
	found, err = k.Doctor.Examine(ctx, offline)
	ended = true
	return err
}
