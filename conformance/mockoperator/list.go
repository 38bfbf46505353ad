package mockoperator

import (
	"slices"
	"strings"
	"time"
)

// page is a part of a list, newest first, and how long the list is.
type page struct {
	items []view
	total int
}

// getDocumentEntries lists the occurrences of documents of the caller's boxes within the filter.
func (o *Operator) getDocumentEntries(p *node) (*body, error) {
	opt := p.child("options")
	found, err := o.getPage(p, opt, func(kind string, r *record) bool {
		return slices.Contains(opt.texts("DocumentFlowTypes"), kind)
	})
	if err != nil {
		return nil, err
	}
	// An absent list is no list: the default of the official client is set there, not by the service.
	if len(opt.items("DocumentFlowTypes")) == 0 {
		return nil, refuse("NotFilledRequiredField", "options.DocumentFlowTypes", "Не указаны виды документооборота")
	}
	return result("GetDocumentEntries", func(b *body) { o.entryList(b, found) }), nil
}

// getDocumentList lists the documents themselves: those that were forwarded stand in it once.
func (o *Operator) getDocumentList(p *node) (*body, error) {
	found, err := o.getPage(p, p.child("options"), func(kind string, _ *record) bool {
		return kind == "SentSigned" || kind == "SentUnsigned"
	})
	if err != nil {
		return nil, err
	}
	return result("GetDocumentList", func(b *body) {
		b.wrap("m:Items", func() {
			for _, v := range found.items {
				o.listEntry(b, v)
			}
		})
		b.integer("m:Total", found.total)
	}), nil
}

// getPage reads the options that both lists have.
func (o *Operator) getPage(p, opt *node, flow func(kind string, r *record) bool) (page, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return page{}, err
	}
	if opt.null {
		return page{}, refuse("NotFilledRequiredField", "options", "Нет условий отбора")
	}
	if err := o.ownSide(s, opt); err != nil {
		return page{}, err
	}
	first, most := opt.number("First"), opt.number("Max")
	if first < 0 || most < 0 {
		return page{}, refuse("InvalidFormatField", "options.First", "First и Max не отрицательны")
	}
	return o.list(s, first, most, func(r *record, c *occurrence) bool {
		kind := c.kind
		listed := o.scenario.Flow.ServiceDocumentsInLists || isMain(r.Type) || r.Type == "RevocationOffer"
		return listed && flow(kind, r) && o.matches(r, c, s.org, opt)
	}), nil
}

// ownSide asks that a box named as sender or recipient, one of the two at least, is the caller's.
func (o *Operator) ownSide(s *session, opt *node) error {
	from, to := opt.str("BoxFrom"), opt.str("BoxTo")
	if from == "" && to == "" {
		return nil
	}
	for _, box := range []string{from, to} {
		if n, _ := o.owner(box); box != "" && n == s.org {
			return nil
		}
	}
	return refuse("BoxAccessError", "options.BoxFrom", "Нет доступа к ящику")
}

// list walks the ledger backwards and looks at the documents of one page.
func (o *Operator) list(s *session, first, most int, match func(*record, *occurrence) bool) page {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.listings++
	var out page
	take := func(r *record, c *occurrence) {
		if !match(r, c) {
			return
		}
		if out.total >= first && out.total-first < most {
			out.items = append(out.items, o.viewLocked(r, c, s.org))
		}
		out.total++
	}
	for _, e := range slices.Backward(o.ledger) {
		if !o.party(e, s.org) {
			continue
		}
		if !o.visible(e) {
			o.struck["visibility"]++
			continue
		}
		for _, r := range e.docs {
			take(r, r.original())
		}
		for _, r := range e.forwards {
			for _, c := range r.occurrences {
				if c.entry == e {
					take(r, c)
				}
			}
		}
	}
	return out
}

// visible applies the visibility of the scenario.
func (o *Operator) visible(e *entry) bool {
	v := o.scenario.Visibility
	return !v.Never && !o.now().Before(e.Time.Add(v.Delay)) && o.listings-e.listings > v.Listings
}

// matches applies the filter of lists. The caller holds the lock.
func (o *Operator) matches(r *record, c *occurrence, org int, opt *node) bool {
	e := c.entry
	if !isBox(opt.str("BoxFrom"), e.From) || !isBox(opt.str("BoxTo"), e.Recipients...) {
		return false
	}
	if peers := opt.texts("ContragentBoxIds"); len(peers) > 0 && !slices.ContainsFunc(peers, func(box string) bool {
		return isBox(box, append([]string{e.From}, e.Recipients...)...)
	}) {
		return false
	}
	if !within(e.Time, opt, "From", "To") || !within(r.Date, opt, "DocumentDateFrom", "DocumentDateTo") {
		return false
	}
	if need := opt.child("NeedReceipt"); !need.null && opt.yes("NeedReceipt") != r.NeedReceipt {
		return false
	}
	codes := opt.items("DocumentTypeEnums")
	if len(codes) > 0 && !slices.ContainsFunc(codes, func(n *node) bool { return n.number("Code") == typeNumber(r.Type) }) {
		return false
	}
	_, signing := sumUp(c.answers)
	if a := o.answerOf(c, org); a != nil {
		signing = a.Signing
	}
	seller, buyer := o.invoiceFlow(r)
	return among(opt, "DocumentTypes", r.Type) && among(opt, "DocumentNumbers", r.Number) &&
		among(opt, "DocumentSignStatuses", signing) && among(opt, "DocumentRevocationStatuses", o.revocation(r, org)) &&
		(among(opt, "InvoiceFlowStatuses", seller) || among(opt, "InvoiceFlowStatuses", buyer))
}

func isBox(want string, have ...string) bool {
	return want == "" || slices.ContainsFunc(have, func(h string) bool { return strings.EqualFold(h, want) })
}

// among tells whether a list of the filter allows a value; an empty list allows all.
func among(opt *node, list, value string) bool {
	allowed := opt.texts(list)
	return len(allowed) == 0 || slices.Contains(allowed, value)
}

// within tells whether a time lies in a period of the filter; what has no time lies in none.
func within(t time.Time, opt *node, fromName, toName string) bool {
	from, begins := opt.when(fromName)
	to, ends := opt.when(toName)
	return (!begins || !t.Before(from)) && (!ends || !t.IsZero() && !t.After(to))
}
