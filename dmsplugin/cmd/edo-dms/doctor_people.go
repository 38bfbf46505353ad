package main

import (
	"slices"
	"strings"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

func sameBox(a, b edo.BoxID) bool { return strings.EqualFold(string(a), string(b)) }

func (e *examination) users(r *report, p *parts, s edo.SubscriberID) {
	users, err := p.Store.Users(e.ctx, s)
	switch {
	case err != nil:
		r.addErr(err, "users.unread", string(s), s)
	case len(users) == 0:
		r.add("users.none", string(s), s)
	default:
		r.add("users.ok", string(s), s, len(users))
	}
}

func (e *examination) signers(r *report, p *parts, s edo.SubscriberID) {
	signers, err := p.Store.Signers(e.ctx, s)
	if err != nil {
		r.addErr(err, "signers.unread", string(s), s)
	}
	for _, one := range signers {
		id := string(one.ID)
		if !one.Enabled {
			r.add("signer.disabled", id, one.ID)
			continue
		}
		valid := e.dates(r, one.Info.NotBefore, one.Info.NotAfter, id)
		switch {
		case one.Place == directory.PlaceHost:
			r.add("signer.host", id, one.ID)
		case one.Place == directory.PlaceKey && !one.HasKey:
			r.add("signer.keyless", id, one.ID)
		case valid:
			if _, err := p.Vault.Signer(e.ctx, s, one.ID, firstKind(one), e.now()); err != nil {
				r.addErr(err, "signer.unable", id, one.ID)
			}
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

// receiving says what reading the box lacks: without an administrator nothing is read, without a service signer nothing is
// confirmed.
func (e *examination) receiving(r *report, p *parts, s directory.Subscriber) {
	id := string(s.ID)
	if !s.Policy.Receive {
		r.add("receive.off", id, s.ID)
		return
	}
	before := len(r.found)
	rules, err := p.Store.Responsibles(e.ctx, s.ID)
	switch {
	case err != nil:
		r.addErr(err, "receive.rules-unread", id, s.ID)
	case !slices.ContainsFunc(rules, func(r edo.Responsible) bool { return r.Scope == edo.ScopeAdministrator && r.Kind == "" }):
		r.add("receive.no-administrator", id, s.ID)
	}
	e.service(r, p, s)
	cursor, err := p.Store.Cursor(e.ctx, s.ID)
	switch {
	case err != nil:
		r.addErr(err, "receive.unread", id, s.ID)
	case cursor.Refusal != "":
		r.add("receive.refused", id, s.ID, cursor.Refusal)
	}
	if len(r.found) == before {
		r.add("receive.ok", id, s.ID, when(cursor.AsOf))
	}
}

// service looks at who signs receipts.
func (e *examination) service(r *report, p *parts, s directory.Subscriber) {
	if s.Service == "" {
		r.add("receive.no-service-signer", string(s.ID), s.ID)
		return
	}
	if _, err := p.Vault.Signer(e.ctx, s.ID, s.Service, "", e.now()); err != nil {
		r.addErr(err, "receive.service-signer", string(s.ID), s.ID, s.Service)
	}
}
