package canary

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
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
