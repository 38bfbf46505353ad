package operatortest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/edo"
)

func (s suite) logins() []conformance.Case {
	return []conformance.Case{
		{
			ID: "login", Group: "login", Says: "a check finds the box of the account, and the time is the operator's", Clauses: []string{"edo.Checker", "B7"},
			Sends:   "Check of our account",
			Expects: "no error; at least one box, the account's among them; a time within a minute of the operator's clock, and a difference of the two clocks that is right to a minute",
			Run: s.run(func(b bench) {
				d := b.us()
				h, err := able[edo.Checker](d).Check(b.t.Context())
				if err != nil || !h.BoxFound || len(h.Boxes) == 0 {
					b.t.Fatalf("%+v, %v", h, err)
				}
				b.theirs("time of the check", h.AsOf)
				if skew, told := h.Skew(); b.Now != nil && (!told || (skew-b.Clock().Sub(b.Now())).Abs() > time.Minute) {
					b.t.Errorf("our clock is %s before the operator's, told: %t", -skew, told)
				}
			}),
		},
		{
			ID: "login-wrong-password", Group: "login", Says: "a wrong password is Denied and typed once", Clauses: []string{"edo.Driver", "AUTH-1"}, Changes: true,
			Why:     "operators lock accounts after some wrong passwords",
			Sends:   "Check and then Send of one document, with the right name and a made-up password",
			Expects: "Denied for Check, after one login that the operator refused; Denied for Send, no message accepted",
			Run: s.run(func(b bench) {
				b.needs(b.Us.Account.Login.Name != "", "login with a password")
				b.needs(b.WrongLogins != nil, "count of wrong logins: none is sent to an operator that might lock the account")
				b.Us.Account.Login = edo.Login{Name: b.Us.Account.Login.Name, Password: edo.NewSecret("wrong " + b.NewID())}
				d := b.us()
				_, err := able[edo.Checker](d).Check(b.t.Context())
				b.kind(err, edo.Denied)
				same(b.t, "wrong logins", 1, b.WrongLogins())
				_, err = d.session.Send(b.t.Context(), d.letters(1))
				b.kind(err, edo.Denied)
				b.accepted(0)
			}),
		},
		{
			ID: "login-other-box", Group: "login", Says: "a box that the login does not open is not found, and nothing is sent from it", Clauses: []string{"edo.Checker", "S3", "BOX-2"},
			Why:     "documents that leave from the box of another firm are sent in its name",
			Sends:   "Check and then Send of one document, with the other side's box in our account",
			Expects: "a Check without error whose box is not found; Denied, Invalid or Refused for Send, no message accepted",
			Run: s.run(func(b bench) {
				b.needs(b.Them.Account.Box != "" && b.Wire, "other side")
				to := b.Them.Account.Box
				b.Us.Account.Box = to
				d := b.us()
				if h, err := able[edo.Checker](d).Check(b.t.Context()); err != nil || h.BoxFound {
					b.t.Errorf("%+v, %v", h, err)
				}
				_, err := d.session.Send(b.t.Context(), d.letters(1))
				b.kind(err, edo.Denied, edo.Invalid, edo.Refused)
				b.accepted(0)
			}),
		},
		{
			ID: "login-expired", Group: "login", Says: "a token that has run out is renewed, and the message goes once", Clauses: []string{"edo.Driver", "AUTH-4"}, Changes: true,
			Why:     "a worker runs for days, and no clerk is there to log in again",
			Sends:   "Send of one document, the end of all session tokens at the operator, Send of another",
			Expects: "no error from either; two messages accepted",
			Run: s.run(func(b bench) {
				b.needs(b.Expire != nil, "way to end tokens")
				d := b.us()
				d.sent(d.letters(1))
				b.Expire()
				d.sent(d.letters(1))
				b.accepted(2)
			}),
		},
		{
			ID: "login-secrets", Group: "login", Says: "no secret of the login stands in a row of the log, in no spelling", Clauses: []string{"edo.Driver", "B1", "B4"}, Changes: true,
			Why:     "whoever may read the log, or gets a copy of it, could log in as the utility",
			Sends:   "Check and Send of one document; then the text of all rows of the log is searched for the password",
			Expects: "no hit in operation, endpoint, heads, bodies, code and note of the rows: not as it is, not escaped, encoded or packed",
			Run: s.run(func(b bench) {
				b.needs(b.Us.Account.Login.Name != "", "login with a password")
				d := b.us()
				if _, err := able[edo.Checker](d).Check(b.t.Context()); err != nil {
					b.t.Fatal(err)
				}
				_, _ = d.session.Send(b.t.Context(), d.letters(1)) // it may not be allowed to
				scan, err := canary.New(map[string]string{"password": d.party.Account.Login.Password.Reveal()})
				if err != nil {
					conformance.Broke(b.t, "%v", err)
				}
				text := d.log.text()
				if leaks := scan.Find(text); len(leaks) > 0 {
					b.t.Errorf("in %d bytes of the log: %v", len(text), leaks)
				}
			}),
		},
	}
}

// leaseGone is the reason of the gateway not to send any more.
func leaseGone() error { return &edo.Error{Kind: edo.Conflict, Message: "the lease has gone"} }

// theirs wants a time to be of the operator's clock.
func (b bench) theirs(what string, at time.Time) {
	b.t.Helper()
	if b.Now == nil {
		return
	}
	if off := at.Sub(b.Now()).Abs(); off > time.Minute {
		b.t.Errorf("%s is %s, and the operator's clock shows %s", what, at, b.Now())
	}
}

func (s suite) lookups() []conformance.Case {
	look := func(b bench, c edo.Counterparty) []edo.Address {
		b.t.Helper()
		got, err := b.us().session.Lookup(b.t.Context(), c)
		if err != nil {
			b.t.Fatalf("look up %+v: %v", c, err)
		}
		return got
	}
	return []conformance.Case{
		{
			ID: "lookup-none", Group: "look-up", Says: "none is an empty list, not an error", Clauses: []string{"edo.Session", "S2", "ORG-1"},
			Why:     "an error would look to a clerk like a broken connection",
			Sends:   "Lookup of an INN that no organisation has",
			Expects: "no error, no box",
			Run: s.run(func(b bench) {
				b.needs(b.Nobody != "", "INN that nobody has")
				same(b.t, "boxes", 0, len(look(b, edo.Counterparty{INN: b.Nobody})))
			}),
		},
		{
			ID: "lookup-one", Group: "look-up", Says: "INN and KPP find the box of the other side", Clauses: []string{"edo.Session", "S2", "ORG-1"},
			Sends:   "Lookup of the other side's INN and KPP",
			Expects: "exactly one box, that of the other side, with its INN, active",
			Run: s.run(func(b bench) {
				b.needs(b.Them.Account.Box != "", "other side")
				var boxes []edo.BoxID
				for _, a := range look(b, edo.Counterparty{INN: b.Them.Account.INN, KPP: b.Them.KPP}) {
					boxes = append(boxes, a.Box)
					if a.INN != b.Them.Account.INN || !a.Active {
						b.t.Errorf("%+v", a)
					}
				}
				same(b.t, "boxes", []edo.BoxID{b.Them.Account.Box}, boxes)
			}),
		},
		{
			ID: "lookup-many", Group: "look-up", Says: "of many boxes none is chosen silently, and the chosen one is found among them", Clauses: []string{"edo.Session", "S2", "ORG-1"},
			Sends:   "Lookup of an INN with several boxes, and again with the second of them named",
			Expects: "at least two boxes the first time, only the named one the second time",
			Run: s.run(func(b bench) {
				b.needs(b.Many != "", "organisation with several boxes")
				all := look(b, edo.Counterparty{INN: b.Many})
				if len(all) < 2 {
					b.t.Fatalf("found %d", len(all))
				}
				one := look(b, edo.Counterparty{INN: b.Many, Box: all[1].Box})
				if len(one) != 1 || one[0].Box != all[1].Box {
					b.t.Errorf("the chosen box is %s, found are %+v", all[1].Box, one)
				}
			}),
		},
	}
}

func (s suite) sending() []conformance.Case {
	all := []conformance.Case{
		{
			ID: "send-whole", Group: "sending", Says: "a message is answered with its id, the operator's time, an id for each document and the row of the log", Clauses: []string{"edo.Sent", "SEND-4", "V8"}, Changes: true,
			Sends:   "Send of one message with three signed documents",
			Expects: "one message accepted; an id of the message; three different ids, one for each document; a time within a minute of the operator's clock; over a wire, an ended row in the log under the id that the answer names",
			Run: s.run(func(b bench) {
				d := b.us()
				m := d.letters(3)
				sent := d.sent(m)
				b.accepted(1)
				b.theirs("time of the message", sent.OperatorTime)
				if sent.Message == "" || len(sent.Documents) != 3 {
					b.t.Errorf("%+v", sent)
				}
				same(b.t, "different ids", 3, len(slices.Compact(slices.Sorted(maps.Values(sent.Documents)))))
				for _, doc := range m.Documents {
					if sent.Documents[doc.ID] == "" {
						b.t.Errorf("document %s has no id", doc.ID)
					}
				}
				if b.Wire && !slices.ContainsFunc(d.log.of(m.Package), func(r row) bool { return r.id == sent.Exchange && r.answer != nil }) {
					b.t.Errorf("the log has no row %q that has ended", sent.Exchange)
				}
			}),
		},
		{
			ID: "send-each-its-own", Group: "sending", Says: "under the id of a document lies its content", Clauses: []string{"edo.Sent", "SEND-4", "S16"}, Changes: true,
			Why:     "exchanged ids put the stamp and the signature of one contract on the card of another",
			Sends:   "Send of one message with three documents of different content; the other side downloads each by its id",
			Expects: "under each id the text of its document",
			Run: s.run(func(b bench) {
				d, them := b.us(), b.them()
				m := edo.Message{Package: edo.PackageID("package-" + b.NewID()), To: []edo.Address{{Box: them.party.Account.Box}}}
				texts := map[edo.DocumentID]string{}
				for range 3 {
					text := "Договор " + b.NewID()
					doc := d.document([]byte(text))
					texts[doc.ID] = text
					m.Documents = append(m.Documents, doc)
				}
				sent := d.sent(m)
				for id, text := range texts {
					same(b.t, string(id), text, string(them.download(sent.Documents[id])))
				}
			}),
		},
		{
			ID: "send-streamed", Group: "sending", Says: "content is read once and in pieces", Clauses: []string{"edo.Driver", "edo.Content"}, Changes: true,
			Why:     "a thousand letters of a gigabyte must not be a thousand gigabytes",
			Sends:   "Send of one document of eight megabytes, the reading of its content watched",
			Expects: "opened once, every byte read once, no buffer above one megabyte",
			Run: s.run(func(b bench) {
				d := b.us()
				raw := []byte(strings.Repeat("Приложение ", 8<<20/21))
				w := &watched{}
				m := d.letters(1)
				m.Documents[0] = d.document(raw)
				m.Documents[0].Content = w.content(raw)
				d.sent(m)
				same(b.t, "opened", 1, w.opened)
				same(b.t, "bytes read", int64(len(raw)), w.read)
				if w.largest > 1<<20 {
					b.t.Errorf("a piece of %d bytes", w.largest)
				}
			}),
		},
		{
			ID: "send-other-content", Group: "sending", Says: "content that is shorter than it says is not sent", Clauses: []string{"edo.Content"}, Changes: true,
			Why:     "half a contract under the signature of a whole one is no document",
			Sends:   "Send of one document whose content says that it is a byte longer than it is",
			Expects: "Invalid or Unavailable, no message accepted",
			Run: s.run(func(b bench) {
				b.needs(b.Wire, "wire")
				d := b.us()
				m := d.letters(1)
				m.Documents[0].Content.Size++
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.Invalid, edo.Unavailable)
				b.accepted(0)
			}),
		},
		{
			ID: "send-refused", Group: "sending", Says: "the operator's verdict is Refused, and says that mending helps and repeating does not", Clauses: []string{"edo.Driver", "SEND-3", "FAULT-2"}, Changes: true,
			Why:     "a verdict that is taken for a passing trouble is repeated for ever, and no clerk learns what to mend",
			Sends:   "Send of two documents, the second with the signature of the first; an operator that checks no signatures is told to refuse it",
			Expects: "Refused or Invalid, whose advice is to repeat after mending; no message accepted",
			Run: s.run(func(b bench) {
				b.needs(b.Verifies || b.Refuse != nil, "way to be refused")
				d := b.us()
				m := d.letters(2)
				m.Documents[1].Signature = m.Documents[0].Signature // over other bytes
				if !b.Verifies {
					b.Refuse()
				}
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.Refused, edo.Invalid)
				same(b.t, "repeat", edo.RepeatAfterFix, edo.KindOf(err).Repeat())
				b.accepted(0)
			}),
		},
		{
			ID: "send-may-not-leave", Group: "sending", Says: "when Ready says no, nothing leaves, and the error is Unavailable with that cause", Clauses: []string{"edo.Message.Ready"}, Changes: true,
			Why:     "somebody else may be sending the same by now",
			Sends:   "Send of one document, with a Ready that answers with an error",
			Expects: "Unavailable, with that error as its cause; no message accepted",
			Run: s.run(func(b bench) {
				d := b.us()
				m, cause := d.letters(1), leaseGone()
				m.Ready = func() error { return cause }
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.Unavailable)
				if !errors.Is(err, cause) {
					b.t.Errorf("the cause is not in %v", err)
				}
				b.accepted(0)
			}),
		},
		{
			ID: "send-asks-late", Group: "sending", Says: "Ready is asked while the content leaves, not only before", Clauses: []string{"edo.Message.Ready"}, Changes: true,
			Why:     "the right to send can be lost while a large document is on its way",
			Sends:   "Send of one document of 1.4 megabytes, with a Ready that answers with an error as soon as a byte of it was read",
			Expects: "Unavailable, no message accepted, and the content was begun",
			Run: s.run(func(b bench) {
				d := b.us()
				w := &watched{}
				raw := []byte(strings.Repeat("Приложение ", 1<<16))
				m, cause := d.letters(1), leaseGone()
				m.Documents[0] = d.document(raw)
				m.Documents[0].Content = w.content(raw)
				m.Ready = func() error {
					w.mu.Lock()
					defer w.mu.Unlock()
					if w.read > 0 {
						return cause
					}
					return nil
				}
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.Unavailable)
				b.accepted(0)
				w.mu.Lock()
				defer w.mu.Unlock()
				if w.read == 0 {
					b.t.Error("the content was never begun: nothing is shown")
				}
			}),
		},
	}
	return append(all, conformance.Change{
		Case: conformance.Case{
			ID: "send", Group: "sending", Says: "one call of Send is one message, never more", Clauses: []string{"edo.Driver", "SEND-5"},
			Sends:   "Send of a message with one document (each call its own)",
			Expects: "as many messages accepted as calls made; no error, InDoubt for a call whose answer was lost",
		},
		Start: func(t conformance.T) conformance.Changing {
			b := s.bench(t)
			b.needs(b.Accepted != nil, "count of accepted messages")
			d := b.us()
			var next atomic.Int64
			messages := []edo.Message{}
			for range 8 {
				messages = append(messages, d.letters(1))
			}
			x := conformance.Changing{
				Do: func(t conformance.T) {
					if _, err := d.session.Send(t.Context(), messages[next.Add(1)-1]); err != nil {
						t.Errorf("send: %v", err)
					}
				},
				Count: func(conformance.T) int { return b.Accepted() },
			}
			if b.LoseAnswer != nil {
				x.Lose = func(t conformance.T) {
					b.LoseAnswer()
					_, err := d.session.Send(t.Context(), messages[next.Add(1)-1])
					b.kind(err, edo.InDoubt)
				}
			}
			return x
		},
	}.Cases()...)
}

func (s suite) doubts() []conformance.Case {
	return []conformance.Case{
		{
			ID: "doubt-lost-answer", Group: "doubt", Says: "a lost answer is InDoubt, and the message is found", Clauses: []string{"edo.Driver", "edo.Finder"}, Changes: true,
			Sends:   "Send of two documents, accepted, the answer lost; then Find",
			Expects: "InDoubt, whose advice is to ask first; one message accepted; found, with two documents",
			Run: s.run(func(b bench) {
				b.needs(b.LoseAnswer != nil, "way to lose an answer")
				d := b.us()
				m := d.letters(2)
				b.LoseAnswer()
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.InDoubt)
				same(b.t, "repeat", edo.RepeatAskFirst, edo.KindOf(err).Repeat())
				b.accepted(1)
				found, err := able[edo.Finder](d).Find(b.t.Context(), b.query(m))
				if err != nil || found.Sent == nil || len(found.Sent.Documents) != 2 {
					b.t.Errorf("found %+v, %v", found, err)
				}
			}),
		},
		{
			ID: "doubt-no-outcome", Group: "doubt", Says: "whatever is no outcome is InDoubt: a page, a status, half an answer, nothing in it", Clauses: []string{"edo.Driver", "FAULT-3"}, Changes: true,
			Why:     "a page of a proxy, or a half of an answer, says nothing of what the operator did",
			Sends:   "for each way in which the stand can spoil an answer, on a stand of its own: Send of one document, accepted, and answered so",
			Expects: "InDoubt and one message accepted, each time",
			Run: func(t conformance.T) {
				first := s.bench(t)
				first.needs(len(first.Spoil) > 0, "way to spoil an answer")
				for _, name := range slices.Sorted(maps.Keys(first.Spoil)) {
					b := s.bench(t)
					d := b.us()
					b.Spoil[name]()
					if _, err := d.session.Send(t.Context(), d.letters(1)); edo.KindOf(err) != edo.InDoubt {
						t.Errorf("%s: %v (%v), expected %v", name, edo.KindOf(err), err, edo.InDoubt)
					}
					b.accepted(1)
				}
			},
		},
		{
			ID: "doubt-cut-request", Group: "doubt", Says: "a request that is cut is Unavailable or InDoubt, never Refused, and nothing is accepted", Clauses: []string{"edo.Driver"}, Changes: true,
			Sends:   "Send of one document of five and a half megabytes, the request cut before its last byte; then Find",
			Expects: "Unavailable or InDoubt, no message accepted; nothing found",
			Run: s.run(func(b bench) {
				b.needs(b.CutRequest != nil, "way to cut a request")
				d := b.us()
				m := d.letters(1)
				raw := []byte(strings.Repeat("Приложение ", 1<<18))
				m.Documents[0] = d.document(raw)
				b.CutRequest()
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.Unavailable, edo.InDoubt)
				b.accepted(0)
				if found, err := able[edo.Finder](d).Find(b.t.Context(), b.query(m)); err != nil || found.Sent != nil {
					b.t.Errorf("found %+v, %v", found, err)
				}
			}),
		},
		{
			ID: "doubt-nobody-there", Group: "doubt", Says: "an operator who cannot be reached is Unavailable: it is safe to repeat", Clauses: []string{"edo.Driver"},
			Why:     "a clerk need not do anything while the network is down: it goes later, by itself",
			Sends:   "Send of one document, to a port of this machine on which nobody listens",
			Expects: "Unavailable, whose advice is that it is safe to repeat",
			Run: s.run(func(b bench) {
				b.needs(b.Wire, "wire")
				b.Us.Account.Endpoint = "http://127.0.0.1:1/exchangeservice.svc"
				d := b.us()
				_, err := d.session.Send(b.t.Context(), d.letters(1))
				b.kind(err, edo.Unavailable)
				same(b.t, "repeat", edo.RepeatSafe, edo.KindOf(err).Repeat())
			}),
		},
		{
			ID: "doubt-cancelled-before", Group: "doubt", Says: "a call whose context has ended sends nothing", Clauses: []string{"edo.Driver"}, Changes: true,
			Why:     "what is stopped in time must not leave",
			Sends:   "Send of one document, with a context that was cancelled before",
			Expects: "Unavailable, no message accepted",
			Run: s.run(func(b bench) {
				b.needs(b.Wire, "wire")
				d := b.us()
				ctx, cancel := context.WithCancel(b.t.Context())
				m := d.letters(1)
				cancel()
				_, err := d.session.Send(ctx, m)
				b.kind(err, edo.Unavailable)
				b.accepted(0)
			}),
		},
		{
			ID: "doubt-cancelled-midway", Group: "doubt", Says: "a call whose context ends while content is read is not taken for an outcome, and nothing is accepted", Clauses: []string{"edo.Driver"}, Changes: true,
			Why:     "a worker that is shut down in the middle of a sending must not leave a message that nobody knows of",
			Sends:   "Send of one document of five and a half megabytes, the context cancelled when its content is first read",
			Expects: "Unavailable or InDoubt, no message accepted",
			Run: s.run(func(b bench) {
				b.needs(b.Wire, "wire")
				d := b.us()
				ctx, cancel := context.WithCancel(b.t.Context())
				defer cancel()
				m, w := d.letters(1), &watched{reading: cancel}
				raw := []byte(strings.Repeat("Приложение ", 1<<18))
				m.Documents[0] = d.document(raw)
				m.Documents[0].Content = w.content(raw)
				_, err := d.session.Send(ctx, m)
				b.kind(err, edo.Unavailable, edo.InDoubt)
				b.accepted(0)
			}),
		},
	}
}

func (s suite) journals() []conformance.Case {
	return []conformance.Case{
		{
			ID: "log-before-the-first-byte", Group: "log", Says: "the row of a message is in the log before its content is read", Clauses: []string{"edo.Driver", "edo.Journal", "B4"}, Changes: true,
			Why:     "a process that dies in between must leave a trace of what may have left",
			Sends:   "Send of one document; at each read of its content the log is looked at",
			Expects: "a row of the package at every read, and at least one byte read",
			Run: s.run(func(b bench) {
				d := b.us()
				m := d.letters(1)
				raw := []byte("Письмо " + b.NewID())
				missing := false
				w := &watched{reading: func() { missing = missing || len(d.log.of(m.Package)) == 0 }}
				m.Documents[0] = d.document(raw)
				m.Documents[0].Content = w.content(raw)
				d.sent(m)
				if missing || w.read == 0 {
					b.t.Errorf("content is read (%d bytes) and the log has no row of the message", w.read)
				}
			}),
		},
		{
			ID: "log-cannot-begin", Group: "log", Says: "when the log cannot be written, nothing is sent", Clauses: []string{"edo.Journal"}, Changes: true,
			Sends:   "Send of one document, with a log that refuses to begin rows of its package",
			Expects: "Unavailable, no message accepted",
			Run: s.run(func(b bench) {
				b.needs(b.Accepted != nil, "count of what was accepted") // without it a refused login would look the same
				d := b.us()
				m := d.letters(1)
				d.log.failBegin = func(r edo.ExchangeRequest) bool { return r.Package == m.Package }
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.Unavailable)
				b.accepted(0)
			}),
		},
		{
			ID: "log-cannot-finish", Group: "log", Says: "an answer that the log does not keep is not believed", Clauses: []string{"edo.Driver", "edo.Journal"}, Changes: true,
			Why:     "a success of which no proof was kept cannot be shown to anybody",
			Sends:   "Send of one document, with a log that begins rows of its package and refuses to finish them",
			Expects: "InDoubt",
			Run: s.run(func(b bench) {
				d := b.us()
				m := d.letters(1)
				d.log.failFinish = func(r edo.ExchangeRequest) bool { return r.Package == m.Package }
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.InDoubt)
			}),
		},
		{
			ID: "log-rows", Group: "log", Says: "a row names operation, subscriber and endpoint without a query, and ends with an outcome", Clauses: []string{"edo.ExchangeRequest", "B3", "B4"}, Changes: true,
			Sends:   "Send of one document",
			Expects: "at least one row of the package, and in each: an operation, the subscriber of the account, a time, an endpoint without a question mark, the outcome ok",
			Run: s.run(func(b bench) {
				d := b.us()
				m := d.letters(1)
				d.sent(m)
				rows := d.log.of(m.Package)
				if len(rows) == 0 {
					b.t.Fatal("the log has no row of the package")
				}
				for _, r := range rows {
					if r.request.Operation == "" || r.request.Subscriber != d.party.Account.Subscriber || strings.Contains(r.request.Endpoint, "?") || r.request.At.IsZero() || r.answer == nil {
						b.t.Errorf("%+v", r.request)
						continue
					}
					same(b.t, "outcome", edo.OutcomeOK, r.answer.Outcome)
				}
			}),
		},
		{
			ID: "log-of-doubt", Group: "log", Says: "a row of a lost answer says that nothing came back", Clauses: []string{"edo.ExchangeAnswer", "B4"}, Changes: true,
			Why:     "whoever decides later what became of the package must see that there was no answer, not a refusal",
			Sends:   "Send of one document, accepted, the answer lost",
			Expects: "InDoubt; exactly one row of the package, ended with the outcome silent",
			Run: s.run(func(b bench) {
				b.needs(b.LoseAnswer != nil, "way to lose an answer")
				d := b.us()
				m := d.letters(1)
				b.LoseAnswer()
				_, err := d.session.Send(b.t.Context(), m)
				b.kind(err, edo.InDoubt)
				rows := d.log.of(m.Package)
				if len(rows) != 1 || rows[0].answer == nil || rows[0].answer.Outcome != edo.OutcomeSilent {
					b.t.Errorf("%d rows: %+v", len(rows), rows)
				}
			}),
		},
	}
}
