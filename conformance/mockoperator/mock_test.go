package mockoperator_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	boxA = "romashka@mock.edo"
	boxB = "vasilek@mock.edo"
)

// identities makes keys once for all tests of the run: two heads of the sender and one of the recipient.
var identities = sync.OnceValues(func() ([]mockoperator.Identity, error) {
	o, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		return nil, err
	}
	defer o.Close()
	var all []mockoperator.Identity
	for _, box := range []string{boxA, boxB} {
		ids, err := o.Identities(box)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	return all, nil
})

// bundle is an operator on a socket and a client of nothing but net/http.
type bundle struct {
	t    *testing.T
	op   *mockoperator.Operator
	url  string
	http *http.Client
	ids  []mockoperator.Identity
	seen *answers
}

// answers collects what came back, to be validated in one go at the end of a test: the schema takes long to load.
type answers struct {
	mu    sync.Mutex
	files []string
	dir   string
}

func setup(t *testing.T, s mockoperator.Scenario) *bundle {
	t.Helper()
	return setupConfig(t, mockoperator.Config{Scenario: s})
}

func setupConfig(t *testing.T, c mockoperator.Config) *bundle {
	t.Helper()
	ids, err := identities()
	if err != nil {
		t.Fatal(err)
	}
	c.Identities = ids
	op, err := mockoperator.New(c)
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := op.Close(); err != nil {
			t.Error(err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	b := &bundle{
		t: t, op: op, url: url, http: &http.Client{Transport: transport, Timeout: 20 * time.Second}, ids: ids,
		seen: &answers{dir: t.TempDir()},
	}
	t.Cleanup(func() { b.seen.validate(t) })
	return b
}

// reply is an answer as it came.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (b *bundle) post(operation string, body []byte, edit ...func(*http.Request)) (reply, error) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", `"http://synerdocs.ru/IExchangeService/`+operation+`"`)
	for _, e := range edit {
		e(req)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return reply{status: resp.StatusCode, header: resp.Header, body: got}, err
}

// call posts and wants an answer of any kind that the schema allows.
func (b *bundle) call(operation string, body []byte, edit ...func(*http.Request)) reply {
	b.t.Helper()
	got, err := b.post(operation, body, edit...)
	if err != nil {
		b.t.Fatalf("%s: %v", operation, err)
	}
	b.seen.add(b.t, got.body)
	return got
}

func envelope(t *testing.T, name string, oldnew ...string) []byte {
	t.Helper()
	e, err := contract.Envelope(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(oldnew); i += 2 {
		if !bytes.Contains(e, []byte(oldnew[i])) {
			t.Fatalf("%s does not contain %q", name, oldnew[i])
		}
	}
	return contract.Fill(e, oldnew...)
}

// texts returns the text of every element of this local name, in order.
func (r reply) texts(local string) []string {
	dec := xml.NewDecoder(bytes.NewReader(r.body))
	var out []string
	for {
		tok, err := dec.Token()
		if err != nil {
			return out
		}
		if el, ok := tok.(xml.StartElement); ok && el.Name.Local == local {
			var v struct {
				Text string `xml:",chardata"`
			}
			if err := dec.DecodeElement(&v, &el); err != nil {
				return out
			}
			out = append(out, v.Text)
		}
	}
}

func (r reply) text(t *testing.T, local string) string {
	t.Helper()
	all := r.texts(local)
	if len(all) == 0 {
		t.Fatalf("no %s in %s", local, r.body)
	}
	return all[0]
}

func (b *bundle) login() string {
	b.t.Helper()
	org := b.op.Organisations()[0]
	var pass bytes.Buffer
	if err := xml.EscapeText(&pass, []byte(org.Password)); err != nil {
		b.t.Fatal(err)
	}
	got := b.call("Authenticate", envelope(b.t, "Authenticate.request", "clerk@sample", org.Login, "pass&amp;word", pass.String()))
	return got.text(b.t, "AuthenticateResult")
}

// loginByCertificate opens the envelope with a foreign library.
func (b *bundle) loginByCertificate(id mockoperator.Identity) string {
	b.t.Helper()
	got := b.call("AuthenticateWithCertificate", envelope(b.t, "AuthenticateWithCertificate.request",
		"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", id.Thumbprint()))
	return open(b.t, id, got.text(b.t, "AuthenticateWithCertificateResult"))
}

func sign(t *testing.T, content []byte, cert *x509.Certificate, key crypto.PrivateKey) []byte {
	t.Helper()
	sd, err := pkcs7.NewSignedData(content)
	if err != nil {
		t.Fatal(err)
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := sd.AddSigner(cert, key, pkcs7.SignerInfoConfig{}); err != nil {
		t.Fatal(err)
	}
	sd.Detach()
	der, err := sd.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// message is the request of the contract with live values.
func (b *bundle) message(token string, content, cms []byte, oldnew ...string) []byte {
	b.t.Helper()
	e := envelope(b.t, "SendMessage.request", oldnew...)
	return contract.Fill(e,
		contract.SampleToken, token, contract.SampleBox, boxA, contract.SamplePeer, boxB,
		contract.SampleContent, base64.StdEncoding.EncodeToString(content),
		contract.SampleSignature, base64.StdEncoding.EncodeToString(cms))
}

// send sends one document and returns its service id.
func (b *bundle) send(token string, content []byte) string {
	b.t.Helper()
	got := b.call("SendMessage", b.message(token, content, sign(b.t, content, b.ids[0].Certificate, b.ids[0].Key)))
	if got.status != http.StatusOK {
		b.t.Fatalf("SendMessage: %d %s", got.status, got.body)
	}
	return got.texts("ServiceId")[0]
}

func (a *answers) add(t *testing.T, answer []byte) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	file := filepath.Join(a.dir, fmt.Sprintf("%d.xml", len(a.files)))
	if err := os.WriteFile(file, answer, 0o600); err != nil {
		t.Fatal(err)
	}
	a.files = append(a.files, file)
}

// validate checks all answers against the published schema, where it is at hand; TestPublishedSchemaIsAtHand tells.
func (a *answers) validate(t *testing.T) {
	t.Helper()
	dir := os.Getenv("EDOKIT_XSD_DIR")
	if dir == "" || len(a.files) == 0 {
		return
	}
	args := append([]string{"--huge", "--noout", "--schema", filepath.Join(dir, "envelope.xsd")}, a.files...)
	// The context of the test is over when its cleanup runs.
	if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "xmllint", args...).CombinedOutput(); err != nil {
		t.Errorf("answers are not valid: %v\n%s", err, out)
	}
}

func TestPublishedSchemaIsAtHand(t *testing.T) {
	t.Parallel()
	if os.Getenv("EDOKIT_XSD_DIR") == "" {
		t.Skip("EDOKIT_XSD_DIR is not set: answers are not checked against the published schema")
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Error("EDOKIT_XSD_DIR is set, but xmllint is not installed")
	}
}

func TestWholeWay(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	pdf := samplePDF(t)
	id := b.send(token, pdf)
	ledger := b.op.Ledger()
	if len(ledger) != 1 || len(ledger[0].Documents) != 1 {
		t.Fatalf("ledger: %+v", ledger)
	}
	doc := ledger[0].Documents[0]
	if doc.ServiceID != id || doc.Name != "contract.pdf" || doc.CustomField != "package-1/document-1" || doc.Size != int64(len(pdf)) || doc.Sign.Verdict != "valid" {
		t.Errorf("document: %+v", doc)
	}
	live := []string{contract.SampleToken, token, contract.SampleBox, boxA}
	ask := append([]string{contract.SampleServiceID, id}, live...)
	list := b.call("GetDocumentEntries", envelope(t, "GetDocumentEntries.request", live...))
	if list.text(t, "CustomField") != "package-1/document-1" || list.text(t, "DocumentId") != id || list.text(t, "Total") != "1" {
		t.Errorf("list: %s", list.body)
	}
	content := b.call("GetDocumentContent", envelope(t, "GetDocumentContent.request", ask...))
	if raw, err := base64.StdEncoding.DecodeString(content.text(t, "GetDocumentContentResult")); err != nil || !bytes.Equal(raw, pdf) {
		t.Errorf("content differs: %v", err)
	}
	info := b.call("GetFullDocumentInfo", envelope(t, "GetFullDocumentInfo.request", ask...))
	if got := info.text(t, "DeliveryStatus"); got != "SentToRecipient" {
		t.Errorf("second look: %s", got)
	}
	var forms [2][]byte
	for i, op := range []string{"PrintDocument", "DownloadPdfDocument"} {
		got := b.call(op, envelope(t, op+".request", ask...))
		raw, err := base64.StdEncoding.DecodeString(got.text(t, "Content"))
		if err != nil {
			t.Fatal(err)
		}
		forms[i] = raw
	}
	doc = b.op.Ledger()[0].Documents[0]
	onDisk, err := os.ReadFile(doc.Form.Path)
	if err != nil || !bytes.Equal(forms[0], onDisk) || !bytes.Equal(forms[1], onDisk) {
		t.Errorf("forms differ from the ledger: %v", err)
	}
	if text := pdfText(t, onDisk); !strings.Contains(text, doc.Seal) || !strings.Contains(text, "Иванов") {
		t.Errorf("seal %s is not on the form: %s", doc.Seal, text)
	}
}

func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed: the text of forms is not checked")
	}
	cmd := exec.CommandContext(t.Context(), "pdftotext", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// samplePDF is a page with a word on it.
func samplePDF(t *testing.T) []byte {
	t.Helper()
	pdf, err := os.ReadFile("testdata/letter.pdf")
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}
