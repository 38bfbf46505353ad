package mockoperator_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// refused wants the fault of the contract in every respect.
func refused(t *testing.T, got reply, code, field string) {
	t.Helper()
	if got.status != http.StatusInternalServerError || got.header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Errorf("status %d, %s", got.status, got.header.Get("Content-Type"))
	}
	if len(got.texts("Code")) == 0 || got.text(t, "Code") != code || got.text(t, "Field") != field {
		t.Errorf("want %s in %q, got %s", code, field, got.body)
		return
	}
	order := []string{"<Code>", "<Field>", "<Message>", "<StackTrace "}
	at := -1
	for _, tag := range order {
		i := bytes.Index(got.body, []byte(tag))
		if i < at {
			t.Errorf("%s is out of order in %s", tag, got.body)
		}
		at = i
	}
	tables, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	if tables.Codes[code] == "" {
		t.Errorf("code %s is not in the contract", code)
	}
}

// TestRefusesEnvelopes changes one thing at a time in a message that is otherwise taken.
func TestRefusesEnvelopes(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	content := []byte("письмо")
	good := b.message(token, content, sign(t, content, b.ids[0].Certificate, b.ids[0].Key))
	doc := "message.Documents[0]"
	for name, tc := range map[string]struct{ old, new, code, field string }{
		"members swapped": {
			"<m:FileName>contract.pdf</m:FileName>\n            <m:FileSize>0</m:FileSize>",
			"<m:FileSize>0</m:FileSize>\n            <m:FileName>contract.pdf</m:FileName>", "InvalidFormatField", doc + ".FileName",
		},
		"token after message":    {"<authToken>" + token + "</authToken>", "<message i:nil='true'/><authToken>" + token + "</authToken>", "InvalidFormatField", "authToken"},
		"member twice":           {"<m:NeedSign>true</m:NeedSign>", "<m:NeedSign>true</m:NeedSign><m:NeedSign>false</m:NeedSign>", "InvalidFormatField", doc + ".NeedSign"},
		"unknown member":         {"<m:NeedSign>true</m:NeedSign>", "<m:NeedSigns>true</m:NeedSigns>", "InvalidFormatField", doc + ".NeedSigns"},
		"wrong namespace":        {"<m:NeedSign>true</m:NeedSign>", "<NeedSign>true</NeedSign>", "InvalidFormatField", doc + ".NeedSign"},
		"prefix not declared":    {"<m:NeedSign>true</m:NeedSign>", "<q:NeedSign>true</q:NeedSign>", "InvalidFormatField", doc + ".NeedSign"},
		"wrong item":             {"<m:Sign>", "<m:Document/><m:Sign>", "InvalidFormatField", "message.Signs[0]"},
		"nil for a plain value":  {"<m:FileSize>0</m:FileSize>", `<m:FileSize i:nil="true"/>`, "InvalidFormatField", doc + ".FileSize"},
		"nil and not empty":      {`<m:Card i:nil="true"/>`, `<m:Card i:nil="true">eA==</m:Card>`, "InvalidFormatField", doc + ".Card"},
		"unknown enum":           {">Untyped<", ">Letter<", "InvalidFormatField", doc + ".DocumentType"},
		"no boolean":             {">true</m:NeedSign>", ">True</m:NeedSign>", "InvalidFormatField", doc + ".NeedSign"},
		"no number":              {">0</m:FileSize>", ">1e3</m:FileSize>", "InvalidFormatField", doc + ".FileSize"},
		"bad base64":             {"<m:Content>", "<m:Content>!!", "InvalidFormatField", doc + ".Content"},
		"cut base64":             {"<m:Content>", "<m:Content>A", "InvalidFormatField", doc + ".Content"},
		"element in base64":      {"<m:Content>", "<m:Content><b/>", "InvalidFormatField", doc + ".Content"},
		"comment in a value":     {"romashka@", "romashka<!-- -->@", "InvalidFormatField", "message.From"},
		"text between":           {"<m:Documents>", "text<m:Documents>", "InvalidFormatField", "message"},
		"unknown i:type":         {"<message>", `<message i:type="m:Letter">`, "InvalidFormatField", "message"},
		"unknown attribute":      {"<message>", `<message id="1">`, "InvalidFormatField", "message"},
		"attribute twice":        {"<message>", `<message i:type="m:Message" i:type="m:Message">`, "InvalidFormatField", "Envelope"},
		"DOCTYPE":                {"<s:Envelope", "<!DOCTYPE a><s:Envelope", "InvalidFormatField", "Envelope"},
		"processing instruction": {"<s:Body>", "<?php?><s:Body>", "InvalidFormatField", "Envelope"},
		"two roots":              {"</s:Envelope>", "</s:Envelope><a/>", "InvalidFormatField", "Envelope"},
		"two operations":         {"</SendMessage>", `</SendMessage><GetVersion xmlns="http://synerdocs.ru"/>`, "InvalidFormatField", "Envelope"},
		"unknown operation":      {"SendMessage", "SendMassage", "InvalidFormatField", "Body"},
		"SOAP 1.2":               {"http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope", "InvalidFormatField", "Envelope"},
		"must understand":        {"<s:Body>", `<s:Header><x:Sec xmlns:x="urn:x" s:mustUnderstand="1"/></s:Header><s:Body>`, "InvalidFormatField", "Header.Sec"},
		"not XML":                {"</message>", "", "InvalidFormatField", "Envelope"},
		"wrong token":            {token, "00000000-0000-0000-0000-000000000000", "Unauthorized", "authToken"},
		"nil message":            {"<message>", `<message i:nil="true"/><message>`, "InvalidFormatField", "message"},
		"no sender":              {"<m:From>" + boxA + "</m:From>", "", "NotFilledRequiredField", "message.From"},
		"another's box":          {boxA, "seti-head@mock.edo", "SendFromOtherIsNotAllowed", "message.From"},
		"unknown recipient":      {boxB, "nobody@mock.edo", "InvalidDestinationAddress", "message.Recipients[0].OrganizationBoxId"},
		"to oneself":             {boxB, strings.ToUpper(boxA), "SendToSelfIsNotAllowed", "message.Recipients[0].OrganizationBoxId"},
		"roaming":                {boxB, "perekrestok@roaming.edo", "SendToRoamingIsNotAllowed", "message.Recipients[0].OrganizationBoxId"},
		"no recipients":          {"<m:MessageRecipient>\n            <m:OrganizationBoxId>" + boxB + "</m:OrganizationBoxId>\n          </m:MessageRecipient>", "", "NotFilledRequiredField", "message.Recipients"},
		"path in the name":       {"contract.pdf", "../contract.pdf", "InvalidFileName", doc + ".FileName"},
		"control in the name":    {"contract.pdf", "a&#9;b.pdf", "InvalidFileName", doc + ".FileName"},
		"no name":                {"<m:FileName>contract.pdf</m:FileName>", "", "NotFilledRequiredField", doc + ".FileName"},
		"long custom field":      {"package-1/document-1", strings.Repeat("я", 256), "InvalidFormatField", doc + ".CustomField"},
		"empty document":         {base64.StdEncoding.EncodeToString(content), "", "InvalidDocumentContent", doc + ".Content"},
		"changed document":       {base64.StdEncoding.EncodeToString(content), base64.StdEncoding.EncodeToString([]byte("Письмо")), "SignIsNotValid", "message.Signs[0].Raw"},
		"sign of another":        {"<m:DocumentId>" + contract.SampleDocument, "<m:DocumentId>7" + contract.SampleDocument[1:], "NotFilledRequiredField", "message.Signs"},
		"formalised":             {">Untyped<", ">Invoice<", "InvalidDocumentFormat", doc + ".Content"},
		"by the operator alone":  {">Untyped<", ">ServiceInvoiceConfirmation<", "InvalidDocumentType", doc + ".DocumentType"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !bytes.Contains(good, []byte(tc.old)) {
				t.Fatalf("the message has no %q", tc.old)
			}
			b := *b
			b.t = t
			refused(t, b.call("SendMessage", []byte(strings.ReplaceAll(string(good), tc.old, tc.new))), tc.code, tc.field)
		})
	}
	t.Cleanup(func() {
		if n := len(b.op.Ledger()); n != 0 {
			t.Errorf("%d messages in the ledger", n)
		}
	})
}

func TestTakesTheMessageThatRefusalsStartFrom(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	b.send(b.loginByCertificate(b.ids[0]), []byte("письмо"))
	if n := len(b.op.Ledger()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestRefusesEmptyMessage(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	e := `<s:Envelope xmlns:s="` + contract.NSEnvelope + `"><s:Body><SendMessage xmlns="` + contract.NSService + `" xmlns:m="` + contract.NSModel +
		`"><authToken>` + token + `</authToken><message>%</message></SendMessage></s:Body></s:Envelope>`
	refused(t, b.call("SendMessage", []byte(strings.Replace(e, "%", "", 1))), "NotFilledRequiredField", "message.From")
	addressed := `<m:From>` + boxA + `</m:From><m:Recipients><m:MessageRecipient><m:OrganizationBoxId>` + boxB + `</m:OrganizationBoxId></m:MessageRecipient></m:Recipients>`
	refused(t, b.call("SendMessage", []byte(strings.Replace(e, "%", addressed, 1))), "NotFilledRequiredField", "message.Documents")
}

func TestRefusesSignatures(t *testing.T) {
	t.Parallel()
	now := time.Now()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	content := []byte("договор")
	expired, key := selfSigned(t, now.AddDate(-2, 0, 0), now.AddDate(-1, 0, 0))
	attached := func() []byte {
		sd, err := pkcs7.NewSignedData(content)
		if err != nil {
			t.Fatal(err)
		}
		if err := sd.AddSigner(b.ids[0].Certificate, b.ids[0].Key, pkcs7.SignerInfoConfig{}); err != nil {
			t.Fatal(err)
		}
		der, err := sd.Finish()
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	good := sign(t, content, b.ids[0].Certificate, b.ids[0].Key)
	for name, tc := range map[string]struct {
		cms  []byte
		code string
	}{
		"not CMS":             {[]byte("signature"), "InvalidCMS"},
		"attached":            {attached(), "InvalidCMS"},
		"of other bytes":      {sign(t, []byte("другое"), b.ids[0].Certificate, b.ids[0].Key), "SignIsNotValid"},
		"expired certificate": {sign(t, content, expired, key), "CertificatePeriodIsNotValid"},
		"no certificate":      {withoutCertificate(t, good), "SignDoesNotContainCertificate"},
		"broken value":        {append(bytes.Clone(good[:len(good)-4]), 1, 2, 3, 4), "SignIsNotValid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := *b
			b.t = t
			refused(t, b.call("SendMessage", b.message(token, content, tc.cms)), tc.code, "message.Signs[0].Raw")
		})
	}
}

// TestTakesForeignSigners: the chain is not checked, ECDSA is taken as well.
func TestTakesForeignSigners(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	content := []byte("договор")
	cert, key := selfSigned(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	got := b.call("SendMessage", b.message(token, content, sign(t, content, cert, key)))
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if s := b.op.Ledger()[0].Documents[0].Sign; s.Owner != "Посторонний" || s.Verdict != "valid" {
		t.Errorf("signer %+v", s)
	}
}

func selfSigned(t *testing.T, from, to time.Time) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Посторонний"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func TestRefusesCalls(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{PasswordLogin: mockoperator.PasswordReadOnly})
	limited, full := b.login(), b.loginByCertificate(b.ids[0])
	other := b.loginByCertificate(b.ids[2])
	content := []byte("письмо")
	refused(t, b.call("SendMessage", b.message(limited, content, sign(t, content, b.ids[0].Certificate, b.ids[0].Key))), "AccessDeniedError", "authToken")
	id := b.send(full, content)
	ask := func(op, token, box, doc string) reply {
		t.Helper()
		return b.call(op, envelope(t, op+".request", contract.SampleToken, token, contract.SampleBox, box, contract.SampleServiceID, doc))
	}
	refused(t, ask("GetDocumentContent", full, boxB, id), "BoxAccessError", "boxId")
	refused(t, ask("PrintDocument", full, boxB, id), "BoxAccessError", "credentials.BoxAddress")
	refused(t, ask("GetDocumentContent", full, boxA, contract.SampleServiceID), "DocumentNotFound", "documentId")
	if got := ask("GetDocumentContent", other, boxB, strings.ToUpper(strings.ReplaceAll(id, "-", ""))); got.status != http.StatusOK {
		t.Errorf("the recipient, id without dashes: %s", got.body)
	}
	stranger := b.loginByCertificate(mustIdentity(t, b, "seti-head@mock.edo"))
	for _, op := range []string{"GetFullDocumentInfo", "DownloadPdfDocument", "PrintDocument"} {
		if got := ask(op, stranger, "seti-head@mock.edo", id); got.status != http.StatusOK || !bytes.Contains(got.body, []byte(op+`Result i:nil="true"`)) {
			t.Errorf("%s of a stranger: %s", op, got.body)
		}
	}
	refused(t, b.call("GetDocumentEntries", envelope(t, "GetDocumentEntries.request", contract.SampleToken, stranger, contract.SampleBox, boxA)), "BoxAccessError", "options.BoxFrom")
	refused(t, b.call("PrintDocument", bytes.Replace(envelope(t, "PrintDocument.request"), []byte("<m:BoxAddress>box-a@sample</m:BoxAddress>"), nil, 1)), "NotFilledRequiredField", "credentials.BoxAddress")
	noTypes := contract.Fill(envelope(t, "GetDocumentEntries.request", contract.SampleToken, full, contract.SampleBox, boxA), "DocumentFlowTypes", "GoodsTransportWaybillStatuses", "DocumentFlowType>", "GoodsTransportWaybillStatus>", "SentSigned", "Signed", "SentUnsigned", "Signed")
	refused(t, b.call("GetDocumentEntries", noTypes), "NotFilledRequiredField", "options.DocumentFlowTypes")
}

func mustIdentity(t *testing.T, b *bundle, box string) mockoperator.Identity {
	t.Helper()
	id, err := b.op.Identity(box)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestRefusesHTTP(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	body := envelope(t, "GetVersion.request")
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	refused(t, b.call("GetVersion", body, set("SOAPAction", "")), "InvalidFormatField", "SOAPAction")
	refused(t, b.call("GetVersion", body, set("SOAPAction", `""`)), "InvalidFormatField", "SOAPAction")
	refused(t, b.call("GetBoxes", body), "InvalidFormatField", "SOAPAction")
	for name, tc := range map[string]struct {
		edit   func(*http.Request)
		status int
	}{
		"json":       {set("Content-Type", "application/json"), 415},
		"soap 1.2":   {set("Content-Type", "application/soap+xml"), 415},
		"no type":    {set("Content-Type", ""), 415},
		"utf-16":     {set("Content-Type", "text/xml; charset=utf-16"), 415},
		"gzip":       {set("Content-Encoding", "gzip"), 415},
		"GET":        {func(r *http.Request) { r.Method = http.MethodGet }, 405},
		"wrong path": {func(r *http.Request) { r.URL.Path = "/" }, 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := b.post("GetVersion", body, tc.edit); err != nil || got.status != tc.status {
				t.Errorf("%d %v", got.status, err)
			}
		})
	}
}
