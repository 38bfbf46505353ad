package storetest

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// openTask is a signature task with every field filled.
func openTask(pack edo.PackageID) edo.SignatureTask {
	return edo.SignatureTask{
		Key:    edo.TaskKey{Key: edo.Key{Subscriber: "ours", Package: pack}, Document: "a"},
		Signer: "head", Required: edo.SignerInfo{ID: "head", Owner: "Иванов", NotBefore: noon, NotAfter: noon.Add(time.Hour), Thumbprint: "AA"},
		Purpose: edo.AnswerReceipt, Name: "a.pdf", Kind: "Письмо", Digest: edo.Digest{8}, Size: 5, State: edo.TaskOpen,
		CreatedAt: noon, Deadline: noon.Add(24 * time.Hour),
	}
}

func tasks(t conformance.T, h Harness) {
	s := h.temp(t)
	op := Sample("p1")
	op.Documents[1].Signature = edo.Digest{}
	accept(t, s, op, noon)
	j := claim(t, s, "w", noon)
	task := openTask("p1")
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Tasks: []edo.SignatureTask{task}, Release: true, Due: noon.Add(time.Hour)}))
	look := func(want edo.SignatureTask) {
		t.Helper()
		got, err := s.Task(t.Context(), task.Key)
		must(t, err)
		same(t, "task", want, got)
	}
	look(task)
	put := func(v edo.SignatureTask) {
		t.Helper()
		must(t, step(t, s, edo.JobTake, "m-1", edo.Change{Tasks: []edo.SignatureTask{v}}))
	}
	changed := task
	changed.Signer, changed.Deadline, changed.State = "other", noon, edo.TaskSigned
	put(changed)
	look(task)
	changed.State = edo.TaskOverdue
	put(changed)
	task.State = edo.TaskOverdue
	look(task)
	changed.State = edo.TaskOpen
	put(changed)
	look(task)
	task.State, task.Required.Thumbprint = edo.TaskOpen, "BB" // the certificate was renewed
	put(task)
	look(task)
	changed.State = edo.TaskOverdue // of the old certificate
	put(changed)
	look(task)

	end := task
	end.State, end.Actor, end.EndedAt, end.Detail = edo.TaskSigned, "clerk", noon.Add(time.Minute), "d"
	signed := edo.DocumentStatus{Signature: edo.Digest{3}, SignedBy: edo.SignerInfo{Owner: "Иванов"}, Verdict: edo.VerdictOperatorOnly}
	event := edo.Event{Key: task.Key.Key, Kind: edo.EventTask, Task: &end, Document: "a", At: noon}
	must(t, s.EndTask(t.Context(), end, signed, []edo.Event{event}))
	look(end)
	got, err := s.Operation(t.Context(), op.Key)
	must(t, err)
	d := got.Document("a")
	if d.Signature != signed.Signature || d.SignedBy.Owner != "Иванов" || d.Verdict != edo.VerdictOperatorOnly || d.Digest != op.Documents[1].Digest || got.Revision != 3 {
		t.Errorf("%+v revision %d", d, got.Revision)
	}
	events, err := s.Events(t.Context(), "ours", 1, 10)
	must(t, err)
	event.Seq, event.Revision = 2, 3
	same(t, "events", []edo.Event{event}, events)
	if j := claim(t, s, "w", end.EndedAt); j.Kind != edo.JobSend || j.Key != op.Key {
		t.Errorf("the send job was not made due: %+v", j)
	}
	for name, tc := range map[string]struct {
		end  func(v *edo.SignatureTask)
		want error
	}{
		"ended already":  {func(v *edo.SignatureTask) { v.State = edo.TaskRefused }, edo.TaskEnded},
		"never was one":  {func(v *edo.SignatureTask) { v.Key.Document = "x" }, edo.NotFound},
		"no end at all":  {func(v *edo.SignatureTask) { v.State = edo.TaskOverdue }, edo.Invalid},
		"becomes signed": {func(*edo.SignatureTask) {}, edo.Conflict},
	} {
		again := end
		tc.end(&again)
		if err := s.EndTask(t.Context(), again, signed, []edo.Event{event}); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	look(end)
	put(task)
	look(end)
	if events, _ := s.Events(t.Context(), "ours", 2, 10); len(events) > 0 {
		t.Errorf("%d events of nothing", len(events))
	}
}

// taskEndsWhileThePackageIsWorkedOn is the race of a person and the send job: both are remembered.
func taskEndsWhileThePackageIsWorkedOn(t conformance.T, h Harness) {
	s := h.temp(t)
	op := Sample("p1")
	accept(t, s, op, noon)
	j := claim(t, s, "w", noon)
	task := openTask("p1")
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Tasks: []edo.SignatureTask{task}}))
	end := task
	end.State, end.EndedAt = edo.TaskSigned, noon
	must(t, s.EndTask(t.Context(), end, edo.DocumentStatus{Signature: edo.Digest{3}, Verdict: edo.VerdictValid}, nil))
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Documents: op.Documents, Release: true, Due: noon.Add(24 * time.Hour)}))
	again := claim(t, s, "w", noon)
	if got, err := s.Operation(t.Context(), op.Key); err != nil || got.Document("a").Signature != (edo.Digest{3}) || again.Kind != edo.JobSend {
		t.Errorf("%+v %v", got.Document("a"), err)
	}
}

func refusedTaskSignsNothing(t conformance.T, h Harness) {
	s := h.temp(t)
	op := accept(t, s, Sample("p1"), noon)
	j := claim(t, s, "w", noon)
	task := openTask("p1")
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Tasks: []edo.SignatureTask{task}, Done: true}))
	task.State, task.EndedAt, task.Detail = edo.TaskRefused, noon, "не подпишу"
	must(t, s.EndTask(t.Context(), task, edo.DocumentStatus{}, nil))
	got, err := s.Operation(t.Context(), op.Key)
	must(t, err)
	same(t, "documents", op.Documents, got.Documents)
	if j := claim(t, s, "w", noon); j.Kind != edo.JobSend {
		t.Errorf("%+v", j)
	}
}

func listsOfTasks(t conformance.T, h Harness) {
	s := h.temp(t)
	var all []edo.SignatureTask
	for i, id := range []edo.PackageID{"p0", "p1", "p2", "p3"} {
		task := openTask(id)
		task.CreatedAt, task.Deadline = noon.Add(time.Duration(i)*time.Minute), noon.Add(time.Duration(10-i)*time.Hour)
		all = append(all, task)
	}
	all[1].State, all[2].State, all[3].Key.Key.Subscriber = edo.TaskSigned, edo.TaskOverdue, "theirs"
	take(t, s, edo.Change{Tasks: all})
	ids := func(tasks []edo.SignatureTask, err error) (got []edo.PackageID) {
		must(t, err)
		for _, v := range tasks {
			got = append(got, v.Key.Key.Package)
		}
		return got
	}
	same(t, "waiting, nearest first", []edo.PackageID{"p2", "p0"}, ids(s.Waiting(t.Context(), "ours", 0)))
	same(t, "limited", []edo.PackageID{"p2"}, ids(s.Waiting(t.Context(), "ours", 1)))
	same(t, "all, newest first", []edo.PackageID{"p2", "p1", "p0"}, ids(s.SignatureTasks(t.Context(), "ours", 0)))
	for _, limit := range []int{-1, 1001} {
		if _, err := s.Waiting(t.Context(), "ours", limit); !errors.Is(err, edo.Invalid) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}
