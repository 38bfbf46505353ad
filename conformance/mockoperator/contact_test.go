package mockoperator_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// sides are two organisations that look at one relation.
type sides struct {
	*bundle
	a, b string // tokens
}

func setupSides(t *testing.T, auth mockoperator.ContactAuth, people mockoperator.People) *sides {
	t.Helper()
	b := setupConfig(t, mockoperator.Config{
		Scenario:      mockoperator.Scenario{People: people},
		Organisations: organisations(func(all []mockoperator.Organisation) { all[1].ContactAuth = auth }),
	})
	return &sides{b, b.loginByCertificate(b.ids[0]), b.loginByCertificate(b.ids[2])}
}

// do lets one side ("a" or "b") do an operation on the other.
func (s *sides) do(side, operation string) reply {
	s.t.Helper()
	if side == "a" {
		return s.ask(s.a, operation, contract.SampleOwnNumber, numberA, contract.SamplePeerNumber, numberB)
	}
	return s.ask(s.b, operation, contract.SampleOwnNumber, numberB, contract.SamplePeerNumber, numberA)
}

// view is the status as both sides see it.
func (s *sides) view() [2]string {
	s.t.Helper()
	return [2]string{s.do("a", "GetContact").text(s.t, "ContactStatus"), s.do("b", "GetContact").text(s.t, "ContactStatus")}
}

func TestContactsMoveOnBothSides(t *testing.T) {
	t.Parallel()
	const (
		invite, accept, reject, cancel, stop = "SendAuthRequest", "AcceptAuthRequest", "RejectAuthRequest", "CancelAuthRequest", "DeleteContact"

		already, requested, rejected, missing, notActive = "ContactIsAlreadyAuthorized", "ContactAuthIsAlreadyRequested",
			"ContactHasRejectedAuth", "ContactAuthRequestNotFound", "ContactIsNotAuthorized"
	)
	type move struct{ side, operation, code string }
	for name, tc := range map[string]struct {
		auth  mockoperator.ContactAuth
		moves []move
		want  [2]string
	}{
		"nothing":                 {want: [2]string{"NonAuthorized", "NonAuthorized"}},
		"invited":                 {mockoperator.AuthManual, []move{{"a", invite, ""}}, [2]string{"OutgoingAuthRequest", "IncomingAuthRequest"}},
		"invited twice":           {mockoperator.AuthManual, []move{{"a", invite, ""}, {"a", invite, requested}}, [2]string{"OutgoingAuthRequest", "IncomingAuthRequest"}},
		"invited crosswise":       {mockoperator.AuthManual, []move{{"a", invite, ""}, {"b", invite, requested}}, [2]string{"OutgoingAuthRequest", "IncomingAuthRequest"}},
		"accepted":                {mockoperator.AuthManual, []move{{"a", invite, ""}, {"b", accept, ""}}, [2]string{"Active", "Active"}},
		"accepted by the inviter": {mockoperator.AuthManual, []move{{"a", invite, ""}, {"a", accept, missing}}, [2]string{"OutgoingAuthRequest", "IncomingAuthRequest"}},
		"accepted twice":          {mockoperator.AuthManual, []move{{"a", invite, ""}, {"b", accept, ""}, {"b", accept, already}, {"a", invite, already}}, [2]string{"Active", "Active"}},
		"accepted without":        {mockoperator.AuthManual, []move{{"b", accept, missing}, {"b", reject, missing}, {"b", cancel, missing}}, [2]string{"NonAuthorized", "NonAuthorized"}},
		"rejected":                {mockoperator.AuthManual, []move{{"a", invite, ""}, {"b", reject, ""}}, [2]string{"OutgoingAuthRejected", "AuthRejected"}},
		"rejected, again":         {mockoperator.AuthManual, []move{{"a", invite, ""}, {"b", reject, ""}, {"a", invite, rejected}}, [2]string{"OutgoingAuthRejected", "AuthRejected"}},
		"rejected, other way":     {mockoperator.AuthManual, []move{{"a", invite, ""}, {"b", reject, ""}, {"b", invite, ""}}, [2]string{"Active", "Active"}},
		"withdrawn":               {mockoperator.AuthManual, []move{{"a", invite, ""}, {"b", cancel, missing}, {"a", cancel, ""}}, [2]string{"OutgoingAuthCancelled", "IncomingAuthCancelled"}},
		"withdrawn, cleared":      {mockoperator.AuthManual, []move{{"a", invite, ""}, {"a", cancel, ""}, {"b", accept, missing}, {"b", stop, ""}}, [2]string{"NonAuthorized", "NonAuthorized"}},
		"withdrawn, again":        {mockoperator.AuthManual, []move{{"a", invite, ""}, {"a", cancel, ""}, {"a", invite, ""}}, [2]string{"OutgoingAuthRequest", "IncomingAuthRequest"}},
		"stopped":                 {mockoperator.AuthManual, []move{{"a", invite, ""}, {"b", accept, ""}, {"a", stop, ""}, {"b", stop, notActive}}, [2]string{"NonAuthorized", "NonAuthorized"}},
		"accepts all":             {mockoperator.AuthAccept, []move{{"a", invite, ""}, {"a", cancel, already}}, [2]string{"Active", "Active"}},
		"rejects all":             {mockoperator.AuthReject, []move{{"a", invite, ""}, {"a", invite, rejected}}, [2]string{"OutgoingAuthRejected", "AuthRejected"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setupSides(t, tc.auth, mockoperator.People{Contacts: mockoperator.ContactsRequired})
			for i, m := range tc.moves {
				got := s.do(m.side, m.operation)
				if m.code != "" {
					refused(t, got, m.code, "contragentId")
				} else if got.status != http.StatusOK {
					t.Fatalf("move %d: %s", i, got.body)
				}
			}
			if diff := cmp.Diff(tc.want, s.view()); diff != "" {
				t.Errorf("both sides:\n%s", diff)
			}
		})
	}
}

func TestInvitationsAreInTheLedger(t *testing.T) {
	t.Parallel()
	s := setupSides(t, mockoperator.AuthReject, mockoperator.People{Contacts: mockoperator.ContactsRequired})
	s.do("a", "SendAuthRequest")
	s.do("a", "SendAuthRequest")
	all := s.op.Invitations()
	if len(all) != 1 || all[0].Time.IsZero() {
		t.Fatalf("%+v", all)
	}
	all[0].Time = time.Time{}
	want := mockoperator.Invitation{
		Number: 1, From: boxA, To: boxB, Comment: "Приглашаем к обмену", Outcome: mockoperator.OutgoingAuthRejected, Exchange: 3,
	}
	if diff := cmp.Diff(want, all[0]); diff != "" {
		t.Error(diff)
	}
	contact := s.do("a", "GetContact")
	if contact.text(t, "Comment") != "Приглашаем к обмену" || contact.text(t, "ContragentInn") != "7803456788" || contact.text(t, "OperatorCode") != "2IG" {
		t.Errorf("%s", contact.body)
	}
}

// TestContactsDecideWhoMaySend: required contacts close what is open by default, and a stopped contact closes it in both.
func TestContactsDecideWhoMaySend(t *testing.T) {
	t.Parallel()
	const field = "message.Recipients[0].OrganizationBoxId"
	for word, before := range map[string]bool{mockoperator.ContactsOpen: true, mockoperator.ContactsRequired: false} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			s := setupSides(t, mockoperator.AuthAccept, mockoperator.People{Contacts: word})
			content := []byte("договор")
			body := s.message(s.a, content, sign(t, content, s.ids[0].Certificate, s.ids[0].Key))
			if got := s.call("SendMessage", body); before {
				if got.status != http.StatusOK {
					t.Errorf("open: %s", got.body)
				}
				refused(t, s.do("a", "SendAuthRequest"), "ContactIsAlreadyAuthorized", "contragentId")
			} else {
				refused(t, got, "ContactIsNotAuthorized", field)
				s.do("a", "SendAuthRequest")
				if got := s.call("SendMessage", body); got.status != http.StatusOK {
					t.Errorf("invited: %s", got.body)
				}
			}
			s.do("b", "DeleteContact")
			refused(t, s.call("SendMessage", body), "ContactIsNotAuthorized", field)
		})
	}
}

func TestWhoMayBeInvited(t *testing.T) {
	t.Parallel()
	s := setupSides(t, mockoperator.AuthManual, mockoperator.People{Contacts: mockoperator.ContactsRequired})
	s.good(s.a, "CreateNonActiveSubscriber", nonActive(newINN)...)
	invite := func(own, other string) reply {
		return s.ask(s.a, "SendAuthRequest", contract.SampleOwnNumber, own, contract.SamplePeerNumber, other)
	}
	refused(t, invite(numberA, "106"), "OrganizationMustBeActive", "contragentId")
	refused(t, invite(numberB, numberA), "AccessDeniedError", "organizationId")
	refused(t, invite(numberA, "99999"), "NoDataFound", "contragentId")
	refused(t, invite(numberA, numberA), "ContactListError", "contragentId")
	s.op.Change(func(sc *mockoperator.Scenario) { sc.People.InviteNonActive = mockoperator.InviteAllowed })
	if got := invite(numberA, "106"); got.status != http.StatusOK {
		t.Errorf("%s", got.body)
	}
	if got := s.ask(s.a, "GetContact", contract.SampleOwnNumber, numberA, contract.SamplePeerNumber, "106").text(t, "ContactStatus"); got != "OutgoingAuthRequest" {
		t.Errorf("nobody is there to accept, but %s", got)
	}
	if got := invite(numberA, "105"); got.status != http.StatusOK || len(s.op.Invitations()) != 2 {
		t.Errorf("roaming: %s", got.body)
	}
}

// TestInvitationWaitsForTheInvited: one who was not registered answers as he does with all once he is.
func TestInvitationWaitsForTheInvited(t *testing.T) {
	t.Parallel()
	for way, want := range map[string]string{"Manual": "OutgoingAuthRequest", "Accept": "Active", "Reject": "OutgoingAuthRejected"} {
		s := setupSides(t, mockoperator.AuthManual, mockoperator.People{InviteNonActive: mockoperator.InviteAllowed})
		s.good(s.a, "CreateNonActiveSubscriber", nonActive(newINN)...)
		contact := []string{contract.SampleOwnNumber, numberA, contract.SamplePeerNumber, "106"}
		s.good(s.a, "SendAuthRequest", contact...)
		number := map[string]string{"Manual": "1", "Accept": "2", "Reject": "3"}[way]
		s.good("", "RegisterSubscriber", registration(client(t, 20),
			"<m:ContactAuthType>\n            <m:Code>1<", "<m:ContactAuthType>\n            <m:Code>"+number+"<")...)
		if got := s.good(s.a, "GetContact", contact...).text(t, "ContactStatus"); got != want {
			t.Errorf("%s: %s, want %s", way, got, want)
		}
	}
}

func TestSearchContacts(t *testing.T) {
	t.Parallel()
	s := setupSides(t, mockoperator.AuthManual, mockoperator.People{InviteNonActive: mockoperator.InviteAllowed})
	s.good(s.a, "CreateNonActiveSubscriber", nonActive(newINN)...)
	for _, other := range []string{"105", "106"} {
		s.good(s.a, "SendAuthRequest", contract.SampleOwnNumber, numberA, contract.SamplePeerNumber, other)
	}
	s.do("b", "DeleteContact")
	search := func(oldnew ...string) ([]string, string) {
		got := s.good(s.a, "SearchContacts", append(oldnew, contract.SampleOwnNumber, numberA)...)
		return got.texts("ContragentId"), got.text(t, "TotalCount")
	}
	const active, all = "<m:ContactStatus>Active", "<m:IncludeNonActive>false"
	for name, tc := range map[string]struct {
		edit  []string
		want  []string
		total string
	}{
		"active":                {nil, []string{"102", "103", "104"}, "3"},
		"second page":           {[]string{"<m:From>0", "<m:From>1", "<m:Max>20", "<m:Max>1"}, []string{"103"}, "3"},
		"behind the end":        {[]string{"<m:From>0", "<m:From>9"}, nil, "3"},
		"absent status":         {[]string{active + "</m:ContactStatus>", ""}, []string{numberB}, "1"},
		"any but active":        {[]string{active, "<m:ContactStatus>NonActive"}, []string{numberB, "105"}, "2"},
		"and not registered":    {[]string{active, "<m:ContactStatus>NonActive", all, "<m:IncludeNonActive>true"}, []string{numberB, "105", "106"}, "3"},
		"invited":               {[]string{active, "<m:ContactStatus>OutgoingAuthRequest"}, []string{"105"}, "1"},
		"by a part of the name": {[]string{`<m:SearchString i:nil="true"/>`, "<m:SearchString>СЕТИ</m:SearchString>"}, []string{"102", "103"}, "2"},
		"by a part of the kpp":  {[]string{`<m:SearchString i:nil="true"/>`, "<m:SearchString>0294300</m:SearchString>"}, []string{"103"}, "1"},
	} {
		if got, total := search(tc.edit...); !slices.Equal(got, tc.want) || total != tc.total {
			t.Errorf("%s: %q of %s", name, got, total)
		}
	}
	refused(t, s.ask(s.a, "SearchContacts", contract.SampleOwnNumber, numberB), "AccessDeniedError", "contactSearchOptions.OrganizationId")
	refused(t, s.ask(s.a, "SearchContacts", contract.SampleOwnNumber, numberA, "<m:From>0", "<m:From>-1"), "InvalidFormatField", "contactSearchOptions.From")
}
