package operatortest

import (
	"bytes"
	"slices"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

func (s suite) finding() []conformance.Case {
	return []conformance.Case{
		{
			ID: "find-sent", Group: "finding", Says: "what was sent is found with the same ids and the same time", Clauses: []string{"edo.Finder", "SEND-7"}, Changes: true,
			Sends:   "Send of three documents, then Find of the package",
			Expects: "the id of the message, the ids of the documents and the time that Send gave; the answer's own time within a minute of the operator's clock",
			Run: s.run(func(b bench) {
				d := b.us()
				m := d.letters(3)
				sent := d.sent(m)
				found, err := able[edo.Finder](d).Find(b.t.Context(), b.query(m))
				if err != nil || found.Sent == nil {
					b.t.Fatalf("found %+v, %v", found, err)
				}
				b.theirs("time of the answer", found.AsOf)
				same(b.t, "message", sent.Message, found.Sent.Message)
				same(b.t, "documents", sent.Documents, found.Sent.Documents)
				if !found.Sent.OperatorTime.Equal(sent.OperatorTime) {
					b.t.Errorf("the time is %s, and was %s", found.Sent.OperatorTime, sent.OperatorTime)
				}
			}),
		},
		{
			ID: "find-nothing", Group: "finding", Says: "what was not sent is not found, as of a time of the operator", Clauses: []string{"edo.Finder", "edo.Found"}, Changes: true,
			Why:     "only a sure 'not found', of a known moment, allows another sending",
			Sends:   "Send of one document, then Find of another package that was never sent",
			Expects: "no error, nothing found, the answer's time within a minute of the operator's clock",
			Run: s.run(func(b bench) {
				d := b.us()
				d.sent(d.letters(1))
				found, err := able[edo.Finder](d).Find(b.t.Context(), b.query(d.letters(1)))
				if err != nil || found.Sent != nil {
					b.t.Fatalf("found %+v, %v", found, err)
				}
				b.theirs("time of the answer", found.AsOf)
			}),
		},
		{
			ID: "find-among-others", Group: "finding", Says: "of several packages each is found by its own id", Clauses: []string{"edo.Finder"}, Changes: true,
			Why:     "a card that takes the ids of another package shows the stamp of another document",
			Sends:   "Send of three messages with one document each, then Find of each package",
			Expects: "for each package the id of its own message",
			Run: s.run(func(b bench) {
				d := b.us()
				var messages []edo.Message
				ids := map[edo.PackageID]edo.MessageID{}
				for range 3 {
					m := d.letters(1)
					ids[m.Package] = d.sent(m).Message
					messages = append(messages, m)
				}
				for _, m := range messages {
					found, err := able[edo.Finder](d).Find(b.t.Context(), b.query(m))
					if err != nil || found.Sent == nil || found.Sent.Message != ids[m.Package] {
						b.t.Errorf("%s: %+v, %v", m.Package, found.Sent, err)
					}
				}
			}),
		},
		{
			ID: "find-last-page", Group: "finding", Says: "a package is found behind many others", Clauses: []string{"edo.Finder", "LIST-1"}, Changes: true,
			Why:     "a package that is not found is sent again",
			Sends:   "Send of one document, 220 other messages put into the outbox, then Find of the package",
			Expects: "found, with the id of its message",
			Run: s.run(func(b bench) {
				b.needs(b.Fill != nil, "way to fill the outbox")
				d := b.us()
				m := d.letters(1)
				sent := d.sent(m)
				b.Fill(220)
				found, err := able[edo.Finder](d).Find(b.t.Context(), b.query(m))
				if err != nil || found.Sent == nil || found.Sent.Message != sent.Message {
					b.t.Errorf("found %+v, %v", found, err)
				}
			}),
		},
	}
}

// answer gives an answer as the gateway does: the operator says what is offered and who the parties are.
func (d *side) answer(kind edo.AnswerKind, id edo.RemoteID, text string) edo.Message {
	d.b.t.Helper()
	desk := able[edo.Answerer](d)
	st, err := desk.Standing(d.b.t.Context(), edo.Ref{Remote: id})
	if err != nil || !st.Offers(kind) {
		d.b.t.Fatalf("%s is not offered: %+v, %v", kind, st, err)
	}
	m := edo.Message{Package: edo.AnswerID(kind, id), To: st.Parties}
	if kind == edo.AnswerSign {
		m.Signs = []edo.Countersign{{ID: edo.DocumentID(kind), Document: id, Flow: st.Flow, Signature: d.sign(d.download(id))}}
		return m
	}
	var raw bytes.Buffer
	draft, err := desk.Draft(d.b.t.Context(), edo.DraftRequest{Kind: kind, Ref: edo.Ref{Remote: id}, Type: st.Type, Text: text}, &raw)
	if err != nil {
		d.b.t.Fatalf("draft of %s: %v", kind, err)
	}
	m.Documents = []edo.OutgoingDocument{{
		ID: edo.DocumentID(kind), Name: draft.Name, Type: draft.Type, Content: content(raw.Bytes()), Signature: d.sign(raw.Bytes()), Parent: id,
	}}
	return m
}

func (d *side) track(id edo.RemoteID, want edo.State) edo.Progress {
	d.b.t.Helper()
	got, err := able[edo.Tracker](d).Track(d.b.t.Context(), edo.Ref{Remote: id})
	if err != nil || got.State != want {
		d.b.t.Errorf("%s sees %+v, %v; expected %s", d.party.Account.Box, got, err, want)
	}
	return got
}

func (d *side) one() (edo.RemoteID, edo.Message) {
	d.b.t.Helper()
	m := d.letters(1)
	return d.sent(m).Documents[m.Documents[0].ID], m
}

func (s suite) following() []conformance.Case {
	return []conformance.Case{
		{
			ID: "follow-signed", Group: "following", Says: "a document is sent, delivered by the receipt and signed by the signature of the other side", Clauses: []string{"edo.Tracker", "edo.Answerer", "FLOW-1", "FLOW-2"}, Changes: true,
			Sends:   "Send of one document and Track; the other side sends its receipt, and Track; the other side sends its signature, and Track",
			Expects: "sent, then delivered, then signed",
			Run: s.run(func(b bench) {
				us, them := b.us(), b.them()
				id, _ := us.one()
				us.track(id, edo.StateSent)
				them.sent(them.answer(edo.AnswerReceipt, id, ""))
				us.track(id, edo.StateDelivered)
				them.sent(them.answer(edo.AnswerSign, id, ""))
				us.track(id, edo.StateSigned)
			}),
		},
		{
			ID: "follow-refused", Group: "following", Says: "a document that the other side refuses is refused, and its text can be read", Clauses: []string{"edo.Tracker", "edo.Answerer", "FLOW-3"}, Changes: true,
			Why:     "the clerk has to know why, to mend the document",
			Sends:   "Send of one document; the other side drafts a refusal with a text, which our side reads with Text, and sends it; then Track",
			Expects: "the text as it was given; the document is refused",
			Run: s.run(func(b bench) {
				us, them := b.us(), b.them()
				id, _ := us.one()
				m := them.answer(edo.AnswerRefuse, id, "Сумма не та")
				r, err := m.Documents[0].Content.Open(b.t.Context())
				if err != nil {
					b.t.Fatal(err)
				}
				text, err := able[edo.Answerer](us).Text(m.Documents[0].Type, r)
				if err != nil || text != "Сумма не та" {
					b.t.Errorf("the text is %q, %v", text, err)
				}
				them.sent(m)
				us.track(id, edo.StateRefused)
			}),
		},
		{
			ID: "follow-answered-twice", Group: "following", Says: "a second answer is Refused and says that it is not offered any more", Clauses: []string{"edo.Answerer", "FLOW-4"}, Changes: true,
			Why:     "two people may answer the same document",
			Sends:   "Send of one document; the other side sends its signature, and the same answer once more",
			Expects: "the second time Refused, with the reason answer-not-offered",
			Run: s.run(func(b bench) {
				us, them := b.us(), b.them()
				id, _ := us.one()
				m := them.answer(edo.AnswerSign, id, "")
				them.sent(m)
				_, err := them.session.Send(b.t.Context(), m)
				b.kind(err, edo.Refused)
				same(b.t, "reason", edo.AnswerNotOffered, edo.ReasonOf(err))
			}),
		},
		{
			ID: "form-ready", Group: "following", Says: "a printed form is written as it came, with its size and its source", Clauses: []string{"edo.Printer", "V11", "PRINT-1"}, Changes: true,
			Sends:   "Send of one document whose printed form is there, then Print",
			Expects: "a form that begins as a PDF does, not empty, of as many bytes as are told, with a source that is named",
			Run: s.run(func(b bench) {
				b.needs(b.FormReady != nil, "printed forms")
				b.FormReady()
				us := b.us()
				id, _ := us.one()
				var raw bytes.Buffer
				form, err := able[edo.Printer](us).Print(b.t.Context(), edo.Ref{Remote: id}, &raw)
				if err != nil || form.Size != int64(raw.Len()) || raw.Len() == 0 || form.Source == "" {
					b.t.Errorf("%+v, %v; %d bytes", form, err, raw.Len())
				}
				if !bytes.HasPrefix(raw.Bytes(), []byte("%PDF-")) {
					b.t.Error("it is no PDF")
				}
			}),
		},
		{
			ID: "form-late", Group: "following", Says: "a printed form that is not there yet is NotReady, and comes later", Clauses: []string{"edo.Printer", "V11", "PRINT-3"}, Changes: true,
			Why:     "operators make the form some time after the document",
			Sends:   "Send of one document whose printed form comes after two polls, then Print, eight times at most",
			Expects: "NotReady at first and until it comes; it comes within eight",
			Run: s.run(func(b bench) {
				b.needs(b.FormLate != nil, "late printed forms")
				b.FormLate(2)
				us := b.us()
				id, _ := us.one()
				var err error
				for n := range 8 {
					var raw bytes.Buffer
					if _, err = able[edo.Printer](us).Print(b.t.Context(), edo.Ref{Remote: id}, &raw); err == nil {
						if n == 0 {
							b.t.Error("it is there at once")
						}
						return
					}
					b.kind(err, edo.NotReady)
				}
				b.t.Errorf("it never came: %v", err)
			}),
		},
		{
			ID: "form-never", Group: "following", Says: "where there are no printed forms, it is NotSupported: nobody waits", Clauses: []string{"edo.Printer", "V11"}, Changes: true,
			Why:     "a card that waits for a form that never comes is never closed",
			Sends:   "Send of one document to an operator without printed forms, then Print",
			Expects: "NotSupported, no byte written",
			Run: s.run(func(b bench) {
				b.needs(b.FormNever != nil, "way to have no printed forms")
				b.FormNever()
				us := b.us()
				id, _ := us.one()
				var raw bytes.Buffer
				_, err := able[edo.Printer](us).Print(b.t.Context(), edo.Ref{Remote: id}, &raw)
				b.kind(err, edo.NotSupported)
				same(b.t, "bytes written", 0, raw.Len())
			}),
		},
	}
}

func (d *side) download(id edo.RemoteID) []byte {
	d.b.t.Helper()
	var raw bytes.Buffer
	got, err := able[edo.Receiver](d).Download(d.b.t.Context(), edo.Ref{Remote: id}, &raw)
	if err != nil || got.Size != int64(raw.Len()) {
		d.b.t.Fatalf("download: %+v, %v; %d bytes", got, err, raw.Len())
	}
	return raw.Bytes()
}

// inbox reads the cursor to its end.
func (d *side) inbox(after edo.MessageID) []edo.MessageID {
	d.b.t.Helper()
	var all []edo.MessageID
	for range 1000 {
		page, err := able[edo.Receiver](d).Inbox(d.b.t.Context(), after)
		if err != nil {
			d.b.t.Fatalf("inbox: %v", err)
		}
		if len(page.Messages) == 0 {
			return all
		}
		for _, h := range page.Messages {
			if after = h.Message; !h.Own {
				all = append(all, after)
			}
		}
	}
	conformance.Broke(d.b.t, "the inbox has no end")
	return nil
}

// last is where the cursor stands now; empty: nothing has come.
func (d *side) last() edo.MessageID {
	d.b.t.Helper()
	if all := d.inbox(""); len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

func (s suite) receiving() []conformance.Case {
	return []conformance.Case{
		{
			ID: "receive-cursor", Group: "receiving", Says: "messages come in order behind the cursor, each once, with the ids that their sender got", Clauses: []string{"edo.Receiver", "S4", "MSG-1"}, Changes: true,
			Sends:   "the other side reads its inbox to the end; we Send three messages of one document; it reads on from there, and again from the first of them",
			Expects: "the three messages in the order and with the ids of Send; then the second and the third; its own messages apart",
			Run: s.run(func(b bench) {
				us, them := b.us(), b.them()
				at := them.last()
				var want []edo.MessageID
				for range 3 {
					want = append(want, us.sent(us.letters(1)).Message)
				}
				same(b.t, "messages", want, them.inbox(at))
				same(b.t, "behind the first", want[1:], them.inbox(want[0]))
			}),
		},
		{
			ID: "receive-listing", Group: "receiving", Says: "the slow way shows what the cursor shows", Clauses: []string{"edo.Receiver", "LIST-1"}, Changes: true,
			Why:     "what the cursor has passed over is found by the listing alone",
			Sends:   "Send of two documents; the other side reads its Listing of the last 24 hours, page by page",
			Expects: "the message is in it; the time of each page within a minute of the operator's clock",
			Run: s.run(func(b bench) {
				us, them := b.us(), b.them()
				sent := us.sent(us.letters(2)).Message
				var listed []edo.MessageID
				for first, more := 0, true; more; {
					page, err := able[edo.Receiver](them).Listing(b.t.Context(), b.Clock().Add(-24*time.Hour), first)
					if err != nil {
						b.t.Fatal(err)
					}
					b.theirs("time of the page", page.AsOf)
					for _, h := range page.Messages {
						listed = append(listed, h.Message)
					}
					more, first = page.Next > first, page.Next
				}
				if !slices.Contains(listed, sent) {
					b.t.Errorf("%s is not among %v", sent, listed)
				}
			}),
		},
		{
			ID: "receive-message", Group: "receiving", Says: "a message is described: who sent it, when, its documents, and their signatures with the operator's verdict", Clauses: []string{"edo.Receiver", "MSG-6"}, Changes: true,
			Sends:   "Send of two documents; the other side asks for the message with Receive",
			Expects: "our box as the sender, the time that Send gave, two documents; of each its name, its kind, its wish for a signature, the class of a main document, the bytes of its signature, which is called valid",
			Run: s.run(func(b bench) {
				us, them := b.us(), b.them()
				m := us.letters(2)
				sent := us.sent(m)
				in, err := able[edo.Receiver](them).Receive(b.t.Context(), sent.Message)
				if err != nil {
					b.t.Fatal(err)
				}
				same(b.t, "sender", us.party.Account.Box, in.From.Box)
				if !in.OperatorTime.Equal(sent.OperatorTime) {
					b.t.Errorf("the time is %s, the sender got %s", in.OperatorTime, sent.OperatorTime)
				}
				same(b.t, "documents", 2, len(in.Documents))
				for _, want := range m.Documents {
					id := sent.Documents[want.ID]
					i := slices.IndexFunc(in.Documents, func(d edo.IncomingDocument) bool { return d.Remote == id })
					g := slices.IndexFunc(in.Signatures, func(g edo.IncomingSignature) bool { return g.Document == id })
					if i < 0 || g < 0 {
						b.t.Errorf("document or signature of %s is missing", id)
						continue
					}
					d := in.Documents[i]
					same(b.t, "document", []any{want.Name, want.Kind, want.NeedSign, edo.ClassMain}, []any{d.Name, d.Kind, d.NeedSign, d.Class})
					same(b.t, "signature", want.Signature, in.Signatures[g].CMS)
					same(b.t, "verdict", true, in.Signatures[g].Valid)
				}
			}),
		},
		{
			ID: "receive-content", Group: "receiving", Says: "content comes byte by byte as it was sent", Clauses: []string{"edo.Receiver", "S16"}, Changes: true,
			Why:     "a signature fits the exact bytes and no others",
			Sends:   "Send of one document of three megabytes that is no text; the other side downloads it",
			Expects: "the same bytes, and as many as are told",
			Run: s.run(func(b bench) {
				us, them := b.us(), b.them()
				raw := make([]byte, 3<<20)
				for i := range raw {
					raw[i] = byte(i * i >> 3)
				}
				m := us.letters(1)
				m.Documents[0] = us.document(raw)
				id := us.sent(m).Documents[m.Documents[0].ID]
				if !bytes.Equal(raw, them.download(id)) {
					b.t.Error("other bytes")
				}
			}),
		},
		{
			ID: "receive-unknown", Group: "receiving", Says: "a message that is not there is NotFound", Clauses: []string{"edo.Receiver"},
			Sends:   "Receive of a made-up id",
			Expects: "NotFound",
			Run: s.run(func(b bench) {
				us := b.us()
				_, err := able[edo.Receiver](us).Receive(b.t.Context(), edo.MessageID(b.NewID()))
				b.kind(err, edo.NotFound)
			}),
		},
	}
}

func (s suite) relating() []conformance.Case {
	return []conformance.Case{
		{
			ID: "introduce", Group: "counterparties", Says: "an organisation that nobody knows is registered once, and then found", Clauses: []string{"edo.Registrar", "V2", "REG-2", "REG-5"}, Changes: true,
			Sends:   "Introduce an organisation that the operator does not know, twice, then Lookup of it",
			Expects: "a box with its INN; the second time Conflict, with the reason counterparty-known; Lookup finds that box alone",
			Run: s.run(func(b bench) {
				b.needs(b.Introduction != nil, "organisation to introduce")
				us := b.us()
				desk := able[edo.Registrar](us)
				made, err := desk.Introduce(b.t.Context(), *b.Introduction)
				if err != nil || made.Box == "" || made.INN != b.Introduction.Counterparty.INN {
					b.t.Fatalf("%+v, %v", made, err)
				}
				_, err = desk.Introduce(b.t.Context(), *b.Introduction)
				b.kind(err, edo.Conflict)
				same(b.t, "reason", edo.CounterpartyKnown, edo.ReasonOf(err))
				found, err := us.session.Lookup(b.t.Context(), b.Introduction.Counterparty)
				if err != nil || len(found) != 1 || found[0].Box != made.Box {
					b.t.Errorf("found %+v, %v", found, err)
				}
			}),
		},
		{
			ID: "relate-again", Group: "counterparties", Says: "a move that has been made already is no error", Clauses: []string{"edo.Registrar", "CONT-3", "CONT-5"}, Changes: true,
			Why:     "a step that is repeated after a lost answer must not stop a registration halfway",
			Sends:   "Relate, each move twice, and Relation by the same side after each pair: we stop, invite, withdraw and invite the other side, and it accepts",
			Expects: "no error from any move; then none, invited, withdrawn, invited, active",
			Run: s.run(func(b bench) {
				b.needs(b.Relations, "relation that may be changed")
				us, them := b.us(), b.them()
				ours := edo.Address{Box: us.party.Account.Box, INN: us.party.Account.INN, KPP: us.party.KPP}
				theirs := edo.Address{Box: them.party.Account.Box, INN: them.party.Account.INN, KPP: them.party.KPP}
				twice := func(d *side, a edo.Address, m edo.Move, want edo.RelationState) {
					b.t.Helper()
					for range 2 {
						if err := able[edo.Registrar](d).Relate(b.t.Context(), a, m, "по договору"); err != nil {
							b.t.Errorf("%s: %v", m, err)
						}
					}
					if got, err := able[edo.Registrar](d).Relation(b.t.Context(), a); err != nil || got.State != want {
						b.t.Errorf("after %s: %+v, %v; expected %s", m, got, err, want)
					}
				}
				twice(us, theirs, edo.MoveStop, edo.RelationNone)
				twice(us, theirs, edo.MoveInvite, edo.RelationInvited)
				twice(us, theirs, edo.MoveWithdraw, edo.RelationWithdrawn)
				twice(us, theirs, edo.MoveInvite, edo.RelationInvited)
				twice(them, ours, edo.MoveAccept, edo.RelationActive)
			}),
		},
		{
			ID: "relate-forbidden", Group: "counterparties", Says: "nobody is invited who has declined", Clauses: []string{"edo.Registrar", "CONT-6"}, Changes: true,
			Sends:   "Relate: we stop and invite the other side, it declines, we invite it again",
			Expects: "no error from the first three moves; Refused for the last",
			Run: s.run(func(b bench) {
				b.needs(b.Relations, "relation that may be changed")
				us, them := b.us(), b.them()
				theirs := edo.Address{Box: them.party.Account.Box, INN: them.party.Account.INN, KPP: them.party.KPP}
				ours := edo.Address{Box: us.party.Account.Box, INN: us.party.Account.INN, KPP: us.party.KPP}
				for _, step := range []struct {
					d *side
					a edo.Address
					m edo.Move
				}{{us, theirs, edo.MoveStop}, {us, theirs, edo.MoveInvite}, {them, ours, edo.MoveDecline}} {
					if err := able[edo.Registrar](step.d).Relate(b.t.Context(), step.a, step.m, ""); err != nil {
						b.t.Fatalf("%s: %v", step.m, err)
					}
				}
				b.kind(able[edo.Registrar](us).Relate(b.t.Context(), theirs, edo.MoveInvite, ""), edo.Refused)
			}),
		},
	}
}
