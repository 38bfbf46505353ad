package synerdocs

import (
	"io"
	"os"
	"slices"
	"testing"

	"github.com/edokit/edokit/edo"
)

// TestRequests compares every request byte for byte with an envelope written by hand.
func TestRequests(t *testing.T) {
	t.Parallel()
	ref := edo.Ref{Package: "package-1", Document: "letter", Message: "m", Remote: remoteID}
	for operation, run := range map[string]func(t *testing.T, s *session) error{
		"Authenticate": func(t *testing.T, s *session) error { _, err := s.Check(t.Context()); return err },
		"GetVersion":   func(t *testing.T, s *session) error { _, err := s.Check(t.Context()); return err },
		"GetBoxes":     func(t *testing.T, s *session) error { _, err := s.Check(t.Context()); return err },
		"GetOrganizationListByInnKpp": func(t *testing.T, s *session) error {
			_, err := s.Lookup(t.Context(), edo.Counterparty{INN: "7707083893", KPP: "770701001"})
			return err
		},
		"GetSpecialOperatorInfo": func(t *testing.T, s *session) error {
			_, err := s.Lookup(t.Context(), edo.Counterparty{INN: "7707083893"})
			return err
		},
		"SendMessage":         func(t *testing.T, s *session) error { _, err := s.Send(t.Context(), letterMessage()); return err },
		"GetDocumentEntries":  func(t *testing.T, s *session) error { _, err := s.Find(t.Context(), query()); return err },
		"GetFullDocumentInfo": func(t *testing.T, s *session) error { _, err := s.Track(t.Context(), ref); return err },
		"PrintDocument":       func(t *testing.T, s *session) error { _, err := s.Print(t.Context(), ref, io.Discard); return err },
		"DownloadPdfDocument": func(t *testing.T, s *session) error { _, err := s.Print(t.Context(), ref, io.Discard); return err },
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say("GetVersion", ok("GetVersion", "<GetVersionResult>2.56.1</GetVersionResult>"))
			server.say("GetOrganizationListByInnKpp", ok("GetOrganizationListByInnKpp", "<GetOrganizationListByInnKppResult>"+organizationXML("b1", "2IG")+organizationXML("b2", "2IG")+"</GetOrganizationListByInnKppResult>"))
			server.say("GetSpecialOperatorInfo", ok("GetSpecialOperatorInfo", "<GetSpecialOperatorInfoResult/>"))
			server.say("SendMessage", answer{body: string(fixture(t, "answers/SendMessage.xml"))})
			server.say("GetDocumentEntries", entriesXML(0))
			server.say("GetFullDocumentInfo", ok("GetFullDocumentInfo", "<GetFullDocumentInfoResult><a:RevocationStatus>RevocationAccepted</a:RevocationStatus></GetFullDocumentInfoResult>"))
			server.say("PrintDocument", refusal("FeatureDisabled"))
			server.say("DownloadPdfDocument", ok("DownloadPdfDocument", "<DownloadPdfDocumentResult><a:Content>AAEC</a:Content></DownloadPdfDocumentResult>"))
			if err := run(t, server.open()); err != nil {
				t.Fatal(err)
			}
			bodies := server.bodies(operation)
			if len(bodies) != 1 {
				t.Fatalf("asked %d times: %q", len(bodies), server.operations())
			}
			golden(t, operation, bodies[0])
		})
	}
}

func TestCertificateLoginRequest(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	server.say("AuthenticateWithCertificate", sealedAnswer(t, "aes256"))
	a := server.account()
	a.Login = edo.Login{Certificate: new(loginFixture(t))}
	s := openAccount(t, Config{ApplicationID: "6f9619ff-8b86-d011-b42d-00cf4fc964ff"}, a)
	if _, err := s.boxes(t.Context()); err != nil {
		t.Fatal(err)
	}
	golden(t, "AuthenticateWithCertificate", server.bodies("AuthenticateWithCertificate")[0])
	if got := server.bodies("GetBoxes")[0]; !contains(got, "<authToken>33221100-5544-7766-8899-aabbccddeeff</authToken>") {
		t.Error(got)
	}
}

// TestRepeatIsTheSame: a second send of the same package renders the same bytes.
func TestRepeatIsTheSame(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	server.say("SendMessage", answer{body: string(fixture(t, "answers/SendMessage.xml"))})
	for range 2 {
		if _, err := server.open().Send(t.Context(), letterMessage()); err != nil {
			t.Fatal(err)
		}
	}
	if b := server.bodies("SendMessage"); len(b) != 2 || b[0] != b[1] {
		t.Errorf("%d requests, or they differ", len(b))
	}
}

// TestSchemaWasThere says aloud when the schemas did not take part in this run.
func TestSchemaWasThere(t *testing.T) {
	t.Parallel()
	if os.Getenv("EDOKIT_XSD_DIR") == "" {
		t.Skip("EDOKIT_XSD_DIR is not set: requests were compared with the goldens, but not validated against the schemas")
	}
}

func TestOpenReportsEverything(t *testing.T) {
	t.Parallel()
	_, err := New(Config{}).Open(t.Context(), edo.Account{Endpoint: "http://operator.example/", Forms: []string{"PrintDocument", "Fax"}, Pins: []string{"x"}})
	var fields []string
	for _, f := range flatten(err) {
		fields = append(fields, asError(t, f).Field)
	}
	for _, want := range []string{"account.login.name", "account.forms[1]", "endpoint", "pins"} {
		if !slices.Contains(fields, want) {
			t.Errorf("%s is not reported; only %q", want, fields)
		}
	}
}

func flatten(err error) []error {
	if many, is := err.(interface{ Unwrap() []error }); is {
		var all []error
		for _, e := range many.Unwrap() {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []error{err}
}
