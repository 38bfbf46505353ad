package wiretest

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

func (s *Suite) sending() []conformance.Case {
	send := []string{"SendMessage", "GetDocumentEntries"}
	all := []conformance.Case{
		{
			ID: "send-ids", Group: "sending", Says: "the answer gives each document and each signature an id of its own, the message an id and a time", Clauses: []string{"SEND-1", "SEND-2", "SEND-4"}, Changes: true,
			Calls:   []string{"SendMessage", "GetDocumentContent"},
			Sends:   "SendMessage of three documents of different content, GetDocumentContent of each by us",
			Expects: "under each id the content of its document; three ids of documents and three of signatures, all different and none a local one; a message id and a time",
			Run: s.run(func(w talk) {
				us, them := w.both()
				papers := []paper{{}, {}, {}}
				got := us.reply(them, papers).ok().schema()
				w.instant(got.text("SentDate"))
				if got.text("MessageId") == "" {
					w.t.Error("the id of the message is empty")
				}
				given := got.ids("DocumentIds")
				for _, p := range papers {
					same(w.t, "content of "+p.id, string(p.content), string(us.content(given[p.id])))
				}
				signs := got.ids("SignIds")
				same(w.t, "ids of documents, of signatures", []int{3, 3}, []int{len(given), len(signs)})
				var ids []string
				for _, m := range []map[string]string{given, signs} {
					for local, id := range m {
						ids = append(ids, id)
						if id == "" || id == local {
							w.t.Errorf("%q is no id of the service for %s", id, local)
						}
					}
				}
				slices.Sort(ids)
				same(w.t, "different ids", 6, len(slices.Compact(ids)))
			}),
		},
		{
			ID: "send-time", Group: "sending", Says: "the time of a message is that of the operator's clock, and the same wherever it is told", Clauses: []string{"SEND-4", "INFO-1", "LIST-1"}, Changes: true,
			Calls:   []string{"SendMessage", "GetMessage", "GetFullDocumentInfo", "GetDocumentEntries"},
			Why:     "it is the time that counts in law",
			Sends:   "SendMessage of one document, GetFullDocumentInfo by both sides, GetMessage and GetDocumentEntries by us",
			Expects: "SentDate within five minutes of the Date of the answer, and the same in every one of them",
			Run:     s.run(func(w talk) { w.times() }),
		},
		{
			ID: "send-content", Group: "sending", Says: "the bytes of a document come back to both sides as they were sent", Clauses: []string{"SEND-2", "SEND-3", "ENV-10"}, Changes: true,
			Calls:   []string{"SendMessage", "GetDocumentContent"},
			Sends:   "SendMessage of 1024 bytes of all 256 values, in base64 with line breaks; GetDocumentContent by both sides",
			Expects: "the same bytes",
			Run: s.run(func(w talk) {
				us, them := w.both()
				raw := make([]byte, 1024)
				for i := range raw {
					raw[i] = byte(i)
				}
				p := []paper{{content: raw}}
				body := us.letter([]string{them.Box}, p)
				got := us.call("SendMessage", strings.Replace(body, b64(raw), "\r\n"+b64(raw)[:400]+"\r\n "+b64(raw)[400:], 1)).ok()
				id := got.ids("DocumentIds")[p[0].id]
				for _, d := range []*side{us, them} {
					if !bytes.Equal(raw, d.content(id)) {
						w.t.Errorf("%s gets other bytes", d.Box)
					}
				}
			}),
		},
		{
			ID: "send-fields", Group: "sending", Says: "name, wishes and a custom field of 255 characters come back to sender and recipient", Clauses: []string{"SEND-7"}, Changes: true, Calls: append([]string{"GetFullDocumentInfo"}, send...),
			Why:     "the custom field is the only trace by which a client finds its message after a lost answer",
			Sends:   "SendMessage of a document with a custom field of 255 characters, the name «счёт № 5.txt», NeedSign and NeedReceipt; GetFullDocumentInfo by both sides, GetDocumentEntries by us",
			Expects: "all four as they were sent, for both sides; one document with the custom field in the list",
			Run: s.run(func(w talk) {
				us, them := w.both()
				custom := w.c.NewID() + strings.Repeat("я", 255-36)
				id := us.sent([]string{them.Box}, paper{custom: custom, name: "счёт № 5.txt", sign: true, receipt: true})[0]
				for _, d := range []*side{us, them} {
					doc := d.info(id).result().at("Document")
					same(w.t, d.Box, []string{custom, "счёт № 5.txt", "true", "true"}, []string{doc.str("CustomField"), doc.str("FileName"), doc.str("NeedSign"), doc.str("NeedReceipt")})
				}
				same(w.t, "in the list", 1, us.count(custom, 1))
			}),
		},
		{
			ID: "send-answers-earlier", Group: "sending", Says: "a signature alone in its message answers a document delivered before", Clauses: []string{"SEND-9", "FLOW-2", "MSG-2", "MSG-6"}, Changes: true, Calls: []string{"SendMessage", "GetFullDocumentInfo", "GetMessage"},
			Sends:   "a document that wants a signature; SendMessage by the other side of a signature alone, without a receipt before; GetFullDocumentInfo and GetMessage by us",
			Expects: "SignStatus Signed and two signatures; the message without documents, its signature for the id of the document",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				got := them.countersign(us, id, content).ok()
				if status := us.status(id); !strings.Contains(status, " Signed ") {
					w.t.Errorf("the sender sees %s, expected Signed", status)
				}
				same(w.t, "signatures", 2, len(us.info(id).result().items("Signs")))
				message := us.ask("GetMessage", contract.SampleMessage, got.text("MessageId")).ok().schema().result()
				same(w.t, "documents", 0, len(message.items("Documents")))
				same(w.t, "answered document", id, message.str("Signs", "Sign", "DocumentId"))
			}),
		},
		{
			ID: "send-several-recipients", Group: "sending", Says: "a message goes to several, and a status is told for each of them and for all", Clauses: []string{"SEND-10"}, Changes: true, Calls: []string{"SendMessage", "GetFullDocumentInfo"},
			Sends:   "SendMessage of one document to the other side and to a subscriber registered for the case; the receipt of the other side; GetFullDocumentInfo by us",
			Expects: "DeliveredToRecipient for the other side and another status for the third; in MultiStatus two recipients, one delivered, PartlyDeliveredToRecipients",
			Run: s.run(func(w talk) {
				us, them := w.both()
				third := w.newcomer()
				p := paper{sign: true}
				id := us.sent([]string{them.Box, third.Box}, p)[0]
				them.receipt(us, id)
				got := us.info(id).schema().result()
				status := map[string]string{}
				for _, r := range got.items("Recipients") {
					status[r.str("OrganizationBoxId")] = r.str("Status", "DeliveryStatus")
				}
				if status[them.Box] != "DeliveredToRecipient" || status[third.Box] == "" || status[third.Box] == "DeliveredToRecipient" {
					w.t.Errorf("statuses %v", status)
				}
				same(w.t, "for all", []string{"2", "1", "PartlyDeliveredToRecipients"}, []string{
					got.str("MultiStatus", "RecipientsCount"), got.str("MultiStatus", "DeliveredCount"), got.str("MultiStatus", "MultiDeliveryStatus"),
				})
			}),
		},
	}
	return append(all, s.sendTwice().Cases()...)
}

// sendTwice is the call on which most depends.
func (s *Suite) sendTwice() conformance.Change {
	return conformance.Change{
		Case: conformance.Case{
			ID: "send", Group: "sending", Says: "each sending is a message", Clauses: []string{"SEND-5", "SEND-6"}, Calls: []string{"SendMessage", "GetDocumentEntries"},
			Why:     "a client that sends again what was accepted has sent twice; nothing here protects it",
			Sends:   "SendMessage of one document, always the same bytes",
			Expects: "as many documents in the list as calls",
		},
		Start: func(t conformance.T) conformance.Changing {
			w := talk{s, t}
			us, them := w.both()
			custom := w.c.NewID()
			body := us.letter([]string{them.Box}, []paper{{custom: custom}})
			var calls atomic.Int64 // as many documents the list is waited for
			return conformance.Changing{
				Do:    func(conformance.T) { calls.Add(1); w.call("SendMessage", body).ok() },
				Lose:  func(conformance.T) { calls.Add(1); w.lose("SendMessage", body) },
				Count: func(conformance.T) int { return us.count(custom, int(calls.Load())) },
			}
		},
	}
}

func (d *side) content(id string) []byte {
	d.t.Helper()
	return d.ask("GetDocumentContent", contract.SampleServiceID, id).ok().bytes("")
}

// times compares all places where the time of a message is told.
func (w talk) times() {
	us, them := w.both()
	p := []paper{{custom: w.c.NewID()}}
	got := us.reply(them, p).ok()
	at := w.instant(got.result().str("SentDate"))
	date, err := http.ParseTime(got.header.Get("Date"))
	if err != nil {
		w.t.Fatalf("the answer has no Date: %v", err)
	}
	if off := at.Sub(date).Abs(); off > 5*time.Minute {
		w.t.Errorf("the message is of %s, and the answer was written at %s", at, date)
	}
	id := got.ids("DocumentIds")[p[0].id]
	for _, d := range []*side{us, them} {
		same(w.t, "in the document", at, w.instant(d.info(id).result().str("SentDate")))
	}
	same(w.t, "in the message", at, w.instant(us.ask("GetMessage", contract.SampleMessage, got.text("MessageId")).ok().result().str("SentDate")))
	same(w.t, "documents in the list", 1, us.count(p[0].custom, 1))
	for _, n := range us.named(us.outbox(), p[0].custom) {
		same(w.t, "in the list", at, w.instant(n.str("SentDate")))
	}
}

// instant reads a time; one without a zone is UTC.
func (w talk) instant(text string) time.Time {
	w.t.Helper()
	if !strings.HasSuffix(text, "Z") && len(text) > 19 && !strings.ContainsAny(text[19:], "+-") || len(text) == 19 {
		text += "Z"
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		w.t.Fatalf("%q is no time", text)
	}
	return at.UTC()
}

// refusals change one thing at a time in a message that is otherwise taken.
func (s *Suite) refusals() []conformance.Case {
	var all []conformance.Case
	for _, c := range []struct {
		id, says, change, clause string
		codes                    []string
		edit                     func(w talk, us, them *side, p *paper) (oldnew []string)
	}{
		{"refuse-no-sender", "a message without a sender is refused", "From left out", "SEND-1", []string{"NotFilledRequiredField"}, func(_ talk, us, _ *side, _ *paper) []string {
			return []string{"<m:From>" + us.Box + "</m:From>", ""}
		}},
		{"refuse-other-sender", "a message in the name of another is refused", "the box of the other side as From", "SEND-8", []string{"SendFromOtherIsNotAllowed", "InvalidSourceAddress", "BoxAccessError"}, func(_ talk, us, them *side, _ *paper) []string {
			return []string{"<m:From>" + us.Box, "<m:From>" + them.Box}
		}},
		{"refuse-no-recipient", "a message without a recipient is refused", "Recipients empty", "SEND-1", []string{"NotFilledRequiredField"}, func(_ talk, _, them *side, _ *paper) []string {
			return []string{strings.Replace(recipientText, "%s", them.Box, 1), ""}
		}},
		{"refuse-unknown-recipient", "a message for a box that nobody has is refused", "a box that nobody has as recipient", "SEND-8", []string{"InvalidDestinationAddress"}, func(w talk, _, them *side, _ *paper) []string {
			return []string{"Id>" + them.Box, "Id>nobody-" + w.c.NewID()}
		}},
		{"refuse-oneself", "a message to oneself is refused", "our own box as recipient", "SEND-8", []string{"SendToSelfIsNotAllowed"}, func(_ talk, us, them *side, _ *paper) []string {
			return []string{"Id>" + them.Box, "Id>" + us.Box}
		}},
		{"refuse-roaming", "a message to a subscriber of another operator is refused where roaming is not set up", "the box of a subscriber of another operator as recipient", "SEND-8", []string{"SendToRoamingIsNotAllowed"}, func(w talk, _, them *side, _ *paper) []string {
			w.needs(w.c.Roaming != "", "no subscriber of another operator is configured")
			return []string{"Id>" + them.Box, "Id>" + w.c.Roaming}
		}},
		{"refuse-no-document", "a message without documents and signatures is refused", "Documents and Signs left out", "SEND-1", []string{"NotFilledRequiredField"}, func(_ talk, _, _ *side, _ *paper) []string {
			return []string{"<m:Documents>", "<!--", "</m:Documents>", "-->", "<m:Sign>", "<!--", "</m:Sign>", "-->"}
		}},
		{"refuse-no-local-id", "a document without a local id is refused", "Id of the document left out", "SEND-2", []string{"NotFilledRequiredField"}, func(_ talk, _, _ *side, p *paper) []string {
			return []string{"<m:Id>" + p.id + "</m:Id>", ""}
		}},
		{"refuse-no-name", "a document without a file name is refused", "FileName left out", "SEND-2", []string{"NotFilledRequiredField", "InvalidFileName"}, func(_ talk, _, _ *side, p *paper) []string {
			return []string{"<m:FileName>" + p.name + "</m:FileName>", ""}
		}},
		{"refuse-no-content", "a document without content is refused", "Content left out", "SEND-2", []string{"InvalidDocumentContent", "NotFilledRequiredField"}, func(_ talk, _, _ *side, p *paper) []string {
			return []string{"<m:Content>" + b64(p.content) + "</m:Content>", ""}
		}},
		{"refuse-unsigned", "a document without its signature is refused", "Signs empty", "SEND-2", []string{"NotFilledRequiredField", "SignIsNotValid"}, func(_ talk, _, _ *side, _ *paper) []string {
			return []string{"<m:Sign>", "<!--", "</m:Sign>", "-->"}
		}},
		{"refuse-signed-twice", "a document with two signatures is refused", "the signature again under another id", "SEND-2", []string{"InvalidFormatField", "SignAlreadyExists", "WorkflowViolation"}, func(w talk, us, _ *side, p *paper) []string {
			return []string{"</m:Signs>", strings.NewReplacer("%1", p.id, "%2", w.c.NewID(), "%3", b64(p.cms)).Replace(`<m:Sign><m:DocumentId>%1</m:DocumentId><m:Id>%2</m:Id><m:Raw>%3</m:Raw></m:Sign></m:Signs>`)}
		}},
		{"refuse-long-custom-field", "a custom field of 256 characters is refused", "a custom field of 256 characters", "SEND-7", nil, func(_ talk, _, _ *side, p *paper) []string {
			return []string{"<m:CustomField>" + p.custom, "<m:CustomField>" + p.custom + strings.Repeat("я", 256-36)}
		}},
		{"refuse-by-the-operator", "a document that only the operator sends is refused", "the DocumentType ServiceInvoiceConfirmation", "SEND-13", []string{"InvalidDocumentType"}, func(_ talk, _, _ *side, _ *paper) []string {
			return []string{">Untyped<", ">ServiceInvoiceConfirmation<"}
		}},
		{"refuse-conversion", "a type of conversion is refused", "the DocumentType EdiOrders", "SEND-13", []string{"InvalidDocumentType"}, func(_ talk, _, _ *side, _ *paper) []string {
			return []string{">Untyped<", ">EdiOrders<"}
		}},
		{"refuse-changed-content", "a document whose bytes are not those that were signed is refused", "a word put before the content after signing", "SEND-3", []string{"SignIsNotValid"}, func(_ talk, _, _ *side, p *paper) []string {
			return []string{b64(p.content), b64(append([]byte("Не "), p.content...))}
		}},
		{"refuse-no-signature-value", "what is no signature is refused", "a word as signature", "SEND-3", []string{"InvalidCMS", "SignIsNotValid"}, func(_ talk, _, _ *side, p *paper) []string {
			return []string{b64(p.cms), b64([]byte("подпись"))}
		}},
		{"refuse-broken-signature", "a signature with one bit changed is refused", "one bit in the last byte of the signature changed", "SEND-3", []string{"SignIsNotValid", "InvalidCMS"}, func(_ talk, _, _ *side, p *paper) []string {
			broken := bytes.Clone(p.cms)
			broken[len(broken)-1] ^= 1
			return []string{b64(p.cms), b64(broken)}
		}},
		{"refuse-attached", "a signature with the document inside is refused", "a signature with the content inside", "SEND-3", []string{"InvalidCMS", "SignIsNotValid"}, func(w talk, us, _ *side, p *paper) []string {
			w.needs(us.signer.key != nil, "the key of the signer is elsewhere")
			return []string{b64(p.cms), b64(w.made(us.signer.signed(p.content, false)))}
		}},
		{"refuse-without-certificate", "a signature without its certificate is refused", "the certificates taken out of the signature", "SEND-3", []string{"SignDoesNotContainCertificate", "InvalidCMS", "SignIsNotValid"}, func(w talk, _, _ *side, p *paper) []string {
			return []string{b64(p.cms), b64(w.made(withoutCertificates(p.cms)))}
		}},
		{"refuse-two-signers", "a signature of two signers is refused", "a CMS of two signers", "SEND-3", nil, func(w talk, us, _ *side, p *paper) []string {
			w.needs(us.signer.key != nil, "the key of the signer is elsewhere")
			return []string{b64(p.cms), b64(w.made(us.signer.signed(p.content, true, w.key(-time.Hour, time.Hour))))}
		}},
		{"refuse-expired", "a signature by a certificate outside its time is refused", "a signature by a certificate that ended an hour ago", "SEND-3", []string{"CertificatePeriodIsNotValid"}, func(w talk, _, _ *side, p *paper) []string {
			return []string{b64(p.cms), b64(w.made(w.key(-2*time.Hour, -time.Hour).signed(p.content, true)))}
		}},
		{"refuse-unknown-link", "a link to a document that is not there is refused", "RelatedDocumentIds with an id that no document has", "SEND-12", []string{"InvalidDocumentReference"}, func(w talk, _, _ *side, p *paper) []string {
			return []string{"</m:NeedSign>", "</m:NeedSign><m:RelatedDocumentIds><a:string>" + w.c.NewID() + "</a:string></m:RelatedDocumentIds>"}
		}},
	} {
		clauses := []string{c.clause, "FAULT-2"}
		if decisions()[c.clause] {
			clauses = []string{c.clause}
		}
		all = append(all, conformance.Case{
			ID: c.id, Group: "refusals", Says: c.says + ", and nothing of it is kept", Clauses: clauses, Changes: true, Calls: []string{"SendMessage", "GetDocumentEntries"},
			Sends:   "SendMessage of one document to the other side: " + c.change + ", all else right; GetDocumentEntries",
			Expects: "a fault, " + either(c.codes) + "; no document with its custom field in the list of what we sent",
			Run: s.run(func(w talk) {
				us, them := w.both()
				p := []paper{{custom: w.c.NewID()}}
				body := us.letter([]string{them.Box}, p)
				us.call("SendMessage", w.swap(body, c.edit(w, us, them, &p[0])...)).refused(c.codes...)
				us.nothing(p[0].custom)
			}),
		})
	}
	return append(all, conformance.Case{
		ID: "refuse-whole", Group: "refusals", Says: "of three documents of which one is wrong, none is kept", Clauses: []string{"SEND-6"}, Changes: true, Calls: []string{"SendMessage", "GetDocumentEntries"},
		Why:     "a half of a package that was taken cannot be taken back",
		Sends:   "SendMessage of three documents, the second with the signature of the first; GetDocumentEntries",
		Expects: "SignIsNotValid, none of the three in the list",
		Run: s.run(func(w talk) {
			us, them := w.both()
			custom := w.c.NewID()
			papers := []paper{{custom: custom}, {custom: custom}, {custom: custom}}
			us.complete(&papers[0])
			papers[1].cms = papers[0].cms
			us.reply(them, papers).refused("SignIsNotValid")
			us.nothing(custom)
		}),
	})
}

// made takes what the suite makes itself.
func (w talk) made(raw []byte, err error) []byte {
	w.t.Helper()
	if err != nil {
		conformance.Broke(w.t, "%v", err)
	}
	return raw
}

// formal is XML declared and encoded as windows-1251, with letters that are no UTF-8. An operator that examines formats wants
// more of a real document.
func formal() []byte {
	return []byte("<?xml version=\"1.0\" encoding=\"windows-1251\"?>\r\n<\xd4\xe0\xe9\xeb \xc8\xe4=\"\xdf\"/>")
}

func (s *Suite) kinds() []conformance.Case {
	return []conformance.Case{
		{
			ID: "formalised-bytes", Group: "kinds", Says: "the bytes of a formalised document are kept as they came", Clauses: []string{"SEND-11"}, Changes: true, Calls: []string{"SendMessage", "GetDocumentContent"},
			Why:     "read as text and written again, the signature does not fit",
			Sends:   "SendMessage of a WaybillSeller, XML in windows-1251 with a line end of Windows; GetDocumentContent by the recipient",
			Expects: "the same bytes",
			Run: s.run(func(w talk) {
				us, them := w.both()
				w.needs(w.c.Strict, "a real operator examines the format, and the suite has no document that fits one")
				id := us.sent([]string{them.Box}, paper{kind: "WaybillSeller", content: formal(), name: "накладная.xml"})[0]
				same(w.t, "bytes", formal(), them.content(id))
			}),
		},
		{
			ID: "formalised-no-xml", Group: "kinds", Says: "a formalised document that is no XML is refused", Clauses: []string{"SEND-11"}, Changes: true, Calls: []string{"SendMessage"},
			Sends:   "SendMessage of a WaybillSeller whose content is one word",
			Expects: "InvalidDocumentFormat or InvalidDocumentContent",
			Run: s.run(func(w talk) {
				us, them := w.both()
				us.reply(them, []paper{{kind: "WaybillSeller", content: []byte("накладная")}}).refused("InvalidDocumentFormat", "InvalidDocumentContent")
			}),
		},
		{
			ID: "linked", Group: "kinds", Says: "documents of one message are linked by their ids, and the links come back as ids of the service", Clauses: []string{"SEND-12"}, Changes: true, Calls: []string{"SendMessage", "GetFullDocumentInfo"},
			Sends:   "SendMessage of two documents, the second with the local id of the first in RelatedDocumentIds; GetFullDocumentInfo of the second by the recipient",
			Expects: "in RelatedDocumentIds the id that the service gave to the first, and no other",
			Run: s.run(func(w talk) {
				us, them := w.both()
				first := w.c.NewID()
				ids := us.sent([]string{them.Box}, paper{id: first}, paper{links: "<a:string>" + first + "</a:string>", id: w.c.NewID()})
				doc := them.info(ids[1]).schema().result().at("Document")
				same(w.t, "links", []string{ids[0]}, doc.at("RelatedDocumentIds").texts("string"))
			}),
		},
		{
			ID: "unsigned-answered", Group: "kinds", Says: "an unsigned document is signed by its recipient, once", Clauses: []string{"SEND-14", "FLOW-10"}, Changes: true, Calls: []string{"SendUnsignedMessage", "SignDocument", "RejectSign", "GetFlowDocumentInfo"},
			Sends:   "SendUnsignedMessage, SignDocument by the recipient, GetFlowDocumentInfo by us; then SignDocument again and RejectSign",
			Expects: "RecipientStatus SignReceived; DocumentWasAlreadySigned or SignAlreadyExists for the second signature, DocumentWasAlreadySigned or OperationIsNotAvailable for the rejection",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.unsigned(them)
				them.signDocument("SentUnsigned", id, content).ok()
				same(w.t, "status", "SignReceived", us.flowOf(id))
				them.signDocument("SentUnsigned", id, content).refused("DocumentWasAlreadySigned", "SignAlreadyExists")
				them.ask("RejectSign", contract.SampleServiceID, id).refused("DocumentWasAlreadySigned", "OperationIsNotAvailable")
			}),
		},
		{
			ID: "unsigned-rejected", Group: "kinds", Says: "an unsigned document is rejected with a comment, and not without one", Clauses: []string{"FLOW-10"}, Changes: true, Calls: []string{"SendUnsignedMessage", "RejectSign", "GetFlowDocumentInfo"},
			Sends:   "SendUnsignedMessage, RejectSign by the recipient with an empty comment and then with one, GetFlowDocumentInfo by us",
			Expects: "NotFilledRequiredField for the empty one; RecipientStatus SignRejected, the comment among the comments",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.unsigned(them)
				them.ask("RejectSign", contract.SampleServiceID, id, contract.SampleReason, "").refused("NotFilledRequiredField")
				them.ask("RejectSign", contract.SampleServiceID, id).ok()
				same(w.t, "status", "SignRejected", us.flowOf(id))
				if comments := us.ask("GetFlowDocumentInfo", contract.SampleServiceID, id).ok().result().texts("Comment"); !slices.Contains(comments, contract.SampleReason) {
					w.t.Errorf("the comments are %q, expected %q among them", comments, contract.SampleReason)
				}
			}),
		},
		{
			ID: "unsigned-of-other-bytes", Group: "kinds", Says: "an unsigned document is not signed by a signature over other bytes, and not by its sender", Clauses: []string{"FLOW-10", "SEND-3"}, Changes: true, Calls: []string{"SendUnsignedMessage", "SignDocument"},
			Sends:   "SendUnsignedMessage, SignDocument by the recipient over other bytes, SignDocument by the sender over the right ones, GetFlowDocumentInfo by us",
			Expects: "SignIsNotValid, OperationIsNotAvailable or WorkflowViolation; RecipientStatus SignRequested still",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.unsigned(them)
				them.signDocument("SentUnsigned", id, []byte("другое")).refused("SignIsNotValid")
				us.signDocument("SentUnsigned", id, content).refused("OperationIsNotAvailable", "WorkflowViolation")
				same(w.t, "status", "SignRequested", us.flowOf(id))
			}),
		},
		{
			ID: "unsigned-to-several", Group: "kinds", Says: "an unsigned message to several is refused", Clauses: []string{"SEND-14"}, Changes: true, Calls: []string{"SendUnsignedMessage"},
			Sends:   "SendUnsignedMessage to the other side and to a subscriber registered for the case",
			Expects: "a fault with any code of the table",
			Run: s.run(func(w talk) {
				us, them := w.both()
				third := w.newcomer()
				more := "</m:MessageRecipient>" + strings.Replace(recipientText, "%s", third.Box, 1)
				us.ask("SendUnsignedMessage", contract.SamplePeer, them.Box, "</m:MessageRecipient>", more).refused()
			}),
		},
		{
			ID: "forwarded", Group: "kinds", Says: "a forwarded document is the same document, with a flow of its own", Clauses: []string{"SEND-15"}, Changes: true, Calls: []string{"SendForwardMessage", "SignDocument", "GetFlowDocumentInfo"},
			Sends:   "a document to the other side; SendForwardMessage of it to a subscriber registered for the case, who asks for GetDocumentContent and sends SignDocument; GetFlowDocumentInfo by the other side, GetFullDocumentInfo by us",
			Expects: "the same bytes, RecipientStatus SignReceived for the other side, no SignStatus Signed for us",
			Run: s.run(func(w talk) {
				us, them := w.both()
				third := w.newcomer()
				id, content := us.one(them)
				them.ask("SendForwardMessage", contract.SamplePeer, third.Box, contract.SampleServiceID, id).ok()
				same(w.t, "content", string(content), string(third.content(id)))
				third.signDocument("SentForward", id, content).ok()
				same(w.t, "the flow of the forward", "SignReceived", them.flowOf(id))
				if status := us.status(id); strings.Contains(status, " Signed ") {
					w.t.Errorf("the first sender sees %s: the forward is not his", status)
				}
			}),
		},
		{
			ID: "internal", Group: "kinds", Says: "an internal document goes to a department of one's own and to nobody else", Clauses: []string{"SEND-16"}, Changes: true, Calls: []string{"SendInternalMessage", "GetInternalDocuments"},
			Sends:   "GetOrganizationStructure, SendInternalMessage to the department without ParentId, GetInternalDocuments for up to 1000, SendInternalMessage to a department that is not ours",
			Expects: "the document in the list, then DepartmentDoesNotExist",
			Run: s.run(func(w talk) {
				us := w.us()
				head := ""
				for _, e := range us.ask("GetOrganizationStructure", contract.SampleOwnNumber, us.number()).ok().result().items() {
					if e.at("ParentId").null() {
						head = e.str("Id")
					}
				}
				content := []byte("Приказ " + w.c.NewID())
				id := us.ask("SendInternalMessage", contract.SampleDepartment, head, contract.SampleContent, b64(content), contract.SampleSignature, b64(us.sign(content))).ok().text("ServiceId")
				if ids := us.ask("GetInternalDocuments", "<m:Max>100<", "<m:Max>1000<").ok().schema().result().texts("DocumentId"); !slices.Contains(ids, id) {
					w.t.Errorf("%s is not in the list of internal documents", id)
				}
				us.ask("SendInternalMessage", contract.SampleContent, b64(content), contract.SampleSignature, b64(us.sign(content))).refused("DepartmentDoesNotExist")
			}),
		},
		{
			ID: "same-message-id", Group: "kinds", Says: "the same id of a message again is another message, or WorkflowViolation", Clauses: []string{"SEND-17"}, Changes: true, Calls: []string{"SendMessage"},
			Sends:   "SendMessage of one document, the same bytes twice",
			Expects: "another MessageId and two documents in the list, or WorkflowViolation and one",
			Run: s.run(func(w talk) {
				us, them := w.both()
				custom := w.c.NewID()
				body := us.letter([]string{them.Box}, []paper{{custom: custom}})
				first := us.call("SendMessage", body).ok().text("MessageId")
				second := us.call("SendMessage", body)
				if second.fault() != nil {
					second.refused("WorkflowViolation")
					same(w.t, "documents", 1, us.count(custom, 1))
					return
				}
				if second.text("MessageId") == first {
					w.t.Error("it has the id of the first: whoever asks again cannot tell one message from two")
				}
				same(w.t, "documents", 2, us.count(custom, 2))
			}),
		},
	}
}

// unsigned sends a document without a signature.
func (d *side) unsigned(to *side) (id string, content []byte) {
	d.t.Helper()
	content = []byte("Проект " + d.c.NewID())
	return d.ask("SendUnsignedMessage", contract.SamplePeer, to.Box, contract.SampleContent, b64(content)).ok().text("ServiceId"), content
}

func (d *side) signDocument(flow, id string, content []byte) answer {
	d.t.Helper()
	return d.ask("SignDocument", "SentUnsigned", flow, contract.SampleServiceID, id, contract.SampleSignature, b64(d.sign(content)))
}

// flowOf is the status of the way on which a document came last.
func (d *side) flowOf(id string) string {
	d.t.Helper()
	all := d.ask("GetFlowDocumentInfo", contract.SampleServiceID, id).ok().result().texts("RecipientStatus")
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}
