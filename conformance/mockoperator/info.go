package mockoperator

// getDocumentContent gives the bytes of a document as they were sent.
func (o *Operator) getDocumentContent(p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	r := o.document(s.org, p.str("documentId"))
	if r == nil {
		return nil, refuse("DocumentNotFound", "documentId", "Документ не найден")
	}
	if err := o.readable(r, s.org, "documentId"); err != nil {
		return nil, err
	}
	b := newBody()
	b.raw(`<GetDocumentContentResponse xmlns="http://synerdocs.ru">`)
	b.file("GetDocumentContentResult", r.Path, r.Size)
	b.raw(`</GetDocumentContentResponse>`)
	return b, nil
}

// readable refuses content that is closed until the receipt.
func (o *Operator) readable(r *record, org int, field string) error {
	return o.look(func() error {
		if o.closed(r, org) {
			o.struck["content-closed-until-receipt"]++
			return refuse("DocumentContentAccessDenied", field, "Содержание откроется после извещения о получении")
		}
		return nil
	})
}

// getFullDocumentInfo tells everything about one document. Absent parameters mean everything; an absent switch of given
// ones means no.
func (o *Operator) getFullDocumentInfo(p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	r := o.document(s.org, p.str("documentId"))
	if r == nil {
		return nilResult("GetFullDocumentInfo"), nil
	}
	v := o.viewFor(r, s.org)
	return result("GetFullDocumentInfo", func(b *body) { o.fullInfo(b, v, wanted(p)) }), nil
}

// wants tells whether a part of an answer is asked for.
type wants func(name string) bool

func wanted(p *node) wants {
	params := p.child("requestParams")
	return func(name string) bool { return params.null || params.yes(name) }
}

func (o *Operator) fullInfo(b *body, v view, want wants) {
	if want("GetAvailableOperations") {
		operationNames(b, v)
	}
	b.elementOrNil("m:Comment", v.Comment)
	related := o.related(v)
	b.integer("m:CountRelatedDocuments", len(related))
	b.wrap("m:Document", func() { document(b, v, want) })
	v.statusText(b)
	b.element("m:From", v.entry.From)
	b.elementOrNil("m:FromDepartmentId", v.entry.Department)
	b.element("m:FromOrganizationtName", o.nameOf(v.entry.From))
	b.element("m:MessageId", v.entry.MessageID)
	v.multiStatus(b)
	o.recipients(b, v)
	o.arounds(b, v, related, want)
	if want("GetSigns") {
		b.wrap("m:Signs", func() {
			for _, s := range o.signs(v.record) {
				signElement(b, s, true)
			}
		})
	}
	v.status(b)
}

// arounds writes what stands around a document, in wire order.
func (o *Operator) arounds(b *body, v view, related []view, want wants) {
	if want("GetRelatedDocuments") {
		b.wrap("m:RelatedDocuments", func() {
			for _, r := range related {
				b.wrap("m:Document", func() { document(b, r, func(string) bool { return false }) })
			}
		})
	}
	offers, services := o.chain(v)
	if want("GetRevocationOffers") {
		b.wrap("m:RevocationOffers", func() {
			for _, offer := range offers {
				b.wrap("m:FullDocumentInfo", func() { o.fullInfo(b, offer, want) })
			}
		})
	}
	b.element("m:RevocationStatus", v.revocation)
	b.time("m:SentDate", v.entry.Time)
	if want("GetServiceDocuments") {
		b.wrap("m:ServiceDocuments", func() {
			for _, s := range services {
				o.serviceDocument(b, s, want)
			}
		})
	}
}

func operationNames(b *body, v view) {
	b.integer("m:AvailableOperations", brokenMask)
	b.wrap("m:AvailableOperationsV2", func() {
		for _, name := range v.operations {
			b.element("a:string", name)
		}
	})
}

// document writes the members of Document.
func document(b *body, v view, want wants) {
	if want("GetCard") && v.Card != nil {
		b.base64("m:Card", v.Card)
	} else {
		b.raw(`<m:Card i:nil="true"/>`)
	}
	b.elementOrNil("m:Comment", v.Comment)
	if want("GetContent") && !v.closed {
		b.file("m:Content", v.Path, v.Size)
	} else {
		b.raw(`<m:Content i:nil="true"/>`)
	}
	b.elementOrNil("m:CustomField", v.CustomField)
	b.timeOrNil("m:Date", v.Date)
	b.element("m:DocumentType", v.Type)
	typeEnum(b, v.Document)
	typeInfo(b, v.Document)
	b.element("m:FileName", v.Name)
	b.integer("m:FileSize", int(v.Size))
	b.element("m:FromBoxId", v.record.entry.From)
	b.element("m:Id", v.ServiceID)
	b.boolean("m:IsDeleted", false)
	b.boolean("m:IsLegitimate", len(v.reasons) == 0)
	b.element("m:Name", v.title())
	b.boolean("m:NeedReceipt", v.NeedReceipt)
	b.boolean("m:NeedSign", v.NeedSign)
	b.wrap("m:NonLegitimateReasons", func() {
		for _, reason := range v.reasons {
			b.element("m:NonLegitimateReason", reason)
		}
	})
	b.boolean("m:NoticeRequired", v.notice)
	b.elementOrNil("m:Number", v.Number)
	b.elementOrNil("m:ParentDocumentId", v.Parent)
	b.wrap("m:RelatedDocumentIds", func() {
		for _, id := range v.Related {
			b.raw(`<a:string xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/Arrays">`)
			b.text(id)
			b.raw(`</a:string>`)
		}
	})
	b.element("m:RootDocumentId", v.Root)
	b.time("m:SentDate", v.record.entry.Time)
	b.elementOrNil("m:Sum", v.Sum)
	b.elementOrNil("m:UntypedKind", v.Kind)
}

// title is what people call a document; without one it is the name of its file.
func (d Document) title() string {
	if d.Title != "" {
		return d.Title
	}
	return d.Name
}

// signs are the signatures of all parties, that of the sender first.
func (o *Operator) signs(r *record) []Sign {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []Sign
	if r.Sign.Raw != nil {
		out = append(out, r.Sign)
	}
	for _, c := range r.occurrences {
		for _, a := range c.answers {
			if a.Sign.Raw != nil && plainID(a.Sign.DocumentID) == plainID(r.ServiceID) { // a title of the other side is not a signature of this one
				out = append(out, a.Sign)
			}
		}
	}
	return out
}

func signElement(b *body, s Sign, content bool) {
	b.wrap("m:Sign", func() { signMembers(b, s, content) })
}

func signMembers(b *body, s Sign, content bool) {
	b.element("m:DocumentId", s.DocumentID)
	b.element("m:From", s.From)
	b.raw(`<m:FromDepartmentId i:nil="true"/>`)
	b.element("m:Id", s.ServiceID)
	b.boolean("m:IsValid", s.Verdict != VerdictInvalid)
	b.raw(`<m:ParentId i:nil="true"/>`)
	if content {
		b.base64("m:Raw", s.Raw)
	} else {
		b.raw(`<m:Raw i:nil="true"/>`)
	}
	b.time("m:SentDate", s.Time)
	b.raw(`<m:SignatureMark i:nil="true"/>`)
	b.element("m:Subject", s.Subject)
	b.raw(`<m:TimeStamp>0001-01-01T00:00:00</m:TimeStamp>`)
}
