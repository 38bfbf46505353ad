package soap

import (
	"errors"
	"strings"
	"testing"

	"github.com/edokit/edokit/edo"
)

// ask sends one request to a server that gives this answer, and reads Id as a scalar and Content as content.
func ask(t *testing.T, j edo.Journal, reply string, change ...func(*Request)) (id string, sent *server, err error) {
	t.Helper()
	srv := serve(t, func([]byte) string { return reply })
	r := request()
	var content strings.Builder
	r.Answer = func(n *Node) error {
		return n.Fields(map[Name]func(*Node) error{
			in(model, "Id"):      func(c *Node) (err error) { id, err = c.Text(); return err },
			in(model, "Content"): func(c *Node) (err error) { _, _, err = c.Content(&content); return err },
		})
	}
	for _, f := range change {
		f(&r)
	}
	_, err = client(t, srv.url, j, func(c *Config) { c.Limits.Answer, c.Limits.Text, c.Limits.Garbage = 1<<20, 1000, 1<<16 }).Do(t.Context(), r)
	return id, srv, err
}

func TestRefusedAnswers(t *testing.T) {
	t.Parallel()
	id := func(s string) string { return success("<a:Id>" + s + "</a:Id>") }
	valid := id("1")
	for name, tc := range map[string]struct{ body, says string }{
		"doctype":                 {strings.Replace(valid, "<s:Env", "<!DOCTYPE a><s:Env", 1), "a DOCTYPE"},
		"entities":                {strings.Replace(valid, "<s:Env", `<!DOCTYPE a [<!ENTITY b "c">]><s:Env`, 1), "a DOCTYPE"},
		"unknown entity":          {id("&b;"), "an unknown entity"},
		"comment in value":        {id("1<!-- -->2"), "a comment inside a value"},
		"instruction in value":    {id("1<?a b?>2"), "a processing instruction inside a value"},
		"element in value":        {id("1<a:b/>"), "an element inside a value"},
		"duplicate scalar":        {success("<a:Id>1</a:Id><a:Id>1</a:Id>"), "a duplicate element"},
		"foreign namespace":       {success(`<Id>1</Id>`), "a foreign namespace"},
		"no namespace":            {success(`<Id xmlns="">1</Id>`), "a foreign namespace"},
		"two roots":               {valid + "<a/>", "a second root element"},
		"text after root":         {valid + "x", "text between elements"},
		"reference after root":    {valid + "&#32;", "text between elements"},
		"CDATA after root":        {valid + "<![CDATA[ ]]>", "text between elements"},
		"text before root":        {"x" + valid, "text between elements"},
		"space before XML":        {" " + valid, "an XML declaration that is not at the beginning"},
		"text between elements":   {success("x<a:Id>1</a:Id>"), "text between elements"},
		"surrogate reference":     {id("&#xD800;"), "a reference to an invalid character"},
		"NUL reference":           {id("&#0;"), "a reference to an invalid character"},
		"too large reference":     {id("&#x110000;"), "a reference to an invalid character"},
		"huge reference":          {id("&#99999999;"), "a reference to an invalid character"},
		"malformed reference":     {id("&#x;"), "an unknown entity"},
		"NUL":                     {id("\x00"), "an invalid character"},
		"U+FFFE":                  {id("\uFFFE"), "an invalid character"},
		"not UTF-8":               {id("\xC3("), "an invalid character"},
		"half a character":        {id("\xD3"), "an invalid character"},
		"half a character at end": {strings.SplitAfter(id("1\xD3"), "\xD3")[0], "an invalid character"},
		"surrogate in UTF-8":      {id("\xED\xA0\x80"), "an invalid character"},
		"not UTF-8 when skipped":  {success("<a:x>\xFF</a:x>"), "an invalid character"},
		"undeclared prefix":       {success("<b:Id>1</b:Id>"), "an undeclared prefix"},
		"undeclared attribute":    {success(`<a:Id b:c="">1</a:Id>`), "an undeclared prefix"},
		"undeclared type":         {success(`<a:x i:type="q:Id"/>`), "an undeclared prefix"},
		"duplicate attribute":     {success(`<a:Id b="" b="">1</a:Id>`), "a duplicate attribute"},
		"duplicate by namespace":  {success(`<a:Id xmlns:z="` + model + `" a:b="" z:b="">1</a:Id>`), "a duplicate attribute"},
		"duplicate declaration":   {success(`<a:Id xmlns:z="q" xmlns:z="q">1</a:Id>`), "a duplicate attribute"},
		"undeclaring a prefix":    {success(`<a:Id xmlns:z="">1</a:Id>`), "a forbidden namespace declaration"},
		"rebinding xml":           {success(`<a:Id xmlns:xml="q">1</a:Id>`), "a forbidden namespace declaration"},
		"no quotes":               {success(`<a:Id b=c>1</a:Id>`), "an attribute without quotes"},
		"< in attribute":          {success(`<a:Id b="<">1</a:Id>`), "a < inside an attribute"},
		"no space":                {success(`<a:Id b=""c="">1</a:Id>`), "a malformed tag"},
		"two colons":              {success(`<a:b:c/>`), "a malformed tag"},
		"digit name":              {success(`<a:1/>`), "a malformed name"},
		"]]> in text":             {id("]]>"), "]]> outside"},
		"-- in comment":           {success("<!-- -- -->"), "-- inside a comment"},
		"wrong end tag":           {success("<a:Id>1</a:Ib>"), "an end tag that does not fit"},
		"other prefix in end tag": {success(`<a:Id xmlns:z="` + model + `">1</z:Id>`), "an end tag that does not fit"},
		"depth":                   {success(strings.Repeat("<a:x>", 70) + strings.Repeat("</a:x>", 70)), "nested deeper"},
		"a million deep":          {success(strings.Repeat("<x>", 300_000)), "nested deeper"},
		"attributes":              {success("<a:x" + attributes(65) + "/>"), "more attributes"},
		"namespaces":              {success("<a:x" + strings.ReplaceAll(attributes(63), " b", " xmlns:b") + "/>"), "more namespaces"},
		"long attributes":         {success(`<a:x b="` + strings.Repeat("c", 70_000) + `"/>`), "attributes longer"},
		"long name":               {success("<a:" + strings.Repeat("x", 300) + "/>"), "a name longer"},
		"long text":               {id(strings.Repeat("x", 1001)), "a text longer"},
		"much text":               {success("<a:x>" + strings.Repeat("x", 1<<20) + "</a:x>"), "more text"},
		"windows-1251":            {strings.Replace(valid, "utf-8", "windows-1251", 1), "an encoding other"},
		"XML 1.1":                 {strings.Replace(valid, "1.0", "1.1", 1), "an XML version"},
		"declaration":             {strings.Replace(valid, "version=", "", 1), "an XML declaration"},
		"SOAP 1.2":                {strings.Replace(valid, envelopeSpace, "http://www.w3.org/2003/05/soap-envelope", 1), "no SOAP 1.1 envelope"},
		"another operation":       {strings.ReplaceAll(valid, "SendResponse", "PrintResponse"), "an answer to another operation"},
		"foreign operation":       {strings.Replace(valid, service+`"`, `q"`, 1), "an answer to another operation"},
		"two results":             {envelope(`<SendResponse xmlns="` + service + `"><SendResult/><SendResult/></SendResponse>`), "a duplicate element"},
		"two body entries":        {envelope(`<SendResponse xmlns="` + service + `"/><SendResponse xmlns="` + service + `"/>`), "a second element in soap:Body"},
		"empty body":              {envelope(""), "an empty soap:Body"},
		"no body":                 {`<s:Envelope xmlns:s="` + envelopeSpace + `"/>`, "no soap:Body"},
		"two bodies":              {strings.Replace(valid, "</s:Body>", "</s:Body><s:Body/>", 1), "not expected in an envelope"},
		"mustUnderstand":          {strings.Replace(valid, "<s:Body>", `<s:Header><h xmlns="q" s:mustUnderstand="1"/></s:Header><s:Body>`, 1), "must be understood"},
		"nil with content":        {success(`<a:Content i:nil="true">AAAA</a:Content>`), "text between elements"},
		"odd nil":                 {success(`<a:Id i:nil="True"/>`), "neither true nor false"},
		"entity in content":       {success("<a:Content>AA&#65;A</a:Content>"), "not base64"},
		"CDATA in content":        {success("<a:Content><![CDATA[AAAA]]></a:Content>"), "text between elements"},
		"element in content":      {success("<a:Content>AAAA<a:b/></a:Content>"), "an element inside a value"},
		"not base64":              {success("<a:Content>!!!!</a:Content>"), "not base64"},
		"data after padding":      {success("<a:Content>AA==AAAA</a:Content>"), "not base64"},
		"url alphabet":            {success("<a:Content>A-_A</a:Content>"), "not base64"},
		"one character left":      {success("<a:Content>AAAAA</a:Content>"), "not base64"},
		"truncated":               {valid[:len(valid)-3], "ends too early"},
		"empty":                   {"", "ends too early"},
		"html":                    {"<html><body>Service Unavailable</body></html>", "no SOAP 1.1 envelope"},
		"not XML":                 {"Service Unavailable", "text between elements"},
		"json":                    {`{"a":1}`, "text between elements"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			_, srv, err := ask(t, log, http11(200, typeXML, tc.body))
			if edo.KindOf(err) != edo.InDoubt || !errors.Is(err, edo.AnswerUnreadable) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v", err)
			}
			a := log.answer(t)
			if a.Outcome != edo.OutcomeUnreadable || a.Size != int64(len(tc.body)) || !strings.Contains(a.Note, tc.says) {
				t.Errorf("row: %s, %d bytes, %q", a.Outcome, a.Size, a.Note)
			}
			if got := string(a.Body.Text); len(tc.body) < 1<<16 && !strings.Contains(got, "not kept") && log.rebuild(t, a.Body, nil) != tc.body {
				t.Errorf("kept as %q", got)
			}
			if _, _, hits := srv.seen(); hits != 1 {
				t.Errorf("%d requests", hits)
			}
			_, _, err = ask(t, nil, http11(200, typeXML, tc.body), func(r *Request) { r.Effect = false })
			if edo.KindOf(err) != edo.Unavailable {
				t.Errorf("without effect: %v", err)
			}
		})
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" b" + string(rune('a'+i/26)) + string(rune('a'+i%26)) + `="q"`)
	}
	return b.String()
}

func TestAcceptedAnswers(t *testing.T) {
	t.Parallel()
	id := func(s string) string { return success("<a:Id>" + s + "</a:Id>") }
	for name, tc := range map[string]struct{ body, want string }{
		"plain":               {id("1"), "1"},
		"BOM":                 {"\xEF\xBB\xBF" + id("1"), "1"},
		"no declaration":      {strings.TrimPrefix(id("1"), `<?xml version="1.0" encoding="utf-8"?>`), "1"},
		"UTF-8 in capitals":   {strings.Replace(id("1"), `"utf-8"`, `'UTF-8' standalone = "yes" `, 1), "1"},
		"references":          {id("&lt;&gt;&amp;&apos;&quot;&#1078;&#x436;&#xD;"), "<>&'\"жж\r"},
		"CDATA":               {id("a<![CDATA[<b>]]]]><![CDATA[>&c;]]>d"), "a<b>]]>&c;d"},
		"line ends":           {id("a\r\nb\rc\nd\n\ne"), "a\nb\nc\nd\n\ne"},
		"brackets":            {id("]]]>"[:3] + "&gt;"), "]]]>"},
		"nil":                 {success(`<a:Id i:nil="1"/>`), ""},
		"xsi for i":           {strings.NewReplacer("xmlns:i=", "xmlns:xsi=", "i:nil", "xsi:nil").Replace(success(`<a:Id i:nil="true"></a:Id>`)), ""},
		"empty":               {success(`<a:Id/>`), ""},
		"nil result":          {envelope(`<SendResponse xmlns="` + service + `"><SendResult i:nil="true" xmlns:i="` + schemaSpace + `"/></SendResponse>`), ""},
		"no result":           {envelope(`<SendResponse xmlns="` + service + `"/>`), ""},
		"comments outside":    {"<!-- a -->" + strings.TrimPrefix(id("1"), `<?xml version="1.0" encoding="utf-8"?>`) + "<!-- b -->\n<?c?>", "1"},
		"unknown elements":    {success(`<a:Z b='&lt;'><c xmlns="">t<!-- --><?p q?><![CDATA[x]]><d/></c></a:Z><a:Id>1</a:Id>`), "1"},
		"pretty":              {strings.ReplaceAll(success(" <a:Id>1</a:Id> "), "><", "> \n\t<"), "1"},
		"other prefixes":      {strings.ReplaceAll(strings.ReplaceAll(id("1"), "a:Id", "ъ:Id"), "xmlns:a", "xmlns:ъ"), "1"},
		"default namespace":   {success(`<Id xmlns="` + model + `">1</Id>`), "1"},
		"header":              {strings.Replace(id("1"), "<s:Body>", `<s:Header><h xmlns="q" s:mustUnderstand="0"/></s:Header><s:Body>`, 1), "1"},
		"astral characters":   {id("🏢\U0010FFFF"), "🏢\U0010FFFF"},
		"many elements":       {success(strings.Repeat("<a:x>y</a:x>", 20_000) + "<a:Id>1</a:Id>"), "1"},
		"long text passed by": {success("<a:x>" + strings.Repeat("жы", 40_000) + "</a:x><a:Id>1</a:Id>"), "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			got, _, err := ask(t, log, http11(200, typeXML, tc.body))
			if err != nil || got != tc.want {
				t.Errorf("got %q, %v", got, err)
			}
			if a := log.answer(t); len(log.requests) != 1 || log.rebuild(t, a.Body, nil) != tc.body {
				t.Errorf("kept as %q", a.Body.Text)
			}
		})
	}
}
