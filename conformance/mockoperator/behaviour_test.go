package mockoperator_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestRecordsTheExactBytes speaks raw TCP: two requests in one write on one connection, odd header spelling included.
func TestRecordsTheExactBytes(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	host := strings.TrimSuffix(strings.TrimPrefix(b.url, "http://"), mockoperator.Path)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := envelope(t, "GetVersion.request")
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\ncontent-TYPE:text/xml\r\nSoapAction: \"http://synerdocs.ru/IExchangeService/GetVersion\"\r\nX-Odd:  two  spaces \r\nContent-Length: %d\r\n\r\n", mockoperator.Path, len(body))
	if _, err := conn.Write([]byte(head + string(body) + head + string(body))); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	for i := range 2 {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		seen := b.op.Wire()[i]
		sum := sha256.Sum256(body)
		if string(seen.Head) != head || !bytes.Equal(seen.Request.Body, body) || seen.Request.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("request %d: %q %q", i, seen.Head, seen.Request.Body)
		}
		if !bytes.Equal(seen.Response.Body, answer) || seen.Status != resp.StatusCode || seen.Operation != "GetVersion" || seen.Number != i+1 {
			t.Errorf("answer %d: %+v", i, seen)
		}
	}
}

func TestWireKeepsABudget(t *testing.T) {
	t.Parallel()
	b := setupConfig(t, mockoperator.Config{WireMemory: 4096})
	token := b.loginByCertificate(b.ids[0])
	content := bytes.Repeat([]byte("много "), 1000)
	b.send(token, content)
	for range 5 {
		b.call("GetVersion", envelope(t, "GetVersion.request"))
	}
	all := b.op.Wire()
	if all[0].Request.Body != nil || all[0].Request.SHA256 == "" {
		t.Errorf("the oldest body was kept, or its digest was not: %+v", all[0])
	}
	large, err := all[1].Request.Bytes()
	if err != nil || all[1].Request.Path == "" || int64(len(large)) != all[1].Request.Size || !bytes.Contains(large, []byte("</s:Envelope>")) {
		t.Errorf("large body: %v, %+v", err, all[1].Request)
	}
	if last := all[len(all)-1]; last.Request.Body == nil {
		t.Error("the newest body was let go")
	}
}

func TestTakesTheSameMessageTwice(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	content := []byte("договор")
	body := b.message(token, content, sign(t, content, b.ids[0].Certificate, b.ids[0].Key))
	first, second := b.call("SendMessage", body), b.call("SendMessage", body)
	if n := len(b.op.Ledger()); n != 2 || first.text(t, "MessageId") == second.text(t, "MessageId") {
		t.Errorf("%d messages", n)
	}
	if got := b.op.Wire(); got[len(got)-1].Accepted != second.text(t, "MessageId") {
		t.Errorf("exchange names message %q", got[len(got)-1].Accepted)
	}
}

func TestTokensRunOut(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	clock := make(chan time.Time, 1)
	clock <- now
	b := setupConfig(t, mockoperator.Config{
		Now:      func() time.Time { v := <-clock; clock <- v; return v },
		Scenario: mockoperator.Scenario{TokenLifetime: time.Minute},
	})
	token := b.login()
	ask := func() reply {
		return b.call("GetBoxes", envelope(t, "GetBoxes.request", contract.SampleToken, token))
	}
	if got := ask(); got.status != http.StatusOK || got.text(t, "Address") != boxA {
		t.Errorf("%s", got.body)
	}
	<-clock
	clock <- now.Add(time.Minute)
	refused(t, ask(), "Unauthorized", "authToken")
	token = b.login()
	b.op.Expire()
	refused(t, ask(), "Unauthorized", "authToken")
}

func TestWrongLoginsGiveNil(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	for _, got := range []reply{
		b.call("Authenticate", envelope(t, "Authenticate.request")),
		b.call("Authenticate", envelope(t, "Authenticate.request", "clerk@sample", "romashka")),
		b.call("AuthenticateWithCertificate", envelope(t, "AuthenticateWithCertificate.request")),
	} {
		if got.status != http.StatusOK || !bytes.Contains(got.body, []byte(`i:nil="true"`)) {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
}

func TestFindsOrganisations(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.login()
	for name, tc := range map[string]struct {
		inn, kpp string
		boxes    []string
	}{
		"one":       {"7803456788", "780301001", []string{boxB}},
		"none":      {"7803456796", "", nil},
		"two boxes": {"5029876544", "", []string{"seti-head@mock.edo", "seti-north@mock.edo"}},
		"by KPP":    {"5029876544", "502943001", []string{"seti-north@mock.edo"}},
		"roaming":   {"6634123451", "", []string{"perekrestok@mock.edo", "perekrestok@roaming.edo"}},
	} {
		got := b.call("GetOrganizationListByInnKpp", envelope(t, "GetOrganizationListByInnKpp.request", contract.SampleToken, token, "7701234560", tc.inn, "770101001", tc.kpp))
		if !equal(got.texts("BoxAddress"), tc.boxes) {
			t.Errorf("%s: %v", name, got.texts("BoxAddress"))
		}
		if name == "roaming" && !equal(got.texts("OperatorCode"), []string{"2IG", "2BM"}) {
			t.Errorf("codes %v", got.texts("OperatorCode"))
		}
	}
	wrong := b.call("GetOrganizationListByInnKpp", envelope(t, "GetOrganizationListByInnKpp.request", contract.SampleToken, token, "7701234560", "12"))
	refused(t, wrong, "InvalidFormatField", "inn")
	info := b.call("GetSpecialOperatorInfo", envelope(t, "GetSpecialOperatorInfo.request", contract.SampleToken, token))
	if info.text(t, "OperatorServiceCode") != mockoperator.OperatorCode {
		t.Errorf("%s", info.body)
	}
}

func TestStatusMoves(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	id := b.send(token, []byte("договор"))
	look := func() string {
		t.Helper()
		got := b.call("GetFullDocumentInfo", envelope(t, "GetFullDocumentInfo.request", contract.SampleToken, token, contract.SampleBox, boxA, contract.SampleServiceID, id))
		return got.text(t, "DeliveryStatus") + " " + got.text(t, "SignStatus")
	}
	want := func(s string) {
		t.Helper()
		if got := look(); got != s {
			t.Errorf("%s, want %s", got, s)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want("RecievedByService WaitingForSign")
	want("SentToRecipient WaitingForSign")
	must(b.op.Deliver(id))
	want("DeliveredToRecipient WaitingForSign")
	must(b.op.RefuseByRecipient(id))
	want("DeliveredToRecipient SignRejected")
	must(b.op.SignByRecipient(id))
	want("DeliveredToRecipient Signed")
	must(b.op.Lose(id))
	want("NotDeliveredToRecipient Signed")
	if b.op.Deliver("unknown") == nil {
		t.Error("an unknown document was delivered")
	}
}

// TestRecipientSigns: a message without documents answers one delivered before.
func TestRecipientSigns(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	content := []byte("договор")
	id := b.send(b.loginByCertificate(b.ids[0]), content)
	theirs := b.loginByCertificate(b.ids[2])
	answer := func(cms []byte) []byte {
		e := string(b.message(theirs, nil, cms, contract.SampleDocument, id))
		from, to := strings.Index(e, "<m:Documents>"), strings.Index(e, "</m:Documents>")
		e = e[:from] + "<m:Documents>" + e[to:]
		return []byte(strings.NewReplacer(boxA, boxB, boxB, boxA).Replace(e))
	}
	got := b.call("SendMessage", answer(sign(t, content, b.ids[2].Certificate, b.ids[2].Key)))
	if got.status != http.StatusOK {
		t.Fatalf("%s", got.body)
	}
	ledger := b.op.Ledger()
	if ledger[0].Documents[0].Signing != "Signed" || len(ledger[1].Signs) != 1 || ledger[1].Signs[0].DocumentID != id {
		t.Errorf("%+v", ledger)
	}
	refused(t, b.call("SendMessage", answer(sign(t, content, b.ids[2].Certificate, b.ids[2].Key))), "DocumentWasAlreadySigned", "message.Signs[0]")
}

func TestSentDocumentsAppearWhenTheScenarioSaysSo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		v    mockoperator.Visibility
		want []string
	}{
		"at once":        {mockoperator.Visibility{}, []string{"1", "1", "1"}},
		"after listings": {mockoperator.Visibility{Listings: 2}, []string{"0", "0", "1"}},
		"after a time":   {mockoperator.Visibility{Delay: time.Hour}, []string{"0", "0", "0"}},
		"never":          {mockoperator.Visibility{Never: true}, []string{"0", "0", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{Visibility: tc.v})
			token := b.loginByCertificate(b.ids[0])
			b.send(token, []byte("письмо"))
			var got []string
			for range tc.want {
				got = append(got, b.call("GetDocumentEntries", envelope(t, "GetDocumentEntries.request", contract.SampleToken, token, contract.SampleBox, boxA)).text(t, "Total"))
			}
			if !equal(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
			b.op.Change(func(s *mockoperator.Scenario) { s.Visibility = mockoperator.Visibility{} })
			if got := b.call("GetDocumentEntries", envelope(t, "GetDocumentEntries.request", contract.SampleToken, token, contract.SampleBox, boxA)); got.text(t, "Total") != "1" {
				t.Errorf("after the change: %s", got.body)
			}
		})
	}
}

func TestListsPageAndFilter(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token, theirs := b.loginByCertificate(b.ids[0]), b.loginByCertificate(b.ids[2])
	for i := range 5 {
		b.send(token, fmt.Appendf(nil, "письмо %d", i))
	}
	list := func(token string, oldnew ...string) string {
		t.Helper()
		e := envelope(t, "GetDocumentEntries.request", oldnew...)
		got := b.call("GetDocumentEntries", contract.Fill(e, contract.SampleToken, token, contract.SampleBox, boxA))
		return fmt.Sprintf("%d of %s", len(got.texts("DocumentId")), got.text(t, "Total"))
	}
	max := "<m:Max>100</m:Max>"
	for name, tc := range map[string]struct{ got, want string }{
		"all":         {list(token), "5 of 5"},
		"a page":      {list(token, max, "<m:Max>2</m:Max>"), "2 of 5"},
		"the rest":    {list(token, "<m:First>0</m:First>", "<m:First>4</m:First>"), "1 of 5"},
		"beyond":      {list(token, "<m:First>0</m:First>", "<m:First>9</m:First>"), "0 of 5"},
		"zero":        {list(token, max, ""), "0 of 5"},
		"inbox":       {list(theirs, `<m:BoxTo i:nil="true"/>`, "<m:BoxTo>"+boxB+"</m:BoxTo>"), "5 of 5"},
		"to a third":  {list(token, `<m:BoxTo i:nil="true"/>`, "<m:BoxTo>seti-head@mock.edo</m:BoxTo>"), "0 of 0"},
		"later":       {list(token, "2026-01-01T00:00:00Z", "2098-01-01T00:00:00Z"), "0 of 0"},
		"other flow":  {list(token, "SentSigned", "SentForward"), "0 of 0"},
		"no receipt":  {list(token, `<m:NeedReceipt i:nil="true"/>`, "<m:NeedReceipt>false</m:NeedReceipt>"), "5 of 5"},
		"with a peer": {list(token, `<m:BoxTo i:nil="true"/>`, `<m:BoxTo i:nil="true"/><m:ContragentBoxIds xmlns:a="`+contract.NSArrays+`"><a:string>`+boxB+`</a:string></m:ContragentBoxIds>`), "5 of 5"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %s, want %s", name, tc.got, tc.want)
		}
	}
}

func TestPrintForms(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		form  mockoperator.PrintForms
		text  bool
		check func(*testing.T, *bundle, [][]byte)
	}{
		"after polls":  {form: mockoperator.PrintForms{Mode: mockoperator.FormAfterPolls, Polls: 2}, check: wantPrefixes("", "", "%PDF-")},
		"never":        {form: mockoperator.PrintForms{Mode: mockoperator.FormNever}, check: wantPrefixes("", "", "")},
		"web page":     {form: mockoperator.PrintForms{Mode: mockoperator.FormHTML}, check: wantPrefixes("<!DOCTYPE", "<!DOCTYPE", "<!DOCTYPE")},
		"picture":      {form: mockoperator.PrintForms{Mode: mockoperator.FormPNG}, check: wantPrefixes("\x89PNG", "\x89PNG", "\x89PNG")},
		"other kind":   {form: mockoperator.PrintForms{Mode: mockoperator.FormNever, Kind: "Письмо"}, check: wantPrefixes("%PDF-", "%PDF-", "%PDF-")},
		"this kind":    {form: mockoperator.PrintForms{Mode: mockoperator.FormNever, Kind: "Договор"}, check: wantPrefixes("", "", "")},
		"no PDF":       {text: true, check: wantPrefixes("%PDF-", "%PDF-", "%PDF-")},
		"no PDF, nil":  {form: mockoperator.PrintForms{Others: "nil"}, text: true, check: wantPrefixes("", "", "")},
		"only printed": {form: mockoperator.PrintForms{Mode: mockoperator.FormNever, Operation: "PrintDocument"}, check: wantPrefixes("", "", "")},
		"truncated": {form: mockoperator.PrintForms{Mode: mockoperator.FormTruncated}, check: func(t *testing.T, b *bundle, got [][]byte) {
			whole := readFile(t, b.op.Ledger()[0].Documents[0].Form.Path)
			if !bytes.Equal(got[0], whole[:len(whole)/2]) {
				t.Errorf("%d of %d bytes", len(got[0]), len(whole))
			}
		}},
		"equal": {form: mockoperator.PrintForms{Mode: mockoperator.FormEqualOriginal}, check: func(t *testing.T, _ *bundle, got [][]byte) {
			if !bytes.Equal(got[0], samplePDF(t)) {
				t.Errorf("%d bytes", len(got[0]))
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{PrintForms: []mockoperator.PrintForms{tc.form}})
			token, content := b.loginByCertificate(b.ids[0]), samplePDF(t)
			if tc.text {
				content = []byte("просто текст")
			}
			id := b.send(token, content)
			var got [][]byte
			for range 3 {
				r := b.call("PrintDocument", envelope(t, "PrintDocument.request", contract.SampleToken, token, contract.SampleBox, boxA, contract.SampleServiceID, id))
				raw := []byte{}
				if c := r.texts("Content"); len(c) > 0 {
					var err error
					if raw, err = base64.StdEncoding.DecodeString(c[0]); err != nil {
						t.Fatal(err)
					}
				}
				got = append(got, raw)
			}
			tc.check(t, b, got)
		})
	}
}

func wantPrefixes(want ...string) func(*testing.T, *bundle, [][]byte) {
	return func(t *testing.T, _ *bundle, got [][]byte) {
		t.Helper()
		for i, w := range want {
			if w == "" && len(got[i]) > 0 || !bytes.HasPrefix(got[i], []byte(w)) {
				t.Errorf("form %d: %.20q, want %q", i, got[i], w)
			}
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPrintFormsOff(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{PrintForms: []mockoperator.PrintForms{{Mode: mockoperator.FormOff}}})
	token := b.loginByCertificate(b.ids[0])
	id := b.send(token, samplePDF(t))
	for _, op := range []string{"PrintDocument", "DownloadPdfDocument"} {
		refused(t, b.call(op, envelope(t, op+".request", contract.SampleToken, token, contract.SampleBox, boxA, contract.SampleServiceID, id)), "FeatureDisabled", "documentId")
	}
}

// TestTakesSignaturesOfOpenSSL: signed attributes or none, signer by issuer or by key identifier, other digests.
func TestTakesSignaturesOfOpenSSL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: its signatures are not tried")
	}
	b := setup(t, mockoperator.Scenario{})
	token, dir := b.loginByCertificate(b.ids[0]), t.TempDir()
	key, err := b.ids[0].KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	content := []byte("договор\r\nна две строки")
	for name, data := range map[string][]byte{"key.pem": key, "cert.pem": b.ids[0].CertificatePEM(), "doc": content} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, extra := range [][]string{nil, {"-keyid"}, {"-noattr"}, {"-md", "sha512"}, {"-md", "sha384", "-noattr"}} {
		args := append([]string{"cms", "-sign", "-binary", "-in", "doc", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER"}, extra...)
		cmd := exec.CommandContext(t.Context(), "openssl", args...)
		cmd.Dir = dir
		cms, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", extra, err)
		}
		if got := b.call("SendMessage", b.message(token, content, cms)); got.status != http.StatusOK {
			t.Errorf("%v: %s", extra, got.body)
		}
		refused(t, b.call("SendMessage", b.message(token, []byte("другой договор"), cms)), "SignIsNotValid", "message.Signs[0].Raw")
	}
}

// TestKeepsLargeDocumentsOutOfMemory posts 64 MiB and looks at what the heap grew by.
//
//nolint:paralleltest // it measures what the whole process allocates
func TestKeepsLargeDocumentsOutOfMemory(t *testing.T) {
	b := setupConfig(t, mockoperator.Config{WireMemory: -1})
	token := b.loginByCertificate(b.ids[0])
	const size = 64 << 20
	cms := sign(t, make([]byte, size), b.ids[0].Certificate, b.ids[0].Key)
	head, tail, _ := bytes.Cut(b.message(token, []byte("x"), cms), []byte("eA=="))
	text := base64.StdEncoding.EncodedLen(size)
	body := io.MultiReader(bytes.NewReader(head), &zeros{left: text}, bytes.NewReader(tail))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(len(head) + text + len(tail))
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", "http://synerdocs.ru/IExchangeService/SendMessage")
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, err := b.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	runtime.ReadMemStats(&after)
	if resp.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(resp.Body)
		t.Fatalf("%d %s", resp.StatusCode, answer)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("%d MiB were allocated for a document of %d MiB", grown>>20, size>>20)
	}
	if got := b.op.Ledger()[0].Documents[0].Size; got != size {
		t.Errorf("%d bytes", got)
	}
}

// zeros is the base64 of zero bytes, whose number leaves a remainder of one.
type zeros struct{ left int }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), z.left)
	for i := range p[:n] {
		p[i] = 'A'
		if z.left-i <= 2 {
			p[i] = '='
		}
	}
	z.left -= n
	return n, nil
}
