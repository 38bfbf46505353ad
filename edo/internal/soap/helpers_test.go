package soap

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	service = "http://service.example"
	model   = "http://service.example/model"
	faults  = "http://service.example/faults"
)

// memory is a journal and an archive.
type memory struct {
	mu       sync.Mutex
	blobs    map[edo.Digest][]byte
	requests []edo.ExchangeRequest
	answers  []edo.ExchangeAnswer
	beginErr error
	endErr   error
	blobErr  error
	begun    func()
}

func (m *memory) Begin(_ context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.beginErr != nil {
		return nil, m.beginErr
	}
	m.requests = append(m.requests, r)
	if m.begun != nil {
		m.begun()
	}
	return m, nil
}

func (m *memory) ID() edo.ExchangeID { return "exchange-1" }

func (m *memory) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m.answers = append(m.answers, a)
	return m.endErr
}

func (m *memory) Blob(context.Context) (edo.Blob, error) {
	if m.blobErr != nil {
		return nil, m.blobErr
	}
	return &memoryBlob{m: m}, nil
}

type memoryBlob struct {
	bytes.Buffer
	m *memory
}

func (b *memoryBlob) Commit(context.Context) (edo.Digest, int64, error) {
	b.m.mu.Lock()
	defer b.m.mu.Unlock()
	d := edo.Digest(sha256.Sum256(b.Bytes()))
	if b.m.blobs == nil {
		b.m.blobs = map[edo.Digest][]byte{}
	}
	b.m.blobs[d] = b.Bytes()
	return d, int64(b.Len()), nil
}

func (b *memoryBlob) Abort() {}

func (m *memory) open(d edo.Digest) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.blobs[d]
	if !ok {
		return nil, errors.New("unknown digest")
	}
	return io.NopCloser(bytes.NewReader(p)), nil
}

func (m *memory) answer(t *testing.T) edo.ExchangeAnswer {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.answers) != 1 {
		t.Fatalf("%d answers in the journal", len(m.answers))
	}
	return m.answers[0]
}

// put archives p and gives it as content.
func (m *memory) put(t *testing.T, p []byte) edo.Content {
	t.Helper()
	b := &memoryBlob{m: m}
	b.Write(p)
	d, n, err := b.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return edo.Content{Size: n, Digest: d, Open: func(context.Context) (io.ReadCloser, error) { return m.open(d) }}
}

func (m *memory) rebuild(t *testing.T, masked edo.Masked, secrets map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	err := masked.Rebuild(&out, func(name string, _ int) (string, error) {
		v, ok := secrets[name]
		if !ok {
			return "", fmt.Errorf("unknown secret %q", name)
		}
		return v, nil
	}, m.open)
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// server answers raw bytes over TCP and remembers what it was sent, byte for byte.
type server struct {
	url  string
	mu   sync.Mutex
	head string
	body []byte
	hits int
}

func serve(t *testing.T, reply func(body []byte) string) *server {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{url: "http://" + l.Addr().String() + "/service.svc"}
	var all sync.WaitGroup
	t.Cleanup(func() { l.Close(); all.Wait() })
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.handle(conn, reply) })
		}
	})
	return s
}

func (s *server) handle(conn net.Conn, reply func([]byte) string) {
	defer conn.Close()
	var raw bytes.Buffer
	req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &raw)))
	if err != nil {
		return
	}
	body, _ := io.ReadAll(req.Body)
	s.mu.Lock()
	head, _, _ := strings.Cut(raw.String(), "\r\n\r\n")
	s.head, s.body, s.hits = strings.ReplaceAll(head, "\r\n", "\n"), body, s.hits+1
	s.mu.Unlock()
	_, _ = io.WriteString(conn, reply(body))
}

func (s *server) seen() (string, []byte, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.head, s.body, s.hits
}

// http11 makes an answer with exact length.
func http11(status int, headers, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\nDate: Sun, 09 Nov 2025 08:49:37 GMT\r\nConnection: close\r\n%s\r\n%s",
		status, http.StatusText(status), len(body), headers, body)
}

const typeXML = "Content-Type: text/xml; charset=utf-8\r\n"

func envelope(inside string) string {
	return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="` + envelopeSpace + `"><s:Body>` + inside + `</s:Body></s:Envelope>`
}

func success(inside string) string {
	return envelope(`<SendResponse xmlns="` + service + `"><SendResult xmlns:a="` + model + `" xmlns:i="` + schemaSpace + `">` + inside + `</SendResult></SendResponse>`)
}

func fault(detail string) string {
	return envelope(`<s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="ru-RU">said</faultstring>` + detail + `</s:Fault>`)
}

func typed(inside string) string {
	return fault(`<detail><Problem xmlns="` + faults + `" xmlns:i="` + schemaSpace + `">` + inside + `</Problem></detail>`)
}

func in(space, local string) Name { return Name{Space: space, Local: local} }

func client(t *testing.T, endpoint string, j edo.Journal, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		Subscriber: "ours", Endpoint: endpoint, FaultDetail: in(faults, "Problem"), Journal: j, UserAgent: "edokit-test",
		Now:    func() time.Time { return time.Date(2025, 11, 9, 12, 0, 0, 0, time.UTC) },
		Limits: Limits{Deadline: 20 * time.Second},
	}
	for _, f := range change {
		f(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

const canary = "k4n4ry&<Zugang>+ё7f3c"

// request is a call with a secret and documents.
func request(documents ...edo.Content) Request {
	b := NewBody(in(service, "Send"), Prefix{"m", model})
	b.Secret(in(service, "authToken"), edo.NewSecret(canary))
	b.Open(in(service, "message"))
	b.Open(in(model, "Documents"))
	for _, d := range documents {
		b.OpenType(in(model, "Document"), in(model, "Untyped"))
		b.Nil(in(model, "Card"))
		b.Text(in(model, "Comment"), "a < b & c\r\n\"d\"")
		b.Content(in(model, "Content"), d)
		b.Close()
	}
	b.Close()
	b.Bytes(in(model, "Raw"), []byte{0, 1, 2, 3})
	b.Close()
	return Request{Operation: "Send", Action: service + "/Send", Package: "p-1", Document: "d-1", Body: b, Effect: true}
}
