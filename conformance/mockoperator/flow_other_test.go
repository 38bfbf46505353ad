package mockoperator_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// unsigned sends one document without a signature.
func (s *side) unsigned(to string, raw []byte) reply {
	s.t.Helper()
	return s.ask("SendUnsignedMessage", contract.SamplePeer, to, contract.SampleContent, base64.StdEncoding.EncodeToString(raw))
}

func (s *side) forward(to, id string, edit ...string) reply {
	s.t.Helper()
	return s.ask("SendForwardMessage", append([]string{contract.SamplePeer, to, contract.SampleServiceID, id}, edit...)...)
}

func (s *side) signs(flow, id string, raw []byte) reply {
	s.t.Helper()
	cms := base64.StdEncoding.EncodeToString(sign(s.t, raw, s.id.Certificate, s.id.Key))
	return s.ask("SignDocument", "SentUnsigned", flow, contract.SampleServiceID, id, contract.SampleSignature, cms)
}

func (s *side) rejects(flow, id string) reply {
	s.t.Helper()
	return s.ask("RejectSign", "SentUnsigned", flow, contract.SampleServiceID, id)
}

// flow is the status of the way on which a document came last.
func (s *side) flow(id string) string {
	s.t.Helper()
	got := s.ok("GetFlowDocumentInfo", contract.SampleServiceID, id).texts("RecipientStatus")
	return got[len(got)-1]
}

func TestUnsigned(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	text := []byte("проект договора")
	id, second := a.sent(a.unsigned(boxB, text)), a.sent(a.unsigned(boxB, text))
	list := b.ok("GetDocumentEntries", "<m:BoxFrom>box-a@sample</m:BoxFrom>", "<m:BoxFrom i:nil='true'/>", `<m:BoxTo i:nil="true"/>`, "<m:BoxTo>box-a@sample</m:BoxTo>")
	if !cmp.Equal(list.texts("RecipientStatus"), []string{"SignRequested", "SignRequested"}) || list.text(t, "SenderStatus") != "SentUnsigned" || !slices.Contains(b.operations(id), "Sign") {
		t.Errorf("%s", list.body)
	}
	refused(t, a.signs("SentUnsigned", id, text), "OperationIsNotAvailable", "sign.DocumentId")
	refused(t, b.signs("SentForward", id, text), "OperationIsNotAvailable", "sign.DocumentId")
	refused(t, b.signs("SentSigned", id, text), "OperationIsNotAvailable", "flowType")
	refused(t, b.signs("SentUnsigned", id, []byte("другое")), "SignIsNotValid", "sign.Raw")
	if got := b.signs("SentUnsigned", id, text); !bytes.Contains(got.body, []byte(`<SignDocumentResponse xmlns="http://synerdocs.ru"/>`)) {
		t.Errorf("%s", got.body)
	}
	refused(t, b.signs("SentUnsigned", id, text), "DocumentWasAlreadySigned", "sign.DocumentId")
	refused(t, b.rejects("SentUnsigned", id), "DocumentWasAlreadySigned", "rejectSign.DocumentId")
	b.ok("RejectSign", contract.SampleServiceID, second)
	refused(t, b.signs("SentUnsigned", second, text), "SignWasAlreadyRejected", "sign.DocumentId")
	refused(t, b.ask("RejectSign", contract.SampleReason, ""), "NotFilledRequiredField", "rejectSign.Comment")
	if got := a.ok("DownloadPdfDocument", contract.SampleServiceID, second); len(got.texts("Content")) != 0 {
		t.Error("a stamped form of a document that nobody has signed")
	}
	if got := []string{a.flow(id), a.flow(second)}; !cmp.Equal(got, []string{"SignReceived", "SignRejected"}) {
		t.Errorf("%v", got)
	}
	if got := a.ok("GetFlowDocumentInfo", contract.SampleServiceID, second); !slices.Contains(got.texts("Comment"), contract.SampleReason) {
		t.Errorf("no reason in %s", got.body)
	}
	refused(t, b.letter([]string{boxA}, nil, map[string][]byte{id: text}), "WorkflowViolation", "message.Signs[0]")
}

func TestUnsignedGoesToOne(t *testing.T) {
	t.Parallel()
	a, _ := two(t, mockoperator.Scenario{})
	more := "</m:MessageRecipient><m:MessageRecipient><m:OrganizationBoxId>" + boxC + "</m:OrganizationBoxId></m:MessageRecipient>"
	refused(t, a.ask("SendUnsignedMessage", contract.SamplePeer, boxB, "</m:MessageRecipient>", more), "InvalidFormatField", "message.Recipients")
	refused(t, a.ask("SendUnsignedMessage", contract.SamplePeer, boxA), "SendToSelfIsNotAllowed", "message.Recipients[0].OrganizationBoxId")
}

// TestForward: a forwarded document is the same document on another way.
func TestForward(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	other, err := a.op.Identity(boxC)
	if err != nil {
		t.Fatal(err)
	}
	c := a.side(boxC, other)
	text := []byte("договор")
	id := a.untyped(boxB, text, false)
	refused(t, c.forward(boxA, id), "InvalidDocumentReference", "message.ForwardDocuments[0].OriginalDocumentId")
	if got := b.forward(boxC, id); got.status != 200 {
		t.Fatalf("%s", got.body)
	}
	if last := a.op.Ledger()[1]; last.Flow != "SentForward" || !cmp.Equal(last.Forwarded, []string{id}) {
		t.Errorf("%+v", last)
	}
	mail := c.news("")
	if got := c.ok("GetMessage", contract.SampleMessage, mail[0]); !bytes.Equal(content(t, got), text) || got.text(t, "Id") != id {
		t.Errorf("%s", got.body)
	}
	list := c.ok("GetDocumentEntries", "<m:BoxFrom>box-a@sample</m:BoxFrom>", "<m:BoxFrom i:nil='true'/>", `<m:BoxTo i:nil="true"/>`, "<m:BoxTo>box-a@sample</m:BoxTo>", ">SentSigned<", ">SentForward<")
	if list.text(t, "FlowType") != "SentForward" || list.text(t, "MessageFrom") != boxB || list.text(t, "RecipientStatus") != "SignRequested" {
		t.Errorf("%s", list.body)
	}
	if got := c.operations(id); !slices.Contains(got, "Sign") {
		t.Errorf("offered %v", got)
	}
	if got := c.signs("SentForward", id, text); got.status != 200 || c.flow(id) != "SignReceived" || b.flow(id) != "SignReceived" {
		t.Errorf("%s", got.body)
	}
	a.want(id, "SentToRecipient NoSignNeeded NoRevocation")
	if got := a.ok("GetFlowDocumentInfo", contract.SampleServiceID, id).texts("RecipientStatus"); len(got) != 0 {
		t.Errorf("the first sender sees the way of a forward: %v", got)
	}
	cover := []byte("сопроводительное письмо")
	letter := `<m:Documents><m:Document><m:Content>` + base64.StdEncoding.EncodeToString(cover) + `</m:Content><m:DocumentType>Untyped</m:DocumentType><m:FileName>a.txt</m:FileName><m:Id>cover</m:Id></m:Document></m:Documents>`
	cms := base64.StdEncoding.EncodeToString(sign(t, cover, b.id.Certificate, b.id.Key))
	second := b.sent(b.forward(boxC, id, "<m:Documents/>", letter, "<m:Signs/>", "<m:Signs><m:Sign><m:DocumentId>cover</m:DocumentId><m:Id>s</m:Id><m:Raw>"+cms+"</m:Raw></m:Sign></m:Signs>"))
	c.receipt(boxB, second)
	b.want(second, "DeliveredToRecipient NoSignNeeded NoRevocation", "Revoke")
	refused(t, b.forward(boxC, "", "<m:ForwardDocuments>", "<m:ForwardDocuments/>", "<m:ForwardDocument>", "<!--", "</m:ForwardDocument>", "-->", "</m:ForwardDocuments>", ""), "NotFilledRequiredField", "message.ForwardDocuments")
}

// internalMessage is a signed document for the head department of the sender's own organisation.
func (s *side) internalMessage(department string, raw []byte, edit ...string) reply {
	s.t.Helper()
	cms := base64.StdEncoding.EncodeToString(sign(s.t, raw, s.id.Certificate, s.id.Key))
	return s.ask("SendInternalMessage", append([]string{
		contract.SampleDepartment, department, contract.SampleContent, base64.StdEncoding.EncodeToString(raw), contract.SampleSignature, cms,
	}, edit...)...)
}

// TestInternal: the way to fix a time without a recipient: a document for a department of one's own.
func TestInternal(t *testing.T) {
	t.Parallel()
	orgs := mockoperator.DefaultOrganisations()
	orgs[0].Departments = []mockoperator.Department{{ID: "head", Name: "Главное"}, {ID: "archive", Name: "Архив", Parent: "head"}}
	u := setupConfig(t, mockoperator.Config{Organisations: orgs})
	a, b := u.side(boxA, u.ids[0]), u.side(boxB, u.ids[2])
	pdf := samplePDF(t)
	id := a.sent(a.internalMessage("archive", pdf))
	got := a.ok("GetInternalDocuments")
	if got.text(t, "DocumentId") != id || got.text(t, "FlowType") != "SentInternal" || got.text(t, "SenderStatus") != "SentSigned" || got.text(t, "DepartmentName") != "Архив" {
		t.Errorf("%s", got.body)
	}
	if !bytes.Contains(got.body, []byte("<m:RecipientDepartment><m:Id>archive</m:Id>")) {
		t.Errorf("no department in the flow: %s", got.body)
	}
	form := a.ok("DownloadPdfDocument", contract.SampleServiceID, id)
	if !bytes.HasPrefix(content(t, form), []byte("%PDF-")) {
		t.Error("no printed form")
	}
	for name, ask := range map[string]string{"their list": "<m:Total>0</m:Total>", "my list": "<m:Total>1</m:Total>"} {
		s := map[string]*side{"their list": b, "my list": a}[name]
		if got := s.ok("GetInternalDocuments"); !bytes.Contains(got.body, []byte(ask)) {
			t.Errorf("%s: %s", name, got.body)
		}
	}
	if got := a.ok("GetDocumentEntries"); got.text(t, "Total") != "0" {
		t.Errorf("an internal document is among the others: %s", got.body)
	}
	refused(t, a.internalMessage("nowhere", pdf), "DepartmentDoesNotExist", "message.Recipients[0].DepartmentId")
	refused(t, a.internalMessage("archive", pdf, "<m:BoxId>box-a@sample", "<m:BoxId>"+boxB), "SendFromOtherIsNotAllowed", "message.BoxId")
	if got := a.signs("SentInternal", id, pdf); got.status != 200 || a.flow(id) != "SignReceived" {
		t.Errorf("%s", got.body)
	}
	a.op.Change(func(s *mockoperator.Scenario) {
		s.PrintForms = []mockoperator.PrintForms{{Flow: "SentInternal", Mode: mockoperator.FormNever}}
	})
	if got := a.ok("DownloadPdfDocument", contract.SampleServiceID, id); len(got.texts("Content")) != 0 {
		t.Error("a form where the scenario gives none")
	}
}

func TestFormsThatSayLess(t *testing.T) {
	t.Parallel()
	a, _ := two(t, mockoperator.Scenario{})
	pdf := samplePDF(t)
	id := a.untyped(boxB, pdf, false)
	form := func(f mockoperator.PrintForms, flow mockoperator.Flow) string {
		t.Helper()
		a.op.Change(func(s *mockoperator.Scenario) { s.PrintForms, s.Flow = []mockoperator.PrintForms{f}, flow })
		got := a.ok("DownloadPdfDocument", contract.SampleServiceID, id)
		if len(got.texts("Content")) == 0 {
			return ""
		}
		raw := content(t, got)
		if bytes.Equal(raw, pdf) {
			t.Error("the form is the document")
		}
		return pdfText(t, raw)
	}
	good := form(mockoperator.PrintForms{}, mockoperator.Flow{})
	seal := a.op.Ledger()[0].Documents[0].Seal
	if !strings.Contains(good, seal) || !strings.Contains(good, id) {
		t.Fatalf("%s", good)
	}
	if got := form(mockoperator.PrintForms{Mode: mockoperator.FormNoIDs}, mockoperator.Flow{}); strings.Contains(got, seal) || strings.Contains(got, id) || !strings.Contains(got, "Иванов") {
		t.Errorf("no ids: %s", got)
	}
	if got := form(mockoperator.PrintForms{Mode: mockoperator.FormNoStamp}, mockoperator.Flow{}); got == "" || strings.Contains(got, "Иванов") {
		t.Errorf("no stamp: %s", got)
	}
	if got := form(mockoperator.PrintForms{}, mockoperator.Flow{FormsForUntyped: mockoperator.FormsNil}); got != "" {
		t.Errorf("untyped: %s", got)
	}
}
