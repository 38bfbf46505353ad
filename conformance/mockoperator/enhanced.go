package mockoperator

import (
	"bytes"
	"time"
)

// enhancingTime is how long the service says that it takes to enhance a signature.
const enhancingTime = 5 * time.Minute

// getEnhancedSign gives the enhanced form of a signature that the caller may see, named by its id or its bytes.
func (o *Operator) getEnhancedSign(operation string, p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	id, raw := p.str("signId"), p.child("sign").raw
	field := "sign"
	if operation == "GetEnhancedSignById" {
		field = "signId"
	}
	if id == "" && len(raw) == 0 {
		return nil, refuse("NotFilledRequiredField", field, "Не указана подпись")
	}
	found, ok := o.findSign(s.org, id, raw)
	if !ok {
		return nil, refuse("EnhancedSignNotFound", field, "Нет такой подписи")
	}
	f := o.behaviour().Flow
	wait := false
	_ = o.look(func() error { wait = early(f.EnhancedSign, "sign "+found.ServiceID, o.flows.early); return nil })
	return result(operation, func(b *body) {
		status := "Success"
		switch {
		case f.EnhancedSign == AnswerFailed:
			status = "Failed"
		case wait:
			status = "InProgress"
		}
		b.element("m:CreateStatus", status)
		b.time("m:CreateTime", found.Time.Add(enhancingTime))
		if status == "Failed" {
			b.raw(`<m:FailedInfo>`)
			b.element("m:Message", "Нет сведений об отзыве сертификата")
			b.raw(`<m:Reason>RevocationInfoUnavailable</m:Reason></m:FailedInfo>`)
		} else {
			b.raw(`<m:FailedInfo i:nil="true"/>`)
		}
		if status == "Success" {
			b.base64("m:Raw", found.Raw) // this stand-in has no time-stamping service: the bytes are those that came
		} else {
			b.raw(`<m:Raw i:nil="true"/>`)
		}
	}), nil
}

func (o *Operator) findSign(org int, id string, raw []byte) (Sign, bool) {
	is := func(s Sign) bool {
		return s.Raw != nil && (id != "" && plainID(s.ServiceID) == plainID(id) || id == "" && bytes.Equal(s.Raw, raw))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.byID {
		if !o.sees(r, org) {
			continue
		}
		if is(r.Sign) {
			return r.Sign, true
		}
		for _, c := range r.occurrences {
			for _, a := range c.answers {
				if is(a.Sign) {
					return a.Sign, true
				}
			}
		}
	}
	return Sign{}, false
}
