package soap

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"sort"
	"strings"
	"unicode/utf16"

	"github.com/edokit/edokit/edo"
)

// shortSecret is the length below which a secret occurs by chance; text that must be searched for one is not kept.
const shortSecret = 4

// form is one way a secret may be written.
type form struct{ name, text string }

// forms are the spellings that servers and proxies echo. The first one is how it stands in XML.
func (l live) forms() []form {
	raw := l.value
	escaped := string(appendEscaped(nil, raw))
	quoted, _ := json.Marshal(raw)
	wide := utf16.Encode([]rune(raw))
	little, big := make([]byte, 0, 2*len(wide)), make([]byte, 0, 2*len(wide))
	for _, u := range wide {
		little = append(little, byte(u), byte(u>>8))
		big = append(big, byte(u>>8), byte(u))
	}
	query, path := url.QueryEscape(raw), url.PathEscape(raw)
	all := []form{
		{"", escaped},
		{"raw", raw},
		{"html", html.EscapeString(raw)},
		{"upper", strings.ToUpper(raw)},
		{"lower", strings.ToLower(raw)},
		{"query", query},
		{"query-lower", lowerEscapes(query)},
		{"path", path},
		{"path-lower", lowerEscapes(path)},
		{"json", strings.Trim(string(quoted), `"`)},
		{"hex", hex.EncodeToString([]byte(raw))},
		{"hex-upper", strings.ToUpper(hex.EncodeToString([]byte(raw)))},
		{"utf16le", string(little)},
		{"utf16be", string(big)},
	}
	for shift := range 3 {
		all = append(all, form{fmt.Sprintf("base64-%d", shift), core(base64.RawStdEncoding, raw, shift)},
			form{fmt.Sprintf("base64url-%d", shift), core(base64.RawURLEncoding, raw, shift)})
	}
	return distinctForms(all)
}

// core is the part of a base64 text that does not depend on what stands around the secret.
func core(enc *base64.Encoding, raw string, shift int) string {
	text := enc.EncodeToString(append(make([]byte, shift), raw...))
	from := (shift*8 + 5) / 6
	to := (shift + len(raw)) * 8 / 6
	if to-from < 6 { // would match by chance
		return ""
	}
	return text[from:to]
}

func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:], bytes.ToLower(b[i:i+3]))
		}
	}
	return string(b)
}

func distinctForms(all []form) []form {
	seen, kept := map[string]bool{"": true}, all[:0]
	for _, f := range all {
		if !seen[f.text] {
			seen[f.text] = true
			kept = append(kept, f)
		}
	}
	return kept
}

// scrubber finds live secrets in text that is about to be kept.
type scrubber struct {
	forms []form // name includes the secret's
	short bool   // one is too short to search for
}

func newScrubber(secrets []live) *scrubber {
	s := &scrubber{}
	for _, l := range secrets {
		if l.value == "" {
			continue
		}
		s.short = s.short || len(l.value) < shortSecret
		for _, f := range l.forms() {
			if len(f.text) < shortSecret {
				continue
			}
			if f.name != "" {
				f.name = l.name + ";" + f.name
			} else {
				f.name = l.name
			}
			s.forms = append(s.forms, f)
		}
	}
	return s
}

// masked replaces every secret by a hole. cut says that the text may end inside one.
func (s *scrubber) masked(m edo.Masked, cut bool) edo.Masked {
	found := s.find(m.Text)
	if cut {
		found = s.cutOff(m.Text, found)
	}
	if len(found) == 0 {
		return m
	}
	return merge(m, found)
}

// text is for one line: a header, a fault's field.
func (s *scrubber) text(line string) string {
	m := s.masked(edo.Masked{Text: []byte(line)}, false)
	return string(m.Text)
}

// find gives the places of all forms, longest first where they overlap.
func (s *scrubber) find(text []byte) []edo.Hole {
	var found []edo.Hole
	for _, f := range s.forms {
		for at := 0; ; {
			i := bytes.Index(text[at:], []byte(f.text))
			if i < 0 {
				break
			}
			found = append(found, edo.Hole{Start: at + i, End: at + i + len(f.text), Kind: edo.HoleSecret, Name: f.name})
			at += i + len(f.text)
		}
	}
	return found
}

// cutOff also finds the beginning of a secret at the very end.
func (s *scrubber) cutOff(text []byte, found []edo.Hole) []edo.Hole {
	for _, f := range s.forms {
		for n := min(len(f.text)-1, len(text)); n >= shortSecret; n-- {
			if bytes.HasSuffix(text, []byte(f.text[:n])) {
				found = append(found, edo.Hole{Start: len(text) - n, End: len(text), Kind: edo.HoleSecret, Name: f.name})
				break
			}
		}
	}
	return found
}

// merge puts placeholders for the found places among the holes there are. A place that overlaps another is joined with
// it, and one that touches a hole ends there.
func merge(m edo.Masked, found []edo.Hole) edo.Masked {
	sort.SliceStable(found, func(i, j int) bool {
		if found[i].Start != found[j].Start {
			return found[i].Start < found[j].Start
		}
		return found[i].End > found[j].End
	})
	out, at, old := edo.Masked{}, 0, m.Holes
	move := func(to int) { // text and holes up to a place
		for len(old) > 0 && old[0].End <= to {
			h := old[0]
			old = old[1:]
			if h.Start < at {
				continue
			}
			out.Text = append(out.Text, m.Text[at:h.Start]...)
			at = h.End
			out = withHole(out, string(m.Text[h.Start:h.End]), h)
		}
		if to > at {
			out.Text = append(out.Text, m.Text[at:to]...)
			at = to
		}
	}
	for i := 0; i < len(found); i++ {
		f := found[i]
		for i+1 < len(found) && found[i+1].Start < f.End {
			i++
			if found[i].End > f.End {
				f.End, f.Name = found[i].End, f.Name+"+"
			}
		}
		if overlaps(m.Holes, f) {
			continue
		}
		move(f.Start)
		at = f.End
		out = withHole(out, secretMark, edo.Hole{Kind: edo.HoleSecret, Name: f.Name})
	}
	move(len(m.Text))
	return out
}

// overlaps: a placeholder is our own text and holds no secret; what runs into one is a chance match of its words.
func overlaps(holes []edo.Hole, f edo.Hole) bool {
	i := sort.Search(len(holes), func(i int) bool { return holes[i].End > f.Start })
	return i < len(holes) && holes[i].Start < f.End
}

// hides reports whether a secret still stands in the text behind character references, comments or CDATA.
func (s *scrubber) hides(text []byte) bool {
	if !bytes.ContainsAny(text, "&!") {
		return false
	}
	plain := html.UnescapeString(withoutMarks(string(text)))
	return len(s.find([]byte(plain))) > 0
}

func withoutMarks(text string) string {
	text = strings.NewReplacer("<![CDATA[", "", "]]>", "").Replace(text)
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "<!--")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		_, text, _ = strings.Cut(rest, "-->")
	}
}

// withheld stands for text that cannot be kept safely. Its digest and size are those of the answer.
func withheld(size int64) edo.Masked {
	return withHole(edo.Masked{}, fmt.Sprintf("[%d bytes not kept: they may hold a secret]", size), edo.Hole{Kind: edo.HoleSecret, Name: "withheld", Size: size})
}
