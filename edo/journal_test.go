package edo_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edokit/edokit/edo"
)

// TestRebuild makes exact bytes again out of a masked text: two secrets of one name, content, and base64 as it came.
func TestRebuild(t *testing.T) {
	t.Parallel()
	document, raw := []byte("content of a document"), []byte("Y29u\r\ndGVudA==")
	d, r := digest(document), digest(raw)
	text := "<a>[secret]</a><b>[doc]</b><c>[raw]</c><a>[secret]</a>"
	hole := func(nth int, what string, h edo.Hole) edo.Hole {
		at := 0
		for range nth {
			at += strings.Index(text[at:], what) + len(what)
		}
		h.Start, h.End = at-len(what), at
		return h
	}
	m := edo.Masked{Text: []byte(text), Holes: []edo.Hole{
		hole(1, "[secret]", edo.Hole{Kind: edo.HoleSecret, Name: "token"}),
		hole(1, "[doc]", edo.Hole{Kind: edo.HoleBase64, Digest: d, Size: int64(len(document))}),
		hole(1, "[raw]", edo.Hole{Kind: edo.HoleRaw, Digest: r, Size: int64(len(raw))}),
		hole(2, "[secret]", edo.Hole{Kind: edo.HoleSecret, Name: "token"}),
	}}
	stored := map[edo.Digest][]byte{d: document, r: raw}
	var out bytes.Buffer
	err := m.Rebuild(&out, func(name string, n int) (string, error) { return fmt.Sprintf("%s-%d", name, n), nil },
		func(d edo.Digest) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(stored[d])), nil })
	want := "<a>token-0</a><b>" + base64.StdEncoding.EncodeToString(document) + "</b><c>" + string(raw) + "</c><a>token-1</a>"
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s\n%s", err, out.String(), want)
	}
	m.Holes[1].End = len(text) + 1
	if err := m.Rebuild(io.Discard, func(string, int) (string, error) { return "", nil }, nil); !errors.Is(err, edo.Internal) {
		t.Errorf("a hole outside the text: %v", err)
	}
}

func digest(b []byte) edo.Digest {
	d, _, _ := edo.DigestOf(bytes.NewReader(b))
	return d
}

func TestDigestText(t *testing.T) {
	t.Parallel()
	d := digest([]byte("abc"))
	got, err := edo.ParseDigest(d.String())
	if err != nil || got != d || d.IsZero() || len(d.Short()) != 12 {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("g", 64), d.String() + "00"} {
		if _, err := edo.ParseDigest(bad); !errors.Is(err, edo.DigestMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestSave writes a new file whole and never touches an old one.
func TestSave(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := edo.FileContent(path)
	if err != nil || c.Size != 7 || c.Digest != digest([]byte("content")) {
		t.Fatalf("%+v, %v", c, err)
	}
	for i, want := range []bool{true, false} {
		if err := c.Save(t.Context(), path+".out"); (err == nil) != want {
			t.Errorf("save %d: %v", i+1, err)
		}
	}
	if b, err := os.ReadFile(path + ".out"); string(b) != "content" {
		t.Errorf("%q, %v", b, err)
	}
}
