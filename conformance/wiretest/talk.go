package wiretest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

// talk is what one case says to the endpoint.
type talk struct {
	*Suite
	t conformance.T
}

func (s *Suite) run(f func(w talk)) func(conformance.T) {
	return func(t conformance.T) { f(talk{s, t}) }
}

// answer is what came back. Its root is nil if it is no XML.
type answer struct {
	w         talk
	operation string
	status    int
	header    http.Header
	body      []byte
	root      *node
}

// post sends a body as it is and takes any answer.
func (w talk) post(operation, body string, edit ...func(*http.Request)) answer {
	w.t.Helper()
	resp, err := w.do(operation, body, edit...)
	if err != nil {
		w.t.Fatalf("%s: no answer: %v", operation, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	got := answer{w: w, operation: operation, status: resp.StatusCode, header: resp.Header, body: raw}
	conformance.Show(w.t, conformance.Exchange{Name: operation, Request: w.shown(resp.Request, body), Answer: got.shown(resp)})
	if err != nil || len(raw) > maxAnswer {
		w.t.Fatalf("%s: the answer breaks off or is longer than %d bytes: %v", operation, maxAnswer, err)
	}
	got.root, _ = parse(raw)
	return got
}

func (w talk) do(operation, body string, edit ...func(*http.Request)) (*http.Response, error) {
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.c.Endpoint, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", `"`+contract.ActionPrefix+operation+`"`)
	for _, e := range edit {
		e(req)
	}
	return w.c.Client.Do(req)
}

// lose sends a request and goes as soon as an answer begins: nothing of it is read.
func (w talk) lose(operation, body string) {
	resp, err := w.do(operation, body, func(r *http.Request) { r.Close = true })
	if err != nil {
		w.t.Errorf("%s: no answer begins: %v", operation, err)
		return
	}
	conformance.Show(w.t, conformance.Exchange{Name: operation, Request: w.shown(resp.Request, body)})
	resp.Body.Close() //nolint:errcheck,gosec // the answer is lost: that is the purpose
}

func (w talk) shown(r *http.Request, body string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.URL.RequestURI(), r.URL.Host)
	_ = r.Header.Write(&b) // a Buffer fails never
	b.WriteString("\r\n" + w.hide.Replace(body))
	return b.Bytes()
}

func (a answer) shown(r *http.Response) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\r\n", r.Proto, r.Status)
	_ = r.Header.Write(&b) // a Buffer fails never
	b.WriteString("\r\n")
	b.Write(a.body)
	return b.Bytes()
}

// call posts an envelope and wants an answer that says what it is: a result with status 200 or a fault with status 500.
func (w talk) call(operation, body string) answer {
	w.t.Helper()
	got := w.post(operation, body)
	in := got.root.at("Body").items()
	switch {
	case got.root == nil || got.root.name.Space != contract.NSEnvelope || got.root.name.Local != "Envelope" || len(in) != 1:
		w.t.Fatalf("%s: status %d and no envelope with one element in its body: %.400q", operation, got.status, got.body)
	case got.fault() != nil && got.status != http.StatusInternalServerError:
		w.t.Fatalf("%s: a fault with status %d, expected 500", operation, got.status)
	case got.fault() == nil && got.status != http.StatusOK:
		w.t.Fatalf("%s: status %d and no fault", operation, got.status)
	case got.fault() == nil && (in[0].name.Space != contract.NSService || in[0].name.Local != operation+"Response"):
		w.t.Fatalf("%s: the body holds %s, expected %sResponse", operation, in[0].name.Local, operation)
	}
	return got
}

// ok wants a result.
func (a answer) ok() answer {
	a.w.t.Helper()
	if a.fault() != nil {
		a.w.t.Fatalf("%s is refused: %s", a.operation, a.told())
	}
	return a
}

func (a answer) fault() *node { return a.root.at("Body", "Fault") }

// told is a fault for a person: of a stack that is not the service's, some of its parts are missing.
func (a answer) told() string {
	f := a.fault()
	d := f.at("detail", "ServiceErrorFaultContract")
	said := []string{d.str("Code")}
	if said[0] == "" {
		said = []string{"no code of the service", f.str("faultcode")}
	}
	said = slices.DeleteFunc(append(said, d.str("Field")), func(part string) bool { return part == "" })
	text := f.str("faultstring")
	if text == "" {
		text = "no text"
	}
	return strings.Join(said, ", ") + ": " + text
}

func (a answer) result() *node {
	return a.root.at("Body", a.operation+"Response", a.operation+"Result")
}

// text is the first text of a member of the result, which must be there; "" means the result itself.
func (a answer) text(local string) string {
	a.w.t.Helper()
	all := a.result().texts(local)
	if local == "" && !a.result().null() {
		all = []string{a.result().text}
	}
	if len(all) == 0 {
		a.w.t.Fatalf("%s: the result has no %s", a.operation, local)
	}
	return all[0]
}

// bytes is the base64 of text.
func (a answer) bytes(local string) []byte {
	a.w.t.Helper()
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(a.text(local)), ""))
	if err != nil {
		a.w.t.Fatalf("%s: %s is no base64: %v", a.operation, local, err)
	}
	return raw
}

// refused wants a fault with one of the codes; without codes, any typed fault.
func (a answer) refused(codes ...string) {
	a.w.t.Helper()
	if a.fault() == nil {
		a.w.t.Errorf("%s is not refused, expected %s", a.operation, either(codes))
		return
	}
	code := a.fault().str("detail", "ServiceErrorFaultContract", "Code")
	if a.w.tables.Codes[code] == "" || len(codes) > 0 && !slices.Contains(codes, code) {
		a.w.t.Errorf("%s is refused: %s, expected %s", a.operation, a.told(), either(codes))
	}
}

// either names codes of which one is expected.
func either(codes []string) string {
	if len(codes) == 0 {
		return "any code of the table"
	}
	return strings.Join(codes, " or ")
}

// same says what differs, as "expected / got".
func same[V any](t conformance.T, what string, want, got V) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (- expected, + got):\n%s", what, diff)
	}
}

// envelope is one of the contract, changed: each old text must be in it.
func (w talk) envelope(operation string, oldnew ...string) string {
	w.t.Helper()
	raw, err := contract.Envelope(operation + ".request")
	if err != nil {
		conformance.Broke(w.t, "%v", err)
	}
	return w.swap(string(raw), oldnew...)
}

// swap replaces texts that must be there.
func (w talk) swap(text string, oldnew ...string) string {
	w.t.Helper()
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(text, oldnew[i]) {
			conformance.Broke(w.t, "the request has no %q", oldnew[i])
		}
	}
	return strings.NewReplacer(oldnew...).Replace(text)
}

// side is one of those who exchange, logged in.
type side struct {
	talk
	Account
	signer *signer // nil: it cannot sign
	token  string
}

func (w talk) us() *side { w.t.Helper(); return w.side(w.c.Us, w.signers[0]) }

// them skips the case if nobody is configured.
func (w talk) them() *side {
	w.t.Helper()
	if w.c.Them.Box == "" {
		w.t.Skip("no other side is configured")
	}
	return w.side(w.c.Them, w.signers[1])
}

func (w talk) both() (us, them *side) {
	w.t.Helper()
	them = w.them()
	return w.us(), them
}

// side logs in once for all cases.
func (w talk) side(a Account, k *signer) *side {
	w.t.Helper()
	w.tokensMu.Lock()
	defer w.tokensMu.Unlock()
	if w.tokens[a.Box] == "" {
		if k != nil && k.key != nil {
			w.tokens[a.Box] = w.byCertificate(k)
		} else {
			w.tokens[a.Box] = w.byPassword(a.Login, a.Password).ok().text("")
		}
	}
	return &side{talk: w, Account: a, signer: k, token: w.tokens[a.Box]}
}

func (w talk) byPassword(login, password string) answer {
	w.t.Helper()
	return w.call("Authenticate", w.envelope("Authenticate", "clerk@sample", escape(login), contract.SampleSecret, escape(password)))
}

func (w talk) byCertificate(k *signer) string {
	w.t.Helper()
	got := w.call("AuthenticateWithCertificate", w.envelope("AuthenticateWithCertificate", contract.SampleThumbprint, k.thumbprint())).ok()
	token, err := k.open(got.bytes(""))
	if err != nil {
		w.t.Fatalf("the envelope of the token does not open: %v", err)
	}
	return token
}

// ask fills token and box into an envelope of the contract, and what else is changed.
func (d *side) ask(operation string, oldnew ...string) answer {
	d.t.Helper()
	return d.call(operation, contractFill(d.envelope(operation, oldnew...), contract.SampleToken, d.token, contract.SampleBox, d.Box))
}

func contractFill(text string, oldnew ...string) string {
	return strings.NewReplacer(oldnew...).Replace(text)
}

func (d *side) sign(content []byte) []byte {
	d.t.Helper()
	if d.signer == nil {
		d.t.Skipf("%s has no key to sign with", d.Box)
	}
	cms, err := d.signer.signed(content, true)
	if err != nil {
		conformance.Broke(d.t, "sign: %v", err)
	}
	return cms
}

// await repeats a look until it says yes or the time is over that the endpoint may take.
func (w talk) await(look func() bool) bool {
	until := w.c.Now().Add(w.c.Settle)
	for !look() {
		if !w.c.Now().Before(until) {
			return false
		}
		select {
		case <-w.t.Context().Done():
			return false
		case <-time.After(min(w.c.Settle/10, time.Second)):
		}
	}
	return true
}
