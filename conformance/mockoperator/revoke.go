package mockoperator

import (
	"slices"
)

// offers are the offers to revoke a document, in order.
func (r *record) offers() []*record {
	var out []*record
	for _, c := range r.children {
		if c.Type == "RevocationOffer" {
			out = append(out, c)
		}
	}
	return out
}

// revocation is the status of the last offer as an organisation sees it: who has made it or has agreed waits, the others
// have to answer. The caller holds the lock.
func (o *Operator) revocation(r *record, org int) string {
	offers := r.offers()
	if len(offers) == 0 {
		return "NoRevocation"
	}
	last := offers[len(offers)-1]
	answers := last.original().answers
	has := func(signing string) func(*Answer) bool { return func(a *Answer) bool { return a.Signing == signing } }
	own := o.answerOf(last.original(), org)
	switch {
	case slices.ContainsFunc(answers, has("SignRejected")):
		return "RevocationRejected"
	case !slices.ContainsFunc(answers, has("WaitingForSign")):
		return "RevocationAccepted"
	case own != nil && own.Signing == "WaitingForSign":
		return "RevocationRequired"
	}
	return "RevocationAwaited"
}

// mayRevoke checks an offer of revocation: of a document whose flow is over, and one offer at a time. The caller holds the
// lock.
func (o *Operator) mayRevoke(org int, r *record, field string) error {
	n, _ := o.owner(r.entry.From)
	status := o.revocation(r, org)
	switch {
	case !isMain(r.Type) || r.flow() != "SentSigned" || n != org && o.answerOf(r.original(), org) == nil:
		return refuse("WorkflowViolation", field, "Этот документ не аннулируют")
	case status != "NoRevocation" && status != "RevocationRejected":
		return refuse("WorkflowViolation", field, "Предложение об аннулировании уже есть")
	case !finished(r):
		return refuse("WorkflowViolation", field, "Документооборот не завершён")
	}
	return nil
}

// finished tells whether no recipient owes anything any more.
func finished(r *record) bool {
	return !slices.ContainsFunc(r.original().answers, func(a *Answer) bool {
		return a.Delivery != "DeliveredToRecipient" || a.Signing == "WaitingForSign"
	})
}
