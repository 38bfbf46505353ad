package synerdocs

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// contractCodes is the list of the contract (5.5), copied by hand, group by group. It has 85 names; so has the schema.
const contractCodes = `
NotFilledRequiredField MessageDoesNotContainReference InvalidFormatField InvalidCardContent InvalidDocumentFormat
InvalidDocumentContent InvalidFileName InvalidDocumentType RelationNotAllowed InvalidSourceAddress CyclicParentReferences
SendToSelfIsNotAllowed SendFromOtherIsNotAllowed DraftMessageError DocumentConversionError ParentDepartmentDeleted
DepartmentHasChild DepartmentCyclicDependency IncorrectParentDepartment DepartmentIsHead DuplicateUser
DuplicateBindToOrganization

WorkflowViolation OperationIsNotAvailable DocumentDoesNotRequireSigning DocumentWasAlreadySigned SignWasAlreadyRejected
SignAlreadyExists ForwardIsNotAvailable

UnexpectedError SqlException UnknowDocumentFlowError DownloadDocumentFlowArchiveFailed
CertificateRevocationStatusUnavailable

Unauthorized BoxAccessError AccessDeniedError FeatureDisabled DocumentContentAccessDenied PermissionAlreadyDeleted
UserDeleted

InvalidCMS SignDoesNotContainCertificate SignIsNotValid CertificatePeriodIsNotValid CertificateIsNotTrusted
CertificateIsRevoked CertificateHasNotValidAttributesAndExtensions CertificateParsingFailed DuplicateCertificate
SimpleSignatureInvalid InvalidSimpleSignatureFormat InvalidSimpleSignatureAttributes InvalidSimpleSignatureDocument
SimpleSignatureDisabled SimpleSignatureRegulationNotAccepted SimpleSignatureRegulationAlreadyAccepted
SimpleSignatureSnilsNotSpecified SimpleSignatureDocumentTypeNotAllowed SimpleSignatureRegulationOrganizationIsNotActive
SimpleSignaturePhoneNotSpecified SimpleSignatureIdentityDocumentNotSpecified

InvalidDestinationAddress ContragentIsNotAuthorized ContactListError ContactIsNotAuthorized ContactIsAlreadyAuthorized
ContactAuthIsAlreadyRequested ContactHasRejectedAuth OrganizationMustBeActive ContactAuthIsRejected
AuthorizeContragentError DocumentExchangeIsDenied SendToRoamingIsNotAllowed InvalidRecipientUser DuplicateOrganization

InvalidDocumentReference NoDataFound DocumentNotFound ContactAuthRequestNotFound EnhancedSignNotFound DepartmentDeleted
DepartmentDoesNotExist PermissionDoesNotExist CertificateNotFound
`

// inDoubtCodes prove nothing about a send. The list stands here a second time on purpose: a code that moves out of it
// can make a document go out twice, or be called failed although it arrived.
const inDoubtCodes = `
UnexpectedError SqlException UnknowDocumentFlowError DownloadDocumentFlowArchiveFailed
CertificateRevocationStatusUnavailable WorkflowViolation DocumentWasAlreadySigned SignWasAlreadyRejected SignAlreadyExists
`

func TestCodesAreTheContracts(t *testing.T) {
	t.Parallel()
	want := strings.Fields(contractCodes)
	slices.Sort(want)
	known, listed := newCodes(), 0
	for _, s := range sections() {
		listed += len(s)
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(known))); diff != "" || len(want) != 85 || listed != len(want) {
		t.Errorf("%d codes, %d in all sections; -contract +table\n%s", len(want), listed, diff)
	}
}

func TestEveryCodeAfterSendAndRead(t *testing.T) {
	t.Parallel()
	doubtful := strings.Fields(inDoubtCodes)
	for code, v := range newCodes() {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			f := &soap.Fault{Code: code, Shape: soap.Typed, HTTPStatus: 500, Field: "message", Exchange: "x-1"}
			send := asError(t, newCodes().verdictOf("SendMessage", true, false, f))
			want := edo.InDoubt
			if !slices.Contains(doubtful, code) {
				want = v.kind
				if want == edo.NotFound {
					want = edo.Refused
				}
				if want != edo.Refused && want != edo.Invalid && want != edo.Denied {
					t.Fatalf("a definite fault of kind %v", want)
				}
			}
			if send.Kind != want || send.Reason == "" || send.Remedy == "" || send.Code != code || send.Exchange != "x-1" || send.Field != "message" {
				t.Errorf("send: got %v, want kind %v", send, want)
			}
			read := asError(t, newCodes().verdictOf("GetBoxes", false, false, f))
			if read.Kind != v.kind || read.Kind == edo.InDoubt || v.class.remedy() == unknownClass.remedy() {
				t.Errorf("read: got %v, want kind %v", read, v.kind)
			}
		})
	}
}

func TestFaultShapes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault      soap.Fault
		send, read edo.Kind
		reason     edo.Reason
	}{
		"typed, 200":       {soap.Fault{Code: "SignIsNotValid", HTTPStatus: 200}, edo.Refused, edo.Refused, edo.SignatureInvalid},
		"typed, 400":       {soap.Fault{Code: "SignIsNotValid", HTTPStatus: 400}, edo.Refused, edo.Refused, edo.SignatureInvalid},
		"typed, 500":       {soap.Fault{Code: "SignIsNotValid", HTTPStatus: 500}, edo.Refused, edo.Refused, edo.SignatureInvalid},
		"typed, 503":       {soap.Fault{Code: "SignIsNotValid", HTTPStatus: 503, RetryAfter: time.Minute}, edo.InDoubt, edo.Unavailable, edo.OperatorUnavailable},
		"typed, 429":       {soap.Fault{Code: "Unauthorized", HTTPStatus: 429}, edo.InDoubt, edo.Unavailable, edo.OperatorUnavailable},
		"typed, 401":       {soap.Fault{Code: "Unauthorized", HTTPStatus: 401}, edo.InDoubt, edo.Unavailable, edo.OperatorUnavailable},
		"unexpected":       {soap.Fault{Code: "UnexpectedError", HTTPStatus: 500}, edo.InDoubt, edo.Unavailable, edo.OperatorUnavailable},
		"unknown code":     {soap.Fault{Code: "BrandNewError", HTTPStatus: 500}, edo.InDoubt, edo.Unavailable, edo.AnswerUnreadable},
		"no code":          {soap.Fault{HTTPStatus: 500}, edo.InDoubt, edo.Unavailable, edo.AnswerUnreadable},
		"code in lower":    {soap.Fault{Code: "signisnotvalid", HTTPStatus: 500}, edo.InDoubt, edo.Unavailable, edo.AnswerUnreadable},
		"exception detail": {soap.Fault{Code: "SignIsNotValid", Shape: soap.ExceptionDetail, HTTPStatus: 500}, edo.InDoubt, edo.Unavailable, edo.AnswerUnreadable},
		"no detail":        {soap.Fault{Shape: soap.NoDetail, HTTPStatus: 500}, edo.InDoubt, edo.Unavailable, edo.AnswerUnreadable},
		"unparsable":       {soap.Fault{Shape: soap.Unparsable, HTTPStatus: 500}, edo.InDoubt, edo.Unavailable, edo.AnswerUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.fault.Shape == 0 {
				tc.fault.Shape = soap.Typed
			}
			send, read := asError(t, newCodes().verdictOf("SendMessage", true, false, &tc.fault)), asError(t, newCodes().verdictOf("GetBoxes", false, false, &tc.fault))
			if send.Kind != tc.send || read.Kind != tc.read || send.Reason != tc.reason || read.Reason != tc.reason || send.RetryAfter != tc.fault.RetryAfter {
				t.Errorf("send: %v (%s)\nread: %v (%s)", send, send.Reason, read, read.Reason)
			}
		})
	}
}

// A fault that came while the request was still going out says that the operator does not have it whole.
func TestEarlyFault(t *testing.T) {
	t.Parallel()
	early := func(code string) error {
		return &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable, Err: &soap.Fault{Code: code, Shape: soap.Typed, HTTPStatus: 500}}
	}
	if err := newCodes().verdictOf("SendMessage", true, false, early("UnexpectedError")); edo.KindOf(err) != edo.Unavailable {
		t.Errorf("unexpected error: %v", err)
	}
	if err := newCodes().verdictOf("SendMessage", true, false, early("InvalidCMS")); edo.KindOf(err) != edo.Refused {
		t.Errorf("invalid CMS: %v", err)
	}
	if !newCodes().tokenRefused(early("Unauthorized")) {
		t.Error("an early Unauthorized does not count")
	}
}

func TestErrorsKeepForeignTextOut(t *testing.T) {
	t.Parallel()
	f := &soap.Fault{Code: "password is hunter2", Field: "пароль: hunter2", Message: "hunter2", Shape: soap.Typed, HTTPStatus: 500}
	if got := newCodes().verdictOf("SendMessage", true, false, f).Error(); strings.Contains(got, "hunter2") {
		t.Error(got)
	}
}

func TestAccessDeniedNamesTheRemedy(t *testing.T) {
	t.Parallel()
	f := &soap.Fault{Code: accessDenied, Shape: soap.Typed, HTTPStatus: 500}
	for limited, reason := range map[bool]edo.Reason{true: edo.LoginLimited, false: edo.OperatorRefused} {
		e := asError(t, newCodes().verdictOf("SendMessage", true, limited, f))
		if e.Kind != edo.Denied || e.Reason != reason || strings.Contains(e.Remedy, "log in with a certificate") != limited {
			t.Errorf("limited %v: %v (%s)", limited, e, e.Reason)
		}
	}
}
