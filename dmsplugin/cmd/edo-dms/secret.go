package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

// secrets are the commands around sealed credentials.
type secrets struct {
	List      secretList      `cmd:"" help:"List what is sealed: version, key version, fingerprint, last use; never a value."`
	Set       secretSet       `cmd:"" help:"Set the credential of a subscriber, or with --next the one that shall take its place."`
	DropNext  secretDropNext  `cmd:"" help:"Forget the next credential of a subscriber."`
	Rotate    secretRotate    `cmd:"" help:"Seal everything anew by new keys, while other processes go on. It may be interrupted and repeated."`
	ExtendKey secretExtendKey `cmd:"" help:"Write the master key of the environment with one more version to a new file."`
	StartOver secretStartOver `cmd:"" help:"Forget every secret, when the master key is lost for good."`
}

type secretList struct{}

// Run lists the sealed secrets.
func (secretList) Run(c *command) error {
	return c.with(func(p *parts) error {
		rows, err := p.Vault.List(c.ctx)
		if err != nil {
			return err
		}
		err = c.emit(list(rows), func() {
			c.table(c.lang.say("АБОНЕНТ\tЧТО\tЧЬЁ\tСЛЕДУЮЩИЙ\tВЕРСИЯ\tКЛЮЧ\tОТПЕЧАТОК\tИЗМЕНЁН\tИСПОЛЬЗОВАН", "SUBSCRIBER\tWHAT\tWHOSE\tNEXT\tVERSION\tKEY\tFINGERPRINT\tCHANGED\tUSED"), func(line func(...any)) {
				for _, s := range rows {
					mark := s.Fingerprint
					if mark == "" {
						mark = c.lang.say("не открывается", "does not open")
					}
					line(s.Name.Subscriber, whole(s.Name.Kind+" "+s.Name.Field), dash(s.Name.ID), c.lang.yes(s.Next), s.Version, s.Epoch, mark, when(s.UpdatedAt), when(s.UsedAt))
				}
			})
		})
		if closed := unopened(rows); err == nil && closed > 0 {
			err = &ended{fmt.Sprintf(c.lang.say("не открываются этим главным ключом: %d из %d", "%d of %d secrets do not open with this master key"), closed, len(rows)), 1}
		}
		return err
	})
}

func unopened(rows []secret.Listed) (n int) {
	for _, s := range rows {
		if s.Fingerprint == "" {
			n++
		}
	}
	return n
}

type secretSet struct {
	Subscriber  string      `arg:"" help:"Of which of our organisations."`
	Next        bool        `help:"Keep the present one: the operator is asked to take this one when it refuses that, and the first success makes it the present one."`
	Password    secretFlags `embed:"" prefix:"password-"`
	Certificate string      `placeholder:"FILE" help:"Certificate to log in with, PEM or DER."`
	Key         string      `placeholder:"FILE" help:"Its private key: PEM, or PKCS#12 that holds the certificate as well."`
	Identity    secretFlags `embed:"" prefix:"identity-token-"`
	Access      secretFlags `embed:"" prefix:"access-token-"`
}

// Run seals a credential of the way to log in that is in use.
func (a secretSet) Run(c *command) error {
	flags := subscriberAdd{Password: a.Password, Certificate: a.Certificate, Key: a.Key, Identity: a.Identity, Access: a.Access}
	login, err := flags.login(c)
	if err != nil {
		return err
	}
	if login.kind != directory.LoginCertificate && login.secret.IsZero() {
		return usage("password-file", "is missing", "give a password, a token or a key")
	}
	return c.with(func(p *parts) error {
		row, err := p.Store.Subscriber(c.ctx, edo.SubscriberID(a.Subscriber))
		if err != nil {
			return p.unknown(err, a.Subscriber)
		}
		if row.LoginKind != login.kind {
			return usage("login", fmt.Sprintf("is %s, and the subscriber logs in by %s", login.kind, row.LoginKind), "give what the subscriber logs in with, or change the way with subscriber add")
		}
		login.name = row.Login
		if err := login.store(c.ctx, credentials{parts: p, next: a.Next}, row); err != nil {
			return err
		}
		return c.emit(map[string]any{"subscriber": a.Subscriber, "next": a.Next}, func() {
			if a.Next {
				c.print(c.lang.say("следующий вход абонента %s сохранён\n", "the next login of subscriber %s is stored\n"), a.Subscriber)
				return
			}
			c.print(c.lang.say("вход абонента %s сохранён\n", "the login of subscriber %s is stored\n"), a.Subscriber)
		})
	})
}

type secretDropNext struct {
	Subscriber string `arg:"" help:"Of which of our organisations."`
}

// Run forgets the next credential.
func (a secretDropNext) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.Vault.DropNext(c.ctx, edo.SubscriberID(a.Subscriber)); err != nil {
			return p.unknown(err, a.Subscriber)
		}
		return c.emit(a, func() {
			c.print(c.lang.say("следующий вход абонента %s забыт\n", "the next login of subscriber %s is forgotten\n"), a.Subscriber)
		})
	})
}

type secretRotate struct{}

// rotationTold is how often a rotation tells how far it is.
const rotationTold = time.Second

// Run seals everything anew.
func (secretRotate) Run(c *command) error {
	return c.with(func(p *parts) error {
		var told time.Time
		done, err := p.Vault.Rotate(c.ctx, func(at secret.Progress) {
			if now := time.Now(); now.Sub(told) >= rotationTold {
				told = now
				fmt.Fprintf(c.err, c.lang.say("запечатано заново: %d\n", "sealed anew: %d\n"), at.Secrets)
			}
		})
		if err != nil {
			return err
		}
		return c.emit(done, func() {
			if done.Resumed {
				c.print("%s\n", c.lang.say("прерванная смена ключей продолжена", "an interrupted rotation was continued"))
			}
			c.print(c.lang.say("запечатано заново: %d, ключ данных %d, версия главного ключа %08x\n", "sealed anew: %d, data key %d, version %08x of the master key\n"), done.Secrets, done.Epoch, done.Master)
			if p.Vault.FromFile() {
				c.print("%s\n", c.lang.say("сделайте новую копию файла главного ключа: прежней для этой базы мало", "make a new copy of the file of the master key: the one before is not enough for this database"))
			}
		})
	})
}

type secretExtendKey struct {
	Out string `required:"" placeholder:"FILE" help:"New file for the key: put it where the environment is made, start every process with it, then rotate."`
}

// Run writes the extended key.
func (a secretExtendKey) Run(c *command) error {
	key, err := masterKey(c.getenv)
	if err != nil {
		return err
	}
	if key.IsZero() {
		return usage(masterKeyEnv, "is empty", "a key in the home folder is extended by secret rotate")
	}
	if err := secret.ExtendKey(key, a.Out); err != nil {
		return taken(a.Out, err)
	}
	return c.emit(a, func() { c.print("%s\n", filepath.Base(a.Out)) })
}

type secretStartOver struct {
	Yes bool `required:"" help:"All secrets are forgotten and have to be set again."`
}

// Run forgets all secrets; a key file that is lost is made anew.
func (secretStartOver) Run(c *command) error {
	if c.home != "" && hasDatabase(c.home) && c.getenv(masterKeyEnv) == "" {
		if err := secret.CreateKey(filepath.Join(c.home, local.KeyFile)); err != nil && !errors.Is(err, secret.KeyFileThere) {
			return err
		}
	}
	return c.with(func(p *parts) error {
		if err := p.Vault.StartOver(c.ctx); err != nil {
			return err
		}
		return c.emit(map[string]bool{"forgotten": true}, func() {
			c.print("%s\n", c.lang.say("все секреты забыты; задайте их заново: secret set, signer add", "all secrets are forgotten; set them again: secret set, signer add"))
		})
	})
}
