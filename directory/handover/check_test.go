package handover_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/archivetest"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/edo"
)

func (r *rig) check(t testing.TB, o handover.CheckOptions) handover.Checked {
	t.Helper()
	c, err := r.Check(t.Context(), o)
	must(t, err)
	if c.Right+c.Departed+c.Missing+c.Damaged != c.Contents {
		t.Errorf("the counts do not add up: %+v", c)
	}
	return c
}

// TestCheckCounts: every kind of reference is visited, and the archive of a month is what its rows say.
func TestCheckCounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pack(t, "p", "content")
	r.pack(t, "q", "content") // the same bytes
	r.came(t, "r-1", "inbound")
	r.exchange(t, "p", "only in the log")
	later := r.operation(t, "later", "next month")
	later.CreatedAt = begun.AddDate(0, 1, 0)
	later.Documents[0].Versions = nil
	r.accept(t, later)
	r.settle(t, later.Key, edo.JobSend, edo.Change{Tasks: []edo.SignatureTask{{
		Key: edo.TaskKey{Key: later.Key, Document: "1"}, Digest: later.Documents[0].Digest, Size: 10, State: edo.TaskSigned, CreatedAt: later.CreatedAt, Deadline: begun,
	}}})
	r.now = begun.AddDate(0, 2, 0)
	all := r.check(t, handover.CheckOptions{})
	same(t, "references", map[string]int{"original": 3, "signature": 3, "version": 2, "task": 1, "inbound": 1, "inbound-signature": 1, "log": 1}, all.References)
	// content, signatures of p, q, r-1 and later, forms of p and q, inbound, log, next month; the form that later gave up is loose
	if !all.OK() || all.Contents != 10 || all.Right != 10 || all.Unreferenced != 1 || all.UnreferencedBytes != int64(len("form of later")) {
		t.Errorf("%+v", all)
	}
	if len(all.Loose) != 1 || all.Loose[0].Digest != digest("form of later") {
		t.Errorf("%+v", all.Loose)
	}
	month := r.check(t, handover.CheckOptions{From: begun.AddDate(0, 0, -1), To: begun.AddDate(0, 1, 0)})
	same(t, "references of the month", map[string]int{"original": 2, "signature": 2, "version": 2, "inbound": 1, "inbound-signature": 1, "log": 1}, month.References)
	if !month.OK() || month.Contents != 8 || month.Unreferenced != 1 {
		t.Errorf("%+v", month)
	}
}

// TestCheckFinds: what is missing, damaged or loose is found, each for the whole and the quick check.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		harm        func(t *testing.T, r *rig, op edo.Operation)
		what        string
		full, quick bool // whether it is still OK
	}{
		"nothing": {func(*testing.T, *rig, edo.Operation) {}, "", true, true},
		"missing original": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			must(t, os.Remove(r.entry(op.Documents[0].Digest)))
		}, "missing", false, false},
		"missing signature": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			must(t, os.Remove(r.entry(op.Documents[0].Signature)))
		}, "missing", false, false},
		"missing in the log": {func(t *testing.T, r *rig, _ edo.Operation) {
			t.Helper()
			must(t, os.Remove(r.entry(digest("only in the log"))))
		}, "missing", false, false},
		"a bit": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			must(t, os.WriteFile(r.entry(op.Documents[0].Digest), []byte("c0ntent"), 0o600))
		}, "damaged", false, true},
		"a size": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			must(t, os.WriteFile(r.entry(op.Documents[0].Digest), []byte("conten"), 0o600))
		}, "size", false, false},
		"a row without a receipt of its own": {func(t *testing.T, r *rig, op edo.Operation) {
			t.Helper()
			r.export(t) // not acknowledged
			must(t, os.Remove(r.entry(op.Documents[0].Digest)))
		}, "missing", false, false},
		"deleted after a receipt": {func(t *testing.T, r *rig, _ edo.Operation) {
			t.Helper()
			r.archived(t)
			r.now = lapsed
			r.run(t)
		}, "", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			op := r.pack(t, "p", "content")
			r.exchange(t, "p", "only in the log")
			tc.harm(t, r, op)
			for _, quick := range []bool{false, true} {
				got := r.check(t, handover.CheckOptions{Quick: quick})
				ok := tc.full
				if quick {
					ok = tc.quick
				}
				if got.OK() != ok || got.Contents != 4 {
					t.Errorf("quick %v: %+v", quick, got)
				}
				if !ok && (len(got.Wrong) != 1 || got.Wrong[0].What != tc.what || got.Wrong[0].Where == "") {
					t.Errorf("quick %v: %+v", quick, got.Wrong)
				}
			}
			if outside := r.check(t, handover.CheckOptions{From: begun.Add(time.Hour)}); !outside.OK() || outside.Contents != 0 {
				t.Errorf("another period: %+v", outside)
			}
		})
	}
}

// TestCheckYoung: an entry without a row may be just being stored.
func TestCheckYoung(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := archivetest.Store(t, r.archive, []byte("just stored"))
	must(t, os.Chtimes(r.entry(d), begun, begun))
	r.now = begun.Add(handover.Guard)
	if c := r.check(t, handover.CheckOptions{}); c.Young != 1 || c.Unreferenced != 0 {
		t.Errorf("%+v", c)
	}
	r.now = r.now.Add(time.Nanosecond)
	if c := r.check(t, handover.CheckOptions{}); c.Young != 0 || c.Unreferenced != 1 || !c.OK() {
		t.Errorf("%+v", c)
	}
}

// TestCheckOfMany: thousands of contents over all parts of the sort, one of them missing.
func TestCheckOfMany(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const n = 600
	op := r.operation(t, "p", "content")
	op.Documents[0].Versions = nil
	for i := range n {
		d := op.Documents[0]
		d.ID, d.Digest, d.Size = edo.DocumentID(time.Duration(i).String()), edo.Digest{byte(i), byte(i >> 8), 7}, 0
		op.Documents = append(op.Documents, d)
	}
	r.accept(t, op)
	c := r.check(t, handover.CheckOptions{Quick: true})
	if c.Contents != n+2 || c.Missing != n || c.Right != 2 || len(c.Wrong) != n || c.OK() {
		t.Errorf("%d contents, %d missing, %d right", c.Contents, c.Missing, c.Right)
	}
	if left, err := os.ReadDir(r.Spool); err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

func TestNewRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, c := range map[string]handover.Config{
		"no store":   {Archive: r.archive, Retention: r.Retention},
		"no archive": {Store: r.store, Retention: r.Retention},
		"no policy":  {Store: r.store, Archive: r.archive},
	} {
		if _, err := handover.New(c); !errors.Is(err, edo.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
