package mockoperator_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// side is one of the two who exchange: everything it does goes through the interface of the service.
type side struct {
	*bundle
	token string
	box   string
	id    mockoperator.Identity
}

// two are the sender and the recipient of most tests.
func two(t *testing.T, s mockoperator.Scenario) (a, b *side) {
	t.Helper()
	u := setup(t, s)
	return u.side(boxA, u.ids[0]), u.side(boxB, u.ids[2])
}

func (b *bundle) side(box string, id mockoperator.Identity) *side {
	b.t.Helper()
	return &side{bundle: b, token: b.loginByCertificate(id), box: box, id: id}
}

// ask posts the envelope of the contract with live values.
func (s *side) ask(operation string, oldnew ...string) reply {
	s.t.Helper()
	e := envelope(s.t, operation+".request", oldnew...)
	return s.call(operation, contract.Fill(e, contract.SampleToken, s.token, contract.SampleBox, s.box))
}

// ok is ask for what must succeed.
func (s *side) ok(operation string, oldnew ...string) reply {
	s.t.Helper()
	got := s.ask(operation, oldnew...)
	if got.status != http.StatusOK {
		s.t.Fatalf("%s: %s", operation, got.body)
	}
	return got
}

// paper is a document of a message under construction.
type paper struct {
	kind, id, parent, extra string // DocumentType, local id, ParentDocumentId, members after NeedSign
	content                 []byte
	name, custom            string
	needSign, needReceipt   bool
}

// letter sends a message: documents with a signature each, and signatures alone by service id and content.
func (s *side) letter(to []string, docs []paper, alone map[string][]byte, edit ...string) reply {
	s.t.Helper()
	var d, g strings.Builder
	sign := func(id string, content []byte) {
		cms := sign(s.t, content, s.id.Certificate, s.id.Key)
		fmt.Fprintf(&g, `<m:Sign><m:DocumentId>%s</m:DocumentId><m:Id>%s</m:Id><m:Raw>%s</m:Raw></m:Sign>`, id, uuid.NewString(), base64.StdEncoding.EncodeToString(cms))
	}
	for i, p := range docs {
		if p.id == "" {
			p.id = uuid.NewString()
		}
		if p.name == "" {
			p.name = fmt.Sprintf("document-%d.xml", i)
		}
		fmt.Fprintf(&d, `<m:Document><m:Content>%s</m:Content>`, base64.StdEncoding.EncodeToString(p.content))
		if p.custom != "" {
			fmt.Fprintf(&d, `<m:CustomField>%s</m:CustomField>`, p.custom)
		}
		fmt.Fprintf(&d, `<m:DocumentType>%s</m:DocumentType><m:FileName>%s</m:FileName><m:Id>%s</m:Id><m:NeedReceipt>%t</m:NeedReceipt><m:NeedSign>%t</m:NeedSign>%s`,
			p.kind, p.name, p.id, p.needReceipt, p.needSign, p.extra)
		if p.parent != "" {
			fmt.Fprintf(&d, `<m:ParentDocumentId>%s</m:ParentDocumentId>`, p.parent)
		}
		d.WriteString(`</m:Document>`)
		sign(p.id, p.content)
	}
	for id, content := range alone {
		sign(id, content)
	}
	return s.call("SendMessage", []byte(strings.NewReplacer(edit...).Replace(s.frame(to, d.String(), g.String()))))
}

func (s *side) frame(to []string, docs, signs string) string {
	recipients := ""
	for _, box := range to {
		recipients += `<m:MessageRecipient><m:OrganizationBoxId>` + box + `</m:OrganizationBoxId></m:MessageRecipient>`
	}
	return `<s:Envelope xmlns:s="` + contract.NSEnvelope + `"><s:Body><SendMessage xmlns="` + contract.NSService + `" xmlns:m="` + contract.NSModel +
		`" xmlns:a="` + contract.NSArrays + `"><authToken>` + s.token + `</authToken><message><m:Documents>` + docs + `</m:Documents><m:From>` + s.box +
		`</m:From><m:Id>` + uuid.NewString() + `</m:Id><m:Recipients>` + recipients + `</m:Recipients><m:Signs>` + signs + `</m:Signs></message></SendMessage></s:Body></s:Envelope>`
}

// untyped sends one ordinary document and returns its service id.
func (s *side) untyped(to string, content []byte, needSign bool) string {
	s.t.Helper()
	return s.sent(s.letter([]string{to}, []paper{{kind: "Untyped", name: "договор.txt", content: content, needSign: needSign}}, nil))
}

func (s *side) sent(got reply) string {
	s.t.Helper()
	if got.status != http.StatusOK {
		s.t.Fatalf("%s", got.body)
	}
	if ids := got.texts("ServiceId"); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// made generates a service document.
func (s *side) made(operation, id string) []byte {
	s.t.Helper()
	return content(s.t, s.ok(operation, contract.SampleServiceID, id))
}

func content(t *testing.T, r reply) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(r.text(t, "Content"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// service sends a service document and returns its id.
func (s *side) service(to, kind, parent string, raw []byte) string {
	s.t.Helper()
	return s.sent(s.letter([]string{to}, []paper{{kind: kind, parent: parent, content: raw}}, nil))
}

func (s *side) receipt(to, parent string) string {
	s.t.Helper()
	return s.service(to, "ServiceReceipt", parent, s.made("GenerateDeliveryConfirmationV2", parent))
}

// full is everything about a document.
func (s *side) full(id string) reply {
	s.t.Helper()
	e := string(envelope(s.t, "GetFullDocumentInfo.request", contract.SampleToken, s.token, contract.SampleBox, s.box, contract.SampleServiceID, id))
	return s.call("GetFullDocumentInfo", []byte(strings.ReplaceAll(e, ">false<", ">true<")))
}

// at tells the statuses of a document as the side sees them: delivery, signature, revocation.
func (s *side) at(id string) string {
	s.t.Helper()
	got := s.full(id)
	last := func(local string) string { all := got.texts(local); return all[len(all)-1] }
	return last("DeliveryStatus") + " " + last("SignStatus") + " " + last("RevocationStatus")
}

func (s *side) want(id, status string, operations ...string) {
	s.t.Helper()
	if got := s.at(id); got != status {
		s.t.Errorf("%s sees %s, want %s", s.box, got, status)
	}
	got := s.operations(id)
	for _, op := range operations {
		name, not := strings.CutPrefix(op, "!")
		if slices.Contains(got, name) == not {
			s.t.Errorf("%s is offered %v, want %s", s.box, got, op)
		}
	}
}

func (s *side) operations(id string) []string {
	s.t.Helper()
	got := s.full(id)
	_, rest, _ := bytes.Cut(got.body, []byte("<m:AvailableOperationsV2>"))
	list, _, _ := bytes.Cut(rest, []byte("</m:AvailableOperationsV2>"))
	var v struct {
		Names []string `xml:"string"`
	}
	if err := xml.Unmarshal([]byte("<x xmlns:a='a'>"+string(list)+"</x>"), &v); err != nil {
		s.t.Fatal(err)
	}
	return v.Names
}

// news reads the ids of messages behind a cursor.
func (s *side) news(cursor string) []string {
	s.t.Helper()
	return s.ok("GetMessages", contract.SampleMessage, cursor).texts("Id")
}

func TestReceiptCountersignatureAndRevocation(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	text := []byte("договор на две стороны")
	id := a.untyped(boxB, text, true)
	a.want(id, "RecievedByService WaitingForSign NoRevocation", "Print", "Download", "Forward", "!Sign", "!Revoke", "!ConfirmReceipt")
	b.want(id, "SentToRecipient WaitingForSign NoRevocation", "Sign", "Reject", "ConfirmReceipt", "!Revoke")
	inbox := b.news("")
	got := b.ok("GetMessage", contract.SampleMessage, inbox[0])
	if len(inbox) != 1 || !bytes.Equal(content(t, got), text) || len(got.texts("Raw")) != 1 {
		t.Fatalf("%v %s", inbox, got.body)
	}
	notice := b.ok("GetRequiredNotices")
	if notice.text(t, "ParentDocumentId") != id || notice.text(t, "DocumentType") != "ServiceReceipt" {
		t.Fatalf("%s", notice.body)
	}
	b.service(boxA, "ServiceReceipt", id, content(t, notice))
	a.want(id, "DeliveredToRecipient WaitingForSign NoRevocation", "!Revoke")
	if left := b.ok("GetRequiredNotices").texts("Content"); len(left) != 0 {
		t.Errorf("%d notices are left", len(left))
	}
	if info := a.full(id); info.text(t, "SignRaw") == "" || info.text(t, "IsValidSign") != "true" {
		t.Errorf("no receipt with its signature in %s", info.body)
	}
	b.sent(b.letter([]string{boxA}, nil, map[string][]byte{id: text}))
	a.want(id, "DeliveredToRecipient Signed NoRevocation", "Revoke", "!Reject")
	refused(t, b.letter([]string{boxA}, nil, map[string][]byte{id: text}), "DocumentWasAlreadySigned", "message.Signs[0]")
	if signs := len(a.full(id).texts("Raw")); signs != 2 {
		t.Errorf("%d signatures", signs)
	}
	mail := a.news("") // the receipt and the signature alone
	last := a.ok("GetMessage", contract.SampleMessage, mail[1])
	if len(mail) != 2 || len(last.texts("Document")) != 0 || last.text(t, "DocumentId") != id {
		t.Errorf("%v %s", mail, last.body)
	}
	revoke(t, a, b, id)
	if got := b.op.Traffic()[boxB]; got != (mockoperator.Traffic{Messages: 4, Service: 3, Signs: 1}) {
		t.Errorf("%+v", got)
	}
}

// revoke plays an offer that is refused, and one that is accepted.
func revoke(t *testing.T, a, b *side, id string) {
	t.Helper()
	offer := a.made("GenerateRevocationOffer", id)
	first := a.service(boxB, "RevocationOffer", id, offer)
	a.want(id, "DeliveredToRecipient Signed RevocationAwaited", "!Revoke")
	b.want(id, "DeliveredToRecipient Signed RevocationRequired", "!Revoke")
	refused(t, a.letter([]string{boxB}, []paper{{kind: "RevocationOffer", parent: id, content: offer}}, nil), "WorkflowViolation", "message.Documents[0].ParentDocumentId")
	b.service(boxA, "ServiceAmendmentRequest", first, b.made("GenerateAmendmentRequestV2", first))
	a.want(id, "DeliveredToRecipient Signed RevocationRejected", "Revoke")
	offer = b.made("GenerateRevocationOffer", id)
	second := b.service(boxA, "RevocationOffer", id, offer)
	a.want(id, "DeliveredToRecipient Signed RevocationRequired")
	a.want(second, "SentToRecipient WaitingForSign NoRevocation", "Sign", "Reject", "!ConfirmReceipt")
	a.sent(a.letter([]string{boxB}, nil, map[string][]byte{second: offer}))
	b.want(id, "DeliveredToRecipient Signed RevocationAccepted", "!Revoke", "!Sign")
	if offers := len(b.full(id).texts("FullDocumentInfo")); offers == 0 {
		t.Error("the offers are not in the full information")
	}
	refused(t, a.ask("GenerateRevocationOffer", contract.SampleServiceID, id), "WorkflowViolation", "documentId")
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	text := []byte("договор")
	id := a.untyped(boxB, text, true)
	raw := b.made("GenerateAmendmentRequest", id)
	if !bytes.Contains(raw, []byte("windows-1251")) || !bytes.Contains(raw, []byte(id)) || !bytes.Contains(raw, []byte("\xce\xf8\xe8\xe1\xea\xe0")) {
		t.Errorf("%q", raw)
	}
	b.service(boxA, "ServiceAmendmentRequest", id, raw)
	a.want(id, "DeliveredToRecipient SignRejected NoRevocation", "Revoke")
	refused(t, b.letter([]string{boxA}, nil, map[string][]byte{id: text}), "SignWasAlreadyRejected", "message.Signs[0]")
	refused(t, b.letter([]string{boxA}, []paper{{kind: "ServiceAmendmentRequest", parent: id, content: raw}}, nil), "SignWasAlreadyRejected", "message.Documents[0].ParentDocumentId")
	if doc := a.op.Ledger()[0].Documents[0]; doc.Answers[0].Comment != contract.SampleReason {
		t.Errorf("%+v", doc.Answers)
	}
	refused(t, a.ask("GenerateDeliveryConfirmation", contract.SampleServiceID, id), "WorkflowViolation", "documentId")
	refused(t, b.ask("GenerateAmendmentRequest", contract.SampleServiceID, id, contract.SampleReason, ""), "NotFilledRequiredField", "text")
}

func TestServiceDocumentsMustBeTheGeneratedOnes(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	id, other := a.untyped(boxB, []byte("договор"), true), a.untyped(boxB, []byte("второй"), false)
	foreign := []byte(`<?xml version="1.0" encoding="windows-1251"?><x/>`)
	send := func(parent string, raw []byte) reply {
		t.Helper()
		return b.letter([]string{boxA}, []paper{{kind: "ServiceReceipt", parent: parent, content: raw}}, nil)
	}
	field := "message.Documents[0].Content"
	refused(t, send(id, foreign), "InvalidDocumentContent", field)
	refused(t, send(other, b.made("GenerateDeliveryConfirmation", id)), "InvalidDocumentContent", field)
	refused(t, send(id, []byte("квитанция")), "InvalidDocumentFormat", field)
	no := false
	a.op.Change(func(s *mockoperator.Scenario) { s.Flow.GeneratedMustMatch = &no })
	b.sent(send(id, foreign))
	refused(t, send(id, foreign), "WorkflowViolation", "message.Documents[0].ParentDocumentId")
	a.want(id, "DeliveredToRecipient WaitingForSign NoRevocation")
	refused(t, a.letter([]string{boxB}, []paper{{kind: "ServiceReceipt", parent: other, content: foreign}}, nil), "WorkflowViolation", "message.Documents[0].ParentDocumentId")
	refused(t, b.letter([]string{"seti-head@mock.edo"}, []paper{{kind: "ServiceReceipt", parent: other, content: foreign}}, nil), "WorkflowViolation", "message.Recipients")
	refused(t, send(uuid.NewString(), foreign), "InvalidDocumentReference", "message.Documents[0].ParentDocumentId")
}
