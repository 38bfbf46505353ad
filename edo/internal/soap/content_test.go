package soap

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	asm "github.com/segmentio/asm/base64"

	"github.com/edokit/edokit/edo"
)

// lines breaks text after every 76 characters, as MIME does.
func lines(s, end string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + end)
		s = s[76:]
	}
	return b.String() + s
}

func TestContentIsKeptSoThatItCanBeRebuilt(t *testing.T) {
	t.Parallel()
	long := base64.StdEncoding.EncodeToString(random(200_000)) // padded
	broken := long[:150_000] + "\n" + long[150_000:]
	for name, tc := range map[string]struct {
		text  string
		kinds string // of the holes
	}{
		"canonical":              {long, "base64"},
		"one byte":               {"AA==", "base64"},
		"two bytes":              {"AAA=", "base64"},
		"three bytes":            {"AAAA", "base64"},
		"empty":                  {"", ""},
		"white space only":       {" \n ", ""},
		"space around":           {"\r\n\t" + long + "\r\n ", "base64"},
		"much space at the end":  {long + strings.Repeat(" ", 100_000), "base64 raw"},
		"MIME lines":             {lines(long, "\r\n"), "raw"},
		"lines":                  {lines(long, "\n") + "\n", "raw"},
		"unpadded":               {strings.TrimRight(long, "="), "base64 raw"},
		"unpadded, small":        {"AA", "raw"},
		"a break in the middle":  {broken, "base64 raw"},
		"bits beyond the end":    {"AB==", "raw"},
		"four line feeds inside": {"AAAA\n\n\n\nAAAA", "raw"},
		"padding broken by line": {"AA=\n=", "raw"},
	} {
		for how, chopped := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r },
			"bytes": iotest.OneByteReader, "halves": iotest.HalfReader,
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				raw := strings.NewReplacer("\n", "", "\r", "", " ", "", "\t", "", "=", "").Replace(tc.text)
				want, err := base64.RawStdEncoding.DecodeString(raw)
				if err != nil {
					t.Fatal(err)
				}
				doc := "<a><b>" + tc.text + "</b></a>"
				log, got := &memory{}, &bytes.Buffer{}
				s := newScanner(chopped(strings.NewReader(doc)), Limits{}.withDefaults(), tapOf(t, log), make([]byte, window))
				var d edo.Digest
				s.next(blank)
				err = s.node().Each(in("", "b"), func(c *Node) (err error) { d, _, err = c.Content(got); return err })
				s.next(blank)
				if err != nil || s.err != nil || !bytes.Equal(got.Bytes(), want) || d != sha256.Sum256(want) {
					t.Fatalf("read %d of %d bytes: %v, %v", got.Len(), len(want), err, s.err)
				}
				if log.rebuild(t, s.tap.masked, nil) != doc {
					t.Errorf("rebuilt otherwise, kept as %.200q", s.tap.masked.Text)
				}
				var kinds []string
				for _, h := range s.tap.masked.Holes {
					kinds = append(kinds, string(h.Kind))
				}
				if k := strings.Join(kinds, " "); how == "whole" && k != tc.kinds {
					t.Errorf("holes: %s", k)
				}
				if len(tc.text) > 1000 && len(s.tap.masked.Text) > len(tc.text)/2 {
					t.Error("content is in the text")
				}
			})
		}
	}
}

func tapOf(t *testing.T, log *memory, secrets ...string) *tap {
	t.Helper()
	return &tap{
		secrets: secrets,
		create:  func() (edo.Blob, error) { return log.Blob(t.Context()) },
		commit:  func(b edo.Blob) (edo.Digest, int64, error) { return b.Commit(t.Context()) },
	}
}

func TestContentThatCannotBeStored(t *testing.T) {
	t.Parallel()
	full := errors.New("disk is full")
	answer := http11(200, typeXML, success("<a:Content>AAAA</a:Content>"))
	for name, f := range map[string]func(*memory, *Request){
		"by the caller": func(_ *memory, r *Request) {
			r.Answer = func(n *Node) error {
				return n.Each(in(model, "Content"), func(c *Node) error {
					_, _, err := c.Content(failing{full})
					return err
				})
			}
		},
		"by the log": func(m *memory, _ *Request) { m.blobErr = full },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			_, _, err := ask(t, log, answer, func(r *Request) { f(log, r) })
			if edo.KindOf(err) != edo.InDoubt || !errors.Is(err, full) {
				t.Errorf("got %v", err)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// The library is fast because it is not the standard one: it must give the same bytes and refuse the same texts.
func FuzzBase64(f *testing.F) {
	f.Add([]byte("some bytes"))
	f.Add([]byte("QUJD\nQUJD=="))
	f.Add(random(300))
	f.Fuzz(func(t *testing.T, p []byte) {
		text := base64.StdEncoding.EncodeToString(p)
		if got := asm.StdEncoding.EncodeToString(p); got != text {
			t.Fatalf("encoded %q as %q", p, got)
		}
		back := make([]byte, len(text)/4*3+64)
		if n, err := asm.StdEncoding.Decode(back, []byte(text)); err != nil || !bytes.Equal(back[:n], p) {
			t.Fatalf("decoded %q: %v", text, err)
		}
		one, two := make([]byte, len(p)+64), make([]byte, len(p)+64)
		n1, err1 := asm.StdEncoding.Decode(one, p)
		n2, err2 := base64.StdEncoding.Decode(two, p)
		if (err1 == nil) != (err2 == nil) || err1 == nil && !bytes.Equal(one[:n1], two[:n2]) {
			t.Fatalf("decoding %q: %v, %v", p, err1, err2)
		}
	})
}
