package mockoperator_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

const newINN = "7728168971"

var clientKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// client is a person from outside with a certificate that the operator has not issued.
func client(t *testing.T, serial int64) mockoperator.Identity {
	t.Helper()
	cert := ownCertificate(t, &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "Иванов Пётр Сергеевич"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	})
	key, err := clientKey()
	if err != nil {
		t.Fatal(err)
	}
	return mockoperator.Identity{Name: "Иванов Пётр Сергеевич", Key: key, Certificate: cert}
}

func ownCertificate(t *testing.T, template *x509.Certificate) *x509.Certificate {
	t.Helper()
	key, err := clientKey()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// registration fills the request of the contract for a new subscriber.
func registration(id mockoperator.Identity, oldnew ...string) []string {
	return append(oldnew, contract.SampleINN, newINN, contract.SampleCertificate, base64.StdEncoding.EncodeToString(id.Certificate.Raw))
}

func nonActive(inn string, oldnew ...string) []string {
	return append(oldnew, contract.SampleINN, inn)
}

func TestRegistersAndLogsIn(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	id := client(t, 1)
	got := b.good("", "RegisterSubscriber", registration(id)...)
	box := got.text(t, "BoxAddress")
	want := []mockoperator.Registration{{
		Number: 1, Operation: "RegisterSubscriber", INN: newINN, KPP: contract.SampleKPP, Name: "ООО «Ромашка»", Box: box,
		Status: mockoperator.Test, Exchange: 1,
	}}
	all := b.op.Registrations()
	all[0].Time = time.Time{}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("registrations:\n%s", diff)
	}
	if got.outcome() != "0" || got.text(t, "Thumbprint") != id.Thumbprint() || got.text(t, "OrganizationStatus") != "Test" {
		t.Errorf("answer: %s", got.body)
	}
	byCertificate := b.loginByCertificate(id)
	byPassword := b.call("Authenticate", envelope(t, "Authenticate.request")).text(t, "AuthenticateResult")
	for name, token := range map[string]string{"certificate": byCertificate, "password": byPassword} {
		if got := b.good(token, "GetBoxes").text(t, "Address"); got != box {
			t.Errorf("%s: box %s, want %s", name, got, box)
		}
	}
	user := b.good(byCertificate, "GetUserInfo", contract.SampleBox, box)
	if user.text(t, "DepartmentId") != contract.SampleDepartment || user.text(t, "Email") != "clerk@sample.example" {
		t.Errorf("user: %s", user.body)
	}
	if found := b.good(byPassword, "GetOrganizationByInnKpp", contract.SampleINN, newINN); found.text(t, "BoxAddress") != box || found.text(t, "ContactAuthType") != "Manual" {
		t.Errorf("lookup: %s", found.body)
	}
	content := []byte("заявка")
	sent := b.call("SendMessage", contract.Fill(b.message(byCertificate, content, sign(t, content, id.Certificate, id.Key)), boxA, box))
	if sent.status != http.StatusOK || b.op.Ledger()[0].From != box {
		t.Errorf("sending: %s", sent.body)
	}
}

func TestRegistrationFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	id := client(t, 2)
	old := *client(t, 11).Certificate
	old.NotBefore, old.NotAfter = old.NotBefore.AddDate(-2, 0, 0), old.NotAfter.AddDate(-1, 0, 0)
	expired := base64.StdEncoding.EncodeToString(ownCertificate(t, &old).Raw)
	legal := "<m:Code>1</m:Code>\n            <m:Description>Юридическое"
	for name, tc := range map[string]struct {
		edit []string
		path []string // names from the root
		text string
	}{
		"checksum":     {[]string{newINN, "7728168972"}, []string{"Organization", "Inn"}, "контрольная"},
		"length":       {[]string{newINN, "77281689"}, []string{"Organization", "Inn"}, "10 цифр"},
		"no inn":       {[]string{newINN, ""}, []string{"Organization", "Inn"}, "ИНН"},
		"kpp":          {[]string{"<m:Kpp>770101001</m:Kpp>\n          <m:LegalName>", "<m:Kpp>77</m:Kpp>\n          <m:LegalName>"}, []string{"Organization", "Kpp"}, "КПП"},
		"type":         {[]string{legal, "<m:Code>7</m:Code>\n            <m:Description>Юридическое"}, []string{"Organization", "OrganizationType"}, "тип"},
		"name":         {[]string{"<m:Name>ООО «Ромашка»</m:Name>", "<m:Name/>"}, []string{"Organization", "Name"}, "название"},
		"login":        {[]string{"clerk@sample</m:Login>", "</m:Login>"}, []string{"Users", "0", "Login"}, "логин"},
		"surname":      {[]string{"Иванов</m:LastName>", "</m:LastName>"}, []string{"Users", "0", "LastName"}, "фамилия"},
		"certificate":  {[]string{contract.SampleCertificate, "Z2FyYmFnZQ=="}, []string{"Users", "0", "Certificate"}, "не читается"},
		"department":   {[]string{contract.SampleDepartment + "</m:DepartmentId>", "nowhere</m:DepartmentId>"}, []string{"Users", "0", "DepartmentId"}, "подразделения"},
		"two heads":    {[]string{"</m:DepartmentRegistrationData>", "</m:DepartmentRegistrationData><m:DepartmentRegistrationData><m:Id>x</m:Id><m:Name>X</m:Name></m:DepartmentRegistrationData>"}, []string{"Departments"}, "структура"},
		"no user":      {[]string{"<m:UserRegistrationData>", `<m:UserRegistrationData i:nil="true"/><!--`, "</m:UserRegistrationData>", "-->"}, []string{"Users"}, "пользователя"},
		"no secret":    {[]string{"<m:Certificate>" + contract.SampleCertificate + "</m:Certificate>", "", "<m:Password>pass&amp;word</m:Password>", ""}, []string{"Users", "0", "Certificate"}, "пароля"},
		"expired":      {[]string{contract.SampleCertificate, expired}, []string{"Users", "0", "Certificate"}, "срока"},
		"no kpp":       {[]string{"<m:Kpp>770101001</m:Kpp>\n          <m:LegalName>", "<m:LegalName>"}, []string{"Organization", "Kpp"}, "КПП"},
		"too long":     {[]string{"<m:Name>ООО «Ромашка»</m:Name>", "<m:Name>" + strings.Repeat("Я", 1001) + "</m:Name>"}, []string{"Organization", "Name"}, "1000"},
		"too many":     {[]string{"<m:Users>", "<m:Users>" + strings.Repeat("<m:UserRegistrationData/>", 1000)}, []string{"Users"}, "1000"},
		"contact auth": {[]string{"<m:Code>1</m:Code>\n            <m:Description>Вручную", "<m:Code>9</m:Code>\n            <m:Description>Вручную"}, []string{"Organization", "ContactAuthType"}, "приглашений"},
	} {
		e := envelope(t, "RegisterSubscriber.request")
		e = contract.Fill(e, contract.SampleINN, newINN)
		if !strings.Contains(string(e), tc.edit[0]) {
			t.Fatalf("%s: the request does not contain %q", name, tc.edit[0])
		}
		e = contract.Fill(e, tc.edit...)
		got := b.call("RegisterSubscriber", contract.Fill(e, contract.SampleCertificate, base64.StdEncoding.EncodeToString(id.Certificate.Raw)))
		if got.status != http.StatusOK || got.outcome() != "1" || !strings.Contains(string(got.body), `<m:Result i:nil="true"/>`) {
			t.Errorf("%s: %s", name, got.body)
			continue
		}
		if names := path(got); !slices.Equal(names, tc.path) {
			t.Errorf("%s: path %q, want %q in %s", name, names, tc.path, got.body)
		}
		if !strings.Contains(got.text(t, "Text"), tc.text) {
			t.Errorf("%s: %s", name, got.text(t, "Text"))
		}
	}
	if n := len(b.op.Registrations()); n != 0 {
		t.Errorf("%d registrations", n)
	}
	two := "</m:UserRegistrationData>\n        <m:UserRegistrationData><m:FirstName>А</m:FirstName><m:LastName>Б</m:LastName><m:Login>CLERK@sample</m:Login><m:Password>1</m:Password></m:UserRegistrationData>"
	if got := b.good("", "RegisterSubscriber", registration(id, "</m:UserRegistrationData>", two)...); !slices.Equal(path(got), []string{"Users", "1", "Login"}) {
		t.Errorf("login twice: %s", got.body)
	}
	refused(t, b.call("RegisterSubscriber", []byte(`<s:Envelope xmlns:s="`+contract.NSEnvelope+`"><s:Body><RegisterSubscriber xmlns="`+contract.NSService+`"/></s:Body></s:Envelope>`)),
		"NotFilledRequiredField", "request")
}

// outcome is the number in the Code of a registration.
func (r reply) outcome() string {
	_, rest, _ := strings.Cut(string(r.body), "<m:Code><m:Code>")
	number, _, _ := strings.Cut(rest, "<")
	return number
}

// path returns the names of the nodes of the only branch of a validation tree: they close from the leaf to the root.
func path(r reply) []string {
	_, tree, _ := strings.Cut(string(r.body), "<m:ValidationResult>")
	var out []string
	for _, part := range strings.Split(tree, "</m:Messages><m:Name>")[1:] {
		name, _, _ := strings.Cut(part, "<")
		out = append([]string{name}, out...)
	}
	return out
}

func TestDuplicatesAreAnsweredInThreeWays(t *testing.T) {
	t.Parallel()
	for word, check := range map[string]func(*testing.T, *bundle, reply, string){
		mockoperator.DuplicateFault: func(t *testing.T, _ *bundle, got reply, _ string) {
			t.Helper()
			refused(t, got, "DuplicateOrganization", "request.Organization.Inn")
		},
		mockoperator.DuplicateResponse: func(t *testing.T, _ *bundle, got reply, _ string) {
			t.Helper()
			if got.outcome() != "1" || !slices.Equal(path(got), []string{"Organization", "Inn"}) {
				t.Errorf("%s", got.body)
			}
		},
		mockoperator.DuplicateFound: func(t *testing.T, _ *bundle, got reply, box string) {
			t.Helper()
			if got.outcome() != "0" || got.text(t, "BoxAddress") != box {
				t.Errorf("%s", got.body)
			}
		},
	} {
		b := setup(t, mockoperator.Scenario{People: mockoperator.People{DuplicateOrganisation: word}})
		first := b.good("", "RegisterSubscriber", registration(client(t, 3))...)
		check(t, b, b.ask("", "RegisterSubscriber", registration(client(t, 4))...), first.text(t, "BoxAddress"))
		if n := len(b.op.Registrations()); n != 1 {
			t.Errorf("%s: %d registrations", word, n)
		}
	}
}

func TestLoginsAndCertificatesBelongToOne(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	id := client(t, 5)
	b.good("", "RegisterSubscriber", registration(id)...)
	refused(t, b.ask("", "RegisterSubscriber", registration(client(t, 6), contract.SampleKPP, "770102001")...), "DuplicateUser", "request.Users[0].Login")
	refused(t, b.ask("", "RegisterSubscriber", registration(id, contract.SampleKPP, "770102001", "clerk@sample<", "other@sample<")...),
		"DuplicateCertificate", "request.Users[0].Certificate")
	twice, third := "</m:UserRegistrationData>", client(t, 10)
	user, _, _ := strings.Cut(string(envelope(t, "RegisterSubscriber.request")), twice)
	user = user[strings.LastIndex(user, "<m:UserRegistrationData>"):]
	user = strings.NewReplacer("clerk@sample<", "third@sample<").Replace(user)
	refused(t, b.ask("", "RegisterSubscriber", registration(third, contract.SampleKPP, "770103001", "clerk@sample<", "other@sample<",
		twice, twice+strings.ReplaceAll(user, contract.SampleCertificate, base64.StdEncoding.EncodeToString(third.Certificate.Raw))+twice)...),
		"DuplicateCertificate", "request.Users[1].Certificate")
	second := b.good("", "RegisterSubscriber", registration(client(t, 7), contract.SampleKPP, "770102001", "clerk@sample<", "other@sample<")...)
	if second.text(t, "Kpp") != "770102001" || len(b.op.Registrations()) != 2 {
		t.Errorf("another KPP is another subscriber: %s", second.body)
	}
}

func TestNonActiveIsRegistered(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	token := b.loginByCertificate(b.ids[0])
	made := b.good(token, "CreateNonActiveSubscriber", nonActive(newINN)...)
	box := made.text(t, "OrganizationBoxId")
	if made.outcome() != "0" || made.texts("string")[0] != "clerk@sample.example" || b.op.Registrations()[0].Emails[0] != "clerk@sample.example" {
		t.Errorf("made: %s", made.body)
	}
	status := func() string {
		return b.good(token, "GetOrganizationByInnKpp", contract.SampleINN, newINN).text(t, "OrganizationStatus")
	}
	if got := status(); got != "NonActive" {
		t.Errorf("status %s", got)
	}
	content := []byte("договор")
	body := contract.Fill(b.message(token, content, sign(t, content, b.ids[0].Certificate, b.ids[0].Key)), boxB, box)
	refused(t, b.call("SendMessage", body), "OrganizationMustBeActive", "message.Recipients[0].OrganizationBoxId")
	refused(t, b.ask(token, "CreateNonActiveSubscriber", nonActive(newINN)...), "DuplicateOrganization", "request.Inn")
	got := b.good("", "RegisterSubscriber", registration(client(t, 8))...)
	if got.text(t, "BoxAddress") != box || status() != "Test" || !b.op.Registrations()[1].Activated {
		t.Errorf("keeps its box %s: %s", box, got.body)
	}
	if sent := b.call("SendMessage", body); sent.status != http.StatusOK {
		t.Errorf("sending: %s", sent.body)
	}
}

func TestNonActiveRecipientParked(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{People: mockoperator.People{NonActiveRecipient: mockoperator.RecipientParked}})
	token := b.loginByCertificate(b.ids[0])
	box := b.good(token, "CreateNonActiveSubscriber", nonActive(newINN)...).text(t, "OrganizationBoxId")
	content := []byte("договор")
	sent := b.call("SendMessage", contract.Fill(b.message(token, content, sign(t, content, b.ids[0].Certificate, b.ids[0].Key)), boxB, box))
	id := sent.texts("ServiceId")[0]
	delivery := func() string {
		b.t.Helper()
		ask := []string{contract.SampleBox, boxA, contract.SampleServiceID, id}
		b.good(token, "GetFullDocumentInfo", ask...)
		return b.good(token, "GetFullDocumentInfo", ask...).text(t, "DeliveryStatus")
	}
	if got := delivery(); got != "RecievedByService" {
		t.Errorf("parked: %s", got)
	}
	if err := b.op.Activate(newINN, contract.SampleKPP); err != nil {
		t.Fatal(err)
	}
	if got := delivery(); got != "SentToRecipient" {
		t.Errorf("active: %s", got)
	}
	person, err := b.op.Identity(box)
	if err != nil {
		t.Fatal(err)
	}
	other := b.loginByCertificate(person)
	read := b.good(other, "GetDocumentContent", contract.SampleBox, box, contract.SampleServiceID, id)
	if raw, err := base64.StdEncoding.DecodeString(read.text(t, "GetDocumentContentResult")); err != nil || string(raw) != string(content) {
		t.Errorf("handed over: %q %v", raw, err)
	}
	if err := b.op.Activate("1", ""); err == nil {
		t.Error("activated nobody")
	}
}

func TestRegistersInStatusTest(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{People: mockoperator.People{Contacts: mockoperator.ContactsRequired}})
	id := client(t, 9)
	got := b.good("", "RegisterSubscriber", registration(id)...)
	if got.text(t, "OrganizationStatus") != "Test" {
		t.Errorf("%s", got.body)
	}
	number := got.texts("OrganizationId")
	sides := []string{contract.SampleOwnNumber, number[len(number)-1], contract.SamplePeerNumber, numberB}
	token := b.loginByCertificate(id)
	refused(t, b.ask(token, "SendAuthRequest", sides...), "OrganizationMustBeActive", "organizationId")
	if err := b.op.Activate(newINN, contract.SampleKPP); err != nil {
		t.Fatal(err)
	}
	b.good(token, "SendAuthRequest", sides...)
}

// TestTheRegisteredExchange: one in status Test sends and receives.
func TestTheRegisteredExchange(t *testing.T) {
	t.Parallel()
	for status, want := range map[mockoperator.Status]string{"": "Test", mockoperator.Active: "Active"} {
		b := setup(t, mockoperator.Scenario{People: mockoperator.People{RegisteredStatus: status}})
		id := client(t, 9)
		got := b.good("", "RegisterSubscriber", registration(id)...)
		if got.text(t, "OrganizationStatus") != want {
			t.Errorf("%s, want %s", got.text(t, "OrganizationStatus"), want)
		}
		client, known := b.side(b.op.Registrations()[0].Box, id), b.side(boxB, b.ids[2])
		for from, to := range map[*side]*side{client: known, known: client} {
			document := from.untyped(to.box, []byte("договор"), true)
			to.receipt(from.box, document)
			from.want(document, "DeliveredToRecipient WaitingForSign NoRevocation")
		}
	}
}

// TestRegistersASoleProprietor: twelve digits, no KPP, a name made of the person's.
func TestRegistersASoleProprietor(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	e := envelope(t, "CreateNonActiveSubscriber.request", contract.SampleINN, "500100732259", contract.SampleKPP, "",
		"<m:Code>1</m:Code>", "<m:Code>2</m:Code>", `<m:FirstName i:nil="true"/>`, "<m:FirstName>Анна</m:FirstName>",
		`<m:LastName i:nil="true"/>`, "<m:LastName>Белова</m:LastName>", "<m:Name>ООО «Ромашка»</m:Name>", `<m:Name i:nil="true"/>`)
	got := b.call("CreateNonActiveSubscriber", contract.Fill(e, contract.SampleToken, b.login()))
	if got.outcome() != "0" || !slices.Contains(got.texts("Name"), "ИП Белова Анна") || !slices.Contains(got.texts("Name"), "IndividualEntrepreneur") {
		t.Errorf("%s", got.body)
	}
}

func TestPasswordMayBeTooLittleToRegisterOthers(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{PasswordLogin: mockoperator.PasswordReadOnly})
	token := b.login()
	for _, operation := range []string{"CreateNonActiveSubscriber", "SendAuthRequest", "AcceptRegulation"} {
		refused(t, b.ask(token, operation), "AccessDeniedError", "authToken")
	}
}

// TestGOSTCertificate: it may be registered and read; only the envelope of the login is beyond this stand-in.
func TestGOSTCertificate(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../edo/cms/testdata/gost/gost2012-256.cer")
	if err != nil {
		t.Fatal(err)
	}
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	id := mockoperator.Identity{Certificate: cert}
	b := setupConfig(t, mockoperator.Config{Now: func() time.Time { return cert.NotBefore.Add(time.Hour) }})
	got := b.good("", "RegisterSubscriber", registration(id)...)
	if got.outcome() != "0" || got.text(t, "Thumbprint") != id.Thumbprint() {
		t.Errorf("%s", got.body)
	}
	if got := b.ask("", "CheckCertificates", contract.SampleThumbprint, id.Thumbprint()); len(got.texts("string")) != 1 {
		t.Errorf("%s", got.body)
	}
	refused(t, b.ask("", "AuthenticateWithCertificate", contract.SampleThumbprint, id.Thumbprint()), "FeatureDisabled", "certHash")
	plain := b.ask("", "AuthenticateWithCertificateAndPassword", contract.SampleThumbprint, id.Thumbprint())
	if b.good(plain.text(t, "AuthenticateWithCertificateAndPasswordResult"), "GetBoxes").text(t, "Inn") != newINN {
		t.Errorf("%s", plain.body)
	}
}
