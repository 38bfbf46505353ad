package wire

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// FromKey names a package.
func FromKey(k *dmspb.Key) edo.Key {
	return edo.Key{Subscriber: edo.SubscriberID(k.GetSubscriber()), Package: edo.PackageID(k.GetPackage())}
}

// FromOperation is the stored fate of one package.
func FromOperation(o *dmspb.Operation) edo.Operation {
	return edo.Operation{
		Key: FromKey(o.GetKey()), Operator: o.GetOperator(), Actor: edo.ActorID(o.GetActor()), To: fromCounterparty(o.GetTo()),
		Address: fromAddress(o.GetAddress()), State: fromEnum(states(), o.GetState()), Reason: edo.Reason(o.GetReason()),
		Detail: o.GetDetail(), Message: edo.MessageID(o.GetMessage()),
		OperatorTime: fromTime(o.GetOperatorTime()), SentAt: fromTime(o.GetSentAt()), Skew: fromDuration(o.GetSkew()),
		Attempts: int(o.GetAttempts()), DoubtSince: fromTime(o.GetDoubtSince()), NotFound: int(o.GetNotFound()), From: edo.BoxID(o.GetFrom()), Resends: int(o.GetResends()),
		CreatedAt: fromTime(o.GetCreatedAt()), UpdatedAt: fromTime(o.GetUpdatedAt()), Revision: o.GetRevision(),
		Documents: fromEach(o.GetDocuments(), fromDocumentStatus), Candidates: fromEach(o.GetCandidates(), fromAddress),
		Payer: edo.SubscriberID(o.GetPayer()), Channel: fromEnum(channels(), o.GetChannel()), Answer: fromEnum(answerKinds(), o.GetAnswer()), Text: o.GetText(),
		InReplyTo: edo.RemoteID(o.GetInReplyTo()), Flow: fromEnum(flows(), o.GetFlow()), Consents: fromEach(o.GetConsents(), fromConsent), Set: o.GetSet(), Period: o.GetPeriod(), Due: fromTime(o.GetDue()), Parties: fromEach(o.GetParties(), fromAddress),
	}
}

func fromDocumentStatus(d *dmspb.DocumentStatus) edo.DocumentStatus {
	return edo.DocumentStatus{
		ID: edo.DocumentID(d.GetId()), Name: d.GetName(), Kind: d.GetKind(), Number: d.GetNumber(), Comment: d.GetComment(),
		ExternalID: d.GetExternalId(), Digest: lenient(d.GetSha256()), Size: d.GetSize(), NeedSign: d.GetNeedSign(),
		NeedReceipt: d.GetNeedReceipt(), Signer: edo.SignerID(d.GetSigner()), SignedBy: fromSignerInfo(d.GetSignedBy()),
		Signature: lenient(d.GetSignatureSha256()), Verdict: fromEnum(verdicts(), d.GetVerdict()), Remote: edo.RemoteID(d.GetRemote()),
		Stamp: fromEnum(stampStates(), d.GetStamp()), StampReason: edo.Reason(d.GetStampReason()), StampDetail: d.GetStampDetail(),
		FormFaults: int(d.GetFormFaults()), Versions: fromEach(d.GetVersions(), FromVersion),
		Type: d.GetType(), Date: fromTime(d.GetDate()), Sum: d.GetSum(), Parent: edo.RemoteID(d.GetParent()), Related: fromStrings[edo.RemoteID](d.GetRelated()),
		State: fromEnum(states(), d.GetState()), AnswerText: d.GetAnswerText(),
	}
}

// FromVersion is one stored version of a document.
func FromVersion(v *dmspb.Version) edo.Version {
	return edo.Version{
		Document: edo.DocumentID(v.GetDocument()), Role: FromRole(v.GetRole()), Name: v.GetName(), Digest: lenient(v.GetSha256()),
		Size: v.GetSize(), Source: v.GetSource(), Remark: v.GetRemark(), Exchange: edo.ExchangeID(v.GetExchange()), At: fromTime(v.GetAt()),
	}
}

// FromRole says which version is meant, empty if it was not said.
func FromRole(r dmspb.Role) edo.Role { return fromEnum(roles(), r) }

// FromEvents is one page of what a host has to know.
func FromEvents(events []*dmspb.Event) []edo.Event { return fromEach(events, fromEvent) }

func fromEvent(e *dmspb.Event) edo.Event {
	return edo.Event{
		Seq: e.GetSeq(), Key: FromKey(e.GetKey()), Kind: fromEnum(eventKinds(), e.GetKind()), State: fromEnum(states(), e.GetState()),
		Reason: edo.Reason(e.GetReason()), Detail: e.GetDetail(), Document: edo.DocumentID(e.GetDocument()), ExternalID: e.GetExternalId(),
		Stamp: fromEnum(stampStates(), e.GetStamp()), Version: FromVersion(e.GetVersion()), At: fromTime(e.GetAt()), Revision: e.GetRevision(), Actor: edo.ActorID(e.GetActor()),
		Inbound: fromInbound(e.GetInbound()), Task: fromTask(e.GetTask()), Reach: fromReach(e.GetCounterparty()),
	}
}

// FromPackageHeader is the package without its documents, and how many of them follow.
func FromPackageHeader(h *dmspb.PackageHeader) (edo.Package, int, error) {
	key, n := FromKey(h.GetKey()), int(h.GetDocumentCount())
	p := edo.Package{
		ID: key.Package, Subscriber: key.Subscriber, Actor: edo.ActorID(h.GetActor()), To: fromCounterparty(h.GetTo()),
		Channel: fromEnum(channels(), h.GetChannel()), InReplyTo: edo.RemoteID(h.GetInReplyTo()), Flow: fromEnum(flows(), h.GetFlow()),
		Set: h.GetSet(), Period: h.GetPeriod(), Due: fromTime(h.GetDue()),
	}
	switch {
	case len(h.GetConsents()) > edo.MaxConsents:
		return p, 0, Broken("consents", "are too many")
	case p.Channel == "" && h.GetChannel() != 0: // never the default instead of what a newer host means
		return p, 0, Broken("channel", "is not known to this plugin")
	case p.Flow == "" && h.GetFlow() != 0:
		return p, 0, Broken("flow", "is not known to this plugin")
	}
	p.Consents = fromEach(h.GetConsents(), fromConsent)
	switch {
	case n < 0:
		return p, 0, Broken("document_count", "is negative")
	case n > edo.MaxDocuments:
		return p, 0, &edo.Error{
			Kind: edo.Invalid, Reason: edo.PackageTooMany, Field: "package.documents", Message: fmt.Sprintf("has %d documents", n),
			Remedy: fmt.Sprintf("send at most %d in one package", edo.MaxDocuments),
		}
	}
	return p, n, nil
}

// FromDocumentHeader is one document without its bytes: Content has the size and, if it was given, the digest.
func FromDocumentHeader(field string, h *dmspb.DocumentHeader) (edo.Document, error) {
	d := edo.Document{
		ID: edo.DocumentID(h.GetId()), Name: h.GetName(), Kind: h.GetKind(), Number: h.GetNumber(), Comment: h.GetComment(),
		ExternalID: h.GetExternalId(), Content: edo.Content{Size: h.GetSize()}, Signer: edo.SignerID(h.GetSigner()),
		Signature: h.GetSignature(), NeedSign: h.GetNeedSign(), NeedReceipt: h.GetNeedReceipt(),
		Type: h.GetType(), Date: fromTime(h.GetDate()), Sum: h.GetSum(), Related: fromStrings[edo.RemoteID](h.GetRelated()),
	}
	if len(h.GetSha256()) == 0 {
		return d, nil
	}
	digest, err := FromDigest(field+".sha256", h.GetSha256())
	d.Content.Digest = digest
	return d, err
}

// FromSubscriber is one of our organisations at one operator.
func FromSubscriber(s *dmspb.Subscriber) directory.Subscriber {
	return directory.Subscriber{
		ID: edo.SubscriberID(s.GetId()), Title: s.GetTitle(), Operator: s.GetOperator(), Endpoint: s.GetEndpoint(),
		Box: edo.BoxID(s.GetBox()), INN: s.GetInn(), KPP: s.GetKpp(), LoginKind: fromEnum(loginKinds(), s.GetLoginKind()),
		Login: s.GetLogin(), Forms: s.GetForms(), Pins: s.GetPins(), CAs: s.GetCas(),
		Policy: edo.Policy{
			Unverified: fromEnum(policies(), s.GetUnverified()), LocalMark: s.GetLocalMark(), Receive: s.GetReceive(), Register: s.GetRegister(),
			Rate: s.GetRate(), Concurrent: int(s.GetConcurrent()),
		},
		Enabled: !s.GetDisabled(), UpdatedAt: fromTime(s.GetUpdatedAt()),
		Department: s.GetDepartment(), ServiceBox: edo.BoxID(s.GetServiceBox()), Payer: edo.SubscriberID(s.GetPayer()), Service: edo.SignerID(s.GetServiceSigner()),
	}
}

// FromSubscribers lists them.
func FromSubscribers(s []*dmspb.Subscriber) []directory.Subscriber {
	return fromEach(s, FromSubscriber)
}

// FromUser is one line of an allow-list.
func FromUser(u *dmspb.User) directory.User {
	var may []edo.Action
	for _, a := range u.GetActions() {
		may = append(may, fromEnum(actions(), a))
	}
	return directory.User{
		Actor: edo.ActorID(u.GetActor()), Subscriber: edo.SubscriberID(u.GetSubscriber()), Name: u.GetName(), Actions: may, Kinds: u.GetKinds(),
		From: fromTime(u.GetFrom()), Until: fromTime(u.GetUntil()), UpdatedAt: fromTime(u.GetUpdatedAt()),
	}
}

// FromUsers lists them.
func FromUsers(u []*dmspb.User) []directory.User { return fromEach(u, FromUser) }

// FromSigner is a person whose key signs.
func FromSigner(s *dmspb.Signer) directory.Signer {
	return directory.Signer{
		ID: edo.SignerID(s.GetId()), Subscriber: edo.SubscriberID(s.GetSubscriber()), Info: fromSignerInfo(s.GetInfo()),
		Certificate: s.GetCertificate(), Kinds: s.GetKinds(), From: fromTime(s.GetFrom()), Until: fromTime(s.GetUntil()),
		Enabled: !s.GetDisabled(), HasKey: s.GetHasKey(), UpdatedAt: fromTime(s.GetUpdatedAt()),
		Place: fromEnum(places(), s.GetPlace()), Command: s.GetCommand(), Environment: s.GetEnvironment(),
	}
}

// FromSigners lists them.
func FromSigners(s []*dmspb.Signer) []directory.Signer { return fromEach(s, FromSigner) }

// FromLogRow is one exchange without its bodies.
func FromLogRow(e *dmspb.LogRow) directory.Exchange {
	return directory.Exchange{
		ID: edo.ExchangeID(e.GetId()), Seq: e.GetSeq(), Subscriber: edo.SubscriberID(e.GetSubscriber()), Package: edo.PackageID(e.GetPackage()),
		Document: edo.DocumentID(e.GetDocument()), Operation: e.GetOperation(), Endpoint: e.GetEndpoint(),
		StartedAt: fromTime(e.GetStartedAt()), EndedAt: fromTime(e.GetEndedAt()), Outcome: fromEnum(outcomes(), e.GetOutcome()),
		HTTPStatus: int(e.GetHttpStatus()), Code: e.GetCode(), Note: e.GetNote(),
		RequestSize: e.GetRequestSize(), RequestSent: e.GetRequestSent(), RequestDigest: lenient(e.GetRequestSha256()),
		AnswerSize: e.GetAnswerSize(), AnswerDigest: lenient(e.GetAnswerSha256()),
		RequestHead: e.GetRequestHead(), AnswerHead: e.GetAnswerHead(), Actor: edo.ActorID(e.GetUser()), INN: e.GetInn(), KPP: e.GetKpp(),
		RequestPosition: e.GetRequestPosition(), AnswerPosition: e.GetAnswerPosition(),
		RequestText: lenient(e.GetRequestTextSha256()), AnswerText: lenient(e.GetAnswerTextSha256()),
	}
}

// FromLogRows lists them.
func FromLogRows(e []*dmspb.LogRow) []directory.Exchange { return fromEach(e, FromLogRow) }

// FromQuery asks for rows of the log.
func FromQuery(q *dmspb.QueryRequest) directory.ExchangeFilter {
	return directory.ExchangeFilter{
		Subscriber: edo.SubscriberID(q.GetSubscriber()), Package: edo.PackageID(q.GetPackage()), Operation: q.GetOperation(),
		Outcome: fromEnum(outcomes(), q.GetOutcome()), Unfinished: q.GetUnfinished(), Code: q.GetCode(),
		From: fromTime(q.GetFrom()), To: fromTime(q.GetTo()), Before: q.GetBefore(), Limit: int(q.GetLimit()),
		Document: edo.DocumentID(q.GetDocument()), Actor: edo.ActorID(q.GetUser()), INN: q.GetInn(), KPP: q.GetKpp(),
		Oldest: q.GetOldest(), After: q.GetAfter(),
	}
}

// FromDigest reads the 32 bytes of a SHA-256.
func FromDigest(field string, raw []byte) (edo.Digest, error) {
	var d edo.Digest
	if len(raw) != len(d) {
		return d, &edo.Error{
			Kind: edo.Invalid, Reason: edo.DigestMalformed, Field: field, Message: fmt.Sprintf("is %d bytes long", len(raw)),
			Remedy: "give the 32 bytes of the SHA-256",
		}
	}
	copy(d[:], raw)
	return d, nil
}

// Broken is the error of a stream or message that does not follow the contract.
func Broken(field, what string) error {
	return &edo.Error{Kind: edo.Invalid, Reason: StreamBroken, Field: field, Message: what, Remedy: "follow the order and limits of dms.proto"}
}

func fromCounterparty(c *dmspb.Counterparty) edo.Counterparty {
	return edo.Counterparty{INN: c.GetInn(), KPP: c.GetKpp(), Name: c.GetName(), Box: edo.BoxID(c.GetBox())}
}

func fromAddress(a *dmspb.Address) edo.Address {
	return edo.Address{
		Box: edo.BoxID(a.GetBox()), INN: a.GetInn(), KPP: a.GetKpp(), Name: a.GetName(), Operator: a.GetOperator(), Active: a.GetActive(),
		Organisation: a.GetOrganisation(), Department: a.GetDepartment(), Roaming: a.GetRoaming(),
	}
}

func fromSignerInfo(s *dmspb.SignerInfo) edo.SignerInfo {
	return edo.SignerInfo{
		ID: edo.SignerID(s.GetId()), Owner: s.GetOwner(), Organisation: s.GetOrganisation(), INN: s.GetInn(), OGRN: s.GetOgrn(),
		Serial: s.GetSerial(), Thumbprint: s.GetThumbprint(), Algorithm: s.GetAlgorithm(),
		NotBefore: fromTime(s.GetNotBefore()), NotAfter: fromTime(s.GetNotAfter()),
	}
}

func fromEach[P, W any](messages []*P, convert func(*P) W) []W {
	if len(messages) == 0 {
		return nil
	}
	out := make([]W, len(messages))
	for i, m := range messages {
		out[i] = convert(m)
	}
	return out
}

// lenient reads a digest of an answer: anything but 32 bytes is none.
func lenient(raw []byte) edo.Digest {
	var d edo.Digest
	if len(raw) == len(d) {
		copy(d[:], raw)
	}
	return d
}

func fromTime(t *timestamppb.Timestamp) time.Time {
	if t == nil || !t.IsValid() {
		return time.Time{}
	}
	return t.AsTime()
}

func fromDuration(d *durationpb.Duration) time.Duration {
	if d == nil || !d.IsValid() {
		return 0
	}
	return d.AsDuration()
}

// FromKeyPair gives certificate, key and the password of the key. Key and password are hidden from here on.
func FromKeyPair(k *dmspb.KeyPair) (certificate []byte, key, password edo.Secret) {
	return k.GetCertificate(), edo.NewSecret(string(k.GetKey())), edo.NewSecret(k.GetPassword())
}
