package mockoperator

// chain collects what answers a document, as far as the caller is a party of it: the offers of revocation, and the service
// documents and reply titles with those that answer them.
func (o *Operator) chain(v view) (offers, services []view) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var walk func(r *record)
	walk = func(r *record) {
		for _, c := range r.children {
			switch {
			case !o.sees(c, v.org) || isMain(c.Type):
			case c.Type == "RevocationOffer":
				if r == v.record {
					offers = append(offers, o.viewLocked(c, c.original(), v.org))
				}
			default:
				services = append(services, o.viewLocked(c, c.original(), v.org))
				walk(c)
			}
		}
	}
	walk(v.record)
	return offers, services
}

// related are the documents that are linked to one: named by its sender, or naming it in the same message.
func (o *Operator) related(v view) []view {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []view
	seen := map[*record]bool{v.record: true}
	add := func(r *record) {
		if r != nil && !seen[r] && o.sees(r, v.org) {
			seen[r] = true
			out = append(out, o.viewLocked(r, r.original(), v.org))
		}
	}
	for _, id := range v.Related {
		add(o.linked(v.record, id))
	}
	for _, other := range v.record.entry.docs {
		for _, id := range other.Related {
			if o.linked(other, id) == v.record {
				add(other)
			}
		}
	}
	return out
}

// linked finds a document by its local id in the same message, or by its service id. The caller holds the lock.
func (o *Operator) linked(r *record, id string) *record {
	for _, d := range r.entry.docs {
		if d.LocalID == id {
			return d
		}
	}
	return o.byID[plainID(id)]
}

// serviceDocument writes a document of the chain with its signature.
func (o *Operator) serviceDocument(b *body, v view, want wants) {
	b.wrap("m:ServiceDocument", func() {
		document(b, v, want)
		b.element("m:From", v.entry.From)
		b.elementOrNil("m:FromDepartmentId", v.entry.Department)
		b.boolean("m:IsValidSign", v.Sign.Verdict != VerdictInvalid)
		b.wrap("m:Recipients", func() {
			for _, a := range v.answers {
				o.messageRecipient(b, a.Box, a.Department)
			}
		})
		b.time("m:SignDate", v.Sign.Time)
		b.element("m:SignId", v.Sign.ServiceID)
		b.base64("m:SignRaw", v.Sign.Raw)
		b.raw(`<m:TimeStamp>0001-01-01T00:00:00</m:TimeStamp>`)
		b.raw(`<m:To i:nil="true"/><m:ToDepartmentId i:nil="true"/>`)
	})
}
