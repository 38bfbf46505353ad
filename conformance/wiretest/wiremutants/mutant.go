package wiremutants

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

// Mutant is an endpoint that is wrong in one thing.
type Mutant struct {
	conformance.Mutant

	start func() breaker
}

func is(name, breaks string, clauses ...string) conformance.Mutant {
	return conformance.Mutant{Name: name, Breaks: breaks, Clauses: clauses}
}

// breaker answers a call in place of the right endpoint. It may be called from several goroutines.
type breaker func(c call) Answer

// call is a request on its way.
type call struct {
	method    string
	operation string // of the body
	head      http.Header
	body      string
	pass      func(c call) Answer // asks the right endpoint
}

// Answer is what the right endpoint says, and what becomes of it.
type Answer struct {
	Status int
	Head   http.Header
	Body   string
}

// limit of a request and of an answer.
const limit = 64 << 20

// Listen stands before the endpoint target on a loopback address until stop is called or ctx ends.
func (m Mutant) Listen(ctx context.Context, target string) (endpoint string, stop func() error, err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("wiremutants: %w", err)
	}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8}
	p := proxy{target: target, client: &http.Client{Transport: transport}, breaks: m.start()}
	srv := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	left := context.AfterFunc(ctx, func() { _ = srv.Close() }) // what Serve says is told by stop
	return "http://" + l.Addr().String() + "/exchangeservice.svc", func() error {
		left()
		err := srv.Close()
		if served := <-served; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		transport.CloseIdleConnections()
		return err
	}, nil
}

type proxy struct {
	target string
	client *http.Client
	breaks breaker
}

func (p proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, limit))
	if err != nil {
		return
	}
	ctx := context.WithoutCancel(r.Context()) // who has gone does not take his request back
	got := p.breaks(call{method: r.Method, operation: operationOf(string(body)), head: r.Header, body: string(body), pass: func(c call) Answer {
		return p.pass(ctx, c)
	}})
	for name, values := range got.Head {
		w.Header()[name] = values
	}
	w.WriteHeader(got.Status)
	_, _ = io.WriteString(w, got.Body) // the client may have gone
}

func (p proxy) pass(ctx context.Context, c call) Answer {
	req, err := http.NewRequestWithContext(ctx, c.method, p.target, strings.NewReader(c.body))
	if err != nil {
		return Answer{Status: http.StatusBadGateway, Body: err.Error()}
	}
	for _, name := range []string{"Content-Type", "Content-Encoding", "Soapaction"} {
		req.Header[name] = c.head[name]
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return Answer{Status: http.StatusBadGateway, Body: err.Error()}
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(resp.Body, limit)); err != nil {
		return Answer{Status: http.StatusBadGateway, Body: err.Error()}
	}
	head := http.Header{}
	for _, name := range []string{"Content-Type", "Date"} {
		head[name] = resp.Header[name]
	}
	return Answer{Status: resp.StatusCode, Head: head, Body: b.String()}
}

// operationOf finds the operation by which a body begins; "" if there is none.
func operationOf(body string) string {
	_, rest, _ := strings.Cut(body, ":Body>")
	_, rest, _ = strings.Cut(rest, "<")
	end := strings.IndexFunc(rest, func(r rune) bool { return strings.ContainsRune(" />\r\n\t", r) })
	if end < 0 {
		return ""
	}
	return rest[:end]
}

// fault is one as the stand-in says it.
func fault(code string) Answer {
	return Answer{
		Status: http.StatusInternalServerError, Head: http.Header{"Content-Type": {"text/xml; charset=utf-8"}},
		Body: `<s:Envelope xmlns:s="` + contract.NSEnvelope + `"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="ru-RU">Отказ</faultstring>` +
			`<detail><ServiceErrorFaultContract xmlns="` + contract.NSFault + `" xmlns:i="` + contract.NSInstance + `"><Code>` + code +
			`</Code><Field></Field><Message>Отказ</Message><StackTrace i:nil="true"/></ServiceErrorFaultContract></detail></s:Fault></s:Body></s:Envelope>`,
	}
}

// done is the answer of an operation that tells nothing.
func done(operation string) Answer {
	a := result(operation, "")
	a.Body = strings.Replace(a.Body, "<"+operation+`Result i:nil="true"/>`, "", 1)
	return a
}

// result is a well-formed answer with this result, which may be empty: nil.
func result(operation, inner string) Answer {
	element := "<" + operation + `Result xmlns:m="` + contract.NSModel + `">` + inner + "</" + operation + "Result>"
	if inner == "" {
		element = "<" + operation + `Result i:nil="true"/>`
	}
	return Answer{
		Status: http.StatusOK, Head: http.Header{"Content-Type": {"text/xml; charset=utf-8"}},
		Body: `<s:Envelope xmlns:s="` + contract.NSEnvelope + `" xmlns:i="` + contract.NSInstance + `"><s:Body><` + operation + `Response xmlns="` + contract.NSService + `">` +
			element + `</` + operation + `Response></s:Body></s:Envelope>`,
	}
}
