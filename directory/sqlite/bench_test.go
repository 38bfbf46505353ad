package sqlite_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/edokit/edokit/edo"
)

// BenchmarkLog writes both halves of a row with a request of 14 KB, each on stable storage before the next.
func BenchmarkLog(b *testing.B) {
	for _, producers := range []int{1, 64} {
		b.Run(fmt.Sprintf("producers=%d", producers), func(b *testing.B) {
			s := temp(b)
			r, a := request(), answer()
			r.Body = edo.Masked{Text: make([]byte, 14<<10)}
			b.SetParallelism(max(producers/2, 1)) // two processors
			before := s.Commits()
			row := func() {
				e, err := s.Begin(b.Context(), r)
				if err == nil {
					err = e.Finish(b.Context(), a)
				}
				if err != nil {
					b.Error(err)
				}
			}
			if producers == 1 {
				for b.Loop() {
					row()
				}
			} else {
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						row()
					}
				})
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(s.Commits()-before)/float64(b.N), "commits/row")
		})
	}
}

// BenchmarkJob accepts a package of two documents, claims its job and settles it.
func BenchmarkJob(b *testing.B) {
	s := temp(b)
	var next atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			accept(b, s, sample(fmt.Sprintf("p%d", next.Add(1))), noon)
			if err := s.Settle(b.Context(), claim(b, s, "w", noon), edo.Change{At: noon, Done: true}); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}
