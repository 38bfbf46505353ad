package synerdocs_test

import (
	"crypto"
	"crypto/tls"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// people is a session with its abilities around organisations.
type people interface {
	full
	edo.Office
	edo.Rulebook
	edo.Registrar
	edo.Enroller
	synerdocs.Caller
}

func (b *bundle) people(a edo.Account) people {
	b.t.Helper()
	s, is := b.open(a).(people)
	if !is {
		b.t.Fatal("the session lacks an ability")
	}
	return s
}

// as is the account of another subscriber, by its password.
func (b *bundle) as(box edo.BoxID, name, password string) edo.Account {
	a := b.account()
	a.Subscriber, a.Box, a.Login = edo.SubscriberID(name), box, edo.Login{Name: name, Password: edo.NewSecret(password)}
	return a
}

func client() edo.Introduction {
	return edo.Introduction{
		Counterparty: edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО «Клиент»"}, EMails: []string{"office@client.example"},
		LastName: "Смирнова", FirstName: "Анна", MiddleName: "Павловна",
	}
}

func TestEveryLoginAtOperator(t *testing.T) {
	t.Parallel()
	all := mockoperator.DefaultOrganisations()
	all[0].IdentityToken, all[0].AccessToken = "identity & 1", "access-1"
	for name, tc := range map[string]struct {
		mode  string
		login func(b *bundle) edo.Login
	}{
		"identity token": {"", func(*bundle) edo.Login { return edo.Login{Identity: edo.NewSecret("identity & 1")} }},
		"access token":   {"", func(*bundle) edo.Login { return edo.Login{Access: edo.NewSecret("access-1")} }},
		"certificate named, password": {mockoperator.TokenPlain, func(b *bundle) edo.Login {
			return edo.Login{Certificate: &edo.LoginCertificate{DER: b.id.Certificate.Raw}, Password: edo.NewSecret(password)}
		}},
		"certificate, key, password, plain": {mockoperator.TokenPlain, func(b *bundle) edo.Login {
			return edo.Login{Certificate: &edo.LoginCertificate{DER: b.id.Certificate.Raw, Key: b.id.Key}, Password: edo.NewSecret(password)}
		}},
		"certificate, key, password, sealed": {mockoperator.TokenEnveloped, func(b *bundle) edo.Login {
			return edo.Login{Certificate: &edo.LoginCertificate{DER: b.id.Certificate.Raw, Key: b.id.Key}, Password: edo.NewSecret(password)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{Organisations: all, People: mockoperator.People{CertificatePasswordToken: tc.mode}})
			a := b.account()
			a.Login = tc.login(b)
			s := b.people(a)
			if _, err := s.Send(t.Context(), b.message()); err != nil {
				t.Fatal(err)
			}
			if who, err := s.Whoami(t.Context()); err != nil || who.Name != "Иванов Пётр Сергеевич" || !who.Admin || who.Department == "" {
				t.Errorf("%+v, %v", who, err)
			}
			b.noSecrets()
		})
	}
	for name, l := range map[string]edo.Login{"identity": {Identity: edo.NewSecret("wrong")}, "access": {Access: edo.NewSecret("wrong")}} {
		b := setup(t, mockoperator.Scenario{Organisations: all})
		a := b.account()
		a.Login = l
		if _, err := b.open(a).Check(t.Context()); edo.KindOf(err) != edo.Denied || edo.ReasonOf(err) != edo.LoginRefused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestForeignBox: nothing is sent from a box that is not the login's.
func TestForeignBox(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	a := b.byCertificate()
	a.Box = otherBox
	m := b.message()
	m.To = m.To[1:]
	_, err := b.open(a).Send(t.Context(), m)
	if edo.KindOf(err) != edo.Denied || edo.ReasonOf(err) != edo.BoxForeign || len(b.op.Ledger()) != 0 {
		t.Error(err)
	}
	for _, x := range b.op.Wire() {
		if x.Operation == "SendMessage" {
			t.Error("it went out")
		}
	}
}

// TestBatchOverExpiringTokens: a hundred packages go out, ten at a time, and in the middle of every ten the token ends.
// Each of them is sent once.
func TestBatchOverExpiringTokens(t *testing.T) {
	t.Parallel()
	const rounds, each = 10, 10
	b := setup(t, mockoperator.Scenario{})
	s, m := b.open(b.byCertificate()), b.message()
	m.Documents = m.Documents[:1]
	for round := range rounds {
		if _, err := s.Check(t.Context()); err != nil { // a live token: a send is repeated once, not twice
			t.Fatal(err)
		}
		var all sync.WaitGroup
		through := make(chan struct{}, each)
		for n := range each {
			one := m
			one.Package = edo.PackageID(fmt.Sprintf("batch-%d-%d", round, n))
			all.Go(func() {
				if _, err := s.Send(t.Context(), one); err != nil {
					t.Errorf("%s: %v", one.Package, err)
				}
				through <- struct{}{}
			})
		}
		<-through
		b.op.Expire()
		all.Wait()
	}
	logins, dead := 0, 0
	for _, x := range b.op.Wire() {
		switch {
		case x.Operation == "AuthenticateWithCertificate":
			logins++
		case x.Operation == "SendMessage" && x.Status != 200:
			dead++
		}
	}
	sent := map[string]int{}
	for _, e := range b.op.Ledger() {
		sent[e.Documents[0].CustomField]++
	}
	for field, times := range sent {
		if times != 1 {
			t.Errorf("%s was sent %d times", field, times)
		}
	}
	if len(sent) != rounds*each || logins < rounds || logins > rounds+1 || dead == 0 {
		t.Errorf("%d sent; %d logins, %d sends met a dead token", len(sent), logins, dead)
	}
	b.noSecrets()
}

func TestOfficeAtOperator(t *testing.T) {
	t.Parallel()
	all := mockoperator.DefaultOrganisations()
	all[1].Departments = []mockoperator.Department{{ID: "head", Name: "Василёк", KPP: "780301001"}, {ID: "sales", Name: "Продажи", Parent: "head"}}
	all[0].Regulation = "pending"
	b := setup(t, mockoperator.Scenario{Organisations: all})
	s := b.people(b.byCertificate())
	found, err := s.Lookup(t.Context(), edo.Counterparty{INN: "7803456788"})
	if err != nil || len(found) != 1 || found[0].Organisation == "" || found[0].Roaming {
		t.Fatalf("%+v, %v", found, err)
	}
	got, err := s.Departments(t.Context(), found[0])
	if diff := cmp.Diff([]edo.Department{{ID: "head", Name: "Василёк", KPP: "780301001", Head: true}, {ID: "sales", Parent: "head", Name: "Продажи"}}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err = s.Departments(t.Context(), edo.Address{Box: ownBox}); err != nil || len(got) != 1 || !got[0].Head {
		t.Errorf("%+v, %v", got, err)
	}
	for box, want := range map[edo.BoxID]bool{otherBox: true, "perekrestok@roaming.edo": false} {
		if got, err := s.Qualified(t.Context(), box); err != nil || got != want {
			t.Errorf("%s: %v, %v", box, got, err)
		}
	}
	for i, step := range []func() (bool, error){
		func() (bool, error) { return s.RulesAccepted(t.Context()) },
		func() (bool, error) { return s.AcceptRules(t.Context()) },
		func() (bool, error) { return s.RulesAccepted(t.Context()) },
	} {
		if got, err := step(); err != nil || got != (i > 0) {
			t.Errorf("step %d: %v, %v", i, got, err)
		}
	}
}

// TestRegisterAndInvite: unknown -> registered by whoever comes first of fifty -> invited -> active -> stopped.
func TestRegisterAndInvite(t *testing.T) {
	t.Parallel()
	for _, duplicates := range []string{mockoperator.DuplicateFault, mockoperator.DuplicateResponse, mockoperator.DuplicateFound} {
		t.Run(duplicates, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{People: mockoperator.People{Contacts: mockoperator.ContactsRequired, DuplicateOrganisation: duplicates}})
			one, two := b.people(b.byCertificate()), b.people(b.account())
			var all sync.WaitGroup
			for n := range 50 {
				s := []people{one, two}[n%2]
				all.Go(func() {
					a, err := s.Introduce(t.Context(), client())
					known := edo.KindOf(err) == edo.Conflict && edo.ReasonOf(err) == edo.CounterpartyKnown
					if err != nil && !known || err == nil && (a.Box == "" || a.INN != "7707083893" || a.Active) {
						t.Errorf("%+v, %v", a, err)
					}
				})
			}
			all.Wait()
			if made := b.op.Registrations(); len(made) != 1 || !slices.Equal(made[0].Emails, []string{"office@client.example"}) {
				t.Fatalf("%+v", made)
			}
			found, err := one.Lookup(t.Context(), client().Counterparty)
			if err != nil || len(found) != 1 || found[0].Active {
				t.Fatalf("%+v, %v", found, err)
			}
			b.relation(one, found[0], edo.RelationNone)
			err = one.Relate(t.Context(), found[0], edo.MoveInvite, "")
			if edo.KindOf(err) != edo.Refused || edo.ReasonOf(err) != edo.CounterpartyInactive {
				t.Errorf("inviting one who is not registered: %v", err)
			}
			if err := b.op.Activate("7707083893", "770701001"); err != nil {
				t.Fatal(err)
			}
			b.move(one, found[0], edo.MoveInvite, edo.RelationActive) // it accepts all invitations
		})
	}
}

// relation is asked for by the number and, as if that were not known, by a search.
func (b *bundle) relation(s people, a edo.Address, want edo.RelationState) {
	b.t.Helper()
	searched := a
	searched.Organisation = ""
	for name, a := range map[string]edo.Address{"by number": a, "by search": searched} {
		if got, err := s.Relation(b.t.Context(), a); err != nil || got.State != want || got.Exchange == "" {
			b.t.Errorf("%s: %+v, %v; want %s", name, got, err, want)
		}
	}
}

// move makes a move twice: the second one is no error and changes nothing.
func (b *bundle) move(s people, a edo.Address, m edo.Move, want edo.RelationState) {
	b.t.Helper()
	for range 2 {
		if err := s.Relate(b.t.Context(), a, m, "по договору"); err != nil {
			b.t.Errorf("%s: %v", m, err)
		}
	}
	b.relation(s, a, want)
}

func TestMovesAtOperator(t *testing.T) {
	t.Parallel()
	all := mockoperator.DefaultOrganisations()
	all[1].ContactAuth = mockoperator.AuthManual
	all[2].ContactAuth = mockoperator.AuthReject
	b := setup(t, mockoperator.Scenario{Organisations: all, People: mockoperator.People{Contacts: mockoperator.ContactsRequired}})
	ours, theirs := b.people(b.byCertificate()), b.people(b.as(otherBox, "vasilek", "vasilek-secret-2"))
	them := edo.Address{Box: otherBox, INN: "7803456788", KPP: "780301001"} // no number: it is looked up by the box
	us := edo.Address{Box: ownBox, INN: "7701234560", KPP: "770101001"}
	b.relation(ours, them, edo.RelationNone)
	b.move(ours, them, edo.MoveInvite, edo.RelationInvited)
	b.relation(theirs, us, edo.RelationAsked)
	b.move(ours, them, edo.MoveWithdraw, edo.RelationWithdrawn)
	b.relation(theirs, us, edo.RelationWithdrawn)
	if err := theirs.Relate(t.Context(), us, edo.MoveAccept, ""); edo.KindOf(err) != edo.Refused {
		t.Errorf("accepting what was withdrawn: %v", err)
	}
	b.move(ours, them, edo.MoveInvite, edo.RelationInvited)
	b.move(theirs, us, edo.MoveAccept, edo.RelationActive)
	b.relation(ours, them, edo.RelationActive)
	b.move(ours, them, edo.MoveStop, edo.RelationNone)
	b.move(ours, them, edo.MoveInvite, edo.RelationInvited)
	b.move(theirs, us, edo.MoveDecline, edo.RelationRejected)
	b.relation(ours, them, edo.RelationForbidden)
	err := ours.Relate(t.Context(), them, edo.MoveInvite, "")
	if edo.KindOf(err) != edo.Refused || edo.ReasonOf(err) != edo.CounterpartyBlocked {
		t.Errorf("inviting one who forbade it: %v", err)
	}
	if n := len(b.op.Invitations()); n != 3 {
		t.Errorf("%d invitations", n)
	}
}

// newcomer is the account of one whom the operator does not know: a certificate and its key, no box.
func (b *bundle) newcomer() (edo.Account, edo.Enrolment) {
	b.t.Helper()
	made, err := edotest.NewKey(edotest.Subject{}, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if err != nil {
		b.t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(made.CertificatePEM, made.KeyPEM)
	if err != nil {
		b.t.Fatal(err)
	}
	key, is := pair.PrivateKey.(crypto.Decrypter)
	if !is {
		b.t.Fatal("the key does not decrypt")
	}
	a := b.account()
	a.Subscriber, a.Box = "client-1", ""
	a.Login = edo.Login{Certificate: &edo.LoginCertificate{DER: pair.Certificate[0], Key: key}}
	return a, edo.Enrolment{Introduction: client(), Certificate: pair.Certificate[0], OGRN: "1027700123450", AcceptRules: true}
}

// TestEnrolAtOperator: once, whoever asks how often, and the certificate opens the box.
func TestEnrolAtOperator(t *testing.T) {
	t.Parallel()
	for _, duplicates := range []string{mockoperator.DuplicateFault, mockoperator.DuplicateResponse, mockoperator.DuplicateFound} {
		t.Run(duplicates, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{People: mockoperator.People{DuplicateOrganisation: duplicates, RegisteredStatus: mockoperator.Test}})
			a, e := b.newcomer()
			e.AcceptRules = false
			first, err := b.people(a).Enrol(t.Context(), e)
			if err != nil || first.Box == "" || first.Existing || first.Rules || first.Exchange == "" {
				t.Fatalf("%+v, %v", first, err)
			}
			e.AcceptRules = true
			var all sync.WaitGroup
			for range 10 {
				s := b.people(a)
				all.Go(func() {
					again, err := s.Enrol(t.Context(), e)
					if err != nil || again.Box != first.Box || !again.Existing || !again.Rules {
						t.Errorf("%+v, %v", again, err)
					}
				})
			}
			all.Wait()
			if made := b.op.Registrations(); len(made) != 1 || made[0].Box != string(first.Box) {
				t.Errorf("%+v", made)
			}
			a.Box = first.Box
			if who, err := b.people(a).Whoami(t.Context()); err != nil || who.Name != "Смирнова Анна Павловна" || !who.Admin {
				t.Errorf("%+v, %v", who, err)
			}

			stranger, other := b.newcomer()
			_, err = b.people(stranger).Enrol(t.Context(), other)
			if edo.KindOf(err) == edo.Internal || len(b.op.Registrations()) != 1 {
				t.Errorf("with another certificate: %v", err)
			}
		})
	}
	t.Run("lost answer", func(t *testing.T) {
		t.Parallel()
		b := setup(t, mockoperator.Scenario{})
		b.op.Misbehave(mockoperator.Rule{Operation: "RegisterSubscriber", What: mockoperator.AcceptThenCut, Times: 1})
		a, e := b.newcomer()
		s := b.people(a)
		if _, err := s.Enrol(t.Context(), e); edo.KindOf(err) != edo.InDoubt {
			t.Fatal(err)
		}
		got, err := s.Enrol(t.Context(), e)
		if err != nil || !got.Existing || !got.Rules || len(b.op.Registrations()) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("of all at once", func(t *testing.T) {
		t.Parallel()
		b := setup(t, mockoperator.Scenario{})
		a, e := b.newcomer()
		var all sync.WaitGroup
		for range 20 {
			s := b.people(a)
			all.Go(func() {
				if got, err := s.Enrol(t.Context(), e); err != nil || got.Box == "" || !got.Rules {
					t.Errorf("%+v, %v", got, err)
				}
			})
		}
		all.Wait()
		if n := len(b.op.Registrations()); n != 1 {
			t.Errorf("%d registrations", n)
		}
	})
}

// TestLostInvitation: nobody knows whether it went through; asking again settles it.
func TestLostInvitation(t *testing.T) {
	t.Parallel()
	all := mockoperator.DefaultOrganisations()
	all[1].ContactAuth = mockoperator.AuthManual
	b := setup(t, mockoperator.Scenario{Organisations: all, People: mockoperator.People{Contacts: mockoperator.ContactsRequired}})
	s, them := b.people(b.byCertificate()), edo.Address{Box: otherBox, INN: "7803456788"}
	b.op.Misbehave(mockoperator.Rule{Operation: "SendAuthRequest", What: mockoperator.AcceptThenCut, Times: 1})
	if err := s.Relate(t.Context(), them, edo.MoveInvite, ""); edo.KindOf(err) != edo.InDoubt {
		t.Fatal(err)
	}
	b.move(s, them, edo.MoveInvite, edo.RelationInvited)
	if n := len(b.op.Invitations()); n != 1 {
		t.Errorf("%d invitations", n)
	}
}
