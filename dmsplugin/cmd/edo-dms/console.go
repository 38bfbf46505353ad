package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/console"
	"github.com/edokit/edokit/dmsplugin/internal/clerk"
	"github.com/edokit/edokit/edo"
)

type consoleServe struct {
	Listen  string   `default:"127.0.0.1:8090" placeholder:"ADDRESS" help:"Where to answer. Any address but one of loopback needs --tls-cert and --tls-key."`
	TLSCert string   `name:"tls-cert" placeholder:"FILE" help:"Certificate of the server with its chain, PEM."`
	TLSKey  string   `name:"tls-key" placeholder:"FILE" help:"Its key, PEM."`
	Host    []string `placeholder:"NAME" help:"Further names under which browsers call it, as behind a proxy of this machine; several are possible. On loopback other names than localhost are refused without."`
	Zone    string   `placeholder:"Europe/Moscow" help:"Time zone of the pages; without it that of this machine."`
}

// Run answers until it is interrupted: that is its usual end, and no failure.
func (s consoleServe) Run(c *command) error {
	zone, err := s.zone()
	if err != nil {
		return err
	}
	loopback, err := s.loopback()
	if err != nil {
		return err
	}
	crypt, err := s.tls(loopback)
	if err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		logger := slog.New(slog.NewTextHandler(c.err, nil))
		pages, err := console.New(console.Config{
			Book: p.Store, Changes: book{p.Store, p}, Safe: safe{p}, Desk: p.gateway, Access: p.Store, People: c.passwords(), Doctor: checkups{c}, Reason: clerk.Sentence, Zone: zone, Logger: logger,
			Secure: crypt != nil, Hosts: s.hosts(loopback),
		})
		if err != nil {
			return err
		}
		return s.serve(c, pages, crypt)
	})
}

func (s consoleServe) serve(c *command, pages http.Handler, crypt *tls.Config) error {
	l, err := (&net.ListenConfig{}).Listen(c.ctx, "tcp", s.Listen)
	if err != nil {
		return usage("listen", err.Error(), "name an address that is free")
	}
	scheme := "http"
	if crypt != nil {
		l, scheme = tls.NewListener(l, crypt), "https"
	}
	server := &http.Server{
		Handler: pages, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: log.New(logWriter{c}, "edo-dms: ", 0),
	}
	fmt.Fprintf(c.err, "edo-dms: %s://%s/\n", scheme, l.Addr())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-c.ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), 3*time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		if err = server.Close(); err != nil { // a download that goes on is cut off
			return err
		}
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// logWriter takes what the server has to say, such as handshakes that failed, in one printable line.
type logWriter struct{ c *command }

func (w logWriter) Write(line []byte) (int, error) {
	fmt.Fprintln(w.c.err, printable(strings.TrimSpace(string(line))))
	return len(line), nil
}

func (s consoleServe) zone() (*time.Location, error) {
	if s.Zone == "" {
		return time.Local, nil
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, usage("zone", s.Zone+" is not known", "name it as Europe/Moscow")
	}
	return zone, nil
}

// loopback reports whether only this machine reaches the address.
func (s consoleServe) loopback() (bool, error) {
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return false, usage("listen", s.Listen+" is no address with a port", "write it as 127.0.0.1:8090")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}

func (s consoleServe) hosts(loopback bool) []string {
	if !loopback && len(s.Host) == 0 {
		return nil
	}
	all := []string{"localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(s.Listen); err == nil && host != "" {
		all = append(all, strings.ToLower(host))
	}
	for _, host := range s.Host {
		all = append(all, strings.ToLower(host))
	}
	return all
}

func (s consoleServe) tls(loopback bool) (*tls.Config, error) {
	switch {
	case s.TLSCert == "" && s.TLSKey == "" && loopback:
		return nil, nil
	case s.TLSCert == "" || s.TLSKey == "":
		return nil, usage("tls-cert", "or --tls-key is missing, and passwords must not cross a network in the clear", "give both, or listen at 127.0.0.1")
	}
	pair, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		return nil, usage("tls-cert", "and key cannot be read: "+err.Error(), "give certificate and key in PEM")
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// passwords are those of this home folder.
func (c *command) passwords() *console.Passwords {
	return &console.Passwords{Path: filepath.Join(c.home, console.PasswordFile)}
}

type consoleUserSet struct {
	Actor    string      `arg:"" help:"The user's id, as \"user allow\" names it."`
	Password secretFlags `embed:"" prefix:"password-"`
}

// Run reads a password and stores its hash. What the user may do on the pages is what "user allow" says.
func (u consoleUserSet) Run(c *command) error {
	actor := edo.ActorID(u.Actor)
	return c.with(func(p *parts) error {
		known, err := p.directoryUser(c.ctx, actor)
		if err != nil {
			return err
		}
		if !known {
			return usage("actor", u.Actor+" is no user of any subscriber and stands in for nobody", `allow something first, see "edo-dms user allow"`)
		}
		password, err := u.password(c)
		if err != nil {
			return err
		}
		if err := c.passwords().Set(actor, password); err != nil {
			return err
		}
		return c.emit(map[string]string{"actor": u.Actor}, func() {
			c.print(c.lang.say("%s может войти в консоль; открытые сеансы закончены\n", "%s may log in to the console; sessions that were open have ended\n"), u.Actor)
		})
	})
}

// password takes it from a flag, from a person at a terminal, or from standard input.
func (u consoleUserSet) password(c *command) (edo.Secret, error) {
	if u.Password.File != "" || u.Password.Env != "" {
		return u.Password.read(c)
	}
	if terminal, ok := c.in.(*os.File); ok && isTerminal(terminal) {
		first, err := c.prompt(terminal, c.lang.say("Пароль: ", "Password: "))
		if err != nil {
			return edo.Secret{}, err
		}
		if err := console.CheckPassword(first); err != nil {
			return edo.Secret{}, err
		}
		second, err := c.prompt(terminal, c.lang.say("Ещё раз: ", "Once more: "))
		if err == nil && first.Reveal() != second.Reveal() {
			err = usage("password", "was typed differently", "type it again")
		}
		return first, err
	}
	return secretFlags{File: "-"}.read(c)
}

// directoryUser reports whether somebody is in the directory: as a user or as a deputy of any subscriber.
func (p *parts) directoryUser(ctx context.Context, a edo.ActorID) (bool, error) {
	all, err := p.Store.Subscribers(ctx)
	if err != nil {
		return false, err
	}
	for _, s := range all {
		users, err := p.Store.Users(ctx, s.ID)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(users, func(u directory.User) bool { return u.Actor == a }) {
			return true, nil
		}
		deputies, err := p.Store.Substitutions(ctx, s.ID)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(deputies, func(d directory.Substitution) bool { return d.Deputy == a }) {
			return true, nil
		}
	}
	return false, nil
}

type consoleUserRemove struct {
	Actor string `arg:"" help:"The user's id."`
}

// Run takes the login away.
func (u consoleUserRemove) Run(c *command) error {
	return c.with(func(*parts) error {
		if err := c.passwords().Remove(edo.ActorID(u.Actor)); err != nil {
			return err
		}
		return c.emit(u, func() {
			c.print(c.lang.say("%s больше не может войти в консоль\n", "%s may not log in to the console any more\n"), u.Actor)
		})
	})
}

type consoleUserList struct{}

// Run lists who may log in.
func (consoleUserList) Run(c *command) error {
	return c.with(func(*parts) error {
		all, err := c.passwords().List()
		if err != nil {
			return err
		}
		return c.emit(list(all), func() {
			c.table(c.lang.say("ПОЛЬЗОВАТЕЛЬ\tПАРОЛЬ ЗАДАН", "USER\tPASSWORD SET"), func(line func(...any)) {
				for _, l := range all {
					line(l.Actor, when(l.SetAt))
				}
			})
		})
	})
}
