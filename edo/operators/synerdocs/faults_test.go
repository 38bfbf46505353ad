package synerdocs

import (
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// faultCall is one call of the driver that ends with the answer of one operation.
type faultCall struct {
	effect bool
	edit   func(*edo.Account)
	run    func(t *testing.T, s *session) error
}

// TestEveryOperationsFaults runs every operation that the driver calls against the service's typed fault: the verdict has
// the code's kind, the code itself, the name of the operation and the row of the message log.
func TestEveryOperationsFaults(t *testing.T) {
	t.Parallel()
	all := readCalls()
	for _, more := range []map[string]faultCall{loginCalls(t), peopleCalls(t), draftCalls(), sendCalls()} {
		maps.Copy(all, more)
	}
	for op, call := range all {
		for code, want := range map[string]edo.Kind{"InvalidFormatField": edo.Invalid, "BoxAccessError": edo.Denied, "SqlException": edo.Unavailable} {
			t.Run(op+" "+code, func(t *testing.T) {
				t.Parallel()
				switch {
				case strings.HasPrefix(op, "Authenticate") && want == edo.Invalid:
					want = edo.Denied // whatever is wrong there, it is the login
				case call.effect && want == edo.Unavailable:
					want = edo.InDoubt
				}
				server := newScript(t)
				flowAnswers(server)
				server.say("GetVersion", result("GetVersion", "2.56.1"))
				server.say("GetOrganizationListByInnKpp", result("GetOrganizationListByInnKpp", organizationXML("b1", "2IG")))
				server.say("PrintDocument", refusal("FeatureDisabled"))
				if op == "AcceptRegulation" { // asked only where they are not accepted yet
					server.say("GetBoxes", answer{body: strings.Replace(ownBoxes().body, "Accepted>true<", "Accepted>false<", 1)})
				}
				server.say(op, refusal(code))
				edit := call.edit
				if edit == nil {
					edit = func(*edo.Account) {}
				}
				err := call.run(t, server.open(func(a *edo.Account) { a.Journal = &callLog{} }, edit))
				var e *edo.Error
				if op == "GetInnKppNameByBoxId" && want == edo.Invalid { // a sender without a name holds no message up
					if err != nil {
						t.Error(err)
					}
				} else if !errors.As(err, &e) || e.Kind != want || e.Code != code || e.Exchange != "x-1" || e.Op != Name+"."+op || e.Remedy == "" || contains(err.Error(), ": text") {
					t.Errorf("%+v, want %s", e, want)
				}
				if n := len(server.bodies(op)); n != 1 {
					t.Errorf("asked %d times: %q", n, server.operations())
				}
			})
		}
	}
	for _, op := range operationsOfGoldens(t) {
		if _, is := all[op]; !is {
			t.Errorf("%s has a golden request, and no fault", op)
		}
	}
}

// operationsOfGoldens are the operations that the driver can call, by the requests that are compared with goldens.
func operationsOfGoldens(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir("testdata/golden")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	var all []string
	for _, f := range files {
		all = append(all, regexp.MustCompile(`^\w+`).FindString(f.Name()))
	}
	return all
}

func loginCalls(t *testing.T) map[string]faultCall {
	t.Helper()
	boxes := func(t *testing.T, s *session) error { _, err := s.boxes(t.Context()); return err }
	certificate, named := loginFixture(t), edo.LoginCertificate{DER: loginFixture(t).DER}
	by := func(l edo.Login) faultCall {
		return faultCall{edit: func(a *edo.Account) { a.Login = l }, run: boxes}
	}
	return map[string]faultCall{
		"Authenticate":                           {run: boxes},
		"AuthenticateWithCertificate":            by(edo.Login{Certificate: &certificate}),
		"AuthenticateWithCertificateAndPassword": by(edo.Login{Certificate: &named, Password: edo.NewSecret("p")}),
		"AuthenticateWithIdentityToken":          by(edo.Login{Identity: edo.NewSecret("i")}),
		"AuthenticateWithAccessToken":            by(edo.Login{Access: edo.NewSecret("a")}),
		"GetBoxes":                               {run: boxes},
	}
}

func readCalls() map[string]faultCall {
	ref := edo.Ref{Package: "package-1", Document: "letter", Message: messageID, Remote: remoteID}
	find := func(flow edo.Flow) func(*testing.T, *session) error {
		return func(t *testing.T, s *session) error {
			q := query()
			q.Flow = flow
			_, err := s.Find(t.Context(), q)
			return err
		}
	}
	receive := func(t *testing.T, s *session) error { _, err := s.Receive(t.Context(), messageID); return err }
	archive := func(receipts bool) func(*testing.T, *session) error {
		return func(t *testing.T, s *session) error {
			_, err := s.FlowArchive(t.Context(), ref, receipts, io.Discard)
			return err
		}
	}
	return map[string]faultCall{
		"GetVersion":                  {run: func(t *testing.T, s *session) error { _, err := s.Check(t.Context()); return err }},
		"GetDocumentEntries":          {run: find(edo.FlowSigned)},
		"GetInternalDocuments":        {run: find(edo.FlowInternal)},
		"GetFullDocumentInfo":         {run: func(t *testing.T, s *session) error { _, err := s.Track(t.Context(), ref); return err }},
		"GetFlowDocumentInfo":         {run: func(t *testing.T, s *session) error { _, err := s.Standing(t.Context(), ref); return err }},
		"GetMessages":                 {run: func(t *testing.T, s *session) error { _, err := s.Inbox(t.Context(), ""); return err }},
		"GetMessageWithLoadOptions":   {run: receive},
		"GetInnKppNameByBoxId":        {run: receive},
		"GetDocumentList":             {run: func(t *testing.T, s *session) error { _, err := s.Listing(t.Context(), time.Time{}, 0); return err }},
		"GetDocumentContent":          {run: func(t *testing.T, s *session) error { _, err := s.Download(t.Context(), ref, io.Discard); return err }},
		"GetRequiredNotices":          {run: func(t *testing.T, s *session) error { _, err := s.Notices(t.Context(), ""); return err }},
		"GetEnhancedSignById":         {run: func(t *testing.T, s *session) error { _, err := s.Enhanced(t.Context(), signatureID); return err }},
		"PrintDocument":               {run: func(t *testing.T, s *session) error { _, err := s.Print(t.Context(), ref, io.Discard); return err }},
		"DownloadPdfDocument":         {run: func(t *testing.T, s *session) error { _, err := s.Print(t.Context(), ref, io.Discard); return err }},
		"DownloadDocumentFlowArchive": {run: archive(true)},
		"DownloadDocumentFlowArchiveWithoutInformationReceipt": {run: archive(false)},
	}
}

func draftCalls() map[string]faultCall {
	draft := func(k edo.AnswerKind, typ string) faultCall {
		return faultCall{run: func(t *testing.T, s *session) error {
			_, err := s.Draft(t.Context(), edo.DraftRequest{Kind: k, Ref: edo.Ref{Remote: remoteID}, Type: typ, Text: reason}, io.Discard)
			return err
		}}
	}
	return map[string]faultCall{
		"GenerateDeliveryConfirmationV2":    draft(edo.AnswerReceipt, untyped),
		"GenerateInvoiceReceiptV2":          draft(edo.AnswerReceipt, operatorConfirmation),
		"GenerateAmendmentRequestV2":        draft(edo.AnswerRefuse, untyped),
		"GenerateInvoiceAmendmentRequestV2": draft(edo.AnswerRefuse, "Invoice"),
		"GenerateRevocationOffer":           draft(edo.AnswerRevoke, untyped),
	}
}

func sendCalls() map[string]faultCall {
	all := map[string]faultCall{}
	for name, m := range flowMessages() {
		op, _, _ := strings.Cut(name, ".")
		m.Package = "package-1"
		all[op] = faultCall{effect: true, edit: func(a *edo.Account) { a.Department = "department-7" }, run: func(t *testing.T, s *session) error {
			_, err := s.Send(t.Context(), m)
			return err
		}}
	}
	return all
}

func peopleCalls(t *testing.T) map[string]faultCall {
	t.Helper()
	relate := func(m edo.Move) faultCall {
		return faultCall{effect: true, run: func(t *testing.T, s *session) error { return s.Relate(t.Context(), partner(), m, "") }}
	}
	lookup := func(c edo.Counterparty) faultCall {
		return faultCall{run: func(t *testing.T, s *session) error { _, err := s.Lookup(t.Context(), c); return err }}
	}
	certificate := loginFixture(t)
	return map[string]faultCall{
		"GetOrganizationListByInnKpp": lookup(edo.Counterparty{INN: "7707083893"}),
		"GetOrganizationByInnKpp": {run: func(t *testing.T, s *session) error {
			_, err := s.organizationOf(t.Context(), edo.Counterparty{INN: "7707083893"})
			return err
		}},
		"GetSpecialOperatorInfo":   lookup(edo.Counterparty{INN: "7707083893"}),
		"GetOrganizationBy":        lookup(edo.Counterparty{Box: "box-b@example"}),
		"GetUserInfo":              {run: func(t *testing.T, s *session) error { _, err := s.Whoami(t.Context()); return err }},
		"GetOrganizationStructure": {run: func(t *testing.T, s *session) error { _, err := s.Departments(t.Context(), partner()); return err }},
		"HasQualifiedCertificate":  {run: func(t *testing.T, s *session) error { _, err := s.Qualified(t.Context(), "b"); return err }},
		"GetContact":               {run: func(t *testing.T, s *session) error { _, err := s.Relation(t.Context(), partner()); return err }},
		"SearchContacts": {run: func(t *testing.T, s *session) error {
			_, err := s.Relation(t.Context(), edo.Address{Box: "b", INN: "7707083893"})
			return err
		}},
		"SendAuthRequest": relate(edo.MoveInvite), "AcceptAuthRequest": relate(edo.MoveAccept), "RejectAuthRequest": relate(edo.MoveDecline),
		"CancelAuthRequest": relate(edo.MoveWithdraw), "DeleteContact": relate(edo.MoveStop),
		"CreateNonActiveSubscriber": {effect: true, run: func(t *testing.T, s *session) error { _, err := s.Introduce(t.Context(), introduction()); return err }},
		"RegisterSubscriber": {effect: true, edit: func(a *edo.Account) { a.Login = edo.Login{Certificate: &certificate} }, run: func(t *testing.T, s *session) error {
			form, err := checkIntroduction(enrolment(t).Introduction)
			if err != nil {
				return err
			}
			parsed, err := x509.ParseCertificate(certificate.DER)
			if err != nil {
				return err
			}
			_, err = s.register(t.Context(), enrolment(t), form, parsed)
			return err
		}},
		"AcceptRegulation": {effect: true, run: func(t *testing.T, s *session) error { _, err := s.acceptRules(t.Context(), s.box); return err }},
	}
}
