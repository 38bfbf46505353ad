package gateway

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// trackEnd is how long the fate of a sent package is followed by asking. An answer that comes in later is still seen:
// it wakes the job.
const trackEnd = 90 * 24 * time.Hour

// trackSlower is how much longer the waits between questions may grow than elsewhere: people answer in days.
const trackSlower = 72

// behindFor is how long after an answer came in the operator is asked often, until it shows what the answer says. One that
// never does is asked as rarely as ever then, and not after trackEnd.
const behindFor = time.Hour

// rank orders the fates of documents: none ever goes back.
func rank(s edo.State) int {
	switch s {
	case edo.StateDelivered:
		return 1
	case edo.StateSigned:
		return 2
	case edo.StateRefused:
		return 3
	case edo.StateRevoked:
		return 4
	}
	return 0
}

// fates is what one round of questions found.
type fates struct {
	failed   bool   // a delivery has failed
	revoking bool   // an offer to revoke waits for an answer
	behind   bool   // the operator does not show yet what an answer that came in says
	text     string // what the operator says about a delivery that failed
	answers  []edo.DocumentAnswer
	events   []edo.Event
}

// trackStep asks what became of a sent package, ever more rarely.
func (g *Gateway) trackStep(ctx context.Context, t *turn, op edo.Operation) error {
	if !op.State.Sent() || op.Answer != "" { // an answer ends when it is sent
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: string(op.State)})
	}
	session, _, err := g.sentSession(ctx, op)
	if err != nil {
		return err
	}
	tracker, ok := session.(edo.Tracker)
	if !ok {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: string(op.State)})
	}
	f, err := g.fates(ctx, tracker, &op)
	if err != nil {
		return err
	}
	op.State = fate(op)
	switch {
	case f.failed:
		op.Reason, op.Detail = edo.DeliveryFailed, "the operator says that the package has not arrived as it should"+said(f.text)
	case op.Reason == edo.DeliveryFailed, op.State != t.was.State:
		op.Reason, op.Detail = "", ""
	}
	c := edo.Change{At: g.Now(), Answered: f.answers, Events: f.events, Result: string(op.State)}
	c.Done = !f.behind && (op.State.Final() && !f.revoking || g.Now().Sub(t.job.Born) > trackEnd)
	if !c.Done {
		c.Release, c.Due = true, g.Now().Add(g.pause(paceWaiting, t.job.Tries, nil))
	}
	if f.behind {
		c.Due = g.Now().Add(min(g.pause(pacePassing, t.job.Tries, nil), g.Pull))
	}
	if op.State == t.was.State && op.Reason == t.was.Reason && len(f.answers) == 0 {
		return g.settle(ctx, t.job, c)
	}
	return g.commit(ctx, t, &op, c)
}

// fates asks for every document, and notes in op what has changed.
func (g *Gateway) fates(ctx context.Context, tracker edo.Tracker, op *edo.Operation) (fates, error) {
	var f fates
	for i := range op.Documents {
		d := &op.Documents[i]
		p, err := tracker.Track(ctx, edo.Ref{Package: op.Key.Package, Document: d.ID, Message: op.Message, Remote: d.Remote})
		if err != nil {
			return f, err
		}
		said, came, text, err := g.answersTo(ctx, op.Key.Subscriber, d.Remote)
		if err != nil {
			return f, err
		}
		f.failed, f.revoking = f.failed || p.Failed, f.revoking || p.Revoking
		if p.Failed && edo.CheckText("", p.Text) == nil { // the operator's words are untrusted
			f.text = p.Text
		}
		if text == "" {
			text = d.AnswerText
		}
		state := d.State
		if state == "" || rank(p.State) > rank(state) {
			state = p.State
		}
		f.behind = f.behind || rank(state) < rank(said) && g.Now().Sub(came) < behindFor
		if state == d.State && text == d.AnswerText {
			continue
		}
		told := d.State != "" || state != edo.StateSent // that it was sent is told with the package
		d.State, d.AnswerText = state, text
		f.answers = append(f.answers, edo.DocumentAnswer{Document: d.ID, State: state, Text: text})
		if told {
			f.events = append(f.events, edo.Event{
				Key: op.Key, Kind: edo.EventStatus, State: state, Document: d.ID, ExternalID: d.ExternalID, Detail: text, At: g.Now(),
			})
		}
	}
	return f, nil
}

// answersTo is what the answers that came in say about a document of ours: the furthest state and when it came,
// and the text of the latest refusal.
func (g *Gateway) answersTo(ctx context.Context, s edo.SubscriberID, r edo.RemoteID) (state edo.State, came time.Time, text string, err error) {
	if g.Inbox == nil || r == "" {
		return "", came, "", nil
	}
	answers, err := g.Inbox.Answers(ctx, s, r)
	for _, a := range answers {
		says := edo.State("")
		switch a.Class {
		case edo.ClassReceipt:
			says = edo.StateDelivered
		case edo.ClassSignature, edo.ClassReply:
			says = edo.StateSigned
		case edo.ClassRefusal:
			says, text = edo.StateRefused, a.Text
		}
		if a.Sound() && rank(says) > rank(state) { // an unsound answer may mean nothing to the operator
			state, came = says, a.ReceivedAt
		}
	}
	return state, came, text, err
}

// fate is the state of the whole package: that of its documents if they agree. A refusal or a revocation among them
// shows at once; else the package is only as far as its slowest document.
func fate(op edo.Operation) edo.State {
	slowest, differ, no := edo.State(""), false, false
	for _, d := range op.Documents {
		differ = differ || d.State != op.Documents[0].State
		no = no || d.State == edo.StateRefused || d.State == edo.StateRevoked
		if slowest == "" || rank(d.State) < rank(slowest) {
			slowest = d.State
		}
	}
	if differ && no {
		return edo.StatePartly
	}
	return slowest
}
