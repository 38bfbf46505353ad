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

// Reasons of a printed form that did not become a second version.
const (
	FormNotReady  Reason = "form-not-ready"
	FormNever     Reason = "form-never"
	FormNotPDF    Reason = "form-not-pdf"
	FormTruncated Reason = "form-truncated"
	FormOriginal  Reason = "form-equals-original"
	FormTooLarge  Reason = "form-too-large"
)
