package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// subscribers examines all of them, some at once, and tells in order: first each address, then each subscriber.
func (e *examination) subscribers(p *parts, all []directory.Subscriber) {
	groups := map[string]*address{}
	if !e.Offline {
		groups = e.addresses(all)
	}
	var probing sync.WaitGroup
	limit := make(chan struct{}, abreast)
	for _, a := range groups {
		probing.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			a.examine(e)
		})
	}
	probing.Wait()
	reports := make([]report, len(all))
	var work errgroup.Group
	work.SetLimit(abreast)
	for i, s := range all {
		work.Go(func() error {
			reports[i].lang = e.command.lang
			e.subscriber(&reports[i], p, s, groups[s.Endpoint+"\n"+string(s.CAs)])
			return nil
		})
	}
	_ = work.Wait() // nobody fails: what is wrong is in the reports
	told := map[*address]bool{}
	for _, s := range all {
		if a := groups[s.Endpoint+"\n"+string(s.CAs)]; a != nil && !told[a] {
			told[a] = true
			e.found = append(e.found, a.told(e)...)
		}
	}
	for _, r := range reports {
		e.found = append(e.found, r.found...)
	}
}

func (e *examination) subscriber(r *report, p *parts, s directory.Subscriber, a *address) {
	if !s.Enabled {
		r.add("subscriber.disabled", string(s.ID), s.ID)
		return
	}
	if err := edo.CheckINN("inn", s.INN); err != nil {
		r.add("subscriber.inn", string(s.ID), s.ID, s.INN)
	}
	if s.KPP != "" && edo.CheckKPP("kpp", s.KPP) != nil {
		r.add("subscriber.kpp", string(s.ID), s.ID, s.KPP)
	}
	e.login(r, p, s, a)
	e.users(r, p, s.ID)
	e.signers(r, p, s.ID)
	e.receiving(r, p, s)
}

func (e *examination) login(r *report, p *parts, s directory.Subscriber, a *address) {
	id := string(s.ID)
	account, err := p.Vault.Account(e.ctx, s.ID)
	if err != nil {
		r.addErr(err, "subscriber.credentials", id, s.ID)
		return
	}
	if account.Login.Certificate != nil {
		e.loginDates(r, account.Login.Certificate.DER, id)
	}
	driver := p.driver(s.Operator)
	if driver == nil {
		r.add("subscriber.operator", id, s.ID, s.Operator)
		return
	}
	session, err := driver.Open(e.ctx, account)
	if err != nil {
		r.addErr(err, "subscriber.settings", id, s.ID)
		return
	}
	defer session.Close()
	checker, able := session.(edo.Checker)
	if e.Offline || !able || a == nil {
		r.add("login.untried", id, s.ID)
		return
	}
	if a.skip() {
		return // told once, at the address
	}
	ctx, cancel := context.WithTimeout(e.ctx, e.Timeout)
	defer cancel()
	health, err := checker.Check(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		a.timedOut()
		r.add("login.timeout", id, s.ID, e.Timeout)
	case edo.ReasonOf(err) == edo.AnswerUnreadable:
		r.addErr(err, "endpoint.other-service", id, s.ID)
	case err != nil:
		r.addErr(err, "login.failed", id, s.ID)
	default:
		if skew, told := health.Skew(); told {
			a.skewed(skew)
		}
		e.box(r, s, health)
	}
}

// box compares what the operator says about our organisation with what we have stored.
func (e *examination) box(r *report, s directory.Subscriber, h edo.Health) {
	id := string(s.ID)
	switch {
	case s.Box == "":
		r.add("box.none", id, s.ID)
		return
	case !h.BoxFound:
		r.add("box.foreign", id, s.ID, s.Box)
		return
	}
	r.add("login.ok", id, s.ID, h.Version)
	at := slices.IndexFunc(h.Boxes, func(b edo.Address) bool { return sameBox(b.Box, s.Box) })
	if at < 0 {
		return // the driver knows a way to compare that we do not
	}
	theirs := h.Boxes[at]
	if theirs.INN != "" && theirs.INN != s.INN {
		r.add("box.inn", id, s.ID, s.INN, s.Box, theirs.INN)
	}
	if theirs.KPP != "" && s.KPP != "" && theirs.KPP != s.KPP {
		r.add("box.kpp", id, s.ID, s.KPP, s.Box, theirs.KPP)
	}
}
