package crash_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

// TestAlarmsRing: a plugin on PostgreSQL is called to its work by River, whoever watches it: the rows that set an alarm
// are worked off and do not pile up.
func TestAlarmsRing(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{"plain": nil, "measured": {"EDOKIT_METRICS=127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{})
			onPostgres(s)
			s.settings = append(s.settings, settings...)
			p := s.launch()
			s.register(p)
			for i := range 5 {
				pkg := s.pack(fmt.Sprintf("p-%d", i), letter(t))
				op := p.finish(pkg)
				s.sentAs(op)
				s.stamped(op)
			}
			s.until("no alarm that was due is left", func() bool {
				return s.alarms("state = 'available' OR state = 'scheduled' AND scheduled_at < now()") == 0
			})
			if rung := s.alarms("state = 'completed'"); rung < 5 {
				t.Errorf("%d alarms have rung", rung)
			}
			s.once("p-0", "p-1", "p-2", "p-3", "p-4")
			if n := s.alarms("state NOT IN ('completed', 'available', 'scheduled', 'running')"); n != 0 {
				t.Errorf("%d alarms have failed", n)
			}
			if claims := s.results(edo.Key{Subscriber: subscriber, Package: "p-0"}, edo.JobSend); len(claims) == 0 {
				t.Error("no attempt is written down")
			}
		})
	}
}

// alarms counts the rows of River of which a condition holds.
func (s *stand) alarms(where string) (n int) {
	s.Helper()
	conn, err := pgx.Connect(s.Context(), s.database.Reveal())
	s.must(err)
	defer func() { s.must(conn.Close(s.Context())) }()
	s.must(conn.QueryRow(s.Context(), "SELECT count(*) FROM river_job WHERE "+where).Scan(&n))
	return n
}
