package crash_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// spellings are the ways in which a secret may stand somewhere, by name.
func spellings(secret string) map[string][]byte {
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(secret)) // a buffer takes everything
	quoted, _ := json.Marshal(secret)            // a string can be marshalled
	var plainJSON bytes.Buffer
	enc := json.NewEncoder(&plainJSON)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(secret)
	hexed := hex.EncodeToString([]byte(secret))
	units := utf16.Encode([]rune(secret))
	little, _ := binary.Append(nil, binary.LittleEndian, units)
	bigEnd, _ := binary.Append(nil, binary.BigEndian, units)
	all := map[string]string{
		"raw": secret, "XML": escaped.String(), "XML, named": html.EscapeString(secret),
		"XML, least": strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(secret),
		"JSON":       strings.Trim(string(quoted), `"`), "JSON, as it is": strings.Trim(strings.TrimSpace(plainJSON.String()), `"`),
		"Go": strings.Trim(strconv.Quote(secret), `"`), "Go, ASCII": strings.Trim(strconv.QuoteToASCII(secret), `"`),
		"query": url.QueryEscape(secret), "path": url.PathEscape(secret), "query, lower": lower(url.QueryEscape(secret)), "path, lower": lower(url.PathEscape(secret)),
		"hex": hexed, "HEX": strings.ToUpper(hexed), "UTF-16LE": string(little), "UTF-16BE": string(bigEnd),
		"decimal": strings.Trim(fmt.Sprint([]byte(secret)), "[]"),
	}
	for shift := range 3 {
		raw := append(make([]byte, shift), secret...)
		from, to := (shift*8+5)/6, len(raw)*8/6 // characters that only the secret decides
		all[fmt.Sprintf("base64 %d", shift)] = base64.RawStdEncoding.EncodeToString(raw)[from:to]
		all[fmt.Sprintf("base64 URL %d", shift)] = base64.RawURLEncoding.EncodeToString(raw)[from:to]
	}
	out := map[string][]byte{}
	for name, text := range all {
		out[name] = []byte(text)
	}
	return out
}

// lower writes escapes as %d0 instead of %D0.
func lower(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:], bytes.ToLower(b[i:i+3]))
		}
	}
	return string(b)
}

// needle is one spelling of one secret.
type needle struct {
	name string
	text []byte
}

// scanner finds many needles in one pass: texts are long, and there are a thousand spellings.
type scanner struct {
	pairs [1 << 16]bool       // beginnings of two bytes
	begin map[uint64][]needle // by the first eight bytes
}

// headSize is how many bytes of a needle are looked up; a shorter one would be found by chance.
const headSize = 8

func newScanner(t testing.TB, secrets map[string]string) *scanner {
	t.Helper()
	s := &scanner{begin: map[uint64][]needle{}}
	for name, secret := range secrets {
		for how, text := range spellings(secret) {
			if len(text) < headSize {
				t.Fatalf("%s (%s) is too short to be searched for", name, how)
			}
			s.pairs[binary.LittleEndian.Uint16(text)] = true
			first := binary.LittleEndian.Uint64(text)
			s.begin[first] = append(s.begin[first], needle{fmt.Sprintf("%s (%s)", name, how), text})
		}
	}
	return s
}

// find says which spellings of which secrets stand in the text.
func (s *scanner) find(text []byte) []string {
	var found []string
	for i := 0; i+headSize <= len(text); i++ {
		if !s.pairs[binary.LittleEndian.Uint16(text[i:])] {
			continue
		}
		for _, n := range s.begin[binary.LittleEndian.Uint64(text[i:])] {
			if bytes.HasPrefix(text[i:], n.text) {
				found = append(found, fmt.Sprintf("%s at %d", n.name, i))
			}
		}
	}
	return found
}

// folder looks for secrets in every file and in every file name.
func (s *scanner) folder(t *testing.T, dir string) (files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, leak := range s.find(append(text, path...)) {
			t.Errorf("%s: %s", path, leak)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestScanFinds keeps the scan honest: every spelling that is planted is found.
func TestScanFinds(t *testing.T) {
	t.Parallel()
	const secret = `Пароль "7&<й>' №` // nothing of it stands for itself in every spelling
	here, other := newScanner(t, map[string]string{"secret": secret}), newScanner(t, map[string]string{"secret": secret + "2"})
	for name, text := range map[string]string{
		"raw": "x" + secret + "y", "base64": base64.StdEncoding.EncodeToString([]byte("<a>" + secret)), "base64 1": base64.StdEncoding.EncodeToString([]byte("<ab>" + secret)),
		"base64 2": base64.StdEncoding.EncodeToString([]byte("<abc>" + secret)), "query": "?p=" + url.QueryEscape(secret), "hex": fmt.Sprintf("%x", secret),
		"Go": fmt.Sprintf("%q", secret), "Go value": fmt.Sprintf("%+q", secret), "bytes": fmt.Sprint([]byte("<" + secret)),
		"numbers": `Пароль &#34;7&amp;&lt;й&gt;&#39; №`,
	} {
		if len(here.find([]byte(text))) == 0 {
			t.Errorf("%s is not found", name)
		}
		if found := other.find([]byte(text)); len(found) != 0 {
			t.Errorf("%s: found what is not there: %q", name, found)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "edokit.db-wal"), []byte("\x00page"+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := other.folder(t, dir); n != 1 {
		t.Errorf("%d files", n)
	}
}
