package contract

// The tables of logins, boxes, organisations, registration and contacts; their notation is that of typeTable.
const (
	peopleOperations = `
AuthenticateWithCertificate2(certHash string?, applicationId string?) base64?
AuthenticateWithCertificateAndPassword(thumbprint string?, password string?, applicationId string?) string?
AuthenticateWithIdentityToken(identityToken string?, applicationId string?) string?
AuthenticateWithAccessToken(accessToken string?, applicationId string?) string?
CheckCertificates(thumbprints arr:string?) arr:string?
GetUserInfo(authToken string?, boxId string?) User?
GetBoxCertificates(authToken string?) []BoxCertificate?
GetInnKppNameByBoxId(token string?, boxId string?) InnKppName?
GetSubjectInfo(authToken string?, subjectBoxId string?) SubjectInfo?
AcceptRegulation(authToken string?, boxId string?, acceptRegulation boolean) boolean
HasQualifiedCertificate(authToken string?, contragentBoxId string?) boolean
CanSendInvoice(authToken string?, certHash string?) boolean
GetOrganizationByInnKpp(authToken string?, inn string?, kpp string?) Organization?
GetOrganizationBy(authToken string?, boxId string?, criteria OrganizationByCriteria, values OrganizationByCriteriaValues?) Organization?
RegisterSubscriber(request RegistrationRequest?) RegistrationResponse?
CreateNonActiveSubscriber(authToken string?, request NonActiveSubscriberCreationRequest?) NonActiveSubscriberCreationResponse?
GetCertificateSubjectInfo(certificate base64?) QualifiedX509Name?
CheckQualifiedCertificate(certificate base64?) CertificateValidationResult?
SearchContacts(authToken string?, contactSearchOptions ContactSearchOptions?) ContactSearchResult?
GetContact(authToken string?, organizationId int, contragentId int) Contact?
SendAuthRequest(authToken string?, organizationId int, contragentId int, comment string?) void
AcceptAuthRequest(authToken string?, organizationId int, contragentId int, comment string?) void
RejectAuthRequest(authToken string?, organizationId int, contragentId int, comment string?) void
CancelAuthRequest(authToken string?, organizationId int, contragentId int, comment string?) void
DeleteContact(authToken string?, organizationId int, contragentId int, comment string?) void
GetOrganizationStructure(authToken string?, boxId string?, organizationId string?) []OrganizationStructureElement?
OrganizationStructureHasSingleElement(authToken string?, organizationId string?) boolean
GetOrganizationStructureElementChildren(authToken string?, organizationId string?, orgStructureElementId string?) []OrganizationStructureElement?
GetDepartmentEmployees(authToken string?, boxId string?, departmentId string?) []User?
`

	peopleTypes = `
InnKppName
  Inn string?
  Kpp string?
  Name string?

Address
  AddressId string?
  AddressLocationType EnumValue?
  Apartment string?
  Building string?
  City string?
  CountryCode string?
  District string?
  ForeignStreetAddress string?
  House string?
  IsForeign boolean
  Locality string?
  PostOfficeBox string?
  PostalCode string?
  RegionCode string?
  StateRegistryCode string?
  Street string?

OrganizationAddress : Address
  AddressType AddressType

OrganizationByCriteriaValues
  BoxAddress string?
  Inn string?
  Kpp string?
  OperatorCode string?
  OrganizationId string?
  ServiceCode string?
  UserLogin string?

Contact
  Comment string?
  ContactStatus ContactStatus
  ContragentId int
  ContragentInn string?
  ContragentKpp string?
  ContragentName string?
  Date dateTime
  OperatorCode string?

ContactSearchOptions
  ContactStatus ContactStatus
  From int
  IncludeNonActive boolean
  Max int
  OrganizationId int
  SearchString string?

ContactSearchResult
  Items []ContactSearchItem?
  TotalCount int

ContactSearchItem
  BoxAddress string?
  Comment string?
  ContragentId int
  ContragentInn string?
  ContragentIsForeignCompany boolean
  ContragentKpp string?
  ContragentName string?
  ContragentServiceCode string?
  Date dateTime?
  InvoiceReglamentAccepted boolean
  OperatorCode string?
  OperatorServiceName string?
  OrganizationStatus OrganizationStatus
  OrganizationType OrganizationType
  ServiceReglamentAccepted boolean
  Status ContactStatus

User
  Certificate Certificate?
  Comment string?
  CountryCode string?
  DepartmentId string?
  DepartmentName string?
  DepartmentSubElementsAccess boolean
  Email string?
  FirstName string?
  Id guid
  IdentityDocument string?
  InvoiceReglamentAccepted boolean
  IsAdmin boolean
  LastName string?
  Login string?
  MiddleName string?
  OrganizationId string?
  OrganizationName string?
  Position string?
  Snils string?
  State boolean
  Tel string?
  TimeZone string?

UserInfo
  Comment string?
  CountryCode string?
  Email string?
  FirstName string?
  Id guid
  IdentityDocument string?
  LastName string?
  Login string?
  MiddleName string?
  Phone string?
  Skype string?
  Snils string?
  TimeZone string?

Certificate
  CertificateId int
  ExpiryDate dateTime
  IsTest boolean
  IssuerName string?
  LegalPerson string?
  Login string?
  OrganizationId string?
  PublicKey base64?
  QualifiedCertificate boolean
  Raw base64?
  SerialNumber string?
  SignatureAlgorithm string?
  StartDate dateTime
  Thumbprint string?

BoxCertificate
  Address string?
  CommonName string?
  IsQualified boolean
  Thumbprint string?

CertificateValidationResult
  CommonStatus CertificateValidationStatus
  FieldValidationResults []CertificateFieldValidationResult?

CertificateFieldValidationResult
  Field string?
  Message string?
  Status CertificateValidationStatus

X509NameInfo
  CommonName string?
  Email string?
  Inn string?
  Ogrn string?
  OrganizationName string?
  Position string?

QualifiedX509Name : X509NameInfo
  Apartment string?
  Building string?
  CountryCode string?
  Department string?
  FirstName string?
  House string?
  Ifns string?
  Kpp string?
  LastName string?
  Location string?
  MiddleName string?
  PostalCode string?
  Region NameCodeObject?
  Snils string?
  Street string?
  Type EnumValue?

NameCodeObject
  Code string?
  Name string?

Bank
  Bik string?
  Name string?

BankAccount
  Bank Bank?
  CorrespondentAccount string?
  PaymentAccount string?

DepartmentShortInfo
  AdditionalInfo string?
  Code string?
  Id string?
  Kpp string?
  Name string?
  ParentId string?

DepartmentRegistrationData : DepartmentShortInfo

SettingValue
  ValueText string!?
  ValueType EnumValue?

SettingData
  SettingType EnumValue!?
  Value SettingValue!?

OrganizationRegistrationData
  Addresses []OrganizationAddress?
  BankAccount BankAccount?
  ContactAuthType EnumValue?
  ContactPerson string?
  Fax string?
  FirstName string?
  Ifns string?
  Inn string?
  IsForeignCompany boolean
  Kpp string?
  LastName string?
  LegalName string?
  MiddleName string?
  Name string?
  Ogrn string?
  OrganizationType EnumValue?
  Phone string?
  StateRegistrationCert string?

UserRegistrationData : UserInfo
  Certificate base64?
  DepartmentId string?
  IsAdmin boolean
  Password string?
  Position string?
  Settings []SettingData?

RegistrationRequest
  ApplicationId string?
  Departments []DepartmentRegistrationData?
  Organization OrganizationRegistrationData?
  PromoCodes arr:string?
  ServiceReglamentAccepted boolean
  Users []UserRegistrationData?

ModelValidationMessage
  Category EnumValue?
  Status EnumValue?
  Text string?

ModelValidationResult
  Fields []ModelValidationResult?
  Messages []ModelValidationMessage?
  Name string?
  Status EnumValue?

Employee
  Certificate Certificate?
  Id string?
  InvoiceReglamentAccepted boolean
  IsAdmin boolean
  IsDeleted boolean
  OrganizationBoxId string?
  Position string?
  User UserInfo?

RegisteredData
  Employees []Employee?
  Organization Organization?

RegistrationResponse
  Code EnumValue?
  Result RegisteredData?
  ValidationResult ModelValidationResult?

NonActiveSubscriberCreationRequest
  ContactPerson string?
  Emails arr:string?
  FirstName string?
  Inn string?
  Kpp string?
  LastName string?
  MiddleName string?
  Name string?
  OrganizationType EnumValue?
  Phone string?

OrganizationShortInfo
  FirstName string?
  Inn string?
  Kpp string?
  LastName string?
  MiddleName string?
  Name string?
  OrganizationBoxId string?
  OrganizationType EnumValue?
  Phone string?

NonActiveSubscriber : OrganizationShortInfo
  ContactPerson string?
  Emails arr:string?

NonActiveSubscriberCreationResponse
  Code EnumValue?
  Result NonActiveSubscriber?
  ValidationResult ModelValidationResult?

OrganizationStructureElement
  AdditionalInfo string?
  Code string?
  Id string?
  IsDeleted boolean
  IsHidden boolean
  Kpp string?
  Name string?
  OrganizationId string?
  ParentId string?
`

	peopleEnums = `
ContactStatus NonAuthorized Active Deleted OutgoingAuthRequest IncomingAuthRequest AuthRejected NonActive OutgoingAuthRejected OutgoingAuthCancelled IncomingAuthCancelled
ContactAuthType Manual Accept Reject
OrganizationByCriteria ById ByInnKpp ByBoxAddress ByServiceCode
AddressType Legal Mailing Registration
CertificateValidationStatus Unavailable Success Error Warning
`
)
