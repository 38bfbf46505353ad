package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/edokit/edokit/edo"
)

// maxTasks is how many tasks are listed at once.
const maxTasks = 1000

// task is the signature that one document of an operation waits for.
func (g *Gateway) task(op edo.Operation, d edo.DocumentStatus, required edo.SignerInfo) *edo.SignatureTask {
	now := g.Now()
	return &edo.SignatureTask{
		Key: edo.TaskKey{Key: op.Key, Document: d.ID}, Signer: d.Signer, Required: required, Purpose: op.Answer, Name: d.Name, Kind: d.Kind,
		Digest: d.Digest, Size: d.Size, State: edo.TaskOpen, CreatedAt: now, Deadline: now.Add(g.SignIn),
	}
}

// await opens the tasks that are not open yet and lets the package wait for them. Whoever ends a task wakes the package.
func (g *Gateway) await(ctx context.Context, t *turn, op edo.Operation, wanted []edo.SignatureTask) error {
	if g.Config.Tasks == nil {
		return g.hold(ctx, t, op, &edo.Error{
			Kind: edo.Denied, Reason: edo.SignatureAwaited, Field: "package.signer", Message: "signs where we cannot ask",
			Remedy: "set Tasks in gateway.Config, or give the signer a key here",
		})
	}
	c := edo.Change{Release: true, Due: g.Now().Add(g.pause(pacePassing, manyTries, nil))}
	for _, task := range wanted {
		have, err := g.Config.Tasks.Task(ctx, task.Key)
		switch {
		case errors.Is(err, edo.NotFound):
			c.Tasks = append(c.Tasks, task)
			c.Events = append(c.Events, taskEvent(op, task))
			c.Jobs = append(c.Jobs, edo.Job{Key: op.Key, Document: task.Key.Document, Kind: edo.JobTask, Due: task.Deadline})
		case err != nil:
			return err
		case have.State == edo.TaskRefused:
			return g.hold(ctx, t, op, &edo.Error{Kind: edo.Refused, Reason: edo.SignatureRefused, Field: "package.signer", Message: "has refused to sign " + have.Name + said(have.Detail)})
		case have.State.Waiting() && (have.Required.Thumbprint != task.Required.Thumbprint || have.Digest != task.Digest):
			task.CreatedAt, task.Deadline = have.CreatedAt, have.Deadline // the certificate was renewed: the old one is of no use
			e := taskEvent(op, task)
			e.At = g.Now()
			c.Tasks, c.Events = append(c.Tasks, task), append(c.Events, e)
		case have.State == edo.TaskSigned: // since the package was read
			c.Due = g.Now()
		}
	}
	names := make([]string, len(wanted))
	for i, task := range wanted {
		names[i] = string(task.Signer)
	}
	op.State, op.Reason, op.Detail = edo.StateWaiting, edo.SignatureAwaited, "waits for the signature of "+strings.Join(names, ", ")
	if err := g.commit(ctx, t, &op, c); err != nil {
		return err
	}
	g.Trace(ctx, "task.opened")
	return nil
}

func said(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

func taskEvent(op edo.Operation, task edo.SignatureTask) edo.Event {
	e := edo.Event{Key: op.Key, Kind: edo.EventTask, State: op.State, Document: task.Key.Document, Detail: task.Detail, Task: &task, At: task.CreatedAt, Actor: task.Actor}
	if d := op.Document(task.Key.Document); d != nil {
		e.ExternalID = d.ExternalID
	}
	return e
}

// taskStep tells people that a task is overdue. It can still be completed.
func (g *Gateway) taskStep(ctx context.Context, t *turn, op edo.Operation) error {
	if g.Config.Tasks == nil {
		return notConfigured("Tasks")
	}
	c := edo.Change{At: g.Now(), Done: true}
	if op.State == edo.StateFailed { // nobody needs the signature any more
		c.Result = string(op.State)
		return g.settle(ctx, t.job, c)
	}
	task, err := g.Config.Tasks.Task(ctx, edo.TaskKey{Key: op.Key, Document: t.job.Document})
	switch {
	case err != nil:
		return err
	case task.State == edo.TaskOpen && c.At.Before(task.Deadline):
		c.Done, c.Release, c.Due = false, true, task.Deadline
	case task.State == edo.TaskOpen:
		task.State = edo.TaskOverdue
		e := taskEvent(op, task)
		e.At = c.At
		c.Tasks, c.Events = []edo.SignatureTask{task}, []edo.Event{e}
	}
	c.Result = string(task.State)
	return g.settle(ctx, t.job, c)
}

// Tasks lists the signatures that a subscriber's documents wait for, the one with the nearest deadline first, at most
// 1000. The bytes to sign are read with [Gateway.Content], role original.
func (g *Gateway) Tasks(ctx context.Context, actor edo.ActorID, s edo.SubscriberID) ([]edo.SignatureTask, error) {
	if _, err := g.maySign(ctx, actor, s); err != nil {
		return nil, wrap("gateway.Tasks", err)
	}
	tasks, err := g.Config.Tasks.Waiting(ctx, s, maxTasks)
	return tasks, wrap("gateway.Tasks", err)
}

// Complete ends a task with a finished detached CMS in DER over exactly the task's bytes, by the certificate that the
// task requires: another one is refused with [edo.SignatureForeign]. The package goes on by itself. Completing again with
// the same CMS changes nothing; with another one, or after a refusal, it is refused with [edo.TaskEnded].
func (g *Gateway) Complete(ctx context.Context, actor edo.ActorID, k edo.TaskKey, cms []byte) error {
	return wrap("gateway.Complete", g.complete(ctx, actor, k, cms))
}

func (g *Gateway) complete(ctx context.Context, actor edo.ActorID, k edo.TaskKey, cms []byte) error {
	task, op, err := g.openTask(ctx, actor, k)
	if err != nil {
		return err
	}
	if len(cms) == 0 || len(cms) > edo.MaxSignatureSize {
		return &edo.Error{Kind: edo.Invalid, Reason: edo.SignatureMalformed, Field: "signature", Message: "is empty or too large", Remedy: "give a detached CMS without the document inside"}
	}
	if !task.State.Waiting() {
		return g.completedWith(ctx, k, cms)
	}
	signed, err := g.foreignSignature(ctx, task, cms)
	if err != nil {
		return err
	}
	task.State, task.EndedAt, task.Detail = edo.TaskSigned, g.Now(), ""
	err = g.end(ctx, task, op, signed)
	if errors.Is(err, edo.TaskEnded) { // by somebody who was faster
		return g.completedWith(ctx, k, cms)
	}
	return err
}

// foreignSignature checks and keeps a CMS that was made elsewhere. A signature that can be checked by the operator only
// is taken where the subscriber's policy forwards such, if the certificate inside is the required one.
func (g *Gateway) foreignSignature(ctx context.Context, task edo.SignatureTask, cms []byte) (edo.DocumentStatus, error) {
	st := edo.DocumentStatus{ID: task.Key.Document, Digest: task.Digest, Signer: task.Signer}
	account, err := g.Accounts.Account(ctx, task.Key.Key.Subscriber)
	if err != nil {
		return st, err
	}
	v, err := g.verdict(ctx, task.Digest, cms)
	if err != nil {
		return st, at("signature", err)
	}
	if v.State != edo.VerdictInvalid && (task.Required.Thumbprint == "" || !strings.EqualFold(v.Signer.Thumbprint, task.Required.Thumbprint)) {
		return st, &edo.Error{
			Kind: edo.Invalid, Reason: edo.SignatureForeign, Field: "signature",
			Message: fmt.Sprintf("is not by the certificate that is required (%s of %s)", task.Required.Thumbprint, task.Required.Owner), Remedy: "sign with that certificate",
		}
	}
	if err := judge(v, account.Policy, "signature"); err != nil {
		return st, err
	}
	st.Verdict, st.SignedBy = v.State, v.Signer
	st.SignedBy.ID = task.Signer
	st.Signature, err = g.keep(ctx, cms)
	return st, err
}

// completedWith is nil if the task was completed with exactly these bytes.
func (g *Gateway) completedWith(ctx context.Context, k edo.TaskKey, cms []byte) error {
	op, err := g.Outbox.Operation(ctx, k.Key)
	if err != nil {
		return err
	}
	if digest, _, _ := edo.DigestOf(strings.NewReader(string(cms))); op.Document(k.Document) != nil && op.Document(k.Document).Signature == digest {
		return nil
	}
	return taskEnded()
}

func taskEnded() error {
	return &edo.Error{Kind: edo.Conflict, Reason: edo.TaskEnded, Field: "task", Message: "has ended already", Remedy: "look at the package"}
}

// Decline ends a task without a signature; text says why and may be empty. The package fails with
// [edo.SignatureRefused]. Declining again with the same text changes nothing.
func (g *Gateway) Decline(ctx context.Context, actor edo.ActorID, k edo.TaskKey, text string) error {
	return wrap("gateway.Decline", g.decline(ctx, actor, k, text))
}

func (g *Gateway) decline(ctx context.Context, actor edo.ActorID, k edo.TaskKey, text string) error {
	task, op, err := g.openTask(ctx, actor, k)
	if err != nil {
		return err
	}
	if err := edo.CheckText("text", text); err != nil {
		return err
	}
	if task.State.Waiting() {
		task.State, task.EndedAt, task.Detail = edo.TaskRefused, g.Now(), text
		err = g.end(ctx, task, op, edo.DocumentStatus{ID: k.Document})
		if !errors.Is(err, edo.TaskEnded) {
			return err
		}
		if task, err = g.Config.Tasks.Task(ctx, k); err != nil {
			return err
		}
	}
	if task.State == edo.TaskRefused && task.Detail == text {
		return nil
	}
	return taskEnded()
}

// end writes the end of a task, which wakes the package.
func (g *Gateway) end(ctx context.Context, task edo.SignatureTask, op edo.Operation, signed edo.DocumentStatus) error {
	e := taskEvent(op, task)
	e.At = task.EndedAt
	if err := g.Config.Tasks.EndTask(ctx, task, signed, []edo.Event{e}); err != nil {
		return err
	}
	g.Trace(ctx, "task.completed")
	g.Queue.Ring()
	return nil
}

// openTask is a task and its package, once the actor may sign; the task is given the name of who acts. A package that
// has failed needs no signature any more.
func (g *Gateway) openTask(ctx context.Context, actor edo.ActorID, k edo.TaskKey) (edo.SignatureTask, edo.Operation, error) {
	who, err := g.maySign(ctx, actor, k.Key.Subscriber)
	if err != nil {
		return edo.SignatureTask{}, edo.Operation{}, err
	}
	task, err := g.Config.Tasks.Task(ctx, k)
	if err != nil {
		return task, edo.Operation{}, err
	}
	task.Actor = who
	op, err := g.Outbox.Operation(ctx, k.Key)
	if err != nil {
		return task, op, err
	}
	d := op.Document(k.Document)
	if task.State.Waiting() && (op.State == edo.StateFailed || d == nil || d.Digest != task.Digest) {
		return task, op, taskEnded()
	}
	return task, op, nil
}

func (g *Gateway) maySign(ctx context.Context, actor edo.ActorID, s edo.SubscriberID) (edo.ActorID, error) {
	who, err := g.acting(ctx, edo.AccessRequest{Actor: actor, Action: edo.ActionSign, Subscriber: s})
	if err == nil && g.Config.Tasks == nil {
		err = notConfigured("Tasks")
	}
	return who, err
}

// notConfigured says that a port is not there, which another process on the same store may have.
func notConfigured(port string) error {
	return &edo.Error{Kind: edo.NotSupported, Message: "is not configured in this process", Remedy: "set " + port + " in gateway.Config"}
}
