package sqlite_test

import (
	"testing"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/subjects"
)

func BenchmarkStore(b *testing.B) { storetest.Bench(b, subjects.SQLite()) }
