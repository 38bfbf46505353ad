package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	pageRows  = 25
	batchRows = 100
	maxBatch  = 1000
	maxLooked = 3000 // rows that are looked at for one page: the store does not know every filter
)

// place is where a page ended: the last row that was looked at.
type place struct {
	at  time.Time
	key edo.Key // of a document that came in, its id stands for the package
}

func (p place) String() string {
	return strconv.FormatInt(p.at.UnixMicro(), 10) + " " + string(p.key.Subscriber) + " " + string(p.key.Package)
}

func parsePlace(s string) (p place, ok bool) {
	parts := strings.SplitN(s, " ", 3)
	if len(parts) != 3 {
		return p, false
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return p, false
	}
	return place{time.UnixMicro(n), edo.Key{Subscriber: edo.SubscriberID(parts[1]), Package: edo.PackageID(parts[2])}}, true
}

// sieve fills one page of a list that the store gives newest first, with what the store does not filter by.
type sieve[T any] struct {
	fetch func(to time.Time, limit int) ([]T, error) // before a moment, zero: from the newest on
	place func(T) place
	keep  func(T) (bool, error)
}

// page gives the rows behind a place and the place to go on at, zero: nothing is left. cut: it has looked at enough.
func (s sieve[T]) page(after place, to time.Time) (rows []T, last place, cut bool, err error) {
	limit := batchRows
	for looked := 0; ; {
		if !after.at.IsZero() {
			if until := after.at.Add(time.Microsecond); to.IsZero() || until.Before(to) {
				to = until
			}
		}
		batch, err := s.fetch(to, limit)
		if err != nil {
			return nil, place{}, false, err
		}
		whole := len(batch) < limit
		batch, reached := s.behind(batch, after)
		if !reached && !whole { // more rows of one microsecond than a batch holds
			if limit == maxBatch {
				return rows, place{}, true, nil
			}
			limit = maxBatch
			continue
		}
		for _, row := range batch {
			looked++
			ok, err := s.keep(row)
			if err != nil {
				return nil, place{}, false, err
			}
			if ok {
				if len(rows) == pageRows {
					return rows, after, false, nil
				}
				rows = append(rows, row)
			}
			after = s.place(row)
		}
		switch {
		case whole || len(batch) == 0:
			return rows, place{}, false, nil
		case looked >= maxLooked:
			return rows, after, true, nil
		}
	}
}

// behind leaves out what stood before a place or at it. It is not reached if all that is there may still stand before it.
func (s sieve[T]) behind(batch []T, after place) (rest []T, reached bool) {
	for i, row := range batch {
		if at := s.place(row); at.key == after.key && at.at.Equal(after.at) {
			return batch[i+1:], i+1 < len(batch)
		}
	}
	return batch, after.at.IsZero() || len(batch) > 0 && s.place(batch[len(batch)-1]).at.Before(after.at)
}

// day reads the field of a date. Years that nobody means are wrong: stores do not keep all of them.
func (f *frame) day(text string) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, text, f.zone)
	return t, err == nil && t.Year() >= 1990 && t.Year() < 9000
}

// days reads the days of a filter; the last one belongs to it. fault: what is wrong with them.
func (f *frame) days(first, last string) (from, to time.Time, fault string) {
	day := func(text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		t, ok := f.day(text)
		if !ok {
			fault = f.T("Дата записана неверно", "A date is wrong")
		}
		return t
	}
	from = day(first)
	if to = day(last); !to.IsZero() {
		to = to.AddDate(0, 0, 1)
	}
	if !to.IsZero() && !from.Before(to) {
		fault = f.T("Период заканчивается раньше, чем начинается", "The period ends before it begins")
	}
	return from, to, fault
}

// neighbours are the addresses of the next and the first page of a list, empty: there is none.
func neighbours(path string, q url.Values, last place, paged bool) (next, first string) {
	if !last.at.IsZero() {
		next = path + "?" + with(q, "after", last.String())
	}
	if paged {
		first = path + "?" + with(q, "after", "")
	}
	return next, first
}

// renderList answers a list. What is wrong with its filter is told above it.
func (k *Console) renderList(f *frame, w http.ResponseWriter, name, fault string, v any) error {
	code := http.StatusOK
	if fault != "" {
		code = http.StatusBadRequest
	}
	return k.render(f, w, code, name, v)
}
