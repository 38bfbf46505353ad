package edo

// Reason is the stable code of an error or of a state, kept in rows and shown to hosts. It is a target for errors.Is.
type Reason string

func (r Reason) Error() string { return string(r) }

// Reasons of a refused or failed package.
const (
	IDMissing            Reason = "id-missing"
	IDMalformed          Reason = "id-malformed"
	IDRepeated           Reason = "id-repeated"
	DigestMalformed      Reason = "digest-malformed"
	PackageEmpty         Reason = "package-empty"
	PackageTooMany       Reason = "package-too-many-documents"
	PackageTooLarge      Reason = "package-too-large"
	PackageDiffers       Reason = "package-id-taken"
	DocumentEmpty        Reason = "document-empty"
	DocumentChanged      Reason = "document-changed"
	NameMalformed        Reason = "name-malformed"
	TextMalformed        Reason = "text-malformed"
	INNMalformed         Reason = "inn-malformed"
	KPPMalformed         Reason = "kpp-malformed"
	UserNotAllowed       Reason = "user-not-allowed"
	SubscriberUnknown    Reason = "subscriber-unknown"
	SubscriberDisabled   Reason = "subscriber-disabled"
	SignerMissing        Reason = "signer-missing"
	SignerUnknown        Reason = "signer-unknown"
	SignerExpired        Reason = "signer-expired"
	SignerAbsent         Reason = "signer-absent"
	SignerNotAuthorised  Reason = "signer-not-authorised"
	SignatureMalformed   Reason = "signature-malformed"
	SignatureInvalid     Reason = "signature-invalid"
	SignatureExpired     Reason = "signature-certificate-expired"
	SignatureUnverified  Reason = "signature-cannot-be-verified"
	CounterpartyUnknown  Reason = "counterparty-unknown"
	CounterpartyMany     Reason = "counterparty-many"
	CounterpartyInactive Reason = "counterparty-inactive"
	SendToSelf           Reason = "send-to-self"
	LoginRefused         Reason = "login-refused"
	LoginLimited         Reason = "login-limited"
	OperatorRefused      Reason = "operator-refused"
	OperatorUnavailable  Reason = "operator-unavailable"
	AnswerUnreadable     Reason = "answer-unreadable"
	AnswerLost           Reason = "answer-lost"
	LeaseLost            Reason = "lease-lost"
	ContentMissing       Reason = "content-missing"
	AccountChanged       Reason = "account-changed"
	DecisionNeeded       Reason = "decision-needed"
	Interrupted          Reason = "interrupted"
)

// Reasons around counterparties, inbound documents and answers.
const (
	CounterpartyKnown    Reason = "counterparty-known"
	CounterpartyPending  Reason = "counterparty-pending"
	CounterpartyBlocked  Reason = "counterparty-forbidden"
	FlowUnknown          Reason = "flow-unknown"
	SumMalformed         Reason = "sum-malformed"
	ClockSkew            Reason = "clock-skew"
	BoxForeign           Reason = "box-foreign"
	BoxMissing           Reason = "box-missing"
	RulesNotAccepted     Reason = "rules-not-accepted"
	ContentClosed        Reason = "content-closed"
	AnswerUnknown        Reason = "answer-unknown"
	AnswerNotOffered     Reason = "answer-not-offered"
	TextMissing          Reason = "text-missing"
	SignatureAwaited     Reason = "signature-awaited"
	SignatureRefused     Reason = "signature-refused"
	SignatureForeign     Reason = "signature-by-another"
	TaskEnded            Reason = "task-ended"
	ConsentMissing       Reason = "consent-missing"
	AttachmentsWrong     Reason = "attachments-wrong"
	ReplyToAnother       Reason = "reply-to-another"
	ReplyNeedsReason     Reason = "reply-needs-reason"
	RequestUnknown       Reason = "request-unknown"
	AdministratorMissing Reason = "administrator-missing"
	CertificateForeign   Reason = "certificate-of-another"
	EvidenceNotReady     Reason = "evidence-not-ready"
	DeliveryFailed       Reason = "delivery-failed"
)

// Reasons of a printed form that did not become a second version.
const (
	FormNotReady  Reason = "form-not-ready"
	FormNever     Reason = "form-never"
	FormNotPDF    Reason = "form-not-pdf"
	FormTruncated Reason = "form-truncated"
	FormOriginal  Reason = "form-equals-original"
	FormTooLarge  Reason = "form-too-large"
)
