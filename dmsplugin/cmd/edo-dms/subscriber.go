package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

type subscriberAdd struct {
	ID          string      `arg:"" help:"Id chosen by us: our-firm."`
	Operator    string      `default:"synerdocs" help:"Operator."`
	Endpoint    string      `required:"" help:"The operator's https address."`
	INN         string      `name:"inn" required:"" help:"INN of the organisation."`
	KPP         string      `name:"kpp" help:"KPP, if it has one."`
	Box         string      `required:"" help:"Its box at the operator."`
	Title       string      `help:"Name for people."`
	Login       string      `help:"Login name, with a password."`
	Password    secretFlags `embed:"" prefix:"password-"`
	Certificate string      `placeholder:"FILE" help:"Certificate to log in with, PEM. Instead of login and password."`
	Key         string      `placeholder:"FILE" help:"Its private key: PEM, or PKCS#12 that holds the certificate as well."`
	CAs         string      `name:"cas" placeholder:"FILE" help:"Certificate authorities to trust instead of the system's, PEM."`
	Pin         []string    `help:"Acceptable public key of the operator's server, base64 SHA-256."`
	Form        []string    `help:"The operator's call that gives the printed form; several in order."`
	Refuse      bool        `name:"refuse-unverified" help:"Refuse signatures that only the operator can check."`
	LocalMark   bool        `help:"Draw our own mark where the operator gives no printed form."`
	Disabled    bool        `help:"Store it, but let it neither send nor ask."`
}

// Run stores the subscriber, then its credentials if they are given.
func (a subscriberAdd) Run(c *command) error {
	row := directory.Subscriber{
		ID: edo.SubscriberID(a.ID), Title: a.Title, Operator: a.Operator, Endpoint: a.Endpoint, Box: edo.BoxID(a.Box), INN: a.INN, KPP: a.KPP,
		Login: a.Login, LoginKind: directory.LoginPassword, Forms: a.Form, Pins: a.Pin,
		Policy: edo.Policy{LocalMark: a.LocalMark}, Enabled: !a.Disabled,
	}
	if a.Refuse {
		row.Policy.Unverified = edo.RefuseUnverified
	}
	if a.Key != "" {
		row.LoginKind, row.Login = directory.LoginCertificate, ""
	}
	var err error
	if a.CAs != "" {
		if row.CAs, err = readSmall(a.CAs, maxKeyFile); err != nil {
			return err
		}
	}
	password, err := a.Password.read(c)
	if err != nil {
		return err
	}
	return c.withNew(func(p *parts) error {
		replaced, err := a.check(c, p, row, password)
		if err != nil {
			return err
		}
		if err := p.Store.PutSubscriber(c.ctx, row); err != nil {
			return err
		}
		set := credentials{p}
		switch {
		case a.Key != "":
			var pair dmsplugin.KeyPair
			if pair, err = readPair(a.Certificate, a.Key, password); err == nil {
				err = set.SetLoginCertificate(c.ctx, row.ID, pair)
			}
		case !password.IsZero():
			err = set.SetPassword(c.ctx, row.ID, a.Login, password)
		}
		if err != nil {
			return err
		}
		return c.emit(row, func() {
			if replaced {
				c.print(c.lang.say("абонент %s заменён\n", "subscriber %s replaced\n"), row.ID)
				return
			}
			c.print(c.lang.say("абонент %s сохранён\n", "subscriber %s stored\n"), row.ID)
		})
	})
}

// check refuses before anything is written, and says whether a subscriber of this id is there already.
func (a subscriberAdd) check(c *command, p *parts, row directory.Subscriber, password edo.Secret) (replaced bool, err error) {
	if err := row.Check(); err != nil {
		return false, err
	}
	if err := p.supported(c.ctx, row); err != nil {
		return false, err
	}
	old, err := p.Store.Subscriber(c.ctx, row.ID)
	replaced = err == nil
	if err != nil && !errors.Is(err, edo.NotFound) {
		return false, err
	}
	sealed := replaced && old.LoginKind == directory.LoginPassword && old.Login == row.Login
	if row.LoginKind == directory.LoginPassword && password.IsZero() && !sealed {
		return replaced, usage("password-file", "is missing", "give --password-file or --password-env with --login, or --key to log in with a certificate")
	}
	return replaced, nil
}

// maxKeyFile bounds files with keys and certificates.
const maxKeyFile = 1 << 20

func readPair(certificate, key string, password edo.Secret) (dmsplugin.KeyPair, error) {
	pair := dmsplugin.KeyPair{Password: password}
	raw, err := readSmall(key, maxKeyFile)
	if err != nil {
		return pair, err
	}
	pair.Key = edo.NewSecret(string(raw))
	if certificate != "" {
		pair.Certificate, err = readSmall(certificate, maxKeyFile)
	}
	return pair, err
}

type subscriberList struct{}

// Run lists the subscribers.
func (subscriberList) Run(c *command) error {
	return c.with(func(p *parts) error {
		rows, err := p.Store.Subscribers(c.ctx)
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say("ID\tОПЕРАТОР\tИНН\tКПП\tЯЩИК\tВХОД\tВКЛЮЧЁН\tНАЗВАНИЕ", "ID\tOPERATOR\tINN\tKPP\tBOX\tLOGIN\tENABLED\tTITLE"), func(line func(...any)) {
				for _, s := range rows {
					line(s.ID, s.Operator, s.INN, dash(s.KPP), s.Box, s.LoginKind, c.lang.yes(s.Enabled), dash(s.Title))
				}
			})
		})
	})
}

// table prints rows in columns.
func (c *command) table(head string, rows func(line func(...any))) {
	w := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, head)
	rows(func(cells ...any) {
		for i, cell := range cells {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, printable(fmt.Sprint(cell)))
		}
		fmt.Fprintln(w)
	})
	_ = w.Flush()
}
