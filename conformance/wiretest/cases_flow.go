package wiretest

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

const (
	confirm = "GenerateDeliveryConfirmation"
	amend   = "GenerateAmendmentRequest"
	revoke  = "GenerateRevocationOffer"
)

func (s *Suite) flows() []conformance.Case {
	return []conformance.Case{
		{
			ID: "flow-delivery", Group: "flow", Says: "a document is received by the service, sent to the recipient, and delivered with his receipt", Clauses: []string{"FLOW-1"}, Changes: true, Calls: []string{"SendMessage", confirm, "GetFullDocumentInfo"},
			Why:     "a status that never moves looks like a recipient who never answers",
			Sends:   "a document that wants a signature; GetFullDocumentInfo by us three times; the receipt of the recipient; GetFullDocumentInfo by both sides",
			Expects: "RecievedByService or SentToRecipient at first, SentToRecipient at the third look; then DeliveredToRecipient WaitingForSign NoRevocation for both, the receipt among the service documents",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.one(them)
				if before := us.delivery(id); before != "RecievedByService" && before != "SentToRecipient" {
					w.t.Errorf("at first it is %s", before)
				}
				us.status(id)
				same(w.t, "seen again", "SentToRecipient", us.delivery(id))
				receipt := them.receipt(us, id)
				for _, d := range []*side{us, them} {
					same(w.t, d.Box, "DeliveredToRecipient WaitingForSign NoRevocation", d.status(id))
				}
				docs := us.info(id).schema().result().at("ServiceDocuments")
				if !slices.Contains(docs.texts("Id"), receipt) {
					w.t.Errorf("the receipt %s is not among the service documents", receipt)
				}
			}),
		},
		{
			ID: "flow-signed", Group: "flow", Says: "a signature of the recipient makes a document Signed, for both sides and for good", Clauses: []string{"FLOW-2", "FLOW-4"}, Changes: true, Calls: []string{"SendMessage", "GetFullDocumentInfo"},
			Sends:   "a document that wants a signature, receipt and signature of the recipient, GetFullDocumentInfo by both sides; then a second signature and GenerateAmendmentRequest by the recipient",
			Expects: "DeliveredToRecipient Signed NoRevocation for both; DocumentWasAlreadySigned or SignAlreadyExists, then DocumentWasAlreadySigned or WorkflowViolation",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				them.receipt(us, id)
				them.countersign(us, id, content).ok()
				for _, d := range []*side{us, them} {
					same(w.t, d.Box, "DeliveredToRecipient Signed NoRevocation", d.status(id))
				}
				them.countersign(us, id, content).refused("DocumentWasAlreadySigned", "SignAlreadyExists")
				them.ask(amend, contract.SampleServiceID, id).refused("DocumentWasAlreadySigned", "WorkflowViolation")
			}),
		},
		{
			ID: "flow-refused", Group: "flow", Says: "a request for clarification makes a document SignRejected, with its text, and for good", Clauses: []string{"FLOW-3", "FLOW-4"}, Changes: true, Calls: []string{"SendMessage", amend, "GetFullDocumentInfo"},
			Sends:   "a document that wants a signature; GenerateAmendmentRequest and SendMessage of the request by the recipient, GetFullDocumentInfo by us, then his signature",
			Expects: "the reason in the request in windows-1251; DeliveredToRecipient SignRejected NoRevocation; SignWasAlreadyRejected for the signature",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				raw := them.ask(amend, contract.SampleServiceID, id).ok().bytes("Content")
				text := []byte("\xce\xf8\xe8\xe1\xea\xe0 \xe2 \xf1\xf3\xec\xec\xe5") // the reason of the request, in windows-1251
				if !bytes.Contains(raw, text) {
					w.t.Error("the request that was generated does not hold its reason")
				}
				them.sent([]string{us.Box}, paper{kind: "ServiceAmendmentRequest", parent: id, content: raw})
				same(w.t, "status", "DeliveredToRecipient SignRejected NoRevocation", us.status(id))
				them.countersign(us, id, content).refused("SignWasAlreadyRejected")
			}),
		},
		{
			ID: "flow-second-receipt", Group: "flow", Says: "a second receipt is refused", Clauses: []string{"FLOW-4"}, Changes: true, Calls: []string{"SendMessage", confirm},
			Sends:   "a document, GenerateDeliveryConfirmation by the recipient, SendMessage of the receipt twice",
			Expects: "a message, then WorkflowViolation",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.one(them)
				raw := them.ask(confirm, contract.SampleServiceID, id).ok().bytes("Content")
				p := paper{kind: "ServiceReceipt", parent: id, content: raw}
				them.sent([]string{us.Box}, p)
				p.id = ""
				them.reply(us, []paper{p}).refused("WorkflowViolation")
			}),
		},
		{
			ID: "flow-not-asked", Group: "flow", Says: "a document that wants no signature is not signed", Clauses: []string{"FLOW-2", "FAULT-2"}, Changes: true, Calls: []string{"SendMessage"},
			Sends:   "a document that wants no signature, then a signature of the recipient",
			Expects: "DocumentDoesNotRequireSigning",
			Run: s.run(func(w talk) {
				us, them := w.both()
				content := []byte("Письмо " + w.c.NewID())
				id := us.sent([]string{them.Box}, paper{content: content})[0]
				them.countersign(us, id, content).refused("DocumentDoesNotRequireSigning")
			}),
		},
		{
			ID: "flow-own-answer", Group: "flow", Says: "the sender does not answer his own document, and a stranger does not either", Clauses: []string{"FLOW-6"}, Changes: true, Calls: []string{"SendMessage"},
			Sends:   "a document that wants a signature; a signature of its sender to the recipient, then one of a subscriber registered for the case to the sender; GetFullDocumentInfo by us",
			Expects: "WorkflowViolation; for the stranger WorkflowViolation or InvalidDocumentReference or NotFilledRequiredField or DocumentNotFound; SignStatus WaitingForSign still",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				us.countersign(them, id, content).refused("WorkflowViolation")
				w.newcomer().countersign(us, id, content).refused("WorkflowViolation", "InvalidDocumentReference", "NotFilledRequiredField", "DocumentNotFound")
				same(w.t, "signature", "WaitingForSign", us.signing(id))
			}),
		},
		{
			ID: "flow-answer-to-others", Group: "flow", Says: "an answer to somebody who is no party of the document is refused", Clauses: []string{"FLOW-6"}, Changes: true, Calls: []string{"SendMessage"},
			Sends:   "a document that wants a signature, then a signature of the recipient to a subscriber registered for the case",
			Expects: "WorkflowViolation",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				third := w.newcomer()
				them.countersign(third, id, content).refused("WorkflowViolation")
			}),
		},
		{
			ID: "flow-answer-before-receipt", Group: "flow", Says: "an answer before the receipt is taken, or refused", Clauses: []string{"FLOW-7", "FLOW-12"}, Changes: true, Calls: []string{"SendMessage", "GetFullDocumentInfo"},
			Sends:   "a document that wants a signature, then a signature of the recipient without a receipt; GetFullDocumentInfo by us if it is taken",
			Expects: "WorkflowViolation, or SentToRecipient or DeliveredToRecipient with Signed NoRevocation",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				if got := them.countersign(us, id, content); got.fault() != nil {
					got.refused("WorkflowViolation")
					return
				}
				if status := us.status(id); status != "SentToRecipient Signed NoRevocation" && status != "DeliveredToRecipient Signed NoRevocation" {
					w.t.Errorf("it is %s", status)
				}
			}),
		},
		{
			ID: "flow-content-open", Group: "flow", Says: "the content of a document that wants a receipt is open, or opened by the receipt", Clauses: []string{"FLOW-8"}, Changes: true, Calls: []string{"SendMessage", "GetDocumentContent"},
			Sends:   "a document with NeedReceipt; GetDocumentContent by the recipient before his receipt and after it",
			Expects: "before it any result or DocumentContentAccessDenied, after it the same bytes",
			Run: s.run(func(w talk) {
				us, them := w.both()
				p := paper{receipt: true, content: []byte("Требование " + w.c.NewID())}
				id := us.sent([]string{them.Box}, p)[0]
				if got := them.ask("GetDocumentContent", contract.SampleServiceID, id); got.fault() != nil {
					got.refused("DocumentContentAccessDenied")
				}
				them.receipt(us, id)
				same(w.t, "content", string(p.content), string(them.content(id)))
			}),
		},
		{
			ID: "flow-offers", Group: "flow", Says: "what a side may do now is told: the recipient may sign and refuse, the sender may not", Clauses: []string{"FLOW-11", "FLOW-13"}, Changes: true, Calls: []string{"GetFullDocumentInfo"},
			Sends:   "a document that wants a signature; GetFullDocumentInfo by both sides, by the recipient after his receipt, by both after his signature",
			Expects: "in AvailableOperationsV2 for the recipient Sign and Reject without Revoke, then Sign without ConfirmReceipt, then Revoke without Sign and Reject; for the sender none of these four, then Revoke",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				them.offered(id, "Sign", "Reject", "!Revoke")
				us.offered(id, "!Sign", "!Reject", "!ConfirmReceipt", "!Revoke")
				them.receipt(us, id)
				them.offered(id, "Sign", "!ConfirmReceipt")
				them.countersign(us, id, content).ok()
				them.offered(id, "!Sign", "!Reject", "Revoke")
				us.offered(id, "Revoke")
			}),
		},
		{
			ID: "flow-title", Group: "flow", Says: "a title of the seller is answered by that of the buyer, alone in its message, and by no bare signature", Clauses: []string{"FLOW-5"}, Changes: true, Calls: []string{"SendMessage"},
			Sends:   "a WaybillSeller; by the recipient a bare signature, an ActOfWorkBuyer, a WaybillBuyer beside another document, and a WaybillBuyer alone",
			Expects: "WorkflowViolation three times, a message, and SignStatus Signed for the seller",
			Run: s.run(func(w talk) {
				us, them := w.both()
				w.needs(w.c.Strict, "a real operator examines the format, and the suite has no document that fits one")
				id := us.sent([]string{them.Box}, paper{kind: "WaybillSeller", content: formal(), sign: true})[0]
				them.countersign(us, id, formal()).refused("WorkflowViolation")
				them.reply(us, []paper{{kind: "ActOfWorkBuyer", parent: id, content: formal()}}).refused("WorkflowViolation")
				them.reply(us, []paper{{kind: "WaybillBuyer", parent: id, content: formal()}, {}}).refused("WorkflowViolation")
				them.sent([]string{us.Box}, paper{kind: "WaybillBuyer", parent: id, content: formal()})
				same(w.t, "signature", "Signed", us.signing(id))
			}),
		},
		{
			ID: "flow-transfer-status", Group: "flow", Says: "a universal transfer document has the status of an invoice, of an untyped document, or none", Clauses: []string{"FLOW-14"}, Changes: true, Calls: []string{"SendMessage", "GetFullDocumentInfo"},
			Sends:   "SendMessage of a GeneralTransferSeller, GetFullDocumentInfo by us",
			Expects: "no Status, or one of type InvoiceDocumentFlowStatus or UntypedDocumentFlowStatus",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id := us.sent([]string{them.Box}, paper{kind: "GeneralTransferSeller", content: formal(), sign: true})[0]
				status := us.info(id).result().at("Status")
				if kind := ""; !status.null() {
					kind = localOf(status.attr(contract.NSInstance, "type"))
					if kind != "InvoiceDocumentFlowStatus" && kind != "UntypedDocumentFlowStatus" {
						w.t.Errorf("it is %s", kind)
					}
				}
			}),
		},
	}
}

func (s *Suite) revocations() []conformance.Case {
	return []conformance.Case{
		{
			ID: "revocation-accepted", Group: "revocation", Says: "an offer of revocation is awaited here and required there, and accepted by a signature on it", Clauses: []string{"REV-1", "REV-2"}, Changes: true, Calls: []string{revoke, "SendMessage", "GetFullDocumentInfo"},
			Sends:   "a document received and signed; GenerateRevocationOffer and SendMessage of the offer by us, a signature of the other side for it; GetFullDocumentInfo by both sides after each",
			Expects: "RevocationAwaited here and RevocationRequired there, then RevocationAccepted on both sides",
			Run: s.run(func(w talk) {
				us, them, id := w.agreed()
				offer, raw := us.offer(them, id)
				same(w.t, "here and there", []string{"RevocationAwaited", "RevocationRequired"}, []string{us.revocation(id), them.revocation(id)})
				them.countersign(us, offer, raw).ok()
				same(w.t, "here and there", []string{"RevocationAccepted", "RevocationAccepted"}, []string{us.revocation(id), them.revocation(id)})
			}),
		},
		{
			ID: "revocation-rejected", Group: "revocation", Says: "an offer of revocation is rejected by a request for clarification", Clauses: []string{"REV-2"}, Changes: true, Calls: []string{revoke, amend, "SendMessage", "GetFullDocumentInfo"},
			Sends:   "a document received and signed; GenerateRevocationOffer and SendMessage of the offer by us; GenerateAmendmentRequest for the offer and SendMessage of it by the other side; GetFullDocumentInfo by both sides",
			Expects: "RevocationRejected on both sides",
			Run: s.run(func(w talk) {
				us, them, id := w.agreed()
				offer, _ := us.offer(them, id)
				them.serve(us.Box, amend, "ServiceAmendmentRequest", offer)
				same(w.t, "here and there", []string{"RevocationRejected", "RevocationRejected"}, []string{us.revocation(id), them.revocation(id)})
			}),
		},
		{
			ID: "revocation-too-early", Group: "revocation", Says: "an offer before the document was answered, and a second beside an open one, are refused", Clauses: []string{"REV-3", "GEN-3"}, Changes: true, Calls: []string{revoke, "SendMessage"},
			Sends:   "GenerateRevocationOffer for a document that nobody has answered; for one received and signed GenerateRevocationOffer and SendMessage of the offer, twice",
			Expects: "WorkflowViolation for the first, and for the second sending of the offer",
			Run: s.run(func(w talk) {
				us, them, id := w.agreed()
				early, _ := us.one(them)
				us.ask(revoke, contract.SampleServiceID, early).refused("WorkflowViolation")
				_, raw := us.offer(them, id)
				us.reply(them, []paper{{kind: "RevocationOffer", parent: id, content: raw}}).refused("WorkflowViolation")
			}),
		},
	}
}

// agreed is a document that was received and signed.
func (w talk) agreed() (us, them *side, id string) {
	w.t.Helper()
	us, them = w.both()
	id, content := us.one(them)
	them.receipt(us, id)
	them.countersign(us, id, content).ok()
	return us, them, id
}

func (d *side) offer(to *side, id string) (offer string, raw []byte) {
	d.t.Helper()
	raw = d.ask(revoke, contract.SampleServiceID, id).ok().bytes("Content")
	return d.sent([]string{to.Box}, paper{kind: "RevocationOffer", parent: id, content: raw})[0], raw
}

func (d *side) revocation(id string) string {
	d.t.Helper()
	return d.info(id).result().str("RevocationStatus")
}

func (s *Suite) invoices() []conformance.Case {
	return []conformance.Case{{
		ID: "invoice-charged", Group: "invoices", Says: "an invoice is confirmed to both sides, and charged when all receipts are there", Clauses: []string{"INV-1", "INV-2", "INV-3", "INV-4"}, Changes: true,
		Calls:   []string{"SendMessage", "GetRequiredNotices", "GetFullDocumentInfo"},
		Sends:   "an Invoice between two subscribers registered for the case; three times by the seller and then the buyer GetRequiredNotices, and for each notice GenerateInvoiceReceipt and SendMessage",
		Expects: "as the buyer sees it, InvoiceSent for both sides and NoticeRequired at first, InvoiceCharged for both and no NoticeRequired at the end; due from the seller a notice for ServiceInvoiceConfirmation, from the buyer for it and for Invoice, at the end none from the seller",
		Run: s.run(func(w talk) {
			w.needs(w.c.Strict, "a real operator examines the format, and the suite has no document that fits one")
			seller, buyer := w.newcomer(), w.newcomer()
			id := seller.sent([]string{buyer.Box}, paper{kind: "Invoice", content: formal()})[0]
			status := func(d *side) []string {
				n := d.info(id).schema().result()
				return []string{n.str("Status", "SellerFlow"), n.str("Status", "BuyerFlow"), n.str("Document", "NoticeRequired")}
			}
			same(w.t, "at first", []string{"InvoiceSent", "InvoiceSent", "true"}, status(buyer))
			same(w.t, "the seller owes for", []string{"ServiceInvoiceConfirmation"}, seller.owes())
			same(w.t, "the buyer owes for", []string{"Invoice", "ServiceInvoiceConfirmation"}, buyer.owes())
			for range 3 { // a receipt may make another one due
				seller.pay()
				buyer.pay()
			}
			same(w.t, "at the end", []string{"InvoiceCharged", "InvoiceCharged", "false"}, status(buyer))
			same(w.t, "the seller owes for", []string{}, seller.owes())
		}),
	}}
}

// owes are the types of what a side owes receipts for.
func (d *side) owes() []string {
	d.t.Helper()
	owed := append([]string{}, d.ask("GetRequiredNotices").ok().schema().result().texts("ParentDocumentType")...)
	slices.Sort(owed)
	return owed
}

// pay sends all receipts that are due.
func (d *side) pay() {
	d.t.Helper()
	for _, n := range d.ask("GetRequiredNotices").ok().result().items() {
		to := n.at("Recipients").texts("OrganizationBoxId")
		raw := d.ask("GenerateInvoiceReceipt", contract.SampleServiceID, n.str("ParentDocumentId")).ok().bytes("Content")
		d.sent(to, paper{kind: n.str("DocumentType"), parent: n.str("ParentDocumentId"), content: raw})
	}
}

func (s *Suite) generators() []conformance.Case {
	return []conformance.Case{
		{
			ID: "generator", Group: "generators", Says: "a generator makes XML in windows-1251 about the document and changes nothing", Clauses: []string{"GEN-1"}, Changes: true, Calls: []string{confirm, "GetFullDocumentInfo"},
			Sends:   "a document; GetFullDocumentInfo, GenerateDeliveryConfirmation and GetFullDocumentInfo by the recipient",
			Expects: "XML that names windows-1251, and a document that is not DeliveredToRecipient by it",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.one(them)
				before := them.status(id)
				raw := them.ask(confirm, contract.SampleServiceID, id).ok().schema().bytes("Content")
				if !bytes.Contains(raw, []byte("windows-1251")) {
					w.t.Error("it does not declare windows-1251")
				}
				if after := them.status(id); strings.Contains(after, "DeliveredToRecipient") && !strings.Contains(before, "DeliveredToRecipient") {
					w.t.Error("the document is delivered by generating alone")
				}
			}),
		},
		{
			ID: "generator-as-it-was", Group: "generators", Says: "a service document of other bytes than were generated is refused", Clauses: []string{"GEN-2"}, Changes: true, Calls: []string{confirm, "SendMessage"},
			Sends:   "a document; SendMessage of a ServiceReceipt for it by the recipient, of XML that nobody generated",
			Expects: "InvalidDocumentContent, and the document not DeliveredToRecipient",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.one(them)
				them.reply(us, []paper{{kind: "ServiceReceipt", parent: id, content: formal()}}).refused("InvalidDocumentContent")
				if strings.Contains(us.status(id), "DeliveredToRecipient") {
					w.t.Error("the document counts as delivered")
				}
			}),
		},
		{
			ID: "generator-refuses", Group: "generators", Says: "a generator refuses what could not be sent", Clauses: []string{"GEN-3"}, Changes: true, Calls: []string{confirm, amend},
			Sends:   "a document; GenerateDeliveryConfirmation by its sender, GenerateAmendmentRequest with an empty text by the recipient",
			Expects: "WorkflowViolation, then NotFilledRequiredField",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.one(them)
				us.ask(confirm, contract.SampleServiceID, id).refused("WorkflowViolation")
				them.ask(amend, contract.SampleServiceID, id, contract.SampleReason, "").refused("NotFilledRequiredField")
			}),
		},
		{
			ID: "generator-names-signer", Group: "generators", Says: "the certificate of the second generators names the signer", Clauses: []string{"GEN-4"}, Changes: true, Calls: []string{confirm + "V2", "SendMessage"},
			Sends:   "a document; GenerateDeliveryConfirmationV2 by the recipient with the thumbprint of his certificate, SendMessage of what it gives as ServiceReceipt",
			Expects: "both are taken",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, _ := us.one(them)
				w.needs(them.signer != nil, "the other side has no certificate")
				raw := them.ask(confirm+"V2", contract.SampleServiceID, id, contract.SampleThumbprint, them.signer.thumbprint()).ok().bytes("Content")
				them.sent([]string{us.Box}, paper{kind: "ServiceReceipt", parent: id, content: raw})
			}),
		},
		{
			ID: "notices", Group: "generators", Says: "the receipts that a box owes are made, and owed no more when they are sent", Clauses: []string{"GEN-5"}, Changes: true, Calls: []string{"GetRequiredNotices", "SendMessage"},
			Sends:   "two documents to a subscriber registered for the case; by him twice GetRequiredNotices, and for each notice GenerateDeliveryConfirmation and SendMessage; GetFullDocumentInfo by us",
			Expects: "no notice left, DeliveredToRecipient for both documents",
			Run: s.run(func(w talk) {
				us, reader := w.us(), w.newcomer()
				first, _ := us.one(reader)
				second, _ := us.one(reader)
				for range 2 {
					for _, n := range reader.ask("GetRequiredNotices").ok().schema().result().items() {
						raw := reader.ask(confirm, contract.SampleServiceID, n.str("ParentDocumentId")).ok().bytes("Content")
						reader.sent([]string{us.Box}, paper{kind: n.str("DocumentType"), parent: n.str("ParentDocumentId"), content: raw})
					}
				}
				same(w.t, "still owed", []string{}, reader.owes())
				for _, id := range []string{first, second} {
					same(w.t, "delivery", "DeliveredToRecipient", us.delivery(id))
				}
			}),
		},
	}
}

func (s *Suite) evidence() []conformance.Case {
	const archive = "DownloadDocumentFlowArchive"
	return []conformance.Case{
		{
			ID: "enhanced-signature", Group: "evidence", Says: "an enhanced signature is in progress first and there later", Clauses: []string{"ENH-1"}, Changes: true, Calls: []string{"GetEnhancedSignById", "SendMessage"},
			Sends:   "SendMessage of one document, GetEnhancedSignById of its signature, and again until it is Success or the settling time is over",
			Expects: "CreateStatus InProgress or Success at first, Success later",
			Run: s.run(func(w talk) {
				us, them := w.both()
				sign := us.reply(them, []paper{{}}).ok().result().str("SignIds", "LocalServerId", "ServiceId")
				look := func() string {
					return us.ask("GetEnhancedSignById", contract.SampleSignID, sign).ok().schema().result().str("CreateStatus")
				}
				if first := look(); first != "InProgress" && first != "Success" {
					w.t.Errorf("at first it is %q", first)
				}
				second := ""
				w.await(func() bool { second = look(); return second == "Success" })
				same(w.t, "later", "Success", second)
			}),
		},
		{
			ID: "archive", Group: "evidence", Says: "an archive of a document holds its bytes, its signatures and its receipts, in folders by their order", Clauses: []string{"ARCH-1", "ARCH-2", "ARCH-3", "ARCH-6"}, Changes: true, Calls: []string{archive, "SendMessage"},
			Sends:   "a document received and signed, DownloadDocumentFlowArchive by us; no verdict if it is nil or DownloadDocumentFlowArchiveFailed",
			Expects: "a ZIP with the bytes of the document in one file, the id of the document once in its path; at least three files .sig, at most one «Печатная форма.pdf»",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				them.receipt(us, id)
				them.countersign(us, id, content).ok()
				files := us.archive(archive, id)
				w.needs(files != nil, "the archive is not ready")
				var docs, signs, forms, folders int
				for name, raw := range files {
					switch {
					case bytes.Equal(raw, content):
						docs++
						folders += strings.Count(name, id)
					case strings.HasSuffix(name, ".sig"):
						signs++
					case strings.HasSuffix(name, "Печатная форма.pdf"):
						forms++
					}
				}
				same(w.t, "the document once, in a folder named by its id", []int{1, 1}, []int{docs, folders})
				if signs < 3 || forms > 1 {
					w.t.Errorf("%d signatures, %d printed forms: expected two of the document and one of the receipt, and at most one form", signs, forms)
				}
			}),
		},
		{
			ID: "archive-without-receipts", Group: "evidence", Says: "the archive without information receipts leaves them out", Clauses: []string{"ARCH-4", "ARCH-5"}, Changes: true, Calls: []string{archive, archive + "WithoutInformationReceipt", "SendMessage"},
			Sends:   "a document received and signed, DownloadDocumentFlowArchive and DownloadDocumentFlowArchiveWithoutInformationReceipt by us; no verdict if one is nil or DownloadDocumentFlowArchiveFailed",
			Expects: "the id of the receipt in a path of the first ZIP and in none of the second",
			Run: s.run(func(w talk) {
				us, them := w.both()
				id, content := us.one(them)
				receipt := them.receipt(us, id)
				them.countersign(us, id, content).ok()
				whole, less := us.archive(archive, id), us.archive(archive+"WithoutInformationReceipt", id)
				w.needs(whole != nil && less != nil, "the archive is not ready")
				same(w.t, "the receipt is in", []bool{true, false}, []bool{holds(whole, receipt), holds(less, receipt)})
			}),
		},
	}
}

func holds(files map[string][]byte, part string) bool {
	for name := range files {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// archive reads an archive, nil if it is not ready.
func (d *side) archive(operation, id string) map[string][]byte {
	d.t.Helper()
	got := d.ask(operation, contract.SampleServiceID, id)
	if got.fault() != nil {
		got.refused("DownloadDocumentFlowArchiveFailed")
		d.t.Skip("the archive cannot be made")
	}
	if got.result().null() {
		return nil
	}
	raw := got.bytes("Content")
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		d.t.Fatalf("the archive is no ZIP: %v", err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			d.t.Fatalf("%s: %v", f.Name, err)
		}
		files[f.Name], err = io.ReadAll(io.LimitReader(r, maxAnswer))
		if err := r.Close(); err != nil {
			d.t.Errorf("%s: %v", f.Name, err)
		}
		if err != nil {
			d.t.Fatalf("%s: %v", f.Name, err)
		}
	}
	return files
}

func (s *Suite) faults() []conformance.Case {
	return []conformance.Case{
		{
			ID: "fault-detail", Group: "faults", Says: "the detail of a fault has code, field, message and stack trace in this order", Clauses: []string{"FAULT-1", "FAULT-2"}, Calls: []string{"GetBoxes"},
			Why:     "a client decides by the code whether it may send again",
			Sends:   "GetBoxes with a token that nobody got",
			Expects: "Code, Field, Message and StackTrace in this order in the namespace of the service; Unauthorized; faultcode and faultstring not empty",
			Run: s.run(func(w talk) {
				d := &side{talk: w, Account: w.c.Us, token: w.c.NewID()}
				f := d.ask("GetBoxes").fault()
				detail := f.at("detail", "ServiceErrorFaultContract")
				if detail == nil || detail.name.Space != contract.NSFault {
					w.t.Fatal("there is no detail, or none of the service")
				}
				var order []string
				for _, k := range detail.kids {
					if k.name.Space == contract.NSFault {
						order = append(order, k.name.Local)
					}
				}
				same(w.t, "members", []string{"Code", "Field", "Message", "StackTrace"}, order)
				same(w.t, "code", "Unauthorized", detail.str("Code"))
				if f.str("faultcode") == "" || f.str("faultstring") == "" {
					w.t.Error("faultcode or faultstring is empty")
				}
			}),
		},
		{
			ID: "fault-tells-nothing", Group: "faults", Says: "a fault tells nothing of the inside of the service and repeats no token", Clauses: []string{"FAULT-1"}, Calls: []string{"GetFullDocumentInfo"},
			Sends:   "GetFullDocumentInfo with our token in a box that nobody has",
			Expects: "a fault, our token nowhere in the answer, StackTrace nil or empty",
			Run: s.run(func(w talk) {
				d := w.us()
				real := d.token
				d.Box = "nobody-" + w.c.NewID()
				got := d.ask("GetFullDocumentInfo")
				if got.fault() == nil {
					w.t.Fatal("there is no fault to look at")
				}
				if bytes.Contains(got.body, []byte(real)) {
					w.t.Error("the token stands in the fault")
				}
				if trace := got.fault().at("detail", "ServiceErrorFaultContract", "StackTrace"); !trace.null() && trace.text != "" {
					w.t.Errorf("there is a stack trace of %d bytes", len(trace.text))
				}
			}),
		},
	}
}
