package mockoperator

// entryList writes a list of occurrences.
func (o *Operator) entryList(b *body, found page) {
	b.wrap("m:Items", func() {
		for _, v := range found.items {
			o.entryItem(b, v)
		}
	})
	b.integer("m:Total", found.total)
}

func (o *Operator) entryItem(b *body, v view) {
	b.wrap("m:DocumentEntryItem", func() {
		operationNames(b, v)
		b.elementOrNil("m:Comment", v.Comment)
		b.elementOrNil("m:CustomField", v.CustomField)
		b.timeOrNil("m:Date", v.Date)
		v.statusText(b)
		b.element("m:DocumentId", v.ServiceID)
		b.element("m:DocumentType", v.Type)
		typeEnum(b, v.Document)
		typeInfo(b, v.Document)
		b.element("m:FlowType", v.kind)
		o.flowsOf(b, v, v.occurrence)
		o.itemSender(b, v)
		b.element("m:Id", v.occurrence)
		o.itemMiddle(b, v)
		b.boolean("m:NeedReceipt", v.NeedReceipt)
		b.boolean("m:NeedSign", v.NeedSign)
		o.itemEnd(b, v)
	})
}

func (o *Operator) listEntry(b *body, v view) {
	b.wrap("m:DocumentListEntry", func() {
		operationNames(b, v)
		b.elementOrNil("m:Comment", v.Comment)
		b.timeOrNil("m:Date", v.Date)
		v.statusText(b)
		b.element("m:DocumentType", v.Type)
		typeEnum(b, v.Document)
		typeInfo(b, v.Document)
		o.itemSender(b, v)
		b.element("m:Id", v.ServiceID)
		o.itemMiddle(b, v)
		b.boolean("m:NeedReceipt", v.NeedReceipt)
		o.itemEnd(b, v)
	})
}

func (o *Operator) itemSender(b *body, v view) {
	b.elementOrNil("m:FromDepartmentId", v.entry.Department)
	b.element("m:FromOrganizationName", o.nameOf(v.entry.From))
	b.boolean("m:HasRelatedDocuments", len(v.Related) > 0)
}

func (o *Operator) itemMiddle(b *body, v view) {
	b.element("m:MessageFrom", v.entry.From)
	b.element("m:MessageId", v.entry.MessageID)
	v.multiStatus(b)
	b.element("m:Name", v.title())
}

func (o *Operator) itemEnd(b *body, v view) {
	b.elementOrNil("m:Number", v.Number)
	o.recipients(b, v)
	b.element("m:RevocationStatus", v.revocation)
	b.time("m:SentDate", v.entry.Time)
	v.status(b)
	b.elementOrNil("m:Sum", v.Sum)
	b.elementOrNil("m:UntypedKind", v.Kind)
}

func enumMembers(b *body, code int, name string) {
	b.integer("m:Code", code)
	b.element("m:Description", name)
	b.element("m:Name", name)
}

// typeEnum writes the derived type that the service uses here; its own member is always nil on output.
func typeEnum(b *body, d Document) {
	b.raw(`<m:DocumentTypeEnum i:type="m:DocumentTypeEnum">`)
	enumMembers(b, typeNumber(d.Type), d.Type)
	b.raw(`<m:Value i:nil="true"/></m:DocumentTypeEnum>`)
}

func typeInfo(b *body, d Document) {
	b.wrap("m:DocumentTypeInfo", func() {
		b.wrap("m:DocumentType", func() { enumMembers(b, typeNumber(d.Type), d.Type) })
		b.raw(`<m:Purposes/>`)
		b.elementOrNil("m:UntypedKind", d.Kind)
		b.raw(`<m:VersionNumber i:nil="true"/>`)
	})
}

// flowsOf writes the ways from the sender of one occurrence, or of all with an empty id, to each recipient. The signed flow
// has statuses instead.
func (o *Operator) flowsOf(b *body, v view, occurrence string) {
	b.wrap("m:Flows", func() {
		for _, w := range v.ways {
			if w.kind == "SentSigned" || occurrence != "" && w.id != occurrence {
				continue
			}
			for _, a := range w.answers {
				b.wrap("m:DocumentFlow", func() { o.flow(b, v, w, a) })
			}
		}
	})
}

func (o *Operator) flow(b *body, v view, w way, a Answer) {
	b.elementOrNil("m:Comment", a.Comment)
	b.time("m:FlowDate", w.entry.Time)
	b.element("m:FlowType", w.kind)
	b.element("m:Id", a.ID)
	b.timeOrNil("m:ReceiveDate", a.Received)
	o.flowDepartment(b, "m:RecipientDepartment", a.Box, a.Department)
	b.wrap("m:RecipientOrganization", func() { o.flowParty(b, a.Box) })
	if a.Sign.Raw == nil {
		b.raw(`<m:RecipientSign i:nil="true"/>`)
	} else {
		b.wrap("m:RecipientSign", func() { signMembers(b, a.Sign, true) })
	}
	b.element("m:RecipientStatus", recipientStatus(a.Signing))
	if a.Signing == "SignRejected" {
		b.timeOrNil("m:RejectDate", a.Answered)
	}
	o.flowDepartment(b, "m:SenderDepartment", w.entry.From, w.entry.Department)
	b.wrap("m:SenderOrganization", func() { o.flowParty(b, w.entry.From) })
	if v.Sign.Raw == nil {
		b.raw(`<m:SenderSign i:nil="true"/><m:SenderStatus>SentUnsigned</m:SenderStatus>`)
	} else {
		b.wrap("m:SenderSign", func() { signMembers(b, v.Sign, true) })
		b.element("m:SenderStatus", "SentSigned")
	}
	if a.Signing == "Signed" {
		b.timeOrNil("m:SignDate", a.Answered)
	}
}

// flowDepartment writes the department of a side; without one named it is the head.
func (o *Operator) flowDepartment(b *body, name, box, id string) {
	_, org := o.owner(box)
	if org == nil {
		return
	}
	d, _ := org.department(id)
	b.wrap(name, func() {
		b.element("m:Id", d.ID)
		b.element("m:Name", d.Name)
	})
}

// flowParty writes as much of an organisation as a flow needs.
func (o *Operator) flowParty(b *body, box string) {
	b.element("m:BoxAddress", box)
	if _, org := o.owner(box); org != nil {
		b.element("m:Inn", org.INN)
		b.elementOrNil("m:Kpp", org.KPP)
	}
	b.element("m:Name", o.nameOf(box))
}

func recipientStatus(signing string) string {
	switch signing {
	case "WaitingForSign":
		return "SignRequested"
	case "Signed":
		return "SignReceived"
	}
	return signing // NoSignNeeded and SignRejected have the same name
}
