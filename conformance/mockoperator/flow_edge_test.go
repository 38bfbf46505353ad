package mockoperator_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestAnswersThatAreNotTheirs: what belongs to another side, another box or another message.
func TestAnswersThatAreNotTheirs(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	other, err := a.op.Identity(boxC)
	if err != nil {
		t.Fatal(err)
	}
	c := a.side(boxC, other)
	text := []byte("договор")
	id := a.sent(a.letter([]string{boxB, boxC}, []paper{{kind: "Untyped", content: text, needSign: true}}, nil))
	raw := b.made("GenerateDeliveryConfirmation", id)
	refused(t, c.letter([]string{boxA}, []paper{{kind: "ServiceReceipt", parent: id, content: raw}}, nil), "InvalidDocumentContent", "message.Documents[0].Content")
	refused(t, a.letter([]string{mockoperator.OperatorBox}, []paper{{kind: "Untyped", content: text}}, nil), "InvalidDestinationAddress", "message.Recipients")
	for _, wrong := range []string{`<?xml version="1.0" encoding="utf-8"?><x/>`, `<?xml version="1.0" encoding="windows-1251"?><x>`, `<x/>`} {
		refused(t, a.letter([]string{boxB}, []paper{{kind: "Invoice", content: []byte(wrong)}}, nil), "InvalidDocumentFormat", "message.Documents[0].Content")
	}
	cms := base64.StdEncoding.EncodeToString(sign(t, text, b.id.Certificate, b.id.Key))
	twice := strings.Repeat(`<m:Sign><m:DocumentId>`+id+`</m:DocumentId><m:Id>1</m:Id><m:Raw>`+cms+`</m:Raw></m:Sign>`, 2)
	refused(t, b.call("SendMessage", []byte(b.frame([]string{boxA}, "", twice))), "SignAlreadyExists", "message.Signs[1]")
	refused(t, a.internalMessage("", text, "</m:DepartmentId>", "</m:DepartmentId><m:UserLogin>nobody</m:UserLogin>"), "InvalidRecipientUser", "message.Recipients[0].UserLogin")
	alone := a.untyped(boxB, text, false) // a message that the third side has no part in
	ledger := a.op.Ledger()
	if last := ledger[len(ledger)-1]; last.Documents[0].ServiceID == alone {
		refused(t, c.ask("GetMessages", contract.SampleMessage, last.MessageID), "NoDataFound", "afterMessageId")
		refused(t, c.ask("GetMessage", contract.SampleMessage, last.MessageID), "NoDataFound", "messageId")
	} else {
		t.Errorf("%+v", last)
	}
}

// TestConfirmationsOfTheOtherSideAreNotShown: each side sees what the operator told it.
func TestConfirmationsOfTheOtherSideAreNotShown(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	id := a.sent(a.letter([]string{boxB}, []paper{{kind: "Invoice", content: formal("1")}}, nil))
	for _, s := range []*side{a, b} {
		if got := len(s.full(id).texts("SignRaw")); got != 1 {
			t.Errorf("%s sees %d service documents", s.box, got)
		}
	}
}

func TestNoticesComeInParts(t *testing.T) {
	t.Parallel()
	_, b := two(t, mockoperator.Scenario{})
	if _, err := b.op.Plant(boxA, boxB, 101, func(int) mockoperator.PlantedDocument { return mockoperator.PlantedDocument{} }); err != nil {
		t.Fatal(err)
	}
	got := b.ok("GetRequiredNotices")
	if n := len(got.texts("ParentDocumentId")); n != 100 {
		t.Errorf("%d notices", n)
	}
	b.service(boxA, "ServiceReceipt", got.texts("ParentDocumentId")[0], content(t, got))
	if n := len(b.ok("GetRequiredNotices").texts("ParentDocumentId")); n != 100 {
		t.Errorf("%d notices are left", n)
	}
}

// TestListsFilterByState covers the conditions on statuses, types and dates.
func TestListsFilterByState(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	signed, plain := a.untyped(boxB, []byte("первый"), true), a.untyped(boxB, []byte("второй"), false)
	invoice := a.sent(a.letter([]string{boxB}, []paper{{kind: "Invoice", content: formal("1")}}, nil, "<m:DocumentType>", "<m:Date>2026-03-01T00:00:00Z</m:Date><m:DocumentType>"))
	b.receipt(boxA, plain)
	b.service(boxA, "RevocationOffer", plain, b.made("GenerateRevocationOffer", plain))
	for name, tc := range map[string]struct {
		before, filter string
		want           []string
	}{
		"revocation":     {"<m:First>", "<m:DocumentRevocationStatuses><m:DocumentRevocationStatus>RevocationAwaited</m:DocumentRevocationStatus></m:DocumentRevocationStatuses>", []string{plain}},
		"signature":      {"<m:First>", "<m:DocumentSignStatuses><m:DocumentSignStatus>WaitingForSign</m:DocumentSignStatus></m:DocumentSignStatuses>", []string{signed}},
		"type":           {"<m:First>", "<m:DocumentTypes><m:DocumentType>Invoice</m:DocumentType></m:DocumentTypes>", []string{invoice}},
		"number of type": {"<m:First>", "<m:DocumentTypeEnums><m:EnumValue><m:Code>1</m:Code></m:EnumValue></m:DocumentTypeEnums>", []string{invoice}},
		"invoice status": {"<m:Max>", "<m:InvoiceFlowStatuses><m:InvoiceFlowStatus>InvoiceSent</m:InvoiceFlowStatus></m:InvoiceFlowStatuses>", []string{invoice}},
		"date":           {"<m:First>", "<m:DocumentDateFrom>2026-03-01T00:00:00Z</m:DocumentDateFrom><m:DocumentDateTo>2026-03-01T00:00:00Z</m:DocumentDateTo>", []string{invoice}},
		"another date":   {"<m:First>", "<m:DocumentDateTo>2026-02-01T00:00:00Z</m:DocumentDateTo>", nil},
	} {
		got := b.ok("GetDocumentList", tc.before, tc.filter+tc.before)
		var ids []string
		for _, id := range []string{signed, plain, invoice} {
			if slices.Contains(got.texts("Id"), id) {
				ids = append(ids, id)
			}
		}
		totals := got.texts("Total") // an invoice has one of its own before that of the list
		if diff := cmp.Diff(tc.want, ids); diff != "" || totals[len(totals)-1] != fmt.Sprint(len(tc.want)) {
			t.Errorf("%s: %s in %s", name, diff, got.body)
		}
	}
}
