package postgres

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// encode makes plain values of words, so that the driver has nothing to guess. What text of this database cannot hold,
// the byte 0 and what is no UTF-8, becomes U+FFFD: an operator's odd letter must not keep a row from being written.
func encode(args []any) ([]any, error) {
	plain := make([]any, len(args))
	for i, a := range args {
		if v, ok := a.(driver.Valuer); ok {
			var err error
			if plain[i], err = v.Value(); err != nil {
				return nil, err
			}
			continue
		}
		switch v := reflect.ValueOf(a); v.Kind() {
		case reflect.String:
			plain[i] = clean(v.String())
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			plain[i] = v.Int()
		case reflect.Bool:
			plain[i] = v.Bool()
		default:
			plain[i] = a
		}
	}
	return plain, nil
}

// texts are the elements of an array.
func texts[T ~string](words []T) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = clean(string(w))
	}
	return all
}

func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// moment is a time in a row, NULL for the zero time. Rows keep microseconds, and this is where the rest is cut off: a
// time that was stored compares equal to itself when it comes back, in every store.
type moment time.Time

// Value is for the driver.
func (m moment) Value() (driver.Value, error) {
	t := time.Time(m)
	if t.IsZero() {
		return nil, nil
	}
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return nil, &edo.Error{Kind: edo.Invalid, Op: "postgres", Message: fmt.Sprintf("a time in the year %d cannot be stored", y)}
	}
	return t.UTC().Truncate(time.Microsecond), nil
}

// Scan is for the driver.
func (m *moment) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*m = moment{}
		return nil
	case time.Time:
		*m = moment(v.UTC())
		return nil
	}
	return fmt.Errorf("time column holds %T", v)
}

func at(t *time.Time) *moment { return (*moment)(t) }

// sum is a digest in a row, NULL for none.
type sum edo.Digest

// Value is for the driver.
func (s sum) Value() (driver.Value, error) {
	if edo.Digest(s).IsZero() {
		return nil, nil
	}
	return s[:], nil
}

// Scan is for the driver.
func (s *sum) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s = sum{}
		return nil
	case []byte:
		if len(v) != len(s) {
			return fmt.Errorf("digest column holds %d bytes", len(v))
		}
		copy(s[:], v)
		return nil
	}
	return fmt.Errorf("digest column holds %T", v)
}

func digest(d *edo.Digest) *sum { return (*sum)(d) }

// document is a value kept as JSON, NULL for an empty list.
type document[T any] struct{ v *T }

func asJSON[T any](v *T) document[T] { return document[T]{v} }

// Value is for the driver.
func (d document[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(d.v)
	s := string(text)
	if err != nil || s == "null" || s == "[]" {
		return nil, err
	}
	if strings.Contains(s, `\u0000`) {
		s = cleanJSON(s)
	}
	return s, nil
}

// cleanJSON does for text inside JSON what [encode] does for text. A backslash that is itself escaped begins nothing.
func cleanJSON(s string) string {
	return strings.NewReplacer(`\\`, `\\`, `\u0000`, "\ufffd").Replace(s)
}

// Scan is for the driver.
func (d document[T]) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		var zero T
		*d.v = zero
		return nil
	case string:
		return json.Unmarshal([]byte(v), d.v)
	case []byte:
		return json.Unmarshal(v, d.v)
	}
	return fmt.Errorf("JSON column holds %T", v)
}

// bytesOf keeps an empty value apart from NULL, which the driver would make of a nil slice.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// spared is a value that does not end the reading of its row when it is damaged.
type spared struct {
	value interface{ Scan(v any) error }
	why   *error
}

// Scan keeps the first fault.
func (s spared) Scan(v any) error {
	if err := s.value.Scan(v); err != nil && *s.why == nil {
		*s.why = err
	}
	return nil
}

// sparing replaces the targets of values that this package takes apart; the others the database has checked.
func sparing(targets []any, why *error) []any {
	for i, t := range targets {
		if s, ours := t.(interface{ Scan(v any) error }); ours {
			targets[i] = spared{s, why}
		}
	}
	return targets
}
