package mockoperator

import (
	"slices"
	"strings"
)

// look runs a check on the state of documents.
func (o *Operator) look(check func() error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return check()
}

// accept writes the ledger. What a message does to documents that are here already is checked under the same lock that it is
// done under: of two answers at the same moment one comes second.
func (o *Operator) accept(in *incoming) error {
	if slices.ContainsFunc(in.entry.docs, func(r *record) bool { return byInvoiceRules(r.Type) }) {
		if _, err := o.operatorIdentity(); err != nil { // it may have to be made, which takes a while
			return err
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.admit(in); err != nil {
		return err
	}
	e := in.entry
	o.enter(e)
	for _, r := range e.docs {
		o.file(r, e)
		if parent := o.byID[plainID(r.Parent)]; parent != nil && (!isMain(r.Type) || isInvoice(r.Type)) {
			o.answer(parent, r)
		}
	}
	for _, r := range e.docs { // all of them have their ids now
		for i, id := range r.Related {
			r.Related[i] = o.linked(r, id).ServiceID
		}
	}
	for i := range in.countersigned {
		c := &in.countersigned[i]
		c.sign.ServiceID, c.sign.DocumentID, c.sign.Time = newID(), c.record.ServiceID, e.Time
		a := o.answerOf(c.record.original(), in.org)
		o.signed(c.record, a, c.sign)
		c.record.settle()
		e.Signs = append(e.Signs, c.sign)
	}
	for _, f := range in.forwards {
		c := deal(e, "SentForward", f.needSign, initialSigning("Untyped", f.needSign), f.comment)
		f.record.occurrences = append(f.record.occurrences, c)
		e.forwards = append(e.forwards, f.record)
	}
	return o.confirm(e)
}

// enter puts a message at the end of the ledger. The caller holds the lock.
func (o *Operator) enter(e *entry) {
	e.Number, e.MessageID, e.Time, e.listings = len(o.ledger)+1, newID(), o.now(), o.listings
	o.ledger = append(o.ledger, e)
	o.flows.entries[plainID(e.MessageID)] = e
	if org, _ := o.owner(e.From); e.LocalID != "" {
		o.flows.sent[resendKey(org, e.LocalID)] = true
	}
}

// file gives a document of a message its ids and its way to the recipients. The caller holds the lock.
func (o *Operator) file(r *record, e *entry) {
	r.entry, r.ServiceID, r.Seal = e, newID(), newSeal()
	if r.Sign.Raw != nil {
		r.Sign.ServiceID, r.Sign.DocumentID, r.Sign.Time = newID(), r.ServiceID, e.Time
	}
	r.Root = r.ServiceID
	if parent := o.byID[plainID(r.Parent)]; parent != nil && !isMain(r.Type) {
		r.Root = parent.Root
	}
	kind := e.Flow
	if kind == "SentForward" {
		kind = "SentSigned"
	}
	r.occurrences = []*occurrence{deal(e, kind, r.NeedSign, initialSigning(r.Type, r.NeedSign), r.Comment)}
	r.settle()
	o.byID[plainID(r.ServiceID)] = r
}

// answer does to a document what its answer says. The caller holds the lock.
func (o *Operator) answer(parent, r *record) {
	parent.children = append(parent.children, r)
	from, _ := o.owner(r.entry.From)
	a := o.answerOf(parent.original(), from)
	if a == nil {
		return // from the sender: an offer of revocation, a correction
	}
	now := r.entry.Time
	switch {
	case r.Type == "ServiceReceipt", r.Type == "ServiceInvoiceReceipt":
		a.Delivery, a.Received = "DeliveredToRecipient", now
	case r.Type == "ServiceAmendmentRequest", r.Type == "ServiceInvoiceAmendmentRequest":
		a.Delivery, a.Comment, a.Answered = "DeliveredToRecipient", o.reason(r), now
		if !isInvoice(parent.Type) {
			a.Signing = "SignRejected"
		}
	case isReply(r.Type):
		o.signed(parent, a, r.Sign)
	}
	parent.settle()
}

// signed notes a recipient's signature. It is no receipt: where one is due it stays due, unless the scenario says otherwise.
func (o *Operator) signed(r *record, a *Answer, s Sign) {
	a.Sign, a.Signing, a.Answered = s, "Signed", s.Time
	switch {
	case o.scenario.Flow.SignatureDelivers, !isMain(r.Type): // an offer of revocation gets no receipt
		a.Delivery = "DeliveredToRecipient"
	case a.Delivery == "RecievedByService":
		a.Delivery = "SentToRecipient" // who signs has it
	}
}

// reason is the text of a refusal: what it was generated with, or its comment. The caller holds the lock.
func (o *Operator) reason(r *record) string {
	if g, ok := o.flows.recall(r.SHA256); ok && g.text != "" {
		return g.text
	}
	return r.Comment
}

// answerOf finds where a document stands with an organisation; nil when it did not go there.
func (o *Operator) answerOf(c *occurrence, org int) *Answer {
	for _, a := range c.answers {
		if n, _ := o.owner(a.Box); n == org && n >= 0 {
			return a
		}
	}
	return nil
}

// answered tells whether an organisation has answered a document with one of this type. The caller holds the lock.
func (o *Operator) answered(r *record, org int, types ...string) bool {
	return slices.ContainsFunc(r.children, func(c *record) bool {
		n, _ := o.owner(c.entry.From)
		return n == org && slices.Contains(types, c.Type)
	})
}

// parties are the boxes between which a document went.
func parties(r *record) []string { return append([]string{r.entry.From}, r.entry.Recipients...) }

// amongParties tells whether all recipients of an answer are parties of what is answered, other than the one who answers.
func amongParties(e *entry, r *record) bool {
	return !slices.ContainsFunc(e.Recipients, func(box string) bool {
		return !slices.ContainsFunc(parties(r), func(p string) bool { return strings.EqualFold(p, box) })
	})
}
