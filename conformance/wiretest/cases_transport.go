package wiretest

import (
	"bytes"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func (s *Suite) transport() []conformance.Case {
	version := []string{"GetVersion"}
	all := []conformance.Case{
		{
			ID: "http-post", Group: "transport", Says: "an envelope posted as text/xml in UTF-8 is answered", Clauses: []string{"HTTP-1"}, Calls: version,
			Sends: "GetVersion with Content-Type text/xml; charset=utf-8", Expects: "status 200 and a text",
			Run: s.run(func(w talk) {
				if w.call("GetVersion", w.envelope("GetVersion")).ok().text("") == "" {
					w.t.Error("the version is empty")
				}
			}),
		},
		{
			ID: "http-action-without-quotes", Group: "transport", Says: "SOAPAction may stand without quotes", Clauses: []string{"HTTP-2"}, Calls: version,
			Why:     "stacks differ, and proxies take quotes away",
			Sends:   "SOAPAction: " + contract.ActionPrefix + "GetVersion",
			Expects: "status 200 and a text",
			Run: s.run(func(w talk) {
				got := w.post("GetVersion", w.envelope("GetVersion"), header("SOAPAction", contract.ActionPrefix+"GetVersion"))
				same(w.t, "status", http.StatusOK, got.status)
				if got.ok().text("") == "" {
					w.t.Error("the version is empty")
				}
			}),
		},
		{
			ID: "http-answer-head", Group: "transport", Says: "an answer is text/xml in UTF-8, without a byte order mark and not compressed", Clauses: []string{"HTTP-3"}, Calls: version,
			Why:     "a client that has not asked for compression cannot read it",
			Sends:   "GetVersion without Accept-Encoding, twice",
			Expects: "a result; Content-Type text/xml; charset=utf-8, no Content-Encoding, no byte order mark",
			Run: s.run(func(w talk) {
				w.call("GetVersion", w.envelope("GetVersion")).ok()
				w.head(w.post("GetVersion", w.envelope("GetVersion")))
			}),
		},
		{
			ID: "http-fault-head", Group: "transport", Says: "a refusal has status 500 and a fault in an envelope, with the same head as an answer", Clauses: []string{"HTTP-3", "HTTP-4", "FAULT-1"}, Calls: []string{"GetBoxes"},
			Why:     "a client that believes status 200 takes a fault for success",
			Sends:   "GetBoxes with a token that nobody got",
			Expects: "status 500, a fault, Content-Type text/xml; charset=utf-8, no Content-Encoding, no byte order mark",
			Run: s.run(func(w talk) {
				got := w.post("GetBoxes", w.envelope("GetBoxes"))
				same(w.t, "status", http.StatusInternalServerError, got.status)
				if got.fault() == nil {
					w.t.Error("the body holds no fault")
				}
				w.head(got)
			}),
		},
	}
	for _, c := range []struct {
		id, says, change, clause string
		edit                     func(*http.Request)
	}{
		{"http-json", "a body that is called JSON is not taken", "Content-Type application/json", "HTTP-1", header("Content-Type", "application/json")},
		{"http-soap-12", "a body that is called SOAP 1.2 is not taken", "Content-Type application/soap+xml; charset=utf-8", "HTTP-1", header("Content-Type", "application/soap+xml; charset=utf-8")},
		{"http-no-type", "a body without Content-Type is not taken", "an empty Content-Type", "HTTP-1", header("Content-Type", "")},
		{"http-get", "a GET is not taken for a call", "the method GET", "HTTP-1", func(r *http.Request) { r.Method = http.MethodGet }},
		{"http-no-action", "a call without SOAPAction is not taken", "an empty SOAPAction", "HTTP-2", header("SOAPAction", "")},
		{"http-other-action", "a call whose SOAPAction names another operation than the body is not taken", "the SOAPAction of GetBoxes", "HTTP-2", header("SOAPAction", `"`+contract.ActionPrefix+`GetBoxes"`)},
		{"http-foreign-action", "a SOAPAction of another service is not taken", "the SOAPAction urn:other/GetVersion", "HTTP-2", header("SOAPAction", `"urn:other/GetVersion"`)},
	} {
		all = append(all, conformance.Case{
			ID: c.id, Group: "transport", Says: c.says, Clauses: []string{c.clause}, Calls: version,
			Sends: "GetVersion as it should be, then with " + c.change + ", all else right", Expects: "a result, then any status but 200",
			Run: s.run(func(w talk) {
				w.call("GetVersion", w.envelope("GetVersion")).ok() // of who refuses everything nothing is learned
				if got := w.post("GetVersion", w.envelope("GetVersion"), c.edit); got.status == http.StatusOK {
					w.t.Errorf("it is answered with status 200: %.200q", got.body)
				}
			}),
		})
	}
	return all
}

// head examines what the header of an answer says about its body.
func (w talk) head(got answer) {
	w.t.Helper()
	media, params, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if err != nil || media != "text/xml" || !strings.EqualFold(params["charset"], "utf-8") {
		w.t.Errorf("Content-Type is %q, expected text/xml; charset=utf-8", got.header.Get("Content-Type"))
	}
	if e := got.header.Get("Content-Encoding"); e != "" {
		w.t.Errorf("Content-Encoding is %q, expected none", e)
	}
	if bytes.HasPrefix(got.body, []byte("\xef\xbb\xbf")) {
		w.t.Error("the body begins with a byte order mark")
	}
}

// envelopes changes one thing at a time in a list request that is otherwise answered.
func (s *Suite) envelopes() []conformance.Case {
	const entries = "GetDocumentEntries"
	var all []conformance.Case
	for _, c := range []struct {
		id, says, change string
		clauses          []string
		taken            bool
		oldnew           []string
	}{
		{"env-plain", "an envelope of SOAP 1.1 with all members in the order of the schema is answered", "as the schema has it", []string{"ENV-1", "ENV-3"}, true, nil},
		{"env-soap-12", "an envelope of SOAP 1.2 is refused", "the namespace of SOAP 1.2", []string{"ENV-1"}, false, []string{contract.NSEnvelope, "http://www.w3.org/2003/05/soap-envelope"}},
		{"env-two-operations", "two operations in one body are refused", "GetVersion behind it in the same body", []string{"ENV-1"}, false, []string{"</s:Body>", `<GetVersion xmlns="` + contract.NSService + `"/></s:Body>`}},
		{"env-empty-body", "an empty body is refused", "the operation made a comment", []string{"ENV-1"}, false, []string{"<GetDocumentEntries", "<!--", "</GetDocumentEntries>", "-->"}},
		{"env-header", "a header that need not be understood is passed over", "a header Trace of another namespace", []string{"ENV-2"}, true, []string{"<s:Body>", `<s:Header><x:Trace xmlns:x="urn:x">1</x:Trace></s:Header><s:Body>`}},
		{"env-must-understand", "a header that must be understood and is not is refused", "a header Trace of another namespace with mustUnderstand 1", []string{"ENV-2"}, false, []string{"<s:Body>", `<s:Header><x:Trace xmlns:x="urn:x" s:mustUnderstand="1"/></s:Header><s:Body>`}},
		{"env-parameter-order", "a parameter out of order is refused", "authToken behind options", []string{"ENV-4"}, false, []string{"<authToken>", "<!--", "</authToken>", "-->", "</options>", "</options><authToken>" + contract.SampleToken + "</authToken>"}},
		{"env-member-order", "a member out of order is refused", "BoxFrom behind BoxTo", []string{"ENV-4"}, false, []string{"<m:BoxFrom>box-a@sample</m:BoxFrom>", "", `<m:BoxTo i:nil="true"/>`, `<m:BoxTo i:nil="true"/><m:BoxFrom>box-a@sample</m:BoxFrom>`}},
		{"env-member-twice", "a member that comes twice is refused", "First with 0 and again with 1", []string{"ENV-4"}, false, []string{"<m:First>0</m:First>", "<m:First>0</m:First><m:First>1</m:First>"}},
		{"env-member-unknown", "a member that the schema does not have is refused", "Fist instead of First", []string{"ENV-4"}, false, []string{"<m:First>0</m:First>", "<m:Fist>0</m:Fist>"}},
		{"env-member-namespace", "a member in a wrong namespace is refused", "First in the namespace of the operation", []string{"ENV-4"}, false, []string{"<m:First>0</m:First>", "<First>0</First>"}},
		{"env-absent-reference", "a reference that is absent is like one that is nil", "BoxTo left out", []string{"ENV-5"}, true, []string{`<m:BoxTo i:nil="true"/>`, ""}},
		{"env-nil-plain", "nil for a plain value is refused", "Max nil", []string{"ENV-5"}, false, []string{"<m:Max>100</m:Max>", `<m:Max i:nil="true"/>`}},
		{"env-unknown-word", "a word that the enumeration does not have is refused", "the flow type SentSinged", []string{"ENV-7"}, false, []string{"SentSigned", "SentSinged"}},
		{"env-number-for-word", "a number instead of the word of an enumeration is refused", "0 as flow type", []string{"ENV-7"}, false, []string{">SentSigned<", ">0<"}},
		{"env-type-named", "a type may be named by i:type with a prefix in scope", "i:type m:DocumentEntryOptions at options", []string{"ENV-8"}, true, []string{"<options>", `<options i:type="m:DocumentEntryOptions">`}},
		{"env-type-unknown", "a type that is none is refused", "i:type m:Entries at options", []string{"ENV-8"}, false, []string{"<options>", `<options i:type="m:Entries">`}},
		{"env-type-no-prefix", "a type whose prefix is not declared is refused", "i:type q:DocumentEntryOptions at options, the prefix q not declared", []string{"ENV-8"}, false, []string{"<options>", `<options i:type="q:DocumentEntryOptions">`}},
		{"env-doctype", "a DOCTYPE is refused", "a DOCTYPE before the envelope", []string{"ENV-9"}, false, []string{"<s:Envelope", "<!DOCTYPE a><s:Envelope"}},
		{"env-entity", "an entity of one's own is refused", "a DOCTYPE with an entity for 0, and the entity as First", []string{"ENV-9"}, false, []string{"<s:Envelope", `<!DOCTYPE a [<!ENTITY e "0">]><s:Envelope`, "<m:First>0<", "<m:First>&e;<"}},
		{"env-second-root", "a second root is refused", "an element behind the envelope", []string{"ENV-9"}, false, []string{"</s:Envelope>", "</s:Envelope><a/>"}},
		{"env-text-between", "text between elements is refused", "a word before the first member of options", []string{"ENV-9"}, false, []string{"<options>", "<options>text"}},
		{"env-cut", "an envelope that breaks off is refused", "the end of options left out", []string{"ENV-1"}, false, []string{"</options>", ""}},
	} {
		all = append(all, conformance.Case{
			ID: c.id, Group: "envelope", Says: c.says, Clauses: c.clauses, Calls: []string{entries},
			Sends: entries + " for what our box sent: " + c.change + map[bool]string{false: ", all else right"}[c.taken],
			Expects: map[bool]string{
				true: "a result, no fault", false: "a fault, InvalidFormatField or NotFilledRequiredField; outside the strict profile any fault",
			}[c.taken],
			Run: s.run(func(w talk) {
				got := w.us().ask(entries, c.oldnew...)
				switch {
				case c.taken:
					got.ok()
				case w.c.Strict:
					got.refused("InvalidFormatField", "NotFilledRequiredField")
				case got.fault() == nil:
					w.t.Error("it is not refused")
				}
			}),
		})
	}
	return append(all, s.base64Cases()...)
}

// base64Cases read the certificate of the signer: nothing is changed, and no token is needed.
func (s *Suite) base64Cases() []conformance.Case {
	const operation = "GetCertificateSubjectInfo"
	var all []conformance.Case
	for _, c := range []struct {
		id, says, change string
		taken            bool
		write            func(raw []byte) string
	}{
		{"base64-lines", "white space inside base64 is passed over", "in lines of 76 characters, with white space before and behind", true, func(raw []byte) string {
			var lines []string
			for part := range slices.Chunk([]byte(b64(raw)), 76) {
				lines = append(lines, string(part))
			}
			return "\r\n " + strings.Join(lines, "\r\n") + "\t"
		}},
		{"base64-other-alphabet", "base64 of the alphabet for addresses is refused", "its first two characters made _-", false, func(raw []byte) string {
			return "_-" + b64(raw)[2:]
		}},
		{"base64-no-padding", "base64 without its padding is refused", "cut to a length that needs padding, and without it", false, func(raw []byte) string { return strings.TrimRight(b64(raw[:len(raw)/3*3-1]), "=") }},
		{"base64-garbage", "what is no base64 is refused", "!! before the base64", false, func(raw []byte) string { return "!!" + b64(raw) }},
	} {
		all = append(all, conformance.Case{
			ID: c.id, Group: "envelope", Says: c.says, Clauses: []string{"ENV-10"}, Calls: []string{operation},
			Sends:   operation + " with the certificate of our signer, " + c.change,
			Expects: map[bool]string{true: "the common name that plain base64 of it gives", false: "a fault with any code of the table"}[c.taken],
			Run: s.run(func(w talk) {
				if w.signers[0] == nil {
					w.t.Skip("no certificate is configured")
				}
				raw := w.signers[0].cert.Raw
				got := w.call(operation, w.envelope(operation, contract.SampleCertificate, c.write(raw)))
				if !c.taken {
					got.refused()
					return
				}
				want := w.call(operation, w.envelope(operation, contract.SampleCertificate, b64(raw))).ok()
				same(w.t, "common name", want.text("CommonName"), got.ok().text("CommonName"))
			}),
		})
	}
	return all
}
