package mockoperator_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// pull reads pages with the last listed message as cursor until one is empty, and gives all that was listed, by the number of
// the message.
func (s *side) pull(limit int) []int {
	s.t.Helper()
	number := map[string]int{}
	for _, e := range s.op.Ledger() {
		number[e.MessageID] = e.Number
	}
	var out []int
	cursor := ""
	for range limit {
		got := s.news(cursor)
		if len(got) == 0 {
			break
		}
		for _, id := range got {
			out = append(out, number[id])
		}
		cursor = got[len(got)-1]
	}
	return out
}

func TestMessagesAsTheScenarioSays(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flow  mockoperator.Flow
		limit int
		want  []int
	}{
		"one page":          {mockoperator.Flow{}, 9, []int{1, 2, 3, 4, 5, 6, 7}},
		"pages":             {mockoperator.Flow{MessagesPage: 3}, 9, []int{1, 2, 3, 4, 5, 6, 7}},
		"newest first":      {mockoperator.Flow{MessagesPage: 3, MessagesOrder: mockoperator.OrderNewest}, 1, []int{3, 2, 1}},
		"borders lose":      {mockoperator.Flow{MessagesPage: 3, PageBorder: mockoperator.BorderLose}, 9, []int{1, 2, 3, 5, 6, 7}},
		"borders repeat":    {mockoperator.Flow{MessagesPage: 3, PageBorder: mockoperator.BorderRepeat}, 9, []int{1, 2, 3, 3, 4, 5, 5, 6, 7}},
		"every third twice": {mockoperator.Flow{RepeatEvents: 3}, 9, []int{1, 2, 3, 3, 4, 5, 6, 6, 7}},
		"an empty page":     {mockoperator.Flow{MessagesPage: 3, EmptyPage: 2}, 9, []int{1, 2, 3}},
		"not yet":           {mockoperator.Flow{MessagesDelay: time.Hour}, 9, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, b := two(t, mockoperator.Scenario{Flow: tc.flow})
			if _, err := b.op.Plant(boxA, boxB, 7, func(int) mockoperator.PlantedDocument { return mockoperator.PlantedDocument{} }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, b.pull(tc.limit)); diff != "" {
				t.Error(diff)
			}
			if got := b.ok("GetDocumentList"); got.text(t, "Total") != "7" {
				t.Errorf("the list has %s", got.text(t, "Total"))
			}
		})
	}
}

func TestMessagesShuffledDelayedAndOwn(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{Flow: mockoperator.Flow{MessagesOrder: mockoperator.OrderShuffled, MessagesDelay: 30 * time.Minute}})
	if _, err := b.op.Plant(boxA, boxB, 30, func(int) mockoperator.PlantedDocument { return mockoperator.PlantedDocument{} }); err != nil {
		t.Fatal(err)
	}
	b.op.Advance(30 * time.Minute)
	got := b.pull(1)
	if slices.IsSorted(got) || len(got) != 30 {
		t.Errorf("%v", got)
	}
	slices.Sort(got)
	if len(slices.Compact(got)) != 30 {
		t.Errorf("%v", got)
	}
	if mine := a.news(""); len(mine) != 0 {
		t.Errorf("%d own messages", len(mine))
	}
	b.op.Change(func(s *mockoperator.Scenario) { s.Flow.MessagesIncludeOwn = true })
	if mine := a.news(""); len(mine) != 30 {
		t.Errorf("%d own messages", len(mine))
	}
}

func TestWrongCursor(t *testing.T) {
	t.Parallel()
	_, b := two(t, mockoperator.Scenario{})
	if _, err := b.op.Plant(boxA, boxB, 2, func(int) mockoperator.PlantedDocument { return mockoperator.PlantedDocument{} }); err != nil {
		t.Fatal(err)
	}
	wrong := uuid.NewString()
	refused(t, b.ask("GetMessages", contract.SampleMessage, wrong), "NoDataFound", "afterMessageId")
	refused(t, b.ask("GetMessage", contract.SampleMessage, wrong), "NoDataFound", "messageId")
	for mode, want := range map[string]int{mockoperator.CursorEmpty: 0, mockoperator.CursorBeginning: 2} {
		b.op.Change(func(s *mockoperator.Scenario) { s.Flow.WrongCursor = mode })
		if got := b.news(wrong); len(got) != want {
			t.Errorf("%s: %d", mode, len(got))
		}
	}
	refused(t, b.ask("GetMessages", contract.SampleMessage, "", "<toBox>box-a@sample", "<toBox>"+boxA), "BoxAccessError", "toBox")
}

func TestLoadOptions(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	a.untyped(boxB, []byte("договор"), true)
	mail := b.news("")
	got := b.ok("GetMessageWithLoadOptions", contract.SampleMessage, mail[0])
	if got.text(t, "Content") != "" || got.text(t, "Raw") == "" {
		t.Errorf("%s", got.body)
	}
	got = b.ok("GetMessageWithLoadOptions", contract.SampleMessage, mail[0], ">true<", ">false<", ">false<", ">true<")
	if got.text(t, "Content") == "" || got.text(t, "Raw") != "" {
		t.Errorf("%s", got.body)
	}
}

func TestResend(t *testing.T) {
	t.Parallel()
	a, _ := two(t, mockoperator.Scenario{Flow: mockoperator.Flow{Resend: mockoperator.ResendRefuse}})
	text := []byte("договор")
	body := a.message(a.token, text, sign(t, text, a.id.Certificate, a.id.Key))
	a.sent(a.call("SendMessage", body))
	refused(t, a.call("SendMessage", body), "WorkflowViolation", "message.Id")
	if n := len(a.op.Ledger()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestContentIsClosedUntilTheReceipt(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{Flow: mockoperator.Flow{ContentClosed: true, ReceiptBeforeSign: mockoperator.ReceiptRequired}})
	text := []byte("договор")
	id := a.sent(a.letter([]string{boxB}, []paper{{kind: "Untyped", content: text, needSign: true, needReceipt: true}}, nil))
	for op, field := range map[string]string{"GetDocumentContent": "documentId", "DownloadPdfDocument": "documentId", "PrintDocument": "request.DocumentId"} {
		refused(t, b.ask(op, contract.SampleServiceID, id), "DocumentContentAccessDenied", field)
		a.ok(op, contract.SampleServiceID, id)
	}
	if got := b.full(id).text(t, "Content"); got != "" {
		t.Error("the content is open in the full information")
	}
	b.want(id, "SentToRecipient WaitingForSign NoRevocation", "!Sign", "!Download", "ConfirmReceipt")
	refused(t, b.letter([]string{boxA}, nil, map[string][]byte{id: text}), "WorkflowViolation", "message.Signs[0]")
	b.receipt(boxA, id)
	b.ok("GetDocumentContent", contract.SampleServiceID, id)
	b.want(id, "DeliveredToRecipient WaitingForSign NoRevocation", "Sign", "Download")
	b.sent(b.letter([]string{boxA}, nil, map[string][]byte{id: text}))
}

func TestServiceDocumentsInLists(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	b.receipt(boxA, a.untyped(boxB, []byte("договор"), true))
	list := func() string {
		t.Helper()
		return a.ok("GetDocumentList").text(t, "Total") + a.ok("GetDocumentEntries", "<m:BoxFrom>box-a@sample</m:BoxFrom>", "<m:BoxFrom i:nil='true'/>").text(t, "Total")
	}
	if got := list(); got != "01" {
		t.Errorf("%s", got)
	}
	a.op.Change(func(s *mockoperator.Scenario) { s.Flow.ServiceDocumentsInLists = true })
	if got := list(); got != "12" {
		t.Errorf("%s", got)
	}
}

// unzip reads an archive: name to content.
func unzip(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestArchive(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{Flow: mockoperator.Flow{Archive: "after:1"}})
	text := []byte("договор")
	id := a.untyped(boxB, text, true)
	receipt := b.receipt(boxA, id)
	b.sent(b.letter([]string{boxA}, nil, map[string][]byte{id: text}))
	if got := a.ok("DownloadDocumentFlowArchive", contract.SampleServiceID, id); len(got.texts("Content")) != 0 {
		t.Error("ready at once")
	}
	files := unzip(t, content(t, a.ok("DownloadDocumentFlowArchive", contract.SampleServiceID, id)))
	main, service := "01 Документ "+id+"/", "02 Извещение о получении "+receipt+"/"
	counts := map[string]int{}
	for name, raw := range files {
		dir, _, _ := strings.Cut(name, "/")
		counts[dir+"/"]++
		if name == main+"договор.txt" && !bytes.Equal(raw, text) {
			t.Errorf("%s differs", name)
		}
	}
	if diff := cmp.Diff(map[string]int{main: 4, service: 2}, counts); diff != "" { // content, form and two signatures; content and one
		t.Error(diff)
	}
	if _, there := files[main+"договор.txt.подпись-2.sig"]; !there {
		t.Errorf("no second signature")
	}
	if less := unzip(t, content(t, a.ok("DownloadDocumentFlowArchiveWithoutInformationReceipt", contract.SampleServiceID, id))); len(less) != 4 {
		t.Errorf("%d files without receipts", len(less))
	}
	a.op.Change(func(s *mockoperator.Scenario) { s.Flow.ArchiveNames = mockoperator.NamesCP866 })
	old := unzip(t, content(t, a.ok("DownloadDocumentFlowArchive", contract.SampleServiceID, id)))
	if _, there := old["01 \x84\xae\xaa\xe3\xac\xa5\xad\xe2 "+id+"/\xa4\xae\xa3\xae\xa2\xae\xe0.txt"]; !there {
		t.Error("names are not in the old encoding")
	}
	given := filepath.Join(t.TempDir(), "given.zip")
	if err := os.WriteFile(given, []byte("PK no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	a.op.Change(func(s *mockoperator.Scenario) { s.Flow.ArchiveBytes = given })
	if raw := content(t, a.ok("DownloadDocumentFlowArchive", contract.SampleServiceID, id)); string(raw) != "PK no archive" {
		t.Errorf("%q", raw)
	}
	a.op.Change(func(s *mockoperator.Scenario) { s.Flow.Archive = mockoperator.AnswerFailed })
	refused(t, a.ask("DownloadDocumentFlowArchive", contract.SampleServiceID, id), "DownloadDocumentFlowArchiveFailed", "documentId")
	if got := a.ok("DownloadDocumentFlowArchive", contract.SampleServiceID, uuid.NewString()); len(got.texts("Content")) != 0 {
		t.Error("an archive of no document")
	}
}

func TestEnhancedSign(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	got := a.letter([]string{boxB}, []paper{{kind: "Untyped", content: []byte("договор")}}, nil)
	a.sent(got)
	sign := got.texts("ServiceId")[1]
	var seen []string
	for range 3 {
		seen = append(seen, b.ok("GetEnhancedSignById", contract.SampleSignID, sign).text(t, "CreateStatus"))
	}
	if !cmp.Equal(seen, []string{"InProgress", "Success", "Success"}) {
		t.Errorf("%v", seen)
	}
	refused(t, b.ask("GetEnhancedSignById"), "EnhancedSignNotFound", "signId")
	refused(t, b.ask("GetEnhancedSign"), "EnhancedSignNotFound", "sign")
	raw := b.ok("GetEnhancedSignById", contract.SampleSignID, sign).text(t, "Raw")
	if got := b.ok("GetEnhancedSign", contract.SampleSignature, raw); got.text(t, "Raw") != raw {
		t.Errorf("%s", got.body)
	}
	a.op.Change(func(s *mockoperator.Scenario) { s.Flow.EnhancedSign = mockoperator.AnswerFailed })
	if got := b.ok("GetEnhancedSignById", contract.SampleSignID, sign); got.text(t, "Reason") != "RevocationInfoUnavailable" {
		t.Errorf("%s", got.body)
	}
}

func TestExecutedFunction(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	for title, want := range map[string]string{`GeneralTransferSeller \xd4\xf3\xed\xea\xf6\xe8\xff="\xc4\xce\xcf"`: "Transfer", "GeneralTransferSeller": "InvoiceAndTransfer", "GeneralTransferCorrectionSeller": "InvoiceAndTransferCorrection"} {
		kind, attribute, _ := strings.Cut(title, " ")
		raw := formal("1")
		if attribute != "" {
			raw = bytes.Replace(raw, []byte("/>"), []byte(" \xd4\xf3\xed\xea\xf6\xe8\xff=\"\xc4\xce\xcf\"/>"), 1)
		}
		id := a.sent(a.letter([]string{boxB}, []paper{{kind: kind, content: raw}}, nil))
		if got := b.ok("GetDocumentExecutedFunction", contract.SampleServiceID, id).text(t, "Name"); got != want {
			t.Errorf("%s: %s", title, got)
		}
	}
	refused(t, b.ask("GetDocumentExecutedFunction", contract.SampleServiceID, a.untyped(boxB, []byte("x"), false)), "OperationIsNotAvailable", "documentId")
}

func TestScenarioOfFlowsRefusesWrongWords(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"messages-order: oldes", "page-border: loose", "wrong-cursor: x", "resend: x", "receipt-before-sign: x", "title-status: x", "confirm-receipt-offered: x", "signature-delivers: x", "forms-for-untyped: x",
		"archive-names: x", "archive: after:x", "archive: later", "enhanced-sign: after:-1", "messages-page: 101", "messages-page: -1",
		"empty-page-although-newer: 1", "repeat-events: -1", "messages-delay: -1s", "print-forms: [{flow: SentForward}]",
	} {
		if _, err := mockoperator.ParseScenario([]byte(text)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
	s, err := mockoperator.ParseScenario([]byte("messages-page: 7\ngenerated-must-match: false\narchive: after:3\n"))
	if err != nil || s.Flow.MessagesPage != 7 || *s.Flow.GeneratedMustMatch || s.Flow.Archive != "after:3" {
		t.Errorf("%+v, %v", s.Flow, err)
	}
}

// TestASignatureIsNoReceipt: the steps are separate, so a document may be signed while its receipt is still due; whether a
// signature delivers as well is a switch.
func TestASignatureIsNoReceipt(t *testing.T) {
	t.Parallel()
	for name, delivers := range map[string]bool{"receipt still due": false, "delivers": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := two(t, mockoperator.Scenario{Flow: mockoperator.Flow{SignatureDelivers: delivers}})
			text := []byte("договор")
			id := a.untyped(boxB, text, true)
			title := a.sent(a.letter([]string{boxB}, []paper{{kind: "WaybillSeller", content: formal("1")}}, nil))
			b.want(id, "RecievedByService WaitingForSign NoRevocation", "ConfirmReceipt")
			b.sent(b.letter([]string{boxA}, nil, map[string][]byte{id: text}))
			b.sent(b.letter([]string{boxA}, []paper{{kind: "WaybillBuyer", parent: title, content: formal("2")}}, nil))
			if delivers {
				for _, d := range []string{id, title} {
					b.want(d, "DeliveredToRecipient Signed NoRevocation", "!ConfirmReceipt", "Revoke")
				}
				if due := b.owes(); len(due) != 0 {
					t.Errorf("owes %v", due)
				}
				return
			}
			for _, d := range []string{id, title} {
				b.want(d, "SentToRecipient Signed NoRevocation", "ConfirmReceipt", "!Sign", "!Revoke")
			}
			if due := b.owes(); !slices.Equal(due["Untyped"], []string{id}) || !slices.Equal(due["WaybillSeller"], []string{title}) {
				t.Errorf("owes %v", due)
			}
			for _, d := range []string{id, title} {
				b.receipt(boxA, d)
				b.want(d, "DeliveredToRecipient Signed NoRevocation", "!ConfirmReceipt", "Revoke")
			}
			if due := b.owes(); len(due) != 0 {
				t.Errorf("still owes %v", due)
			}
		})
	}
}

// TestConfirmReceiptIsNotOffered: an operator may leave the operation out although the delivery is not confirmed; the notice
// is due all the same.
func TestConfirmReceiptIsNotOffered(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	id := a.untyped(boxB, []byte("договор"), true)
	b.want(id, "RecievedByService WaitingForSign NoRevocation", "ConfirmReceipt")
	no := false
	a.op.Change(func(s *mockoperator.Scenario) { s.Flow.ConfirmReceiptOffered = &no })
	b.want(id, "SentToRecipient WaitingForSign NoRevocation", "Sign", "Reject", "!ConfirmReceipt")
	if due := b.owes(); !slices.Equal(due["Untyped"], []string{id}) {
		t.Errorf("owes %v", due)
	}
	b.receipt(boxA, id)
	b.want(id, "DeliveredToRecipient WaitingForSign NoRevocation", "!ConfirmReceipt")
}

// statusTypes are the type of the status of the first recipient and that of the whole; "" where there is none.
func statusTypes(t *testing.T, r reply) []string {
	t.Helper()
	found := regexp.MustCompile(`<m:Status i:(?:type="([^"]*)"|nil="true"/)`).FindAllSubmatch(r.body, -1)
	if len(found) < 2 {
		t.Fatalf("%d statuses in %s", len(found), r.body)
	}
	return []string{string(found[0][1]), string(found[len(found)-1][1])}
}

// TestStatusOfUniversalTransferDocuments: its type is open; that of an invoice is not.
func TestStatusOfUniversalTransferDocuments(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"": "m:InvoiceDocumentFlowStatus", mockoperator.TitleInvoice: "m:InvoiceDocumentFlowStatus",
		mockoperator.TitleUntyped: "m:UntypedDocumentFlowStatus", mockoperator.TitleNone: "",
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			a, b := two(t, mockoperator.Scenario{Flow: mockoperator.Flow{TitleStatus: word}})
			ids := map[string]string{"Invoice": "m:InvoiceDocumentFlowStatus", "WaybillSeller": "m:UntypedDocumentFlowStatus", "GeneralTransferSeller": want, "GeneralTransferCorrectionSeller": want}
			for kind, status := range ids {
				id := a.sent(a.letter([]string{boxB}, []paper{{kind: kind, content: formal("1"), needSign: true}}, nil))
				for _, got := range [][]string{statusTypes(t, a.full(id)), statusTypes(t, b.full(id))} {
					if got[0] != status || got[1] != status {
						t.Errorf("%s: %q, want %q", kind, got, status)
					}
				}
				if got := b.operations(id); kind == "GeneralTransferSeller" && (!slices.Contains(got, "Sign") || !slices.Contains(got, "ConfirmReceipt")) {
					t.Errorf("%s: offered %v", kind, got)
				}
			}
		})
	}
}
