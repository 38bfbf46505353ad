package mockoperator

import (
	"log/slog"
	"time"
)

// Config of an [Operator]. The zero value works.
type Config struct {
	// Dir is the spool folder for documents and printed forms. Empty means a temporary one that [Operator.Close] removes.
	Dir string
	// Now is the operator's clock; nil means time.Now.
	Now func() time.Time
	// Organisations are the subscribers; empty means those of the scenario, and then [DefaultOrganisations].
	Organisations []Organisation
	// Identities are keys and certificates made before by [Operator.Identities], so that many operators of one test run
	// do not each make their own. Those that are missing are made when they are first asked for.
	Identities []Identity
	// Scenario is the behaviour at start; it can be changed while the operator runs.
	Scenario Scenario
	// Cassette is played instead of doing the work, if there is one: see [Operator.Played]. Its parties are the organisations
	// if no others are given, and logins, look-ups that it does not hold and readings of a box work as ever.
	Cassette *Cassette
	// WireMemory is how many bytes of bodies [Operator.Wire] keeps; older bodies are let go, their digests stay. Zero means
	// 64 MiB, negative none. One body above a quarter of it is kept as a file in Dir instead.
	WireMemory int64
	// Logger gets one line per exchange, without bodies; nil means silence.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if len(c.Organisations) == 0 {
		c.Organisations = c.Scenario.Organisations
	}
	if len(c.Organisations) == 0 && c.Cassette != nil {
		c.Organisations = c.Cassette.parties()
	}
	if len(c.Organisations) == 0 {
		c.Organisations = DefaultOrganisations()
	}
	if c.WireMemory == 0 {
		c.WireMemory = 64 << 20
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Scenario = c.Scenario.withDefaults()
	return c
}
