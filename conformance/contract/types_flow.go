package contract

// The tables of messages both ways, service documents, answers and evidence; their notation is that of typeTable.
const (
	flowOperations = `
SendUnsignedMessage(authToken string?, message UnsignedMessage?) SentMessage?
SendForwardMessage(authToken string?, message ForwardMessage?) SentMessage?
SendInternalMessage(authToken string?, message InternalMessage?) SentMessage?
SignDocument(authToken string?, flowType FlowType, sign Sign?) void
RejectSign(authToken string?, flowType FlowType, rejectSign RejectSign?) void
GetMessages(authToken string?, afterMessageId string?, fromBox string?, toBox string?) []MessageInfo?
GetMessage(authToken string?, boxId string?, messageId string?) Message?
GetMessageWithLoadOptions(authToken string?, boxId string?, messageId string?, requestParams MessageRequestParams?) Message?
GetDocumentList(authToken string?, options DocumentListOptions?) DocumentList?
GetInternalDocuments(authToken string?, options InternalListOptions?) DocumentEntryList?
GetFlowDocumentInfo(authToken string?, boxId string?, documentId string?, requestParams FlowDocumentInfoRequestParams?) FlowDocumentInfo?
GetRequiredNotices(authToken string?, boxId string?, certThumbprint string?) []ServiceNotice?
GetDocumentExecutedFunction(authToken string?, boxId string?, documentId string?) EnumValue?
GenerateDeliveryConfirmation(authToken string?, boxId string?, documentId string?) NamedContent?
GenerateDeliveryConfirmationV2(authToken string?, boxId string?, documentId string?, certThumbprint string?) NamedContent?
GenerateAmendmentRequest(authToken string?, boxId string?, documentId string?, text string?) NamedContent?
GenerateAmendmentRequestV2(authToken string?, boxId string?, documentId string?, certThumbprint string?, text string?) NamedContent?
GenerateInvoiceReceipt(authToken string?, boxId string?, documentId string?) NamedContent?
GenerateInvoiceReceiptV2(authToken string?, boxId string?, documentId string?, certThumbprint string?) NamedContent?
GenerateInvoiceAmendmentRequest(authToken string?, boxId string?, documentId string?, text string?) NamedContent?
GenerateInvoiceAmendmentRequestV2(authToken string?, boxId string?, documentId string?, certThumbprint string?, text string?) NamedContent?
GenerateRevocationOffer(authToken string?, boxId string?, documentId string?, comment string?, signerInfo SignerInfo?) NamedContent?
DownloadDocumentFlowArchive(authToken string?, boxId string?, documentId string?) NamedContent?
DownloadDocumentFlowArchiveWithoutInformationReceipt(authToken string?, boxId string?, documentId string?) NamedContent?
GetEnhancedSign(authToken string?, boxId string?, sign base64?) EnhancedSign?
GetEnhancedSignById(authToken string?, boxId string?, signId string?) EnhancedSign?
`

	flowTypes = `
MessageInfo
  From string?
  FromDepartment string?
  Id string?
  MessageRecipients []MessageRecipient?
  Recipients arr:string?
  To string?

MessageRequestParams
  GetDocumentContent boolean
  GetSignContent boolean

UnsignedMessage
  Documents []Document?
  From string?
  FromDepartment string?
  Recipients []MessageRecipient?

ForwardMessage
  Documents []Document?
  ForwardDocuments []ForwardDocument?
  From string?
  FromDepartment string?
  Recipients []MessageRecipient?
  Signs []Sign?
  SimpleSignatures []SimpleSignature?

ForwardDocument
  Comment string?
  NeedSign boolean
  OriginalDocumentId string?

InternalMessage
  BoxId string?
  Documents []Document?
  FromDepartment string?
  Id string?
  Recipients []InternalMessageRecipient?
  Signs []Sign?
  SimpleSignatures []SimpleSignature?

InternalMessageRecipient
  DepartmentId string?
  DepartmentName string?
  UserLogin string?

RejectSign
  Comment string!?
  DocumentId string!?
  From string!?
  FromDepartmentId string?

DocumentList
  Items []DocumentListEntry?
  Total int

DocumentListEntry
  AvailableOperations int
  AvailableOperationsV2 arr:string?
  Comment string?
  Date dateTime?
  DocumentFlowStatusDescription DocumentFlowStatusDescription?
  DocumentType DocumentType
  DocumentTypeEnum EnumValue?
  DocumentTypeInfo DocumentTypeInfo?
  FromDepartmentId string?
  FromOrganizationName string?
  HasRelatedDocuments boolean
  Id string?
  MessageFrom string?
  MessageId string?
  MultiStatus UntypedDocumentMultiFlowStatus?
  Name string?
  NeedReceipt boolean
  Number string?
  Recipients []MessageRecipientWithStatus?
  RevocationStatus DocumentRevocationStatus
  SentDate dateTime
  Status DocumentFlowStatus?
  Sum decimal?
  UntypedKind string?

InternalListOptions
  BoxId string?
  DocumentDateFrom dateTime?
  DocumentDateTo dateTime?
  DocumentNumbers arr:string?
  DocumentSignStatuses []DocumentSignStatus?
  ExcludeUnavailable boolean?
  First int
  From dateTime?
  Max int
  RecipientDepartmentIds arr:string?
  RecipientUserLogins arr:string?
  SenderDepartmentIds arr:string?
  To dateTime?

FlowDocumentInfoRequestParams : FullDocumentInfoRequestParams
  FlowResult DocumentFlowResultMode
  GetEntries boolean
  GetRelatedUnsigned boolean

FlowDocumentInfo : FullDocumentInfo
  Entries []DocumentEntry?
  FlowType FlowType
  Flows []DocumentFlow?

DocumentEntry
  Comment string?
  DepartmentId string?
  DocumentFlowStatusDescription DocumentFlowStatusDescription?
  DocumentId string?
  FlowType FlowType
  Flows []DocumentFlow?
  Id string?
  NeedReceipt boolean
  NeedSign boolean
  OrganizationBox string?
  OrganizationName string?
  SentDate dateTime

DocumentFlow
  Comment string?
  FlowDate dateTime
  FlowType FlowType
  Id string?
  ReceiveDate dateTime?
  RecipientDepartment OrganizationStructureElement?
  RecipientOrganization Organization?
  RecipientSign Sign?
  RecipientStatus RecipientFlowStatus
  RejectDate dateTime?
  SenderDepartment OrganizationStructureElement?
  SenderOrganization Organization?
  SenderSign Sign?
  SenderStatus SenderFlowStatus
  SignDate dateTime?

ServiceDocument : Document
  From string?
  FromDepartmentId string?
  IsValidSign boolean
  Recipients []MessageRecipient?
  SignDate dateTime
  SignId string?
  SignRaw base64?
  TimeStamp dateTime
  To string?
  ToDepartmentId string?

ServiceNotice
  Content base64?
  DocumentType DocumentType
  DocumentTypeInfo DocumentTypeInfo?
  FromBoxId string?
  FromDepartmentId string?
  Name string?
  ParentDocumentId string?
  ParentDocumentIsLegitimate boolean
  ParentDocumentType DocumentType
  Recipients []MessageRecipient?
  ToBoxId string?
  ToDepartmentId string?

SignerInfo
  FirstName string?
  Inn string?
  IsJuridical boolean
  LastName string?
  MiddleName string?
  OrganizationType OrganizationType
  Position string?
  StateRegistrationCert string?

EnhancedSign
  CreateStatus EnhancedSignCreateStatus
  CreateTime dateTime
  FailedInfo EnhancingSignFailedInfo?
  Raw base64?

EnhancingSignFailedInfo
  Message string?
  Reason EnhancedSignFailedReason
`

	flowEnums = `
InvoiceModificationStatus Unchanged Revised Corrected
DocumentMultiDeliveryStatus RecievedByService SentToRecipients DeliveredToRecipients NotDeliveredToRecipients PartlyDeliveredToRecipients
DocumentMultiSignStatus NoSignNeeded WaitingForSign Signed SignRejected PartlySigned
DocumentFlowResultMode None FlowOnly FullInfo
SenderFlowStatus SentSigned SentUnsigned
RecipientFlowStatus NoSignNeeded SignRequested SignReceived SignRejected
EnhancedSignCreateStatus InProgress Success Failed
EnhancedSignFailedReason SignerCertificateIsRevoked OtherCertificateIsRevoked RevocationInfoUnavailable Other
`
)
