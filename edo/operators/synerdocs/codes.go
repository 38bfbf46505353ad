package synerdocs

import "github.com/edokit/edokit/edo"

// class is what the contract advises to do about a fault code (5.5). It decides the remedy that people read and
// whether the session logs in again.
type class uint8

const (
	fixRequest    class = iota // the request is wrong; never repeat it as it is
	readState                  // the flow has moved on; may mean "already done"
	tryLater                   // the service failed; for a send only after asking whether it arrived
	logInAgain                 // the token is not valid
	fixAccess                  // rights or settings of the login or the box
	fixSignature               // signature or certificate
	fixRelation                // the relation with the counterparty
	alreadyThere               // what was asked for exists
	lookElsewhere              // what was named does not exist
	unknownClass               // a code that the contract does not list
)

// verdict is what one code means.
type verdict struct {
	kind     edo.Kind // of a definite fault, and of any fault of a call without effect
	class    class
	reason   edo.Reason
	definite bool // the operator has certainly not accepted the message that it answers
}

// codes is the table of all fault codes (contract 5.5). Two columns are ours to answer for:
//
//   - definite is false wherever the message, or an earlier copy of it, may be at the operator: failures of the service
//     itself, and the faults that say "this was already done" or may mean it;
//   - Refused is the operator's verdict on people, certificates and relations, Invalid its verdict on the request,
//     Denied its verdict on the login; all three are settled before anything is accepted.
func codes() map[string]verdict {
	return map[string]verdict{
		// Caller bug.
		"NotFilledRequiredField":         {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"MessageDoesNotContainReference": {edo.Invalid, fixRequest, edo.PackageEmpty, true},
		"InvalidFormatField":             {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"InvalidCardContent":             {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"InvalidDocumentFormat":          {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"InvalidDocumentContent":         {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"InvalidFileName":                {edo.Invalid, fixRequest, edo.NameMalformed, true},
		"InvalidDocumentType":            {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"RelationNotAllowed":             {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"InvalidSourceAddress":           {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"CyclicParentReferences":         {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"SendToSelfIsNotAllowed":         {edo.Invalid, fixRequest, edo.SendToSelf, true},
		"SendFromOtherIsNotAllowed":      {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"DraftMessageError":              {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"DocumentConversionError":        {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"ParentDepartmentDeleted":        {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"DepartmentHasChild":             {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"DepartmentCyclicDependency":     {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"IncorrectParentDepartment":      {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"DepartmentIsHead":               {edo.Invalid, fixRequest, edo.OperatorRefused, true},
		"DuplicateUser":                  {edo.Invalid, alreadyThere, edo.OperatorRefused, true},
		"DuplicateBindToOrganization":    {edo.Invalid, alreadyThere, edo.OperatorRefused, true},

		// State conflict.
		"WorkflowViolation":             {edo.Refused, readState, edo.OperatorRefused, false},
		"OperationIsNotAvailable":       {edo.Refused, readState, edo.OperatorRefused, true},
		"DocumentDoesNotRequireSigning": {edo.Refused, readState, edo.OperatorRefused, true},
		"DocumentWasAlreadySigned":      {edo.Refused, readState, edo.OperatorRefused, false},
		"SignWasAlreadyRejected":        {edo.Refused, readState, edo.OperatorRefused, false},
		"SignAlreadyExists":             {edo.Refused, readState, edo.OperatorRefused, false},
		"ForwardIsNotAvailable":         {edo.Refused, readState, edo.OperatorRefused, true},

		// Retryable.
		"UnexpectedError":                        {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
		"SqlException":                           {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
		"UnknowDocumentFlowError":                {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
		"DownloadDocumentFlowArchiveFailed":      {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
		"CertificateRevocationStatusUnavailable": {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},

		// Permission and session.
		"Unauthorized":                {edo.Denied, logInAgain, edo.LoginRefused, true},
		"BoxAccessError":              {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"AccessDeniedError":           {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"FeatureDisabled":             {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"DocumentContentAccessDenied": {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"PermissionAlreadyDeleted":    {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"UserDeleted":                 {edo.Denied, fixAccess, edo.LoginRefused, true},

		// Signature or certificate.
		"InvalidCMS":                                       {edo.Refused, fixSignature, edo.SignatureMalformed, true},
		"SignDoesNotContainCertificate":                    {edo.Refused, fixSignature, edo.SignatureMalformed, true},
		"SignIsNotValid":                                   {edo.Refused, fixSignature, edo.SignatureInvalid, true},
		"CertificatePeriodIsNotValid":                      {edo.Refused, fixSignature, edo.SignatureExpired, true},
		"CertificateIsNotTrusted":                          {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"CertificateIsRevoked":                             {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"CertificateHasNotValidAttributesAndExtensions":    {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"CertificateParsingFailed":                         {edo.Refused, fixSignature, edo.SignatureMalformed, true},
		"DuplicateCertificate":                             {edo.Refused, alreadyThere, edo.OperatorRefused, true},
		"SimpleSignatureInvalid":                           {edo.Refused, fixSignature, edo.SignatureInvalid, true},
		"InvalidSimpleSignatureFormat":                     {edo.Refused, fixSignature, edo.SignatureMalformed, true},
		"InvalidSimpleSignatureAttributes":                 {edo.Refused, fixSignature, edo.SignatureMalformed, true},
		"InvalidSimpleSignatureDocument":                   {edo.Refused, fixSignature, edo.SignatureInvalid, true},
		"SimpleSignatureDisabled":                          {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"SimpleSignatureRegulationNotAccepted":             {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"SimpleSignatureRegulationAlreadyAccepted":         {edo.Refused, alreadyThere, edo.OperatorRefused, true},
		"SimpleSignatureSnilsNotSpecified":                 {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"SimpleSignatureDocumentTypeNotAllowed":            {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"SimpleSignatureRegulationOrganizationIsNotActive": {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"SimpleSignaturePhoneNotSpecified":                 {edo.Refused, fixSignature, edo.OperatorRefused, true},
		"SimpleSignatureIdentityDocumentNotSpecified":      {edo.Refused, fixSignature, edo.OperatorRefused, true},

		// Counterparty.
		"InvalidDestinationAddress":     {edo.Refused, fixRelation, edo.CounterpartyUnknown, true},
		"ContragentIsNotAuthorized":     {edo.Refused, fixRelation, edo.CounterpartyInactive, true},
		"ContactListError":              {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"ContactIsNotAuthorized":        {edo.Refused, fixRelation, edo.CounterpartyInactive, true},
		"ContactIsAlreadyAuthorized":    {edo.Refused, alreadyThere, edo.OperatorRefused, true},
		"ContactAuthIsAlreadyRequested": {edo.Refused, alreadyThere, edo.OperatorRefused, true},
		"ContactHasRejectedAuth":        {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"OrganizationMustBeActive":      {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"ContactAuthIsRejected":         {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"AuthorizeContragentError":      {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"DocumentExchangeIsDenied":      {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"SendToRoamingIsNotAllowed":     {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"InvalidRecipientUser":          {edo.Refused, fixRelation, edo.CounterpartyUnknown, true},
		"DuplicateOrganization":         {edo.Refused, alreadyThere, edo.OperatorRefused, true},

		// Not found.
		"InvalidDocumentReference":   {edo.NotFound, lookElsewhere, edo.OperatorRefused, true},
		"NoDataFound":                {edo.NotFound, lookElsewhere, edo.OperatorRefused, true},
		"DocumentNotFound":           {edo.NotFound, lookElsewhere, edo.OperatorRefused, true},
		"ContactAuthRequestNotFound": {edo.NotFound, lookElsewhere, edo.OperatorRefused, true},
		"EnhancedSignNotFound":       {edo.NotFound, tryLater, edo.OperatorRefused, true},
		"DepartmentDeleted":          {edo.NotFound, lookElsewhere, edo.OperatorRefused, true},
		"DepartmentDoesNotExist":     {edo.NotFound, lookElsewhere, edo.OperatorRefused, true},
		"PermissionDoesNotExist":     {edo.NotFound, lookElsewhere, edo.OperatorRefused, true},
		"CertificateNotFound":        {edo.NotFound, lookElsewhere, edo.OperatorRefused, true},
	}
}

// remedy is what a person may do about a class.
func (c class) remedy() string {
	switch c {
	case fixRequest:
		return "correct the request"
	case readState:
		return "look at the document's state at the operator"
	case tryLater:
		return "try again later"
	case logInAgain:
		return "check the login"
	case fixAccess:
		return "have the operator or your administrator check the rights of this login and box"
	case fixSignature:
		return "sign again with a certificate that the operator accepts"
	case fixRelation:
		return "check the counterparty's address and the agreement to exchange documents with it"
	case alreadyThere:
		return "nothing to do: it exists already"
	case lookElsewhere:
		return "check the id"
	}
	return "look at the message log"
}

// codeOf looks a code up; one that is not listed proves nothing about a send.
func codeOf(code string) verdict {
	if v, ok := codes()[code]; ok {
		return v
	}
	return verdict{edo.Unavailable, unknownClass, edo.AnswerUnreadable, false}
}
