package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

type doctor struct {
	Offline bool          `help:"Do not call any operator."`
	Timeout time.Duration `default:"30s" help:"How long to wait for one operator, and for the store (at most 10s)."`
}

// soon is when the end of a certificate becomes worth a word: ordering a new one takes weeks.
const soon = 30 * 24 * time.Hour

// patience is how long another process may hold the store before it is a finding: a write takes milliseconds.
const patience = 10 * time.Second

// finding is one sentence of the report.
type finding struct {
	OK   bool
	Note bool // worth knowing, nothing is broken
	Text string
}

// examination collects findings.
type examination struct {
	*command
	found []finding
}

func (e *examination) ok(ru, en string, args ...any) {
	e.found = append(e.found, finding{OK: true, Text: fmt.Sprintf(e.lang.say(ru, en), args...)})
}

func (e *examination) note(ru, en string, args ...any) {
	e.found = append(e.found, finding{OK: true, Note: true, Text: fmt.Sprintf(e.lang.say(ru, en), args...)})
}

func (e *examination) wrong(err error, ru, en string, args ...any) {
	text := fmt.Sprintf(e.lang.say(ru, en), args...)
	if err != nil {
		text += ": " + err.Error()
	}
	e.found = append(e.found, finding{Text: text})
}

// Run examines everything and fails if something is wrong.
func (d doctor) Run(c *command) error {
	e := &examination{command: c}
	d.examine(e)
	bad := 0
	for _, f := range e.found {
		if !f.OK {
			bad++
		}
	}
	err := c.emit(e.found, func() {
		for _, f := range e.found {
			mark := c.lang.say("ОШИБКА", "WRONG")
			switch {
			case f.Note:
				mark = c.lang.say("внимание", "note")
			case f.OK:
				mark = c.lang.say("в порядке", "ok")
			}
			c.print("%s: %s\n", mark, printable(f.Text))
		}
	})
	if err == nil && bad > 0 {
		err = errReported
	}
	return err
}

func (d doctor) examine(e *examination) {
	info, err := os.Stat(e.home)
	if err != nil || !info.IsDir() {
		e.wrong(err, "рабочая папка %q недоступна", "the home folder %q is not there", e.home)
		return
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		e.note("рабочую папку %s могут читать другие пользователи (%v)", "the home folder %s can be read by other users (%v)", e.home, info.Mode().Perm())
	}
	if !onServer(e.getenv) && !hasDatabase(e.home) {
		e.wrong(nil, "в рабочей папке нет базы данных", "the home folder has no database")
		return
	}
	if !d.writable(e) {
		return // whatever else is asked would wait for the store as well
	}
	p, err := e.open()
	if err != nil {
		e.wrong(err, "хранилище, архив или ключ не открываются", "store, archive or master key cannot be opened")
		return
	}
	defer p.Close()
	e.ok("хранилище и главный ключ открываются", "the store and the master key open")
	e.archive(p)
	subscribers, err := p.Store.Subscribers(e.ctx)
	if err != nil {
		e.wrong(err, "список абонентов не читается", "the list of subscribers cannot be read")
		return
	}
	if len(subscribers) == 0 {
		e.note("абонентов ещё нет", "there are no subscribers yet")
	}
	for _, s := range subscribers {
		d.subscriber(e, p, s)
	}
}

// writable comes before everything that opens the store: opening may have to wait for whoever holds it.
func (d doctor) writable(e *examination) bool {
	wait := min(d.Timeout, patience)
	where, err := place(e.home, e.getenv)
	if err == nil {
		err = local.Probe(e.ctx, where, wait)
	}
	switch {
	case errors.Is(err, directory.StoreBusy):
		e.wrong(nil, "хранилище удерживает другой процесс: за %v он его не отпустил; если он завис, завершите его",
			"another process holds the store: it did not let go of it within %v; if it is frozen, end it", wait)
	case errors.Is(err, directory.StoreUnsafe):
		e.wrong(err, "настройки сервера базы данных небезопасны: подтверждённое могло бы пропасть", "the settings of the database server are unsafe: what was acknowledged could be lost")
	case err != nil:
		e.wrong(err, "в хранилище нельзя писать", "the store cannot be written")
	}
	return err == nil
}

// archive writes a few bytes and drops them.
func (e *examination) archive(p *parts) {
	blob, err := p.Archive.Create(e.ctx)
	if err == nil {
		_, err = blob.Write([]byte("doctor"))
		blob.Abort()
	}
	if err != nil {
		e.wrong(err, "в архив документов нельзя писать", "the document archive cannot be written")
		return
	}
	e.ok("в архив документов можно писать", "the document archive can be written")
}

func (d doctor) subscriber(e *examination, p *parts, s directory.Subscriber) {
	if !s.Enabled {
		e.note("абонент %s отключён", "subscriber %s is disabled", s.ID)
		return
	}
	d.login(e, p, s)
	e.users(p, s.ID)
	e.signers(p, s.ID)
	e.receiving(p, s)
}

func (d doctor) login(e *examination, p *parts, s directory.Subscriber) {
	account, err := p.Vault.Account(e.ctx, s.ID)
	if err != nil {
		e.wrong(err, "учётные данные абонента %s не открываются", "the credentials of subscriber %s do not open", s.ID)
		return
	}
	if account.Login.Certificate != nil {
		e.dates(account.Login.Certificate.DER, string(s.ID))
	}
	driver := p.driver(s.Operator)
	if driver == nil {
		e.wrong(nil, "оператор %[2]s абонента %[1]s не поддерживается", "subscriber %s has the unknown operator %s", s.ID, s.Operator)
		return
	}
	session, err := driver.Open(e.ctx, account)
	if err != nil {
		e.wrong(err, "настройки абонента %s неверны", "the settings of subscriber %s are wrong", s.ID)
		return
	}
	defer session.Close()
	checker, able := session.(edo.Checker)
	if d.Offline || !able {
		e.note("вход абонента %s не проверялся", "the login of subscriber %s was not tried", s.ID)
		return
	}
	ctx, cancel := context.WithTimeout(e.ctx, d.Timeout)
	defer cancel()
	health, err := checker.Check(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e.wrong(nil, "оператор абонента %s не ответил за %v", "the operator of subscriber %s did not answer within %v", s.ID, d.Timeout)
	case err != nil:
		e.wrong(err, "абонент %s не может войти к оператору", "subscriber %s cannot log in", s.ID)
	case s.Box == "":
		e.note("абонент %s входит, но ящика у него ещё нет: зарегистрируйте его командой enrol", "subscriber %s logs in, but has no box yet: enrol it", s.ID)
	case !health.BoxFound:
		e.wrong(nil, "абонент %s вошёл, но ящика %s у него нет", "subscriber %s logs in, but box %s is not his", s.ID, s.Box)
	default:
		e.ok("абонент %s входит, ящик найден, версия сервиса %s", "subscriber %s logs in, the box is found, service version %s", s.ID, health.Version)
	}
}

func (e *examination) users(p *parts, s edo.SubscriberID) {
	users, err := p.Store.Users(e.ctx, s)
	switch {
	case err != nil:
		e.wrong(err, "список пользователей абонента %s не читается", "the users of subscriber %s cannot be read", s)
	case len(users) == 0:
		e.note("от имени абонента %s никому не разрешено отправлять", "nobody is allowed to send for subscriber %s", s)
	default:
		e.ok("пользователей абонента %s: %d", "subscriber %s has %d users", s, len(users))
	}
}

func (e *examination) signers(p *parts, s edo.SubscriberID) {
	signers, err := p.Store.Signers(e.ctx, s)
	if err != nil {
		e.wrong(err, "список подписантов абонента %s не читается", "the signers of subscriber %s cannot be read", s)
	}
	for _, one := range signers {
		switch now := time.Now(); {
		case !one.Enabled:
			e.note("подписант %s отключён", "signer %s is disabled", one.ID)
		case one.Place == directory.PlaceHost:
			e.note("подписант %s подписывает в системе документооборота: ему нужны задания на подпись", "signer %s signs in the document system: it has to look for signature tasks", one.ID)
		case one.Place == directory.PlaceKey && !one.HasKey:
			e.note("ключа подписанта %s здесь нет: подписи должна приносить система документооборота", "the key of signer %s is not here: the document system has to bring his signatures", one.ID)
		default:
			if _, err := p.Vault.Signer(e.ctx, s, one.ID, firstKind(one), now); err != nil {
				e.wrong(err, "подписант %s не может подписывать", "signer %s cannot sign", one.ID)
				continue
			}
			e.until(one.Info.NotAfter, string(one.ID))
		}
	}
}

// firstKind is a kind the signer may sign.
func firstKind(s directory.Signer) string {
	if len(s.Kinds) > 0 {
		return s.Kinds[0]
	}
	return ""
}

// dates judges a login certificate.
func (e *examination) dates(raw []byte, name string) {
	certificate, err := cms.ParseCertificate(raw)
	switch now := time.Now(); {
	case err != nil:
		e.wrong(err, "сертификат абонента %s не читается", "the certificate of subscriber %s cannot be read", name)
	case !certificate.ValidAt(now):
		e.wrong(nil, "сертификат %s действует с %s по %s", "the certificate of %s is valid from %s to %s", name, when(certificate.NotBefore), when(certificate.NotAfter))
	default:
		e.until(certificate.NotAfter, name)
	}
}

func (e *examination) until(end time.Time, name string) {
	if time.Until(end) < soon {
		e.note("сертификат %s действует только до %s", "the certificate of %s ends soon: %s", name, when(end))
		return
	}
	e.ok("сертификат %s действует до %s", "the certificate of %s is valid until %s", name, when(end))
}
