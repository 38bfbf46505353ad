package canary

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

// TestScanFinds keeps the scan honest: every spelling that is planted is found, nothing else is.
func TestScanFinds(t *testing.T) {
	t.Parallel()
	secret := Secret("probe") + ` 7&<й>`
	here, other := scanner(t, secret), scanner(t, secret+"2")
	planted := map[string]string{}
	for name, text := range spellings(secret) {
		planted["spelling "+name] = "before " + string(text) + " after"
	}
	for name, text := range map[string]string{
		"base64": base64.StdEncoding.EncodeToString([]byte("<a>" + secret)), "base64 1": base64.StdEncoding.EncodeToString([]byte("<ab>" + secret)),
		"base64 2": base64.StdEncoding.EncodeToString([]byte("<abc>" + secret)), "query": "?p=" + url.QueryEscape(secret), "hex": fmt.Sprintf("%x", secret),
		"HEX": fmt.Sprintf("%X", secret), "Go": fmt.Sprintf("%q", secret), "Go value": fmt.Sprintf("%+q", secret), "bytes": fmt.Sprint([]byte("<" + secret)),
	} {
		planted[name] = text
	}
	for _, how := range []string{"gzip", "zlib", "zip"} {
		planted[how] = "noise\x1f\x8b" + packed(t, how, "<password>"+secret+"</password>") + "noise"
		planted[how+" in gzip"] = packed(t, "gzip", packed(t, how, secret))
		planted[how+" cut short"] = string([]byte(packed(t, how, secret+noise()))[:3000])
	}
	for name, text := range planted {
		if len(here.Find([]byte(text))) == 0 {
			t.Errorf("%s is not found", name)
		}
		if found := other.Find([]byte(text)); len(found) != 0 {
			t.Errorf("%s: found what is not there: %q", name, found)
		}
	}
}

// noise does not get smaller when it is packed.
func noise() string {
	var b bytes.Buffer
	for range 400 {
		b.WriteString(Secret(""))
	}
	return b.String()
}

func scanner(t *testing.T, secret string) *Scanner {
	t.Helper()
	s, err := New(map[string]string{"secret": secret})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func packed(t *testing.T, how, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	var archive *zip.Writer
	switch how {
	case "zlib":
		w = zlib.NewWriter(&b)
	case "zip":
		archive = zip.NewWriter(&b)
		entry, err := archive.Create("entry.xml")
		if err != nil {
			t.Fatal(err)
		}
		w = struct {
			io.Writer
			io.Closer
		}{entry, archive}
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFolder(t *testing.T) {
	t.Parallel()
	secret := Secret("file")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "edokit.db-wal"), []byte("\x00page"+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, leaks, err := scanner(t, secret).Folder(dir); n != 1 || len(leaks) == 0 || err != nil {
		t.Errorf("%d files, %q, %v", n, leaks, err)
	}
	if n, leaks, err := scanner(t, Secret("file")).Folder(dir); n != 1 || len(leaks) != 0 || err != nil {
		t.Errorf("%d files, %q, %v", n, leaks, err)
	}
	if _, err := New(map[string]string{"short": "1234"}); err == nil {
		t.Error("a secret of four bytes is searched for")
	}
}

// FuzzFind: whatever the text, a scan ends and finds what stands in it.
func FuzzFind(f *testing.F) {
	f.Add([]byte("text"), false)
	f.Add([]byte{0x1F, 0x8B, 8, 0, 0, 0, 0, 0}, true)
	f.Add([]byte{0x78, 0x9C, 1, 2, 3, 4, 5, 6, 7, 8}, true)
	f.Add([]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), false)
	secret := Secret("fuzz")
	s, err := New(map[string]string{"secret": secret})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte, plant bool) {
		if plant {
			text = append(text, secret...)
		}
		if found := s.Find(text); (len(found) > 0) != plant {
			t.Errorf("%q", found)
		}
	})
}
