package synerdocs

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	messageID   = "55b0f5c1-2c7e-4e43-8df1-7a6f1d2e9c12"
	signatureID = "7e0a1f2b-3c4d-4e5f-8a9b-0c1d2e3f4a13"
	thumbprint  = "0123456789ABCDEF0123456789ABCDEF01234567"
	reason      = "Нет подписи <директора>"
)

// parties are two recipients, the first with a department.
func parties() []edo.Address {
	return []edo.Address{{Box: "box-b@example", Department: "department-2"}, {Box: "box-c@example"}}
}

func letterOf(id edo.DocumentID, typ, name, content string) edo.OutgoingDocument {
	return edo.OutgoingDocument{ID: id, Type: typ, Name: name, Content: memory([]byte(content)), Signature: []byte("cms")}
}

// flowMessages is one message of every kind, by the name of its golden.
func flowMessages() map[string]edo.Message {
	letter := letterOf("letter", "", "письмо.pdf", "%PDF-1.7")
	letter.Kind, letter.NeedSign = "Письмо", true
	bare := letter
	bare.Signature = nil
	refusal := letterOf("answer", "ServiceAmendmentRequest", "DP_UVUTOCH.xml", "<x>")
	refusal.Parent = remoteID
	invoice := letterOf("invoice", "GeneralTransferSeller", "ON_NSCHFDOPPR.xml", "<?xml version=\"1.0\" encoding=\"windows-1251\"?><\xd4\xe0\xe9\xeb>\xd1\xf7\xb8\xf2</\xd4\xe0\xe9\xeb>")
	invoice.Kind, invoice.Comment, invoice.Number, invoice.Sum, invoice.NeedSign = "never written", "За октябрь", "17/2026", "1250.00", true
	invoice.Date = time.Date(2026, 10, 31, 0, 0, 0, 0, time.FixedZone("", 3*3600))
	invoice.Related = []edo.RemoteID{remoteID, "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b12"}
	return map[string]edo.Message{
		"SendUnsignedMessage": {Flow: edo.FlowUnsigned, To: parties()[:1], Documents: []edo.OutgoingDocument{bare}},
		"SendForwardMessage": {Flow: edo.FlowForward, To: parties(), Documents: []edo.OutgoingDocument{letter}, Forwards: []edo.Forward{
			{Document: remoteID, Comment: "на согласование", NeedSign: true}, {Document: "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b12"},
		}},
		"SendInternalMessage":     {Flow: edo.FlowInternal, To: []edo.Address{{Box: "BOX-A@example", Department: "department-2"}}, Documents: []edo.OutgoingDocument{letter}},
		"SendMessage.refusal":     {To: parties(), Documents: []edo.OutgoingDocument{refusal}},
		"SendMessage.formalised":  {Flow: edo.FlowSigned, To: parties(), Documents: []edo.OutgoingDocument{invoice}},
		"SendMessage.countersign": {To: parties(), Signs: []edo.Countersign{{ID: "answer", Document: remoteID, Signature: []byte("cms")}}},
		"SignDocument":            {Flow: edo.FlowForward, Signs: []edo.Countersign{{ID: "answer", Document: remoteID, Flow: edo.FlowForward, Signature: []byte("cms")}}},
		"RejectSign":              {To: parties(), Refusals: []edo.Refusal{{Document: remoteID, Flow: edo.FlowInternal, Text: reason}}},
	}
}

// sentXML names the message and every document of a success.
func sentXML(s *session, op string, m edo.Message) answer {
	if op == signDocument || op == rejectSign {
		return ok(op, "")
	}
	var ids strings.Builder
	for i, d := range m.Documents {
		ids.WriteString("<a:LocalServerId><a:LocalId>" + strings.ToUpper(s.documentID(m.Package, d.ID)) + "</a:LocalId><a:ServiceId>0D3C7A5590A14F3EA2F61C5A8F0E7B2" + string(rune('1'+i)) + "</a:ServiceId></a:LocalServerId>")
	}
	return ok(op, "<"+op+"Result><a:DocumentIds>"+ids.String()+"</a:DocumentIds><a:Future/><a:MessageId>"+strings.ToUpper(messageID)+"</a:MessageId><a:SentDate>2026-11-17T09:31:04</a:SentDate></"+op+"Result>")
}

// TestFlowSends: every way to hand something over, byte for byte, with its success.
func TestFlowSends(t *testing.T) {
	t.Parallel()
	for name, m := range flowMessages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m.Package = "package-1"
			op, _, _ := strings.Cut(name, ".")
			server := newScript(t)
			s := server.open(func(a *edo.Account) { a.Department = "department-7" })
			server.say(op, sentXML(s, op, m))
			sent, err := s.Send(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			bodies := server.bodies(op)
			if len(bodies) != 1 {
				t.Fatalf("asked %d times: %q", len(bodies), server.operations())
			}
			golden(t, name, bodies[0])
			void := op == signDocument || op == rejectSign
			if (sent.Message == messageID) == void || sent.OperatorTime.IsZero() != void || len(sent.Documents) != len(m.Documents) {
				t.Errorf("sent %+v", sent)
			}
			for _, d := range m.Documents {
				if sent.Documents[d.ID] != "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b21" {
					t.Errorf("sent %+v", sent)
				}
			}
		})
	}
}

// TestFlowRequests compares the requests that read and draft with envelopes written by hand.
func TestFlowRequests(t *testing.T) {
	t.Parallel()
	ref := edo.Ref{Package: "package-1", Document: "letter", Remote: remoteID}
	draft := func(k edo.AnswerKind, typ string) func(*testing.T, *session) error {
		return func(t *testing.T, s *session) error {
			q := edo.DraftRequest{Kind: k, Ref: ref, Type: typ, Thumbprint: thumbprint, Text: reason}
			_, err := s.Draft(t.Context(), q, io.Discard)
			return err
		}
	}
	for name, run := range map[string]func(t *testing.T, s *session) error{
		"GetMessages":               func(t *testing.T, s *session) error { _, err := s.Inbox(t.Context(), messageID); return err },
		"GetMessageWithLoadOptions": func(t *testing.T, s *session) error { _, err := s.Receive(t.Context(), messageID); return err },
		"GetInnKppNameByBoxId":      func(t *testing.T, s *session) error { _, err := s.Receive(t.Context(), messageID); return err },
		"GetDocumentList": func(t *testing.T, s *session) error {
			_, err := s.Listing(t.Context(), time.Date(2026, 11, 17, 9, 30, 0, 0, time.UTC), 0)
			return err
		},
		"GetDocumentEntries.inbound": func(t *testing.T, s *session) error {
			_, err := s.Listing(t.Context(), time.Time{}, entriesFrom+200)
			return err
		},
		"GetInternalDocuments": func(t *testing.T, s *session) error {
			q := query()
			q.Flow = edo.FlowInternal
			_, err := s.Find(t.Context(), q)
			return err
		},
		"GetFullDocumentInfo.answers": func(t *testing.T, s *session) error {
			_, err := s.Find(t.Context(), edo.Query{Package: "p", Answers: []edo.Answered{{Document: "receipt", Parent: remoteID}}})
			return err
		},
		"GetFlowDocumentInfo": func(t *testing.T, s *session) error { _, err := s.Standing(t.Context(), ref); return err },
		"GetDocumentContent":  func(t *testing.T, s *session) error { _, err := s.Download(t.Context(), ref, io.Discard); return err },
		"GetRequiredNotices":  func(t *testing.T, s *session) error { _, err := s.Notices(t.Context(), thumbprint); return err },
		"DownloadDocumentFlowArchive": func(t *testing.T, s *session) error {
			_, err := s.FlowArchive(t.Context(), ref, true, io.Discard)
			return err
		},
		"DownloadDocumentFlowArchiveWithoutInformationReceipt": func(t *testing.T, s *session) error {
			_, err := s.FlowArchive(t.Context(), ref, false, io.Discard)
			return err
		},
		"GetEnhancedSignById":               func(t *testing.T, s *session) error { _, err := s.Enhanced(t.Context(), signatureID); return err },
		"GenerateDeliveryConfirmationV2":    draft(edo.AnswerReceipt, "Untyped"),
		"GenerateInvoiceReceiptV2":          draft(edo.AnswerReceipt, "ServiceInvoiceConfirmation"),
		"GenerateAmendmentRequestV2":        draft(edo.AnswerRefuse, "WaybillSeller"),
		"GenerateInvoiceAmendmentRequestV2": draft(edo.AnswerRefuse, "GeneralTransferSeller"),
		"GenerateRevocationOffer":           draft(edo.AnswerRevoke, "Invoice"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op, _, _ := strings.Cut(name, ".")
			server := newScript(t)
			flowAnswers(server)
			if err := run(t, server.open()); err != nil {
				t.Fatal(err)
			}
			bodies := server.bodies(op)
			if len(bodies) != 1 {
				t.Fatalf("asked %d times: %q", len(bodies), server.operations())
			}
			golden(t, name, bodies[0])
		})
	}
}

// flowAnswers is a success for every call that reads or drafts.
func flowAnswers(server *script) {
	result := func(op, inner string) { server.say(op, ok(op, "<"+op+"Result>"+inner+"</"+op+"Result>")) }
	result("GetMessages", "")
	result("GetMessageWithLoadOptions", "<a:From>box-b@example</a:From><a:Id>"+messageID+"</a:Id>")
	result("GetInnKppNameByBoxId", "<a:Inn>7803456788</a:Inn><a:Kpp>780301001</a:Kpp><a:Name>Василёк</a:Name>")
	for _, op := range []string{"GetDocumentList", "GetDocumentEntries", "GetInternalDocuments"} {
		result(op, "<a:Items/><a:Total>0</a:Total>")
	}
	result("GetFlowDocumentInfo", "")
	result("GetFullDocumentInfo", "")
	server.say("GetDocumentContent", ok("GetDocumentContent", "<GetDocumentContentResult>JVBERi0x</GetDocumentContentResult>"))
	result("GetRequiredNotices", "")
	result("GetEnhancedSignById", "<a:CreateStatus>Success</a:CreateStatus><a:Raw>AQID</a:Raw>")
	for _, op := range []string{
		"DownloadDocumentFlowArchive", "DownloadDocumentFlowArchiveWithoutInformationReceipt", "GenerateDeliveryConfirmationV2", "GenerateInvoiceReceiptV2",
		"GenerateAmendmentRequestV2", "GenerateInvoiceAmendmentRequestV2", "GenerateRevocationOffer",
	} {
		result(op, "<a:Content>AQID</a:Content><a:Name>n.xml</a:Name>")
	}
}
