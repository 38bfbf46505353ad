package main

import (
	"strconv"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

const limitsHelp = `Operators are spared by EDOKIT_RATE (no limit) calls per second of one subscriber, EDOKIT_RATE_BURST (two seconds' worth, at least 10)
calls at once, EDOKIT_CONCURRENT (no limit) jobs of one subscriber side by side, and EDOKIT_BREAKER_FAILURES (5, off: never) jobs in a row that
cannot reach an operator before it is left alone for EDOKIT_BREAKER_PAUSE (5s). A subscriber's own limits go before these.`

// sparing reads how operators are spared.
func sparing(getenv func(string) string, l *gateway.Limits) edo.Faults {
	var f edo.Faults
	if text := getenv("EDOKIT_RATE"); text != "" {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0.001 && v <= 10_000) {
			f = append(f, usage("EDOKIT_RATE", "is no number from 0.001 to 10000", "write calls per second, or leave it out for no limit"))
		} else {
			l.Rate = v
		}
	}
	count := func(name string, to *int) {
		text := getenv(name)
		if text == "" {
			return
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 10_000 {
			f = append(f, usage(name, "is no number from 1 to 10000", "leave it out for the default"))
			return
		}
		*to = n
	}
	count("EDOKIT_RATE_BURST", &l.Burst)
	count("EDOKIT_CONCURRENT", &l.Concurrent)
	if getenv("EDOKIT_BREAKER_FAILURES") == "off" {
		l.Failures = -1
	} else {
		count("EDOKIT_BREAKER_FAILURES", &l.Failures)
	}
	if text := getenv("EDOKIT_BREAKER_PAUSE"); text != "" {
		v, err := time.ParseDuration(text)
		if err != nil || v < time.Millisecond || v > time.Hour {
			f = append(f, usage("EDOKIT_BREAKER_PAUSE", "is no duration from a millisecond to an hour", "write it as 5s or 1m"))
		} else {
			l.Pause = v
		}
	}
	return f
}
