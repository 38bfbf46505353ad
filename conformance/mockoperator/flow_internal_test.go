package mockoperator

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edokit/edokit/conformance/contract"
)

// FuzzFormalised: any bytes are a formalised document or are not, without another error.
func FuzzFormalised(f *testing.F) {
	for _, s := range []string{
		"", "x", `<?xml version="1.0" encoding="windows-1251"?><a/>`, "<?xml version='1.0' encoding='Windows-1251'?>\r\n<a b=\"\xe0\">\x98\xff</a>",
		`<?xml version="1.0" encoding="utf-8"?><a/>`, `<?xml version="1.0" encoding="windows-1251"?><a>`, `<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`,
	} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "content")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := formalised(Blob{Path: path, Size: int64(len(content))}); err != nil && !errors.Is(err, errNotFormal) {
			t.Error(err)
		}
	})
}

func TestWindows1251(t *testing.T) {
	t.Parallel()
	text := "Ёлка «ключ» № 5 — Ђћ"
	raw := encode1251(text)
	back, err := io.ReadAll(&reader1251{in: bytes.NewReader(raw)})
	if err != nil || string(back) != text || len(raw) != len([]rune(text)) {
		t.Errorf("%q, %v", back, err)
	}
	if got := string(encode1251("日\uFFFD")); got != "&#26085;&#65533;" {
		t.Errorf("%s", got)
	}
	if got := string(encode866("Ёж — № я")); got != "\xf0\xa6 ? \xfc \xef" {
		t.Errorf("%q", got)
	}
}

// TestTypesHaveOneNumber compares with the names of the contract.
func TestTypesHaveOneNumber(t *testing.T) {
	t.Parallel()
	tables, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]string{}
	for _, name := range tables.Enums["DocumentType"] {
		n := typeNumber(name)
		if strings.HasPrefix(name, "Edi") {
			if n != -1 {
				t.Errorf("%s has number %d", name, n)
			}
			continue
		}
		if n < 0 || seen[n] != "" || typeName(n) != name {
			t.Errorf("%s: number %d, which is %q and %q", name, n, seen[n], typeName(n))
		}
		seen[n] = name
	}
	for name, want := range map[string]int{"ServiceReceipt": 8, "RevocationOffer": 17, "GeneralTransferBuyer": 25, "ActOfVarianceSeller": 39, "GoodsTransportWaybillConsigneeTitle": 103} {
		if typeNumber(name) != want {
			t.Errorf("%s: %d, want %d", name, typeNumber(name), want)
		}
	}
	if typeName(3) != "" || typeName(-1) != "" || typeName(104) != "" || typeName(1000) != "" {
		t.Error("a number of no type has a name")
	}
}
