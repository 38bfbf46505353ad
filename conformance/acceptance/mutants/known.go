package mutants

import (
	"context"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/operatortest/drivermutants"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/storemutants"
	"github.com/edokit/edokit/directory/local"
)

// knownDrivers are those of package drivermutants that show in the whole.
func knownDrivers() []Mutant {
	chosen := map[string]found{
		"first-of-many":          sees("none-one-or-many", "scenario-two-boxes-one-inn"),
		"box-of-somebody":        sees("self-and-foreign-boxes-never-reach-the-operator"),
		"own-clock":              sees("the-operator-fixes-fact-and-time"),
		"no-time":                sees("the-operator-fixes-the-date-whatever-the-channel"),
		"signatures-lost":        sees("the-client-sends-reads-and-signs-back"),
		"sends-twice":            sees("a-recipient-who-is-not-active", "a-token-that-ends-in-the-middle", "scenario-token-runs-out", "scenario-token-ends-while-sending", "scenario-answer-gzip-unasked"),
		"lost-is-unavailable":    sees("scenario-answer-lost", "scenario-answer-lost-visible-late", "scenario-page-instead-of-answer", "scenario-fault-after-acceptance"),
		"lost-is-refused":        sees("scenario-answer-hangs", "a-lost-answer-to-a-countersignature-is-found", "scenario-rate-limit-long", "scenario-rate-limit-without-retry-after", "scenario-revocation-list-unavailable", "scenario-error-after-acceptance", "scenario-answer-lost-resend-refused"),
		"lost-is-sent":           sees("scenario-answer-truncated"),
		"lost-sends-again":       sees("scenario-answer-cut", "a-lost-answer-is-not-sent-again").waiting("the-same-message-again"),
		"finds-nothing":          sees("scenario-answer-lost-twice"),
		"finds-anything":         sees("scenario-answer-lost-never-visible", "scenario-request-cut"),
		"refused-is-unavailable": sees("scenario-certificate-expires-mid-batch"),
		"reason-lost":            sees("a-box-that-is-not-active-is-sent-to", "scenario-signature-refused"),
		"late-is-never":          sees("scenario-print-form-20-minutes", "scenario-print-form-never", "scenario-print-form-refused-then-ready"),
		"never-is-late":          sees("scenario-print-form-switched-off"),
		"content-cut":            sees("scenario-document-missing-from-its-message"),
		"log-afterwards":         sees("the-row-is-there-before-the-first-byte"),
		"log-ignored":            sees("without-a-row-nothing-is-sent"),
		"row-left-open":          sees("every-send-is-one-row"),
		"password-logged":        sees("the-log-holds-what-crossed-the-socket"),
	}
	var out []Mutant
	for _, m := range drivermutants.All() {
		if f, here := chosen[m.Name]; here {
			out = append(out, driver(named("driver-", m.Mutant), f, keep(m.Wrap)))
		}
	}
	return out
}

// knownStores are those of package storemutants that show in the whole.
func knownStores() []Mutant {
	chosen := map[string]found{
		"settle-tells-twice":         sees("the-host-pulls-and-signs", "nothing-lost-nothing-twice", "content-that-is-closed-until-the-receipt", "scenario-event-ids-repeated", "scenario-page-border-event-repeated"),
		"settle-drops-documents":     sees("scenario-print-form-web-page", "scenario-print-form-truncated"),
		"settle-keeps-the-old-state": sees("scenario-signature-refused-later"),
		"hides-replies":              sees().waiting("the-term-is-decided-by-the-operators-time"),
		"counts-twice":               sees("the-company-pays-and-the-count-is-the-ledgers"),
		"drops-answers":              sees("exchanges-can-be-replayed"),
		"hides-refusals":             sees("menus-per-card-type"),
		"takes-all-as-read":          sees("scenario-events-an-hour-late", "scenario-events-out-of-order").waiting("a-cursor-that-the-operator-forgot"),
		"settle-drops-what-came-in":  sees("scenario-document-missing-from-its-message"),
		"settle-drops-the-stamp":     sees("scenario-print-form-first-try-fails"),
	}
	var out []Mutant
	for _, m := range storemutants.All() {
		if f, here := chosen[m.Name]; here {
			out = append(out, store(named("store-", m.Mutant), f, func(s local.Store) local.Store { return into(m, s) }))
		}
	}
	return out
}

func named(prefix string, m conformance.Mutant) conformance.Mutant {
	m.Name = prefix + m.Name
	return m
}

// into puts a fault into a store that is open.
func into(m storemutants.Mutant, s local.Store) local.Store {
	h := m.Into(storetest.Harness{Open: func(context.Context, string, storetest.Config) (storetest.Store, error) { return s, nil }})
	wrong, err := h.Open(context.Background(), "", storetest.Config{})
	if err != nil { // the one above gives none
		return s
	}
	return wrong
}
