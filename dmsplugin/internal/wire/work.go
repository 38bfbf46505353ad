package wire

import (
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// ToAnswer is the request for an answer.
func ToAnswer(a edo.Answer) *dmspb.AnswerRequest {
	return &dmspb.AnswerRequest{
		Subscriber: string(a.Subscriber), Actor: string(a.Actor), Kind: toEnum(answerKinds(), a.Kind), Document: string(a.Document),
		Text: a.Text, Signer: string(a.Signer), Signature: a.Signature,
	}
}

// FromAnswer reads it; a kind that is not known here stays empty and is refused by the engine.
func FromAnswer(a *dmspb.AnswerRequest) edo.Answer {
	return edo.Answer{
		Subscriber: edo.SubscriberID(a.GetSubscriber()), Actor: edo.ActorID(a.GetActor()), Kind: fromEnum(answerKinds(), a.GetKind()),
		Document: edo.RemoteID(a.GetDocument()), Text: a.GetText(), Signer: edo.SignerID(a.GetSigner()), Signature: a.GetSignature(),
	}
}

// ToAnswerKinds converts what is offered.
func ToAnswerKinds(kinds []edo.AnswerKind) []dmspb.AnswerKind {
	var out []dmspb.AnswerKind
	for _, k := range kinds {
		out = append(out, toEnum(answerKinds(), k))
	}
	return out
}

// FromAnswerKinds converts it back, without what is not known here.
func FromAnswerKinds(kinds []dmspb.AnswerKind) []edo.AnswerKind {
	var out []edo.AnswerKind
	for _, k := range kinds {
		if word := fromEnum(answerKinds(), k); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// ToInbound converts a document that came in.
func ToInbound(d edo.InboundDocument) *dmspb.InboundDocument { return toInbound(&d) }

// FromInbound converts it back.
func FromInbound(d *dmspb.InboundDocument) edo.InboundDocument {
	if d == nil {
		return edo.InboundDocument{}
	}
	return *fromInbound(d)
}

// ToTermRequest sets a term.
func ToTermRequest(k edo.InboundKey, actor edo.ActorID, t edo.Term) *dmspb.SetTermRequest {
	return &dmspb.SetTermRequest{Subscriber: string(k.Subscriber), Actor: string(actor), Document: string(k.Remote), Due: toTime(t.Due), Warn: toTime(t.Warn)}
}

// FromTermRequest reads what term is set.
func FromTermRequest(r *dmspb.SetTermRequest) (edo.InboundKey, edo.Term) {
	return edo.InboundKey{Subscriber: edo.SubscriberID(r.GetSubscriber()), Remote: edo.RemoteID(r.GetDocument())},
		edo.Term{Due: fromTime(r.GetDue()), Warn: fromTime(r.GetWarn())}
}

// ToChannel converts the way to people.
func ToChannel(c edo.Channel) dmspb.Channel { return toEnum(channels(), c) }

// FromChannel converts it back.
func FromChannel(c dmspb.Channel) edo.Channel { return fromEnum(channels(), c) }

// ToTasks converts signature tasks.
func ToTasks(tasks []edo.SignatureTask) []*dmspb.SignatureTask {
	return toEach(tasks, func(t edo.SignatureTask) *dmspb.SignatureTask { return toTask(&t) })
}

// FromTasks converts them back.
func FromTasks(tasks []*dmspb.SignatureTask) []edo.SignatureTask {
	return fromEach(tasks, func(t *dmspb.SignatureTask) edo.SignatureTask { return *fromTask(t) })
}

// FromCounterparty reads who is looked for.
func FromCounterparty(c *dmspb.Counterparty) edo.Counterparty { return fromCounterparty(c) }

// ToAddresses converts boxes.
func ToAddresses(a []edo.Address) []*dmspb.Address { return toEach(a, toAddress) }

// FromAddresses converts them back.
func FromAddresses(a []*dmspb.Address) []edo.Address { return fromEach(a, fromAddress) }

// ToIntroduction converts what is known of a counterparty.
func ToIntroduction(i edo.Introduction) *dmspb.Introduction { return toIntroduction(i) }

// FromIntroduction converts it back.
func FromIntroduction(i *dmspb.Introduction) edo.Introduction { return fromIntroduction(i) }

// ToCounterpartyStatus converts where a counterparty stands.
func ToCounterpartyStatus(c edo.CounterpartyStatus) *dmspb.CounterpartyStatus { return toReach(&c) }

// FromCounterpartyStatus converts it back.
func FromCounterpartyStatus(c *dmspb.CounterpartyStatus) edo.CounterpartyStatus {
	if c == nil {
		return edo.CounterpartyStatus{}
	}
	return *fromReach(c)
}

// maxLogIDs is how many exchanges an explanation names.
const maxLogIDs = 100

// ToExplanation converts the page of a package.
func ToExplanation(x edo.Explanation) *dmspb.Explanation {
	out := &dmspb.Explanation{
		At: toTime(x.At), State: toSentence(x.State), Reason: string(x.Reason), Detail: x.Detail, Person: x.Person, Next: toSentence(x.Next),
		NextAt: toTime(x.NextAt), Tasks: ToTasks(x.Tasks), Remedies: toStrings(x.Remedies),
	}
	if x.Operation != nil {
		out.Operation = ToOperation(*x.Operation)
	}
	for _, c := range x.Calls[:min(len(x.Calls), maxLogIDs)] {
		out.LogIds = append(out.LogIds, string(c.ID))
	}
	if a := x.Asked; a != nil {
		out.Asked = &dmspb.Asked{
			CanBe: a.CanBe, From: toTime(a.From), Missing: toTime(a.Missing), NotFound: int32(a.NotFound), Visibility: toDuration(a.Visibility), Said: a.Said,
		}
	}
	return out
}

// FromExplanation converts it back; of the exchanges it holds the ids.
func FromExplanation(x *dmspb.Explanation) edo.Explanation {
	op := FromOperation(x.GetOperation())
	out := edo.Explanation{
		Key: op.Key, At: fromTime(x.GetAt()), Operation: &op, State: fromSentence(x.GetState()), Reason: edo.Reason(x.GetReason()), Detail: x.GetDetail(),
		Person: x.GetPerson(), Next: fromSentence(x.GetNext()), NextAt: fromTime(x.GetNextAt()), Tasks: FromTasks(x.GetTasks()),
		Remedies: fromStrings[edo.Remedy](x.GetRemedies()),
	}
	for _, id := range x.GetLogIds() {
		out.Calls = append(out.Calls, edo.Call{ID: edo.ExchangeID(id)})
	}
	if a := x.GetAsked(); a != nil {
		out.Asked = &edo.Asked{
			CanBe: a.GetCanBe(), From: fromTime(a.GetFrom()), Missing: fromTime(a.GetMissing()), NotFound: int(a.GetNotFound()),
			Visibility: fromDuration(a.GetVisibility()), Said: a.GetSaid(),
		}
	}
	return out
}

// ToDecision is a person's word on a package in doubt.
func ToDecision(k edo.Key, actor edo.ActorID, d edo.Decision) *dmspb.DecideRequest {
	out := &dmspb.DecideRequest{
		Key: ToKey(k), Actor: string(actor), Accepted: d.Accepted, Message: string(d.Message), OperatorTime: toTime(d.OperatorTime), Why: d.Why,
		Documents: map[string]string{},
	}
	for id, remote := range d.Documents {
		out.Documents[string(id)] = string(remote)
	}
	return out
}

// FromDecision reads it.
func FromDecision(r *dmspb.DecideRequest) edo.Decision {
	d := edo.Decision{Accepted: r.GetAccepted(), Message: edo.MessageID(r.GetMessage()), OperatorTime: fromTime(r.GetOperatorTime()), Why: r.GetWhy()}
	for id, remote := range r.GetDocuments() {
		if d.Documents == nil {
			d.Documents = map[edo.DocumentID]edo.RemoteID{}
		}
		d.Documents[edo.DocumentID(id)] = edo.RemoteID(remote)
	}
	return d
}
