package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// historyRows is how many exchanges the log of the benchmark has.
const historyRows = 1_000_000

// HistoryRows is how many exchanges the log of [Histories] has: a million, with -short ten thousand.
func HistoryRows() int {
	if testing.Short() {
		return historyRows / 100
	}
	return historyRows
}

// Histories asks a log what people ask. Each store fills it in its own way with the same: exchange i, from 0, is of
// subscriber s0 or s1 (i%2), package-(i/10), document-(i/10)-(i%5) where i%10 is below 5, user-(i/10%20), INN 77 and eight
// digits of i/10%100, begun 30 seconds after the one before from 2026 on, and every fiftieth is a fault.
func Histories(b *testing.B, s directory.Book, rows int) {
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rows/2) * 30 * time.Second).Truncate(24 * time.Hour)
	for _, q := range []struct {
		name   string
		filter func(pack int) directory.ExchangeFilter
		want   int
	}{
		{"document of a package", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Subscriber: "s0", Package: edo.PackageID(fmt.Sprintf("package-%d", p)), Document: edo.DocumentID(fmt.Sprintf("document-%d-2", p))}
		}, 3}, // two of five documents of the other subscriber, five without one, of which two
		{"document", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Document: edo.DocumentID(fmt.Sprintf("document-%d-2", p))}
		}, 1},
		{"package", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Subscriber: "s1", Package: edo.PackageID(fmt.Sprintf("package-%d", p))}
		}, 5},
		{"counterparty, page of 100", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Subscriber: "s0", INN: fmt.Sprintf("77%08d", p%100), Before: int64(rows)}
		}, 100},
		{"user, page of 100", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Subscriber: "s0", Actor: edo.ActorID(fmt.Sprintf("user-%d", p%20))}
		}, 100},
		{"faults, page of 100", func(int) directory.ExchangeFilter { return directory.ExchangeFilter{Outcome: edo.OutcomeFault} }, 100},
		{"newest of a subscriber, page of 100", func(int) directory.ExchangeFilter { return directory.ExchangeFilter{Subscriber: "s0"} }, 100},
		{"a day, page of 1000", func(int) directory.ExchangeFilter {
			return directory.ExchangeFilter{From: day, To: day.AddDate(0, 0, 1), Oldest: true, Limit: 1000}
		}, 1000},
		{"a day, its next page", func(int) directory.ExchangeFilter {
			return directory.ExchangeFilter{From: day, To: day.AddDate(0, 0, 1), Oldest: true, Limit: 1000, After: int64(day.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))/(30*time.Second)) + 1000}
		}, 1000},
	} {
		b.Run(q.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n += 7919 // another package each time, so that nothing of it is in memory
				got, err := s.Exchanges(b.Context(), q.filter(n%(rows/10)))
				if err != nil || len(got) != q.want && rows == historyRows {
					b.Fatalf("%d rows, %v", len(got), err)
				}
			}
		})
	}
}
