package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// patience is how long a replay may last beyond its cassette, by its own clock.
const patience = 80 * time.Hour

const (
	actor  = edo.ActorID("replay")
	signer = edo.SignerID("replay")
)

// Outcome is where a replay ended.
type Outcome struct {
	Operation edo.Operation
	mockoperator.Played
}

// Run plays a cassette to the library in a new home folder inside dir, until every recorded call was made, a call came that
// was not recorded, or nothing more happens. Errors: [edo.NotSupported] for a cassette that is not of a package of its
// own, those of the library, and that of ctx.
func Run(ctx context.Context, dir string, c mockoperator.Cassette) (out Outcome, err error) {
	p, err := packageOf(c)
	if err != nil {
		return out, err
	}
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	var op *mockoperator.Operator
	end := c.Recorded.Add(patience)
	if n := len(c.Exchanges); n > 0 {
		end = end.Add(time.Duration(c.Exchanges[n-1].At) * time.Millisecond)
	}
	clock := NewClock(c.Recorded, func(now time.Time) bool {
		played := op.Played()
		return now.After(end) || len(played.Missing) > 0 || len(played.Left) == 0
	}, enough)
	if op, err = mockoperator.New(mockoperator.Config{Dir: filepath.Join(dir, "operator"), Now: clock.Now, Cassette: &c}); err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, op.Close()) }()
	url, stop, err := op.Listen(context.WithoutCancel(ctx), "127.0.0.1:0")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	home, err := local.Open(ctx, filepath.Join(dir, "home"))
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, home.Close()) }()
	if err := register(ctx, home, op, url, c.Subscriber); err != nil {
		return out, err
	}
	out.Operation, err = drive(ctx, home, clock, p, func(context.Context, string) {
		if len(op.Played().Missing) > 0 { // work that repeats at once leaves the clock no chance
			enough()
		}
	})
	out.Played = op.Played()
	return out, err
}

// drive accepts a package and works until the clock has had enough.
func drive(ctx context.Context, home *local.Home, clock *Clock, p edo.Package, trace func(context.Context, string)) (edo.Operation, error) {
	gw, err := home.Gateway(gateway.Config{
		Drivers: []edo.Driver{synerdocs.New(synerdocs.Config{Now: clock.Now, Limits: synerdocs.Limits{Deadline: 10 * time.Second}})},
		Now:     clock.Now, Queue: clock, Workers: 1, Idle: patience, Trace: trace, Random: func() float64 { return 0.5 },
	})
	if err != nil {
		return edo.Operation{}, err
	}
	if _, err := gw.Send(ctx, p); err != nil {
		return edo.Operation{}, err
	}
	outlives := context.WithoutCancel(ctx)
	if err := gw.Run(ctx); !errors.Is(err, context.Canceled) {
		return edo.Operation{}, err
	}
	return gw.Status(outlives, edo.Key{Subscriber: p.Subscriber, Package: p.ID})
}

// register makes the rows of our side: the subscriber, who sends, and who signs.
func register(ctx context.Context, home *local.Home, op *mockoperator.Operator, url string, us mockoperator.CassetteParty) error {
	ours := op.Organisations()[0]
	key, err := op.Identity(us.Box)
	if err != nil {
		return err
	}
	certificate, err := cms.ParseCertificate(key.Certificate.Raw)
	if err != nil {
		return err
	}
	id := edo.SubscriberID(us.ID)
	for _, put := range []func() error{
		func() error {
			return home.Store.PutSubscriber(ctx, directory.Subscriber{
				ID: id, Title: ours.Name, Operator: synerdocs.Name, Endpoint: url, INN: us.INN, KPP: us.KPP, Box: edo.BoxID(us.Box),
				Login: ours.Login, LoginKind: directory.LoginPassword, Forms: us.Forms, Enabled: true,
			})
		},
		func() error { return home.Vault.SetPassword(ctx, id, edo.NewSecret(ours.Password)) },
		func() error {
			return home.Store.PutUser(ctx, directory.User{Actor: actor, Subscriber: id, Actions: []edo.Action{edo.ActionSend, edo.ActionSign}})
		},
		func() error {
			return home.Store.PutSigner(ctx, directory.Signer{
				ID: signer, Subscriber: id, Info: certificate.Info(signer), Certificate: key.Certificate.Raw, Enabled: true,
			})
		},
		func() error { return home.Vault.SetSignerKey(ctx, id, signer, key.Key) },
	} {
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// packageOf is the package of a cassette, with other bytes.
func packageOf(c mockoperator.Cassette) (edo.Package, error) {
	p := edo.Package{
		ID: edo.PackageID(c.Package.ID), Subscriber: edo.SubscriberID(c.Subscriber.ID), Actor: actor, Flow: edo.Flow(c.Package.Flow),
		To: edo.Counterparty{INN: c.Counterparty.INN, KPP: c.Counterparty.KPP, Box: edo.BoxID(c.Package.ToBox)},
	}
	for _, m := range []struct{ field, value, known string }{
		{"flow", c.Package.Flow, string(edo.FlowSigned)},
		{"answer", c.Package.Answer, ""},
		{"channel", c.Package.Channel, string(edo.ChannelOperator)},
	} {
		if m.value != "" && m.value != m.known {
			return p, &edo.Error{
				Kind: edo.NotSupported, Op: "replay.Run", Field: "package." + m.field, Message: "is " + m.value,
				Remedy: "replay packages that were sent signed, through the operator, and are no answers",
			}
		}
	}
	for _, d := range c.Package.Documents {
		content, err := contentOf(d.Bytes())
		if err != nil {
			return p, err
		}
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(d.ID), Name: d.Name, Type: d.Type, Kind: d.Kind, Number: d.Number, Content: content, Signer: signer,
			NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt,
		})
	}
	return p, nil
}

func contentOf(raw []byte) (edo.Content, error) {
	digest, size, err := edo.DigestOf(bytes.NewReader(raw))
	return edo.Content{Size: size, Digest: digest, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw)), nil
	}}, err
}

// Differs lists, a line each, in what a replay did not end as its cassette says. None: it is as it was.
func (o Outcome) Differs(c mockoperator.Cassette) (lines []string) {
	differ := func(what string, is, was any) {
		if is != was {
			lines = append(lines, fmt.Sprintf("%s: is %v, the cassette says %v", what, is, was))
		}
	}
	differ("package: state", string(o.Operation.State), c.Package.State)
	differ("package: reason", string(o.Operation.Reason), c.Package.Reason)
	for _, d := range c.Package.Documents {
		is := o.Operation.Document(edo.DocumentID(d.ID))
		if is == nil {
			lines = append(lines, "document "+d.ID+": is not there")
			continue
		}
		differ("document "+d.ID+": state", string(is.State), d.State)
		differ("document "+d.ID+": stamp", string(is.Stamp), d.Stamp)
		differ("document "+d.ID+": stamp reason", string(is.StampReason), d.StampReason)
	}
	for _, call := range o.Left {
		lines = append(lines, "not called: "+call)
	}
	for _, call := range o.Missing {
		lines = append(lines, "not recorded: "+call)
	}
	return lines
}
