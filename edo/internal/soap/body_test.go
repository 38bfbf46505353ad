package soap

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func TestSkeleton(t *testing.T) {
	t.Parallel()
	r := request(edo.Content{Size: 5, Digest: edo.Digest{0xAB}, Open: inMemoryContent(nil).Open})
	m, err := r.Body.render()
	if err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` +
		`<Send xmlns="http://service.example" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:m="http://service.example/model">` +
		`<authToken>[secret]</authToken><message><m:Documents><m:Document i:type="m:Untyped"><m:Card i:nil="true"></m:Card>` +
		`<m:Comment>a &lt; b &amp; c&#xD;` + "\n" + `&quot;d&quot;</m:Comment><m:Content>[content 5 bytes sha256 ab` + strings.Repeat("0", 62) + `]</m:Content></m:Document>` +
		`</m:Documents><m:Raw>AAECAw==</m:Raw></message></Send></s:Body></s:Envelope>`
	if d := cmp.Diff(want, string(m.masked.Text)); d != "" {
		t.Error(d)
	}
	if size := int64(len(want) - len("[secret]") + len("k4n4ry&amp;&lt;Zugang&gt;+ё7f3c") - len("[content 5 bytes sha256 ]") - 64 + 8); m.size != size {
		t.Errorf("%d bytes, want %d", m.size, size)
	}
}

func TestBodyFaults(t *testing.T) {
	t.Parallel()
	start := func() *Body { return NewBody(in(service, "Send"), Prefix{"m", model}) }
	for name, tc := range map[string]struct {
		body  func() *Body
		field string
	}{
		"control character": {func() *Body { b := start(); b.Text(in(model, "Comment"), "a\x0bb"); return b }, "Comment"},
		"NUL":               {func() *Body { b := start(); b.Text(in(model, "Comment"), "\x00"); return b }, "Comment"},
		"U+FFFF":            {func() *Body { b := start(); b.Text(in(model, "Comment"), "\uFFFF"); return b }, "Comment"},
		"not UTF-8":         {func() *Body { b := start(); b.Text(in(model, "Comment"), "\xC3"); return b }, "Comment"},
		"surrogate":         {func() *Body { b := start(); b.Text(in(model, "Comment"), "\xED\xA0\x80"); return b }, "Comment"},
		"secret":            {func() *Body { b := start(); b.Secret(in(service, "pin"), edo.NewSecret("\x01")); return b }, "pin"},
		"unknown namespace": {func() *Body { b := start(); b.Text(in("q", "Comment"), ""); return b }, "Comment"},
		"unknown type":      {func() *Body { b := start(); b.OpenType(in(model, "A"), in("q", "B")); b.Close(); return b }, "B"},
		"injected name":     {func() *Body { b := start(); b.Text(in(model, "a><b"), ""); return b }, "a><b"},
		"not closed":        {func() *Body { b := start(); b.Open(in(model, "A")); return b }, "m:A"},
		"closed too often":  {func() *Body { b := start(); b.Close(); return b }, "Send"},
		"taken prefix":      {func() *Body { return NewBody(in(service, "Send"), Prefix{"s", model}) }, "s"},
		"xml prefix":        {func() *Body { return NewBody(in(service, "Send"), Prefix{"XMLa", model}) }, "XMLa"},
		"namespace twice":   {func() *Body { return NewBody(in(service, "Send"), Prefix{"m", service}) }, "m"},
		"prefix twice":      {func() *Body { return NewBody(in(service, "Send"), Prefix{"m", model}, Prefix{"m", "q"}) }, "m"},
		"no content":        {func() *Body { b := start(); b.Content(in(model, "Content"), edo.Content{Size: 1}); return b }, "Content"},
		"negative content": {func() *Body {
			b := start()
			c := inMemoryContent(nil)
			c.Size = -1
			b.Content(in(model, "Content"), c)
			return b
		}, "Content"},
		"another operation": {func() *Body { return NewBody(in(service, "Print")) }, "Body"},
		"no body":           {func() *Body { return nil }, "Body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			_, err := client(t, "http://127.0.0.1:1/", log).Do(t.Context(), Request{Operation: "Send", Body: tc.body()})
			var e *edo.Error
			if !errors.As(err, &e) || e.Kind != edo.Invalid || e.Field != tc.field || e.Remedy == "" || len(log.requests) != 0 {
				t.Errorf("got %v, %d rows", err, len(log.requests))
			}
		})
	}
}

// However small the reads are, the bytes and their number are the same.
func TestStreamInPieces(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 2, 3, 4, 5, 6, 100, 4096, wireBuffer - 1, wireBuffer, wireBuffer + 1, 3*wireBuffer + 2} {
		content := random(size)
		m, err := request(inMemoryContent(content), inMemoryContent([]byte("ab"))).Body.render()
		if err != nil {
			t.Fatal(err)
		}
		want := flat(m, content, []byte("ab"))
		if int64(len(want)) != m.size {
			t.Fatalf("%d bytes, said %d", len(want), m.size)
		}
		for name, chopped := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "halves": iotest.HalfReader,
			"fives":     func(r io.Reader) io.Reader { return &pieces{r, 5} },
			"sevens":    func(r io.Reader) io.Reader { return &pieces{r, 7} },
			"thousands": func(r io.Reader) io.Reader { return &pieces{r, 1001} },
		} {
			w := newWatch(Limits{}.withDefaults(), func(error) {})
			s := newStream(t.Context(), m, w, &buffers{}, true)
			s.parts = append([]part{}, m.parts...)
			got, err := io.ReadAll(chopped(s))
			w.timer.Stop()
			if err != nil || !bytes.Equal(got, want) || s.handed.Load() != m.size || s.state.Load() != whole {
				t.Fatalf("%d %s: %d of %d bytes, %v", size, name, len(got), len(want), err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// Whoever stops a request can be sure that its last byte never leaves, and nothing leaves after the caller's time.
func TestStoppedStream(t *testing.T) {
	t.Parallel()
	expired, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	for name, tc := range map[string]struct {
		ctx context.Context //nolint:containedctx // of one case
		at  int64           // byte of the content after which it is stopped; negative: before anything
	}{
		"before anything": {t.Context(), -1}, "at the end": {t.Context(), 9}, "too late": {expired, -2}, "too late, not noticed": {lateTimer{expired}, -2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s *stream
			content := reader(func() io.Reader {
				return io.MultiReader(bytes.NewReader(random(9)), readerFunc(func([]byte) (int, error) {
					if tc.at == 9 {
						s.stop()
					}
					return 0, io.EOF
				}))
			}, 9)
			m, err := request(content).Body.render()
			if err != nil {
				t.Fatal(err)
			}
			w := newWatch(Limits{}.withDefaults(), func(error) {})
			defer w.timer.Stop()
			s = newStream(tc.ctx, m, w, &buffers{}, true)
			if tc.at == -1 && s.stop() {
				t.Error("whole before it began")
			}
			s.release()
			n, err := s.Read(make([]byte, m.size))
			if err == nil || n != 0 || s.state.Load() == whole || s.stop() {
				t.Errorf("%d bytes left, %v", n, err)
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func flat(m *message, contents ...[]byte) []byte {
	var out []byte
	for _, p := range m.parts {
		out = append(out, p.text...)
		if p.content != nil {
			out = base64.StdEncoding.AppendEncode(out, contents[0])
			contents = contents[1:]
		}
	}
	return out
}

// pieces reads at most n bytes at a time.
type pieces struct {
	r io.Reader
	n int
}

func (p *pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), p.n)]) }
