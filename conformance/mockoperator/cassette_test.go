package mockoperator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// recorded is a cassette of package replay.
func recorded(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "replay", "testdata", "answer-lost.cassette.json"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const smallCassette = `{"format": "edokit-cassette", "version": 1, "recorded": "2026-12-01T10:00:00Z",
"subscriber": {"id": "s", "inn": "7701234560", "box": "a@mock.edo"}, "counterparty": {"inn": "7803456788", "box": "b@mock.edo"},
"package": {"id": "p", "state": "sent", "documents": [{"id": "1", "name": "a.txt", "size": 3, "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]},
"exchanges": [EXCHANGES]}`

func small(exchanges string) string { return strings.Replace(smallCassette, "EXCHANGES", exchanges, 1) }

// TestCassetteIsReadStrictly: each mistake is named with its member and a remedy.
func TestCassetteIsReadStrictly(t *testing.T) {
	t.Parallel()
	mask := func(m string) string {
		return small(`{"operation": "PrintDocument", "answer": {"status": 200, "size": 9, "text": "<a>[x]</a>[x]", "masks": [` + m + `]}}`)
	}
	const sum = `"sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`
	for name, row := range map[string]struct{ text, field string }{
		"good":              {small(""), "none"},
		"good mask":         {mask(`{"mark": "[x]", "skip": 1, "kind": "secret"}`), "none"},
		"no JSON":           {"cassette", ""},
		"empty":             {"", ""},
		"more behind":       {small("") + "{}", ""},
		"another format":    {strings.Replace(small(""), "edokit-", "", 1), "format"},
		"newer":             {strings.Replace(small(""), `"version": 1`, `"version": 2`, 1), "version"},
		"unknown member":    {strings.Replace(small(""), `"recorded"`, `"password": "x", "recorded"`, 1), ""},
		"no time":           {strings.Replace(small(""), "2026-12-01T10:00:00Z", "0001-01-01T00:00:00Z", 1), "recorded"},
		"no subscriber":     {strings.Replace(small(""), "7701234560", "", 1), "subscriber"},
		"no package":        {strings.Replace(small(""), `"id": "p"`, `"id": ""`, 1), "package"},
		"negative size":     {strings.Replace(small(""), `"size": 3`, `"size": -3`, 1), "package.documents[0].size"},
		"huge size":         {strings.Replace(small(""), `"size": 3`, `"size": 300000000`, 1), "package.documents[0].size"},
		"bad digest":        {strings.Replace(small(""), "ba78", "zz78", 1), "package.documents[0].sha256"},
		"no operation":      {small(`{}`), "exchanges[0].operation"},
		"order":             {small(`{"operation": "PrintDocument", "at_ms": 5}, {"operation": "PrintDocument", "at_ms": 4}`), "exchanges[1].at_ms"},
		"years":             {small(`{"operation": "PrintDocument", "at_ms": 9223372036854775807}`), "exchanges[0].at_ms"},
		"status":            {small(`{"operation": "PrintDocument", "answer": {"status": 100}}`), "exchanges[0].answer.status"},
		"header":            {small(`{"operation": "PrintDocument", "answer": {"status": 200, "headers": {"Set-Cookie": "a"}}}`), "exchanges[0].answer.headers"},
		"two texts":         {small(`{"operation": "PrintDocument", "request": {"text": "a", "base64": "YQ=="}}`), "exchanges[0].request"},
		"mark not there":    {mask(`{"mark": "[y]", "kind": "secret"}`), "exchanges[0].answer.masks[0].mark"},
		"mark once too few": {mask(`{"mark": "[x]", "skip": 2, "kind": "secret"}`), "exchanges[0].answer.masks[0].mark"},
		"no mark":           {mask(`{"kind": "secret"}`), "exchanges[0].answer.masks[0]"},
		"kind":              {mask(`{"mark": "[x]", "kind": "hole"}`), "exchanges[0].answer.masks[0].kind"},
		"looks":             {mask(`{"mark": "[x]", "kind": "raw", "looks": "doc", ` + sum + `}`), "exchanges[0].answer.masks[0].looks"},
		"too much in one":   {mask(`{"mark": "[x]", "kind": "raw", "size": 268435456, ` + sum + `}, {"mark": "[x]", "kind": "raw", "size": 1, ` + sum + `}`), "exchanges[0].answer.masks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := mockoperator.ParseCassette(strings.NewReader(row.text))
			e, ok := errors.AsType[*mockoperator.CassetteError](err)
			switch {
			case row.field == "none":
				if err != nil {
					t.Error(err)
				}
			case !ok || e.Field != row.field || e.Remedy == "":
				t.Errorf("%v", err)
			}
		})
	}
}

// TestFilling: size and looks are kept, and the same content gives the same bytes.
func TestFilling(t *testing.T) {
	t.Parallel()
	for _, looks := range []string{"", "pdf", "pdf-head"} {
		for _, size := range []int64{0, 1, 5, 400, 500, 999, 1000, 1001, 9_999, 10_000, 10_001, 100_100, 1_000_000} {
			f := mockoperator.Filling{Size: size, SHA256: strings.Repeat("ab", 32), Looks: looks}
			got := f.Bytes()
			if int64(len(got)) != size || !bytes.Equal(got, f.Bytes()) {
				t.Errorf("%q of %d bytes: %d", looks, size, len(got))
			}
			if size < 999 {
				continue
			}
			head, tail := bytes.HasPrefix(got, []byte("%PDF-")), bytes.Contains(got[size-100:], []byte("%%EOF"))
			if head != (looks != "") || tail != (looks == "pdf") {
				t.Errorf("%q of %d bytes: head %v, tail %v", looks, size, head, tail)
			}
		}
	}
}

// TestCassettePlays: answers in their order, what was silent is silent, and what is not recorded is a fault that says so.
func TestCassettePlays(t *testing.T) {
	t.Parallel()
	c, err := mockoperator.ParseCassette(strings.NewReader(small(
		`{"operation": "PrintDocument", "answer": {"status": 503, "headers": {"Retry-After": "7"}, "size": 4, "text": "down"}},
		 {"operation": "PrintDocument", "outcome": "silent"},
		 {"operation": "PrintDocument", "answer": {"status": 200, "size": 30, "text": "<a>[x]</a>", "masks": [{"mark": "[x]", "kind": "base64", "size": 3, "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}},
		 {"operation": "PrintDocument", "answer": {"status": 200, "headers": {"Content-Length": "90"}, "size": 3, "text": "<a>"}},
		 {"operation": "GetFullDocumentInfo", "outcome": "silent"}`)))
	if err != nil {
		t.Fatal(err)
	}
	op, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir(), Cassette: &c})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stop(); _ = op.Close() }()
	type answer struct {
		Status int
		Retry  string
		Body   string
	}
	var got []answer
	for range 5 {
		status, header, body := ask(t, url, "PrintDocument")
		got = append(got, answer{status, header.Get("Retry-After"), body})
	}
	if _, _, fault := strings.Cut(got[4].Body, "call 5 of PrintDocument"); !fault {
		t.Errorf("the fifth answer is %s", got[4].Body)
	}
	got[4].Body = ""
	want := []answer{{503, "7", "down"}, {}, {200, "", "<a>aW4g</a>"}, {200, "", "<a> and cut"}, {Status: 500}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(mockoperator.Played{Left: []string{"GetFullDocumentInfo, call 1"}, Missing: []string{"PrintDocument, call 5"}}, op.Played()); diff != "" {
		t.Error(diff)
	}
	if status, _, _ := ask(t, url, "GetVersion"); status != 200 {
		t.Errorf("what belongs to no package is answered by the stand-in: %d", status)
	}
}

func ask(t *testing.T, url, operation string) (status int, header http.Header, body string) {
	t.Helper()
	envelope, err := contract.Envelope(operation + ".request")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(envelope))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", contract.ActionPrefix+operation)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, ""
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, resp.Header, string(raw) + " and cut"
	}
	return resp.StatusCode, resp.Header, string(raw)
}

// FuzzParseCassette: whatever is read is refused with a typed error, or is a cassette that an operator takes.
func FuzzParseCassette(f *testing.F) {
	f.Add(recorded(f))
	f.Add([]byte(small(`{"operation": "PrintDocument", "answer": {"status": 200, "size": 9, "text": "[x][x]", "masks": [{"mark": "[x]", "skip": 1, "kind": "secret"}]}}`)))
	f.Add([]byte(small(`{"operation": "PrintDocument", "answer": {"status": 200, "base64": "/w=="}}`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := mockoperator.ParseCassette(bytes.NewReader(text))
		if err != nil {
			if _, ok := errors.AsType[*mockoperator.CassetteError](err); !ok {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		for _, d := range c.Package.Documents {
			if d.Size < 1<<16 && int64(len(d.Bytes())) != d.Size {
				t.Fatalf("%d bytes for %+v", len(d.Bytes()), d.Filling)
			}
		}
		if !json.Valid(text) {
			t.Fatal("no JSON was read")
		}
	})
}
