package synerdocs

import (
	"errors"
	"time"
)

const (
	dateTimeLayout = "2006-01-02T15:04:05"
	maxFraction    = 9 // digits; .NET writes up to 7
)

// parseTime reads an xs:dateTime as .NET writes it: up to nine fraction digits; zone absent, Z or an offset. The
// value 0001-01-01T00:00:00 means that nothing was set, in whatever zone, and gives the zero time.
//
// The shape is checked by hand because package time is more generous: it takes a comma for the point, for instance.
func parseTime(s string, zone *time.Location) (time.Time, error) {
	bad := errors.New("is not a date and time")
	if len(s) < len(dateTimeLayout) {
		return time.Time{}, bad
	}
	head, rest := s[:len(dateTimeLayout)], s[len(dateTimeLayout):]
	base, err := time.Parse(dateTimeLayout, head)
	if err != nil {
		return time.Time{}, bad
	}
	nanos, rest, ok := fraction(rest)
	if !ok {
		return time.Time{}, bad
	}
	if zone, ok = zoneOf(rest, zone); !ok {
		return time.Time{}, bad
	}
	if base.IsZero() && nanos == 0 {
		return time.Time{}, nil
	}
	return time.Date(base.Year(), base.Month(), base.Day(), base.Hour(), base.Minute(), base.Second(), nanos, zone).UTC(), nil
}

func fraction(s string) (nanos int, rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return 0, s, true
	}
	n := 1
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 1 || n > 1+maxFraction {
		return 0, "", false
	}
	for i := 1; i <= maxFraction; i++ {
		nanos *= 10
		if i < n {
			nanos += int(s[i] - '0')
		}
	}
	return nanos, s[n:], true
}

// zoneOf reads the end of a dateTime. Offsets go to 14:00, as in XML Schema.
func zoneOf(s string, unstated *time.Location) (*time.Location, bool) {
	switch {
	case s == "":
		return unstated, true
	case s == "Z":
		return time.UTC, true
	case len(s) != len("+03:00") || (s[0] != '+' && s[0] != '-') || s[3] != ':':
		return nil, false
	}
	h, okH := twoDigits(s[1:3])
	m, okM := twoDigits(s[4:6])
	if !okH || !okM || m > 59 || h*60+m > 14*60 {
		return nil, false
	}
	seconds := (h*60 + m) * 60
	if s[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), true
}

func twoDigits(s string) (int, bool) {
	if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	return int(s[0]-'0')*10 + int(s[1]-'0'), true
}

// formatTime writes a moment with its zone stated, to the second: filters need no more.
func formatTime(t time.Time) string { return t.UTC().Format(dateTimeLayout) + "Z" }
