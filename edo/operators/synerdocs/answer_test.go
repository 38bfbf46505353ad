package synerdocs

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func sealedAnswer(t *testing.T, name string) answer {
	t.Helper()
	return ok("AuthenticateWithCertificate", "<AuthenticateWithCertificateResult>"+
		base64.StdEncoding.EncodeToString(fixture(t, "login/"+name+".der"))+"</AuthenticateWithCertificateResult>")
}

func organizationXML(box, operator string) string {
	return `<a:Organization><a:Addresses i:nil="true"/><a:BoxAddress>` + box + `</a:BoxAddress><a:Future><a:Inn>1</a:Inn></a:Future><a:Inn>7707083893</a:Inn>` +
		`<a:Kpp>770701001</a:Kpp><a:Name>АО «Сети»</a:Name><a:OperatorCode>` + operator + `</a:OperatorCode><a:OrganizationId>1018</a:OrganizationId><a:OrganizationStatus>Active</a:OrganizationStatus></a:Organization>`
}

func TestLookup(t *testing.T) {
	t.Parallel()
	address := func(box edo.BoxID, operator string) edo.Address {
		return edo.Address{Box: box, INN: "7707083893", KPP: "770701001", Name: "АО «Сети»", Operator: operator, Active: true, Organisation: "1018"}
	}
	roaming := func(box edo.BoxID, operator string) edo.Address {
		a := address(box, operator)
		a.Roaming = true
		return a
	}
	person := `<a:Organization i:type="a:Organization"><a:BoxAddress>ip@x</a:BoxAddress><a:FirstName>Анна</a:FirstName><a:Inn>7707083893</a:Inn><a:Kpp i:nil="true"/>` +
		`<a:LastName>Ёжикова</a:LastName><a:MiddleName i:nil="true"/><a:Name/><a:OperatorCode>2IG</a:OperatorCode><a:OrganizationStatus>NonActive</a:OrganizationStatus></a:Organization>`
	for name, tc := range map[string]struct {
		hits string
		code string // of this operator
		want []edo.Address
		kind edo.Kind // of the error
	}{
		"nil":                   {hits: "<R i:nil='true'/>"},
		"absent":                {hits: " "},
		"none":                  {hits: "<R/>"},
		"nil item":              {hits: "<R><a:Organization i:nil='true'/></R>"},
		"one":                   {hits: "<R>" + organizationXML("b1", "2BM") + "</R>", want: []edo.Address{address("b1", "2BM")}},
		"without a box":         {hits: "<R>" + organizationXML("", "2IG") + "</R>"},
		"person":                {hits: "<R>" + person + "</R>", want: []edo.Address{{Box: "ip@x", INN: "7707083893", Name: "Ёжикова Анна", Operator: "2IG"}}},
		"many here":             {hits: "<R>" + organizationXML("b1", "2IG") + organizationXML("b2", "2IG") + "</R>", code: "2IG", want: []edo.Address{address("b1", "2IG"), address("b2", "2IG")}},
		"here and elsewhere":    {hits: "<R>" + organizationXML("b1", "2BM") + organizationXML("b2", "2IG") + "</R>", code: "2ig", want: []edo.Address{address("b2", "2IG")}},
		"elsewhere alone":       {hits: "<R>" + organizationXML("b1", "2BM") + organizationXML("b2", "2BE") + "</R>", code: "2IG", want: []edo.Address{roaming("b1", "2BM"), roaming("b2", "2BE")}},
		"own code not told":     {hits: "<R>" + organizationXML("b1", "2BM") + organizationXML("b2", "") + "</R>", want: []edo.Address{address("b1", "2BM"), address("b2", "")}},
		"the same box twice":    {hits: "<R>" + organizationXML("b1", "2BM") + organizationXML("B1", "2IG") + "</R>", code: "2IG", want: []edo.Address{address("B1", "2IG")}},
		"somebody else's INN":   {hits: "<R>" + strings.Replace(organizationXML("b1", "2BM"), "7707083893", "7701234560", 1) + "</R>", kind: edo.Unavailable},
		"twice the same member": {hits: "<R>" + strings.Replace(organizationXML("b1", "2BM"), "</a:Organization>", "<a:BoxAddress>b2</a:BoxAddress></a:Organization>", 1) + "</R>", kind: edo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			const op = "GetOrganizationListByInnKpp"
			server.say(op, ok(op, strings.NewReplacer("<R", "<"+op+"Result", "</R>", "</"+op+"Result>").Replace(tc.hits)))
			server.say("GetSpecialOperatorInfo", ok("GetSpecialOperatorInfo", "<GetSpecialOperatorInfoResult><a:OperatorServiceCode>"+tc.code+"</a:OperatorServiceCode></GetSpecialOperatorInfoResult>"))
			got, err := server.open().Lookup(t.Context(), edo.Counterparty{INN: "7707083893"})
			if tc.kind != 0 {
				if edo.KindOf(err) != tc.kind {
					t.Fatalf("got %v, %v", got, err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
				t.Errorf("%v\n-want +got\n%s", err, diff)
			}
			if body := server.bodies(op)[0]; !contains(body, `<kpp i:nil="true"></kpp>`) {
				t.Errorf("an empty KPP is not nil: %s", body)
			}
		})
	}
}

// TestLookupByBox: a chosen box is asked for alone, at whatever operator it is.
func TestLookupByBox(t *testing.T) {
	t.Parallel()
	const op = "GetOrganizationBy"
	owner := func(box, operator string) answer {
		inner := strings.TrimSuffix(strings.TrimPrefix(organizationXML(box, operator), "<a:Organization>"), "</a:Organization>")
		return ok(op, "<"+op+"Result>"+inner+"</"+op+"Result>")
	}
	of := edo.Counterparty{INN: "7707083893", Box: "B1"}
	another, branch, nobody := of, of, edo.Counterparty{Box: "b1"}
	another.INN, branch.KPP = "7701234560", "770743001"
	for name, tc := range map[string]struct {
		in      edo.Counterparty
		answer  answer
		want    edo.BoxID
		roaming bool
		kind    edo.Kind
	}{
		"here":            {in: of, answer: owner("b1", "2ig"), want: "b1"},
		"roaming":         {in: of, answer: owner("b1", "2BM"), want: "b1", roaming: true},
		"by the box only": {in: nobody, answer: owner("b1", "2IG"), want: "b1"},
		"another's":       {in: another, answer: owner("b1", "2IG")},
		"of a branch":     {in: branch, answer: owner("b1", "2IG")},
		"nil":             {in: of, answer: ok(op, "")},
		"no data":         {in: of, answer: refusal("NoDataFound")},
		"wrong address":   {in: of, answer: refusal("InvalidDestinationAddress")},
		"another box":     {in: of, answer: owner("b2", "2IG"), kind: edo.Unavailable},
		"not allowed":     {in: of, answer: refusal("BoxAccessError"), kind: edo.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(op, tc.answer)
			server.say("GetSpecialOperatorInfo", ok("GetSpecialOperatorInfo", "<GetSpecialOperatorInfoResult><a:OperatorServiceCode>2IG</a:OperatorServiceCode></GetSpecialOperatorInfoResult>"))
			got, err := server.open().Lookup(t.Context(), tc.in)
			switch {
			case (err != nil) != (tc.kind != 0) || err != nil && edo.KindOf(err) != tc.kind:
				t.Error(err)
			case tc.want == "" && len(got) != 0:
				t.Errorf("found %+v", got)
			case tc.want != "" && (len(got) != 1 || got[0].Box != tc.want || got[0].Roaming != tc.roaming):
				t.Errorf("found %+v", got)
			}
		})
	}
}

func TestSendAnswers(t *testing.T) {
	t.Parallel()
	const typed = `<e:ServiceErrorFaultContract xmlns:e="http://schemas.datacontract.org/2004/07/Midway.ObjectModel.Exceptions"><e:New/><e:Message>m</e:Message><e:Code>SignIsNotValid</e:Code></e:ServiceErrorFaultContract>`
	faulty := func(detail string) answer {
		return answer{status: 500, body: envelope("<s:Fault><faultcode>s:Client</faultcode><faultstring>SignIsNotValid</faultstring><detail>" + detail + "</detail></s:Fault>")}
	}
	good := string(fixture(t, "answers/SendMessage.xml"))
	swap := func(old, with string) answer {
		if !contains(good, old) {
			t.Fatalf("the fixture has no %q", old)
		}
		return answer{body: strings.Replace(good, old, with, 1)}
	}
	for name, tc := range map[string]struct {
		answer answer
		kind   edo.Kind
		reason edo.Reason
	}{
		"no message id":      {swap("<a:MessageId>55b0f5c1-2c7e-4e43-8df1-7a6f1d2e9c12</a:MessageId>", ""), edo.InDoubt, edo.AnswerUnreadable},
		"empty message id":   {swap("55b0f5c1-2c7e-4e43-8df1-7a6f1d2e9c12", ""), edo.InDoubt, edo.AnswerUnreadable},
		"a document missing": {swap("75231165-3237-8290-9678-087aba8dcdcd", "00000000-0000-0000-0000-000000000001"), edo.InDoubt, edo.AnswerUnreadable},
		"a document twice":   {swap("75231165-3237-8290-9678-087aba8dcdcd", "70c43da5-67b3-857e-a6b3-159c589c75c3"), edo.InDoubt, edo.AnswerUnreadable},
		"two ids for one":    {swap("</a:DocumentIds>", "<a:LocalServerId><a:LocalId>70c43da5-67b3-857e-a6b3-159c589c75c3</a:LocalId><a:ServiceId>x</a:ServiceId></a:LocalServerId></a:DocumentIds>"), edo.InDoubt, edo.AnswerUnreadable},
		"one id for two":     {swap("1c5a8f0e7b12", "1c5a8f0e7b11"), edo.InDoubt, edo.AnswerUnreadable},
		"no service id":      {swap("<a:ServiceId>0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b12</a:ServiceId>", "<a:ServiceId i:nil='true'/>"), edo.InDoubt, edo.AnswerUnreadable},
		"a broken date":      {swap("2026-11-17T12:31:04.1234567+03:00", "17.11.2026"), edo.InDoubt, edo.AnswerUnreadable},
		"twice a message id": {swap("<a:SignIds/>", "<a:MessageId>x</a:MessageId>"), edo.InDoubt, edo.AnswerUnreadable},
		"foreign namespace":  {swap("<a:MessageId>55b0f5c1-2c7e-4e43-8df1-7a6f1d2e9c12</a:MessageId>", "<MessageId>x</MessageId>"), edo.InDoubt, edo.AnswerUnreadable},
		"nil result":         {ok("SendMessage", "<SendMessageResult i:nil='true'/>"), edo.InDoubt, edo.AnswerUnreadable},
		"empty wrapper":      {ok("SendMessage", ""), edo.InDoubt, edo.AnswerUnreadable},
		"status 503":         {answer{status: 503, body: good}, edo.InDoubt, edo.AnswerUnreadable},
		"a web page":         {answer{body: "<html><body>ok</body></html>"}, edo.InDoubt, edo.AnswerUnreadable},
		"half an answer":     {answer{body: good[:len(good)/2]}, edo.InDoubt, edo.AnswerUnreadable},
		"exception detail":   {faulty(`<x:ExceptionDetail xmlns:x="http://schemas.datacontract.org/2004/07/System.ServiceModel"><x:Message>SignIsNotValid</x:Message></x:ExceptionDetail>`), edo.InDoubt, edo.AnswerUnreadable},
		"no detail":          {faulty(""), edo.InDoubt, edo.AnswerUnreadable},
		"unknown detail":     {faulty(`<Code xmlns="urn:x">SignIsNotValid</Code>`), edo.InDoubt, edo.AnswerUnreadable},
		"two codes":          {faulty(strings.Replace(typed, "</e:Code>", "</e:Code><e:Code>UnexpectedError</e:Code>", 1)), edo.InDoubt, edo.AnswerUnreadable},
		"another order":      {faulty(typed), edo.Refused, edo.SignatureInvalid},
		"refused":            {refusal("SignIsNotValid"), edo.Refused, edo.SignatureInvalid},
		"to oneself":         {refusal("SendToSelfIsNotAllowed"), edo.Invalid, edo.SendToSelf},
		"unexpected":         {refusal("UnexpectedError"), edo.InDoubt, edo.OperatorUnavailable},
		"new code":           {refusal("FlyingSaucer"), edo.InDoubt, edo.AnswerUnreadable},
		"limited":            {refusal("AccessDeniedError"), edo.Denied, edo.LoginLimited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say("SendMessage", tc.answer)
			got, err := server.open().Send(t.Context(), letterMessage())
			e := asError(t, err)
			if e.Kind != tc.kind || e.Reason != tc.reason || e.Op == "" || got.Message != "" {
				t.Errorf("got %v, kind %v, reason %s, error %v", got, e.Kind, e.Reason, err)
			}
			if tc.kind == edo.InDoubt && (errors.Is(err, edo.Unavailable) || errors.Is(err, edo.Internal)) {
				t.Errorf("an error in the chain says it is safe to repeat: %v", err)
			}
			if n := len(server.bodies("SendMessage")); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
	t.Run("success", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say("SendMessage", answer{body: good})
		got, err := server.open().Send(t.Context(), letterMessage())
		want := edo.Sent{
			Message: "55b0f5c1-2c7e-4e43-8df1-7a6f1d2e9c12", OperatorTime: time.Date(2026, 11, 17, 9, 31, 4, 123456700, time.UTC),
			Documents: map[edo.DocumentID]edo.RemoteID{"letter": remoteID, "contract": "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b12", "conditions": "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b13"},
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n-want +got\n%s", err, diff)
		}
	})
	t.Run("date not set", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say("SendMessage", swap("2026-11-17T12:31:04.1234567+03:00", "0001-01-01T00:00:00"))
		got, err := server.open().Send(t.Context(), letterMessage())
		if err != nil || !got.OperatorTime.IsZero() {
			t.Errorf("got %v, %v", got.OperatorTime, err)
		}
	})
}

func TestSendChecksFirst(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	for name, tc := range map[string]struct {
		edit  func(*edo.Message)
		field string
	}{
		"no recipient":      {func(m *edo.Message) { m.To = nil }, "message.to"},
		"no box":            {func(m *edo.Message) { m.To = []edo.Address{{INN: "7707083893"}} }, "message.to[0].box"},
		"twice a recipient": {func(m *edo.Message) { m.To = []edo.Address{{Box: "b"}, {Box: "B"}} }, "message.to[1].box"},
		"no document":       {func(m *edo.Message) { m.Documents = nil }, "message.documents"},
		"no signature":      {func(m *edo.Message) { m.Documents[1].Signature = nil }, "message.documents[1].signature"},
		"long ids":          {func(m *edo.Message) { m.Documents[0].ID = edo.DocumentID(strings.Repeat("x", 250)) }, "message.documents[0].id"},
	} {
		m := letterMessage()
		tc.edit(&m)
		_, err := server.open().Send(t.Context(), m)
		if e := asError(t, err); e.Kind != edo.Invalid || e.Field != tc.field || e.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(server.operations()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

func TestPrintAnswers(t *testing.T) {
	t.Parallel()
	form := func(op, inner string) answer { return ok(op, "<"+op+"Result>"+inner+"</"+op+"Result>") }
	const pdf = `<a:Content>JVBERi0x</a:Content><a:Name>form.pdf</a:Name>`
	printed := form("PrintDocument", `<a:Status><a:Code>1</a:Code><a:Description>w</a:Description><a:Name>Warning</a:Name></a:Status><a:ValidationResult i:nil="true"/><a:NamedContent>`+pdf+`</a:NamedContent>`)
	for name, tc := range map[string]struct {
		first, second answer
		forms         []string
		want, source  string
		kind          edo.Kind
		asked         int // of the second call
	}{
		"first gives":        {first: printed, want: "%PDF-1", source: "PrintDocument"},
		"second is asked":    {first: refusal("FeatureDisabled"), second: form(downloadPDF, pdf), want: "%PDF-1", source: downloadPDF, asked: 1},
		"other order":        {forms: []string{downloadPDF, printDocument}, second: form(downloadPDF, pdf), want: "%PDF-1", source: downloadPDF, asked: 1},
		"one alone":          {forms: []string{printDocument}, first: refusal("FeatureDisabled"), kind: edo.NotSupported},
		"both off":           {first: refusal("FeatureDisabled"), second: refusal("DocumentConversionError"), kind: edo.NotSupported, asked: 1},
		"nil result":         {first: ok("PrintDocument", "<PrintDocumentResult i:nil='true'/>"), kind: edo.NotReady},
		"nil content":        {first: form("PrintDocument", "<a:NamedContent i:nil='true'/>"), kind: edo.NotReady},
		"empty content":      {first: form("PrintDocument", "<a:NamedContent><a:Content/><a:Name>x</a:Name></a:NamedContent>"), kind: edo.NotReady},
		"not visible yet":    {first: refusal("DocumentNotFound"), kind: edo.NotReady},
		"error in an answer": {first: form("PrintDocument", "<a:Status><a:Code>2</a:Code></a:Status><a:NamedContent>"+pdf+"</a:NamedContent>"), second: refusal("FeatureDisabled"), kind: edo.Refused, asked: 1},
		"error, then a form": {first: form("PrintDocument", "<a:Status><a:Code>2</a:Code></a:Status>"), second: form(downloadPDF, pdf), want: "%PDF-1", source: downloadPDF, asked: 1},
		"error after bytes":  {first: form("PrintDocument", "<a:NamedContent>"+pdf+"</a:NamedContent><a:Status><a:Code>2</a:Code></a:Status>"), second: form(downloadPDF, pdf), kind: edo.Refused},
		"broken base64":      {first: form("PrintDocument", "<a:NamedContent><a:Content>JVBERi0x!!</a:Content></a:NamedContent>"), second: form(downloadPDF, pdf), kind: edo.Unavailable},
		"unexpected":         {first: refusal("UnexpectedError"), second: form(downloadPDF, pdf), kind: edo.Unavailable},
		"not allowed":        {first: refusal("AccessDeniedError"), second: form(downloadPDF, pdf), kind: edo.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say("PrintDocument", tc.first)
			server.say(downloadPDF, tc.second)
			var out bytes.Buffer
			got, err := server.open(func(a *edo.Account) { a.Forms = tc.forms }).Print(t.Context(), edo.Ref{Remote: remoteID}, &out)
			if n := len(server.bodies(downloadPDF)); n != tc.asked {
				t.Errorf("the second call was asked %d times", n)
			}
			if tc.kind != 0 {
				if edo.KindOf(err) != tc.kind || got.Source != "" {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil || out.String() != tc.want || got.Source != tc.source || got.Size != int64(len(tc.want)) || got.Name != "form.pdf" {
				t.Errorf("got %q, %+v, %v", out.String(), got, err)
			}
		})
	}
}

func TestTrackAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		result string
		want   edo.State
		kind   edo.Kind
	}{
		"delivered":         {result: `<a:RevocationStatus>NoRevocation</a:RevocationStatus><a:Status i:type="a:UntypedDocumentFlowStatus"><a:AdditionalStatus i:nil="true"/><a:DeliveryStatus>DeliveredToRecipient</a:DeliveryStatus><a:SignStatus>WaitingForSign</a:SignStatus></a:Status>`, want: edo.StateDelivered},
		"prefix of its own": {result: `<a:Status xmlns:z="http://schemas.datacontract.org/2004/07/Midway.ObjectModel" i:type="z:UntypedDocumentFlowStatus"><a:SignStatus>Signed</a:SignStatus></a:Status>`, want: edo.StateSigned},
		"another type":      {result: `<a:Status i:type="a:InvoiceDocumentFlowStatus"><a:SignStatus>Signed</a:SignStatus></a:Status>`, want: edo.StateSent},
		"no type":           {result: `<a:Status><a:SignStatus>Signed</a:SignStatus></a:Status>`, want: edo.StateSent},
		"nil status":        {result: `<a:Status i:nil="true"/>`, want: edo.StateSent},
		"two recipients":    {result: `<a:MultiStatus><a:MultiDeliveryStatus>DeliveredToRecipients</a:MultiDeliveryStatus><a:MultiSignStatus>PartlySigned</a:MultiSignStatus><a:RecipientsCount>2</a:RecipientsCount></a:MultiStatus><a:Status i:type="a:UntypedDocumentFlowStatus"><a:SignStatus>Signed</a:SignStatus></a:Status>`, want: edo.StateDelivered},
		"revoked":           {result: `<a:RevocationStatus>RevocationAccepted</a:RevocationStatus>`, want: edo.StateRevoked},
		"unknown":           {kind: edo.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			result := "<GetFullDocumentInfoResult>" + tc.result + "</GetFullDocumentInfoResult>"
			if tc.result == "" {
				result = "<GetFullDocumentInfoResult i:nil='true'/>"
			}
			server.say("GetFullDocumentInfo", ok("GetFullDocumentInfo", result))
			server.say("GetFlowDocumentInfo", ok("GetFlowDocumentInfo", strings.ReplaceAll(result, "GetFull", "GetFlow")))
			got, err := server.open().Track(t.Context(), edo.Ref{Remote: remoteID})
			if got.State != tc.want || (tc.kind != 0) != (err != nil) || err != nil && edo.KindOf(err) != tc.kind {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	server.say("GetVersion", ok("GetVersion", "<GetVersionResult>2.56.1</GetVersionResult>"))
	server.say("GetBoxes", ok("GetBoxes", `<GetBoxesResult><a:BoxInfo i:nil="true"/><a:BoxInfo><a:Address>BOX-A@example</a:Address><a:Inn>7707083893</a:Inn><a:Kpp i:nil="true"/>`+
		`<a:OrganizationName>ООО</a:OrganizationName><a:ServiceReglamentAccepted>1</a:ServiceReglamentAccepted></a:BoxInfo></GetBoxesResult>`))
	got, err := server.open().Check(t.Context())
	want := edo.Health{Version: "2.56.1", Boxes: []edo.Address{{Box: "BOX-A@example", INN: "7707083893", Name: "ООО", Active: true}}, BoxFound: true, AsOf: time.Date(2026, 11, 17, 9, 45, 0, 0, time.UTC), At: got.At}
	if _, told := got.Skew(); !told {
		t.Error("no skew")
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n-want +got\n%s", err, diff)
	}
	server.say("GetBoxes", ok("GetBoxes", `<GetBoxesResult><a:BoxInfo><a:Address>b</a:Address><a:ServiceReglamentAccepted>True</a:ServiceReglamentAccepted></a:BoxInfo></GetBoxesResult>`))
	if _, err := server.open().Check(t.Context()); edo.KindOf(err) != edo.Unavailable || !contains(err.Error(), "ServiceReglamentAccepted") {
		t.Errorf("a wrong boolean: %v", err)
	}
}
