package synerdocs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/edo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tokenText  = "0f5e0b0c-7c3e-4d0a-9b53-2f1f7f3c9a10"
	answerDate = "Tue, 17 Nov 2026 09:45:00 GMT"
	remoteID   = "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b11"
)

// answer is one scripted answer; the zero status is 200.
type answer struct {
	status int
	body   string
	noDate bool
}

// script is a server that answers each operation from a list; the last answer of a list repeats.
type script struct {
	t       *testing.T
	url     string
	mu      sync.Mutex
	answers map[string][]answer
	seen    []asked
}

type asked struct {
	operation string
	body      string
}

func newScript(t *testing.T) *script {
	t.Helper()
	s := &script{t: t, answers: map[string][]answer{}}
	s.say("Authenticate", ok("Authenticate", "<AuthenticateResult>"+tokenText+"</AuthenticateResult>"))
	s.say("GetBoxes", ownBoxes())
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL + "/exchangeservice.svc"
	return s
}

// ownBoxes says that the account's box is one of the login's.
func ownBoxes() answer {
	return ok("GetBoxes", "<GetBoxesResult>"+
		"<a:BoxInfo><a:Address>box-z@example</a:Address><a:Inn>7701234560</a:Inn><a:OrganizationId>1016</a:OrganizationId></a:BoxInfo>"+
		"<a:BoxInfo><a:Address>BOX-A@example</a:Address><a:Inn>7803456788</a:Inn><a:Kpp>780301001</a:Kpp><a:OrganizationId>1017</a:OrganizationId>"+
		"<a:OrganizationName>АО «Сети»</a:OrganizationName><a:ServiceReglamentAccepted>true</a:ServiceReglamentAccepted></a:BoxInfo></GetBoxesResult>")
}

func (s *script) say(operation string, a ...answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[operation] = a
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	operation := strings.Trim(strings.TrimPrefix(r.Header.Get("SOAPAction"), `"http://synerdocs.ru/IExchangeService/`), `"`)
	s.mu.Lock()
	s.seen = append(s.seen, asked{operation, string(body)})
	list := s.answers[operation]
	if len(list) > 1 {
		s.answers[operation] = list[1:]
	}
	s.mu.Unlock()
	if len(list) == 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	a := list[0]
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Date", answerDate)
	if a.noDate {
		w.Header()["Date"] = nil
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = io.WriteString(w, a.body)
}

// asked lists the operations in the order in which they came.
func (s *script) operations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, a := range s.seen {
		all = append(all, a.operation)
	}
	return all
}

func (s *script) bodies(operation string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, a := range s.seen {
		if a.operation == operation {
			all = append(all, a.body)
		}
	}
	return all
}

func (s *script) account() edo.Account {
	return edo.Account{
		Subscriber: "sub-1", Operator: Name, Endpoint: s.url, Box: "box-a@example",
		Login: edo.Login{Name: "clerk@example", Password: edo.NewSecret("p&ss<word>")},
	}
}

// open gives a session of the driver on the script.
func (s *script) open(edit ...func(*edo.Account)) *session {
	s.t.Helper()
	a := s.account()
	for _, e := range edit {
		e(&a)
	}
	return openAccount(s.t, Config{}, a)
}

func openAccount(t *testing.T, c Config, a edo.Account) *session {
	t.Helper()
	opened, err := New(c).Open(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	s, is := opened.(*session)
	if !is {
		t.Fatalf("session is %T", opened)
	}
	return s
}

func envelope(inner string) string {
	return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` + inner + `</s:Body></s:Envelope>`
}

// ok is a success; the prefixes a (object model), b (arrays) and i are in scope.
func ok(operation, result string) answer {
	return answer{body: envelope(`<` + operation + `Response xmlns="http://synerdocs.ru" xmlns:a="http://schemas.datacontract.org/2004/07/Midway.ObjectModel"` +
		` xmlns:b="http://schemas.microsoft.com/2003/10/Serialization/Arrays" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">` + result + `</` + operation + `Response>`)}
}

// refusal is a typed fault with status 500.
func refusal(code string) answer {
	return answer{status: 500, body: envelope(`<s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="ru-RU">text</faultstring><detail>` +
		`<ServiceErrorFaultContract xmlns="http://schemas.datacontract.org/2004/07/Midway.ObjectModel.Exceptions" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">` +
		`<Code>` + code + `</Code><Field>message</Field><Message>text</Message><StackTrace i:nil="true"/></ServiceErrorFaultContract></detail></s:Fault>`)}
}

func memory(b []byte) edo.Content {
	d, n, _ := edo.DigestOf(bytes.NewReader(b))
	return edo.Content{Size: n, Digest: d, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

func letterMessage() edo.Message {
	doc := func(id edo.DocumentID, name, kind, content string) edo.OutgoingDocument {
		return edo.OutgoingDocument{ID: id, Name: name, Kind: kind, Content: memory([]byte(content)), Signature: []byte("signature of " + string(id))}
	}
	letter, contract := doc("letter", "исх. № 1 «срочно».pdf", "Письмо", "%PDF-1.7 letter"), doc("contract", "договор.pdf", "Договор", "%PDF-1.7 the contract")
	conditions := doc("conditions", "tu.docx", "", "\x00\x01\x02")
	letter.Comment, letter.Number = "Прошу подписать", "17/2026"
	contract.NeedSign, contract.NeedReceipt = true, true
	conditions.Comment, conditions.NeedReceipt = `a < b & c > d "q"`, true
	return edo.Message{
		Package: "package-1", To: []edo.Address{{Box: "box-b@example"}, {Box: "box-c@example"}},
		Documents: []edo.OutgoingDocument{letter, contract, conditions},
	}
}

func query() edo.Query {
	return edo.Query{Package: "package-1", Documents: []edo.DocumentID{"letter", "contract"}, Since: time.Date(2026, 11, 17, 12, 30, 0, 0, time.FixedZone("", 3*3600))}
}

// golden compares what went out with a file written by hand from the contract: the file is indented for people, what
// goes out is not.
func golden(t *testing.T, operation, got string) {
	t.Helper()
	want := regexp.MustCompile(`>\s+<`).ReplaceAllString(strings.TrimSpace(string(fixture(t, "golden/"+operation+".xml"))), "><")
	if got != want {
		t.Errorf("%s\ngot  %s\nwant %s", operation, got, want)
	}
	validate(t, operation, got)
}

// validate checks an envelope against the operator's schema where the machine has it.
func validate(t *testing.T, operation, envelope string) {
	t.Helper()
	dir := os.Getenv("EDOKIT_XSD_DIR")
	if dir == "" {
		return
	}
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		t.Fatalf("EDOKIT_XSD_DIR is set, but there is no xmllint: %v", err)
	}
	file := filepath.Join(t.TempDir(), operation+".xml")
	if err := os.WriteFile(file, []byte(envelope), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "--huge", "--noout", "--schema", filepath.Join(dir, "envelope.xsd"), file).CombinedOutput()
	if err != nil {
		t.Errorf("%s is not valid: %v\n%s", operation, err, out)
	}
}

func entryXML(custom, document, message, rest string) string {
	return fmt.Sprintf(`<a:DocumentEntryItem><a:CustomField>%s</a:CustomField><a:DocumentId>%s</a:DocumentId>%s<a:Id>e-%s-%s</a:Id>`+
		`<a:MessageId>%s</a:MessageId><a:SentDate>2026-11-17T09:31:04</a:SentDate></a:DocumentEntryItem>`, custom, document, rest, message, document, message)
}

func entriesXML(total int, items ...string) answer {
	return ok(entriesOp, fmt.Sprintf(`<GetDocumentEntriesResult><a:Items>%s</a:Items><a:Total>%d</a:Total></GetDocumentEntriesResult>`, strings.Join(items, ""), total))
}
