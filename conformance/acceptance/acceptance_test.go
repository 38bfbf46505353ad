package acceptance_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/acceptance"
	"github.com/edokit/edokit/conformance/gotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAcceptance(t *testing.T) {
	t.Parallel()
	gotest.Run(t, acceptance.Suite(), conformance.Options{})
}
