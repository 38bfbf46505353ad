package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type subscriberAdd struct {
	ID          string      `arg:"" help:"Id chosen by us: our-firm."`
	Operator    string      `default:"synerdocs" help:"Operator."`
	Endpoint    string      `required:"" help:"The operator's https address."`
	INN         string      `name:"inn" required:"" help:"INN of the organisation."`
	KPP         string      `name:"kpp" help:"KPP, if it has one."`
	Box         string      `help:"Its box at the operator; without it the subscriber has to be enrolled before it sends."`
	Title       string      `help:"Name for people."`
	Login       string      `help:"Login name, with a password."`
	Password    secretFlags `embed:"" prefix:"password-"`
	Certificate string      `placeholder:"FILE" help:"Certificate to log in with, PEM: with --key, or with a password instead of a login name."`
	Key         string      `placeholder:"FILE" help:"Its private key: PEM, or PKCS#12 that holds the certificate as well."`
	Identity    secretFlags `embed:"" prefix:"identity-token-"`
	Access      secretFlags `embed:"" prefix:"access-token-"`
	CAs         string      `name:"cas" placeholder:"FILE" help:"Certificate authorities to trust instead of the system's, PEM."`
	Pin         []string    `help:"Acceptable public key of the operator's server, base64 SHA-256."`
	Form        []string    `help:"The operator's call that gives the printed form; several in order."`
	Refuse      bool        `name:"refuse-unverified" help:"Refuse signatures that only the operator can check."`
	LocalMark   bool        `help:"Draw our own mark where the operator gives no printed form."`
	Receive     bool        `help:"Read the box. Somebody has to be the exchange administrator: see responsible set."`
	Register    bool        `help:"Register and invite counterparties that the operator does not know."`
	Rate        float64     `help:"Calls to the operator per second; 0: as configured."`
	Concurrent  int         `help:"Jobs that work with the operator at once; 0: as configured."`
	Service     string      `name:"service-signer" help:"Signer of receipts and other service documents."`
	ServiceBox  string      `help:"Box that takes packages without a recipient at the operator."`
	Department  string      `help:"Our department that sends; empty: the head department."`
	Payer       string      `help:"Who pays the operator: another of our organisations."`
	Disabled    bool        `help:"Store it, but let it neither send nor ask."`
}

// Run stores the subscriber, then its credentials if they are given, and begins to read its box.
func (a subscriberAdd) Run(c *command) error {
	login, err := a.login(c)
	if err != nil {
		return err
	}
	row, err := a.row(login.kind)
	if err != nil {
		return err
	}
	return c.withNew(func(p *parts) error {
		replaced, err := login.check(c, p, row)
		if err != nil {
			return err
		}
		if err := p.Store.PutSubscriber(c.ctx, row); err != nil {
			return err
		}
		if err := login.store(c.ctx, credentials{parts: p}, row); err != nil {
			return err
		}
		if err := p.receive(c.ctx, row); err != nil {
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

func (a subscriberAdd) row(kind directory.LoginKind) (directory.Subscriber, error) {
	row := directory.Subscriber{
		ID: edo.SubscriberID(a.ID), Title: a.Title, Operator: a.Operator, Endpoint: a.Endpoint, Box: edo.BoxID(a.Box), INN: a.INN, KPP: a.KPP,
		LoginKind: kind, Forms: a.Form, Pins: a.Pin,
		Department: a.Department, ServiceBox: edo.BoxID(a.ServiceBox), Payer: edo.SubscriberID(a.Payer), Service: edo.SignerID(a.Service),
		Policy: edo.Policy{LocalMark: a.LocalMark, Receive: a.Receive, Register: a.Register, Rate: a.Rate, Concurrent: a.Concurrent}, Enabled: !a.Disabled,
	}
	if a.Refuse {
		row.Policy.Unverified = edo.RefuseUnverified
	}
	if kind == directory.LoginPassword {
		row.Login = a.Login
	}
	var err error
	if a.CAs != "" {
		row.CAs, err = readSmall(a.CAs, maxKeyFile)
	}
	return row, err
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
		for i, one := range cells {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, cell(one))
		}
		fmt.Fprintln(w)
	})
	_ = w.Flush()
}
