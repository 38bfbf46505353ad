package directory

import (
	"github.com/edokit/edokit/edo"
)

// CheckResponsible reports every fault of a rule that says who gets what came in.
func CheckResponsible(s edo.SubscriberID, r edo.Responsible) error {
	var f faults
	f.add(edo.CheckID("responsible.subscriber", string(s)))
	f.add(edo.CheckID("responsible.actor", string(r.Actor)))
	f.line("responsible.kind", r.Kind, false)
	switch r.Scope {
	case edo.ScopeCounterparty:
		f.add(edo.CheckINN("responsible.inn", r.INN))
		if r.KPP != "" {
			f.add(edo.CheckKPP("responsible.kpp", r.KPP))
		}
	case edo.ScopeBox, edo.ScopeAdministrator:
		if r.INN != "" || r.KPP != "" {
			f.bad(RuleMalformed, "responsible.inn", "is set, and the scope is not counterparty", "leave INN and KPP empty, or use scope counterparty")
		}
	default:
		f.bad(RuleMalformed, "responsible.scope", "is unknown", "use counterparty, box or administrator")
	}
	return f.err()
}

// CheckAbsence reports every fault of an absence. It has a beginning and an end.
func CheckAbsence(s edo.SubscriberID, a edo.Absence) error {
	var f faults
	f.add(edo.CheckID("absence.subscriber", string(s)))
	f.add(edo.CheckID("absence.actor", string(a.Actor)))
	if a.From.IsZero() || a.Until.IsZero() {
		f.bad(PeriodMalformed, "absence.until", "or the beginning is missing", "give the first moment away and the first moment back")
	}
	f.period("absence.until", a.From, a.Until)
	return f.err()
}
