package mockoperator

import (
	"math/rand/v2"
	"slices"
	"strconv"
)

// getMessages lists the messages behind a cursor, at most a page of them.
func (o *Operator) getMessages(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	from, to := p.str("fromBox"), p.str("toBox")
	if from != "" || to != "" {
		own := false
		for _, box := range []string{from, to} {
			n, _ := o.owner(box)
			own = own || n == s.org
		}
		if !own {
			return nil, refuse("BoxAccessError", "toBox", "Нет доступа к ящику")
		}
	}
	found, err := o.messages(s.org, p.str("afterMessageId"), from, to)
	if err != nil {
		return nil, err
	}
	return result("GetMessages", func(b *body) {
		for _, e := range found {
			o.messageInfo(b, e)
		}
	}), nil
}

// messages reads a page of the ledger and does to it what the scenario says.
func (o *Operator) messages(org int, cursor, from, to string) ([]*entry, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f := o.scenario.Flow
	after := 0
	if cursor != "" {
		e := o.flows.entries[plainID(cursor)]
		switch {
		case e != nil && o.party(e, org):
			after = e.Number
		case f.WrongCursor == CursorFault:
			return nil, refuse("NoDataFound", "afterMessageId", "Нет такого сообщения")
		case f.WrongCursor == CursorEmpty:
			return nil, nil
		}
	}
	var found []*entry
	for _, e := range o.ledger[after:] {
		if !o.party(e, org) {
			continue
		}
		if o.now().Before(e.Time.Add(f.MessagesDelay)) {
			o.struck["messages-delay"]++
			continue
		}
		sent := f.MessagesIncludeOwn && to != "" && isBox(to, e.From)
		if isBox(from, e.From) && (isBox(to, e.Recipients...) || sent) {
			found = append(found, e)
		}
	}
	return o.spoil(org, after, found), nil
}

// spoil cuts a page and applies the switches to it. The caller holds the lock.
func (o *Operator) spoil(org, after int, found []*entry) []*entry {
	f := o.scenario.Flow
	if after > 0 && len(found) > 0 && o.flows.borders[borderKey(org, o.ledger[after-1])] {
		if f.PageBorder != BorderGood {
			o.struck["page-border"]++
		}
		switch f.PageBorder {
		case BorderLose:
			found = found[1:]
		case BorderRepeat:
			found = append([]*entry{o.ledger[after-1]}, found...)
		}
	}
	if len(found) == 0 {
		return nil
	}
	if o.flows.pages++; f.EmptyPage > 0 && o.flows.pages%f.EmptyPage == 0 {
		o.struck["empty-page-although-newer"]++
		return nil
	}
	if f.RepeatEvents > 0 {
		var twice []*entry
		for _, e := range found {
			twice = append(twice, e)
			if e.Number%f.RepeatEvents == 0 {
				o.struck["repeat-events"]++
				twice = append(twice, e)
			}
		}
		found = twice
	}
	if len(found) > f.MessagesPage {
		o.flows.borders[borderKey(org, found[f.MessagesPage-1])] = true
		found = found[:f.MessagesPage]
	}
	found = slices.Clone(found)
	if f.MessagesOrder != OrderOldest && len(found) > 1 {
		o.struck["messages-order"]++
	}
	switch f.MessagesOrder {
	case OrderNewest:
		slices.Reverse(found)
	case OrderShuffled:
		r := rand.New(rand.NewPCG(uint64(len(found)), uint64(o.flows.pages))) //nolint:gosec // the same order at every run
		r.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	}
	return found
}

func borderKey(org int, e *entry) string { return strconv.Itoa(org) + "/" + e.MessageID }

func (o *Operator) messageInfo(b *body, e *entry) {
	b.wrap("m:MessageInfo", func() {
		b.element("m:From", e.From)
		b.elementOrNil("m:FromDepartment", e.Department)
		b.element("m:Id", e.MessageID)
		b.wrap("m:MessageRecipients", func() { o.messageRecipients(b, e) })
		b.wrap("m:Recipients", func() {
			for _, box := range e.Recipients {
				b.element("a:string", box)
			}
		})
		b.element("m:To", e.Recipients[0])
	})
}

func (o *Operator) messageRecipients(b *body, e *entry) {
	for i, box := range e.Recipients {
		o.messageRecipient(b, box, e.to[i].department)
	}
}

// getMessage gives a message with what it brought; with load options as much of it as they say.
func (o *Operator) getMessage(operation string, p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	e, views, signs := o.message(s.org, p.str("messageId"))
	if e == nil {
		return nil, refuse("NoDataFound", "messageId", "Нет такого сообщения")
	}
	params := p.child("requestParams")
	content := params.null || params.yes("GetDocumentContent")
	signContent := params.null || params.yes("GetSignContent")
	return result(operation, func(b *body) {
		b.wrap("m:Documents", func() {
			for _, v := range views {
				b.wrap("m:Document", func() { document(b, v, func(string) bool { return content }) })
			}
		})
		b.element("m:From", e.From)
		b.elementOrNil("m:FromDepartment", e.Department)
		b.element("m:Id", e.MessageID)
		b.wrap("m:Recipients", func() { o.messageRecipients(b, e) })
		b.time("m:SentDate", e.Time)
		b.wrap("m:Signs", func() {
			for _, sign := range signs {
				signElement(b, sign, signContent)
			}
		})
		b.raw(`<m:SimpleSignatures/><m:To i:nil="true"/><m:ToDepartment i:nil="true"/>`)
	}), nil
}

// message collects what a message brought: its documents or those it forwards, their signatures, and signatures for documents
// of earlier messages.
func (o *Operator) message(org int, id string) (*entry, []view, []Sign) {
	o.mu.Lock()
	defer o.mu.Unlock()
	e := o.flows.entries[plainID(id)]
	if e == nil || !o.party(e, org) {
		return nil, nil, nil
	}
	var views []view
	var signs []Sign
	for _, r := range slices.Concat(e.docs, e.forwards) {
		for _, c := range r.occurrences {
			if c.entry == e {
				views = append(views, o.viewLocked(r, c, org))
			}
		}
		if r.Sign.Raw != nil {
			signs = append(signs, r.Sign)
		}
	}
	return e, views, append(signs, e.Signs...)
}
