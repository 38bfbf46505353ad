package main

import (
	"errors"
	"slices"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// receiving says what reading the box lacks: without an administrator nothing is read, without a service signer nothing is
// confirmed.
func (e *examination) receiving(p *parts, s directory.Subscriber) {
	if !s.Policy.Receive {
		e.note("ящик абонента %s не читается: так настроено", "the box of subscriber %s is not read: it is set so", s.ID)
		return
	}
	before := len(e.found)
	rules, err := p.Store.Responsibles(e.ctx, s.ID)
	switch {
	case err != nil:
		e.wrong(err, "список ответственных абонента %s не читается", "the responsible people of subscriber %s cannot be read", s.ID)
	case !slices.ContainsFunc(rules, func(r edo.Responsible) bool { return r.Scope == edo.ScopeAdministrator && r.Kind == "" }):
		e.wrong(nil, "у абонента %s нет администратора обмена: входящие остаются у оператора (responsible set --scope administrator)",
			"subscriber %s has no exchange administrator: inbound documents stay at the operator (responsible set --scope administrator)", s.ID)
	}
	e.service(p, s)
	cursor, err := p.Store.Cursor(e.ctx, s.ID)
	switch {
	case err != nil:
		e.wrong(err, "место чтения ящика абонента %s не читается", "the place in the box of subscriber %s cannot be read", s.ID)
	case cursor.Refusal != "":
		e.wrong(errors.New(cursor.Refusal), "ящик абонента %s не читается", "the box of subscriber %s is not read", s.ID)
	}
	if len(e.found) == before {
		e.ok("ящик абонента %s читается, последний раз %s", "the box of subscriber %s is read, last %s", s.ID, when(cursor.AsOf))
	}
}

// service looks at who signs receipts.
func (e *examination) service(p *parts, s directory.Subscriber) {
	if s.Service == "" {
		e.wrong(nil, "у абонента %s нет подписанта извещений: о получении никто не уведомит (subscriber add --service-signer)",
			"subscriber %s has no signer of receipts: nothing that comes in is confirmed (subscriber add --service-signer)", s.ID)
		return
	}
	if _, err := p.Vault.Signer(e.ctx, s.ID, s.Service, "", time.Now()); err != nil {
		e.wrong(err, "подписант извещений %[2]s абонента %[1]s не может подписывать", "the signer of receipts of subscriber %s, %s, cannot sign", s.ID, s.Service)
	}
}
