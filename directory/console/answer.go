package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/edokit/edokit/edo"
)

// answerForm asks how a request is answered if not electronically.
func (k *Console) answerForm(f *frame, w http.ResponseWriter, r *http.Request) error {
	v, err := k.answering(r.Context(), f, inboundOf(r.URL.Query()))
	if err != nil {
		return err
	}
	return k.render(f, w, http.StatusOK, "answer", v)
}

// answering is the form; who may not answer is refused with a row.
func (k *Console) answering(ctx context.Context, f *frame, key edo.InboundKey) (inboundPageView, error) {
	v, err := k.inboundPageView(ctx, f, key)
	if err == nil && !v.MayAnswer {
		err = k.demand(ctx, f, edo.ActionAnswer, key.Subscriber, kindOf(v.Row.InboundDocument))
	}
	return v, err
}

// answer records that a request is answered by e-mail or on paper, and why. Every other answer is signed, and needs a key.
func (k *Console) answer(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), r.PostForm
	key := inboundOf(p)
	v, err := k.answering(ctx, f, key)
	if err != nil {
		return err
	}
	v.Way, v.Why = p.Get("way"), strings.TrimSpace(p.Get("why"))
	if err = edo.CheckWhy("why", v.Why); err != nil {
		v.Faults = []string{f.T("Напишите одной строкой, почему: это сохранится вместе с вашим именем.", "Say why in one line: it is kept with your name.")}
	} else if _, err = k.Desk.AnswerOtherwise(ctx, f.Actor, key, edo.Channel(v.Way), v.Why); errors.Is(err, edo.Denied) {
		return err
	} else if err != nil {
		v.Faults = k.faults(f, err)
	}
	if err != nil {
		return k.render(f, w, http.StatusUnprocessableEntity, "answer", v)
	}
	k.sessions.say(f.session, f.T("Записано: ответ другим путём.", "Noted: answered another way."))
	http.Redirect(w, r, "/inbound?"+url.Values{"s": {string(key.Subscriber)}, "d": {string(key.Remote)}}.Encode(), http.StatusSeeOther)
	return nil
}

type declineView struct {
	*frame
	Row    taskRow
	Why    string
	Faults []string
}

func taskOf(q url.Values) edo.TaskKey {
	return edo.TaskKey{Key: edo.Key{Subscriber: edo.SubscriberID(q.Get("s")), Package: edo.PackageID(q.Get("p"))}, Document: edo.DocumentID(q.Get("d"))}
}

// declineForm asks why a signature is refused.
func (k *Console) declineForm(f *frame, w http.ResponseWriter, r *http.Request) error {
	v, err := k.declining(r.Context(), f, taskOf(r.URL.Query()))
	if err != nil {
		return err
	}
	return k.render(f, w, http.StatusOK, "decline", v)
}

// declining is the form; who may not sign is refused with a row, also of what is not there.
func (k *Console) declining(ctx context.Context, f *frame, key edo.TaskKey) (v declineView, err error) {
	s, err := k.of(ctx, f, key.Key.Subscriber)
	if err != nil {
		return v, err
	}
	if err := k.demand(ctx, f, edo.ActionSign, s.ID, nil); err != nil {
		return v, err
	}
	t, err := k.Book.Task(ctx, key)
	if err != nil {
		return v, err
	}
	if err := k.demand(ctx, f, edo.ActionRead, s.ID, kindsOfTask(t)); err != nil {
		return v, err
	}
	f.Title, f.Tab = f.T("Отказаться подписывать", "Decline to sign"), "inbox"
	return declineView{frame: f, Row: k.taskRow(ctx, f, t)}, nil
}

// decline ends a task without a signature: the package fails, and says so.
func (k *Console) decline(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), r.PostForm
	key := taskOf(p)
	v, err := k.declining(ctx, f, key)
	if err != nil {
		return err
	}
	v.Why = strings.TrimSpace(p.Get("why"))
	if err = edo.CheckWhy("why", v.Why); err != nil {
		v.Faults = []string{f.T("Напишите одной строкой, почему: это сохранится вместе с вашим именем.", "Say why in one line: it is kept with your name.")}
	} else if err = k.Desk.Decline(ctx, f.Actor, key, v.Why); errors.Is(err, edo.Denied) {
		return err
	} else if err != nil {
		v.Faults = k.faults(f, err)
	}
	if err != nil {
		return k.render(f, w, http.StatusUnprocessableEntity, "decline", v)
	}
	k.sessions.say(f.session, f.T("Записано: отказ подписывать.", "Noted: declined to sign."))
	http.Redirect(w, r, "/tasks?"+url.Values{"subscriber": {string(key.Key.Subscriber)}}.Encode(), http.StatusSeeOther)
	return nil
}
