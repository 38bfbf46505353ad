package contract

// Namespaces of the wire.
const (
	NSEnvelope = "http://schemas.xmlsoap.org/soap/envelope/"
	NSService  = "http://synerdocs.ru"
	NSModel    = "http://schemas.datacontract.org/2004/07/Midway.ObjectModel"
	NSFault    = "http://schemas.datacontract.org/2004/07/Midway.ObjectModel.Exceptions"
	NSArrays   = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
	NSSerial   = "http://schemas.microsoft.com/2003/10/Serialization/"
	NSInstance = "http://www.w3.org/2001/XMLSchema-instance"
	NSSchema   = "http://www.w3.org/2001/XMLSchema"
	NSNet      = "http://schemas.datacontract.org/2004/07/System.ServiceModel"
)

// ActionPrefix precedes the operation name in the SOAPAction header.
const ActionPrefix = "http://synerdocs.ru/IExchangeService/"

// operationTable lists the operations in use: parameters in wire order, then the result. The notation of names is that of
// typeTable.
const operationTable = `
Authenticate(login string?, password string?, applicationId string?) string?
AuthenticateWithCertificate(certHash string?, applicationId string?) string?
GetVersion() string?
GetBoxes(authToken string?) []BoxInfo?
GetOrganizationListByInnKpp(authToken string?, inn string?, kpp string?) []Organization?
GetSpecialOperatorInfo(authToken string?) SubjectInfo?
SendMessage(authToken string?, message Message?) SentMessage?
GetDocumentEntries(authToken string?, options DocumentEntryOptions?) DocumentEntryList?
GetDocumentContent(authToken string?, boxId string?, documentId string?) base64?
GetFullDocumentInfo(authToken string?, boxId string?, documentId string?, requestParams FullDocumentInfoRequestParams?) FullDocumentInfo?
PrintDocument(credentials EmployeeOperationCredentials?, request DocumentPrintingRequest?) DocumentPrintingResponse?
DownloadPdfDocument(authToken string?, boxId string?, documentId string?) NamedContent?
`

// typeTable lists the types in use, members in wire order: base members first, then own, each sorted by byte order.
//
//	Name [: Base]      a type, with the type it extends
//	  member type      optional, must not be nil
//	  member type?     optional, may be nil
//	  member type!     must be present; type!? must be present and may be nil
//
// []X is an array of X, arr:string and arr:base64 arrays of simple values in the namespace of arrays. Types that only travel from the service
// name the members that the stand-in writes; types that clients write are complete.
const typeTable = `
Message
  Documents []Document?
  From string?
  FromDepartment string?
  Id string?
  Recipients []MessageRecipient?
  SentDate dateTime
  Signs []Sign?
  SimpleSignatures []SimpleSignature?
  To string?
  ToDepartment string?

Document
  Card base64?
  Comment string?
  Content base64?
  CustomField string?
  Date dateTime?
  DocumentFlowParticipants []DocumentFlowParticipantShortInfo?
  DocumentType DocumentType
  DocumentTypeEnum EnumValue?
  DocumentTypeInfo DocumentTypeInfo?
  FileName string?
  FileSize int
  FromBoxId string?
  Id string?
  IsDeleted boolean
  IsLegitimate boolean
  Name string?
  NeedReceipt boolean
  NeedSign boolean
  NonLegitimateReasons []NonLegitimateReason?
  NoticeRequired boolean
  Number string?
  ParentDocumentId string?
  RelatedDocumentIds arr:string?
  RootDocumentId string?
  SendOnlyToDocumentFlowParticipants boolean?
  SentDate dateTime?
  SourceDocumentId string?
  Sum decimal?
  UntypedKind string?

DocumentTypeInfo
  DocumentType EnumValue?
  Purposes []EnumValue?
  UntypedKind string?
  VersionNumber int?

EnumValue
  Code int
  Description string?
  Name string?

DocumentTypeEnum : EnumValue
  Value DocumentType?

ContentFormatEnum : EnumValue
  Value ContentFormat?

DocumentFlowParticipantShortInfo
  BoxId string!?
  DepartmentId string!?
  Roles []EnumValue!?

Sign
  DocumentId string?
  From string?
  FromDepartmentId string?
  Id string?
  IsValid boolean
  ParentId string?
  Raw base64?
  SentDate dateTime
  SignatureMark EnumValue?
  Subject string?
  TimeStamp dateTime

MessageRecipient
  DepartmentId string?
  DepartmentName string?
  OrganizationBoxId string?
  OrganizationName string?

MessageRecipientWithStatus : MessageRecipient
  Status DocumentFlowStatus?

SentMessage
  DocumentIds []LocalServerId?
  Log arr:string?
  MessageId string?
  SentDate dateTime
  SignIds []LocalServerId?

LocalServerId
  LocalId string?
  ServiceId string?

SimpleSignature
  AttributesHash base64?
  DocumentHash base64?
  DocumentId string!?
  Id string!?
  IsValid boolean
  Raw base64!?
  Requisites SimpleSignatureRequisites?
  SenderBoxId string?
  SenderDepartmentId string?
  SignatureMark EnumValue?
  SignedAt dateTime
  ValidationCode base64?
  Version string?

SimpleSignatureRequisites
  Comment string?
  Employee SimpleSignatureEmployee!?
  Organization SimpleSignatureOrganization!?

SimpleSignatureEmployee
  CountryCode string?
  Email string!?
  FullName FullName!?
  IdentityDocument string?
  Position string?
  Snils string?

SimpleSignatureOrganization
  Inn string!?
  Kpp string?
  Name string!?
  Ogrn string?
  StateRegistrationCert string?

FullName
  FirstName string?
  LastName string?
  MiddleName string?

BoxInfo
  Address string?
  Inn string?
  InvoiceReglamentAccepted boolean
  InvoiceUserReglamentAccepted boolean
  Kpp string?
  Name string?
  OrganizationId int
  OrganizationName string?
  OrganizationType OrganizationType
  ServiceReglamentAccepted boolean
  SubscriberId guid

Organization
  BoxAddress string?
  ContactAuthType ContactAuthType
  FirstName string?
  Inn string?
  Kpp string?
  LastName string?
  LegalName string?
  MiddleName string?
  Name string?
  Ogrn string?
  OperatorCode string?
  OperatorServiceName string?
  OrganizationId string?
  OrganizationStatus OrganizationStatus
  OrganizationType OrganizationType
  ServiceCode string?
  ServiceReglamentAccepted boolean
  SubscriberId guid

SubjectInfo
  FirstName string?
  Inn string?
  IsJuridical boolean
  IsOperator boolean
  Kpp string?
  LastName string?
  MiddleName string?
  Name string?
  OperatorServiceCode string?
  OrganizationType OrganizationType
  ServiceCode string?

DocumentListOptions
  BoxFrom string?
  BoxTo string?
  ContragentBoxIds arr:string?
  DocumentDateFrom dateTime?
  DocumentDateTo dateTime?
  DocumentNumbers arr:string?
  DocumentRevocationStatuses []DocumentRevocationStatus?
  DocumentSignStatuses []DocumentSignStatus?
  DocumentTypeEnums []EnumValue?
  DocumentTypes []DocumentType?
  ExcludedDocumentTagTypes []EnumValue?
  First int
  From dateTime?
  IncludedDocumentTagTypes []EnumValue?
  InvoiceFlowStatuses []InvoiceFlowStatus?
  Max int
  NeedReceipt boolean?
  To dateTime?

DocumentEntryOptions : DocumentListOptions
  DocumentFlowTypes []DocumentFlowType?
  GoodsTransportWaybillStatuses []GoodsTransportWaybillStatus?
  TransportWaybillStatuses []TransportWaybillStatus?

DocumentEntryList
  Items []DocumentEntryItem?
  Total int

DocumentEntryItem
  AvailableOperations int
  AvailableOperationsV2 arr:string?
  Comment string?
  CustomField string?
  Date dateTime?
  DocumentFlowStatusDescription DocumentFlowStatusDescription?
  DocumentId string?
  DocumentType DocumentType
  DocumentTypeEnum EnumValue?
  DocumentTypeInfo DocumentTypeInfo?
  FlowType FlowType
  Flows []DocumentFlow?
  FromDepartmentId string?
  FromOrganizationName string?
  HasRelatedDocuments boolean
  Id string?
  MessageFrom string?
  MessageId string?
  MultiStatus UntypedDocumentMultiFlowStatus?
  Name string?
  NeedReceipt boolean
  NeedSign boolean
  Number string?
  Recipients []MessageRecipientWithStatus?
  RevocationStatus DocumentRevocationStatus
  SentDate dateTime
  Status DocumentFlowStatus?
  Sum decimal?
  UntypedKind string?

DocumentFlowStatus

UntypedDocumentFlowStatus : DocumentFlowStatus
  AdditionalStatus string?
  DeliveryStatus DocumentDeliveryStatus
  SignStatus DocumentSignStatus

InvoiceDocumentFlowStatus : DocumentFlowStatus
  BuyerFlow InvoiceFlowStatus
  Date dateTime
  IsFinished boolean
  ModificationStatus InvoiceModificationStatus
  Number string?
  SellerFlow InvoiceFlowStatus
  Total decimal

UntypedDocumentMultiFlowStatus
  DeliveredCount int
  MultiDeliveryStatus DocumentMultiDeliveryStatus
  MultiSignStatus DocumentMultiSignStatus
  RecipientsCount int
  SignedCount int

DocumentFlowStatusDescription
  AdditionalStatus string?
  AdditionalStatuses arr:string?
  Status string?

FullDocumentInfoRequestParams
  GetAvailableOperations boolean?
  GetCard boolean
  GetContent boolean
  GetDocumentDeletionState boolean
  GetDocumentFlowParticipantsRoles boolean
  GetRelatedDocuments boolean
  GetRevocationOffers boolean
  GetServiceDocuments boolean
  GetSigns boolean
  UserLogin string?

FullDocumentInfo
  AvailableOperations int
  AvailableOperationsV2 arr:string?
  Comment string?
  CountRelatedDocuments int
  Document Document?
  DocumentFlowStatusDescription DocumentFlowStatusDescription?
  From string?
  FromDepartmentId string?
  FromOrganizationtName string?
  MessageId string?
  MultiStatus UntypedDocumentMultiFlowStatus?
  Recipients []MessageRecipientWithStatus?
  RelatedDocuments []Document?
  RevocationOffers []FullDocumentInfo?
  RevocationStatus DocumentRevocationStatus
  SentDate dateTime
  ServiceDocuments []ServiceDocument?
  Signs []Sign?
  Status DocumentFlowStatus?

OperationCredentials

UserOperationCredentials : OperationCredentials
  AuthToken string!?

EmployeeOperationCredentials : UserOperationCredentials
  BoxAddress string!?

OperationRequest

DocumentPrintingRequest : OperationRequest
  DocumentId string!?

OperationResponse
  Status EnumValue?

DocumentPrintingResponse : OperationResponse
  NamedContent NamedContent?

NamedContent
  Content base64?
  Name string?
`

// enumTable lists the closed enumerations: a value travels as its name.
const enumTable = `
DocumentType Untyped Invoice ServiceInvoiceConfirmation ServiceInvoiceReceipt ServiceInvoiceAmendmentRequest ServiceAmendmentRequest Comment ServiceReceipt InvoiceRevision InvoiceCorrection InvoiceCorrectionRevision WaybillSeller WaybillBuyer ActOfWorkSeller ActOfWorkBuyer ErrorReceipt RevocationOffer WorksTransferSeller WorksTransferBuyer GoodsTransferSeller GoodsTransferBuyer WorksTransferRevisionSeller GoodsTransferRevisionSeller GeneralTransferSeller GeneralTransferBuyer GeneralTransferRevisionSeller GeneralTransferCorrectionSeller GeneralTransferCorrectionBuyer GeneralTransferCorrectionRevisionSeller TransportWaybillConsignorTitle TransportWaybillCargoReceivedTitle TransportWaybillCargoDeliveredTitle TransportWaybillConsigneeTitle TransportWaybillCarrierTitle TransportWaybillDeliveryPlaceChangeTitle TransportWaybillDriverOrVehicleChangeTitle TransportWaybillExpeditorTitle ActOfVarianceBuyer ActOfVarianceSeller GoodsTransportWaybillConsignorTitle GoodsTransportWaybillCargoReceivedTitle GoodsTransportWaybillCargoDeliveredTitle GoodsTransportWaybillConsigneeTitle EdiGeneral EdiOrders EdiOrdrsp EdiDesadv EdiRecadv
NonLegitimateReason NoReason SenderNotAccepted SenderNotAcceptedInvoice ReceiverNotAccepted ReceiverNotAcceptedInvoice SenderUserNotAcceptedInvoice ParentDocumentNotLegitimate SignerCertificateIsNotQualified SignerCertificateIsDemo
DocumentRevocationStatus NoRevocation RevocationAwaited RevocationRequired RevocationRejected RevocationAccepted
DocumentDeliveryStatus RecievedByService SentToRecipient DeliveredToRecipient NotDeliveredToRecipient
DocumentSignStatus NoSignNeeded WaitingForSign Signed SignRejected
InvoiceFlowStatus InvoiceSent InvoiceCharged InvoiceRejected InvoiceNotValid
FlowType SentSigned SentUnsigned SentForward SentInternal
DocumentFlowType SentSigned SentUnsigned SentPrepared SentForward
GoodsTransportWaybillStatus Signed WaitingForCargoReception WaitingForCargoDelivery WaitingForSignByConsignee RejectedByConsignee
TransportWaybillStatus Signed Rejected WaitingForCargoReception WaitingForCargoDelivery WaitingForSignByConsignee WaitingForSignByCarrier RejectedByConsignee RejectedByCarrier
OrganizationType LegalEntity IndividualEntrepreneur Individual
OrganizationStatus Active Test NonActive
ContentFormat Unknown Xml Pdf Json
`

// codeTable lists the codes that a fault may carry, by the advice that the contract gives for them.
const codeTable = `
caller NotFilledRequiredField MessageDoesNotContainReference InvalidFormatField InvalidCardContent InvalidDocumentFormat InvalidDocumentContent InvalidFileName InvalidDocumentType RelationNotAllowed InvalidSourceAddress CyclicParentReferences SendToSelfIsNotAllowed SendFromOtherIsNotAllowed DraftMessageError DocumentConversionError ParentDepartmentDeleted DepartmentHasChild DepartmentCyclicDependency IncorrectParentDepartment DepartmentIsHead DuplicateUser DuplicateBindToOrganization
state WorkflowViolation OperationIsNotAvailable DocumentDoesNotRequireSigning DocumentWasAlreadySigned SignWasAlreadyRejected SignAlreadyExists ForwardIsNotAvailable
retry UnexpectedError SqlException UnknowDocumentFlowError DownloadDocumentFlowArchiveFailed CertificateRevocationStatusUnavailable
permission Unauthorized BoxAccessError AccessDeniedError FeatureDisabled DocumentContentAccessDenied PermissionAlreadyDeleted UserDeleted
signature InvalidCMS SignDoesNotContainCertificate SignIsNotValid CertificatePeriodIsNotValid CertificateIsNotTrusted CertificateIsRevoked CertificateHasNotValidAttributesAndExtensions CertificateParsingFailed DuplicateCertificate SimpleSignatureInvalid InvalidSimpleSignatureFormat InvalidSimpleSignatureAttributes InvalidSimpleSignatureDocument SimpleSignatureDisabled SimpleSignatureRegulationNotAccepted SimpleSignatureRegulationAlreadyAccepted SimpleSignatureSnilsNotSpecified SimpleSignatureDocumentTypeNotAllowed SimpleSignatureRegulationOrganizationIsNotActive SimpleSignaturePhoneNotSpecified SimpleSignatureIdentityDocumentNotSpecified
counterparty InvalidDestinationAddress ContragentIsNotAuthorized ContactListError ContactIsNotAuthorized ContactIsAlreadyAuthorized ContactAuthIsAlreadyRequested ContactHasRejectedAuth OrganizationMustBeActive ContactAuthIsRejected AuthorizeContragentError DocumentExchangeIsDenied SendToRoamingIsNotAllowed InvalidRecipientUser DuplicateOrganization
missing InvalidDocumentReference NoDataFound DocumentNotFound ContactAuthRequestNotFound EnhancedSignNotFound DepartmentDeleted DepartmentDoesNotExist PermissionDoesNotExist CertificateNotFound
`
