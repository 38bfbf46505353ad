package main

import (
	"context"
	"errors"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/console"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// checkups lets the console run the doctor: the same checks with the same limits as the command.
type checkups struct{ *command }

// Examine runs all checks.
func (c checkups) Examine(ctx context.Context, offline bool) ([]console.Finding, error) {
	own := *c.command
	own.ctx = ctx
	e := newExamination(&own, doctor{Offline: offline, Timeout: 30 * time.Second, MaxSkew: time.Minute, MinFree: 1024})
	e.examine()
	all := make([]console.Finding, len(e.found))
	for i, f := range e.found {
		severity, err := f.Severity.MarshalText()
		if err != nil {
			return nil, err
		}
		all[i] = console.Finding{
			ID: f.ID, Severity: console.Severity(severity), About: f.About, Text: edo.Sentence{RU: f.text.ru, EN: f.text.en},
			Remedy: edo.Sentence{RU: f.remedy.ru, EN: f.remedy.en},
		}
	}
	return all, ctx.Err()
}

// safe lets the console replace credentials, and tell what may be known of them.
type safe struct{ *parts }

// Login tells when the secret of the way to log in was set, and the dates of its certificate.
func (s safe) Login(ctx context.Context, id edo.SubscriberID) (state console.LoginState, err error) {
	row, err := s.Store.Subscriber(ctx, id)
	if err != nil {
		return state, err
	}
	all, err := s.Vault.List(ctx)
	if err != nil {
		return state, err
	}
	for _, l := range all {
		switch n := l.Name; {
		case n.Subscriber != id || n.Kind != "login" || n.Field != string(row.LoginKind):
		case l.Next:
			state.Next, state.Tries = l.UpdatedAt, l.Tries
		default:
			state.SetAt, state.UsedAt = l.UpdatedAt, l.UsedAt
		}
	}
	der, err := s.Vault.LoginCertificate(ctx, id)
	if errors.Is(err, secret.SealBroken) { // whoever mends that needs the page
		state.Broken = true
		return state, nil
	}
	if err != nil || der == nil {
		return state, err
	}
	certificate, err := cms.ParseCertificate(der)
	if err == nil {
		state.Certificate = certificate.Info("")
	}
	return state, err
}

// SetLogin seals a password or token of the way to log in that is in use.
func (s safe) SetLogin(ctx context.Context, id edo.SubscriberID, name string, fresh edo.Secret, next bool) error {
	row, err := s.Store.Subscriber(ctx, id)
	if err != nil {
		return err
	}
	login := newLogin{kind: row.LoginKind, name: name, secret: fresh}
	switch row.LoginKind {
	case directory.LoginPassword, directory.LoginIdentityToken, directory.LoginAccessToken:
		return login.store(ctx, credentials{parts: s.parts, next: next}, row)
	}
	return usage("login", "is by a key, which does not pass through a browser", "use edo-dms secret set on this machine")
}
