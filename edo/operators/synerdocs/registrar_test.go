package synerdocs

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

// registrationXML is the answer to a registration.
func registrationXML(op string, code int, inner, tree string) answer {
	return result(op, "<a:Code><a:Code>"+strconv.Itoa(code)+"</a:Code><a:Description>d</a:Description></a:Code><a:Future/><a:Result>"+inner+"</a:Result><a:ValidationResult>"+tree+"</a:ValidationResult>")
}

func node(name, status, messages, fields string) string {
	return "<a:ModelValidationResult><a:Fields>" + fields + "</a:Fields><a:Messages>" + messages + "</a:Messages><a:Name>" + name + "</a:Name><a:Status><a:Code>" + status + "</a:Code></a:Status></a:ModelValidationResult>"
}

func problemXML(category, status string) string {
	return "<a:ModelValidationMessage><a:Category><a:Code>" + category + "</a:Code></a:Category><a:Status><a:Code>" + status + "</a:Code></a:Status><a:Text>пароль hunter2</a:Text></a:ModelValidationMessage>"
}

const created = "<a:Inn>7707083893</a:Inn><a:Name>ООО «Клиент»</a:Name><a:OrganizationBoxId>box-b@example</a:OrganizationBoxId><a:ContactPerson/>"

func TestIntroduce(t *testing.T) {
	t.Parallel()
	const op, list = "CreateNonActiveSubscriber", "GetOrganizationListByInnKpp"
	tree := "<a:Fields>" + node("Inn", "2", problemXML("2", "2")+problemXML("0", "1"), "") + node("Emails", "2", "", node("3", "2", problemXML("3", "2"), "")) +
		node("Phone", "2", "", "") + node("Kpp", "0", problemXML("1", "0"), "") + "</a:Fields><a:Messages/><a:Name i:nil='true'/><a:Status><a:Code>2</a:Code></a:Status>"
	for name, tc := range map[string]struct {
		answer answer
		hits   string // of the lookup after a refusal
		kind   edo.Kind
		reason edo.Reason
		fields []string
		looked int
	}{
		"created":              {answer: registrationXML(op, 0, created, "")},
		"success without box":  {answer: registrationXML(op, 0, "", ""), kind: edo.InDoubt, reason: edo.AnswerUnreadable},
		"no code":              {answer: result(op, "<a:Result>"+created+"</a:Result>"), kind: edo.InDoubt, reason: edo.AnswerUnreadable},
		"unknown code":         {answer: registrationXML(op, 7, created, ""), kind: edo.InDoubt, reason: edo.AnswerUnreadable},
		"nil":                  {answer: ok(op, ""), kind: edo.InDoubt, reason: edo.AnswerUnreadable},
		"lost":                 {answer: answer{status: 503}, kind: edo.InDoubt, reason: edo.AnswerUnreadable},
		"unexpected":           {answer: refusal("UnexpectedError"), kind: edo.InDoubt, reason: edo.OperatorUnavailable},
		"duplicate, fault":     {answer: refusal("DuplicateOrganization"), kind: edo.Conflict, reason: edo.CounterpartyKnown},
		"duplicate, response":  {answer: registrationXML(op, 1, "", tree), hits: organizationXML("b", "2IG"), kind: edo.Conflict, reason: edo.CounterpartyKnown, looked: 1},
		"wrong, elsewhere too": {answer: registrationXML(op, 1, "", tree), hits: organizationXML("b", "2BM"), kind: edo.Invalid, reason: edo.OperatorRefused, fields: []string{"Inn", "Emails[3]", "Phone"}, looked: 1},
		"wrong":                {answer: registrationXML(op, 1, "", tree), kind: edo.Invalid, reason: edo.OperatorRefused, fields: []string{"Inn", "Emails[3]", "Phone"}, looked: 1},
		"wrong, nothing said":  {answer: registrationXML(op, 1, "", ""), kind: edo.Refused, reason: edo.OperatorRefused, fields: []string{""}, looked: 1},
		"wrong, a sentence":    {answer: registrationXML(op, 1, "", "<a:Messages>"+problemXML("0", "2")+"</a:Messages>"), kind: edo.Refused, reason: edo.OperatorRefused, fields: []string{""}, looked: 1},
		"wrong, an odd name":   {answer: registrationXML(op, 1, "", "<a:Fields>"+node("Пароль: hunter2", "2", problemXML("0", "2"), "")+"</a:Fields>"), kind: edo.Refused, reason: edo.OperatorRefused, fields: []string{""}, looked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(op, tc.answer)
			server.say(list, result(list, tc.hits))
			server.say("GetSpecialOperatorInfo", result("GetSpecialOperatorInfo", "<a:OperatorServiceCode>2IG</a:OperatorServiceCode>"))
			got, err := server.open().Introduce(t.Context(), introduction())
			if n := len(server.bodies(op)); n != 1 || len(server.bodies(list)) != tc.looked {
				t.Errorf("asked %d times, looked %d times", n, len(server.bodies(list)))
			}
			if tc.kind == 0 {
				want := edo.Address{Box: "box-b@example", INN: "7707083893", KPP: "770701001", Name: "ООО «Клиент»"}
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%v\n%s", err, diff)
				}
				return
			}
			if edo.KindOf(err) != tc.kind || edo.ReasonOf(err) != tc.reason || got != (edo.Address{}) || contains(err.Error(), "hunter2") {
				t.Errorf("%+v, %v (%s)", got, err, edo.ReasonOf(err))
			}
			var fields []string
			for _, f := range flatten(err) {
				fields = append(fields, asError(t, f).Field)
			}
			if diff := cmp.Diff(tc.fields, fields); tc.fields != nil && diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestIntroduceKnown: the error shows which organisation is there already, and stands without it.
func TestIntroduceKnown(t *testing.T) {
	t.Parallel()
	const op, one = "CreateNonActiveSubscriber", "GetOrganizationByInnKpp"
	inner := strings.TrimSuffix(strings.TrimPrefix(organizationXML("b1", "2IG"), "<a:Organization>"), "</a:Organization>")
	known := edo.Address{Box: "b1", INN: "7707083893", KPP: "770701001", Name: "АО «Сети»", Operator: "2IG", Active: true, Organisation: "1018"}
	for name, tc := range map[string]struct {
		answer answer
		want   []edo.Address
	}{
		"shown":         {answer: result(one, inner), want: []edo.Address{known}},
		"nil":           {answer: ok(one, "<"+one+"Result i:nil='true'/>")},
		"without a box": {answer: result(one, strings.Replace(inner, ">b1<", "><", 1))},
		"another INN":   {answer: result(one, strings.Replace(inner, "7707083893", "7701234560", 1))},
		"another KPP":   {answer: result(one, strings.Replace(inner, "770701001", "770743001", 1))},
		"a fault":       {answer: refusal("NoDataFound")},
		"down":          {answer: answer{status: 503}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(op, refusal("DuplicateOrganization"))
			server.say(one, tc.answer)
			_, err := server.open().Introduce(t.Context(), introduction())
			e := asError(t, err)
			if diff := cmp.Diff(tc.want, e.Candidates); diff != "" || e.Kind != edo.Conflict || e.Reason != edo.CounterpartyKnown || e.Code != "DuplicateOrganization" {
				t.Errorf("%v\n%s", err, diff)
			}
			golden(t, one, server.bodies(one)[0])
		})
	}
}

func TestIntroduceChecksFirst(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	s := server.open()
	for name, tc := range map[string]struct {
		edit  func(*edo.Introduction)
		field string
	}{
		"wrong INN":       {func(i *edo.Introduction) { i.Counterparty.INN = "7707083894" }, "introduction.counterparty.inn"},
		"no name":         {func(i *edo.Introduction) { i.Counterparty.Name = "" }, "introduction.counterparty.name"},
		"person, company": {func(i *edo.Introduction) { i.Form = edo.FormIndividual }, "introduction.form"},
		"company, person": {func(i *edo.Introduction) {
			i.Counterparty.INN, i.Counterparty.KPP, i.Form, i.LastName, i.FirstName = "500100732259", "", edo.FormCompany, "a", "b"
		}, "introduction.form"},
		"no last name": {func(i *edo.Introduction) {
			i.Counterparty.INN, i.Counterparty.KPP, i.FirstName = "500100732259", "", "b"
		}, "introduction.last_name"},
	} {
		i := introduction()
		tc.edit(&i)
		_, err := s.Introduce(t.Context(), i)
		if e := asError(t, err); e.Kind != edo.Invalid || e.Field != tc.field || e.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(server.operations()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

func TestIntroducePeople(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{"": "<m:Code>2</m:Code><m:Name>IndividualEntrepreneur<", edo.FormSole: "<m:Code>2<", edo.FormIndividual: "<m:Code>3</m:Code><m:Name>Individual<"} {
		server := newScript(t)
		server.say("CreateNonActiveSubscriber", registrationXML("CreateNonActiveSubscriber", 0, "<a:FirstName>Анна</a:FirstName><a:LastName>Ёжикова</a:LastName><a:OrganizationBoxId>b</a:OrganizationBoxId>", ""))
		got, err := server.open().Introduce(t.Context(), edo.Introduction{Counterparty: edo.Counterparty{INN: "500100732259"}, Form: form, LastName: "Ёжикова", FirstName: "Анна"})
		if err != nil || got.Name != "Ёжикова Анна" || !contains(server.bodies("CreateNonActiveSubscriber")[0], want) {
			t.Errorf("%q: %+v, %v", form, got, err)
		}
	}
}

func contactXML(status string) answer {
	return result("GetContact", "<a:Comment>ждём</a:Comment><a:ContactStatus>"+status+"</a:ContactStatus><a:ContragentId>1018</a:ContragentId><a:Date>2026-05-17T09:31:04</a:Date><a:Future/>")
}

func TestRelation(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]edo.RelationState{
		"NonAuthorized": edo.RelationNone, "Active": edo.RelationActive, "Deleted": edo.RelationNone, "OutgoingAuthRequest": edo.RelationInvited,
		"IncomingAuthRequest": edo.RelationAsked, "AuthRejected": edo.RelationRejected, "NonActive": edo.RelationUnknown,
		"OutgoingAuthRejected": edo.RelationForbidden, "OutgoingAuthCancelled": edo.RelationWithdrawn, "IncomingAuthCancelled": edo.RelationWithdrawn,
		"Married": edo.RelationUnknown,
	} {
		server := newScript(t)
		server.say("GetContact", contactXML(status))
		got, err := server.open().Relation(t.Context(), partner())
		if diff := cmp.Diff(edo.Relation{State: want, Comment: "ждём", At: time.Date(2026, 5, 17, 9, 31, 4, 0, time.UTC)}, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", status, err, diff)
		}
	}
	for name, tc := range map[string]struct {
		answer answer
		kind   edo.Kind
	}{"nil": {ok("GetContact", ""), 0}, "not found": {refusal("NoDataFound"), 0}, "denied": {refusal("BoxAccessError"), edo.Denied}, "down": {refusal("SqlException"), edo.Unavailable}} {
		server := newScript(t)
		server.say("GetContact", tc.answer)
		got, err := server.open().Relation(t.Context(), partner())
		if (err != nil) != (tc.kind != 0) || err != nil && edo.KindOf(err) != tc.kind || err == nil && got.State != edo.RelationNone {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func contactsXML(total int, boxes ...string) answer {
	var items strings.Builder
	for _, b := range boxes {
		items.WriteString("<a:ContactSearchItem><a:BoxAddress>" + b + "</a:BoxAddress><a:Date i:nil='true'/><a:Status>OutgoingAuthRequest</a:Status></a:ContactSearchItem>")
	}
	return result("SearchContacts", "<a:Items>"+items.String()+"</a:Items><a:TotalCount>"+strconv.Itoa(total)+"</a:TotalCount>")
}

func TestRelationBySearch(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		pages []answer
		want  edo.RelationState
		asked []string
	}{
		"first page":  {[]answer{contactsXML(2, "x", "BOX-B@example")}, edo.RelationInvited, []string{"Active 0"}},
		"second page": {[]answer{contactsXML(3, "x", "y"), contactsXML(3, "box-b@example")}, edo.RelationInvited, []string{"Active 0", "Active 2"}},
		"not active":  {[]answer{contactsXML(1, "x"), contactsXML(1, "box-b@example")}, edo.RelationInvited, []string{"Active 0", "NonActive 0"}},
		"nowhere":     {[]answer{contactsXML(0), contactsXML(0)}, edo.RelationNone, []string{"Active 0", "NonActive 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(contactsOp, tc.pages...)
			got, err := server.open().Relation(t.Context(), edo.Address{Box: "box-b@example", INN: "7707083893"})
			var asked []string
			for _, b := range server.bodies(contactsOp) {
				asked = append(asked, between(b, "<m:ContactStatus>")+" "+between(b, "<m:From>"))
			}
			if diff := cmp.Diff(tc.asked, asked); err != nil || got.State != tc.want || diff != "" {
				t.Errorf("%+v, %v\n%s", got, err, diff)
			}
		})
	}
}

// TestRelationUnreadable: an answer that does not say how many contacts there are does not say that there is none.
func TestRelationUnreadable(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string][]answer{
		"absent":       {ok(contactsOp, "")},
		"nil":          {ok(contactsOp, "<"+contactsOp+"Result i:nil='true'/>")},
		"no total":     {result(contactsOp, "<a:Items/>")},
		"nil total":    {result(contactsOp, "<a:Items/><a:TotalCount i:nil='true'/>")},
		"second look":  {contactsXML(0), result(contactsOp, "")},
		"short pages":  {contactsXML(9)},
		"short second": {contactsXML(3, "x"), contactsXML(3)},
	} {
		server := newScript(t)
		server.say(contactsOp, pages...)
		got, err := server.open().Relation(t.Context(), edo.Address{Box: "box-b@example", INN: "7707083893"})
		if edo.KindOf(err) != edo.Unavailable || edo.ReasonOf(err) != edo.AnswerUnreadable || got.State != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func between(s, tag string) string {
	_, rest, _ := strings.Cut(s, tag)
	value, _, _ := strings.Cut(rest, "<")
	return value
}

func TestRelate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		move   edo.Move
		code   string // empty: done
		state  string // of the contact afterwards
		kind   edo.Kind
		reason edo.Reason
	}{
		"invite":                          {move: edo.MoveInvite},
		"invite, invited":                 {move: edo.MoveInvite, code: "ContactAuthIsAlreadyRequested"},
		"invite, active":                  {move: edo.MoveInvite, code: "ContactIsAlreadyAuthorized"},
		"invite, forbidden":               {move: edo.MoveInvite, code: "ContactHasRejectedAuth", state: "OutgoingAuthRejected", kind: edo.Refused, reason: edo.CounterpartyBlocked},
		"invite, blocked":                 {move: edo.MoveInvite, code: "ContactAuthIsRejected", state: "OutgoingAuthRejected", kind: edo.Refused, reason: edo.CounterpartyBlocked},
		"invite, inactive":                {move: edo.MoveInvite, code: "OrganizationMustBeActive", state: "NonAuthorized", kind: edo.Refused, reason: edo.CounterpartyInactive},
		"invite, list error but there":    {move: edo.MoveInvite, code: "ContactListError", state: "OutgoingAuthRequest"},
		"invite, nobody knows":            {move: edo.MoveInvite, code: "UnexpectedError", kind: edo.InDoubt, reason: edo.OperatorUnavailable},
		"invite, not ours":                {move: edo.MoveInvite, code: "BoxAccessError", kind: edo.Denied, reason: edo.OperatorRefused},
		"accept, active":                  {move: edo.MoveAccept, code: "ContactIsAlreadyAuthorized"},
		"accept, accepted before":         {move: edo.MoveAccept, code: "ContactAuthRequestNotFound", state: "Active"},
		"accept, nothing there":           {move: edo.MoveAccept, code: "ContactAuthRequestNotFound", state: "IncomingAuthCancelled", kind: edo.Refused, reason: edo.OperatorRefused},
		"decline, declined before":        {move: edo.MoveDecline, code: "ContactAuthRequestNotFound", state: "AuthRejected"},
		"decline, active":                 {move: edo.MoveDecline, code: "ContactIsAlreadyAuthorized", state: "Active", kind: edo.Refused, reason: edo.OperatorRefused},
		"withdraw, withdrawn before":      {move: edo.MoveWithdraw, code: "ContactAuthRequestNotFound", state: "OutgoingAuthCancelled"},
		"withdraw, they have accepted it": {move: edo.MoveWithdraw, code: "ContactIsAlreadyAuthorized", state: "Active", kind: edo.Refused, reason: edo.OperatorRefused},
		"stop, stopped before":            {move: edo.MoveStop, code: "ContactIsNotAuthorized", state: "NonAuthorized"},
		"stop, not known":                 {move: edo.MoveStop, code: "ContactIsNotAuthorized", state: "Married", kind: edo.Refused, reason: edo.CounterpartyInactive},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			step, _ := moveOf(tc.move)
			server.say(step.operation, ok(step.operation, ""))
			if tc.code != "" {
				server.say(step.operation, refusal(tc.code))
			}
			if tc.state != "" {
				server.say("GetContact", contactXML(tc.state))
			}
			err := server.open().Relate(t.Context(), partner(), tc.move, "")
			if (err != nil) != (tc.kind != 0) || err != nil && (edo.KindOf(err) != tc.kind || edo.ReasonOf(err) != tc.reason) || len(server.bodies(step.operation)) != 1 {
				t.Errorf("%v (%s)", err, edo.ReasonOf(err))
			}
			if tc.code == "OrganizationMustBeActive" {
				if e := asError(t, err); e.Code != tc.code || !contains(e.Message, "either side") || !contains(e.Remedy, "our own") {
					t.Errorf("%q, %q", e.Message, e.Remedy)
				}
			}
		})
	}
	server := newScript(t)
	s := server.open()
	if err := s.Relate(t.Context(), partner(), "marry", ""); edo.KindOf(err) != edo.Invalid {
		t.Error(err)
	}
	server.say("GetOrganizationBy", result("GetOrganizationBy", "<a:BoxAddress>box-b@example</a:BoxAddress><a:OrganizationId>G-1</a:OrganizationId>"))
	if err := s.Relate(t.Context(), edo.Address{Box: "box-b@example"}, edo.MoveInvite, ""); edo.KindOf(err) != edo.Invalid {
		t.Error(err)
	}
}

func TestEnrol(t *testing.T) {
	t.Parallel()
	const op, auth = "RegisterSubscriber", "AuthenticateWithCertificate"
	box := func(inn, name, accepted string) string {
		return "<a:BoxInfo><a:Address>" + name + "</a:Address><a:Inn>" + inn + "</a:Inn><a:Kpp>770701001</a:Kpp><a:OrganizationName>Клиент</a:OrganizationName><a:ServiceReglamentAccepted>" + accepted + "</a:ServiceReglamentAccepted></a:BoxInfo>"
	}
	boxes := func(all ...string) answer { return result("GetBoxes", strings.Join(all, "")) }
	mine, closed, other := box("7707083893", "client@x", "true"), box("7707083893", "client@x", "false"), box("7701234560", "z@x", "true")
	made := registrationXML(op, 0, "<a:Employees/><a:Organization><a:BoxAddress>client@x</a:BoxAddress><a:Name>Клиент</a:Name></a:Organization>", "")
	wrong := registrationXML(op, 1, "", "<a:Fields>"+node("Organization", "2", "", node("Ogrn", "2", problemXML("2", "2"), ""))+"</a:Fields>")
	in, out := sealedAnswer(t, "aes256"), refusal("CertificateNotFound")
	list := func(a ...answer) []answer { return a }
	want := edo.Enrolled{Box: "client@x", Name: "Клиент", Rules: true}
	for name, tc := range map[string]struct {
		logins, boxes []answer
		answer        answer
		want          edo.Enrolled
		kind          edo.Kind
		reason        edo.Reason
		field         string
		registered    int
		accepted      int
	}{
		"new":                      {logins: list(out, in), boxes: list(boxes(mine)), answer: made, want: want, registered: 1},
		"new, rules later":         {logins: list(out, in), boxes: list(boxes(closed), boxes(closed), boxes(mine)), answer: made, want: want, registered: 1, accepted: 1},
		"there":                    {logins: list(in), boxes: list(boxes(other, mine)), want: existing(want)},
		"there, rules later":       {logins: list(in), boxes: list(boxes(closed), boxes(closed), boxes(mine)), want: existing(want), accepted: 1},
		"of another organisation":  {logins: list(in), boxes: list(boxes(other), boxes(other, mine)), answer: made, want: want, registered: 1},
		"found by a fault":         {logins: list(out, in), boxes: list(boxes(mine)), answer: refusal("DuplicateOrganization"), want: existing(want), registered: 1},
		"found by a certificate":   {logins: list(out, in), boxes: list(boxes(mine)), answer: refusal("DuplicateCertificate"), want: existing(want), registered: 1},
		"found in an answer":       {logins: list(out, in), boxes: list(boxes(mine)), answer: wrong, want: existing(want), registered: 1},
		"there with another key":   {logins: list(out), answer: refusal("DuplicateOrganization"), kind: edo.Denied, reason: edo.CertificateForeign, registered: 1},
		"wrong":                    {logins: list(out), answer: wrong, kind: edo.Invalid, reason: edo.OperatorRefused, field: "Organization.Ogrn", registered: 1},
		"made, not let in yet":     {logins: list(out), answer: made, kind: edo.NotReady, reason: edo.LoginRefused, registered: 1},
		"nobody knows":             {logins: list(out), answer: refusal("UnexpectedError"), kind: edo.InDoubt, reason: edo.OperatorUnavailable, registered: 1},
		"half an answer":           {logins: list(out), answer: answer{body: made.body[:300]}, kind: edo.InDoubt, reason: edo.AnswerUnreadable, registered: 1},
		"refused by a fault":       {logins: list(out), answer: refusal("CertificateIsNotTrusted"), kind: edo.Refused, reason: edo.OperatorRefused, registered: 1},
		"the service is down":      {logins: list(refusal("SqlException")), kind: edo.Unavailable, reason: edo.OperatorUnavailable},
		"down after the duplicate": {logins: list(out, refusal("SqlException")), answer: refusal("DuplicateOrganization"), kind: edo.Unavailable, reason: edo.OperatorUnavailable, registered: 1},
		"two boxes":                {logins: list(in), boxes: list(boxes(mine, box("7707083893", "second@x", "true"))), kind: edo.Ambiguous, reason: edo.CounterpartyMany, field: "enrolment.counterparty.box"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(auth, tc.logins...)
			server.say("GetBoxes", tc.boxes...)
			server.say(op, tc.answer)
			server.say("AcceptRegulation", result("AcceptRegulation", "true"))
			s := server.open(func(a *edo.Account) { a.Login, a.Box = edo.Login{Certificate: new(loginFixture(t))}, "" })
			got, err := s.Enrol(t.Context(), enrolment(t))
			if n := len(server.bodies(op)); n != tc.registered || len(server.bodies("AcceptRegulation")) != tc.accepted {
				t.Errorf("registered %d times, accepted %d times", n, len(server.bodies("AcceptRegulation")))
			}
			if tc.registered > 0 {
				golden(t, op, server.bodies(op)[0])
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if (err != nil) != (tc.kind != 0) || err != nil && (edo.KindOf(err) != tc.kind || edo.ReasonOf(err) != tc.reason || tc.field != "" && asError(t, err).Field != tc.field) {
				t.Errorf("%v (%s)", err, edo.ReasonOf(err))
			}
		})
	}
}

func existing(e edo.Enrolled) edo.Enrolled {
	e.Existing = true
	return e
}

func TestEnrolChecksFirst(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	byKey := server.open(func(a *edo.Account) { a.Login, a.Box = edo.Login{Certificate: new(loginFixture(t))}, "" })
	foreign := enrolment(t)
	foreign.Certificate = otherCertificate(t)
	broken := enrolment(t)
	broken.Certificate = []byte("-----BEGIN")
	nameless := enrolment(t)
	nameless.Counterparty.Name = ""
	for name, tc := range map[string]struct {
		s      *session
		in     edo.Enrolment
		field  string
		reason edo.Reason
	}{
		"by password":         {server.open(), enrolment(t), "account.login.certificate", ""},
		"another certificate": {byKey, foreign, "enrolment.certificate", edo.CertificateForeign},
		"no certificate":      {byKey, broken, "enrolment.certificate", ""},
		"no name":             {byKey, nameless, "introduction.counterparty.name", ""},
	} {
		_, err := tc.s.Enrol(t.Context(), tc.in)
		if e := asError(t, err); e.Kind != edo.Invalid || e.Field != tc.field || e.Reason != tc.reason || e.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(server.operations()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

// otherCertificate is a second one of the same key.
func otherCertificate(t *testing.T) []byte {
	t.Helper()
	key, is := loginFixture(t).Key.(*rsa.PrivateKey)
	if !is {
		t.Fatal("no RSA key")
	}
	form := &x509.Certificate{SerialNumber: one()}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestEnrolAgain: after a lost answer the registration is found by logging in, however short the pause was.
func TestEnrolAgain(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	server.say("AuthenticateWithCertificate", refusal("CertificateNotFound"))
	server.say("RegisterSubscriber", refusal("UnexpectedError"))
	s := server.open(func(a *edo.Account) { a.Login, a.Box = edo.Login{Certificate: new(loginFixture(t))}, "" })
	if _, err := s.Enrol(t.Context(), enrolment(t)); !errors.Is(err, edo.InDoubt) {
		t.Fatal(err)
	}
	server.say("AuthenticateWithCertificate", sealedAnswer(t, "aes256"))
	server.say("GetBoxes", result("GetBoxes", "<a:BoxInfo><a:Address>client@x</a:Address><a:Inn>7707083893</a:Inn><a:ServiceReglamentAccepted>true</a:ServiceReglamentAccepted></a:BoxInfo>"))
	got, err := s.Enrol(t.Context(), enrolment(t))
	if err != nil || got.Box != "client@x" || !got.Existing || len(server.bodies("RegisterSubscriber")) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
