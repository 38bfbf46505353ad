package acceptance

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// The contract is silent on much; whatever the operator turns out to do, the promise holds. Each test here runs the
// whole way against each plausible behaviour.

// aLostAnswerIsNotSentAgain: the operator takes a message, the answer is lost. Whether it would take the same
// message again or refuse it, there is one.
func (around Around) aLostAnswerIsNotSentAgain(t conformance.T) {
	for _, resend := range []string{mockoperator.ResendAccept, mockoperator.ResendRefuse} {
		for _, loss := range []mockoperator.What{mockoperator.AcceptThenCut, mockoperator.TruncatedXML} {
			sub(t, resend+" "+string(loss), func(t conformance.T) {
				s := around.newStand(t, mockoperator.Scenario{Flow: mockoperator.Flow{Resend: resend}})
				s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: loss})
				company, client := s.side(0, options{}), s.side(1, options{idle: true})
				op := company.send(company.letter("p", client))
				s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: loss}) // and the receipt
				must(t, client.gw.Receive(t.Context(), client.id))
				t.Cleanup(client.work(client.gw))
				client.got("письмо.pdf")
				company.inState("p", edo.StateDelivered)
				client.came("письмо.pdf", edo.StateDelivered) // it knows that its receipt has gone
				letters, receipts := 0, 0
				for _, e := range s.op.Ledger() {
					for _, d := range e.Documents {
						switch d.Type {
						case "Untyped":
							letters++
						case "ServiceReceipt":
							receipts++
						}
					}
				}
				if letters != 1 || receipts != 1 || !op.State.Sent() {
					t.Errorf("%d letters, %d receipts, %s", letters, receipts, op.State)
				}
			})
		}
	}
}

// theSameMessageAgain: an operator that never shows what it took gets it once more and no oftener; whether it
// takes the copy or refuses it as known, nothing is called sent, and a person is asked to look.
func (around Around) theSameMessageAgain(t conformance.T) {
	for _, resend := range []string{mockoperator.ResendAccept, mockoperator.ResendRefuse} {
		sub(t, resend, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{Flow: mockoperator.Flow{Resend: resend}, Visibility: mockoperator.Visibility{Never: true}})
			s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenCut, Times: 2})
			company := s.side(0, options{subscriber: func(r *directory.Subscriber) { r.Policy.Receive = false }})
			_, err := company.gw.Send(t.Context(), company.letter("p", company, func(p *edo.Package) { p.To = edo.Counterparty{INN: s.organisation(1).INN} }))
			must(t, err)
			op := company.reach("p", "a person is asked", func(op edo.Operation) bool { return op.Reason == edo.DecisionNeeded })
			if op.State != edo.StateInDoubt || op.Attempts != 2 || op.Message != "" {
				t.Errorf("%s after %d attempts, message %q", op.State, op.Attempts, op.Message)
			}
			want := map[string]int{mockoperator.ResendAccept: 2, mockoperator.ResendRefuse: 1}[resend]
			if n := len(s.op.Ledger()); n != want {
				t.Errorf("%d messages in the ledger, want %d", n, want)
			}
		})
	}
}

// aLostAnswerToACountersignatureIsFound: a signature alone has no id of ours at the operator; it is found at
// the document it signs.
func (around Around) aLostAnswerToACountersignatureIsFound(t conformance.T) {
	for _, kind := range []edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse, edo.AnswerRevoke} {
		sub(t, string(kind), func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{})
			company, client := s.side(0, options{}), s.side(1, options{})
			company.send(company.letter("p", client, func(p *edo.Package) { p.Documents[0].NeedSign = kind != edo.AnswerRevoke }))
			in := client.got("письмо.pdf")
			company.inState("p", edo.StateDelivered)
			before := len(s.op.Ledger())
			s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenCut})
			client.answer(kind, in.Key.Remote, "не согласны")
			if n := len(s.op.Ledger()) - before; n != 1 {
				t.Errorf("%d messages for one answer", n)
			}
		})
	}
}

// contentThatIsClosedUntilTheReceipt: described first, the receipt goes, the content follows; told once each.
func (around Around) contentThatIsClosedUntilTheReceipt(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{Flow: mockoperator.Flow{ContentClosed: true}})
	company, client := s.side(0, options{}), s.side(1, options{})
	op := company.send(company.letter("p", client, func(p *edo.Package) { p.Documents[0].NeedReceipt = true }))
	if d := client.got("письмо.pdf"); d.Digest != op.Documents[0].Digest || !d.Sound() {
		t.Errorf("came in as %+v", d)
	}
	company.inState("p", edo.StateDelivered)
	told := map[edo.InboundState]int{}
	for _, e := range client.events() {
		if e.Kind == edo.EventInbound {
			told[e.Inbound.State]++
		}
	}
	if told[edo.InboundClosed] != 1 || told[edo.InboundStored] != 1 {
		t.Errorf("told: %v", told)
	}
}

// aRecipientWhoIsNotActive: refused by the operator until he is, or parked there; either way it goes once.
func (around Around) aRecipientWhoIsNotActive(t conformance.T) {
	for _, way := range []string{"refused", "parked"} {
		sub(t, way, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{People: mockoperator.People{NonActiveRecipient: way, InviteNonActive: "allowed"}})
			company := s.side(0, options{subscriber: registers})
			_, err := company.gw.Send(t.Context(), company.letter("p", company, func(p *edo.Package) { p.To = stranger().Counterparty }))
			must(t, err)
			until(t, "registered", func() (int, bool) { n := len(s.op.Registrations()); return n, n == 1 })
			if op := company.reach("p", "waits", func(op edo.Operation) bool { return op.Reason == edo.CounterpartyPending }); op.State != edo.StateWaiting {
				t.Errorf("%s %s", op.State, op.Reason)
			}
			must(t, s.op.Activate(strangerINN, strangerKPP))
			company.reach("p", "sent", func(op edo.Operation) bool { return op.State.Sent() })
			if n := len(s.op.Ledger()); n != 1 {
				t.Errorf("%d messages", n)
			}
		})
	}
}

// aBoxThatIsNotActiveIsSentTo: the driver alone, asked to send there. The operator refuses, which is told as a
// counterparty to wait for, or takes it and keeps it.
func (around Around) aBoxThatIsNotActiveIsSentTo(t conformance.T) {
	for _, way := range []string{"refused", "parked"} {
		sub(t, way, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{People: mockoperator.People{NonActiveRecipient: way}})
			company := s.side(0, options{idle: true})
			session := company.session()
			registrar, ok := session.(edo.Registrar)
			if !ok {
				t.Fatal("the driver cannot introduce anybody")
			}
			address, err := registrar.Introduce(t.Context(), stranger())
			must(t, err)
			_, err = session.Send(t.Context(), edo.Message{Package: "p", To: []edo.Address{address}, Documents: []edo.OutgoingDocument{{
				ID: "1", Name: "письмо.txt", Kind: "Письмо", Content: file(t, "текст"), Signature: signed(t, s, 0, []byte("текст")),
			}}})
			switch {
			case way == "refused" && !errors.Is(err, edo.CounterpartyInactive):
				t.Errorf("refused: %v", err)
			case way == "parked" && err != nil:
				t.Errorf("parked: %v", err)
			}
			if n := len(s.op.Ledger()); n != map[string]int{"refused": 0, "parked": 1}[way] {
				t.Errorf("%d messages", n)
			}
		})
	}
}

// printedForms: whatever comes as a form is stored as it came or refused for what it is; only a form that bears
// the operator's ids is called recognised.
func (around Around) printedForms(t conformance.T) {
	for name, row := range map[string]struct {
		scenario   mockoperator.Scenario
		name       string
		stamp      edo.StampState
		recognised bool
	}{
		"stamp":                  {mockoperator.Scenario{}, "письмо.pdf", edo.StampReady, true},
		"no stamp":               {forms(mockoperator.PrintForms{Mode: mockoperator.FormNoStamp}), "письмо.pdf", edo.StampReady, false},
		"stamp without ids":      {forms(mockoperator.PrintForms{Mode: mockoperator.FormNoIDs}), "письмо.pdf", edo.StampReady, false},
		"the original unchanged": {forms(mockoperator.PrintForms{Mode: mockoperator.FormEqualOriginal}), "письмо.pdf", edo.StampRejected, false},
		"for PDFs, a PDF":        {forms(mockoperator.PrintForms{Others: "nil"}), "письмо.pdf", edo.StampReady, true},
		"for PDFs, a text":       {forms(mockoperator.PrintForms{Others: "nil"}), "письмо.txt", edo.StampNever, false},
		"none for untyped files": {mockoperator.Scenario{Flow: mockoperator.Flow{FormsForUntyped: mockoperator.FormsNil}}, "письмо.pdf", edo.StampNever, false},
	} {
		sub(t, name, func(t conformance.T) {
			s := around.newStand(t, row.scenario)
			company := s.side(0, options{gateway: patient(2 * time.Second)})
			op := company.send(company.letter("p", company, func(p *edo.Package) {
				p.To = edo.Counterparty{INN: s.organisation(1).INN}
				if p.Documents[0].Name = row.name; row.name != "письмо.pdf" {
					p.Documents[0].Content = file(t, "Уважаемые коллеги!")
				}
			}))
			d := op.Documents[0]
			if d.Stamp != row.stamp || row.recognised != (d.StampDetail != "" && d.StampDetail[:min(len(d.StampDetail), 16)] == "stamp recognised") {
				t.Errorf("%s: %s", d.Stamp, d.StampDetail)
			}
		})
	}
}

// aCursorThatTheOperatorForgot: a fault, an empty page or the beginning; nothing is lost, nothing told twice.
func (around Around) aCursorThatTheOperatorForgot(t conformance.T) {
	for _, way := range []string{mockoperator.CursorFault, mockoperator.CursorEmpty, mockoperator.CursorBeginning} {
		sub(t, way, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{Flow: mockoperator.Flow{WrongCursor: way}})
			company := s.side(0, options{idle: true, gateway: often})
			must(t, company.home.Store.Start(t.Context(), edo.Job{Key: edo.Key{Subscriber: company.id}, Kind: edo.JobPull, Due: time.Now()}))
			job, ok, err := company.home.Store.Claim(t.Context(), "an old life", time.Now(), time.Now().Add(time.Minute))
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			must(t, company.home.Store.Settle(t.Context(), job, edo.Change{
				At: time.Now(), Release: true, Due: time.Now(), Cursor: &edo.Cursor{Subscriber: company.id, Last: []edo.MessageID{"00000000-0000-0000-0000-000000000001"}, ReadAt: time.Now()},
			}))
			_, err = s.op.Plant(s.organisation(1).Boxes[0], s.organisation(0).Boxes[0], 3, func(int) mockoperator.PlantedDocument { return mockoperator.PlantedDocument{} })
			must(t, err)
			t.Cleanup(company.work(company.gw))
			until(t, "all three", func() (int, bool) {
				all, err := company.home.Store.InboundDocuments(t.Context(), edo.InboundFilter{Subscriber: company.id})
				must(t, err)
				return len(all), len(all) == 3
			})
			told := 0
			for _, e := range company.events() {
				if e.Kind == edo.EventInbound {
					told++
				}
			}
			if told != 3 {
				t.Errorf("told %d times", told)
			}
		})
	}
}

// theReceiptMayHaveToComeFirst: a countersignature that is asked for at once waits for the receipt.
func (around Around) theReceiptMayHaveToComeFirst(t conformance.T) {
	for _, way := range []string{mockoperator.ReceiptFree, mockoperator.ReceiptRequired} {
		sub(t, way, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{Flow: mockoperator.Flow{ReceiptBeforeSign: way}})
			company, client := s.side(0, options{}), s.side(1, options{})
			company.send(company.letter("p", client, func(p *edo.Package) { p.Documents[0].NeedSign = true }))
			client.answer(edo.AnswerSign, client.got("письмо.pdf").Key.Remote, "")
			company.inState("p", edo.StateSigned)
		})
	}
}

// aTokenThatEndsInTheMiddle: tokens end while both sides talk; nothing is lost or doubled.
func (around Around) aTokenThatEndsInTheMiddle(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{TokenLifetime: 150 * time.Millisecond})
	company, client := s.side(0, options{}), s.side(1, options{})
	for _, id := range []edo.PackageID{"a", "b", "c", "d"} {
		company.send(company.letter(id, client, func(p *edo.Package) { p.Documents[0].Name = string(id) + ".pdf" }))
		client.got(string(id) + ".pdf")
		company.inState(id, edo.StateDelivered)
	}
	if n := s.op.Traffic()[company.org.Boxes[0]].Documents; n != 4 {
		t.Errorf("%d documents", n)
	}
}

// aWrongPasswordWaitsForAPerson: a wrong password is one answer, told as what it is, and is not hammered.
func (around Around) aWrongPasswordWaitsForAPerson(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company := s.side(0, options{idle: true})
	must(t, company.home.Vault.SetPassword(t.Context(), company.id, edo.NewSecret("неверный")))
	session := company.session()
	for range 5 {
		if _, err := session.Lookup(t.Context(), edo.Counterparty{INN: strangerINN}); !errors.Is(err, edo.LoginRefused) {
			t.Errorf("got %v", err)
		}
	}
	if n := len(s.op.Wire()); n != 1 {
		t.Errorf("%d requests for one wrong password", n)
	}
}
