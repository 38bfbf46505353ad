package sqlite

import (
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
)

// where collects the conditions of a list. The terms are constants of this package; values are always arguments.
type where struct {
	terms []string
	args  []any
}

func (w *where) add(term string, arg any) {
	w.terms, w.args = append(w.terms, term), append(w.args, arg)
}

func (w *where) text(term, arg string) {
	if arg != "" {
		w.add(term, arg)
	}
}

// among restricts a column to a few values; none do not restrict.
func among[T ~string](w *where, column string, values []T) {
	if len(values) == 0 {
		return
	}
	w.terms = append(w.terms, column+" IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")+")")
	for _, v := range values {
		w.args = append(w.args, string(v))
	}
}

func (w *where) from(term string, t time.Time) {
	if !t.IsZero() {
		w.add(term, moment(t))
	}
}

func (w *where) sql() string {
	if len(w.terms) == 0 {
		return "1"
	}
	return strings.Join(w.terms, " AND ")
}

func page(limit int) int {
	if limit <= 0 {
		return directory.DefaultLimit
	}
	return min(limit, directory.MaxLimit)
}
