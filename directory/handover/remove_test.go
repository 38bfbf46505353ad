package handover_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/archivetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/edo"
)

// TestNothingGoesWithoutReason: every condition alone keeps the content, and is counted.
func TestNothingGoesWithoutReason(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(t *testing.T, r *rig, op edo.Operation)
		kept    handover.Kept
	}{
		"not handed over": {func(*testing.T, *rig, edo.Operation) {}, handover.Kept{}},
		"not acknowledged": {func(t *testing.T, r *rig, _ edo.Operation) {
			t.Helper()
			r.export(t)
		}, handover.Kept{}},
		"retention not over": {func(t *testing.T, r *rig, _ edo.Operation) {
			t.Helper()
			r.archived(t)
			r.now = lapsed.Add(-time.Nanosecond)
		}, handover.Kept{Unexpired: 3}},
		"changed since": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			r.archived(t)
			op.State = edo.StateRevoked
			r.settle(t, op.Key, edo.JobTrack, edo.Change{Operation: &op})
		}, handover.Kept{Unarchived: 3}},
		"work going on": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			r.archived(t)
			must(t, r.store.Start(t.Context(), edo.Job{Key: op.Key, Kind: edo.JobTrack}))
		}, handover.Kept{Busy: 3}},
		"stored again lately": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			r.archived(t)
			r.now = lapsed
			for _, d := range digestsOf(op) {
				must(t, r.archive.Keep(t.Context(), d))
			}
		}, handover.Kept{Young: 3}},
		"another package, not handed over": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			r.archived(t)
			other := r.operation(t, "other", "content")
			other.Documents[0].Signature, other.Documents[0].Versions = edo.Digest{}, nil
			r.accept(t, other)
			r.expect(t, op.Documents[0].Digest)
		}, handover.Kept{Unarchived: 1}},
		"another package, younger": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			other := r.operation(t, "other", "content")
			other.CreatedAt = begun.AddDate(1, 0, 0)
			other.Documents[0].Signature, other.Documents[0].Versions = edo.Digest{}, nil
			r.accept(t, other)
			r.now = begun.AddDate(2, 0, 0)
			r.archived(t)
			r.expect(t, op.Documents[0].Digest)
		}, handover.Kept{Unexpired: 1}},
		"an inbound document": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			r.archived(t)
			r.came(t, "r-1", "content")
			r.expect(t, op.Documents[0].Digest)
		}, handover.Kept{Unarchived: 1}},
		"an inbound signature": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			r.archived(t)
			r.came(t, "p", "another content") // its signature has the bytes of that of the package
			r.expect(t, op.Documents[0].Signature)
		}, handover.Kept{Unarchived: 1}},
		"an open task": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			r.archived(t)
			waiting := r.operation(t, "waits", "another content")
			waiting.State = edo.StateWaiting
			r.accept(t, waiting)
			r.settle(t, waiting.Key, edo.JobSend, edo.Change{Tasks: []edo.SignatureTask{{
				Key: edo.TaskKey{Key: waiting.Key, Document: "1"}, Digest: op.Documents[0].Digest, State: edo.TaskOpen, CreatedAt: begun, Deadline: begun,
			}}})
			r.expect(t, op.Documents[0].Digest)
		}, handover.Kept{Busy: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			op := r.pack(t, "p", "content")
			r.n, r.kept = 0, digestsOf(op)
			tc.prepare(t, r, op)
			if r.now.Equal(begun) || r.now.Before(lapsed.AddDate(-1, 0, 0)) {
				r.now = lapsed
			}
			done := r.run(t)
			same(t, "kept", tc.kept, done.Kept)
			for _, d := range r.kept {
				if !r.there(t, d) || r.row(t, d) != nil {
					t.Errorf("%s is gone, or has a row", d.Short())
				}
			}
			r.consistent(t, digestsOf(op)...)
		})
	}
}

// expect says that only these are kept.
func (r *rig) expect(t *testing.T, digests ...edo.Digest) {
	t.Helper()
	r.kept = digests
}

// TestDeletion: what may go goes, its row says where it is, and readers are told.
func TestDeletion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	op, in := r.pack(t, "p", "content"), r.came(t, "r-1", "inbound")
	h, _ := r.archived(t)
	r.now = lapsed
	dry, err := r.Run(t.Context(), handover.RunOptions{Dry: true})
	must(t, err)
	digests := append(digestsOf(op), in.Digest, in.Signatures[0].CMS)
	for _, d := range digests {
		if !r.there(t, d) || r.row(t, d) != nil {
			t.Fatal("a dry run has deleted something")
		}
	}
	done := r.run(t)
	same(t, "a dry run counts what a run does", dry, done)
	if done.Contents != 5 || done.Kept != (handover.Kept{}) {
		t.Errorf("%+v", done)
	}
	for _, d := range digests {
		if r.there(t, d) {
			t.Errorf("%s is still there", d.Short())
		}
		want := edo.Deletion{Digest: d, Batch: h.ID, Reference: "АКТ-" + string(h.ID), Actor: "archivist", At: lapsed, RemovedAt: lapsed}
		got := r.row(t, d)
		if got == nil {
			t.Fatalf("%s has no row", d.Short())
		}
		want.Size = got.Size
		same(t, "row", want, *got)
		if err := got.Err(); !errors.Is(err, edo.ContentGone) || !errors.Is(err, edo.NotFound) {
			t.Errorf("%v", err)
		}
	}
	if again := r.run(t); again != (handover.Deleted{}) {
		t.Errorf("a second run: %+v", again)
	}
	if r.row(t, op.Documents[0].Digest).Size != int64(len("content")) {
		t.Error("the row does not know the size")
	}
}

// TestSharedContent: bytes that two documents have go with the later one.
func TestSharedContent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.pack(t, "p", "content")
	later := r.operation(t, "later", "content")
	later.CreatedAt = begun.AddDate(2, 0, 0)
	r.accept(t, later)
	r.now = begun.AddDate(3, 0, 0)
	r.archived(t)
	shared := first.Documents[0].Digest
	r.now = lapsed
	if done := r.run(t); done.Contents != 2 || done.Kept.Unexpired != 3 || !r.there(t, shared) {
		t.Errorf("%+v", done)
	}
	r.now = lapsed.AddDate(2, 0, 0)
	if done := r.run(t); done.Contents != 3 || r.there(t, shared) {
		t.Errorf("%+v", done)
	}
}

// mortal fails one call, before or after it has done its work, as a process that dies there.
type mortal struct {
	*rig
	die    func(step string) bool
	before bool
}

var errDied = errors.New("died")

func (m mortal) at(step string, do func() error) error {
	hit := m.die(step)
	if hit && m.before {
		return errDied
	}
	err := do()
	if hit {
		err = errDied
	}
	return err
}

type mortalStore struct {
	handover.Store
	mortal
}

func (m mortalStore) Condemn(ctx context.Context, rows []edo.Deletion, allow func(edo.Digest, []directory.Owner) bool) (out []edo.Deletion, err error) {
	err = m.at("row", func() error {
		out, err = m.Store.Condemn(ctx, rows, allow)
		return err
	})
	return out, err
}

func (m mortalStore) EndDeletion(ctx context.Context, d edo.Digest, now time.Time) error {
	return m.at("end", func() error { return m.Store.EndDeletion(ctx, d, now) })
}

type mortalDepot struct {
	edo.Depot
	mortal
}

func (m mortalDepot) Remove(ctx context.Context, d edo.Digest, before time.Time) error {
	return m.at("bytes", func() error { return m.Depot.Remove(ctx, d, before) })
}

// TestDeathAtEveryStep: whatever the step at which a run dies, each content is there or has its row, and the next run ends
// what was begun.
func TestDeathAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"row", "bytes", "end"} {
		for nth := 1; nth <= 3; nth++ {
			for _, before := range []bool{true, false} {
				r := newRig(t)
				op := r.pack(t, "p", "content")
				r.archived(t)
				r.now = lapsed
				seen := 0
				m := mortal{r, func(s string) bool {
					if s == step {
						seen++
					}
					return s == step && seen == nth
				}, before}
				_, err := r.keeper(t, mortalStore{r.store, m}, mortalDepot{r.archive, m}).Run(t.Context(), handover.RunOptions{})
				if step == "row" && nth > 1 {
					continue // one transaction writes them all
				}
				if !errors.Is(err, errDied) {
					t.Fatalf("%s %d: %v", step, nth, err)
				}
				r.consistent(t, digestsOf(op)...)
				r.now = r.now.Add(time.Hour)
				done := r.run(t)
				for _, d := range digestsOf(op) {
					if row := r.row(t, d); r.there(t, d) || row == nil || row.RemovedAt.IsZero() {
						t.Errorf("%s %d %v: %s is not deleted: %+v (%+v)", step, nth, before, d.Short(), row, done)
					}
				}
			}
		}
	}
}

// TestNeededMeanwhile: between the row and the bytes somebody has stored the same bytes for a new document, or begun to
// refer to those that are there. They stay, and the row says that nothing is gone.
func TestNeededMeanwhile(t *testing.T) {
	t.Parallel()
	for name, need := range map[string]func(t *testing.T, r *rig, d edo.Digest){
		"stored again": func(t *testing.T, r *rig, _ edo.Digest) {
			t.Helper()
			archivetest.Store(t, r.archive, []byte("content")) // on the clock of the disk, which is before lapsed
			must(t, r.archive.Keep(t.Context(), archivetest.Store(t, r.archive, []byte("content"))))
		},
		"referred to": func(t *testing.T, r *rig, d edo.Digest) {
			t.Helper()
			op := edo.Operation{
				Key: edo.Key{Subscriber: "ours", Package: "new"}, State: edo.StateAccepted, CreatedAt: r.now, UpdatedAt: r.now, Revision: 1,
				Documents: []edo.DocumentStatus{{ID: "1", Name: "a", Digest: d, Size: 7}},
			}
			r.accept(t, op)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			op := r.pack(t, "p", "content")
			r.archived(t)
			r.now = lapsed
			m := mortal{r, func(s string) bool { return s == "bytes" }, true}
			if _, err := r.keeper(t, r.store, mortalDepot{r.archive, m}).Run(t.Context(), handover.RunOptions{}); !errors.Is(err, errDied) {
				t.Fatal(err)
			}
			d := op.Documents[0].Digest
			r.now = r.now.Add(time.Hour)
			need(t, r, d)
			done := r.run(t)
			if !r.there(t, d) || r.row(t, d) != nil || done.Spared != 1 || done.Finished != 2 {
				t.Errorf("there %v, row %v, %+v", r.there(t, d), r.row(t, d), done)
			}
		})
	}
}

// TestSameBytesAgain: bytes that were deleted and sent again years later are content like any other, and go again after
// their own hand-over.
func TestSameBytesAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.pack(t, "p", "content")
	d := first.Documents[0].Digest
	r.archived(t)
	r.now = lapsed
	r.run(t)
	again := r.operation(t, "again", "content")
	again.CreatedAt, again.UpdatedAt = lapsed, lapsed
	r.accept(t, again)
	r.now = lapsed.AddDate(10, 0, 0)
	if r.run(t); !r.there(t, d) {
		t.Fatal("gone without a hand-over of its own")
	}
	h, _ := r.archived(t)
	r.now = r.now.Add(time.Hour)
	if done := r.run(t); done.Contents != 3 || r.there(t, d) {
		t.Errorf("%+v", done)
	}
	if row := r.row(t, d); row == nil || row.Batch != h.ID {
		t.Errorf("%+v", row)
	}
}

// TestRetentionOfKinds: each kind has its own time, a package is kept as long as its longest document, and what only the
// log refers to goes with its package.
func TestRetentionOfKinds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	k, err := handover.New(handover.Config{
		Store: r.store, Archive: r.archive, Now: func() time.Time { return r.now }, NewID: func() string { return "b" },
		Kinds: []edo.DocumentKind{{ID: "letter", Direction: edo.Outbound, Match: []string{"Письмо"}}},
		Retention: directory.Retention{
			Keep:  directory.Period{Years: 5},
			Kinds: map[string]directory.KindKeeping{"letter": {Law: directory.LawOther, Keep: directory.Period{Years: 1}}},
		},
	})
	must(t, err)
	r.Keeper = k
	letter := r.operation(t, "letter", "a letter")
	letter.Documents[0].Kind = "письмо"
	r.accept(t, letter)
	r.exchange(t, "letter", "only in the log")
	both := r.operation(t, "both", "a letter with a contract")
	contract := both.Documents[0]
	both.Documents[0].Kind, contract.ID, contract.Digest = "Письмо", "2", r.put(t, "a contract with a letter")
	contract.Versions = nil
	both.Documents = append(both.Documents, contract)
	r.accept(t, both)
	r.archived(t)
	r.now = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	if done := r.run(t); done.Contents != 4 || r.there(t, digest("a letter")) || r.there(t, digest("only in the log")) || !r.there(t, digest("a letter with a contract")) {
		t.Errorf("after the year of letters: %+v", done)
	}
	r.now = lapsed
	if done := r.run(t); done.Contents != 4 || r.there(t, digest("a letter with a contract")) {
		t.Errorf("after five: %+v", done)
	}
}
