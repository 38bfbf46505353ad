package wire

import (
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// ToKey names a package.
func ToKey(k edo.Key) *dmspb.Key {
	return &dmspb.Key{Subscriber: string(k.Subscriber), Package: string(k.Package)}
}

// ToOperation is the stored fate of one package.
func ToOperation(o edo.Operation) *dmspb.Operation {
	return &dmspb.Operation{
		Key: ToKey(o.Key), Operator: o.Operator, Actor: string(o.Actor), To: ToCounterparty(o.To), Address: toAddress(o.Address),
		State: toEnum(states(), o.State), Reason: string(o.Reason), Detail: o.Detail, Message: string(o.Message),
		OperatorTime: toTime(o.OperatorTime), SentAt: toTime(o.SentAt), Skew: toDuration(o.Skew),
		Attempts: int32(o.Attempts), DoubtSince: toTime(o.DoubtSince), NotFound: int32(o.NotFound),
		CreatedAt: toTime(o.CreatedAt), UpdatedAt: toTime(o.UpdatedAt), Revision: o.Revision,
		Documents: toEach(o.Documents, toDocumentStatus), Settled: o.Settled(),
		Candidates: toEach(o.Candidates, toAddress), From: string(o.From), Resends: int32(o.Resends),
		Payer: string(o.Payer), Channel: toEnum(channels(), o.Channel), Answer: toEnum(answerKinds(), o.Answer), Text: o.Text,
		InReplyTo: string(o.InReplyTo), Flow: toEnum(flows(), o.Flow), Consents: toEach(o.Consents, toConsent), Set: o.Set, Period: o.Period, Due: toTime(o.Due), Parties: toEach(o.Parties, toAddress),
	}
}

func toDocumentStatus(d edo.DocumentStatus) *dmspb.DocumentStatus {
	return &dmspb.DocumentStatus{
		Id: string(d.ID), Name: d.Name, Kind: d.Kind, Number: d.Number, Comment: d.Comment, ExternalId: d.ExternalID,
		Sha256: toDigest(d.Digest), Size: d.Size, NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt, Signer: string(d.Signer),
		SignedBy: toSignerInfo(d.SignedBy), SignatureSha256: toDigest(d.Signature), Verdict: toEnum(verdicts(), d.Verdict),
		Remote: string(d.Remote), Stamp: toEnum(stampStates(), d.Stamp), StampReason: string(d.StampReason), StampDetail: d.StampDetail,
		FormFaults: int32(d.FormFaults), Versions: toEach(d.Versions, ToVersion),
		Type: d.Type, Date: toTime(d.Date), Sum: d.Sum, Parent: string(d.Parent), Related: toStrings(d.Related),
		State: toEnum(states(), d.State), AnswerText: d.AnswerText,
	}
}

// ToVersion is one stored version of a document.
func ToVersion(v edo.Version) *dmspb.Version {
	return &dmspb.Version{
		Document: string(v.Document), Role: toEnum(roles(), v.Role), Name: v.Name, Sha256: toDigest(v.Digest), Size: v.Size,
		Source: v.Source, Remark: v.Remark, Exchange: string(v.Exchange), At: toTime(v.At),
	}
}

// ToRole says which version is meant.
func ToRole(r edo.Role) dmspb.Role { return toEnum(roles(), r) }

func toEvent(e edo.Event) *dmspb.Event {
	var version *dmspb.Version
	if e.Version != (edo.Version{}) {
		version = ToVersion(e.Version)
	}
	return &dmspb.Event{
		Seq: e.Seq, Key: ToKey(e.Key), Kind: toEnum(eventKinds(), e.Kind), State: toEnum(states(), e.State), Reason: string(e.Reason),
		Detail: e.Detail, Document: string(e.Document), ExternalId: e.ExternalID, Stamp: toEnum(stampStates(), e.Stamp),
		Version: version, At: toTime(e.At), Revision: e.Revision, Actor: string(e.Actor),
		Inbound: toInbound(e.Inbound), Task: toTask(e.Task), Counterparty: toReach(e.Reach),
	}
}

// ToPackageHeader opens a Send stream.
func ToPackageHeader(p edo.Package) *dmspb.PackageHeader {
	return &dmspb.PackageHeader{
		Key:   ToKey(edo.Key{Subscriber: p.Subscriber, Package: p.ID}),
		Actor: string(p.Actor), To: ToCounterparty(p.To), DocumentCount: int32(len(p.Documents)),
		Channel: toEnum(channels(), p.Channel), InReplyTo: string(p.InReplyTo), Flow: toEnum(flows(), p.Flow), Consents: toEach(p.Consents, toConsent),
		Set: p.Set, Period: p.Period, Due: toTime(p.Due),
	}
}

// ToDocumentHeader announces one document; its content follows in chunks.
func ToDocumentHeader(d edo.Document) *dmspb.DocumentHeader {
	return &dmspb.DocumentHeader{
		Id: string(d.ID), Name: d.Name, Kind: d.Kind, Number: d.Number, Comment: d.Comment, ExternalId: d.ExternalID,
		Size: d.Content.Size, Sha256: toDigest(d.Content.Digest), Signer: string(d.Signer), Signature: d.Signature,
		NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt,
		Type: d.Type, Date: toTime(d.Date), Sum: d.Sum, Related: toStrings(d.Related),
	}
}

// ToDocumentEnd closes the content of one document.
func ToDocumentEnd(id edo.DocumentID, size int64, d edo.Digest) *dmspb.DocumentEnd {
	return &dmspb.DocumentEnd{Id: string(id), Size: size, Sha256: d[:]}
}

// ToContentEnd is the trailer of content.
func ToContentEnd(size int64, d edo.Digest) *dmspb.ContentEnd {
	return &dmspb.ContentEnd{Size: size, Sha256: d[:]}
}

// ToSubscriber is one of our organisations at one operator.
func ToSubscriber(s directory.Subscriber) *dmspb.Subscriber {
	return &dmspb.Subscriber{
		Id: string(s.ID), Title: s.Title, Operator: s.Operator, Endpoint: s.Endpoint, Box: string(s.Box), Inn: s.INN, Kpp: s.KPP,
		LoginKind: toEnum(loginKinds(), s.LoginKind), Login: s.Login, Forms: s.Forms, Pins: s.Pins, Cas: s.CAs,
		Unverified: toEnum(policies(), s.Policy.Unverified), LocalMark: s.Policy.LocalMark, Disabled: !s.Enabled, UpdatedAt: toTime(s.UpdatedAt),
		Department: s.Department, ServiceBox: string(s.ServiceBox), Payer: string(s.Payer), ServiceSigner: string(s.Service),
		Receive: s.Policy.Receive, Register: s.Policy.Register, Rate: s.Policy.Rate, Concurrent: int32(min(s.Policy.Concurrent, math.MaxInt32)), //nolint:gosec // bounded
	}
}

// ToSubscribers lists them.
func ToSubscribers(s []directory.Subscriber) []*dmspb.Subscriber { return toEach(s, ToSubscriber) }

// ToUser is one line of an allow-list.
func ToUser(u directory.User) *dmspb.User {
	var may []dmspb.Action
	for _, a := range u.Actions {
		may = append(may, toEnum(actions(), a))
	}
	return &dmspb.User{
		Actor: string(u.Actor), Subscriber: string(u.Subscriber), Name: u.Name, Actions: may, Kinds: u.Kinds,
		From: toTime(u.From), Until: toTime(u.Until), UpdatedAt: toTime(u.UpdatedAt),
	}
}

// ToUsers lists them.
func ToUsers(u []directory.User) []*dmspb.User { return toEach(u, ToUser) }

// ToSigner is a person whose key signs.
func ToSigner(s directory.Signer) *dmspb.Signer {
	return &dmspb.Signer{
		Id: string(s.ID), Subscriber: string(s.Subscriber), Info: toSignerInfo(s.Info), Certificate: s.Certificate, Kinds: s.Kinds,
		From: toTime(s.From), Until: toTime(s.Until), Disabled: !s.Enabled, HasKey: s.HasKey, UpdatedAt: toTime(s.UpdatedAt),
		Place: toEnum(places(), s.Place), Command: s.Command, Environment: s.Environment,
	}
}

// ToSigners lists them.
func ToSigners(s []directory.Signer) []*dmspb.Signer { return toEach(s, ToSigner) }

// ToLogRow is one exchange without its bodies.
func ToLogRow(e directory.Exchange) *dmspb.LogRow {
	return &dmspb.LogRow{
		Id: string(e.ID), Seq: e.Seq, Subscriber: string(e.Subscriber), Package: string(e.Package), Document: string(e.Document),
		Operation: e.Operation, Endpoint: e.Endpoint, StartedAt: toTime(e.StartedAt), EndedAt: toTime(e.EndedAt),
		Outcome: toEnum(outcomes(), e.Outcome), HttpStatus: int32(e.HTTPStatus), Code: e.Code, Note: e.Note,
		RequestSize: e.RequestSize, RequestSent: e.RequestSent, RequestSha256: toDigest(e.RequestDigest),
		AnswerSize: e.AnswerSize, AnswerSha256: toDigest(e.AnswerDigest),
		// Headers of a foreign server may hold any bytes; protobuf text may not.
		RequestHead: strings.ToValidUTF8(e.RequestHead, "\uFFFD"), AnswerHead: strings.ToValidUTF8(e.AnswerHead, "\uFFFD"),
		User: string(e.Actor), Inn: e.INN, Kpp: e.KPP, RequestPosition: e.RequestPosition, AnswerPosition: e.AnswerPosition,
		RequestTextSha256: toDigest(e.RequestText), AnswerTextSha256: toDigest(e.AnswerText),
	}
}

// ToLogRows lists them.
func ToLogRows(e []directory.Exchange) []*dmspb.LogRow { return toEach(e, ToLogRow) }

// ToQuery asks for rows of the log.
func ToQuery(f directory.ExchangeFilter) *dmspb.QueryRequest {
	return &dmspb.QueryRequest{
		Subscriber: string(f.Subscriber), Package: string(f.Package), Operation: f.Operation, Outcome: toEnum(outcomes(), f.Outcome),
		Unfinished: f.Unfinished, Code: f.Code, From: toTime(f.From), To: toTime(f.To), Before: f.Before, Limit: int32(f.Limit),
		Document: string(f.Document), User: string(f.Actor), Inn: f.INN, Kpp: f.KPP, Oldest: f.Oldest, After: f.After,
	}
}

// ToCounterparty is who a package is for.
func ToCounterparty(c edo.Counterparty) *dmspb.Counterparty {
	return &dmspb.Counterparty{Inn: c.INN, Kpp: c.KPP, Name: c.Name, Box: string(c.Box)}
}

func toAddress(a edo.Address) *dmspb.Address {
	if a == (edo.Address{}) {
		return nil
	}
	return &dmspb.Address{
		Box: string(a.Box), Inn: a.INN, Kpp: a.KPP, Name: a.Name, Operator: a.Operator, Active: a.Active,
		Organisation: a.Organisation, Department: a.Department, Roaming: a.Roaming,
	}
}

func toSignerInfo(s edo.SignerInfo) *dmspb.SignerInfo {
	if s == (edo.SignerInfo{}) {
		return nil
	}
	return &dmspb.SignerInfo{
		Id: string(s.ID), Owner: s.Owner, Organisation: s.Organisation, Inn: s.INN, Ogrn: s.OGRN, Serial: s.Serial,
		Thumbprint: s.Thumbprint, Algorithm: s.Algorithm, NotBefore: toTime(s.NotBefore), NotAfter: toTime(s.NotAfter),
	}
}

func toEach[W, P any](words []W, convert func(W) *P) []*P {
	if len(words) == 0 {
		return nil
	}
	out := make([]*P, len(words))
	for i, w := range words {
		out[i] = convert(w)
	}
	return out
}

func toDigest(d edo.Digest) []byte {
	if d.IsZero() {
		return nil
	}
	return d[:]
}

func toTime(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func toDuration(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}

// ToCertificatePassword is for requests only: it reveals the password.
func ToCertificatePassword(certificate []byte, password edo.Secret) *dmspb.CertificatePassword {
	return &dmspb.CertificatePassword{Certificate: certificate, Password: password.Reveal()}
}

// ToForeignToken is for requests only: it reveals the token.
func ToForeignToken(token edo.Secret) *dmspb.ForeignToken {
	return &dmspb.ForeignToken{Token: token.Reveal()}
}

// ToKeyPair is for requests only: it reveals the key.
func ToKeyPair(certificate []byte, key, password edo.Secret) *dmspb.KeyPair {
	return &dmspb.KeyPair{Certificate: certificate, Key: []byte(key.Reveal()), Password: password.Reveal()}
}
