package sqlite

import (
	"testing"

	"github.com/edokit/edokit/conformance/storetest"
)

// TestRecentAfterABrokenSession: a connection that broke is told of once, and nothing that was read on it is believed.
func TestRecentAfterABrokenSession(t *testing.T) {
	t.Parallel()
	s, op := fresh(t), storetest.Sample("p1")
	if _, _, err := s.Accept(t.Context(), op, nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Operation(t.Context(), op.Key); err != nil || s.Kept() != 1 {
		t.Fatalf("%d kept, %v", s.Kept(), err)
	}
	s.recent.session.close()
	if _, err := s.Operation(t.Context(), op.Key); err == nil || s.Kept() != 0 {
		t.Errorf("%d kept, %v", s.Kept(), err)
	}
	if _, err := s.Operation(t.Context(), op.Key); err != nil || s.Kept() != 1 {
		t.Errorf("the next call: %d kept, %v", s.Kept(), err)
	}
}
