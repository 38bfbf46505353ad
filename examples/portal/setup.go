package main

import (
	"context"
	"crypto/rsa"
	"errors"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/edotest"
)

// setUpUtility creates the utility with two heads who sign, and says who gets what comes in.
func (p *play) setUpUtility(ctx context.Context) error {
	us, store, vault := p.operator.Organisations()[0], p.utility.home.Store, p.utility.home.Vault
	heads, err := p.operator.Identities(us.Boxes[0])
	if err != nil {
		return err
	}
	err = store.PutSubscriber(ctx, directory.Subscriber{
		ID: utilityID, Title: us.Name, Operator: "synerdocs", Endpoint: p.url, Box: edo.BoxID(us.Boxes[0]), INN: us.INN, KPP: us.KPP,
		Login: us.Login, LoginKind: directory.LoginPassword, Service: zagorovsky, Policy: edo.Policy{Receive: true}, Enabled: true,
	})
	if err != nil {
		return err
	}
	all := []error{
		vault.SetPassword(ctx, utilityID, edo.NewSecret(us.Password)),
		store.PutUser(ctx, allow(engineer, utilityID, "Кузнецова Мария Игоревна")),
	}
	for i, id := range []edo.SignerID{zagorovsky, solodova} {
		all = append(all, putSigner(ctx, p.utility, directory.Signer{ID: id, Certificate: heads[i].Certificate.Raw}, heads[i].Key))
	}
	// The client's own manager is on leave, so that his applications go to the head of the department.
	for _, r := range []edo.Responsible{
		{Scope: edo.ScopeAdministrator, Actor: engineer},
		{Scope: edo.ScopeBox, Kind: "connection", Actor: "pryakhin"},
		{Scope: edo.ScopeCounterparty, INN: client().INN, Actor: "larina"},
	} {
		all = append(all, store.PutResponsible(ctx, utilityID, r))
	}
	now := time.Now().Truncate(time.Minute)
	all = append(all, store.PutAbsence(ctx, utilityID, edo.Absence{Actor: "larina", From: now.AddDate(0, 0, -3), Until: now.AddDate(0, 0, 11)}))
	return errors.Join(append(all, p.utility.gateway.Receive(ctx, utilityID))...)
}

// clientKeys are what the client came with; the operator has never seen them. With the key of the organisation the portal
// logs in for him and confirms what came; the director's own key signs, and stays in his browser.
type clientKeys struct{ organisation, director *edotest.Key }

func newClientKeys(now time.Time) (k clientKeys, err error) {
	firm := edotest.Subject{Owner: client().Name, Organisation: client().Name, INN: client().INN, OGRN: ogrn}
	person := edotest.Subject{
		Owner: "Обручев Глеб Станиславович", Surname: "Обручев", GivenName: "Глеб Станиславович", Title: "Генеральный директор",
		Organisation: client().Name, INN: client().INN, PersonINN: "780345678301", OGRN: ogrn, SNILS: "23456789099",
	}
	if k.organisation, err = edotest.NewKey(firm, now.Add(-time.Hour), now.AddDate(1, 0, 0)); err != nil {
		return k, err
	}
	k.director, err = edotest.NewKey(person, now.Add(-time.Hour), now.AddDate(1, 0, 0))
	return k, err
}

// setUpClient creates the client's managed account: no box yet, a login by the certificate of the organisation, and a
// director whose key is where he is. The client pays nothing: the utility pays for what he sends.
func (p *play) setUpClient(ctx context.Context) error {
	store, certificate := p.portal.home.Store, p.keys.organisation.Certificate().DER
	private, ok := p.keys.organisation.Private().(*rsa.PrivateKey)
	if !ok {
		return errors.New("the client's key is no RSA key")
	}
	err := store.PutSubscriber(ctx, directory.Subscriber{
		ID: clientID, Title: client().Name, Operator: "synerdocs", Endpoint: p.url, INN: client().INN, KPP: client().KPP,
		LoginKind: directory.LoginCertificate, Payer: utilityID, Service: office, Policy: edo.Policy{Receive: true}, Enabled: true,
	})
	if err != nil {
		return err
	}
	return errors.Join(
		p.portal.home.Vault.SetLoginCertificate(ctx, clientID, certificate, private),
		store.PutUser(ctx, allow(obruchev, clientID, "Обручев Глеб Станиславович")),
		store.PutResponsible(ctx, clientID, edo.Responsible{Scope: edo.ScopeAdministrator, Actor: obruchev}),
		putSigner(ctx, p.portal, directory.Signer{ID: director, Certificate: p.keys.director.Certificate().DER, Place: directory.PlaceHost}, nil),
		putSigner(ctx, p.portal, directory.Signer{ID: office, Certificate: certificate}, private),
	)
}

// putSigner stores who signs, and seals the key if it is kept here.
func putSigner(ctx context.Context, s *side, v directory.Signer, key *rsa.PrivateKey) error {
	c, err := cms.ParseCertificate(v.Certificate)
	if err != nil {
		return err
	}
	v.Subscriber, v.Info, v.Enabled = s.subscriber, c.Info(v.ID), true
	if err := s.home.Store.PutSigner(ctx, v); err != nil || key == nil {
		return err
	}
	return s.home.Vault.SetSignerKey(ctx, s.subscriber, v.ID, key)
}

// plugIn signs a document as a signing plug-in of a browser does.
func (p *play) plugIn(ctx context.Context, content edo.Content) ([]byte, error) {
	r, err := content.Open(ctx)
	if err != nil {
		return nil, err
	}
	signature, err := cms.Sign(ctx, p.keys.director.Key, r, time.Now())
	return signature, errors.Join(err, r.Close())
}

// consent is the receipt for a text that a person agreed to before signing.
func consent(id, text, person string) (edo.Consent, error) {
	digest, _, err := edo.DigestOf(strings.NewReader(text))
	return edo.Consent{ID: id, Text: digest, At: time.Now(), Person: person}, err
}
