package mockoperator_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/smallstep/pkcs7"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// Numbers that the service gives to the default organisations.
const (
	numberA = "100"
	numberB = "101"
)

// ask fills the token and what else differs into the request of the contract and wants an answer that the schema allows.
func (b *bundle) ask(token, operation string, oldnew ...string) reply {
	b.t.Helper()
	e := envelope(b.t, operation+".request", oldnew...)
	return b.call(operation, contract.Fill(e, contract.SampleToken, token))
}

// good is ask for those that must not be refused.
func (b *bundle) good(token, operation string, oldnew ...string) reply {
	b.t.Helper()
	got := b.ask(token, operation, oldnew...)
	if got.status != http.StatusOK {
		b.t.Fatalf("%s: %d %s", operation, got.status, got.body)
	}
	return got
}

func (r reply) null() bool { return bytes.Contains(r.body, []byte(`Result i:nil="true"`)) }

// open decrypts an enveloped token with a foreign library.
func open(t *testing.T, id mockoperator.Identity, text string) string {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	p7, err := pkcs7.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := p7.Decrypt(id.Certificate, id.Key)
	if err != nil || len(raw) != 16 {
		t.Fatalf("token of %d bytes: %v", len(raw), err)
	}
	return fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x", raw[3], raw[2], raw[1], raw[0], raw[5], raw[4], raw[7], raw[6], raw[8:10], raw[10:])
}

func organisations(edit func([]mockoperator.Organisation)) []mockoperator.Organisation {
	all := mockoperator.DefaultOrganisations()
	edit(all)
	return all
}

func TestAllLoginsOpenTheSameBox(t *testing.T) {
	t.Parallel()
	b := setupConfig(t, mockoperator.Config{Organisations: organisations(func(all []mockoperator.Organisation) {
		all[0].IdentityToken, all[0].AccessToken, all[0].Password = "identity & more", "access-1", "secret-1"
		all[0].Heads[1].Login, all[0].Heads[1].Password = "accountant", "secret-2"
	})})
	thumb := b.ids[1].Thumbprint()
	both := func(password string) reply {
		return b.call("AuthenticateWithCertificateAndPassword", envelope(t, "AuthenticateWithCertificateAndPassword.request",
			contract.SampleThumbprint, thumb, contract.SampleSecret, password))
	}
	second := b.call("AuthenticateWithCertificate2", envelope(t, "AuthenticateWithCertificate2.request", contract.SampleThumbprint, thumb))
	plain := both("secret-2")
	b.op.Change(func(s *mockoperator.Scenario) { s.People.CertificatePasswordToken = mockoperator.TokenEnveloped })
	enveloped := both("secret-1")
	identity := b.call("AuthenticateWithIdentityToken", envelope(t, "AuthenticateWithIdentityToken.request", "identity-token-of-a-clerk", "identity &amp; more"))
	access := b.call("AuthenticateWithAccessToken", envelope(t, "AuthenticateWithAccessToken.request", "access-token-of-a-clerk", "access-1"))
	own := b.call("Authenticate", envelope(t, "Authenticate.request", "clerk@sample", "ACCOUNTANT", "pass&amp;word", "secret-2"))
	for name, tc := range map[string]struct{ token, surname string }{
		"certificate 2":                       {open(t, b.ids[1], second.text(t, "AuthenticateWithCertificate2Result")), "Ёлкина"},
		"certificate and password":            {plain.text(t, "AuthenticateWithCertificateAndPasswordResult"), "Ёлкина"},
		"certificate and password, enveloped": {open(t, b.ids[1], enveloped.text(t, "AuthenticateWithCertificateAndPasswordResult")), "Ёлкина"},
		"identity token":                      {identity.text(t, "AuthenticateWithIdentityTokenResult"), "Иванов"},
		"access token":                        {access.text(t, "AuthenticateWithAccessTokenResult"), "Иванов"},
		"password of a head":                  {own.text(t, "AuthenticateResult"), "Ёлкина"},
	} {
		if got := b.good(tc.token, "GetBoxes").text(t, "Address"); got != boxA {
			t.Errorf("%s: box %s", name, got)
		}
		if got := b.good(tc.token, "GetUserInfo", contract.SampleBox, boxA).text(t, "LastName"); got != tc.surname {
			t.Errorf("%s: user %s", name, got)
		}
	}
}

func TestWrongLoginsOfAllKindsGiveNil(t *testing.T) {
	t.Parallel()
	b := setupConfig(t, mockoperator.Config{Organisations: organisations(func(all []mockoperator.Organisation) {
		all[0].Heads[0].Login = "chief" // and no password
	})})
	for name, got := range map[string]reply{
		"unknown certificate": b.call("AuthenticateWithCertificate2", envelope(t, "AuthenticateWithCertificate2.request")),
		"wrong password": b.call("AuthenticateWithCertificateAndPassword",
			envelope(t, "AuthenticateWithCertificateAndPassword.request", contract.SampleThumbprint, b.ids[0].Thumbprint())),
		"unknown certificate with a password": b.call("AuthenticateWithCertificateAndPassword",
			envelope(t, "AuthenticateWithCertificateAndPassword.request")),
		// No default organisation has tokens: an empty one must not match an empty one.
		"no password set, none given": b.call("Authenticate", envelope(t, "Authenticate.request", "clerk@sample", "chief", "pass&amp;word", "")),
		"identity token":              b.call("AuthenticateWithIdentityToken", envelope(t, "AuthenticateWithIdentityToken.request")),
		"access token":                b.call("AuthenticateWithAccessToken", envelope(t, "AuthenticateWithAccessToken.request")),
	} {
		if got.status != http.StatusOK || !got.null() {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	for operation, empty := range map[string][2]string{
		"AuthenticateWithCertificate2":           {contract.SampleThumbprint, "certHash"},
		"AuthenticateWithCertificateAndPassword": {contract.SampleThumbprint, "thumbprint"},
		"AuthenticateWithIdentityToken":          {"identity-token-of-a-clerk", "identityToken"},
		"AuthenticateWithAccessToken":            {"access-token-of-a-clerk", "accessToken"},
	} {
		refused(t, b.call(operation, envelope(t, operation+".request", empty[0], "")), "NotFilledRequiredField", empty[1])
	}
}

func TestCheckCertificatesGivesThoseOfLogins(t *testing.T) {
	t.Parallel()
	now := time.Now()
	later := now
	b := setupConfig(t, mockoperator.Config{Now: func() time.Time { return later }})
	ask := func() []string {
		return b.ask("", "CheckCertificates", contract.SampleThumbprint, b.ids[0].Thumbprint()).texts("string")
	}
	if got := ask(); !slices.Equal(got, []string{b.ids[0].Thumbprint()}) {
		t.Errorf("got %q", got)
	}
	later = now.AddDate(2, 0, 0)
	if got := ask(); len(got) != 0 {
		t.Errorf("expired, but got %q", got)
	}
}

func TestTellsUsersCertificatesAndParties(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	user := b.good(token, "GetUserInfo", contract.SampleBox, boxA)
	for local, want := range map[string]string{
		"LastName": "Иванов", "FirstName": "Пётр", "MiddleName": "Сергеевич", "Login": "", "OrganizationId": numberA,
		"Thumbprint": b.ids[0].Thumbprint(), "IsAdmin": "true", "Snils": "11223344595",
	} {
		got := user.texts(local)
		if local == "Login" {
			got, want = got[1:], "romashka" // the first is that of the certificate
		}
		if got[0] != want {
			t.Errorf("%s: %q, want %q", local, got, want)
		}
	}
	pairs := b.good(token, "GetBoxCertificates")
	if got := pairs.texts("Thumbprint"); !slices.Equal(got, []string{b.ids[0].Thumbprint()}) || pairs.text(t, "Address") != boxA {
		t.Errorf("certificates: %s", pairs.body)
	}
	name := b.good(token, "GetInnKppNameByBoxId", contract.SamplePeer, "VASILEK@mock.edo")
	if name.text(t, "Inn") != "7803456788" || name.text(t, "Kpp") != "780301001" || name.text(t, "Name") != "ООО «Василёк»" {
		t.Errorf("name: %s", name.body)
	}
	party := b.good(token, "GetSubjectInfo", contract.SamplePeer, "perekrestok@roaming.edo")
	if party.text(t, "OperatorServiceCode") != "2BM" || party.text(t, "IsOperator") != "false" || party.text(t, "ServiceCode") != "2TS-6634123451" {
		t.Errorf("party: %s", party.body)
	}
	refused(t, b.ask(token, "GetUserInfo", contract.SampleBox, boxB), "BoxAccessError", "boxId")
	refused(t, b.ask(token, "GetInnKppNameByBoxId", contract.SamplePeer, "nobody"), "NoDataFound", "boxId")
	refused(t, b.ask(token, "GetSubjectInfo", contract.SamplePeer, ""), "NotFilledRequiredField", "subjectBoxId")
}

func TestEveryOperationOfPeopleAsksForAToken(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	for _, operation := range []string{
		"GetUserInfo", "GetBoxCertificates", "GetSubjectInfo", "AcceptRegulation", "HasQualifiedCertificate", "CanSendInvoice",
		"GetOrganizationByInnKpp", "GetOrganizationBy", "CreateNonActiveSubscriber", "SearchContacts", "GetContact",
		"SendAuthRequest", "AcceptAuthRequest", "RejectAuthRequest", "CancelAuthRequest", "DeleteContact",
		"GetOrganizationStructure", "OrganizationStructureHasSingleElement", "GetOrganizationStructureElementChildren",
		"GetDepartmentEmployees",
	} {
		refused(t, b.ask("stale", operation), "Unauthorized", "authToken")
	}
	refused(t, b.ask("stale", "GetInnKppNameByBoxId"), "Unauthorized", "token")
}

// TestTokenOfOddName: the misbehaviour finds the token of the one operation that names it otherwise.
func TestTokenOfOddName(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.login()
	b.op.Misbehave(mockoperator.Rule{Operation: "GetInnKppNameByBoxId", What: mockoperator.TokenExpired})
	refused(t, b.ask(token, "GetInnKppNameByBoxId", contract.SamplePeer, boxB), "Unauthorized", "token")
}

func TestRegulationGivesAndTakesLegalForce(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	for _, accept := range []string{"false", "true"} {
		got := b.good(token, "AcceptRegulation", contract.SampleBox, boxA, "<acceptRegulation>true", "<acceptRegulation>"+accept)
		if got.text(t, "AcceptRegulationResult") != accept {
			t.Errorf("%s: %s", accept, got.body)
		}
		if got := b.good(token, "GetBoxes").text(t, "ServiceReglamentAccepted"); got != accept {
			t.Errorf("box says %s after %s", got, accept)
		}
		if got := b.good(token, "CanSendInvoice", contract.SampleThumbprint, b.ids[0].Thumbprint()).text(t, "CanSendInvoiceResult"); got != accept {
			t.Errorf("invoices %s after %s", got, accept)
		}
	}
	refused(t, b.ask(token, "AcceptRegulation", contract.SampleBox, boxB), "BoxAccessError", "boxId")
}

func TestCertificatesForInvoices(t *testing.T) {
	t.Parallel()
	b := setupConfig(t, mockoperator.Config{Organisations: organisations(func(all []mockoperator.Organisation) {
		all[0].Heads[1].Unqualified = true
		all[1].Heads[0].Unqualified = true
		all[2].Status = mockoperator.NonActive
	})})
	token := b.loginByCertificate(b.ids[0])
	for box, want := range map[string]string{boxA: "true", boxB: "false", "seti-head@mock.edo": "false", "perekrestok@mock.edo": "true"} {
		if got := b.good(token, "HasQualifiedCertificate", contract.SamplePeer, box).text(t, "HasQualifiedCertificateResult"); got != want {
			t.Errorf("%s: %s", box, got)
		}
	}
	for hash, want := range map[string]string{
		b.ids[0].Thumbprint(): "true", b.ids[1].Thumbprint(): "false", b.ids[2].Thumbprint(): "false", strings.Repeat("0", 40): "false",
	} {
		if got := b.good(token, "CanSendInvoice", contract.SampleThumbprint, hash).text(t, "CanSendInvoiceResult"); got != want {
			t.Errorf("%s: %s", hash, got)
		}
	}
}

func TestGetOrganizationByFourCriteria(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.login()
	find := func(criteria, member, value string, more ...string) reply {
		nilMember := "<m:" + member + ` i:nil="true"/>`
		if member == "BoxAddress" {
			nilMember = "<m:BoxAddress>box-b@sample</m:BoxAddress>"
		}
		return b.ask(token, "GetOrganizationBy", append([]string{
			contract.SampleBox, boxA, "ByBoxAddress", criteria, nilMember, "<m:" + member + ">" + value + "</m:" + member + ">",
		}, more...)...)
	}
	for name, tc := range map[string]struct {
		got  reply
		want string // OrganizationId; empty: nil
	}{
		"id":                   {find("ById", "OrganizationId", numberB), numberB},
		"no such id":           {find("ById", "OrganizationId", "99999"), ""},
		"box, any case":        {find("ByBoxAddress", "BoxAddress", "SETI-North@mock.edo"), "103"},
		"no such box":          {find("ByBoxAddress", "BoxAddress", "nobody"), ""},
		"inn alone":            {find("ByInnKpp", "Inn", "5029876544"), "102"},
		"inn and kpp":          {find("ByInnKpp", "Inn", "5029876544", `<m:Kpp i:nil="true"/>`, "<m:Kpp>502943001</m:Kpp>"), "103"},
		"service code, local":  {find("ByServiceCode", "ServiceCode", "2TS-6634123451"), "104"},
		"service code, remote": {find("ByServiceCode", "ServiceCode", "2TS-6634123451", `<m:OperatorCode i:nil="true"/>`, "<m:OperatorCode>2BM</m:OperatorCode>"), "105"},
	} {
		switch {
		case tc.want == "" && !tc.got.null():
			t.Errorf("%s: %s", name, tc.got.body)
		case tc.want != "" && tc.got.text(t, "OrganizationId") != tc.want:
			t.Errorf("%s: %s", name, tc.got.body)
		}
	}
	refused(t, find("ByInnKpp", "Inn", "123"), "InvalidFormatField", "values.Inn")
	refused(t, find("ById", "OrganizationId", ""), "NotFilledRequiredField", "values.OrganizationId")
	one := b.good(token, "GetOrganizationByInnKpp", contract.SampleINN, "6634123451", contract.SampleKPP, "")
	if one.text(t, "OperatorCode") != "2IG" {
		t.Errorf("the local one goes first: %s", one.body)
	}
	if none := b.good(token, "GetOrganizationByInnKpp", contract.SampleINN, "7700000000"); !none.null() {
		t.Errorf("none: %s", none.body)
	}
}

func TestCertificateRequisites(t *testing.T) {
	t.Parallel()
	later := time.Now()
	b := setupConfig(t, mockoperator.Config{Now: func() time.Time { return later }})
	fill := []string{contract.SampleCertificate, base64.StdEncoding.EncodeToString(b.ids[0].Certificate.Raw)}
	got := b.good("", "GetCertificateSubjectInfo", fill...)
	for local, want := range map[string]string{
		"CommonName": "Иванов Пётр Сергеевич", "Inn": "7701234560", "Ogrn": "1027700123450", "Position": "Генеральный директор",
		"LastName": "Иванов", "FirstName": "Пётр", "MiddleName": "Сергеевич", "Snils": "11223344595", "CountryCode": "RU",
	} {
		if diff := cmp.Diff(want, got.text(t, local)); diff != "" {
			t.Errorf("%s:\n%s", local, diff)
		}
	}
	if !strings.Contains(string(got.body), "<m:Name>LegalEntity</m:Name>") {
		t.Errorf("type: %s", got.body)
	}
	status := func() string { return b.good("", "CheckQualifiedCertificate", fill...).text(t, "CommonStatus") }
	if got := status(); got != "Success" {
		t.Errorf("good certificate: %s", got)
	}
	later = later.AddDate(3, 0, 0)
	if got := status(); got != "Error" {
		t.Errorf("expired certificate: %s", got)
	}
	for _, operation := range []string{"GetCertificateSubjectInfo", "CheckQualifiedCertificate"} {
		refused(t, b.ask("", operation), "CertificateParsingFailed", "certificate")
		refused(t, b.ask("", operation, contract.SampleCertificate, ""), "NotFilledRequiredField", "certificate")
	}
}

func TestDepartments(t *testing.T) {
	t.Parallel()
	b := setupConfig(t, mockoperator.Config{Organisations: organisations(func(all []mockoperator.Organisation) {
		all[0].Departments = []mockoperator.Department{
			{ID: "sales", Name: "Продажи", Parent: "main"}, {ID: "main", Name: "Главное"}, {ID: "north", Name: "Север", Parent: "sales", KPP: "770102001"},
		}
		all[0].Heads[1].Department = "sales"
	})})
	token := b.login()
	structure := b.good(token, "GetOrganizationStructure", contract.SampleBox, boxA, contract.SampleOwnNumber, numberA)
	if got := structure.texts("Id"); !slices.Equal(got, []string{"main", "sales", "north"}) {
		t.Errorf("structure: %q", got)
	}
	other := b.good(token, "GetOrganizationStructure", contract.SampleBox, boxA, contract.SampleOwnNumber, numberB)
	if got := other.texts("Name"); !slices.Equal(got, []string{"ООО «Василёк»"}) {
		t.Errorf("the head alone: %q", got)
	}
	for number, want := range map[string]string{numberA: "false", numberB: "true"} {
		got := b.good(token, "OrganizationStructureHasSingleElement", contract.SampleOwnNumber, number)
		if got.text(t, "OrganizationStructureHasSingleElementResult") != want {
			t.Errorf("%s: %s", number, got.body)
		}
	}
	children := b.good(token, "GetOrganizationStructureElementChildren", contract.SampleOwnNumber, numberA, contract.SampleDepartment, "main")
	if got := children.texts("Id"); !slices.Equal(got, []string{"sales"}) {
		t.Errorf("children: %q", got)
	}
	for department, want := range map[string][]string{"main": {"Иванов"}, "sales": {"Ёлкина"}, "north": nil} {
		got := b.good(token, "GetDepartmentEmployees", contract.SampleBox, boxA, contract.SampleDepartment, department)
		if names := got.texts("LastName"); !slices.Equal(names, want) {
			t.Errorf("%s: %q", department, names)
		}
	}
	refused(t, b.ask(token, "GetDepartmentEmployees", contract.SampleBox, boxA), "DepartmentDoesNotExist", "departmentId")
	refused(t, b.ask(token, "GetOrganizationStructureElementChildren", contract.SampleOwnNumber, numberA), "DepartmentDoesNotExist", "orgStructureElementId")
	refused(t, b.ask(token, "OrganizationStructureHasSingleElement", contract.SampleOwnNumber, "99999"), "NoDataFound", "organizationId")
	refused(t, b.ask(token, "OrganizationStructureHasSingleElement", contract.SampleOwnNumber, "x"), "InvalidFormatField", "organizationId")
	refused(t, b.ask(token, "GetOrganizationStructure", contract.SampleBox, boxB, contract.SampleOwnNumber, numberA), "BoxAccessError", "boxId")
}

func TestRefusesOrganisationsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*mockoperator.Organisation){
		"status":             func(o *mockoperator.Organisation) { o.Status = "Asleep" },
		"contact-auth":       func(o *mockoperator.Organisation) { o.ContactAuth = "Maybe" },
		"regulation":         func(o *mockoperator.Organisation) { o.Regulation = "yes" },
		"type":               func(o *mockoperator.Organisation) { o.Type = "Club" },
		"invoice-regulation": func(o *mockoperator.Organisation) { o.InvoiceRegulation = "yes" },
		"no parent": func(o *mockoperator.Organisation) {
			o.Departments = []mockoperator.Department{{ID: "a", Name: "A", Parent: "b"}}
		},
		"own ancestor": func(o *mockoperator.Organisation) {
			o.Departments = []mockoperator.Department{{ID: "h", Name: "H"}, {ID: "a", Name: "A", Parent: "b"}, {ID: "b", Name: "B", Parent: "a"}}
		},
		"given once": func(o *mockoperator.Organisation) {
			o.Departments = []mockoperator.Department{{ID: "h", Name: "H"}, {ID: "H", Name: "H"}}
		},
		"used twice":    func(o *mockoperator.Organisation) { o.Heads[0].Login, o.Heads[1].Login = "chief", "Chief" },
		"no department": func(o *mockoperator.Organisation) { o.Heads[0].Department = "nowhere" },
	} {
		all := organisations(func(all []mockoperator.Organisation) { edit(&all[0]) })
		if _, err := mockoperator.New(mockoperator.Config{Organisations: all}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{
		"contacts: closed", "non-active-recipient: maybe", "duplicate-organisation: merge", "registered-status: NonActive",
		"certificate-password-token: signed", "invite-non-active: sometimes",
	} {
		if _, err := mockoperator.ParseScenario([]byte(text)); err == nil || !strings.Contains(err.Error(), strings.Split(text, ":")[0]) {
			t.Errorf("%s: %v", text, err)
		}
	}
	s, err := mockoperator.ParseScenario([]byte("contacts: required\nregistered-status: Test\norganisations:\n- {name: A, inn: '1', boxes: [a], departments: [{id: x, name: X}], contact-auth: Manual}\n"))
	if err != nil || s.People.Contacts != mockoperator.ContactsRequired || s.People.RegisteredStatus != mockoperator.Test || s.Organisations[0].Departments[0].ID != "x" {
		t.Errorf("%+v %v", s, err)
	}
}
