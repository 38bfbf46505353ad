package storetest

import (
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/edokit/edokit/edo"
)

// Bench measures a store: the same work for each, so that their figures can stand side by side.
func Bench(b *testing.B, h Harness) {
	for _, producers := range []int{1, 64} {
		b.Run(fmt.Sprintf("Log/producers=%d", producers), func(b *testing.B) { benchLog(b, h.temp(b), producers) })
	}
	b.Run("Job", func(b *testing.B) { benchJob(b, h.temp(b)) })
}

// benchLog writes both halves of a row with a request of 14 KB, each on stable storage before the next.
func benchLog(b *testing.B, s Store, producers int) {
	r, a := Request(), Answer()
	r.Body = edo.Masked{Text: make([]byte, 14<<10)}
	_, _ = rand.Read(r.Body.Text[:4<<10]) // what cannot be packed, as the digests and ids in it
	counter, counts := s.(interface{ Commits() int64 })
	before := int64(0)
	if counts {
		before = counter.Commits()
	}
	b.SetParallelism(max(producers/2, 1)) // two processors
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
	if counts {
		b.ReportMetric(float64(counter.Commits()-before)/float64(b.N), "commits/row")
	}
}

// benchJob accepts a package of two documents, claims its job and settles it.
func benchJob(b *testing.B, s Store) {
	var next atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			accept(b, s, Sample(fmt.Sprintf("p%d", next.Add(1))), noon)
			if err := s.Settle(b.Context(), claim(b, s, "w", noon), edo.Change{At: noon, Done: true}); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}
