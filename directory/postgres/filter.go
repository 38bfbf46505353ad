package postgres

import (
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
)

// where collects the conditions of a list. The terms are constants of this package, with ? for each argument; values are
// always arguments.
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

// sql puts the conditions between the beginning and the end of a query and numbers the arguments.
func (w *where) sql(head, tail string) string {
	terms := "true"
	if len(w.terms) > 0 {
		terms = strings.Join(w.terms, " AND ")
	}
	return numbered(head + terms + tail)
}

// numbered makes $1, $2 and so on of the ? of a query.
func numbered(query string) string {
	var b strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	return b.String()
}

func page(limit int) int {
	if limit <= 0 {
		return directory.DefaultLimit
	}
	return min(limit, directory.MaxLimit)
}
