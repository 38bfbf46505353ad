package mockoperator

import "slices"

// signDocument takes a signature for a document that came unsigned, forwarded or from inside.
func (o *Operator) signDocument(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	if err := o.mayWrite(s); err != nil {
		return nil, err
	}
	n := p.child("sign")
	r, err := o.flowDocument(s, p.str("flowType"), n, "sign", "From")
	if err != nil {
		return nil, err
	}
	sign, err := o.verifySign(n.child("Raw").raw, r.Blob, "sign.Raw")
	if err != nil {
		return nil, err
	}
	_, own := o.boxOf(s.org, n.str("From"))
	sign.LocalID, sign.From = n.str("Id"), own
	err = o.look(func() error {
		a, err := o.awaited(r, p.str("flowType"), s.org, "sign.DocumentId")
		if err != nil {
			return err
		}
		now := o.now()
		sign.ServiceID, sign.DocumentID, sign.Time = newID(), r.ServiceID, now
		a.Sign, a.Signing, a.Delivery, a.Received, a.Answered = sign, "Signed", "DeliveredToRecipient", now, now
		r.settle()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return done("SignDocument"), nil
}

// rejectSign takes a refusal of such a document; it needs a reason and no signature.
func (o *Operator) rejectSign(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	if err := o.mayWrite(s); err != nil {
		return nil, err
	}
	n := p.child("rejectSign")
	if n.null || n.str("Comment") == "" {
		return nil, refuse("NotFilledRequiredField", "rejectSign.Comment", "Укажите причину отказа")
	}
	if n.str("From") == "" {
		return nil, refuse("NotFilledRequiredField", "rejectSign.From", "Не указан ящик")
	}
	r, err := o.flowDocument(s, p.str("flowType"), n, "rejectSign", "From")
	if err != nil {
		return nil, err
	}
	err = o.look(func() error {
		a, err := o.awaited(r, p.str("flowType"), s.org, "rejectSign.DocumentId")
		if err != nil {
			return err
		}
		now := o.now()
		a.Signing, a.Delivery, a.Comment, a.Received, a.Answered = "SignRejected", "DeliveredToRecipient", n.str("Comment"), now, now
		r.settle()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return done("RejectSign"), nil
}

// flowDocument finds the document of an answer and checks who answers.
func (o *Operator) flowDocument(s *session, flow string, n *node, field, from string) (*record, error) {
	if flow == "" || flow == "SentSigned" {
		return nil, refuse("OperationIsNotAvailable", "flowType", "На документы с подписью отвечают сообщением")
	}
	if n.null || n.str("DocumentId") == "" {
		return nil, refuse("NotFilledRequiredField", field+".DocumentId", "Не указан документ")
	}
	if ok, _ := o.boxOf(s.org, n.str(from)); !ok {
		return nil, refuse("SendFromOtherIsNotAllowed", field+"."+from, "Нельзя отвечать от имени другой организации")
	}
	r := o.document(s.org, n.str("DocumentId"))
	if r == nil {
		return nil, refuse("DocumentNotFound", field+".DocumentId", "Документ не найден")
	}
	return r, nil
}

// boxOf tells whether a box is the organisation's; an absent one is its first.
func (o *Operator) boxOf(org int, box string) (bool, string) {
	if box == "" {
		return true, o.orgs.at(org).Boxes[0]
	}
	n, _ := o.owner(box)
	return n == org, box
}

// awaited finds where an answer of this flow is awaited from the organisation. The caller holds the lock.
func (o *Operator) awaited(r *record, flow string, org int, field string) (*Answer, error) {
	var found *Answer
	for _, c := range slices.Backward(r.occurrences) {
		for _, a := range c.answers {
			n, _ := o.owner(a.Box)
			if n == org && c.kind == flow && (found == nil || found.Signing != "WaitingForSign") {
				found = a
			}
		}
	}
	if found == nil {
		return nil, refuse("OperationIsNotAvailable", field, "Документ пришёл другим путём")
	}
	return found, o.unanswered(found, field)
}
