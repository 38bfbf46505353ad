package sqlite_test

import (
	"testing"

	"github.com/edokit/edokit/conformance/storetest"
)

func BenchmarkStore(b *testing.B) { storetest.Bench(b, harness()) }
