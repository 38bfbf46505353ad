package mockoperator_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/smallstep/pkcs7"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// BenchmarkSendMessage posts a ready message of 3 x 150 KB on one connection: what this stand-in costs by itself.
func BenchmarkSendMessage(b *testing.B) {
	ids, err := identities()
	if err != nil {
		b.Fatal(err)
	}
	op, err := mockoperator.New(mockoperator.Config{Identities: ids})
	if err != nil {
		b.Fatal(err)
	}
	defer op.Close()
	url, stop, err := op.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := stop(); err != nil {
			b.Error(err)
		}
	}()
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	org := op.Organisations()[0]
	auth, err := contract.Envelope("Authenticate.request")
	if err != nil {
		b.Fatal(err)
	}
	pass := strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(org.Password)
	answer := postBench(b, client, url, "Authenticate", contract.Fill(auth, "clerk@sample", org.Login, "pass&amp;word", pass))
	_, rest, _ := strings.Cut(answer, "AuthenticateResult")
	token := rest[strings.Index(rest, ">")+1 : strings.Index(rest, "<")]
	body := benchMessage(b, ids[0], token)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		postBench(b, client, url, "SendMessage", body)
	}
}

func benchMessage(b *testing.B, id mockoperator.Identity, token string) []byte {
	b.Helper()
	var docs, signs strings.Builder
	for i := range 3 {
		content := bytes.Repeat([]byte{byte(i), 17, 200, 33}, 150<<10/4)
		sd, err := pkcs7.NewSignedData(content)
		if err != nil {
			b.Fatal(err)
		}
		sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
		if err := sd.AddSigner(id.Certificate, id.Key, pkcs7.SignerInfoConfig{}); err != nil {
			b.Fatal(err)
		}
		sd.Detach()
		cms, err := sd.Finish()
		if err != nil {
			b.Fatal(err)
		}
		doc := uuid.NewString()
		docs.WriteString("<m:Document><m:Content>" + base64.StdEncoding.EncodeToString(content) + "</m:Content><m:FileName>a.pdf</m:FileName><m:Id>" + doc + "</m:Id></m:Document>")
		signs.WriteString("<m:Sign><m:DocumentId>" + doc + "</m:DocumentId><m:Id>" + uuid.NewString() + "</m:Id><m:Raw>" + base64.StdEncoding.EncodeToString(cms) + "</m:Raw></m:Sign>")
	}
	return []byte(`<s:Envelope xmlns:s="` + contract.NSEnvelope + `"><s:Body><SendMessage xmlns="` + contract.NSService + `" xmlns:m="` + contract.NSModel +
		`"><authToken>` + token + `</authToken><message><m:Documents>` + docs.String() + `</m:Documents><m:From>` + boxA +
		`</m:From><m:Recipients><m:MessageRecipient><m:OrganizationBoxId>` + boxB + `</m:OrganizationBoxId></m:MessageRecipient></m:Recipients><m:Signs>` +
		signs.String() + `</m:Signs></message></SendMessage></s:Body></s:Envelope>`)
}

func postBench(b *testing.B, client *http.Client, url, operation string, body []byte) string {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", contract.ActionPrefix+operation)
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("%d %v %s", resp.StatusCode, err, answer)
	}
	return string(answer)
}
