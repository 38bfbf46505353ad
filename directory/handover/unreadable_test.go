package handover_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/edokit/edokit/directory/handover"
)

// TestCheckGoesOn: a row of the log that cannot be unpacked is a finding of its period, and everything else is looked at.
func TestCheckGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pack(t, "p", "content")
	r.exchange(t, "p", "only in the log")
	r.exchange(t, "p", "in a later row")
	db, err := sql.Open("sqlite", filepath.Join(r.dir, "edo.db"))
	must(t, err)
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(t.Context(), `DROP TRIGGER exchanges_stay; UPDATE exchanges SET raw = x'01ff00' WHERE seq = 1`)
	must(t, err)
	c := r.check(t, handover.CheckOptions{})
	if c.OK() || c.Unreadable != 1 || c.Contents != 4 || c.Right != 4 || len(c.Wrong) != 1 || c.Wrong[0].What != "unreadable" || c.Wrong[0].Where == "" {
		t.Errorf("%+v", c)
	}
	if c = r.check(t, handover.CheckOptions{From: begun.Add(time.Hour)}); !c.OK() || c.Unreadable != 0 {
		t.Errorf("another period: %+v", c)
	}
	_, err = db.ExecContext(t.Context(), `UPDATE exchanges SET at = 'soon' WHERE seq = 1`)
	must(t, err)
	if c = r.check(t, handover.CheckOptions{From: begun.Add(time.Hour)}); c.OK() || c.Unreadable == 0 {
		t.Errorf("without a time: %+v", c)
	}
}
