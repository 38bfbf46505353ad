package synerdocs

import "github.com/edokit/edokit/edo"

// badRequests are faults of the caller.
func badRequests() codes {
	return codes{
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
	}
}

// conflicts are faults of a flow that has moved on.
func conflicts() codes {
	return codes{
		"WorkflowViolation":             {edo.Refused, readState, edo.OperatorRefused, false},
		"OperationIsNotAvailable":       {edo.Refused, readState, edo.OperatorRefused, true},
		"DocumentDoesNotRequireSigning": {edo.Refused, readState, edo.OperatorRefused, true},
		"DocumentWasAlreadySigned":      {edo.Refused, readState, edo.OperatorRefused, false},
		"SignWasAlreadyRejected":        {edo.Refused, readState, edo.OperatorRefused, false},
		"SignAlreadyExists":             {edo.Refused, readState, edo.OperatorRefused, false},
		"ForwardIsNotAvailable":         {edo.Refused, readState, edo.OperatorRefused, true},
	}
}

// passing faults go away by themselves.
func passing() codes {
	return codes{
		"UnexpectedError":                        {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
		"SqlException":                           {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
		"UnknowDocumentFlowError":                {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
		"DownloadDocumentFlowArchiveFailed":      {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
		"CertificateRevocationStatusUnavailable": {edo.Unavailable, tryLater, edo.OperatorUnavailable, false},
	}
}

// rights are faults of the login and of what it may do.
func rights() codes {
	return codes{
		"Unauthorized":                {edo.Denied, logInAgain, edo.LoginRefused, true},
		"BoxAccessError":              {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"AccessDeniedError":           {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"FeatureDisabled":             {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"DocumentContentAccessDenied": {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"PermissionAlreadyDeleted":    {edo.Denied, fixAccess, edo.OperatorRefused, true},
		"UserDeleted":                 {edo.Denied, fixAccess, edo.LoginRefused, true},
	}
}

// signatures are faults of signatures and certificates.
func signatures() codes {
	return codes{
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
	}
}

// relations are faults of the counterparty and of the agreement with it.
func relations() codes {
	return codes{
		"InvalidDestinationAddress":     {edo.Refused, fixRelation, edo.CounterpartyUnknown, true},
		"ContragentIsNotAuthorized":     {edo.Refused, fixRelation, edo.CounterpartyInactive, true},
		"ContactListError":              {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"ContactIsNotAuthorized":        {edo.Refused, fixRelation, edo.CounterpartyInactive, true},
		"ContactIsAlreadyAuthorized":    {edo.Refused, alreadyThere, edo.OperatorRefused, true},
		"ContactAuthIsAlreadyRequested": {edo.Refused, alreadyThere, edo.OperatorRefused, true},
		"ContactHasRejectedAuth":        {edo.Refused, fixRelation, edo.CounterpartyBlocked, true},
		"OrganizationMustBeActive":      {edo.Refused, fixRelation, edo.CounterpartyInactive, true},
		"ContactAuthIsRejected":         {edo.Refused, fixRelation, edo.CounterpartyBlocked, true},
		"AuthorizeContragentError":      {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"DocumentExchangeIsDenied":      {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"SendToRoamingIsNotAllowed":     {edo.Refused, fixRelation, edo.OperatorRefused, true},
		"InvalidRecipientUser":          {edo.Refused, fixRelation, edo.CounterpartyUnknown, true},
		"DuplicateOrganization":         {edo.Refused, alreadyThere, edo.CounterpartyKnown, true},
	}
}

// absent is what a call names and the operator does not have.
func absent() codes {
	return codes{
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
