package postgres_test

import (
	"testing"

	"github.com/edokit/edokit/directory/postgres"
)

func TestPlans(t *testing.T) {
	t.Parallel()
	postgres.Plans(t, open(t, server.Fresh(t)))
}
