package report

import (
	"bytes"
	_ "embed"
	"encoding/xml"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
)

//go:embed page.html
var pageText string

// maxShown is how much of one body the page shows; the JSON report has all of it.
const maxShown = 64 << 10

// HTML writes one page for people: no network, no second file, filters by verdict and by words, fit for paper.
func (r Report) HTML(w io.Writer) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"slug":     func(v conformance.Verdict) string { return strings.ReplaceAll(string(v), " ", "-") },
		"took":     func(d time.Duration) string { return d.Round(time.Millisecond).String() },
		"day":      func(t time.Time) string { return t.Format(time.DateOnly) },
		"at":       func(t time.Time) string { return t.Format("2006-01-02 15:04:05 -07:00") },
		"body":     shown,
		"lines":    func(all []string) string { return printable(strings.Join(all, "\n")) },
		"groups":   groups,
		"by":       func(m conformance.Killed, id string) bool { return slices.Contains(m.By, id) },
		"bad":      Report.Bad,
		"verdicts": Verdicts,
	}).Parse(pageText)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, r); err != nil {
		return err
	}
	_, err = b.WriteTo(w)
	return err
}

// group is the cases of a group, in the order of the suite.
type group struct {
	Name    string
	Results []conformance.Result
}

func groups(s Suite) []group {
	var all []group
	for _, r := range s.Results {
		i := slices.IndexFunc(all, func(g group) bool { return g.Name == r.Case.Group })
		if i < 0 {
			i = len(all)
			all = append(all, group{Name: r.Case.Group})
		}
		all[i].Results = append(all[i].Results, r)
	}
	return all
}

// shown is a head and a body as people read them: the body indented if it is XML, cut where it is too long.
func shown(message []byte) string {
	head, body, ok := bytes.Cut(message, []byte("\r\n\r\n"))
	if !ok {
		head, body = nil, message
	}
	text := printable(string(cut(indented(body))))
	if len(head) > 0 {
		return printable(strings.ReplaceAll(string(head), "\r", "")) + "\n\n" + text
	}
	return text
}

func cut(b []byte) []byte {
	if len(b) <= maxShown {
		return b
	}
	return fmt.Appendf(slices.Clip(b[:maxShown]), "\n... %d bytes more, whole in the JSON report", len(b)-maxShown)
}

// indented is XML with one element per line; what is no XML, or too long, stays as it is.
func indented(body []byte) []byte {
	if len(body) > maxShown || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return body
	}
	in := xml.NewDecoder(bytes.NewReader(body))
	var out bytes.Buffer
	depth, at, behindEnd := 0, int64(0), false
	line := func(raw []byte) { fmt.Fprintf(&out, "\n%s%s", strings.Repeat("  ", min(depth, 40)), raw) }
	for {
		token, err := in.RawToken()
		if err == io.EOF { //nolint:errorlint // as encoding/xml gives it
			return bytes.TrimSpace(out.Bytes())
		}
		if err != nil {
			return body
		}
		raw := body[at:in.InputOffset()]
		at = in.InputOffset()
		switch token.(type) {
		case xml.StartElement:
			line(raw)
			depth, behindEnd = depth+1, false
		case xml.EndElement:
			depth = max(depth-1, 0)
			if behindEnd && len(raw) > 0 {
				line(raw)
			} else {
				out.Write(raw) // of <a/> there is no more
			}
			behindEnd = true
		case xml.CharData:
			out.Write(bytes.TrimSpace(raw))
		default:
			line(raw)
		}
	}
}
