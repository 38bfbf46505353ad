//go:build linux

package bench_test

import (
	"fmt"
	"testing"
)

// BenchmarkLog tells what an exchange costs in the message log, with indexes and chain: signed packages of three documents,
// and their printed forms, so many that the empty half of a page does not count.
func BenchmarkLog(b *testing.B) {
	t := table{header: []string{"log", "exchanges", "bytes per exchange"}}
	for _, server := range servers(b) {
		r := logged(b, server, 1000)
		b.ReportMetric(perExchange(r), metric(server.name))
		t.add(server.name, fmt.Sprint(r.Exchanges), fmt.Sprintf("%.0f", perExchange(r)))
	}
	show(b, t)
}

func perExchange(r result) float64 { return float64(r.Stored) / float64(max(r.Exchanges, 1)) }

func logged(tb testing.TB, on databases, count int) result {
	tb.Helper()
	all := []task{{Role: "ours", Count: count, Flight: 8, Signed: true, Log: true, Name: on.name + " log", DSN: on.make(tb)}}
	got := make([][]result, len(all))
	if err := round(tb.Context(), tb, all, got); err != nil {
		tb.Fatal(err)
	}
	return got[0][0]
}

// TestLog measures what BenchmarkLog does, with little to do.
func TestLog(t *testing.T) {
	t.Parallel()
	for _, server := range servers(t) {
		if r := logged(t, server, 2); r.Exchanges == 0 || r.Stored == 0 {
			t.Errorf("%s: %+v", server.name, r)
		}
	}
}
