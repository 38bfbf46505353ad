package report

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/edokit/edokit/conformance"
)

type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      string      `xml:"time,attr"` // seconds
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Time    string     `xml:"time,attr"`
		Failure *junitText `xml:"failure"`
		Error   *junitText `xml:"error"`
		Skipped *junitText `xml:"skipped"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes what build servers read. A known fault is a skipped case there, one that has gone a failure.
func (r Report) JUnit(w io.Writer) error {
	var out junitSuites
	for _, s := range r.Suites {
		js := junitSuite{Name: s.Name, Tests: len(s.Results), Timestamp: r.Began.UTC().Format(time.RFC3339)}
		var took time.Duration
		for _, one := range s.Results {
			took += one.Took
			c := junitCase{Class: s.Name + "." + strings.ReplaceAll(one.Case.Group, " ", "-"), Name: one.Case.ID, Time: seconds(one.Took)}
			text := &junitText{Message: printable(one.Case.Says), Text: printable(one.Text())}
			switch one.Verdict {
			case conformance.Fail:
				c.Failure, js.Failures = text, js.Failures+1
			case conformance.UnexpectedPass:
				text.Text = "it passes now: strike it out of the list of known faults (" + one.Known.Reason + ")"
				c.Failure, js.Failures = text, js.Failures+1
			case conformance.Broken:
				c.Error, js.Errors = text, js.Errors+1
			case conformance.ExpectedFail:
				text.Message = printable("known: " + one.Known.Reason)
				c.Skipped, js.Skipped = text, js.Skipped+1
			case conformance.Skip:
				c.Skipped, js.Skipped = text, js.Skipped+1
			case conformance.Pass:
			}
			js.Cases = append(js.Cases, c)
		}
		js.Time = seconds(took)
		out.Suites = append(out.Suites, js)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// printable leaves out what XML and a page cannot hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || (unicode.IsControl(r) && r != '\n' && r != '\t') {
			return '\u00b7'
		}
		return r
	}, s)
}
