package synerdocs

import (
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

// parameters reads a tree as a caller would write it; s, m, a and i are declared.
func parameters(t *testing.T, inner string) *etree.Element {
	t.Helper()
	d := etree.NewDocument()
	err := d.ReadFromString(`<p xmlns="` + ServiceSpace + `" xmlns:m="` + ModelSpace + `" xmlns:a="` + ArraySpace + `" xmlns:i="` + schemaSpace + `" xmlns:x="urn:x">` + inner + `</p>`)
	if err != nil {
		t.Fatal(err)
	}
	return d.Root()
}

func TestCall(t *testing.T) {
	t.Parallel()
	const token = "<authToken>" + tokenText + "</authToken>"
	for name, tc := range map[string]struct {
		request Request
		inner   string // of the parameters
		want    string // inside the wrapper
		asked   []string
	}{
		"no token":     {request: Request{Operation: "GetVersion", Credentials: NoToken, ReadOnly: true}, asked: []string{"GetVersion"}},
		"token first":  {request: Request{Operation: "GetPromoCodeByName", ReadOnly: true}, inner: "<promoCodeName>a&amp;b</promoCodeName>", want: token + "<promoCodeName>a&amp;b</promoCodeName>", asked: []string{"Authenticate", "GetPromoCodeByName"}},
		"another name": {request: Request{Operation: "GetInnKppNameByBoxId", ReadOnly: true}, inner: "<boxId>b</boxId>", want: "<token>" + tokenText + "</token><boxId>b</boxId>", asked: []string{"Authenticate", "GetInnKppNameByBoxId"}},
		"an effect":    {request: Request{Operation: "DeleteDocumentTag"}, inner: "<documentTagId>1</documentTagId>", want: token + "<documentTagId>1</documentTagId>", asked: []string{"Authenticate", "GetBoxes", "DeleteDocumentTag"}},
		"user": {
			request: Request{Operation: "GetEmployee", Credentials: UserCredentials, ReadOnly: true}, asked: []string{"Authenticate", "GetEmployee"},
			inner: "\n <request i:type='m:EmployeeProfileGettingRequest'>\n  <m:Ids><a:string> 1 </a:string><a:string i:nil='true'/></m:Ids><m:Empty/>\n </request>\n",
			want: "<credentials><m:AuthToken>" + tokenText + "</m:AuthToken></credentials><request i:type=\"m:EmployeeProfileGettingRequest\">" +
				"<m:Ids><n1:string> 1 </n1:string><n1:string i:nil=\"true\"></n1:string></m:Ids><m:Empty></m:Empty></request>",
		},
		"employee": {
			request: Request{Operation: "UpdatePassword", Credentials: EmployeeCredentials, Secrets: []string{"request/Hint"}}, asked: []string{"Authenticate", "GetBoxes", "UpdatePassword"},
			inner: "<request><m:Hint>hunter1</m:Hint><m:NewPassword>hunter2</m:NewPassword><m:OldPasswords><a:string>hunter3</a:string></m:OldPasswords><m:ClientSecret>hunter4</m:ClientSecret></request>",
			want:  "<credentials><m:AuthToken>" + tokenText + "</m:AuthToken><m:BoxAddress>box-a@example</m:BoxAddress></credentials><request><m:Hint>hunter1</m:Hint><m:NewPassword>hunter2</m:NewPassword><m:OldPasswords><n1:string>hunter3</n1:string></m:OldPasswords><m:ClientSecret>hunter4</m:ClientSecret></request>",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, log := newScript(t), &callLog{}
			op := tc.request.Operation
			server.say(op, result(op, "<a:Items><a:Item i:type='a:Special'>1</a:Item>\n</a:Items>"))
			if tc.inner != "" {
				tc.request.Parameters = parameters(t, tc.inner)
			}
			got, err := server.open(func(a *edo.Account) { a.Journal = log }).Call(t.Context(), tc.request)
			if err != nil {
				t.Fatal(err)
			}
			item := got.Result.FindElement("Items/Item")
			if got.Result.Tag != op+"Result" || got.Date.IsZero() || item == nil || item.Text() != "1" || item.NamespaceURI() != ModelSpace || item.SelectAttrValue("i:type", "") != "t:Special" {
				t.Errorf("%+v", got)
			}
			body := server.bodies(op)[0]
			_, inside, _ := strings.Cut(body, "<"+op+" ")
			_, inside, _ = strings.Cut(inside, ">")
			inside, _, _ = strings.Cut(inside, "</"+op+">")
			if diff := cmp.Diff(tc.want, inside); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.asked, server.operations()); diff != "" {
				t.Error(diff)
			}
			if text := log.text(); !contains(text, op) || contains(text, tokenText) || contains(text, "hunter") {
				t.Errorf("the log holds a secret, or nothing: %s", text)
			}
		})
	}
}

func TestCallAnswers(t *testing.T) {
	t.Parallel()
	const op = "DoSomething"
	for name, tc := range map[string]struct {
		answer       answer
		read, effect edo.Kind // 0: none
	}{
		"nothing":     {answer: ok(op, "")},
		"nil":         {answer: ok(op, "<DoSomethingResult i:nil='true'/>")},
		"fault":       {answer: refusal("NotFilledRequiredField"), read: edo.Invalid, effect: edo.Invalid},
		"not found":   {answer: refusal("NoDataFound"), read: edo.NotFound, effect: edo.Refused},
		"unexpected":  {answer: refusal("UnexpectedError"), read: edo.Unavailable, effect: edo.InDoubt},
		"truncated":   {answer: answer{body: ok(op, "<DoSomethingResult>").body[:200]}, read: edo.Unavailable, effect: edo.InDoubt},
		"two results": {answer: ok(op, "<DoSomethingResult/><DoSomethingResult/>"), read: edo.Unavailable, effect: edo.InDoubt},
	} {
		for _, readOnly := range []bool{true, false} {
			server := newScript(t)
			server.say(op, tc.answer)
			got, err := server.open().Call(t.Context(), Request{Operation: op, ReadOnly: readOnly})
			want := tc.effect
			if readOnly {
				want = tc.read
			}
			if (err != nil) != (want != 0) || err != nil && edo.KindOf(err) != want || got.Result != nil {
				t.Errorf("%s, read only %v: %+v, %v", name, readOnly, got, err)
			}
		}
	}
	t.Run("a token that runs out", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say(op, refusal("Unauthorized"), result(op, "1"))
		got, err := server.open().Call(t.Context(), Request{Operation: op})
		if err != nil || got.Result.Text() != "1" {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("larger than the limit", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say(op, result(op, strings.Repeat("<a:A/>", 2000)))
		s := openAccount(t, Config{Limits: Limits{Answer: 64 << 10}}, server.account())
		if _, err := s.Call(t.Context(), Request{Operation: op, ReadOnly: true}); edo.KindOf(err) != edo.Unavailable || !contains(err.Error(), "limit") {
			t.Error(err)
		}
	})
	t.Run("a secret in the answer", func(t *testing.T) {
		t.Parallel()
		server, log := newScript(t), &callLog{}
		server.say(op, result(op, "<a:Code>hunter2</a:Code>"))
		server.say("AuthenticateWithCertificate2", result("AuthenticateWithCertificate2", "hunter3"))
		s := server.open(func(a *edo.Account) { a.Journal = log })
		got, err := s.Call(t.Context(), Request{Operation: op, ReadOnly: true, AnswerSecrets: []string{"Code"}})
		if err != nil || got.Result.FindElement("Code").Text() != "hunter2" {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err = s.Call(t.Context(), Request{Operation: "AuthenticateWithCertificate2", ReadOnly: true, Credentials: NoToken}); err != nil || got.Result.Text() != "hunter3" {
			t.Errorf("%+v, %v", got, err)
		}
		if text := log.text(); !contains(text, op) || contains(text, "hunter") {
			t.Errorf("the log holds a secret, or nothing: %s", text)
		}
	})
	t.Run("an answer named like a secret", func(t *testing.T) {
		t.Parallel()
		server, log := newScript(t), &callLog{}
		broken, _, _ := strings.Cut(ok(op, "<DoSomethingResult><UserPassword>hunter5").body, "er5")
		server.say(op, result(op, "<a:ApiTOKEN>hunter2</a:ApiTOKEN><a:Passwords><a:string>hunter3</a:string></a:Passwords><a:clientSecret>hunter4</a:clientSecret><a:HasPassword>true</a:HasPassword><a:Active>true</a:Active><a:Name>kept</a:Name>"), answer{body: broken})
		s := server.open(func(a *edo.Account) { a.Journal = log })
		got, err := s.Call(t.Context(), Request{Operation: op, ReadOnly: true})
		if err != nil || got.Result.FindElement("Passwords/string").Text() != "hunter3" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err = s.Call(t.Context(), Request{Operation: op, ReadOnly: true}); edo.KindOf(err) != edo.Unavailable {
			t.Errorf("half an answer: %v", err)
		}
		if text := log.text(); !contains(text, ">kept<") || !contains(text, "Active>true<") || contains(text, "hunt") || contains(text, "HasPassword>true") {
			t.Errorf("the log holds a secret, or nothing: %s", text)
		}
	})
}

func TestCallRefusesBeforeAnythingLeaves(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	s := server.open()
	for name, tc := range map[string]struct {
		inner string
		edit  func(*Request)
		field string
	}{
		"no operation":         {edit: func(r *Request) { r.Operation = "" }, field: "request.operation"},
		"a path":               {edit: func(r *Request) { r.Operation = "a/../b" }, field: "request.operation"},
		"unknown credentials":  {edit: func(r *Request) { r.Credentials = 9 }, field: "request.credentials"},
		"a token of its own":   {inner: "<authToken>x</authToken>", field: "request.parameters.authToken"},
		"its own credentials":  {inner: "<credentials/>", field: "request.parameters.credentials"},
		"no namespace":         {inner: "<a xmlns=''/>", field: "request.parameters.a"},
		"an unknown prefix":    {inner: "<q:a/>", field: "request.parameters.a"},
		"no namespace inside":  {inner: "<a><b xmlns=''/></a>", field: "request.parameters.a.b"},
		"an attribute":         {inner: "<a b='1'/>", field: "request.parameters.a"},
		"a foreign attribute":  {inner: "<a x:b='1'/>", field: "request.parameters.a"},
		"mixed content":        {inner: "<a>text<b/></a>", field: "request.parameters.a"},
		"text at the top":      {inner: "text<b/>", field: "request.parameters"},
		"a comment":            {inner: "<a><!-- x --></a>", field: "request.parameters.a"},
		"an instruction":       {inner: "<a/><?x y?>", field: "request.parameters"},
		"nil and not empty":    {inner: "<a i:nil='true'>1</a>", field: "request.parameters.a"},
		"a type of no prefix":  {inner: "<a i:type='q:b'><b/></a>", field: "request.parameters.a"},
		"a type of a scalar":   {inner: "<a i:type='m:b'>1</a>", field: "request.parameters.a"},
		"too deep":             {inner: strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40), field: "request.parameters" + strings.Repeat(".a", 33)},
		"a secret that is not": {inner: "<a>1</a>", edit: func(r *Request) { r.Secrets = []string{"b"} }, field: "request.secrets[0]"},
		"a secret that is nil": {inner: "<a i:nil='1'/>", edit: func(r *Request) { r.Secrets = []string{"a"} }, field: "request.secrets[0]"},
		"no character": {edit: func(r *Request) {
			r.Parameters = etree.NewElement("p")
			r.Parameters.CreateAttr("xmlns", ServiceSpace)
			r.Parameters.CreateElement("a").SetText("\x01")
		}, field: "a"},
	} {
		r := Request{Operation: "DoSomething", ReadOnly: true, Parameters: parameters(t, tc.inner)}
		if tc.edit != nil {
			tc.edit(&r)
		}
		_, err := s.Call(t.Context(), r)
		if e := asError(t, err); e.Kind != edo.Invalid || e.Field != tc.field || e.Remedy == "" {
			t.Errorf("%s: %v, field %q", name, err, e.Field)
		}
	}
	if got := server.bodies("DoSomething"); len(got) != 0 {
		t.Errorf("%d requests left", len(got))
	}
	boxless := server.open(func(a *edo.Account) { a.Box = "" })
	if _, err := boxless.Call(t.Context(), Request{Operation: "DoSomething", Credentials: EmployeeCredentials}); edo.KindOf(err) != edo.Invalid {
		t.Error(err)
	}
}

// FuzzCallParameters: whatever tree comes in, it is written or refused with the place; nothing panics.
func FuzzCallParameters(f *testing.F) {
	f.Add(`<p xmlns="http://synerdocs.ru" xmlns:m="urn:m"><a>1</a><m:b i:nil="true" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/><c><m:d>&#13;</m:d></c></p>`)
	f.Fuzz(func(t *testing.T, text string) {
		d := etree.NewDocument()
		if d.ReadFromString(text) != nil || d.Root() == nil {
			return
		}
		s := &session{box: "b"}
		b, err := s.render(Request{Operation: "Op", Parameters: d.Root()}, edo.NewSecret("t"))
		if (b == nil) != (err != nil) {
			t.Fatalf("%v, %v", b, err)
		}
		if err != nil && edo.KindOf(err) != edo.Invalid {
			t.Fatal(err)
		}
	})
}
