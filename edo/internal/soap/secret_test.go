package soap

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/edokit/edokit/edo"
)

const ticket = "t0ken-7c3e-4d0a-9b53"

// leak finds four or more bytes of the beginning of a secret, or of a common spelling of it.
func leak(text string) string {
	for _, s := range []string{canary, ticket, canary[9:], ticket[6:]} {
		for _, spelt := range []string{s, html.EscapeString(s), url.QueryEscape(s), base64.StdEncoding.EncodeToString([]byte(s)), hex.EncodeToString([]byte(s))} {
			if strings.Contains(text, spelt) {
				return spelt
			}
		}
	}
	for _, s := range []string{canary, ticket} {
		for _, before := range []string{"", "x", "xx"} {
			inner := base64.StdEncoding.EncodeToString([]byte(before + s + "yyy"))
			if inner = inner[4 : len(inner)-8]; strings.Contains(text, inner) {
				return inner
			}
		}
		if strings.Contains(text, s[:4]) {
			return s[:4]
		}
	}
	return ""
}

// everything that one exchange leaves behind.
func traces(log *memory, err error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %+v\n", err, err)
	for e := err; e != nil; e = errors.Unwrap(e) {
		fmt.Fprintf(&b, "%s %#v\n", e, e)
	}
	var f *Fault
	if errors.As(err, &f) {
		fmt.Fprintf(&b, "%#v\n", *f)
	}
	for _, r := range log.requests {
		fmt.Fprintf(&b, "%s\n%s\n%#v\n", r.Head, r.Body.Text, r.Body.Holes)
	}
	for _, a := range log.answers {
		fmt.Fprintf(&b, "%s\n%s\n%s\n%#v\n%s\n", a.Head, a.Note, a.Body.Text, a.Body.Holes, a.Code)
	}
	return b.String()
}

// login is an answer that brings a token, and what else might hold one.
func login() map[string]string {
	escaped := "k4n4ry&amp;&lt;Zugang&gt;+ё7f3c"
	result := func(inside string) string {
		return envelope(`<SendResponse xmlns="` + service + `">` + inside + `</SendResponse>`)
	}
	return map[string]string{
		"token":             http11(200, typeXML, result("<SendResult>"+ticket+"</SendResult>")),
		"token in children": http11(200, typeXML, result("<SendResult><a>"+ticket+"</a>"+ticket+"</SendResult>")),
		"elsewhere too":     http11(200, typeXML, result("<a>"+ticket+"</a><SendResult>"+ticket+"</SendResult><b>"+ticket+"</b>")),
		"foreign space":     http11(200, typeXML, result(`<SendResult xmlns="q">`+ticket+"</SendResult>")),
		"as CDATA":          http11(200, typeXML, result("<SendResult><![CDATA["+ticket+"]]></SendResult>")),
		"fault":             http11(500, typeXML, typed("<Code>A</Code><Field>"+escaped+"</Field><Message>"+escaped+" "+url.QueryEscape(canary)+"</Message>")),
		"code":              http11(500, typeXML, typed("<Code>A</Code><Message>"+base64.StdEncoding.EncodeToString([]byte("x"+canary+"y"))+"</Message>")),
		"hidden":            http11(500, typeXML, typed("<Code>A</Code><Message>&#x6B;4n4ry&amp;&lt;Zugang&gt;+ё7f3c</Message>")),
		"page":              http11(502, "Content-Type: text/html\r\n", "<html>"+canary+" "+html.EscapeString(canary)+hex.EncodeToString([]byte(canary))+"</html>"),
		"garbage":           http11(200, typeXML, "\x00\x01"+canary+"\xff"+ticket),
		"head":              http11(200, typeXML+"X-Echo: "+url.QueryEscape(canary)+"\r\nSet-Cookie: a="+canary[:6]+"\r\n", ""),
		"doctype":           http11(200, typeXML, "<!DOCTYPE a [<!ENTITY b '"+escaped+"'>]>"+ticket),
		"gzip":              http11(200, typeXML+"Content-Encoding: gzip\r\n", ticket),
		"not HTTP":          "HTTP/9 " + canary + ticket + "\r\n\r\n",
	}
}

// relay lets one server and one client serve many cases, one after another.
type relay struct {
	edo.Journal
	reply string
}

func TestSecretsAtEveryOffset(t *testing.T) {
	t.Parallel()
	for name, reply := range login() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := len(reply) // where secrets begin
			for _, s := range []string{canary[:6], ticket[:6], "6b346e"} {
				if i := strings.Index(reply, s); i >= 0 {
					first = min(first, i)
				}
			}
			now := &relay{}
			srv := serve(t, func([]byte) string { return now.reply })
			c := client(t, srv.url, now, func(c *Config) { c.Limits.Answer, c.Limits.Text, c.Limits.Garbage = 1<<20, 1000, 1<<16 })
			for cut := range len(reply) + 1 {
				if cut%16 != 0 && cut < first-40 { // nothing secret yet: a few places will do
					continue
				}
				log := &memory{}
				now.reply, now.Journal = reply[:cut], log
				r := request()
				r.Secrets = []Name{in(service, "SendResult")}
				r.Answer = func(n *Node) error { _, err := n.Text(); return err }
				_, err := c.Do(t.Context(), r)
				if found := leak(traces(log, err)); found != "" {
					t.Fatalf("cut at %d: %q in\n%s", cut, found, traces(log, err))
				}
				if err == nil && cut < len(reply) || err != nil && !errors.As(err, new(*edo.Error)) && !errors.As(err, new(*Fault)) {
					t.Fatalf("cut at %d: %v", cut, err)
				}
			}
		})
	}
}

// TestSecretWords: an element is masked by a part of its name too; a broken answer that speaks of one is not kept, any
// other is.
func TestSecretWords(t *testing.T) {
	t.Parallel()
	inside := "<a>kept</a><HasTicket>true</HasTicket><b>true</b><Tickets><c>" + ticket + "</c></Tickets>"
	reply := http11(200, typeXML, envelope(`<SendResponse xmlns="`+service+`">`+inside+`</SendResponse>`))
	words := func(r *Request) { r.Words = []string{"ticket"} }
	for cut := strings.Index(reply, "<a>"); cut <= len(reply); cut++ {
		log := &memory{}
		_, _, err := ask(t, log, reply[:cut], words)
		text := string(log.answer(t).Body.Text)
		if found := leak(traces(log, err)); found != "" {
			t.Fatalf("cut at %d: %q in\n%s", cut, found, text)
		}
		whole, spoken := cut == len(reply), cut >= strings.Index(reply, "<HasTicket")+len("<HasTicket")
		if !whole && spoken != strings.Contains(text, "bytes not kept") {
			t.Fatalf("cut at %d: kept %q, %v", cut, text, err)
		}
		if whole && (err != nil || !strings.Contains(text, "<a>kept</a><HasTicket>[secret]</HasTicket><b>true</b><Tickets>[secret]</Tickets>")) {
			t.Fatalf("%v: kept %q", err, text)
		}
	}
}

// Without a token to come, a broken answer is kept, and only what is live is masked: also half of it at the end.
func TestEchoedSecretInABrokenAnswer(t *testing.T) {
	t.Parallel()
	reply := http11(500, "Content-Type: text/html\r\n", "<p>token "+canary+" is not valid")
	for cut := strings.Index(reply, "<p>") + 9; cut <= len(reply); cut++ {
		log := &memory{}
		_, _, err := ask(t, log, reply[:cut])
		if found := leak(traces(log, err)); found != "" {
			t.Fatalf("cut at %d: %q in\n%s", cut, found, traces(log, err))
		}
		if !strings.HasPrefix(string(log.answer(t).Body.Text), "<p>token ") {
			t.Fatalf("kept %q", log.answer(t).Body.Text)
		}
	}
}

// What can be known of a secret answer can be rebuilt.
func TestRebuildWithSecrets(t *testing.T) {
	t.Parallel()
	reply := login()["elsewhere too"]
	log := &memory{}
	got := ""
	_, _, err := ask(t, log, reply, func(r *Request) {
		r.Secrets = []Name{in(service, "SendResult")}
		r.Answer = func(n *Node) (err error) { got, err = n.Text(); return err }
	})
	_, body, _ := strings.Cut(reply, "\r\n\r\n")
	if rebuilt := log.rebuild(t, log.answer(t).Body, map[string]string{"SendResult": ticket}); err != nil || got != ticket || rebuilt != body {
		t.Errorf("%v: %q, rebuilt %q", err, got, rebuilt)
	}
}

// Where nobody can look for a secret, only digest and length are kept.
func TestWithheld(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{
		"short secret": http11(500, "", "pin 123 is wrong"),
		"encoded":      http11(200, typeXML+"Content-Encoding: br\r\n", "pin 456 is wrong"),
		"not text":     http11(500, "", "pin 456 \x00s wrong"),
		"not UTF-8":    http11(500, "", "pin 456 \xFFs wrong"),
	} {
		log := &memory{}
		_, _, err := ask(t, log, reply, func(r *Request) {
			r.Body = NewBody(in(service, "Send"))
			r.Body.Secret(in(service, "pin"), edo.NewSecret(map[bool]string{true: "123", false: "a long pin"}[name == "short secret"]))
		})
		if a := log.answer(t); err == nil || a.Size != 16 || a.Digest.IsZero() || !strings.Contains(string(a.Body.Text), "16 bytes not kept") {
			t.Errorf("%s: kept %q", name, a.Body.Text)
		}
	}
}

func FuzzMasker(f *testing.F) {
	f.Add([]byte("before "+ticket+" after"), true)
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte("ab"+ticket))), false)
	f.Add([]byte(ticket[:7]), true)
	f.Add([]byte(ticket+ticket[3:]+ticket), false)
	f.Fuzz(func(t *testing.T, p []byte, cut bool) {
		scrub := newScrubber([]live{{"t", ticket}})
		hole := withHole(edo.Masked{Text: append([]byte{}, p...)}, secretMark, edo.Hole{Kind: edo.HoleSecret, Name: "s"})
		hole.Text = append(hole.Text, p...)
		m := scrub.masked(hole, cut)
		if bytes.Contains(m.Text, []byte(ticket)) || cut && bytes.HasSuffix(m.Text, []byte(ticket[:8])) {
			t.Fatalf("%q", m.Text)
		}
		at := 0
		for _, h := range m.Holes {
			if h.Start < at || h.End > len(m.Text) || string(m.Text[h.Start:h.End]) != secretMark {
				t.Fatalf("hole %+v in %q", h, m.Text)
			}
			at = h.End
		}
	})
}
