package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Who speaks. A real utility and a real portal take these from their own cards.
const (
	utilityID = edo.SubscriberID("velgom-seti")
	clientID  = edo.SubscriberID("verhneluchye")
	engineer  = edo.ActorID("kuznetsova") // the utility's clerk
	obruchev  = edo.ActorID("obruchev")   // the client's director

	zagorovsky = edo.SignerID("zagorovsky")
	solodova   = edo.SignerID("solodova")
	director   = edo.SignerID("director") // the client's, with the key in his browser
	office     = edo.SignerID("office")   // signs receipts by itself, with the key of the organisation
)

// play is everything that takes part.
type play struct {
	options
	operator *mockoperator.Operator
	url      string
	stop     func() error
	utility  *side
	portal   *side
	keys     clientKeys
	said     story
}

func (p *play) sayf(format string, args ...any) { _, _ = fmt.Fprintf(p.say, format+"\n", args...) }

// open starts the operator and both sides, and tells each side who it is.
func open(ctx context.Context, o options, tmp string) (p *play, err error) {
	p = &play{options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.operator, p.url, p.stop, err = startOperator(ctx, tmp); err != nil {
		return p, err
	}
	if p.utility, err = openSide(ctx, filepath.Join(tmp, "utility"), utilityID, engineer); err != nil {
		return p, err
	}
	if p.portal, err = openSide(ctx, filepath.Join(tmp, "portal"), clientID, obruchev); err != nil {
		return p, err
	}
	p.portal.press = p.signInBrowser
	if p.keys, err = newClientKeys(time.Now()); err != nil {
		return p, err
	}
	return p, errors.Join(p.setUpUtility(ctx), p.setUpClient(ctx))
}

// close ends everything in the opposite order; what did not start is passed over.
func (p *play) close() error {
	var all []error
	for _, s := range []*side{p.portal, p.utility} {
		if s != nil {
			all = append(all, s.close())
		}
	}
	if p.stop != nil {
		all = append(all, p.stop())
	}
	return errors.Join(all...)
}

const ogrn = "1158499004564" // of the client

func client() edo.Counterparty {
	return edo.Counterparty{INN: "8499023162", KPP: "849901001", Name: "ООО «Агрокомплекс «Верхнелучье»"}
}

// utilityAddress is the utility as the client knows it.
func (p *play) utilityAddress() edo.Counterparty {
	us := p.operator.Organisations()[0]
	return edo.Counterparty{INN: us.INN, KPP: us.KPP, Name: us.Name}
}

// signInBrowser is what the client's browser does when he presses "sign": his plug-in gets the exact bytes of every
// document that waits, and gives back a detached signature. The director's key never reaches the portal.
func (p *play) signInBrowser(ctx context.Context) error {
	tasks, err := p.portal.gateway.Tasks(ctx, obruchev, clientID)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		content, err := p.portal.home.Archive.Open(ctx, t.Digest)
		if err != nil {
			return err
		}
		signature, err := p.plugIn(ctx, content)
		if err != nil {
			return err
		}
		if err := p.portal.gateway.Complete(ctx, obruchev, t.Key, signature); err != nil {
			return err
		}
	}
	return nil
}

func allow(a edo.ActorID, s edo.SubscriberID, name string) directory.User {
	return directory.User{Actor: a, Subscriber: s, Name: name, Actions: []edo.Action{edo.ActionSend, edo.ActionAnswer, edo.ActionInvite, edo.ActionSign, edo.ActionReadContent}}
}
