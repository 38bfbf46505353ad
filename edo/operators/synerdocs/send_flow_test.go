package synerdocs

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

// TestContradictions: what says two things at once, or nothing, is refused before a byte leaves.
func TestContradictions(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	sign := edo.Countersign{ID: "sign", Document: remoteID, Signature: []byte("cms")}
	refused := edo.Refusal{Document: remoteID, Flow: edo.FlowUnsigned, Text: reason}
	for name, tc := range map[string]struct {
		from  string // one of flowMessages
		edit  func(*edo.Message)
		field string
	}{
		"no package":                 {"SendMessage.refusal", func(m *edo.Message) { m.Package = "" }, "message.package"},
		"nothing at all":             {"SendMessage.countersign", func(m *edo.Message) { m.Signs = nil }, "message.documents"},
		"to ourselves":               {"SendMessage.countersign", func(m *edo.Message) { m.To[1].Box = "BOX-A@example" }, "message.to[1].box"},
		"one department twice":       {"SendMessage.countersign", func(m *edo.Message) { m.To[1] = edo.Address{Box: "BOX-B@example", Department: "DEPARTMENT-2"} }, "message.to[1].box"},
		"documents and countersigns": {"SendMessage.countersign", func(m *edo.Message) { m.Documents = letterMessage().Documents[:1] }, "message.signs"},
		"documents and a signature":  {"SignDocument", func(m *edo.Message) { m.Documents = letterMessage().Documents[:1] }, "message"},
		"documents and a refusal":    {"RejectSign", func(m *edo.Message) { m.Documents = letterMessage().Documents[:1] }, "message"},
		"a signature and a refusal":  {"RejectSign", func(m *edo.Message) { m.Signs = []edo.Countersign{sign} }, "message"},
		"two refusals":               {"RejectSign", func(m *edo.Message) { m.Refusals = append(m.Refusals, refused) }, "message"},
		"two bare signatures":        {"SignDocument", func(m *edo.Message) { m.Signs = append(m.Signs, m.Signs[0]) }, "message"},
		"signatures of two flows": {"SendMessage.countersign", func(m *edo.Message) {
			m.Signs = append(m.Signs, edo.Countersign{Document: remoteID, Flow: edo.FlowUnsigned, Signature: []byte("s")})
		}, "message.signs[1].flow"},
		"another flow stated":            {"SendMessage.countersign", func(m *edo.Message) { m.Flow = edo.FlowUnsigned }, "message.flow"},
		"another flow stated, signing":   {"SignDocument", func(m *edo.Message) { m.Flow = edo.FlowInternal }, "message.flow"},
		"signed flow refused bare":       {"RejectSign", func(m *edo.Message) { m.Refusals[0].Flow = "" }, "message.refusals[0].flow"},
		"unknown flow refused":           {"RejectSign", func(m *edo.Message) { m.Refusals[0].Flow = "sideways" }, "message.refusals[0].flow"},
		"unknown flow signed":            {"SignDocument", func(m *edo.Message) { m.Signs[0].Flow, m.Flow = "sideways", "" }, "message.signs[0].flow"},
		"refusal without text":           {"RejectSign", func(m *edo.Message) { m.Refusals[0].Text = "" }, "message.refusals[0].text"},
		"refusal of nothing":             {"RejectSign", func(m *edo.Message) { m.Refusals[0].Document = "" }, "message.refusals[0].document"},
		"signature of nothing":           {"SendMessage.countersign", func(m *edo.Message) { m.Signs[0].Document = "" }, "message.signs[0].document"},
		"empty signature":                {"SignDocument", func(m *edo.Message) { m.Signs[0].Signature = nil }, "message.signs[0].signature"},
		"unsigned to many":               {"SendUnsignedMessage", func(m *edo.Message) { m.To = parties() }, "message.to"},
		"unsigned with a signature":      {"SendUnsignedMessage", func(m *edo.Message) { m.Documents[0].Signature = []byte("s") }, "message.documents[0].signature"},
		"signed without":                 {"SendMessage.formalised", func(m *edo.Message) { m.Documents[0].Signature = nil }, "message.documents[0].signature"},
		"forward of nothing":             {"SendForwardMessage", func(m *edo.Message) { m.Forwards = nil }, "message.forwards"},
		"forward of a nameless document": {"SendForwardMessage", func(m *edo.Message) { m.Forwards[1].Document = "" }, "message.forwards[1].document"},
		"forward in the signed flow":     {"SendForwardMessage", func(m *edo.Message) { m.Flow = edo.FlowSigned }, "message.flow"},
		"forward with a countersign":     {"SendForwardMessage", func(m *edo.Message) { m.Signs, m.Documents, m.Flow = []edo.Countersign{sign}, nil, "" }, "message.signs"},
		"internal to others":             {"SendInternalMessage", func(m *edo.Message) { m.To[0].Box = "box-b@example" }, "message.to[0].box"},
		"unknown type":                   {"SendMessage.formalised", func(m *edo.Message) { m.Documents[0].Type = "Novelty" }, "message.documents[0].type"},
		"the operator's own type":        {"SendMessage.refusal", func(m *edo.Message) { m.Documents[0].Type = "ServiceInvoiceConfirmation" }, "message.documents[0].type"},
		"an answer to nothing":           {"SendMessage.refusal", func(m *edo.Message) { m.Documents[0].Parent = "" }, "message.documents[0].parent"},
	} {
		m := flowMessages()[tc.from]
		m.Package = "package-1"
		tc.edit(&m)
		_, err := server.open().Send(t.Context(), m)
		var fields []string
		for _, f := range flatten(err) {
			e := asError(t, f)
			if fields = append(fields, e.Field); e.Kind != edo.Invalid || e.Remedy == "" {
				t.Errorf("%s: %v", name, f)
			}
		}
		if !strings.Contains(strings.Join(fields, " ")+" ", tc.field+" ") {
			t.Errorf("%s: %q, not %s", name, fields, tc.field)
		}
	}
	if n := len(server.operations()); n != 0 {
		t.Errorf("%d requests left: %q", n, server.operations())
	}
}

// TestAnswerVerdicts: a flow that has moved on refuses an answer for good, but proves nothing about a package of its own.
func TestAnswerVerdicts(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"WorkflowViolation", "SignAlreadyExists", "DocumentWasAlreadySigned", "SignWasAlreadyRejected", "OperationIsNotAvailable", "DocumentDoesNotRequireSigning"} {
		for name, m := range flowMessages() {
			t.Run(code+" "+name, func(t *testing.T) {
				t.Parallel()
				m.Package = "package-1"
				op, _, _ := strings.Cut(name, ".")
				answers := op == signDocument || op == rejectSign || name == "SendMessage.refusal" || name == "SendMessage.countersign"
				sure := code == "OperationIsNotAvailable" || code == "DocumentDoesNotRequireSigning"
				server := newScript(t)
				server.say(op, refusal(code))
				_, err := server.open().Send(t.Context(), m)
				e := asError(t, err)
				switch {
				case answers && (e.Kind != edo.Refused || e.Reason != edo.AnswerNotOffered || e.Code != code):
					t.Errorf("%v", err)
				case !answers && (e.Reason == edo.AnswerNotOffered || (e.Kind == edo.Refused) != sure || (e.Kind == edo.InDoubt) == sure):
					t.Errorf("%v", err)
				}
				if n := len(server.bodies(op)); n != 1 {
					t.Errorf("sent %d times", n)
				}
				server.say(op, answer{status: 503, body: refusal(code).body})
				if _, err := server.open().Send(t.Context(), m); edo.KindOf(err) != edo.InDoubt {
					t.Errorf("under another status: %v", err)
				}
			})
		}
	}
}

// TestVoidAnswers: nothing is a success only if it is a well-formed nothing.
func TestVoidAnswers(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{
		"something": resultOf(rejectSign, "<a:MessageId>1</a:MessageId>"),
		"half":      {body: ok(rejectSign, "").body[:150]},
		"other":     ok("SignDocument", ""),
		"web page":  {body: "<html/>"},
		"no body":   {body: envelope("")},
		"nobody":    {},
		"not 200":   {status: 500, body: ok(rejectSign, "").body},
	} {
		server := newScript(t)
		server.say(rejectSign, a)
		m := flowMessages()["RejectSign"]
		m.Package = "package-1"
		if _, err := server.open().Send(t.Context(), m); edo.KindOf(err) != edo.InDoubt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHeadDepartment: inside our own organisation the head department is named, because the service does not guess.
func TestHeadDepartment(t *testing.T) {
	t.Parallel()
	const op = "GetOrganizationStructure"
	element := func(id, parent string) string {
		return "<a:OrganizationStructureElement><a:Id>" + id + "</a:Id>" + parent + "</a:OrganizationStructureElement>"
	}
	m := flowMessages()["SendInternalMessage"]
	m.Package, m.To = "package-1", []edo.Address{{Box: "box-a@example"}, {Box: "box-a@example", Department: "d9"}}
	server := newScript(t)
	server.say(op, resultOf(op, element("d1", "<a:ParentId>d2</a:ParentId>")+element("d2", "")))
	s := server.open()
	server.say(sendInternal, sentXML(s, sendInternal, m))
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if body := server.bodies(sendInternal)[0]; !contains(body, "<m:DepartmentId>d2</m:DepartmentId>") || !contains(body, "<m:DepartmentId>d9</m:DepartmentId>") || m.To[0].Department != "" {
		t.Error(body)
	}
	server.say(op, resultOf(op, element("d1", "<a:ParentId>d2</a:ParentId>")))
	if _, err := server.open().Send(t.Context(), m); asError(t, err).Field != "message.to[0].department" || len(server.bodies(sendInternal)) != 1 {
		t.Error(err)
	}
}

// TestForeignBox: nothing is sent from a box that the login does not own, by whatever call.
func TestForeignBox(t *testing.T) {
	t.Parallel()
	for name, m := range flowMessages() {
		m.Package = "package-1"
		server := newScript(t)
		server.say("GetBoxes", resultOf("GetBoxes", "<a:BoxInfo><a:Address>box-z@example</a:Address></a:BoxInfo>"))
		op, _, _ := strings.Cut(name, ".")
		if _, err := server.open().Send(t.Context(), m); edo.ReasonOf(err) != edo.BoxForeign || len(server.bodies(op)) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func answerMark(d edo.DocumentID) string { return mark{"p", d, originOf("sub-1")}.String() }

func TestFindAnswersAt(t *testing.T) {
	t.Parallel()
	service := func(custom, from string) string {
		return "<a:ServiceDocuments><a:ServiceDocument i:nil='true'/><a:ServiceDocument><a:CustomField>" + custom + "</a:CustomField><a:DocumentType>ServiceReceipt</a:DocumentType><a:Id>" + strings.ToUpper(offerID) +
			"</a:Id><a:SentDate>2026-11-17T09:31:04Z</a:SentDate><a:Future/><a:From>" + from + "</a:From><a:SignRaw>AQID</a:SignRaw></a:ServiceDocument></a:ServiceDocuments>"
	}
	signs := func(raw, from string) string {
		return "<a:Signs><a:Sign><a:DocumentId>" + remoteID + "</a:DocumentId><a:From>" + from + "</a:From><a:Raw>" + raw + "</a:Raw><a:SentDate>2026-11-17T09:31:04Z</a:SentDate></a:Sign></a:Signs>"
	}
	flows := func(status, raw string) string {
		return "<a:FlowType>SentUnsigned</a:FlowType><a:Flows><a:DocumentFlow><a:RecipientOrganization><a:BoxAddress>box-z@example</a:BoxAddress></a:RecipientOrganization><a:RecipientStatus>SignRejected</a:RecipientStatus></a:DocumentFlow>" +
			"<a:DocumentFlow><a:RecipientOrganization><a:BoxAddress>BOX-A@example</a:BoxAddress></a:RecipientOrganization><a:Comment>не та\nцена</a:Comment><a:RecipientSign><a:Raw>" + raw + "</a:Raw></a:RecipientSign><a:RecipientStatus>" + status + "</a:RecipientStatus>" +
			"<a:RejectDate>2026-11-17T09:31:04Z</a:RejectDate><a:SignDate>2026-11-17T09:31:04Z</a:SignDate></a:DocumentFlow></a:Flows>"
	}
	unmarked := func(edit ...string) string {
		whole := strings.Replace(service("", "box-a@example"), "<a:SentDate>", "<a:ParentDocumentId>"+strings.ToUpper(remoteID)+"</a:ParentDocumentId><a:SentDate>", 1)
		return strings.NewReplacer(edit...).Replace(whole)
	}
	unlisted := func(box, words string) string {
		return "<a:FlowType>SentInternal</a:FlowType><a:Flows><a:DocumentFlow><a:Comment>" + words + "</a:Comment>" + box +
			"<a:RecipientSign><a:Raw>Y21z</a:Raw></a:RecipientSign><a:RecipientStatus>SignRejected</a:RecipientStatus><a:RejectDate>2026-11-17T09:31:04Z</a:RejectDate><a:SignDate>2026-11-17T09:31:04Z</a:SignDate></a:DocumentFlow></a:Flows>"
	}
	const notOurBox = "<a:RecipientOrganization><a:BoxAddress>box-z@example</a:BoxAddress></a:RecipientOrganization>"
	receipt := edo.Answered{Document: "receipt", Kind: edo.AnswerReceipt, Parent: remoteID}
	refusedDocument := edo.Answered{Document: "refuse", Kind: edo.AnswerRefuse, Parent: remoteID}
	signature := edo.Answered{Document: "sign", Parent: remoteID, Signature: []byte("cms")}
	unsigned := signature
	unsigned.Flow = edo.FlowUnsigned
	refusedBare := edo.Answered{Document: "refuse", Parent: remoteID, Kind: edo.AnswerRefuse, Flow: edo.FlowInternal, Refusal: true, Text: "не та\r\nцена "}
	revoke := edo.Answered{Document: "revoke", Parent: remoteID}
	for name, tc := range map[string]struct {
		ask     []edo.Answered
		inner   string
		found   bool
		remote  edo.RemoteID
		message edo.MessageID
	}{
		"a receipt":                     {ask: []edo.Answered{receipt}, inner: service(answerMark("receipt"), "BOX-A@example"), found: true, remote: offerID},
		"a receipt, no sender":          {ask: []edo.Answered{receipt}, inner: service(answerMark("receipt"), ""), found: true, remote: offerID},
		"another answer of ours":        {ask: []edo.Answered{receipt}, inner: service(answerMark("refuse"), "box-a@example")},
		"another package":               {ask: []edo.Answered{receipt}, inner: service(mark{"p2", "receipt", originOf("sub-1")}.String(), "box-a@example")},
		"our mark copied by others":     {ask: []edo.Answered{receipt}, inner: service(answerMark("receipt"), "box-b@example")},
		"nothing there":                 {ask: []edo.Answered{receipt}, inner: "<a:ServiceDocuments i:nil='true'/>"},
		"a revocation offer":            {ask: []edo.Answered{revoke}, inner: "<a:RevocationOffers>" + strings.Replace(offerXML("box-a@example", "2026-11-17T09:31:04Z", ""), "<a:DocumentType>", "<a:CustomField>"+answerMark("revoke")+"</a:CustomField><a:DocumentType>", 1) + "</a:RevocationOffers>", found: true, remote: offerID},
		"an offer of others":            {ask: []edo.Answered{revoke}, inner: "<a:RevocationOffers>" + offerXML("box-b@example", "2026-11-17T09:31:04Z", "") + "</a:RevocationOffers>"},
		"a signature":                   {ask: []edo.Answered{signature}, inner: signs("Y21z", "box-a@example"), found: true},
		"other bytes":                   {ask: []edo.Answered{signature}, inner: signs("Y21y", "box-a@example")},
		"our bytes, not ours":           {ask: []edo.Answered{signature}, inner: signs("Y21z", "box-b@example")},
		"a signature of our flow":       {ask: []edo.Answered{unsigned}, inner: flows("SignReceived", "Y21z"), found: true},
		"a flow still waiting":          {ask: []edo.Answered{unsigned}, inner: flows("SignRequested", "")},
		"a refusal of our flow":         {ask: []edo.Answered{refusedBare}, inner: flows("SignRejected", ""), found: true},
		"a colleague's refusal":         {ask: []edo.Answered{refusedBare}, inner: strings.Replace(flows("SignRejected", ""), "не та", "та самая", 1)},
		"a refusal without words":       {ask: []edo.Answered{refusedBare}, inner: strings.Replace(flows("SignRejected", ""), "не та\nцена", "", 1)},
		"a refusal of nobody's flow":    {ask: []edo.Answered{refusedBare}, inner: unlisted("", "не та цена"), found: true},
		"a refusal, our flow unlisted":  {ask: []edo.Answered{refusedBare}, inner: unlisted(notOurBox, "не та цена")},
		"a signature, ours unlisted":    {ask: []edo.Answered{unsigned}, inner: unlisted(notOurBox, "")},
		"an unmarked receipt":           {ask: []edo.Answered{receipt}, inner: unmarked(), found: true, remote: offerID},
		"unmarked, by the invoice rule": {ask: []edo.Answered{receipt}, inner: unmarked("ServiceReceipt", "ServiceInvoiceReceipt"), found: true, remote: offerID},
		"an unmarked refusal":           {ask: []edo.Answered{refusedDocument}, inner: unmarked("ServiceReceipt", "ServiceAmendmentRequest"), found: true, remote: offerID},
		"unmarked, of another class":    {ask: []edo.Answered{refusedDocument}, inner: unmarked()},
		"unmarked, of others":           {ask: []edo.Answered{receipt}, inner: unmarked("box-a@example", "box-b@example")},
		"unmarked, of nobody":           {ask: []edo.Answered{receipt}, inner: unmarked("box-a@example", "")},
		"unmarked, of another document": {ask: []edo.Answered{receipt}, inner: unmarked(strings.ToUpper(remoteID), offerID)},
		"unmarked, of no document":      {ask: []edo.Answered{receipt}, inner: unmarked(strings.ToUpper(remoteID), "")},
		"a mark of others":              {ask: []edo.Answered{receipt}, inner: unmarked("<a:CustomField></a:CustomField>", "<a:CustomField>1C 17</a:CustomField>")},
		"a mark of another answer":      {ask: []edo.Answered{receipt}, inner: unmarked("<a:CustomField></a:CustomField>", "<a:CustomField>"+answerMark("other")+"</a:CustomField>")},
		"a refusal by another":          {ask: []edo.Answered{refusedBare}, inner: flows("SignRequested", "")},
		"a service document is no sign": {ask: []edo.Answered{signature}, inner: service(answerMark("sign"), "box-a@example")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(fullOp, resultOf(fullOp, tc.inner))
			server.say(flowOp, resultOf(flowOp, tc.inner))
			got, err := server.open().Find(t.Context(), edo.Query{Package: "p", Answers: tc.ask})
			if err != nil || (got.Sent != nil) != tc.found || got.AsOf.IsZero() {
				t.Fatalf("got %+v, %v", got, err)
			}
			if got.Sent == nil {
				return
			}
			if got.Sent.Documents[tc.ask[0].Document] != tc.remote || got.Sent.Message != tc.message || !got.Sent.OperatorTime.Equal(time.Date(2026, 11, 17, 9, 31, 4, 0, time.UTC)) {
				t.Errorf("got %+v", got.Sent)
			}
		})
	}
	t.Run("a part", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say(fullOp, resultOf(fullOp, signs("Y21z", "box-a@example")))
		if got, err := server.open().Find(t.Context(), edo.Query{Package: "p", Answers: []edo.Answered{signature, receipt}}); edo.KindOf(err) != edo.InDoubt || got.Sent != nil || !got.AsOf.IsZero() {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

// TestFindAnswersUnreadable: whatever is wrong, it is never "not found".
func TestFindAnswersUnreadable(t *testing.T) {
	t.Parallel()
	undated := resultOf(fullOp, "")
	undated.noDate = true
	for name, a := range map[string]answer{
		"nil": ok(fullOp, "<"+fullOp+"Result i:nil='true'/>"), "no Date": undated, "not found": refusal("DocumentNotFound"), "denied": refusal("AccessDeniedError"),
		"failed": refusal("UnexpectedError"), "half": {body: resultOf(fullOp, "").body[:200]}, "status": {status: 503, body: resultOf(fullOp, "").body},
		"broken signature": resultOf(fullOp, "<a:Signs><a:Sign><a:Raw>!</a:Raw></a:Sign></a:Signs>"),
	} {
		server := newScript(t)
		server.say(fullOp, a)
		got, err := server.open().Find(t.Context(), edo.Query{Package: "p", Answers: []edo.Answered{{Document: "receipt", Parent: remoteID}}})
		if err == nil || edo.KindOf(err) == edo.NotFound || got.Sent != nil || !got.AsOf.IsZero() {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// TestFindFlows: each flow's package is seen under its own flow type alone.
func TestFindFlows(t *testing.T) {
	t.Parallel()
	for flow, want := range map[edo.Flow]string{"": "SentSigned", edo.FlowSigned: "SentSigned", edo.FlowUnsigned: "SentUnsigned", edo.FlowInternal: "SentInternal", edo.FlowForward: "SentSigned"} {
		for _, typ := range []string{"SentSigned", "SentUnsigned", "SentInternal", "SentForward", "SentPrepared"} {
			server := newScript(t)
			item := entryXML(ours("letter"), "r1", "m1", "<a:FlowType>"+typ+"</a:FlowType>")
			server.say(entriesOp, entriesXML(1, item))
			server.say(internalOp, answer{body: strings.ReplaceAll(entriesXML(1, item).body, entriesOp, internalOp)})
			q := query()
			q.Documents, q.Flow = q.Documents[:1], flow
			got, err := server.open().Find(t.Context(), q)
			if (got.Sent != nil) != (typ == want) || (err == nil) != (typ == want) {
				t.Errorf("%q in %s: %+v, %v", flow, typ, got.Sent, err)
			}
			if n := len(server.bodies(internalOp)); (n == 1) != (flow == edo.FlowInternal) {
				t.Errorf("%q: the internal list was asked %d times", flow, n)
			}
		}
	}
}

const notValidText = "InvoiceNotValid: service documents were not sent within three days (извещения не отправлены за три дня)"

func TestTrackFlows(t *testing.T) {
	t.Parallel()
	flow := func(status, rest string) string {
		return "<a:DocumentFlow><a:FlowType>SentUnsigned</a:FlowType>" + rest + "<a:RecipientStatus>" + status + "</a:RecipientStatus></a:DocumentFlow>"
	}
	flows := func(f ...string) string {
		return "<a:FlowType>SentUnsigned</a:FlowType><a:Flows>" + strings.Join(f, "") + "</a:Flows>"
	}
	service := func(typ, parent string) string {
		return "<a:ServiceDocument><a:DocumentType>" + typ + "</a:DocumentType><a:ParentDocumentId>" + parent + "</a:ParentDocumentId></a:ServiceDocument>"
	}
	title := func(services ...string) string {
		return documentXML(remoteID, "<a:DocumentType>GeneralTransferSeller</a:DocumentType>") + "<a:ServiceDocuments>" + strings.Join(services, "") + "</a:ServiceDocuments>"
	}
	invoiceXML := func(buyer, seller string) string {
		return `<a:Status i:type="a:InvoiceDocumentFlowStatus"><a:BuyerFlow>` + buyer + `</a:BuyerFlow><a:SellerFlow>` + seller + `</a:SellerFlow></a:Status>`
	}
	charged := func(more string) string { return invoiceXML("InvoiceCharged", "InvoiceCharged") + more }
	invoice := documentXML(remoteID, "<a:DocumentType>Invoice</a:DocumentType>")
	reply := func(from string) string {
		return strings.Replace(service("GeneralTransferBuyer", remoteID), "</a:ServiceDocument>", "<a:From>"+from+"</a:From></a:ServiceDocument>", 1)
	}
	const two = "<a:MultiStatus><a:MultiDeliveryStatus>DeliveredToRecipients</a:MultiDeliveryStatus><a:MultiSignStatus>NoSignNeeded</a:MultiSignStatus><a:RecipientsCount>2</a:RecipientsCount></a:MultiStatus>"
	const came = "<a:ReceiveDate>2026-11-17T09:31:04Z</a:ReceiveDate>"
	for name, tc := range map[string]struct {
		full, flow string
		want       edo.Progress
	}{
		"text and an offer that waits":  {full: untypedStatus + "<a:DocumentFlowStatusDescription><a:Status> Ожидается\u202eподпись </a:Status></a:DocumentFlowStatusDescription><a:RevocationStatus>RevocationAwaited</a:RevocationStatus>", want: edo.Progress{State: edo.StateDelivered, Revoking: true, Text: "Ожидается подпись"}},
		"an offer for us":               {full: untypedStatus + "<a:RevocationStatus>RevocationRequired</a:RevocationStatus>", want: edo.Progress{State: edo.StateDelivered, Revoking: true}},
		"failed":                        {full: strings.Replace(untypedStatus, "DeliveredToRecipient", "NotDeliveredToRecipient", 1), want: edo.Progress{State: edo.StateSent, Failed: true}},
		"failed for all":                {full: "<a:MultiStatus><a:MultiDeliveryStatus>NotDeliveredToRecipients</a:MultiDeliveryStatus><a:RecipientsCount>2</a:RecipientsCount></a:MultiStatus>", want: edo.Progress{State: edo.StateSent, Failed: true}},
		"one of two refused":            {full: "<a:MultiStatus><a:MultiDeliveryStatus>DeliveredToRecipients</a:MultiDeliveryStatus><a:MultiSignStatus>SignRejected</a:MultiSignStatus><a:RecipientsCount>2</a:RecipientsCount></a:MultiStatus>", want: edo.Progress{State: edo.StateRefused}},
		"an invoice":                    {full: invoice + `<a:Status i:type="a:InvoiceDocumentFlowStatus"><a:BuyerFlow>InvoiceSent</a:BuyerFlow><a:SellerFlow>InvoiceCharged</a:SellerFlow></a:Status>`, want: edo.Progress{State: edo.StateDelivered}},
		"an invoice to be corrected":    {full: invoice + `<a:Status i:type="a:InvoiceDocumentFlowStatus"><a:BuyerFlow>InvoiceRejected</a:BuyerFlow></a:Status>`, want: edo.Progress{State: edo.StateRefused}},
		"an invoice, not valid, ours":   {full: invoice + invoiceXML("InvoiceCharged", "InvoiceNotValid"), want: edo.Progress{State: edo.StateDelivered, Failed: true, Text: notValidText}},
		"an invoice, not valid, theirs": {full: invoice + invoiceXML("InvoiceNotValid", "InvoiceSent"), want: edo.Progress{State: edo.StateSent, Failed: true, Text: notValidText}},
		"an invoice, not valid, told":   {full: invoice + invoiceXML("InvoiceNotValid", "InvoiceNotValid") + "<a:DocumentFlowStatusDescription><a:Status>Просрочен</a:Status></a:DocumentFlowStatusDescription>", want: edo.Progress{State: edo.StateSent, Failed: true, Text: "Просрочен; " + notValidText}},
		"a title, not valid":            {full: title() + invoiceXML("InvoiceNotValid", "InvoiceSent"), flow: title(service("GeneralTransferBuyer", remoteID)) + invoiceXML("InvoiceNotValid", "InvoiceSent"), want: edo.Progress{State: edo.StateSigned, Failed: true, Text: notValidText}},
		"unsigned, waiting":             {flow: flows(flow("SignRequested", "")), want: edo.Progress{State: edo.StateSent}},
		"unsigned, read":                {flow: flows(flow("NoSignNeeded", came)), want: edo.Progress{State: edo.StateDelivered}},
		"unsigned, signed":              {flow: flows(flow("SignReceived", "")), want: edo.Progress{State: edo.StateSigned}},
		"unsigned, refused":             {flow: flows(flow("SignRejected", "")), want: edo.Progress{State: edo.StateRefused}},
		"internal, one of two signed":   {flow: flows(flow("SignReceived", ""), flow("SignRequested", "")), want: edo.Progress{State: edo.StateSent}},
		"internal, one of two refused":  {flow: flows(flow("SignReceived", ""), flow("SignRejected", "")), want: edo.Progress{State: edo.StateRefused}},
		"a forward of it is no fate":    {flow: flows(flow("SignRequested", came), strings.Replace(flow("SignRejected", ""), "SentUnsigned", "SentForward", 1)), want: edo.Progress{State: edo.StateDelivered}},
		"a title, received":             {flow: title(service("ServiceInvoiceReceipt", remoteID), service("ServiceInvoiceConfirmation", remoteID)), want: edo.Progress{State: edo.StateDelivered}},
		"a title, answered":             {flow: title(service("GeneralTransferBuyer", strings.ToUpper(remoteID)), service("ServiceInvoiceReceipt", remoteID)), want: edo.Progress{State: edo.StateSigned}},
		"a title, refused":              {flow: title(service("ServiceInvoiceReceipt", remoteID), service("ServiceInvoiceAmendmentRequest", remoteID)), want: edo.Progress{State: edo.StateRefused}},
		"a title, receipt of another":   {flow: title(service("ServiceInvoiceReceipt", offerID)), want: edo.Progress{State: edo.StateSent}},
		"a title, not delivered":        {flow: title(service("ErrorReceipt", remoteID)), want: edo.Progress{State: edo.StateSent, Failed: true}},

		"a title charged":              {full: charged(title()), flow: charged(title(service("ServiceInvoiceReceipt", remoteID))), want: edo.Progress{State: edo.StateDelivered}},
		"a title charged, answered":    {full: charged(title()), flow: charged(title(service("GeneralTransferBuyer", remoteID))), want: edo.Progress{State: edo.StateSigned}},
		"a title charged, refused":     {full: charged(title()), flow: charged(title(service("ServiceInvoiceAmendmentRequest", remoteID))), want: edo.Progress{State: edo.StateRefused}},
		"a title with flows":           {full: title(), flow: title(service("GeneralTransferBuyer", remoteID)) + flows(flow("NoSignNeeded", came)), want: edo.Progress{State: edo.StateSigned}},
		"a charged title of no type":   {full: charged(""), flow: charged(title(service("GeneralTransferBuyer", remoteID))), want: edo.Progress{State: edo.StateSigned}},
		"a title, the status untyped":  {full: title() + untypedStatus, want: edo.Progress{State: edo.StateDelivered}},
		"a title, one of two answered": {full: charged(title() + two), flow: charged(title(reply("box-b@example"), reply("BOX-B@example")) + two), want: edo.Progress{State: edo.StateDelivered}},
		"a title, both answered":       {full: charged(title() + two), flow: charged(title(reply("box-b@example"), reply("box-c@example")) + two), want: edo.Progress{State: edo.StateSigned}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(fullOp, resultOf(fullOp, tc.full))
			server.say(flowOp, resultOf(flowOp, tc.flow))
			got, err := server.open().Track(t.Context(), edo.Ref{Remote: remoteID})
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("%v\n-want +got\n%s", err, diff)
			}
			if n := len(server.bodies(flowOp)); (n == 1) != (tc.flow != "") {
				t.Errorf("the flows were asked %d times", n)
			}
		})
	}
}

// TestNotReady: what may not leave any more does not, with contents or without.
func TestNotReady(t *testing.T) {
	t.Parallel()
	for name, m := range flowMessages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m.Package, m.Ready = "package-1", func() error { return &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost} }
			op, _, _ := strings.Cut(name, ".")
			server := newScript(t)
			s := server.open()
			server.say(op, sentXML(s, op, m))
			if _, err := s.Send(t.Context(), m); edo.KindOf(err) != edo.Unavailable || !errors.Is(err, edo.LeaseLost) || len(server.bodies(op)) != 0 {
				t.Errorf("%v, sent %d times", err, len(server.bodies(op)))
			}
		})
	}
}
