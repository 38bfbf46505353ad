package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

type signerAdd struct {
	ID          string      `arg:"" help:"Id chosen by us: ivanov."`
	Subscriber  string      `required:"" help:"For which of our organisations."`
	Certificate string      `placeholder:"FILE" help:"Certificate, PEM or DER."`
	Key         string      `placeholder:"FILE" help:"Private key: PEM, or PKCS#12 that holds the certificate as well. Without it the document system must bring finished signatures, or the key is at another place."`
	Password    secretFlags `embed:"" prefix:"key-password-"`
	Place       string      `enum:"key,host,command" default:"key" help:"Where the key is: key (sealed here), host (every signature becomes a signature task) or command (a program signs)."`
	Command     []string    `sep:"none" placeholder:"ARG" help:"With --place command: full path of the program, then its arguments, one flag each (--command=-x where one begins with a dash). It gets the bytes on its input and writes the detached CMS."`
	Environment []string    `sep:"none" placeholder:"NAME=VALUE" help:"With --place command: what the program gets of an environment. No secrets: it is shown."`
	Kind        []string    `help:"Only documents of this kind; several are possible."`
	From        time.Time   `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Not before this day; it begins at midnight of this machine's time."`
	Until       time.Time   `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Not from this day on, by this machine's time."`
	Disabled    bool        `help:"Store the person, but sign nothing."`
}

// Run stores the signer and seals the key.
func (a signerAdd) Run(c *command) error {
	row := directory.Signer{
		ID: edo.SignerID(a.ID), Subscriber: edo.SubscriberID(a.Subscriber), Kinds: a.Kind, From: localDay(a.From), Until: localDay(a.Until), Enabled: !a.Disabled,
		Place: directory.Place(a.Place), Command: a.Command, Environment: a.Environment,
	}
	password, err := a.Password.read(c)
	if err != nil {
		return err
	}
	var pair *dmsplugin.KeyPair
	switch {
	case a.Key != "":
		read, err := readPair(a.Certificate, a.Key, password)
		if err != nil {
			return err
		}
		pair = &read
	case a.Certificate != "":
		raw, err := readSmall(a.Certificate, maxKeyFile)
		if err != nil {
			return err
		}
		row.Certificate = raw
	default:
		return usage("certificate", "is missing", "give --certificate, --key or both")
	}
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, a.Subscriber); err != nil {
			return err
		}
		stored, err := credentials{parts: p}.PutSigner(c.ctx, row, pair)
		if err != nil {
			return err
		}
		if now := time.Now(); now.Before(stored.Info.NotBefore) || now.After(stored.Info.NotAfter) {
			fmt.Fprintf(c.err, c.lang.say("внимание: сертификат действует с %s по %s, подписывать им сейчас нельзя\n",
				"note: the certificate is valid from %s to %s and cannot sign now\n"), when(stored.Info.NotBefore), when(stored.Info.NotAfter))
		}
		return c.emit(stored, func() {
			c.print("signer %s stored: %s, certificate %s, valid until %s\n", stored.ID, printable(stored.Info.Owner), stored.Info.Serial, when(stored.Info.NotAfter))
		})
	})
}

type signerList struct {
	Subscriber string `required:"" help:"Of which of our organisations."`
}

// Run lists the signers.
func (a signerList) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, a.Subscriber); err != nil {
			return err
		}
		rows, err := p.Store.Signers(c.ctx, edo.SubscriberID(a.Subscriber))
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say("ID\tВЛАДЕЛЕЦ\tАЛГОРИТМ\tДЕЙСТВУЕТ ДО\tМЕСТО\tКЛЮЧ\tВКЛЮЧЁН\tВИДЫ", "ID\tOWNER\tALGORITHM\tVALID UNTIL\tPLACE\tKEY\tENABLED\tKINDS"), func(line func(...any)) {
				for _, s := range rows {
					line(s.ID, s.Info.Owner, s.Info.Algorithm, when(s.Info.NotAfter), s.Place, c.lang.yes(s.HasKey), c.lang.yes(s.Enabled), whole(dash(strings.Join(s.Kinds, ", "))))
				}
			})
		})
	})
}
