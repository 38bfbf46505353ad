package synerdocs

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

// resultOf is a success of an operation.
func resultOf(op, inner string) answer { return ok(op, "<"+op+"Result>"+inner+"</"+op+"Result>") }

func TestInboxAnswers(t *testing.T) {
	t.Parallel()
	info := func(id, from string) string {
		return "<a:MessageInfo><a:From>" + from + "</a:From><a:Future><a:Id>x</a:Id></a:Future><a:Id>" + id + "</a:Id><a:MessageRecipients/></a:MessageInfo>"
	}
	for name, tc := range map[string]struct {
		inner string
		want  []edo.InboxHeader
		kind  edo.Kind
	}{
		"nothing": {},
		"two": {inner: info("55B0F5C12C7E4E438DF17A6F1D2E9C12", "box-b@example") + info(" "+messageID+"\n", "BOX-A@example"), want: []edo.InboxHeader{
			{Message: messageID, From: "box-b@example"}, {Message: messageID, From: "BOX-A@example", Own: true},
		}},
		"no GUID":      {inner: info("Message-1", "b"), want: []edo.InboxHeader{{Message: "Message-1", From: "b"}}},
		"without id":   {inner: info("", "b"), kind: edo.Unavailable},
		"nil item":     {inner: "<a:MessageInfo i:nil='true'/>", kind: edo.Unavailable},
		"id twice":     {inner: "<a:MessageInfo><a:Id>1</a:Id><a:Id>2</a:Id></a:MessageInfo>", kind: edo.Unavailable},
		"foreign item": {inner: "<MessageInfo/>", kind: edo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say("GetMessages", resultOf("GetMessages", tc.inner))
			got, err := server.open().Inbox(t.Context(), "")
			if tc.kind != 0 {
				if edo.KindOf(err) != tc.kind || got.Messages != nil {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got.Messages); diff != "" || err != nil || got.AsOf.IsZero() {
				t.Errorf("%v\n-want +got\n%s", err, diff)
			}
			if !contains(server.bodies("GetMessages")[0], `<afterMessageId i:nil="true">`) {
				t.Error("an empty cursor is not nil")
			}
		})
	}
}

const incomingXML = `<a:Documents><a:Document i:nil="true"/></a:Documents>`

func TestReceiveAnswers(t *testing.T) {
	t.Parallel()
	doc := `<a:Document><a:Card i:nil="true"/><a:Comment>К сведению</a:Comment><a:Content i:nil="true"/><a:CustomField>их 1</a:CustomField><a:Date>2026-10-31T00:00:00+03:00</a:Date>` +
		`<a:DocumentType>Untyped</a:DocumentType><a:DocumentTypeEnum i:type="a:DocumentTypeEnum"><a:Code>24</a:Code><a:Description>УПД</a:Description><a:Name>GeneralTransferSeller</a:Name><a:Value i:nil="true"/></a:DocumentTypeEnum>` +
		`<a:DocumentTypeInfo><a:DocumentType><a:Code>24</a:Code></a:DocumentType><a:Purposes/><a:UntypedKind>Письмо</a:UntypedKind><a:VersionNumber>3</a:VersionNumber></a:DocumentTypeInfo><a:FileName>a.xml</a:FileName><a:FileSize>7</a:FileSize>` +
		`<a:FromBoxId>BOX-B@example</a:FromBoxId><a:Id>0D3C7A5590A14F3EA2F61C5A8F0E7B11</a:Id><a:IsLegitimate>false</a:IsLegitimate><a:Name>УПД</a:Name><a:NeedReceipt>true</a:NeedReceipt><a:NeedSign>1</a:NeedSign>` +
		`<a:NonLegitimateReasons><a:NonLegitimateReason>NoReason</a:NonLegitimateReason><a:NonLegitimateReason>SignerCertificateIsDemo</a:NonLegitimateReason><a:NonLegitimateReason>FutureReason</a:NonLegitimateReason></a:NonLegitimateReasons>` +
		`<a:NoticeRequired>true</a:NoticeRequired><a:Number>17</a:Number><a:ParentDocumentId>0D3C7A55-90A1-4F3E-A2F6-1C5A8F0E7B12</a:ParentDocumentId><a:RootDocumentId>0d3c7a5590a14f3ea2f61c5a8f0e7b13</a:RootDocumentId><a:Sum> 1250.00 </a:Sum></a:Document>`
	signXML := func(document, parent, rest string) string {
		return `<a:Sign><a:DocumentId>` + document + `</a:DocumentId><a:From>box-b@example</a:From><a:Id>7E0A1F2B3C4D4E5F8A9B0C1D2E3F4A13</a:Id><a:IsValid>true</a:IsValid>` + parent +
			"<a:Raw>Y2\r\n1z</a:Raw><a:SentDate>2026-11-17T09:31:04Z</a:SentDate>" + rest + `</a:Sign>`
	}
	message := func(documents, signs string) string {
		return `<a:Documents>` + documents + `</a:Documents><a:From>box-b@example</a:From><a:FromDepartment>d2</a:FromDepartment><a:Id>` + strings.ToUpper(messageID) + `</a:Id><a:Recipients/>` +
			`<a:SentDate>2026-11-17T12:31:04.5+03:00</a:SentDate><a:Signs>` + signs + `</a:Signs><a:SimpleSignatures><a:SimpleSignature><a:Raw>AQID</a:Raw></a:SimpleSignature></a:SimpleSignatures>`
	}
	at := time.Date(2026, 11, 17, 9, 31, 4, 0, time.UTC)
	signature := edo.IncomingSignature{Document: remoteID, ID: signatureID, From: "box-b@example", CMS: []byte("cms"), Valid: true, At: at}
	stamped := signature
	stamped.Stamped = at
	whole := edo.Incoming{
		Message: messageID, From: edo.Address{Box: "box-b@example", INN: "7803456788", KPP: "780301001", Name: "Василёк", Department: "d2"}, OperatorTime: at.Add(500 * time.Millisecond),
		Documents: []edo.IncomingDocument{{
			Remote: remoteID, Name: "a.xml", Type: "GeneralTransferSeller", Class: edo.ClassMain, Kind: "Письмо", Number: "17", Date: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC),
			Sum: "1250.00", Comment: "К сведению", CustomField: "их 1", Parent: "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b12", Root: "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b13", Flow: edo.FlowSigned,
			Size: 7, NeedSign: true, NeedReceipt: true, NoticeDue: true, NotLegitimate: []string{"SignerCertificateIsDemo", "FutureReason"},
		}},
		Signatures: []edo.IncomingSignature{stamped},
	}
	alone := whole
	alone.Documents, alone.Signatures = nil, []edo.IncomingSignature{signature}
	void := signature
	void.CMS = nil
	voids := whole
	voids.Signatures = []edo.IncomingSignature{void}
	largest := bytes.Repeat([]byte("x"), edo.MaxSignatureSize)
	large := signature
	large.CMS = largest
	larges := alone
	larges.Signatures = []edo.IncomingSignature{large, void}
	withRaw := func(raw string) string {
		return strings.Replace(signXML(remoteID, "", ""), "<a:Raw>Y2\r\n1z</a:Raw>", raw, 1)
	}
	ofBytes := func(b []byte) string { return withRaw("<a:Raw>" + base64.StdEncoding.EncodeToString(b) + "</a:Raw>") }
	for name, tc := range map[string]struct {
		answer answer
		want   edo.Incoming
		kind   edo.Kind
	}{
		"whole":                 {answer: resultOf("GetMessageWithLoadOptions", message(doc, signXML(remoteID, "", "<a:TimeStamp>2026-11-17T09:31:04Z</a:TimeStamp>"))), want: whole},
		"a signature alone":     {answer: resultOf("GetMessageWithLoadOptions", message("", signXML(remoteID, "", "<a:TimeStamp>0001-01-01T00:00:00</a:TimeStamp>"))), want: alone},
		"an improved copy":      {answer: resultOf("GetMessageWithLoadOptions", message("", signXML(remoteID, "", "")+signXML(remoteID, "<a:ParentId>x</a:ParentId>", ""))), want: alone},
		"signature, no bytes":   {answer: resultOf("GetMessageWithLoadOptions", message(doc, withRaw("<a:Raw/>"))), want: voids},
		"signature, nil bytes":  {answer: resultOf("GetMessageWithLoadOptions", message(doc, withRaw("<a:Raw i:nil='true'/>"))), want: voids},
		"signature, no member":  {answer: resultOf("GetMessageWithLoadOptions", message(doc, withRaw(""))), want: voids},
		"signatures, large":     {answer: resultOf("GetMessageWithLoadOptions", message("", ofBytes(largest)+ofBytes(append(largest, 'x')))), want: larges},
		"nil":                   {answer: ok("GetMessageWithLoadOptions", "<GetMessageWithLoadOptionsResult i:nil='true'/>"), kind: edo.NotFound},
		"another message":       {answer: resultOf("GetMessageWithLoadOptions", "<a:Id>"+remoteID+"</a:Id>"), kind: edo.Unavailable},
		"document without id":   {answer: resultOf("GetMessageWithLoadOptions", message("<a:Document><a:Id/></a:Document>", "")), kind: edo.Unavailable},
		"nil document":          {answer: resultOf("GetMessageWithLoadOptions", incomingXML), kind: edo.Unavailable},
		"signature of nothing":  {answer: resultOf("GetMessageWithLoadOptions", message("", signXML("", "", ""))), kind: edo.Unavailable},
		"signature, not base64": {answer: resultOf("GetMessageWithLoadOptions", strings.Replace(message("", signXML(remoteID, "", "")), "Y2\r\n1z", "!!", 1)), kind: edo.Unavailable},
		"denied":                {answer: refusal("AccessDeniedError"), kind: edo.Denied},
		"not found":             {answer: refusal("NoDataFound"), kind: edo.NotFound},
		"failed":                {answer: refusal("UnexpectedError"), kind: edo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			flowAnswers(server)
			server.say("GetMessageWithLoadOptions", tc.answer)
			got, err := server.open().Receive(t.Context(), messageID)
			if tc.kind != 0 {
				if edo.KindOf(err) != tc.kind || got.Message != "" || name == "denied" && edo.ReasonOf(err) != edo.OperatorRefused {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("%v\n-want +got\n%s", err, diff)
			}
		})
	}
}

// TestReceiveFlows: only a document of the sender's own with the sender's own signature needs no second question.
func TestReceiveFlows(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		author, signer string
		asked          int
	}{
		"signed by its sender":    {"BOX-B@example", "box-b@example", 0},
		"nobody is named":         {"", "", 0},
		"of another author":       {"box-x@example", "", 1},
		"signed by another":       {"", "box-x@example", 1},
		"signed by us beforehand": {"box-b@example", "box-a@example", 1},
		"without any signature":   {"box-b@example", "-", 1},
	} {
		server := newScript(t)
		flowAnswers(server)
		signs := "<a:Signs><a:Sign><a:DocumentId>" + remoteID + "</a:DocumentId><a:From>" + tc.signer + "</a:From><a:Id>1</a:Id><a:Raw>Y21z</a:Raw></a:Sign></a:Signs>"
		if tc.signer == "-" {
			signs = ""
		}
		server.say("GetMessageWithLoadOptions", resultOf("GetMessageWithLoadOptions", "<a:Documents>"+documentXML(remoteID, "<a:FromBoxId>"+tc.author+"</a:FromBoxId>")+"</a:Documents><a:From>box-b@example</a:From><a:Id>"+messageID+"</a:Id>"+signs))
		server.say(flowOp, resultOf(flowOp, "<a:FlowType>SentUnsigned</a:FlowType>"))
		got, err := server.open().Receive(t.Context(), messageID)
		want := map[int]edo.Flow{0: edo.FlowSigned, 1: edo.FlowUnsigned}[tc.asked]
		if n := len(server.bodies(flowOp)); err != nil || n != tc.asked || got.Documents[0].Flow != want {
			t.Errorf("%s: asked %d times, %+v, %v", name, n, got.Documents, err)
		}
	}
}

// TestSenders: a box is named once; one that the service does not know stays unnamed, one that it cannot name now is
// asked for again.
func TestSenders(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer answer
		asked  int
		kind   edo.Kind
	}{
		"known":   {answer: resultOf("GetInnKppNameByBoxId", "<a:Inn>7803456788</a:Inn>"), asked: 1},
		"unknown": {answer: refusal("NoDataFound"), asked: 1},
		"nil":     {answer: ok("GetInnKppNameByBoxId", "<GetInnKppNameByBoxIdResult i:nil='true'/>"), asked: 1},
		"failed":  {answer: refusal("UnexpectedError"), asked: 2, kind: edo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			flowAnswers(server)
			server.say("GetInnKppNameByBoxId", tc.answer)
			s := server.open()
			for range 2 {
				if got, err := s.Receive(t.Context(), messageID); (err != nil) != (tc.kind != 0) || err != nil && edo.KindOf(err) != tc.kind || err == nil && got.From.Box != "box-b@example" {
					t.Errorf("got %+v, %v", got, err)
				}
			}
			if n := len(server.bodies("GetInnKppNameByBoxId")); n != tc.asked {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestDownloadAnswers(t *testing.T) {
	t.Parallel()
	const op = "GetDocumentContent"
	empty := ok(op, "<"+op+"Result i:nil='true'/>")
	for name, tc := range map[string]struct {
		answer   answer
		standing string
		want     string
		kind     edo.Kind
		reason   edo.Reason
	}{
		"bytes":           {answer: ok(op, "<"+op+"Result>AAEC\r\n/w==</"+op+"Result>"), want: "\x00\x01\x02\xff"},
		"closed":          {answer: refusal("DocumentContentAccessDenied"), kind: edo.NotReady, reason: edo.ContentClosed},
		"nil, due":        {answer: empty, standing: "<a:AvailableOperationsV2><b:string>ConfirmReceipt</b:string></a:AvailableOperationsV2>", kind: edo.NotReady, reason: edo.ContentClosed},
		"nil, not due":    {answer: empty, standing: "<a:AvailableOperationsV2><b:string>Print</b:string></a:AvailableOperationsV2>", kind: edo.NotReady, reason: edo.ContentMissing},
		"absent, notice":  {answer: ok(op, ""), standing: "<a:Document><a:NoticeRequired>true</a:NoticeRequired></a:Document>", kind: edo.NotReady, reason: edo.ContentClosed},
		"denied":          {answer: refusal("AccessDeniedError"), kind: edo.Denied, reason: edo.OperatorRefused},
		"unknown":         {answer: refusal("DocumentNotFound"), kind: edo.NotFound, reason: edo.OperatorRefused},
		"not base64":      {answer: ok(op, "<"+op+"Result>!!!!</"+op+"Result>"), kind: edo.Unavailable, reason: edo.AnswerUnreadable},
		"half":            {answer: answer{body: ok(op, "<"+op+"Result>AAEC").body[:330]}, kind: edo.Unavailable, reason: edo.AnswerUnreadable},
		"under a bad sky": {answer: answer{status: 503, body: ok(op, "<"+op+"Result>AAEC</"+op+"Result>").body}, kind: edo.Unavailable, reason: edo.AnswerUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(op, tc.answer)
			server.say("GetFlowDocumentInfo", resultOf("GetFlowDocumentInfo", tc.standing))
			var out bytes.Buffer
			got, err := server.open().Download(t.Context(), edo.Ref{Remote: remoteID}, &out)
			if tc.kind != 0 {
				if edo.KindOf(err) != tc.kind || edo.ReasonOf(err) != tc.reason {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if err != nil || out.String() != tc.want || got.Size != int64(len(tc.want)) {
				t.Errorf("got %+v, %q, %v", got, out.String(), err)
			}
		})
	}
	t.Run("a writer that fails", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say(op, ok(op, "<"+op+"Result>AAEC</"+op+"Result>"))
		if _, err := server.open().Download(t.Context(), edo.Ref{Remote: remoteID}, failing{}); err == nil {
			t.Error("the failure of the writer is lost")
		}
	})
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

// TestListingPages walks over both lists.
func TestListingPages(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	item := func(list, message, from string) string {
		return "<a:" + list + "><a:Future/><a:MessageFrom>" + from + "</a:MessageFrom><a:MessageId>" + message + "</a:MessageId></a:" + list + ">"
	}
	page := func(op string, total string, items ...string) answer {
		return resultOf(op, "<a:Items>"+strings.Join(items, "")+"</a:Items><a:Total>"+total+"</a:Total>")
	}
	const d, e = "DocumentListEntry", "DocumentEntryItem"
	server.say("GetDocumentList", page("GetDocumentList", "3", item(d, "m1", "b"), item(d, "m1", "b")), page("GetDocumentList", "3", item(d, "m2", "b")))
	server.say("GetDocumentEntries", page("GetDocumentEntries", "3", item(e, "m3", "BOX-A@example"), "<a:"+e+"><a:MessageId i:nil='true'/></a:"+e+">"), page("GetDocumentEntries", "3"))
	s := server.open()
	var got [][]edo.InboxHeader
	var indexes []int
	for first := 0; ; {
		p, err := s.Listing(t.Context(), time.Time{}, first)
		if err != nil {
			t.Fatal(err)
		}
		got, indexes = append(got, p.Messages), append(indexes, first)
		if first = p.Next; first == 0 {
			break
		}
	}
	want := [][]edo.InboxHeader{{{Message: "m1", From: "b"}}, {{Message: "m2", From: "b"}}, {{Message: "m3", From: "BOX-A@example", Own: true}}, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 2, entriesFrom, entriesFrom + 2}, indexes); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for name, bad := range map[string]answer{
		"no total": resultOf("GetDocumentList", "<a:Items/>"), "nil": ok("GetDocumentList", "<GetDocumentListResult i:nil='true'/>"), "fault": refusal("NoDataFound"),
	} {
		server := newScript(t)
		server.say("GetDocumentList", bad)
		if p, err := server.open().Listing(t.Context(), time.Time{}, 0); err == nil || p.Next != 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestDocTypes compares the table with the enumeration of the schema where the machine has it.
func TestDocTypes(t *testing.T) {
	t.Parallel()
	types := newDocTypes()
	numbers := map[int]string{}
	for name, d := range types {
		if other, twice := numbers[d.number]; twice || types.named(d.number) != name {
			t.Errorf("%d is %s and %s", d.number, name, other)
		}
		numbers[d.number] = name
	}
	if types.class("Novelty") != edo.ClassMain || types.named(777) != "type-777" || types.sendable("Novelty") || types.sendable("ErrorReceipt") || types.sendable("EdiOrders") || !types.sendable("Untyped") {
		t.Error("types that are unknown or not to be sent")
	}
	for name, d := range types { // contract 5.4: the buyers' titles and those of waybills, and nothing else
		reply := strings.HasSuffix(name, "Buyer") && name != "ActOfVarianceBuyer" ||
			strings.Contains(name, "Waybill") && strings.HasSuffix(name, "Title") && !strings.HasSuffix(name, "ConsignorTitle")
		if reply != (d.class == edo.ClassReply) {
			t.Errorf("%s is %s", name, d.class)
		}
	}
	for _, name := range []string{"ActOfVarianceBuyer", "ActOfVarianceSeller"} {
		if d := types[name]; d.class != edo.ClassMain || d.title || d.invoice || !types.sendable(name) {
			t.Errorf("%s: %+v", name, d)
		}
	}
	dir := os.Getenv("EDOKIT_XSD_DIR")
	if dir == "" {
		t.Skip("EDOKIT_XSD_DIR is not set: the types were not compared with the schema")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.xsd"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, is := strings.Cut(string(raw), `<xs:simpleType name="DocumentType">`)
		if !is {
			continue
		}
		rest, _, _ = strings.Cut(rest, "</xs:simpleType>")
		members := regexp.MustCompile(`enumeration value="(\w+)"`).FindAllStringSubmatch(rest, -1)
		for _, m := range members {
			if _, known := types[m[1]]; !known {
				t.Errorf("%s is missing", m[1])
			}
		}
		if len(members) != len(types) {
			t.Errorf("%d types, the schema has %d", len(types), len(members))
		}
		return
	}
	t.Error("the schema has no document types")
}
