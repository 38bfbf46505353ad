package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// TestLostAnswer cuts the connection around a COMMIT: the caller hears what became of it.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		where     cut
		err       error
		committed bool
	}{
		"committed":   {afterCommit, nil, true},
		"never heard": {beforeCommit, edo.Unavailable, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := server.Fresh(t)
			p, way := through(t, dsn)
			s, direct := open(t, way), open(t, dsn)
			op := storetest.Sample("p0")
			_, _, err := s.Accept(t.Context(), op, nil, nil) // all statements are prepared now
			must(t, err)
			for round := range 3 {
				op = storetest.Sample("p" + string(rune('1'+round)))
				p.set(tc.where, false)
				stored, created, err := s.Accept(t.Context(), op, nil, nil)
				if !errors.Is(err, tc.err) || created != tc.committed || created && stored.Key != op.Key {
					t.Errorf("created %v, %v", created, err)
				}
				if _, err := direct.Operation(t.Context(), op.Key); (err == nil) != tc.committed {
					t.Errorf("committed %v, but: %v", tc.committed, err)
				}
				if _, _, err := s.Accept(t.Context(), op, nil, nil); err != nil {
					t.Errorf("repeated: %v", err)
				}
			}
		})
	}
}

// TestNobodyKnows: a COMMIT whose answer was lost, and then the database cannot be reached any more.
func TestNobodyKnows(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	p, way := through(t, dsn)
	s := open(t, way)
	s.Hurry(300 * time.Millisecond)
	must(t, s.Write(t.Context(), sub, row("first")))
	p.set(afterCommit, true)
	if err := s.Write(t.Context(), sub, row("lost")); !errors.Is(err, edo.InDoubt) || !errors.Is(err, directory.StoreInDoubt) {
		t.Errorf("%v", err)
	}
	if err := s.Write(t.Context(), sub, row("later")); !errors.Is(err, edo.Unavailable) {
		t.Errorf("the database is away: %v", err)
	}
}
