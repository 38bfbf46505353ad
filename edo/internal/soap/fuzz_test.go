package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// seen writes down what a reader of an answer sees: names, text, attributes that decide.
func seen(n *Node) (string, error) {
	tree, err := n.Tree()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, e := range append(tree.FindElements(".//*"), tree) {
		b.WriteString("{" + e.NamespaceURI() + "}" + e.Tag + "=" + e.Text() + "\n")
	}
	return b.String(), nil
}

// What the strict reader accepts, encoding/xml accepts too and sees the same scalars; the tap gives back every byte; it
// does not matter how the bytes come.
func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(success("<a:Id b='&lt;'>1&#1078;<![CDATA[<]]></a:Id><a:Content>AAAA</a:Content><a:Content>\nAA==</a:Content>")))
	f.Add([]byte("\xEF\xBB\xBF" + fault("<detail><!-- --><?a b?></detail>")))
	f.Add([]byte(envelope("<s:Fault/>") + "<!DOCTYPE a>"))
	f.Add([]byte(`<?xml version="1.0" encoding="utf-8" standalone='yes'?>` + "<a xmlns='q' xmlns:b=\"r\"><b:c i=''>]]&gt;</b:c></a>\r\n"))
	client := &Client{config: Config{FaultDetail: in(faults, "Problem")}}
	f.Fuzz(func(t *testing.T, p []byte) {
		var views [2]string
		for i, r := range []io.Reader{bytes.NewReader(p), iotest.OneByteReader(bytes.NewReader(p))} {
			log := &memory{}
			s := newScanner(r, Limits{Text: 1000}.withDefaults(), tapOf(t, log), make([]byte, window))
			x := &exchange{request: &Request{Operation: "Send"}}
			result := ""
			x.request.Body = NewBody(in(service, "Send"))
			x.request.Answer = func(n *Node) (err error) {
				return n.Fields(map[Name]func(*Node) error{
					in(model, "Id"):      func(c *Node) error { v, err := c.Text(); result += v; return err },
					in(model, "Content"): func(c *Node) error { _, _, err := c.Content(io.Discard); return err },
				})
			}
			x.client = client
			fault, err := x.parse(s)
			if err != nil {
				s.drain()
			}
			if err != nil && !errors.As(err, new(*refusal)) && !errors.Is(err, errCut) {
				t.Fatalf("untyped %v", err)
			}
			if fault != nil {
				result += fault.Code + fault.Field + fault.Message
			}
			if log.rebuild(t, s.tap.masked, nil) != string(p) {
				t.Fatalf("%v: kept %q of %q", err, s.tap.masked.Text, p)
			}
			views[i] = result
			if err != nil {
				views[i] = "refused"
			} else if !wellFormed(p) {
				t.Fatalf("accepted %q", p)
			}
		}
		if views[0] != views[1] {
			t.Fatalf("%q and %q", views[0], views[1])
		}
	})
}

func wellFormed(p []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(p, []byte("\xEF\xBB\xBF"))))
	for {
		if _, err := d.Token(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// FuzzScalars compares what both readers see of any document that the strict one accepts.
func FuzzScalars(f *testing.F) {
	f.Add([]byte("<a>1<b>2&amp;</b>\r\n3<c xmlns='q'><![CDATA[<]]></c></a>"))
	f.Add([]byte("<p:a xmlns:p='r'><p:b xmlns:p='s'/>&#xD;&#13;\r</p:a>"))
	f.Fuzz(func(t *testing.T, p []byte) {
		s := newScanner(bytes.NewReader(p), Limits{}.withDefaults(), nil, make([]byte, window))
		s.prolog()
		if s.next(blank) != tokenStart || s.err != nil {
			return
		}
		ours, err := seen(s.node())
		if err != nil || s.next(blank) != tokenEOF || s.err != nil {
			return
		}
		var theirs element2
		if err := xml.Unmarshal(bytes.TrimPrefix(p, []byte("\xEF\xBB\xBF")), &theirs); err != nil {
			t.Fatalf("accepted %q: %v", p, err)
		}
		if n := strings.Count(ours, "{"); n < theirs.count() {
			t.Fatalf("%q: %d elements, %d", p, n, theirs.count())
		}
		if theirs.leaf() && !strings.HasSuffix(ours, "="+theirs.Text+"\n") {
			t.Fatalf("%q: %q, %q", p, ours, theirs.Text)
		}
	})
}

// element2 is an element as encoding/xml sees it.
type element2 struct {
	Text     string     `xml:",chardata"`
	Children []element2 `xml:",any"`
}

func (e element2) leaf() bool { return len(e.Children) == 0 }

func (e element2) count() int {
	n := 1
	for _, c := range e.Children {
		n += c.count()
	}
	return n
}

func FuzzFault(f *testing.F) {
	f.Add([]byte("<Code>Unauthorized</Code><Field>authToken</Field><Message>m</Message>"))
	f.Add([]byte("<a><b/></a><Code xmlns='q'>A</Code>"))
	f.Add([]byte("\xd3<")) // half a character once stopped the reader without an error
	client := &Client{config: Config{FaultDetail: in(faults, "Problem")}}
	f.Fuzz(func(t *testing.T, p []byte) {
		srv := strings.NewReader(typed(string(p)))
		s := newScanner(srv, Limits{}.withDefaults(), nil, make([]byte, window))
		x := &exchange{request: &Request{Operation: "Send", Body: NewBody(in(service, "Send"))}, client: client}
		got, err := x.parse(s)
		switch {
		case err != nil && !errors.As(err, new(*refusal)) && !errors.Is(err, errCut):
			t.Fatal(err)
		case err == nil && got == nil:
			t.Fatal("neither fault nor error")
		case err == nil && (got.Shape == Typed) != (got.Code != ""):
			t.Fatalf("%+v", got)
		}
	})
}
