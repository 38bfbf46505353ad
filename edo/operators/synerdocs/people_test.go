package synerdocs

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func introduction() edo.Introduction {
	return edo.Introduction{
		Counterparty:  edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО «Клиент»"},
		ContactPerson: "Смирнова Анна Павловна", EMails: []string{"office@client.example", "anna@client.example"}, Phone: "+7 495 000-00-00",
	}
}

func enrolment(t *testing.T) edo.Enrolment {
	i := introduction()
	i.LastName, i.FirstName, i.MiddleName = "Смирнова", "Анна", "Павловна"
	return edo.Enrolment{Introduction: i, Certificate: loginFixture(t).DER, OGRN: "1027700123450", AcceptRules: true}
}

// partner is a counterparty of whom the operator's number is known.
func partner() edo.Address {
	return edo.Address{Box: "box-b@example", INN: "7707083893", KPP: "770701001", Organisation: "1018"}
}

func result(op, inner string) answer { return ok(op, "<"+op+"Result>"+inner+"</"+op+"Result>") }

// TestPeopleRequests compares every request byte for byte with an envelope written by hand.
func TestPeopleRequests(t *testing.T) {
	t.Parallel()
	relate := func(m edo.Move) func(*testing.T, *session) error {
		return func(t *testing.T, s *session) error {
			return s.Relate(t.Context(), partner(), m, `Просим "принять"`)
		}
	}
	closed := strings.Replace(ownBoxes().body, "Accepted>true<", "Accepted>false<", 1)
	for operation, tc := range map[string]struct {
		say answer
		run func(t *testing.T, s *session) error
	}{
		"GetUserInfo":              {result("GetUserInfo", "<a:Login>x</a:Login>"), func(t *testing.T, s *session) error { _, err := s.Whoami(t.Context()); return err }},
		"AcceptRegulation":         {result("AcceptRegulation", "true"), func(t *testing.T, s *session) error { _, err := s.AcceptRules(t.Context()); return err }},
		"GetOrganizationStructure": {result("GetOrganizationStructure", ""), func(t *testing.T, s *session) error { _, err := s.Departments(t.Context(), partner()); return err }},
		"HasQualifiedCertificate":  {result("HasQualifiedCertificate", "true"), func(t *testing.T, s *session) error { _, err := s.Qualified(t.Context(), "box-b@example"); return err }},
		"GetOrganizationBy": {ok("GetOrganizationBy", ""), func(t *testing.T, s *session) error {
			_, err := s.Lookup(t.Context(), edo.Counterparty{INN: "7707083893", Box: "box-b@example"})
			return err
		}},
		"GetContact": {result("GetContact", ""), func(t *testing.T, s *session) error { _, err := s.Relation(t.Context(), partner()); return err }},
		"SearchContacts": {contactsXML(0), func(t *testing.T, s *session) error {
			_, err := s.Relation(t.Context(), edo.Address{Box: "b", INN: "7707083893"})
			return err
		}},
		"SendAuthRequest":   {ok("SendAuthRequest", ""), relate(edo.MoveInvite)},
		"AcceptAuthRequest": {ok("AcceptAuthRequest", ""), relate(edo.MoveAccept)},
		"RejectAuthRequest": {ok("RejectAuthRequest", ""), relate(edo.MoveDecline)},
		"CancelAuthRequest": {ok("CancelAuthRequest", ""), relate(edo.MoveWithdraw)},
		"DeleteContact":     {ok("DeleteContact", ""), relate(edo.MoveStop)},
		"CreateNonActiveSubscriber": {registrationXML("CreateNonActiveSubscriber", 0, "<a:OrganizationBoxId>box-b@example</a:OrganizationBoxId>", ""), func(t *testing.T, s *session) error {
			_, err := s.Introduce(t.Context(), introduction())
			return err
		}},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(operation, tc.say)
			if operation == "AcceptRegulation" {
				server.say("GetBoxes", answer{body: closed})
			}
			if err := tc.run(t, server.open()); err != nil {
				t.Fatal(err)
			}
			golden(t, operation, server.bodies(operation)[0])
		})
	}
}

func TestOwnsBox(t *testing.T) {
	t.Parallel()
	t.Run("once per token", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		s := server.open()
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if err := s.ownsBox(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(server.bodies("GetBoxes")); n != 1 {
			t.Errorf("asked %d times", n)
		}
		server.say("GetUserInfo", refusal("Unauthorized"), result("GetUserInfo", ""))
		if _, err := s.Whoami(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.ownsBox(t.Context()); err != nil || len(server.bodies("GetBoxes")) != 2 {
			t.Errorf("a new token: %v, asked %d times", err, len(server.bodies("GetBoxes")))
		}
	})
	t.Run("somebody else's", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		s := server.open(func(a *edo.Account) { a.Box = "box-b@example" })
		for name, run := range map[string]func() error{
			"owns":   func() error { return s.ownsBox(t.Context()) },
			"accept": func() error { _, err := s.AcceptRules(t.Context()); return err },
			"relate": func() error { return s.Relate(t.Context(), partner(), edo.MoveInvite, "") },
			"call":   func() error { _, err := s.Call(t.Context(), Request{Operation: "DeleteDocumentTag"}); return err },
		} {
			if e := asError(t, run()); e.Kind != edo.Denied || e.Reason != edo.BoxForeign || e.Remedy == "" {
				t.Errorf("%s: %v", name, e)
			}
		}
		if diff := cmp.Diff([]string{"Authenticate", "GetBoxes"}, server.operations()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("not known", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say("GetBoxes", refusal("SqlException"), ownBoxes())
		s := server.open()
		if err := s.ownsBox(t.Context()); edo.KindOf(err) != edo.Unavailable {
			t.Error(err)
		}
		if err := s.ownsBox(t.Context()); err != nil {
			t.Error(err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		s.turn <- struct{}{}
		if err := s.ownsBox(gone); !errors.Is(err, edo.Unavailable) {
			t.Error(err)
		}
	})
}

func TestOffice(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	s := server.open()
	server.say("GetUserInfo", result("GetUserInfo", `<a:Certificate><a:Login>other</a:Login></a:Certificate><a:DepartmentId>d-1</a:DepartmentId><a:Email>p@x</a:Email>`+
		`<a:FirstName>Пётр</a:FirstName><a:Future/><a:IsAdmin>1</a:IsAdmin><a:LastName>Иванов</a:LastName><a:Login>clerk</a:Login><a:MiddleName i:nil="true"/><a:Position>Директор</a:Position>`), ok("GetUserInfo", ""))
	who, err := s.Whoami(t.Context())
	if diff := cmp.Diff(edo.Person{Login: "clerk", Name: "Иванов Пётр", Position: "Директор", EMail: "p@x", Department: "d-1", Admin: true}, who); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if who, err = s.Whoami(t.Context()); edo.KindOf(err) != edo.Unavailable || edo.ReasonOf(err) != edo.AnswerUnreadable {
		t.Errorf("nobody: %+v, %v", who, err)
	}

	boxes, err := s.Boxes(t.Context())
	want := []edo.Address{
		{Box: "box-z@example", INN: "7701234560", Organisation: "1016"},
		{Box: "BOX-A@example", INN: "7803456788", KPP: "780301001", Name: "АО «Сети»", Active: true, Organisation: "1017"},
	}
	if diff := cmp.Diff(want, boxes); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}

	element := func(id, parent, rest string) string {
		return "<a:OrganizationStructureElement><a:Id>" + id + "</a:Id>" + rest + "<a:Name>" + id + "</a:Name>" + parent + "</a:OrganizationStructureElement>"
	}
	server.say("GetOrganizationStructure", result("GetOrganizationStructure", element("head", "<a:ParentId i:nil='true'/>", "<a:IsDeleted>false</a:IsDeleted><a:Kpp>770701001</a:Kpp>")+
		element("sales", "<a:ParentId>head</a:ParentId>", "")+element("gone", "<a:ParentId>head</a:ParentId>", "<a:IsDeleted>true</a:IsDeleted>")+
		element("hidden", "<a:ParentId>head</a:ParentId>", "<a:IsHidden>true</a:IsHidden>")))
	server.say("GetOrganizationBy", result("GetOrganizationBy", "<a:BoxAddress>box-b@example</a:BoxAddress><a:OrganizationId>1018</a:OrganizationId>"))
	for name, tc := range map[string]struct {
		of   edo.Address
		want string
	}{"number known": {partner(), "1018"}, "by box": {edo.Address{Box: "box-b@example"}, "1018"}, "ours": {edo.Address{Box: "Box-A@example"}, "1017"}} {
		got, err := s.Departments(t.Context(), tc.of)
		if diff := cmp.Diff([]edo.Department{{ID: "head", Name: "head", KPP: "770701001", Head: true}, {ID: "sales", Parent: "head", Name: "sales"}}, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
		all := server.bodies("GetOrganizationStructure")
		if !contains(all[len(all)-1], "<organizationId>"+tc.want+"<") {
			t.Errorf("%s: %s", name, all[len(all)-1])
		}
	}
	server.say("GetOrganizationBy", ok("GetOrganizationBy", ""))
	if _, err := s.Departments(t.Context(), edo.Address{Box: "nobody@example"}); edo.KindOf(err) != edo.NotFound || edo.ReasonOf(err) != edo.CounterpartyUnknown {
		t.Error(err)
	}

	for text, want := range map[string]bool{"<R>true</R>": true, "<R>0</R>": false} {
		server.say("HasQualifiedCertificate", ok("HasQualifiedCertificate", strings.ReplaceAll(strings.ReplaceAll(text, "R>", "HasQualifiedCertificateResult>"), "/R", "/R")))
		if got, err := s.Qualified(t.Context(), "b"); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for name, a := range map[string]answer{"nil": ok("HasQualifiedCertificate", ""), "a word": result("HasQualifiedCertificate", "True")} {
		server.say("HasQualifiedCertificate", a)
		if _, err := s.Qualified(t.Context(), "b"); edo.KindOf(err) != edo.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAcceptRules(t *testing.T) {
	t.Parallel()
	open := ownBoxes()
	closed := answer{body: strings.Replace(open.body, "Accepted>true<", "Accepted>false<", 1)}
	const op = "AcceptRegulation"
	for name, tc := range map[string]struct {
		before, after answer
		answer        answer
		want          bool
		kind          edo.Kind
		asked         int
	}{
		"done":            {before: open, after: open, want: true},
		"accepted":        {before: closed, after: open, answer: result(op, "true"), want: true, asked: 1},
		"not yet":         {before: closed, after: closed, answer: result(op, "true"), asked: 1},
		"refused":         {before: closed, after: closed, answer: refusal("AccessDeniedError"), kind: edo.Denied, asked: 1},
		"nobody knows":    {before: closed, after: closed, answer: refusal("UnexpectedError"), kind: edo.InDoubt, asked: 1},
		"unreadable bool": {before: closed, after: closed, answer: result(op, "yes"), kind: edo.InDoubt, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say("GetBoxes", tc.before, tc.before, tc.after) // whose box, whether accepted, whether accepted now
			server.say(op, tc.answer)
			got, err := server.open().AcceptRules(t.Context())
			if got != tc.want || (err != nil) != (tc.kind != 0) || tc.kind != 0 && edo.KindOf(err) != tc.kind || len(server.bodies(op)) != tc.asked {
				t.Errorf("%v, %v; asked %d times", got, err, len(server.bodies(op)))
			}
		})
	}
	t.Run("asked only", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say("GetBoxes", closed)
		if got, err := server.open().RulesAccepted(t.Context()); got || err != nil || len(server.bodies(op)) != 0 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestOtherLogins(t *testing.T) {
	t.Parallel()
	good := loginFixture(t)
	sealed := base64.StdEncoding.EncodeToString(fixture(t, "login/aes256.der"))
	const opened = "33221100-5544-7766-8899-aabbccddeeff"
	const both = "AuthenticateWithCertificateAndPassword"
	named := edo.LoginCertificate{DER: good.DER}
	provider := opener(func(der []byte) ([]byte, error) {
		if base64.StdEncoding.EncodeToString(der) != sealed {
			return nil, errors.New("not mine")
		}
		return []byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}, nil
	})
	password := edo.NewSecret("p&ss<word>")
	for name, tc := range map[string]struct {
		login     edo.Login
		operation string
		answer    string
		token     string // empty: refused
		kind      edo.Kind
		golden    bool
	}{
		"identity":                   {edo.Login{Identity: edo.NewSecret("eyJ.identity&")}, "AuthenticateWithIdentityToken", "any-token", "any-token", 0, true},
		"identity refused":           {edo.Login{Identity: edo.NewSecret("x")}, "AuthenticateWithIdentityToken", "", "", edo.Denied, false},
		"access":                     {edo.Login{Access: edo.NewSecret("access-1")}, "AuthenticateWithAccessToken", tokenText, tokenText, 0, true},
		"certificate, password":      {edo.Login{Certificate: &named, Password: password}, both, tokenText, tokenText, 0, true},
		"sealed, key":                {edo.Login{Certificate: &good, Password: password}, both, sealed, opened, 0, true},
		"plain, key":                 {edo.Login{Certificate: &good, Password: password}, both, tokenText, tokenText, 0, true},
		"sealed, no key":             {edo.Login{Certificate: &named, Password: password}, both, sealed, "", edo.Denied, false},
		"nil, no key":                {edo.Login{Certificate: &named, Password: password}, both, "", "", edo.Denied, false},
		"nonsense, key":              {edo.Login{Certificate: &good, Password: password}, both, "????", "", edo.Denied, false},
		"a provider":                 {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER, Opener: provider}}, "AuthenticateWithCertificate", sealed, opened, 0, false},
		"a provider before the key":  {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER, Opener: provider, Key: gostKey{good.Key}}}, "AuthenticateWithCertificate", sealed, opened, 0, false},
		"a provider and a password":  {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER, Opener: provider}, Password: password}, both, sealed, opened, 0, false},
		"a provider that cannot":     {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER, Opener: provider}}, "AuthenticateWithCertificate", "AAAA", "", edo.Denied, false},
		"a provider without its key": {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER, Opener: opener(func([]byte) ([]byte, error) { return nil, &edo.Error{Kind: edo.Unavailable} })}}, "AuthenticateWithCertificate", sealed, "", edo.Unavailable, false},
		"a provider of short tokens": {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER, Opener: opener(func([]byte) ([]byte, error) { return []byte("short"), nil })}}, "AuthenticateWithCertificate", sealed, "", edo.Denied, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(tc.operation, result(tc.operation, tc.answer))
			s := server.open(func(a *edo.Account) { a.Login = tc.login })
			_, err := s.boxes(t.Context())
			if tc.golden {
				golden(t, tc.operation, server.bodies(tc.operation)[0])
			}
			if tc.token == "" {
				e := asError(t, err)
				if e.Kind != tc.kind || tc.kind == edo.Denied && (e.Reason != edo.LoginRefused || e.Remedy == "") || len(server.bodies("GetBoxes")) != 0 {
					t.Errorf("%v (%s)", err, e.Reason)
				}
				return
			}
			if err != nil || !contains(server.bodies("GetBoxes")[0], "<authToken>"+tc.token+"<") {
				t.Errorf("%v after %q", err, server.operations())
			}
		})
	}
}

// A provider may need a person, who takes longer than the call: that is no refusal of the operator.
func TestOpenerTakesTooLong(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	server.say("AuthenticateWithCertificate", result("AuthenticateWithCertificate", "AAAA"))
	ctx, leave := context.WithTimeout(t.Context(), time.Hour)
	s := server.open(func(a *edo.Account) {
		a.Login = edo.Login{Certificate: &edo.LoginCertificate{DER: loginFixture(t).DER, Opener: opener(func([]byte) ([]byte, error) { leave(); return nil, ctx.Err() })}}
	})
	if _, err := s.boxes(ctx); edo.KindOf(err) != edo.Unavailable || errors.Is(err, edo.LoginRefused) {
		t.Error(err)
	}
}
