package signstamp

import "github.com/edokit/edokit/stamping"

// Style is how a mark looks and where it goes. The zero value is the Russian mark in its own colour at the bottom of each
// page; where that is taken, a margin is added, or for many signatures a sheet at the end.
type Style struct {
	Lang     Lang              // empty means Russian
	Color    *stamping.Color   // of frame and text; nil: blue for the operator's mark, grey for the local one
	Alert    *stamping.Color   // of a refusal or a revocation; nil: red
	Position stamping.Position // empty means bottom centre
	Room     stamping.Room     // what to do with a page that has no free space
	Emblem   []byte            // PNG of at most 512 KiB and a million dots, shown left of the title; optional
}

// Lang is the language of a mark.
type Lang string

// The languages.
const (
	Russian Lang = "ru"
	English Lang = "en"
)

// Options is o, which may be nil, with position and room of the style: what Apply uses, for who stamps elsewhere, as in
// package worker.
func (s Style) Options(o *stamping.Options) *stamping.Options {
	var own stamping.Options
	if o != nil {
		own = *o
	}
	own.Position, own.Room = s.Position, s.Room
	return &own
}

func (s Style) check() error {
	if s.Lang != "" && s.Lang != Russian && s.Lang != English {
		return invalid("Style.Lang is unknown: use Russian or English")
	}
	return nil
}

// say chooses one of two wordings.
func (l Lang) say(ru, en string) string {
	if l == English {
		return en
	}
	return ru
}

func (s Style) color(local bool) stamping.Color {
	switch {
	case s.Color != nil:
		return *s.Color
	case local:
		return stamping.Color{R: 0.35, G: 0.35, B: 0.35}
	}
	return stamping.Color{R: 0.05, G: 0.20, B: 0.62}
}

func (s Style) alert() stamping.Color {
	if s.Alert != nil {
		return *s.Alert
	}
	return stamping.Color{R: 0.75, G: 0.08, B: 0.08}
}
