package proof

import (
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

func toDocument(id string, p Proof) document {
	d := document{ID: id, Made: moment(p.Made)}
	for _, c := range p.Checkpoints {
		d.Checkpoints = append(d.Checkpoints, checkpoint{Position: c.Position, Digest: digest(c.Digest), At: moment(c.At), Subscriber: text(c.Subscriber)})
	}
	if p.Message != nil {
		m := toMessage(&p.Message.Operation)
		for i := range p.Message.Exchanges {
			m.Exchanges = append(m.Exchanges, toExchange(&p.Message.Exchanges[i]))
		}
		d.Message = &m
	}
	return d
}

func fromDocument(d *document) Proof {
	p := Proof{Made: time.Time(d.Made)}
	for _, c := range d.Checkpoints {
		p.Checkpoints = append(p.Checkpoints, directory.Checkpoint{
			Subscriber: edo.SubscriberID(c.Subscriber), Position: c.Position, Digest: edo.Digest(c.Digest), At: time.Time(c.At),
		})
	}
	if d.Message != nil {
		p.Message = &Message{Operation: fromMessage(d.Message)}
		for i := range d.Message.Exchanges {
			p.Message.Exchanges = append(p.Message.Exchanges, fromExchange(&d.Message.Exchanges[i]))
		}
	}
	return p
}

func toMessage(o *edo.Operation) message {
	m := message{
		Subscriber: text(o.Key.Subscriber), Package: text(o.Key.Package), Operator: text(o.Operator), From: text(o.From), User: text(o.Actor),
		Payer: text(o.Payer), INN: text(o.To.INN), KPP: text(o.To.KPP), Name: text(o.To.Name), To: text(o.Address.Box), Channel: text(o.Channel),
		Answer: text(o.Answer), Text: text(o.Text), InReplyTo: text(o.InReplyTo), Flow: text(o.Flow), State: text(o.State), Reason: text(o.Reason),
		Detail: text(o.Detail), OperatorID: text(o.Message), OperatorTime: moment(o.OperatorTime), SentAt: moment(o.SentAt),
		CreatedAt: moment(o.CreatedAt), UpdatedAt: moment(o.UpdatedAt), Attempts: o.Attempts, Resends: o.Resends, Revision: o.Revision,
	}
	for _, d := range o.Documents {
		m.DocumentItems = append(m.DocumentItems, toItem(&d))
	}
	return m
}

func fromMessage(m *message) edo.Operation {
	o := edo.Operation{
		Key: edo.Key{Subscriber: edo.SubscriberID(m.Subscriber), Package: edo.PackageID(m.Package)}, Operator: string(m.Operator),
		From: edo.BoxID(m.From), Actor: edo.ActorID(m.User), Payer: edo.SubscriberID(m.Payer),
		To: edo.Counterparty{INN: string(m.INN), KPP: string(m.KPP), Name: string(m.Name)}, Address: edo.Address{Box: edo.BoxID(m.To)},
		Channel: edo.Channel(m.Channel), Answer: edo.AnswerKind(m.Answer), Text: string(m.Text), InReplyTo: edo.RemoteID(m.InReplyTo),
		Flow: edo.Flow(m.Flow), State: edo.State(m.State), Reason: edo.Reason(m.Reason), Detail: string(m.Detail), Message: edo.MessageID(m.OperatorID),
		OperatorTime: time.Time(m.OperatorTime), SentAt: time.Time(m.SentAt), CreatedAt: time.Time(m.CreatedAt), UpdatedAt: time.Time(m.UpdatedAt),
		Attempts: m.Attempts, Resends: m.Resends, Revision: m.Revision,
	}
	for i := range m.DocumentItems {
		o.Documents = append(o.Documents, fromItem(&m.DocumentItems[i]))
	}
	return o
}

func toItem(d *edo.DocumentStatus) item {
	i := item{
		ID: text(d.ID), Name: text(d.Name), Kind: text(d.Kind), Number: text(d.Number), Type: text(d.Type), ExternalID: text(d.ExternalID),
		Digest: digest(d.Digest), Size: d.Size, Signature: digest(d.Signature), Signer: text(d.Signer), Owner: text(d.SignedBy.Owner),
		Organisation: text(d.SignedBy.Organisation), Serial: text(d.SignedBy.Serial), Thumbprint: text(d.SignedBy.Thumbprint),
		Verdict: text(d.Verdict), Remote: text(d.Remote), State: text(d.State), AnswerText: text(d.AnswerText), Stamp: text(d.Stamp),
	}
	for _, v := range d.Versions {
		i.Versions = append(i.Versions, version{
			Role: text(v.Role), Name: text(v.Name), Source: text(v.Source), Remark: text(v.Remark), Exchange: text(v.Exchange),
			Digest: digest(v.Digest), Size: v.Size, At: moment(v.At),
		})
	}
	return i
}

func fromItem(i *item) edo.DocumentStatus {
	d := edo.DocumentStatus{
		ID: edo.DocumentID(i.ID), Name: string(i.Name), Kind: string(i.Kind), Number: string(i.Number), Type: string(i.Type), ExternalID: string(i.ExternalID),
		Digest: edo.Digest(i.Digest), Size: i.Size, Signature: edo.Digest(i.Signature), Signer: edo.SignerID(i.Signer),
		SignedBy: edo.SignerInfo{Owner: string(i.Owner), Organisation: string(i.Organisation), Serial: string(i.Serial), Thumbprint: string(i.Thumbprint)},
		Verdict:  edo.VerdictState(i.Verdict), Remote: edo.RemoteID(i.Remote), State: edo.State(i.State), AnswerText: string(i.AnswerText), Stamp: edo.StampState(i.Stamp),
	}
	for _, v := range i.Versions {
		d.Versions = append(d.Versions, edo.Version{
			Document: d.ID, Role: edo.Role(v.Role), Name: string(v.Name), Source: string(v.Source), Remark: string(v.Remark),
			Exchange: edo.ExchangeID(v.Exchange), Digest: edo.Digest(v.Digest), Size: v.Size, At: time.Time(v.At),
		})
	}
	return d
}

func toExchange(e *Exchange) exchangeItem {
	r := &e.Row
	x := exchangeItem{
		Seq: r.Seq, ExchangeID: text(r.ID), Subscriber: text(r.Subscriber), Package: text(r.Package), Document: text(r.Document), Actor: text(r.Actor),
		INN: text(r.INN), KPP: text(r.KPP), Operation: text(r.Operation), Endpoint: text(r.Endpoint),
		Request: half{
			At: moment(r.StartedAt), Size: r.RequestSize, Digest: digest(r.RequestDigest), Sent: r.RequestSent, TextDigest: digest(r.RequestText),
			Head: text(r.RequestHead), Holes: toHoles(r.Request.Holes),
		},
	}
	x.Request.stand(e.Request)
	if r.Finished() {
		x.Answer = &half{
			At: moment(r.EndedAt), Size: r.AnswerSize, Digest: digest(r.AnswerDigest), Outcome: string(r.Outcome), HTTPStatus: r.HTTPStatus,
			TextDigest: digest(r.AnswerText), Code: text(r.Code), Note: text(r.Note), Head: text(r.AnswerHead), Holes: toHoles(r.Answer.Holes),
		}
		x.Answer.stand(e.Answer)
	}
	if e.WithText {
		request, answer := text(r.Request.Text), text(r.Answer.Text)
		x.Request.Text = &request
		if x.Answer != nil {
			x.Answer.Text = &answer
		}
	}
	return x
}

func (h *half) stand(p Place) {
	h.Position, h.Before, h.Link = p.Position, digest(p.Before), digest(p.Digest)
}

func (h *half) place() Place {
	return Place{Position: h.Position, Before: edo.Digest(h.Before), Digest: edo.Digest(h.Link)}
}

func fromExchange(x *exchangeItem) Exchange {
	q := &x.Request
	e := Exchange{Request: q.place(), WithText: q.Text != nil, Row: directory.Exchange{
		Seq: x.Seq, ID: edo.ExchangeID(x.ExchangeID), Subscriber: edo.SubscriberID(x.Subscriber), Package: edo.PackageID(x.Package),
		Document: edo.DocumentID(x.Document), Actor: edo.ActorID(x.Actor), INN: string(x.INN), KPP: string(x.KPP), Operation: string(x.Operation),
		Endpoint: string(x.Endpoint), StartedAt: time.Time(q.At), RequestSize: q.Size, RequestDigest: edo.Digest(q.Digest), RequestSent: q.Sent,
		RequestPosition: q.Position, RequestText: edo.Digest(q.TextDigest), RequestHead: string(q.Head), Request: q.masked(),
	}}
	if a := x.Answer; a != nil {
		r := &e.Row
		e.Answer = a.place()
		r.EndedAt, r.Outcome, r.HTTPStatus, r.Code = time.Time(a.At), edo.Outcome(a.Outcome), a.HTTPStatus, string(a.Code)
		r.AnswerSize, r.AnswerDigest, r.Note, r.AnswerPosition = a.Size, edo.Digest(a.Digest), string(a.Note), a.Position
		r.AnswerText, r.AnswerHead, r.Answer = edo.Digest(a.TextDigest), string(a.Head), a.masked()
	}
	return e
}

func toHoles(holes []edo.Hole) (all []hole) {
	for _, h := range holes {
		all = append(all, hole{Start: h.Start, End: h.End, Kind: string(h.Kind), Name: text(h.Name), Digest: digest(h.Digest), Size: h.Size})
	}
	return all
}

func (h *half) masked() (m edo.Masked) {
	if h.Text != nil {
		m.Text = []byte(*h.Text)
	}
	for _, one := range h.Holes {
		m.Holes = append(m.Holes, edo.Hole{Start: one.Start, End: one.End, Kind: edo.HoleKind(one.Kind), Name: string(one.Name), Digest: edo.Digest(one.Digest), Size: one.Size})
	}
	return m
}
