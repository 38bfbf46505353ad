package mockoperator_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestMisbehaves posts one message under one rule: what the client sees, and whether the ledger has it.
func TestMisbehaves(t *testing.T) {
	t.Parallel()
	type seen struct {
		reply
		err  error
		keep func(*testing.T, []byte)
	}
	status := func(want int) func(*testing.T, seen) {
		return func(t *testing.T, s seen) {
			t.Helper()
			if s.err != nil || s.status != want {
				t.Errorf("status %d, %v, %s", s.status, s.err, s.body)
			}
		}
	}
	cut := func(t *testing.T, s seen) {
		t.Helper()
		if s.err == nil {
			t.Errorf("not cut: %d %s", s.status, s.body)
		}
	}
	fault := func(code string) func(*testing.T, seen) {
		return func(t *testing.T, s seen) { t.Helper(); refused(t, s.reply, code, "message") }
	}
	custom := mockoperator.Fault{Code: "SqlException", Field: "message", Message: "База занята"}
	shaped := func(s mockoperator.Shape) mockoperator.Rule {
		f := custom
		f.Shape = s
		return mockoperator.Rule{What: mockoperator.AnswerFault, Fault: f}
	}
	for name, tc := range map[string]struct {
		rule     mockoperator.Rule
		check    func(*testing.T, seen)
		accepted int
	}{
		"accept then cut": {mockoperator.Rule{What: mockoperator.AcceptThenCut}, cut, 1},
		"cut in request":  {mockoperator.Rule{What: mockoperator.CutInRequestBody, Bytes: 100}, cut, 0},
		"cut at once":     {mockoperator.Rule{What: mockoperator.CutInRequestBody}, cut, 0},
		"cut in response": {mockoperator.Rule{What: mockoperator.CutInResponseBody, Bytes: 200}, func(t *testing.T, s seen) {
			cut(t, s)
			if len(s.body) != 200 {
				t.Errorf("%d bytes", len(s.body))
			}
		}, 1},
		"500":                 {mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 500}, status(500), 0},
		"500 after accepting": {mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 500, AfterAccepting: true}, status(500), 1},
		"429 with Retry-After": {mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 429, Retry: 1500 * time.Millisecond}, func(t *testing.T, s seen) {
			status(429)(t, s)
			if s.header.Get("Retry-After") != "2" {
				t.Errorf("Retry-After %q", s.header.Get("Retry-After"))
			}
		}, 0},
		"503 after accepting": {mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 503, Retry: time.Second, AfterAccepting: true}, status(503), 1},
		"fault":               {mockoperator.Rule{What: mockoperator.AnswerFault, Fault: custom}, fault("SqlException"), 0},
		"fault after":         {mockoperator.Rule{What: mockoperator.AnswerFault, Fault: custom, AfterAccepting: true}, fault("SqlException"), 1},
		"exception detail":    {shaped(mockoperator.ExceptionDetail), func(t *testing.T, s seen) { status(500)(t, s); s.text(t, "ExceptionDetail") }, 0},
		"unparsable detail":   {shaped(mockoperator.Unparsable), func(t *testing.T, s seen) { status(500)(t, s); s.text(t, "Problem") }, 0},
		"no detail": {shaped(mockoperator.NoDetail), func(t *testing.T, s seen) {
			status(500)(t, s)
			if len(s.texts("detail")) != 0 || s.text(t, "faultstring") != "База занята" {
				t.Errorf("%s", s.body)
			}
		}, 0},
		"web page": {mockoperator.Rule{What: mockoperator.HTMLPage, AfterAccepting: true}, func(t *testing.T, s seen) {
			status(200)(t, s)
			if !strings.HasPrefix(s.header.Get("Content-Type"), "text/html") {
				t.Errorf("%v", s.header)
			}
		}, 1},
		"truncated": {mockoperator.Rule{What: mockoperator.TruncatedXML}, func(t *testing.T, s seen) {
			status(200)(t, s)
			if !bytes.HasPrefix(s.body, []byte("<?xml")) || bytes.Contains(s.body, []byte("</s:Envelope>")) {
				t.Errorf("%s", s.body)
			}
		}, 1},
		"token expired": {mockoperator.Rule{What: mockoperator.TokenExpired}, func(t *testing.T, s seen) { refused(t, s.reply, "Unauthorized", "authToken") }, 0},
		"nil result": {mockoperator.Rule{What: mockoperator.NilResult, AfterAccepting: true}, func(t *testing.T, s seen) {
			status(200)(t, s)
			s.keep(t, s.body)
			if !bytes.Contains(s.body, []byte(`<SendMessageResult i:nil="true"`)) {
				t.Errorf("%s", s.body)
			}
		}, 1},
		"gzip": {mockoperator.Rule{What: mockoperator.GzipUnasked}, func(t *testing.T, s seen) {
			zip, err := gzip.NewReader(bytes.NewReader(s.body))
			if err != nil || s.header.Get("Content-Encoding") != "gzip" {
				t.Fatalf("%v %v", err, s.header)
			}
			plain, err := io.ReadAll(zip)
			if err != nil {
				t.Fatal(err)
			}
			s.keep(t, plain)
		}, 1},
		"slow start":   {mockoperator.Rule{What: mockoperator.Slow, Delay: 20 * time.Millisecond}, status(200), 1},
		"slow bytes":   {mockoperator.Rule{What: mockoperator.Slow, PerByte: time.Microsecond}, status(200), 1},
		"not yet":      {mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 500, Nth: 2}, status(200), 1},
		"another call": {mockoperator.Rule{What: mockoperator.AcceptThenCut, Operation: "GetBoxes"}, status(200), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{})
			token, content := b.loginByCertificate(b.ids[0]), []byte("письмо")
			body := b.message(token, content, sign(t, content, b.ids[0].Certificate, b.ids[0].Key))
			h := b.op.Misbehave(tc.rule)
			got, err := b.post("SendMessage", body)
			tc.check(t, seen{got, err, b.seen.add})
			if n := len(b.op.Ledger()); n != tc.accepted {
				t.Errorf("%d messages in the ledger, want %d", n, tc.accepted)
			}
			if name == "not yet" || name == "another call" {
				return
			}
			<-h.Reached()
			agree := func() bool { // the record is finished after the last byte, which the client may have by then
				last := b.op.Wire()[len(b.op.Wire())-1]
				return last.Cut == (err != nil) && (err != nil || bytes.Equal(last.Response.Body, got.body))
			}
			for end := time.Now().Add(5 * time.Second); !agree(); time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("record and client differ")
				}
			}
			if name != "token expired" {
				if again, err := b.post("SendMessage", body); err != nil || again.status != http.StatusOK {
					t.Errorf("the rule is over, yet %d %v", again.status, err)
				}
			}
		})
	}
}

func TestHangsUntilReleased(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*mockoperator.Handle, context.CancelFunc){
		"released":    func(h *mockoperator.Handle, _ context.CancelFunc) { h.Release() },
		"client gone": func(_ *mockoperator.Handle, cancel context.CancelFunc) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{})
			token, content := b.loginByCertificate(b.ids[0]), []byte("письмо")
			body := b.message(token, content, sign(t, content, b.ids[0].Certificate, b.ids[0].Key))
			h := b.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenHang})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			over := make(chan error, 1)
			go func() {
				_, err := b.post("SendMessage", body, func(r *http.Request) { *r = *r.WithContext(ctx) })
				over <- err
			}()
			<-h.Reached()
			if n := len(b.op.Ledger()); n != 1 {
				t.Errorf("%d messages", n)
			}
			end(h, cancel)
			if err := <-over; err == nil {
				t.Error("the client got an answer")
			}
		})
	}
}

func TestRulesCount(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	b.op.Misbehave(mockoperator.Rule{Operation: "GetVersion", What: mockoperator.AnswerStatus, Status: 503, Nth: 2, Times: 2})
	var got []int
	for range 5 {
		r, err := b.post("GetVersion", envelope(t, "GetVersion.request"))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.status)
	}
	if want := []int{200, 503, 503, 200, 200}; !equal(got, want) {
		t.Errorf("%v", got)
	}
}

func equal[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestScenarioFromYAML(t *testing.T) {
	t.Parallel()
	s, err := mockoperator.ParseScenario([]byte(`
password-login: read-only
token-lifetime: 5m
gost-signatures: invalid
visibility: {delay: 10s, listings: 2}
print-forms:
  - {mode: ready-after, polls: 3}
  - {operation: DownloadPdfDocument, kind: Письмо, mode: html}
misbehave:
  - operation: SendMessage
    what: fault
    fault: {code: SqlException, field: message, message: занято, shape: exceptionDetail}
    after-accepting: true
    nth: 2
    retry-after: 3s
`))
	if err != nil {
		t.Fatal(err)
	}
	if s.TokenLifetime != 5*time.Minute || s.Visibility.Listings != 2 || s.PrintForms[1].Mode != mockoperator.FormHTML || s.Rules[0].Fault.Shape != mockoperator.ExceptionDetail {
		t.Errorf("%+v", s)
	}
	if _, err := mockoperator.ParseScenario(nil); err != nil {
		t.Errorf("empty: %v", err)
	}
	for name, text := range map[string]string{
		"unknown field": "passwort-login: full", "unknown word": "password-login: none", "unknown what": "misbehave: [{what: explode}]",
		"status": "misbehave: [{what: status}]", "mode": "print-forms: [{mode: blue}]", "verdict": "gost-signatures: maybe", "shape": "misbehave: [{what: fault, fault: {code: SqlException, shape: round}}]",
		"no code": "misbehave: [{what: fault}]",
	} {
		if _, err := mockoperator.ParseScenario([]byte(text)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestServesForeignClients posts what known SOAP stacks put on the wire.
func TestServesForeignClients(t *testing.T) {
	t.Parallel()
	content := []byte("письмо")
	lined := func(s string) string {
		return strings.ReplaceAll(s, "<m:Content>", "<m:Content>\r\n\t ")
	}
	var prefixes strings.Builder
	for i := range 175 {
		prefixes.WriteString(` xmlns:q` + strings.Repeat("x", i%5) + string(rune('a'+i%26)) + string(rune('a'+i/26)) + `="http://schemas.datacontract.org/2004/07/Midway.ObjectModel.Of.The.Client"`)
	}
	for name, tc := range map[string]struct {
		edit   func(string) string
		header func(*http.Request)
	}{
		"addressing header": {edit: func(s string) string {
			return strings.Replace(s, "<s:Body>", `<s:Header xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Action>http://synerdocs.ru/IExchangeService/SendMessage</wsa:Action><wsa:To><deep>x</deep></wsa:To></s:Header><s:Body>`, 1)
		}},
		"14 KB of prefixes":  {edit: func(s string) string { return strings.Replace(s, "<s:Envelope", "<s:Envelope"+prefixes.String(), 1) }},
		"empty header":       {edit: func(s string) string { return strings.Replace(s, "<s:Body>", "<s:Header/><s:Body>", 1) }},
		"BOM":                {edit: func(s string) string { return "\ufeff" + s }},
		"no declaration":     {edit: func(s string) string { return s[strings.Index(s, "?>")+2:] }},
		"base64 in lines":    {edit: lined},
		"CDATA":              {edit: func(s string) string { return cdata(cdata(s, "m:Content"), "m:FileName") }},
		"comment in content": {edit: func(s string) string { return strings.Replace(s, "<m:Content>", "<m:Content><!-- x -->", 1) }},
		"comment between":    {edit: func(s string) string { return strings.Replace(s, "<m:Documents>", "<!-- x --><m:Documents>", 1) }},
		"typed scalars": {edit: func(s string) string {
			return strings.Replace(s, "<m:FileSize>", `<m:FileSize xmlns:xsd="http://www.w3.org/2001/XMLSchema" i:type="xsd:int">`, 1)
		}},
		"typed object":        {edit: func(s string) string { return strings.Replace(s, "<message>", `<message i:type="m:Message">`, 1) }},
		"all unset as WCF":    {edit: wcf},
		"quoted action":       {},
		"unquoted action":     {header: func(r *http.Request) { r.Header.Set("SOAPAction", "http://synerdocs.ru/IExchangeService/SendMessage") }},
		"type without UTF-8":  {header: func(r *http.Request) { r.Header.Set("Content-Type", "text/xml") }},
		"chunked":             {header: func(r *http.Request) { r.ContentLength = -1 }},
		"expect 100":          {header: func(r *http.Request) { r.Header.Set("Expect", "100-continue") }},
		"close":               {header: func(r *http.Request) { r.Close = true }},
		"application version": {header: func(r *http.Request) { r.Header.Set("Application-Version", "Учёт 1.0") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{})
			body := string(b.message(b.loginByCertificate(b.ids[0]), content, sign(t, content, b.ids[0].Certificate, b.ids[0].Key)))
			if tc.edit != nil {
				edited := tc.edit(body)
				if edited == body {
					t.Fatal("nothing was edited")
				}
				body = edited
			}
			if tc.header == nil {
				tc.header = func(*http.Request) {}
			}
			got := b.call("SendMessage", []byte(body), tc.header)
			if got.status != http.StatusOK {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if got.header.Get("Content-Encoding") != "" || got.header.Get("Content-Type") != "text/xml; charset=utf-8" {
				t.Errorf("%v", got.header)
			}
		})
	}
}

func cdata(s, element string) string {
	open, end := "<"+element+">", "</"+element+">"
	s = strings.Replace(s, open, open+"<![CDATA[", 1)
	return strings.Replace(s, end, "]]>"+end, 1)
}

// wcf writes every unset member, nil or default, as the operator's own client does.
func wcf(s string) string {
	for _, r := range [][2]string{
		{`<m:CustomField>`, `<m:CustomField>`},
		{`<m:DocumentType>`, `<m:Date i:nil="true"/><m:DocumentFlowParticipants i:nil="true"/><m:DocumentType>`},
		{`<m:FileName>`, `<m:DocumentTypeEnum i:nil="true"/><m:DocumentTypeInfo i:nil="true"/><m:FileName>`},
		{`</m:Id>` + "\n            <m:NeedReceipt>", `</m:Id><m:IsDeleted>false</m:IsDeleted><m:IsLegitimate>false</m:IsLegitimate><m:Name i:nil="true"/><m:NeedReceipt>`},
		{`<m:UntypedKind>`, `<m:NonLegitimateReasons i:nil="true"/><m:NoticeRequired>false</m:NoticeRequired><m:Number i:nil="true"/><m:ParentDocumentId i:nil="true"/><m:RelatedDocumentIds i:nil="true"/><m:RootDocumentId i:nil="true"/><m:SendOnlyToDocumentFlowParticipants i:nil="true"/><m:SentDate i:nil="true"/><m:SourceDocumentId i:nil="true"/><m:Sum i:nil="true"/><m:UntypedKind>`},
		{`<m:Signs>`, `<m:SentDate>0001-01-01T00:00:00</m:SentDate><m:Signs>`},
		{`<m:Raw>`, `<m:IsValid>false</m:IsValid><m:ParentId i:nil="true"/><m:Raw>`},
		{`</m:Sign>`, `<m:SentDate>0001-01-01T00:00:00</m:SentDate><m:SignatureMark i:nil="true"/><m:Subject i:nil="true"/><m:TimeStamp>0001-01-01T00:00:00</m:TimeStamp></m:Sign>`},
		{`</message>`, `<m:To i:nil="true"/><m:ToDepartment i:nil="true"/></message>`},
	} {
		if !strings.Contains(s, r[0]) {
			panic("no " + r[0])
		}
		s = strings.Replace(s, r[0], r[1], 1)
	}
	return s
}

func TestServesItsDescription(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	for _, query := range []string{"?wsdl", "?WSDL"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := b.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !bytes.Contains(text, []byte(`<soap:address location="`+b.url+`"/>`)) {
			t.Errorf("%s: %v, %d bytes", query, err, len(text))
		}
	}
}
