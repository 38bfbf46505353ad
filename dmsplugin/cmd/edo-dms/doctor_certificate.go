package main

import (
	"time"

	"github.com/edokit/edokit/edo/cms"
)

// When the end of a certificate becomes worth a word: ordering a new one takes weeks, and holidays come in between.
const (
	noteBefore = 60 * 24 * time.Hour
	warnBefore = 14 * 24 * time.Hour
)

// login judges a login certificate, DER.
func (e *examination) loginDates(r *report, raw []byte, name string) {
	certificate, err := cms.ParseCertificate(raw)
	if err != nil {
		r.addErr(err, "certificate.unreadable", name, name)
		return
	}
	e.dates(r, certificate.NotBefore, certificate.NotAfter, name)
}

// dates judges the dates of a certificate and reports whether it is valid now.
func (e *examination) dates(r *report, from, until time.Time, name string) bool {
	now := e.now()
	left := until.Sub(now)
	switch {
	case until.IsZero(): // nothing is known of it
		return true
	case now.Before(from):
		r.add("certificate.not-yet", name, name, when(from))
		return false
	case left <= 0:
		r.add("certificate.ended", name, name, when(until))
		return false
	case left <= warnBefore:
		r.add("certificate.ends-soon", name, name, when(until))
	case left <= noteBefore:
		r.add("certificate.ends", name, name, when(until))
	default:
		r.add("certificate.ok", name, name, when(until))
	}
	return true
}
