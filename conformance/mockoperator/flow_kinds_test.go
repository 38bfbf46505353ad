package mockoperator_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

const boxC = "seti-head@mock.edo"

// formal is XML in windows-1251, with a letter that is no UTF-8.
func formal(name string) []byte {
	return []byte("<?xml version=\"1.0\" encoding=\"windows-1251\"?>\r\n<\xd4\xe0\xe9\xeb \xc8\xe4=\"" + name + "\"/>")
}

// confirmations are the receipts that a side owes, by the type of what they answer.
func (s *side) owes() map[string][]string {
	s.t.Helper()
	got := s.ok("GetRequiredNotices")
	out := map[string][]string{}
	parents := got.texts("ParentDocumentId")
	for i, kind := range got.texts("ParentDocumentType") {
		out[kind] = append(out[kind], parents[i])
	}
	return out
}

// settle sends all receipts that a side owes.
func (s *side) settle(id, other string) {
	s.t.Helper()
	for range 5 {
		due := s.owes()
		if len(due) == 0 {
			return
		}
		for kind, parents := range due {
			to := mockoperator.OperatorBox
			if kind != "ServiceInvoiceConfirmation" {
				to = other
			}
			for _, parent := range parents {
				s.service(to, "ServiceInvoiceReceipt", parent, s.made("GenerateInvoiceReceiptV2", parent))
			}
		}
	}
	s.t.Errorf("%s still owes for %s: %v", s.box, id, s.owes())
}

func (s *side) invoice(id, want string) {
	s.t.Helper()
	got := s.full(id)
	if have := got.text(s.t, "SellerFlow") + " " + got.text(s.t, "BuyerFlow") + " " + got.text(s.t, "IsFinished"); have != want {
		s.t.Errorf("%s sees %s, want %s", s.box, have, want)
	}
}

func TestInvoice(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	id := a.sent(a.letter([]string{boxB}, []paper{{kind: "Invoice", content: formal("1"), extra: "<m:Number>17</m:Number>"}}, nil))
	b.invoice(id, "InvoiceSent InvoiceSent false")
	if got := b.full(id); got.text(t, "NoticeRequired") != "true" || got.text(t, "Number") != "17" || slices.Contains(b.operations(id), "Sign") {
		t.Errorf("%s", got.body)
	}
	if due := a.owes(); len(due["ServiceInvoiceConfirmation"]) != 1 || len(due) != 1 {
		t.Errorf("the seller owes %v", due)
	}
	if due := b.owes(); len(due["ServiceInvoiceConfirmation"]) != 1 || len(due["Invoice"]) != 1 {
		t.Errorf("the buyer owes %v", due)
	}
	a.settle(id, boxB)
	a.invoice(id, "InvoiceSent InvoiceSent false")
	b.settle(id, boxA)
	a.invoice(id, "InvoiceCharged InvoiceCharged true")
	if got := b.full(id); got.text(t, "NoticeRequired") != "false" {
		t.Errorf("a notice is still due: %s", got.body)
	}
	refused(t, b.letter([]string{boxA}, nil, map[string][]byte{id: formal("1")}), "DocumentDoesNotRequireSigning", "message.Signs[0]")
	raw := b.made("GenerateInvoiceAmendmentRequestV2", id)
	request := b.service(boxA, "ServiceInvoiceAmendmentRequest", id, raw)
	a.invoice(id, "InvoiceRejected InvoiceRejected true")
	if due := a.owes(); !cmp.Equal(due["ServiceInvoiceAmendmentRequest"], []string{request}) {
		t.Errorf("the seller owes %v", due)
	}
	a.settle(id, boxB)
	a.sent(a.letter([]string{boxB}, []paper{{kind: "InvoiceCorrection", parent: id, content: formal("2")}}, nil))
	if got := b.full(id).text(t, "ModificationStatus"); got != "Corrected" {
		t.Errorf("%s", got)
	}
	refused(t, b.letter([]string{boxA}, []paper{{kind: "ServiceInvoiceAmendmentRequest", parent: id, content: raw}}, nil), "WorkflowViolation", "message.Documents[0].ParentDocumentId")
}

func TestInvoiceRunsOutOfTime(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{TokenLifetime: 1000 * time.Hour})
	id := a.sent(a.letter([]string{boxB}, []paper{{kind: "Invoice", content: formal("1")}}, nil))
	a.op.Advance(73 * time.Hour)
	b.invoice(id, "InvoiceNotValid InvoiceNotValid true")
}

// TestTitles: a title is answered by the title of the other side, alone in its message.
func TestTitles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ title, reply, wrong, refusal string }{
		"UPD":     {"GeneralTransferSeller", "GeneralTransferBuyer", "GoodsTransferBuyer", "InvoiceAmendmentRequest"},
		"UKD":     {"GeneralTransferCorrectionRevisionSeller", "GeneralTransferCorrectionBuyer", "GeneralTransferBuyer", "InvoiceAmendmentRequest"},
		"TORG-12": {"WaybillSeller", "WaybillBuyer", "ActOfWorkBuyer", "AmendmentRequest"},
		"act":     {"ActOfWorkSeller", "ActOfWorkBuyer", "WaybillBuyer", "AmendmentRequest"},
		"works":   {"WorksTransferRevisionSeller", "WorksTransferBuyer", "GeneralTransferBuyer", "AmendmentRequest"},
		"goods":   {"GoodsTransferSeller", "GoodsTransferBuyer", "WorksTransferBuyer", "AmendmentRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := two(t, mockoperator.Scenario{})
			title := func() string {
				t.Helper()
				return a.sent(a.letter([]string{boxB}, []paper{{kind: tc.title, content: formal("1"), needSign: true}}, nil))
			}
			id := title()
			if got := b.operations(id); !slices.Contains(got, "Sign") || !slices.Contains(got, "Reject") {
				t.Errorf("offered %v", got)
			}
			answer := func(kind string) paper { return paper{kind: kind, parent: id, content: formal("2")} }
			field := "message.Documents[0].ParentDocumentId"
			refused(t, b.letter([]string{boxA}, nil, map[string][]byte{id: formal("1")}), "WorkflowViolation", "message.Signs[0]")
			refused(t, b.letter([]string{boxA}, []paper{answer(tc.wrong)}, nil), "WorkflowViolation", field)
			refused(t, b.letter([]string{boxA}, []paper{answer(tc.reply), {kind: "Untyped", content: []byte("x")}}, nil), "WorkflowViolation", "message.Documents[0]")
			b.sent(b.letter([]string{boxA}, []paper{answer(tc.reply)}, nil))
			refused(t, b.letter([]string{boxA}, []paper{answer(tc.reply)}, nil), "DocumentWasAlreadySigned", field)
			if doc := a.op.Ledger()[0].Documents[0]; doc.Signing != "Signed" {
				t.Errorf("%+v", doc)
			}
			if !slices.Contains(a.full(id).texts("DocumentType"), tc.reply) {
				t.Error("the reply is not among the service documents")
			}
			second := title()
			b.service(boxA, "Service"+tc.refusal, second, b.made("Generate"+tc.refusal+"V2", second))
			refused(t, b.letter([]string{boxA}, []paper{{kind: tc.reply, parent: second, content: formal("3")}}, nil), "SignWasAlreadyRejected", field)
		})
	}
}

// TestActsOfVarianceAreNeitherRootNorReplyTitles: the classification has them among the rest, and no flow of theirs is known.
func TestActsOfVarianceAreNeitherRootNorReplyTitles(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	id := a.sent(a.letter([]string{boxB}, []paper{{kind: "WaybillSeller", content: formal("1")}}, nil))
	for _, kind := range []string{"ActOfVarianceBuyer", "ActOfVarianceSeller"} {
		refused(t, a.letter([]string{boxB}, []paper{{kind: kind, content: formal("2")}}, nil), "InvalidDocumentType", "message.Documents[0].DocumentType")
		refused(t, b.letter([]string{boxA}, []paper{{kind: kind, parent: id, content: formal("2")}}, nil), "InvalidDocumentType", "message.Documents[0].DocumentType")
	}
}

// TestSeveralRecipients: each answers for himself, the sender sees the summary.
func TestSeveralRecipients(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	other, err := a.op.Identity(boxC)
	if err != nil {
		t.Fatal(err)
	}
	c := a.side(boxC, other)
	text := []byte("договор на троих")
	id := a.sent(a.letter([]string{boxB, boxC}, []paper{{kind: "Untyped", content: text, needSign: true}}, nil))
	summary := func(s *side) string {
		t.Helper()
		got := s.full(id)
		return strings.Join([]string{got.text(t, "MultiDeliveryStatus"), got.text(t, "DeliveredCount"), got.text(t, "MultiSignStatus"), got.text(t, "SignedCount"), s.at(id)}, " ")
	}
	want := func(s *side, want string) {
		t.Helper()
		if got := summary(s); got != want {
			t.Errorf("%s sees %s, want %s", s.box, got, want)
		}
	}
	want(a, "RecievedByService 0 WaitingForSign 0 SentToRecipient WaitingForSign NoRevocation") // two looks
	b.sent(b.letter([]string{boxA, boxC}, []paper{{kind: "ServiceReceipt", parent: id, content: b.made("GenerateDeliveryConfirmation", id)}}, nil))
	b.sent(b.letter([]string{boxA, boxC}, nil, map[string][]byte{id: text}))
	want(a, "PartlyDeliveredToRecipients 1 PartlySigned 1 SentToRecipient WaitingForSign NoRevocation")
	want(b, "PartlyDeliveredToRecipients 1 PartlySigned 1 DeliveredToRecipient Signed NoRevocation")
	want(c, "PartlyDeliveredToRecipients 1 PartlySigned 1 SentToRecipient WaitingForSign NoRevocation")
	c.receipt(boxA, id)
	c.sent(c.letter([]string{boxA, boxB}, nil, map[string][]byte{id: text}))
	want(a, "DeliveredToRecipients 2 Signed 2 DeliveredToRecipient Signed NoRevocation")
	offer := a.made("GenerateRevocationOffer", id)
	at := a.sent(a.letter([]string{boxB, boxC}, []paper{{kind: "RevocationOffer", parent: id, content: offer}}, nil))
	b.sent(b.letter([]string{boxA, boxC}, nil, map[string][]byte{at: offer}))
	for s, status := range map[*side]string{a: "Awaited", b: "Awaited", c: "Required"} {
		s.want(id, "DeliveredToRecipient Signed Revocation"+status)
	}
}

// TestFieldsComeBack: what the sender says of a document is shown to the other side, and formalised bytes stay as they are.
func TestFieldsComeBack(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	p := paper{kind: "WaybillSeller", id: "first", content: formal("Ю"), needReceipt: true, custom: "package-7", extra: "<m:Number>№ 5</m:Number>"}
	linked := paper{kind: "Untyped", id: "second", content: []byte("приложение"), extra: "<m:RelatedDocumentIds><a:string>first</a:string></m:RelatedDocumentIds><m:Sum>12.50</m:Sum>"}
	got := a.letter([]string{boxB}, []paper{p, linked}, nil, "<m:DocumentType>Waybill", "<m:Date>2026-05-17T00:00:00</m:Date><m:DocumentType>Waybill")
	id := a.sent(got)
	info := b.full(id)
	for member, want := range map[string]string{"Number": "№ 5", "CustomField": "package-7", "Date": "2026-05-17T00:00:00.0000000Z", "NeedReceipt": "true", "CountRelatedDocuments": "1", "RootDocumentId": id} {
		if info.text(t, member) != want {
			t.Errorf("%s: %q, want %q", member, info.text(t, member), want)
		}
	}
	if !bytes.Equal(content(t, info), p.content) {
		t.Error("the bytes have changed")
	}
	second := b.full(got.texts("ServiceId")[1])
	if second.text(t, "Sum") != "12.50" || !slices.Contains(second.texts("Id"), id) {
		t.Errorf("%s", second.body)
	}
	if _, links, _ := bytes.Cut(second.body, []byte("<m:RelatedDocumentIds>")); !bytes.HasPrefix(bytes.TrimLeft(links, "<"), []byte("a:string")) || !bytes.Contains(links[:200], []byte(id)) {
		t.Errorf("no service id among the links: %.300s", links)
	}
	for link, code := range map[string]string{"third": "CyclicParentReferences", "nowhere": "InvalidDocumentReference"} {
		wrong := paper{kind: "Untyped", id: "third", content: []byte("x"), extra: "<m:RelatedDocumentIds><a:string>" + link + "</a:string></m:RelatedDocumentIds>"}
		refused(t, a.letter([]string{boxB}, []paper{wrong}, nil), code, "message.Documents[0].RelatedDocumentIds")
	}
	if got := a.op.Traffic()[boxA]; got != (mockoperator.Traffic{Messages: 1, Documents: 2}) {
		t.Errorf("%+v", got)
	}
	list := b.ok("GetDocumentList", "<m:From>2026", "<m:DocumentNumbers xmlns:a='"+contract.NSArrays+"'><a:string>№ 5</a:string></m:DocumentNumbers><m:First>0</m:First><m:From>2026", "<m:First>0</m:First>\n", "")
	if !cmp.Equal(list.texts("Number"), []string{"№ 5"}) || list.text(t, "Total") != "1" {
		t.Errorf("%s", list.body)
	}
}

func TestErrorReceipt(t *testing.T) {
	t.Parallel()
	a, _ := two(t, mockoperator.Scenario{})
	id := a.untyped(boxB, []byte("договор"), false)
	if err := a.op.Lose(id); err != nil {
		t.Fatal(err)
	}
	a.want(id, "NotDeliveredToRecipient NoSignNeeded NoRevocation")
	mail := a.news("")
	if got := a.ok("GetMessage", contract.SampleMessage, mail[0]); got.text(t, "DocumentType") != "ErrorReceipt" || got.text(t, "ParentDocumentId") != id || got.text(t, "From") != mockoperator.OperatorBox {
		t.Errorf("%s", got.body)
	}
}

// TestNoLegalForce: what takes the legal force from a document is said with every reason.
func TestNoLegalForce(t *testing.T) {
	t.Parallel()
	orgs := mockoperator.DefaultOrganisations()
	orgs[0].Regulation = "pending"
	orgs[1].Heads[0].Unqualified = true
	u := setupConfig(t, mockoperator.Config{Organisations: orgs})
	a, b := u.side(boxA, u.ids[0]), u.side(boxB, u.ids[2])
	id := a.untyped(boxB, []byte("договор"), true)
	if got := b.full(id); got.text(t, "IsLegitimate") != "false" || got.text(t, "NonLegitimateReason") != "SenderNotAccepted" {
		t.Errorf("%s", got.body)
	}
	receipt := b.receipt(boxA, id)
	if got := a.full(receipt).texts("NonLegitimateReason"); !cmp.Equal(got, []string{"ReceiverNotAccepted", "SignerCertificateIsNotQualified", "ParentDocumentNotLegitimate"}) {
		t.Errorf("%v", got)
	}
}

func TestPlants(t *testing.T) {
	t.Parallel()
	_, b := two(t, mockoperator.Scenario{})
	ids, err := b.op.Plant(boxA, boxB, 120, func(i int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{Kind: "Письмо", CustomField: fmt.Sprint(i), NeedSign: i%2 == 0, BadSignature: i == 7}
	})
	if err != nil || len(ids) != 120 {
		t.Fatalf("%d, %v", len(ids), err)
	}
	first := b.news("")
	second := b.news(first[len(first)-1])
	if len(first) != 100 || len(second) != 20 {
		t.Errorf("pages of %d and %d", len(first), len(second))
	}
	if got := b.full(ids[7]); got.text(t, "IsValid") != "false" || got.status != http.StatusOK {
		t.Errorf("%s", got.body)
	}
	if got := b.full(ids[8]); got.text(t, "IsValid") != "true" || got.text(t, "CustomField") != "8" {
		t.Errorf("%s", got.body)
	}
	if _, err := b.op.Plant(boxA, "nobody@mock.edo", 1, func(int) mockoperator.PlantedDocument { return mockoperator.PlantedDocument{} }); err == nil {
		t.Error("planted into no box")
	}
}

// TestNoticesHaveReadableNames: what a list for a clerk shows, not the name of a file.
func TestNoticesHaveReadableNames(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	a.untyped(boxB, []byte("договор"), false)
	a.sent(a.letter([]string{boxB}, []paper{{kind: "Invoice", name: "счёт.xml", content: formal("1")}}, nil))
	want := []string{
		"Извещение о получении документа «договор.txt»", "Извещение о получении документа «счёт.xml»",
		"Извещение о получении документа «Подтверждение оператора»",
	}
	got := b.ok("GetRequiredNotices")
	names := slices.DeleteFunc(got.texts("Name"), func(s string) bool { return strings.HasPrefix(s, "Service") }) // of the type
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}
