package wiretest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

// news lists the messages behind a cursor.
func (d *side) news(cursor string, edit ...string) answer {
	d.t.Helper()
	return d.ask("GetMessages", append([]string{contract.SampleMessage, cursor}, edit...)...)
}

func messageIDs(got answer) []string {
	var ids []string
	for _, m := range got.result().items() {
		ids = append(ids, m.str("Id"))
	}
	return ids
}

// letters sends n messages one after another and gives their ids.
func (d *side) letters(to *side, n int) []string {
	d.t.Helper()
	var ids []string
	for range n {
		ids = append(ids, d.reply(to, []paper{{}}).ok().text("MessageId"))
	}
	return ids
}

func (s *Suite) messages() []conformance.Case {
	get := []string{"SendMessage", "GetMessages", "GetMessage"}
	return []conformance.Case{
		{
			ID: "messages-cursor", Group: "messages", Says: "behind a message stand those that came later, oldest first", Clauses: []string{"MSG-1"}, Changes: true, Calls: get,
			Why:     "a reader that loses one message at a border loses a document with a term",
			Sends:   "five messages to a box of its own; GetMessages with an empty cursor, behind each of them, and without a cursor",
			Expects: "all five in the order of sending; behind each exactly the later ones, in order",
			Run: s.run(func(w talk) {
				us := w.us()
				reader := w.newcomer()
				sent := us.letters(reader, 5)
				same(w.t, "from the beginning", sent, messageIDs(reader.news("").ok()))
				for i, id := range sent {
					same(w.t, "behind one", sent[i+1:], append([]string{}, messageIDs(reader.news(id).ok())...))
				}
				same(w.t, "without a cursor", sent, messageIDs(reader.ask("GetMessages", "<afterMessageId>"+contract.SampleMessage+"</afterMessageId>", "").ok()))
			}),
		},
		{
			ID: "messages-pages", Group: "messages", Says: "a reader who goes on from the last message of a page gets every message once", Clauses: []string{"MSG-1"}, Changes: true, Calls: get,
			Sends:   "a hundred and three messages to a box of its own; GetMessages with an empty cursor, then each time behind the last message of the page before",
			Expects: "pages of at most 100; all messages, each once",
			Run: s.run(func(w talk) {
				sender, reader := w.newcomer(), w.newcomer()
				sent := sender.letters(reader, 103)
				var got []string
				for cursor := ""; len(got) <= len(sent); cursor = got[len(got)-1] {
					page := messageIDs(reader.news(cursor).ok())
					if len(page) > 100 {
						w.t.Errorf("a page of %d", len(page))
					}
					if len(page) == 0 {
						break
					}
					got = append(got, page...)
				}
				same(w.t, "messages", slices.Sorted(slices.Values(sent)), slices.Sorted(slices.Values(got)))
			}),
		},
		{
			ID: "messages-service", Group: "messages", Says: "messages with signatures or service documents alone are listed as well", Clauses: []string{"MSG-2"}, Changes: true, Calls: get,
			Sends:   "a document to us by a subscriber registered for the case, our receipt, our signature alone in its message; GetMessages by him",
			Expects: "two messages, that of the signature last",
			Run: s.run(func(w talk) {
				us, reader := w.us(), w.newcomer()
				id, content := reader.one(us)
				us.receipt(reader, id)
				last := us.countersign(reader, id, content).ok().text("MessageId")
				ids := messageIDs(reader.news("").ok())
				if len(ids) != 2 || ids[1] != last {
					w.t.Errorf("listed are %v, expected two with %s last", ids, last)
				}
			}),
		},
		{
			ID: "messages-own-not-listed", Group: "messages", Says: "with toBox what the box got is listed, or what it sent as well", Clauses: []string{"MSG-3"}, Changes: true, Calls: get,
			Sends:   "a message to a subscriber registered for the case and one by him to us; GetMessages by him",
			Expects: "the first, or both in this order",
			Run: s.run(func(w talk) {
				us, reader := w.us(), w.newcomer()
				got := us.letters(reader, 1)
				own := reader.letters(us, 1)
				if ids := messageIDs(reader.news("").ok()); !slices.Equal(ids, got) && !slices.Equal(ids, append(got, own...)) {
					w.t.Errorf("listed are %v, expected %v with or without %v", ids, got, own)
				}
			}),
		},
		{
			ID: "messages-wrong-cursor", Group: "messages", Says: "a cursor that is no message of the box gives NoDataFound, nothing or the beginning", Clauses: []string{"MSG-4"}, Calls: []string{"GetMessages"},
			Sends:   "GetMessages behind an id that no message has",
			Expects: "a result, or NoDataFound",
			Run: s.run(func(w talk) {
				if got := w.us().news(w.c.NewID()); got.fault() != nil {
					got.refused("NoDataFound")
				}
			}),
		},
		{
			ID: "messages-content", Group: "messages", Says: "a message carries its documents with their bytes and its signatures", Clauses: []string{"MSG-5", "MSG-6", "SEND-3"}, Changes: true, Calls: get,
			Sends:   "SendMessage of two documents, GetMessage by the recipient",
			Expects: "both contents and both signatures byte for byte, our box as sender",
			Run: s.run(func(w talk) {
				us, them := w.both()
				p := []paper{{}, {}}
				sent := us.reply(them, p).ok()
				got := them.ask("GetMessage", contract.SampleMessage, sent.text("MessageId")).ok().schema().result()
				given := sent.ids("DocumentIds")
				content, cms := map[string]string{}, map[string]string{}
				for _, d := range got.items("Documents") {
					content[d.str("Id")] = d.str("Content")
				}
				for _, g := range got.items("Signs") {
					cms[g.str("DocumentId")] = g.str("Raw")
				}
				for _, p := range p {
					same(w.t, "document and signature", []string{b64(p.content), b64(p.cms)}, []string{content[given[p.id]], cms[given[p.id]]})
				}
				same(w.t, "sender", us.Box, got.str("From"))
			}),
		},
		{
			ID: "messages-without-content", Group: "messages", Says: "a message is given without contents where the switches say so", Clauses: []string{"MSG-5"}, Changes: true, Calls: []string{"GetMessageWithLoadOptions", "SendMessage"},
			Sends:   "SendMessage of one document, GetMessageWithLoadOptions by the recipient with GetDocumentContent false and GetSignContent true",
			Expects: "a document without Content, a signature with Raw",
			Run: s.run(func(w talk) {
				us, them := w.both()
				sent := us.letters(them, 1)[0]
				got := them.ask("GetMessageWithLoadOptions", contract.SampleMessage, sent).ok().result()
				if got.at("Documents", "Document") == nil || !got.at("Documents", "Document", "Content").null() || got.str("Signs", "Sign", "Raw") == "" {
					w.t.Error("expected signatures with their bytes and documents without")
				}
			}),
		},
		{
			ID: "messages-of-others", Group: "messages", Says: "a message of others is shown to nobody else", Clauses: []string{"BOX-2"}, Changes: true, Calls: get,
			Sends:   "SendMessage of one document to the other side, GetMessage of it by a subscriber registered for the case",
			Expects: "a fault or nil",
			Run: s.run(func(w talk) {
				us, them := w.both()
				sent := us.letters(them, 1)[0]
				stranger := w.newcomer()
				if got := stranger.ask("GetMessage", contract.SampleMessage, sent); got.fault() == nil && !got.result().null() {
					w.t.Error("a stranger reads it")
				}
			}),
		},
	}
}

func (s *Suite) lists() []conformance.Case {
	const op = "GetDocumentEntries"
	return []conformance.Case{
		{
			ID: "list-pages", Group: "lists", Says: "pages of any size together are the list, each document once", Clauses: []string{"LIST-1"}, Changes: true, Calls: []string{op, "SendMessage"},
			Why:     "a document lost at the border of a page is one that a client believes was not accepted",
			Sends:   "seven messages to a box of its own; the list by one, two, three, seven and a hundred",
			Expects: "seven documents, the same ones by every size",
			Run: s.run(func(w talk) {
				us, reader := w.us(), w.newcomer()
				us.letters(reader, 7)
				want := documentIDs(reader.pages("BoxTo", 100))
				same(w.t, "documents", 7, len(want))
				for _, size := range []int{1, 2, 3, 7} {
					same(w.t, "by pages", want, documentIDs(reader.pages("BoxTo", size)))
				}
			}),
		},
		{
			ID: "list-total", Group: "lists", Says: "Total counts the whole list and does not depend on the page", Clauses: []string{"LIST-1"}, Changes: true, Calls: []string{op, "SendMessage"},
			Sends:   "three messages to a box of its own; GetDocumentEntries with Max 2 and First 0, 1, 2 and 3",
			Expects: "Total 3 each time; 2, 2, 1 and 0 documents on the page",
			Run: s.run(func(w talk) {
				us, reader := w.us(), w.newcomer()
				us.letters(reader, 3)
				for first, want := range []int{2, 2, 1, 0} {
					got := reader.page("BoxTo", first, 2)
					same(w.t, "total", "3", got.text("Total"))
					same(w.t, "on the page", want, len(got.result().items("Items")))
				}
			}),
		},
		{
			ID: "list-both-sides", Group: "lists", Says: "a document stands in the list of what its sender sent and of what its recipient got, and in no other", Clauses: []string{"LIST-1", "LIST-2"}, Changes: true, Calls: []string{op, "SendMessage"},
			Sends:   "SendMessage of one document; GetDocumentEntries by both sides for what they sent and for what they got",
			Expects: "the document once in what we sent and in what the other side got, and not in the other two",
			Run: s.run(func(w talk) {
				us, them := w.both()
				custom := w.c.NewID()
				id := us.sent([]string{them.Box}, paper{custom: custom})[0]
				us.count(custom, 1)
				for name, got := range map[string][]*node{"sent": us.named(us.outbox(), custom), "got": them.named(them.inbox(), custom)} {
					same(w.t, name, []string{plainID(id)}, documentIDs(got))
				}
				for name, got := range map[string][]*node{"got by the sender": us.named(us.inbox(), custom), "sent by the recipient": them.named(them.outbox(), custom)} {
					same(w.t, name, 0, len(got))
				}
			}),
		},
		{
			ID: "list-items", Group: "lists", Says: "an item names the document, its message, its sender and its status", Clauses: []string{"LIST-1", "SEND-7"}, Changes: true, Calls: []string{op, "SendMessage"},
			Sends:   "SendMessage of one document that wants a signature, GetDocumentEntries for what we sent",
			Expects: "one item, with the ids of document and message, our box as sender, Untyped, SentSigned and WaitingForSign",
			Run: s.run(func(w talk) {
				us, them := w.both()
				p := []paper{{custom: w.c.NewID(), sign: true}}
				sent := us.reply(them, p).ok()
				same(w.t, "documents", 1, us.count(p[0].custom, 1))
				for _, n := range us.named(us.outbox(), p[0].custom) {
					same(w.t, "item", []string{sent.ids("DocumentIds")[p[0].id], sent.text("MessageId"), us.Box, "Untyped", "SentSigned", "WaitingForSign"},
						[]string{n.str("DocumentId"), n.str("MessageId"), n.str("MessageFrom"), n.str("DocumentType"), n.str("FlowType"), n.str("Status", "SignStatus")})
				}
			}),
		},
		{
			ID: "list-filtered", Group: "lists", Says: "a list of another time and one of another flow hold nothing", Clauses: []string{"LIST-1"}, Changes: true, Calls: []string{op, "SendMessage"},
			Sends:   "a message to a box of its own; GetDocumentEntries there for the last day, from 2098 on, and for the unsigned flow alone",
			Expects: "Total 1, then 0 and 0",
			Run: s.run(func(w talk) {
				us, reader := w.us(), w.newcomer()
				us.letters(reader, 1)
				same(w.t, "signed ones", "1", reader.page("BoxTo", 0, 10).text("Total"))
				same(w.t, "of the future", "0", reader.page("BoxTo", 0, 10, "<m:From>2026-01-01T00:00:00Z<", "<m:From>2098-01-01T00:00:00Z<").text("Total"))
				same(w.t, "unsigned ones", "0", reader.page("BoxTo", 0, 10, "<m:DocumentFlowType>SentSigned</m:DocumentFlowType>", "").text("Total"))
			}),
		},
		{
			ID: "list-absent-first", Group: "lists", Says: "an absent First is zero", Clauses: []string{"ENV-6"}, Changes: true, Calls: []string{op, "SendMessage"},
			Sends:   "two messages to a box of its own, GetDocumentEntries there without First",
			Expects: "two documents",
			Run: s.run(func(w talk) {
				us, reader := w.us(), w.newcomer()
				us.letters(reader, 2)
				got := reader.ask(op, "<m:BoxFrom>box-a@sample</m:BoxFrom>", "", `<m:BoxTo i:nil="true"/>`, "<m:BoxTo>box-a@sample</m:BoxTo>", "<m:First>0</m:First>", "").ok()
				same(w.t, "documents", 2, len(got.result().items("Items")))
			}),
		},
		{
			ID: "list-no-flow-types", Group: "lists", Says: "a list without DocumentFlowTypes is refused", Clauses: []string{"LIST-2"}, Calls: []string{op},
			Sends:   "GetDocumentEntries without DocumentFlowTypes",
			Expects: "NotFilledRequiredField",
			Run: s.run(func(w talk) {
				got := w.us().ask(op, "<m:DocumentFlowTypes>", "<!--", "</m:DocumentFlowTypes>", "-->")
				got.refused("NotFilledRequiredField")
			}),
		},
		{
			ID: "list-documents", Group: "lists", Says: "the list of documents holds each document once", Clauses: []string{"LIST-4"}, Changes: true, Calls: []string{"GetDocumentList", "SendMessage"},
			Sends:   "two messages to a box of its own, GetDocumentList there",
			Expects: "Total 2 and two documents",
			Run: s.run(func(w talk) {
				us, reader := w.us(), w.newcomer()
				us.letters(reader, 2)
				got := reader.ask("GetDocumentList").ok().schema()
				same(w.t, "total", "2", got.text("Total"))
				same(w.t, "documents", 2, len(got.result().items("Items")))
			}),
		},
		{
			ID: "list-reads", Group: "lists", Says: "what a list names can be looked at", Clauses: []string{"LIST-1", "INFO-1"}, Calls: []string{op, "GetFullDocumentInfo"},
			Why:     "it reads what is there, and can be asked of a live system",
			Sends:   "in the strict profile first a message to us; GetDocumentEntries for up to three documents that our box got, GetFullDocumentInfo of each",
			Expects: "the same MessageId and sender in both, all written as the schema says",
			Run: s.run(func(w talk) {
				us := w.us()
				if w.c.Strict { // a stand-in may have nothing yet
					w.them().letters(us, 1)
				}
				items := us.page("BoxTo", 0, 3).schema().result().items("Items")
				w.needs(len(items) > 0, "the box has got nothing lately")
				for _, n := range items {
					info := us.info(n.str("DocumentId")).schema().result()
					same(w.t, "message and sender", []string{n.str("MessageId"), n.str("MessageFrom")}, []string{info.str("MessageId"), info.str("From")})
				}
			}),
		},
	}
}

func documentIDs(items []*node) []string {
	ids := []string{}
	for _, n := range items {
		ids = append(ids, plainID(n.str("DocumentId")))
	}
	slices.Sort(ids)
	return ids
}

func plainID(id string) string { return strings.ToLower(strings.ReplaceAll(id, "-", "")) }

func (s *Suite) infos() []conformance.Case {
	const op = "GetFullDocumentInfo"
	return []conformance.Case{
		{
			ID: "info-unknown", Group: "information", Says: "an id that no document has gives nil", Clauses: []string{"INFO-1"}, Calls: []string{op},
			Sends:   "GetFullDocumentInfo of an id that no document has",
			Expects: "nil, no fault",
			Run: s.run(func(w talk) {
				if got := w.us().ask(op, contract.SampleServiceID, w.c.NewID()).ok(); !got.result().null() {
					w.t.Error("there is a result")
				}
			}),
		},
		{
			ID: "info-everything", Group: "information", Says: "absent parameters mean everything, absent switches of given ones mean no", Clauses: []string{"INFO-1", "ENV-6"}, Changes: true, Calls: []string{op, "SendMessage"},
			Sends:   "GetFullDocumentInfo of a document that we sent, without requestParams and then with them but without GetContent and GetSigns",
			Expects: "the content and one signature, then neither",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				all := us.ask(op, contract.SampleServiceID, id, "<requestParams>", "<!--", "</requestParams>", "-->").ok().schema().result()
				same(w.t, "content", b64(content), all.str("Document", "Content"))
				same(w.t, "signatures", 1, len(all.items("Signs")))
				none := us.ask(op, contract.SampleServiceID, id, "<m:GetContent>false</m:GetContent>", "", "<m:GetSigns>true</m:GetSigns>", "").ok().schema().result()
				if !none.at("Document", "Content").null() || len(none.items("Signs")) != 0 {
					w.t.Error("content and signatures are there, and nobody asked for them")
				}
			}),
		},
		{
			ID: "info-status", Group: "information", Says: "the status of an untyped document is named by i:type and is that of its list", Clauses: []string{"INFO-2"}, Changes: true, Calls: []string{op, "SendMessage", "GetDocumentEntries"},
			Sends:   "SendMessage of a document that wants a signature, GetFullDocumentInfo and GetDocumentEntries by us",
			Expects: "i:type UntypedDocumentFlowStatus, SignStatus WaitingForSign in both",
			Run: s.run(func(w talk) {
				us, them := w.both()
				custom := w.c.NewID()
				id := us.sent([]string{them.Box}, paper{custom: custom, sign: true})[0]
				status := us.info(id).result().at("Status")
				same(w.t, "type", "UntypedDocumentFlowStatus", localOf(status.attr(contract.NSInstance, "type")))
				same(w.t, "signature", "WaitingForSign", status.str("SignStatus"))
				same(w.t, "documents in the list", 1, us.count(custom, 1))
				for _, n := range us.named(us.outbox(), custom) {
					same(w.t, "signature in the list", "WaitingForSign", n.str("Status", "SignStatus"))
				}
			}),
		},
		{
			ID: "info-id-forms", Group: "information", Says: "ids are taken with and without dashes", Clauses: []string{"INFO-3"}, Changes: true, Calls: []string{op, "GetDocumentContent", "SendMessage"},
			Sends:   "GetDocumentContent and GetFullDocumentInfo of a document that we sent, by its id as the service gave it and without dashes",
			Expects: "the content and the id of the document each time",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				for _, form := range []string{id, plainID(id)} {
					same(w.t, "content", string(content), string(us.content(form)))
					same(w.t, "id", plainID(id), plainID(us.info(form).result().str("Document", "Id")))
				}
			}),
		},
		{
			ID: "info-of-others", Group: "information", Says: "a document of others is shown to nobody else, and neither are its content and its form", Clauses: []string{"BOX-2", "INFO-1"}, Changes: true, Calls: []string{op, "GetDocumentContent", "DownloadPdfDocument", "PrintDocument", "GetFlowDocumentInfo"},
			Sends:   "a document to the other side; GetFullDocumentInfo, GetDocumentContent, DownloadPdfDocument, PrintDocument and GetFlowDocumentInfo of it by a subscriber registered for the case",
			Expects: "a fault or nil from each",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.one(them)
				stranger := w.newcomer()
				for _, op := range []string{op, "GetDocumentContent", "DownloadPdfDocument", "PrintDocument", "GetFlowDocumentInfo"} {
					if got := stranger.ask(op, contract.SampleServiceID, id); got.fault() == nil && !got.result().null() {
						w.t.Errorf("%s gives it to a stranger", op)
					}
				}
			}),
		},
		{
			ID: "print", Group: "information", Says: "both operations give a printed form in PDF under a name, or say nil", Clauses: []string{"PRINT-1", "PRINT-2", "PRINT-3"}, Changes: true, Calls: []string{"PrintDocument", "DownloadPdfDocument", "SendMessage"},
			Sends:   "PrintDocument and DownloadPdfDocument of a document that we sent",
			Expects: "nil, or a name and bytes that begin with %PDF- and end with %%EOF",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.one(them)
				for _, op := range []string{"PrintDocument", "DownloadPdfDocument"} {
					us.form(op, id)
				}
			}),
		},
		{
			ID: "print-of-the-document", Group: "information", Says: "a printed form is that of its document", Clauses: []string{"PRINT-1", "PRINT-2"}, Changes: true, Calls: []string{"PrintDocument", "DownloadPdfDocument", "SendMessage"},
			Why:     "a form of another document under the number of this one is a forged paper",
			Sends:   "PrintDocument of one document, of another and of the first again; the same with DownloadPdfDocument",
			Expects: "for one document the same bytes again, for another one others",
			Run: s.run(func(w talk) {
				us, them := w.both()
				first, _ := us.one(them)
				second, _ := us.one(them)
				for _, op := range []string{"PrintDocument", "DownloadPdfDocument"} {
					a, b, again := us.form(op, first), us.form(op, second), us.form(op, first)
					w.needs(a != nil && b != nil && again != nil, "there is no printed form yet")
					if bytes.Equal(a, b) {
						w.t.Errorf("%s gives two documents one form", op)
					}
					if !bytes.Equal(a, again) {
						w.t.Errorf("%s gives one document another form the second time", op)
					}
				}
			}),
		},
		{
			ID: "print-credentials", Group: "information", Says: "printing asks for token and box, both", Clauses: []string{"PRINT-1"}, Calls: []string{"PrintDocument"},
			Sends:   "PrintDocument without BoxAddress, then without AuthToken",
			Expects: "a fault with any code of the table each time",
			Run: s.run(func(w talk) {
				us := w.us()
				us.ask("PrintDocument", "<m:BoxAddress>"+contract.SampleBox+"</m:BoxAddress>", "").refused()
				us.ask("PrintDocument", "<m:AuthToken>"+contract.SampleToken+"</m:AuthToken>", "").refused()
			}),
		},
	}
}

// form is a printed form, nil if there is none.
func (d *side) form(operation, id string) []byte {
	d.t.Helper()
	got := d.ask(operation, contract.SampleServiceID, id).ok().schema()
	content := got.result().at("Content")
	if operation == "PrintDocument" {
		content = got.result().at("NamedContent", "Content")
	}
	if content.null() {
		return nil
	}
	if got.text("Name") == "" {
		d.t.Errorf("%s: the form has no name", operation)
	}
	raw := got.bytes("Content")
	if !bytes.HasPrefix(raw, []byte("%PDF-")) || !bytes.Contains(raw[max(0, len(raw)-64):], []byte("%%EOF")) {
		d.t.Errorf("%s: %d bytes that are no whole PDF", operation, len(raw))
	}
	return raw
}
