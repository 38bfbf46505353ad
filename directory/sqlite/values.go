package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/edokit/edokit/edo"
)

// timeForm sorts as text, which RFC 3339 with a shortened fraction does not. Rows keep microseconds, as other databases
// do, and this is where the rest is cut off.
const timeForm = "2006-01-02T15:04:05.000000Z"

// moment is a time in a row: UTC text of fixed width, NULL for the zero time.
type moment time.Time

func (m moment) Value() (driver.Value, error) {
	t := time.Time(m)
	if t.IsZero() {
		return nil, nil
	}
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return nil, &edo.Error{Kind: edo.Invalid, Op: "sqlite", Message: fmt.Sprintf("a time in the year %d cannot be stored", y)}
	}
	return t.UTC().Format(timeForm), nil
}

func (m *moment) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*m = moment{}
		return nil
	case string:
		t, err := time.Parse(timeForm, v)
		*m = moment(t)
		return err
	}
	return fmt.Errorf("time column holds %T", v)
}

func at(t *time.Time) *moment { return (*moment)(t) }

// sum is a digest in a row: hexadecimal, NULL for none.
type sum edo.Digest

func (s sum) Value() (driver.Value, error) {
	if edo.Digest(s).IsZero() {
		return nil, nil
	}
	return edo.Digest(s).String(), nil
}

func (s *sum) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s = sum{}
		return nil
	case string:
		d, err := edo.ParseDigest(v)
		*s = sum(d)
		return err
	}
	return fmt.Errorf("digest column holds %T", v)
}

func digest(d *edo.Digest) *sum { return (*sum)(d) }

// document is a value kept as JSON, NULL for an empty list.
type document[T any] struct{ v *T }

func asJSON[T any](v *T) document[T] { return document[T]{v} }

func (d document[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(d.v)
	if s := string(text); err != nil || s == "null" || s == "[]" {
		return nil, err
	}
	return string(text), nil
}

func (d document[T]) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		var zero T
		*d.v = zero
		return nil
	case string:
		return json.Unmarshal([]byte(v), d.v)
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

// hashed is a digest in a row of the message log: 32 bytes, NULL for none.
type hashed edo.Digest

func (h hashed) Value() (driver.Value, error) {
	if edo.Digest(h).IsZero() {
		return nil, nil
	}
	return h[:], nil
}

func (h *hashed) Scan(v any) error {
	*h = hashed{}
	switch v := v.(type) {
	case nil:
		return nil
	case []byte:
		if len(v) == len(h) {
			copy(h[:], v)
			return nil
		}
	}
	return fmt.Errorf("digest column holds %T", v)
}

func short(d *edo.Digest) *hashed { return (*hashed)(d) }

// spared is a value that does not end the reading of its row when it is damaged.
type spared struct {
	sql.Scanner
	why *error
}

// Scan keeps the first fault.
func (s spared) Scan(v any) error {
	if err := s.Scanner.Scan(v); err != nil && *s.why == nil {
		*s.why = err
	}
	return nil
}

// sparing replaces the targets of values that this package takes apart; the others the database has checked.
func sparing(targets []any, why *error) []any {
	for i, t := range targets {
		if s, ours := t.(sql.Scanner); ours {
			targets[i] = spared{s, why}
		}
	}
	return targets
}
