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
	b := newBody()
	b.raw(`<GetDocumentContentResponse xmlns="http://synerdocs.ru">`)
	b.file("GetDocumentContentResult", r.Path, r.Size)
	b.raw(`</GetDocumentContentResponse>`)
	return b, nil
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
	params := p.child("requestParams")
	want := func(name string) bool { return params.null || params.yes(name) }
	d, e := o.show(r), r.entry
	return result("GetFullDocumentInfo", func(b *body) {
		if want("GetAvailableOperations") {
			b.raw(`<m:AvailableOperationsV2><a:string>Print</a:string><a:string>Download</a:string></m:AvailableOperationsV2>`)
		}
		b.elementOrNil("m:Comment", d.Comment)
		b.integer("m:CountRelatedDocuments", 0)
		b.wrap("m:Document", func() { fullDocument(b, r, d, want("GetContent")) })
		statusText(b, d)
		b.element("m:From", e.From)
		b.element("m:FromOrganizationtName", o.nameOf(e.From))
		b.element("m:MessageId", e.MessageID)
		o.recipients(b, e, d)
		b.element("m:RevocationStatus", "NoRevocation")
		b.time("m:SentDate", e.Time)
		if want("GetSigns") {
			b.wrap("m:Signs", func() {
				for _, s := range o.signs(r) {
					signElement(b, s)
				}
			})
		}
		status(b, d)
	}), nil
}

func fullDocument(b *body, r *record, d Document, content bool) {
	b.raw(`<m:Card i:nil="true"/>`)
	b.elementOrNil("m:Comment", d.Comment)
	if content {
		b.file("m:Content", d.Path, d.Size)
	} else {
		b.raw(`<m:Content i:nil="true"/>`)
	}
	b.elementOrNil("m:CustomField", d.CustomField)
	b.raw(`<m:Date i:nil="true"/>`)
	b.element("m:DocumentType", d.Type)
	typeEnum(b, d)
	typeInfo(b, d)
	b.element("m:FileName", d.Name)
	b.integer("m:FileSize", int(d.Size))
	b.element("m:FromBoxId", r.entry.From)
	b.element("m:Id", d.ServiceID)
	b.boolean("m:IsDeleted", false)
	b.boolean("m:IsLegitimate", true)
	b.elementOrNil("m:Name", d.Name)
	b.boolean("m:NeedReceipt", d.NeedReceipt)
	b.boolean("m:NeedSign", d.NeedSign)
	b.raw(`<m:NonLegitimateReasons/>`)
	b.boolean("m:NoticeRequired", false)
	b.raw(`<m:Number i:nil="true"/>`)
	b.elementOrNil("m:ParentDocumentId", d.Parent)
	b.time("m:SentDate", r.entry.Time)
	b.elementOrNil("m:UntypedKind", d.Kind)
}

// signs are the sender's signature and the recipient's, if there is one.
func (o *Operator) signs(r *record) []Sign {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := []Sign{r.Sign}
	if r.recipient.Raw != nil {
		out = append(out, r.recipient)
	}
	return out
}

func signElement(b *body, s Sign) {
	b.wrap("m:Sign", func() {
		b.element("m:DocumentId", s.DocumentID)
		b.element("m:From", s.From)
		b.raw(`<m:FromDepartmentId i:nil="true"/>`)
		b.element("m:Id", s.ServiceID)
		b.boolean("m:IsValid", true)
		b.raw(`<m:ParentId i:nil="true"/>`)
		b.base64("m:Raw", s.Raw)
		b.time("m:SentDate", s.Time)
		b.raw(`<m:SignatureMark i:nil="true"/>`)
		b.element("m:Subject", s.Subject)
		b.raw(`<m:TimeStamp>0001-01-01T00:00:00</m:TimeStamp>`)
	})
}
