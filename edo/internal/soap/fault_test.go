package soap

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body string
		want Fault
	}{
		"typed":              {typed("<Code>Unauthorized</Code><Field>authToken</Field><Message>текст</Message><StackTrace i:nil=\"true\"/>"), Fault{Code: "Unauthorized", Field: "authToken", Message: "текст", Shape: Typed}},
		"any order":          {typed("<Message>m</Message><Code>Unauthorized</Code>"), Fault{Code: "Unauthorized", Message: "m", Shape: Typed}},
		"unknown member":     {typed("<Code>NewCode</Code><More><a/></More>"), Fault{Message: "said", Shape: Unparsable}},
		"unknown code":       {typed("<Code>SomethingNew42</Code>"), Fault{Code: "SomethingNew42", Message: "said", Shape: Typed}},
		"no code":            {typed("<Field>f</Field>"), Fault{Message: "said", Shape: Unparsable}},
		"nil code":           {typed(`<Code i:nil="true"/>`), Fault{Message: "said", Shape: Unparsable}},
		"two codes":          {typed("<Code>A</Code><Code>B</Code>"), Fault{Message: "said", Shape: Unparsable}},
		"code is a sentence": {typed("<Code>no such code</Code>"), Fault{Message: "said", Shape: Unparsable}},
		"field is a text":    {typed("<Code>A</Code><Field>a sentence with spaces</Field>"), Fault{Code: "A", Message: "said", Shape: Typed}},
		"foreign member":     {typed(`<Code xmlns="q">A</Code>`), Fault{Message: "said", Shape: Unparsable}},
		"foreign detail":     {fault(`<detail><Problem xmlns="q"><Code>A</Code></Problem></detail>`), Fault{Message: "said", Shape: Unparsable}},
		"two details":        {fault(`<detail><Problem xmlns="` + faults + `"><Code>A</Code></Problem><x/></detail>`), Fault{Message: "said", Shape: Unparsable}},
		"exception detail":   {fault(`<detail><ExceptionDetail xmlns="` + exceptionSpace + `"><InnerException><Message>a</Message></InnerException></ExceptionDetail></detail>`), Fault{Message: "said", Shape: ExceptionDetail}},
		"no detail":          {fault(""), Fault{Message: "said", Shape: NoDetail}},
		"empty detail":       {fault("<detail/>"), Fault{Message: "said", Shape: NoDetail}},
		"text as detail":     {fault("<detail>oops</detail>"), Fault{Message: "said", Shape: NoDetail}},
		"nothing at all":     {envelope("<s:Fault/>"), Fault{Shape: NoDetail}},
		"with secret":        {typed("<Code>A</Code><Message>token k4n4ry&amp;&lt;Zugang&gt;+ё7f3c is old</Message>"), Fault{Code: "A", Message: "token [secret] is old", Shape: Typed}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{200, 500, 400, 503} {
				log := &memory{}
				_, _, err := ask(t, log, http11(status, typeXML+"Retry-After: 7\r\n", tc.body))
				var got *Fault
				if !errors.As(err, &got) || errors.As(err, new(*edo.Error)) {
					t.Fatalf("status %d: %v", status, err)
				}
				want := tc.want
				want.HTTPStatus, want.Exchange, want.RetryAfter = status, "exchange-1", 7*time.Second
				if d := cmp.Diff(&want, got); d != "" {
					t.Error(d)
				}
				if strings.Contains(err.Error(), got.Message) && got.Message != "" {
					t.Errorf("the error quotes the operator: %s", err)
				}
				if a := log.answer(t); a.Outcome != edo.OutcomeFault || a.Code != want.Code || a.HTTPStatus != status || strings.Contains(string(a.Body.Text), "Zugang") {
					t.Errorf("row %+v", a)
				}
			}
		})
	}
}

func TestCodeAndField(t *testing.T) {
	t.Parallel()
	for s, want := range map[string][2]bool{ // is it a code, is it a field
		"":                                 {false, false},
		"a_b.c-9":                          {true, true},
		"a:b":                              {false, true},
		"a/b[0]@c":                         {false, true},
		"поле":                             {false, true},
		"Ⅳ":                                {false, true}, // a number, but no digit
		"a b":                              {false, false},
		"a\n":                              {false, false},
		"a\xff":                            {false, false},
		strings.Repeat("a", 100):           {true, true},
		strings.Repeat("a", 101):           {false, true},
		strings.Repeat("я", 200):           {false, true},
		strings.Repeat("я", 200) + "a":     {false, false},
		"<b>":                              {false, false},
		strings.Repeat("a", 99) + "\u0301": {false, false}, // a mark, not a letter
	} {
		if got := [2]bool{isCode(s), isField(s)}; got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

// What looks like a fault but cannot be read is no fault: nobody knows what it means.
func TestFaultsThatAreNone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"comment in code":   typed("<Code>Unauth<!-- -->orized</Code>"),
		"two fault strings": fault("<faultstring>again</faultstring>"),
		"qualified parts":   envelope("<s:Fault><s:faultcode>a</s:faultcode></s:Fault>"),
		"truncated":         typed("<Code>A</Code>")[:330],
		"doctype":           "<!DOCTYPE a>" + typed("<Code>A</Code>")[38:],
		"fault and success": envelope("<s:Fault/>" + `<SendResponse xmlns="` + service + `"/>`),
		"deep":              fault("<detail>" + strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40) + "</detail>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := ask(t, nil, http11(500, typeXML, body))
			if edo.KindOf(err) != edo.InDoubt || errors.As(err, new(*Fault)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestStatusAndHead(t *testing.T) {
	t.Parallel()
	ok := success("<a:Id>1</a:Id>")
	for name, tc := range map[string]struct {
		reply string
		says  string // empty: fine
	}{
		"202":                {http11(202, typeXML, ok), ""},
		"no type":            {http11(200, "", ok), ""},
		"application/xml":    {http11(200, "Content-Type: application/xml\r\n", ok), ""},
		"identity":           {http11(200, typeXML+"Content-Encoding: identity\r\n", ok), ""},
		"chunked":            {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(ok) + "0\r\n\r\n", ""},
		"until close":        {"HTTP/1.0 200 OK\r\n" + typeXML + "\r\n" + ok, ""},
		"success with 500":   {http11(500, typeXML, ok), "HTTP status 500"},
		"success with 201":   {http11(201, typeXML, ok), "HTTP status 201"},
		"no content":         {"HTTP/1.1 204 No Content\r\n\r\n", "ends too early"},
		"503 page":           {http11(503, "Content-Type: text/html\r\nRetry-After: 120\r\n", "<html>busy</html>"), "not declared as XML"},
		"429":                {http11(429, "Retry-After: Sun, 09 Nov 2025 08:51:37 GMT\r\n", ""), "ends too early"},
		"redirect":           {http11(307, "Location: http://127.0.0.1:1/\r\n", ""), "redirects"},
		"gzip":               {http11(200, typeXML+"Content-Encoding: gzip\r\n", "\x1f\x8b\x08"), "compressed"},
		"windows-1251":       {http11(200, "Content-Type: text/xml; charset=windows-1251\r\n", ok), "not declared as UTF-8"},
		"soap+json":          {http11(200, "Content-Type: application/json\r\n", ok), "not declared as XML"},
		"bad type":           {http11(200, "Content-Type: ;;;\r\n", ok), "not declared as XML"},
		"shorter than said":  {"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + ok, "ends too early"},
		"truncated chunks":   {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(ok), "ends too early"},
		"nothing":            {"", "no answer"},
		"not HTTP":           {"SECRET-TEXT\r\n\r\n", "did not speak HTTP"},
		"cut in the head":    {"HTTP/1.1 200 OK\r\nConte", "no answer"},
		"two lengths":        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "no answer"},
		"endless head":       {"HTTP/1.1 200 OK\r\n" + strings.Repeat("a: bbbbbbbbbbbbbbbbb\r\n", 8000), "no answer"},
		"random bytes":       {"\x00\x01\x02\xff\xfe\r\n\r\n", "no answer"},
		"answer then a byte": {http11(200, typeXML, ok+"\x00"), "an invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			id, _, err := ask(t, log, tc.reply)
			if tc.says == "" {
				if err != nil || id != "1" {
					t.Errorf("got %q, %v", id, err)
				}
				return
			}
			var e *edo.Error
			if !errors.As(err, &e) || e.Kind != edo.InDoubt || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "SECRET") {
				t.Fatalf("got %v", err)
			}
			if wait := map[string]time.Duration{"503 page": 2 * time.Minute, "429": 2 * time.Minute}[name]; e.RetryAfter != wait {
				t.Errorf("retry after %s", e.RetryAfter)
			}
			if a := log.answer(t); a.Outcome != edo.OutcomeUnreadable && a.Outcome != edo.OutcomeSilent {
				t.Errorf("row %+v", a)
			}
		})
	}
}

func chunks(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		n := min(len(s), 9)
		b.WriteString("9\r\n"[:0] + string("0123456789"[n]) + "\r\n" + s[:n] + "\r\n")
		s = s[n:]
	}
	return b.String()
}
