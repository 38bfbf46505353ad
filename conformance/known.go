package conformance

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Known is a fault that is known: the case is expected to fail.
type Known struct {
	ID     string    // of a case; in a list also SUITE/ID
	Since  time.Time // the day it was put on the list
	Reason string
}

// maxKnown is how many bytes a list of known faults may have.
const maxKnown = 1 << 20

// ReadKnown reads a list of known faults. A line holds the day, the id and the reason; empty lines and those that begin with
// # are passed over:
//
//	2026-12-01 send-whole the operator keeps halves until its release 9.2
func ReadKnown(r io.Reader) ([]Known, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxKnown+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxKnown {
		return nil, fmt.Errorf("the list of known faults is longer than %d bytes", maxKnown)
	}
	var all []Known
	var faults []error
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := parseKnown(line)
		if err != nil {
			faults = append(faults, fmt.Errorf("known faults, line %d: %w", n, err))
			continue
		}
		all = append(all, k)
	}
	return all, errors.Join(faults...)
}

func parseKnown(line string) (Known, error) {
	day, rest, _ := strings.Cut(line, " ")
	id, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	since, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil:
		return Known{}, fmt.Errorf("%q is no day: write 2026-12-01 ID REASON", day)
	case !idPattern.MatchString(id[strings.IndexByte(id, '/')+1:]): // whoever runs several suites may name one
		return Known{}, fmt.Errorf("%q is no id of a case", id)
	case strings.TrimSpace(reason) == "":
		return Known{}, fmt.Errorf("%s has no reason: a fault without one is never looked at again", id)
	}
	return Known{ID: id, Since: since, Reason: strings.TrimSpace(reason)}, nil
}
