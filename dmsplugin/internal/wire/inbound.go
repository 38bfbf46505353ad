package wire

import (
	"slices"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

func toInbound(d *edo.InboundDocument) *dmspb.InboundDocument {
	if d == nil {
		return nil
	}
	return &dmspb.InboundDocument{
		Subscriber: string(d.Key.Subscriber), Remote: string(d.Key.Remote), Message: string(d.Message), From: toAddress(d.From),
		Name: d.Name, Type: d.Type, Class: toEnum(classes(), d.Class), Kind: d.Kind, KindId: d.KindID, Number: d.Number,
		Date: toTime(d.Date), Sum: d.Sum, Comment: d.Comment, CustomField: d.CustomField, Text: d.Text,
		Parent: string(d.Parent), Root: string(d.Root), Flow: toEnum(flows(), d.Flow),
		NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt, NoticeDue: d.NoticeDue, State: toEnum(inboundStates(), d.State),
		Sha256: toDigest(d.Digest), Size: d.Size, Signatures: toEach(d.Signatures, toInboundSignature),
		Legitimate: d.Legitimate, NotLegitimate: slices.Clone(d.NotLegitimate),
		OperatorTime: toTime(d.OperatorTime), ReceivedAt: toTime(d.ReceivedAt), Skew: toDuration(d.Skew),
		Fate: toEnum(states(), d.Fate), About: toSomeKey(d.About), Document: d.Document,
		Responsible: string(d.Responsible), Why: toSentence(d.Why), Term: toTerm(d.Term), Reply: toReply(d.Reply),
		Exchange: string(d.Exchange), Revision: d.Revision, Sound: d.Sound(),
	}
}

func fromInbound(d *dmspb.InboundDocument) *edo.InboundDocument {
	if d == nil {
		return nil
	}
	return &edo.InboundDocument{
		Key:     edo.InboundKey{Subscriber: edo.SubscriberID(d.GetSubscriber()), Remote: edo.RemoteID(d.GetRemote())},
		Message: edo.MessageID(d.GetMessage()), From: fromAddress(d.GetFrom()),
		Name: d.GetName(), Type: d.GetType(), Class: fromEnum(classes(), d.GetClass()), Kind: d.GetKind(), KindID: d.GetKindId(), Number: d.GetNumber(),
		Date: fromTime(d.GetDate()), Sum: d.GetSum(), Comment: d.GetComment(), CustomField: d.GetCustomField(), Text: d.GetText(),
		Parent: edo.RemoteID(d.GetParent()), Root: edo.RemoteID(d.GetRoot()), Flow: fromEnum(flows(), d.GetFlow()),
		NeedSign: d.GetNeedSign(), NeedReceipt: d.GetNeedReceipt(), NoticeDue: d.GetNoticeDue(), State: fromEnum(inboundStates(), d.GetState()),
		Digest: lenient(d.GetSha256()), Size: d.GetSize(), Signatures: fromEach(d.GetSignatures(), fromInboundSignature),
		Legitimate: d.GetLegitimate(), NotLegitimate: d.GetNotLegitimate(),
		OperatorTime: fromTime(d.GetOperatorTime()), ReceivedAt: fromTime(d.GetReceivedAt()), Skew: fromDuration(d.GetSkew()),
		Fate: fromEnum(states(), d.GetFate()), About: FromKey(d.GetAbout()), Document: d.GetDocument(),
		Responsible: edo.ActorID(d.GetResponsible()), Why: fromSentence(d.GetWhy()), Term: fromTerm(d.GetTerm()), Reply: fromReply(d.GetReply()),
		Exchange: edo.ExchangeID(d.GetExchange()), Revision: d.GetRevision(),
	}
}

func toInboundSignature(s edo.InboundSignature) *dmspb.InboundSignature {
	return &dmspb.InboundSignature{
		Id: s.ID, From: string(s.From), Sha256: toDigest(s.CMS), OperatorValid: s.Operator, Verdict: toEnum(verdicts(), s.Verdict),
		Reason: string(s.Reason), Signer: toSignerInfo(s.Signer), At: toTime(s.At), Stamped: toTime(s.Stamped),
	}
}

func fromInboundSignature(s *dmspb.InboundSignature) edo.InboundSignature {
	return edo.InboundSignature{
		ID: s.GetId(), From: edo.BoxID(s.GetFrom()), CMS: lenient(s.GetSha256()), Operator: s.GetOperatorValid(),
		Verdict: fromEnum(verdicts(), s.GetVerdict()), Reason: edo.Reason(s.GetReason()), Signer: fromSignerInfo(s.GetSigner()),
		At: fromTime(s.GetAt()), Stamped: fromTime(s.GetStamped()),
	}
}

func toSomeKey(k edo.Key) *dmspb.Key {
	if k == (edo.Key{}) {
		return nil
	}
	return ToKey(k)
}

func toSentence(s edo.Sentence) *dmspb.Sentence {
	if s == (edo.Sentence{}) {
		return nil
	}
	return &dmspb.Sentence{Ru: s.RU, En: s.EN}
}

func fromSentence(s *dmspb.Sentence) edo.Sentence { return edo.Sentence{RU: s.GetRu(), EN: s.GetEn()} }

func toTerm(t edo.Term) *dmspb.Term {
	if t == (edo.Term{}) {
		return nil
	}
	return &dmspb.Term{Due: toTime(t.Due), Warn: toTime(t.Warn), State: toEnum(termStates(), t.State)}
}

func fromTerm(t *dmspb.Term) edo.Term {
	return edo.Term{Due: fromTime(t.GetDue()), Warn: fromTime(t.GetWarn()), State: fromEnum(termStates(), t.GetState())}
}

func toReply(r edo.Reply) *dmspb.Reply {
	if r == (edo.Reply{}) {
		return nil
	}
	return &dmspb.Reply{
		Package: string(r.Package), OperatorTime: toTime(r.OperatorTime), Channel: toEnum(channels(), r.Channel),
		Reason: r.Reason, Actor: string(r.Actor), At: toTime(r.At),
	}
}

func fromReply(r *dmspb.Reply) edo.Reply {
	return edo.Reply{
		Package: edo.PackageID(r.GetPackage()), OperatorTime: fromTime(r.GetOperatorTime()), Channel: fromEnum(channels(), r.GetChannel()),
		Reason: r.GetReason(), Actor: edo.ActorID(r.GetActor()), At: fromTime(r.GetAt()),
	}
}

func toTask(t *edo.SignatureTask) *dmspb.SignatureTask {
	if t == nil {
		return nil
	}
	return &dmspb.SignatureTask{
		Key: toSomeKey(t.Key.Key), Document: string(t.Key.Document), Signer: string(t.Signer), Required: toSignerInfo(t.Required),
		Purpose: toEnum(answerKinds(), t.Purpose), Name: t.Name, Kind: t.Kind, Sha256: toDigest(t.Digest), Size: t.Size,
		State: toEnum(taskStates(), t.State), Detail: t.Detail, Actor: string(t.Actor),
		CreatedAt: toTime(t.CreatedAt), Deadline: toTime(t.Deadline), EndedAt: toTime(t.EndedAt),
	}
}

func fromTask(t *dmspb.SignatureTask) *edo.SignatureTask {
	if t == nil {
		return nil
	}
	return &edo.SignatureTask{
		Key:    edo.TaskKey{Key: FromKey(t.GetKey()), Document: edo.DocumentID(t.GetDocument())},
		Signer: edo.SignerID(t.GetSigner()), Required: fromSignerInfo(t.GetRequired()), Purpose: fromEnum(answerKinds(), t.GetPurpose()),
		Name: t.GetName(), Kind: t.GetKind(), Digest: lenient(t.GetSha256()), Size: t.GetSize(),
		State: fromEnum(taskStates(), t.GetState()), Detail: t.GetDetail(), Actor: edo.ActorID(t.GetActor()),
		CreatedAt: fromTime(t.GetCreatedAt()), Deadline: fromTime(t.GetDeadline()), EndedAt: fromTime(t.GetEndedAt()),
	}
}

func toReach(c *edo.CounterpartyStatus) *dmspb.CounterpartyStatus {
	if c == nil {
		return nil
	}
	return &dmspb.CounterpartyStatus{
		Subscriber: string(c.Key.Subscriber), Inn: c.Key.INN, Kpp: c.Key.KPP, Introduction: toIntroduction(c.Introduction),
		State: toEnum(counterpartyStates(), c.State), Address: toAddress(c.Address), Candidates: toEach(c.Candidates, toAddress),
		Relation: toEnum(relationStates(), c.Relation), Registered: c.Registered, Reason: string(c.Reason), Detail: c.Detail,
		UpdatedAt: toTime(c.UpdatedAt), Revision: c.Revision,
	}
}

func fromReach(c *dmspb.CounterpartyStatus) *edo.CounterpartyStatus {
	if c == nil {
		return nil
	}
	return &edo.CounterpartyStatus{
		Key:          edo.CounterpartyKey{Subscriber: edo.SubscriberID(c.GetSubscriber()), INN: c.GetInn(), KPP: c.GetKpp()},
		Introduction: fromIntroduction(c.GetIntroduction()), State: fromEnum(counterpartyStates(), c.GetState()),
		Address: fromAddress(c.GetAddress()), Candidates: fromEach(c.GetCandidates(), fromAddress),
		Relation: fromEnum(relationStates(), c.GetRelation()), Registered: c.GetRegistered(), Reason: edo.Reason(c.GetReason()), Detail: c.GetDetail(),
		UpdatedAt: fromTime(c.GetUpdatedAt()), Revision: c.GetRevision(),
	}
}

func toIntroduction(i edo.Introduction) *dmspb.Introduction {
	return &dmspb.Introduction{
		Counterparty: ToCounterparty(i.Counterparty), Form: i.Form, LastName: i.LastName, FirstName: i.FirstName, MiddleName: i.MiddleName,
		ContactPerson: i.ContactPerson, EMails: slices.Clone(i.EMails), Phone: i.Phone,
	}
}

func fromIntroduction(i *dmspb.Introduction) edo.Introduction {
	return edo.Introduction{
		Counterparty: fromCounterparty(i.GetCounterparty()), Form: i.GetForm(), LastName: i.GetLastName(), FirstName: i.GetFirstName(),
		MiddleName: i.GetMiddleName(), ContactPerson: i.GetContactPerson(), EMails: i.GetEMails(), Phone: i.GetPhone(),
	}
}

func toConsent(c edo.Consent) *dmspb.Consent {
	return &dmspb.Consent{Id: c.ID, TextSha256: toDigest(c.Text), At: toTime(c.At), Person: c.Person}
}

func fromConsent(c *dmspb.Consent) edo.Consent {
	return edo.Consent{ID: c.GetId(), Text: lenient(c.GetTextSha256()), At: fromTime(c.GetAt()), Person: c.GetPerson()}
}

func toStrings[W ~string](words []W) []string {
	if len(words) == 0 {
		return nil
	}
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func fromStrings[W ~string](texts []string) []W {
	if len(texts) == 0 {
		return nil
	}
	out := make([]W, len(texts))
	for i, t := range texts {
		out[i] = W(t)
	}
	return out
}
