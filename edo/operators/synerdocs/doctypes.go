package synerdocs

import (
	"strconv"

	"github.com/edokit/edokit/edo"
)

// Names of the document types that this driver treats in a way of their own (contract 5.1, DocumentType).
const (
	untyped                 = "Untyped"
	serviceReceipt          = "ServiceReceipt"
	serviceRefusal          = "ServiceAmendmentRequest"
	serviceInvoiceReceipt   = "ServiceInvoiceReceipt"
	serviceInvoiceRefusal   = "ServiceInvoiceAmendmentRequest"
	revocationOffer         = "RevocationOffer"
	operatorConfirmation    = "ServiceInvoiceConfirmation"
	operatorErrorReceipt    = "ErrorReceipt"
	firstTypeOfInterchanges = 1000 // EDI types: the service converts them, nobody sends them
)

// docType is one type of the contract.
type docType struct {
	number  int
	class   edo.Class
	invoice bool // the invoice regulation decides which receipt and which refusal fit (contract 5.4)
	title   bool // the other side answers with a title of its own, never with a bare signature (contract 3.13)
}

// docTypes is the table of document types by name (contract 5.1, 5.4). What it does not know is a main document: a new
// type is shown to people rather than taken for the machine's business.
type docTypes map[string]docType

func newDocTypes() docTypes {
	t := docTypes{
		untyped: {0, edo.ClassMain, false, false}, "Comment": {7, edo.ClassMain, false, false},
		serviceReceipt: {8, edo.ClassReceipt, false, false}, serviceInvoiceReceipt: {4, edo.ClassReceipt, true, false},
		serviceRefusal: {6, edo.ClassRefusal, false, false}, serviceInvoiceRefusal: {5, edo.ClassRefusal, true, false},
		operatorConfirmation: {2, edo.ClassConfirmation, true, false}, operatorErrorReceipt: {16, edo.ClassError, false, false},
		revocationOffer: {17, edo.ClassRevocation, false, false},
	}
	t.add(edo.ClassMain, true, false, map[string]int{"Invoice": 1, "InvoiceRevision": 9, "InvoiceCorrection": 10, "InvoiceCorrectionRevision": 11})
	t.add(edo.ClassMain, false, true, map[string]int{
		"WaybillSeller": 12, "ActOfWorkSeller": 14, "WorksTransferSeller": 18, "GoodsTransferSeller": 20, "WorksTransferRevisionSeller": 22,
		"GoodsTransferRevisionSeller": 23, "TransportWaybillConsignorTitle": 30, "GoodsTransportWaybillConsignorTitle": 100,
	})
	t.add(edo.ClassMain, true, true, map[string]int{
		"GeneralTransferSeller": 24, "GeneralTransferRevisionSeller": 26, "GeneralTransferCorrectionSeller": 27, "GeneralTransferCorrectionRevisionSeller": 29,
	})
	t.add(edo.ClassReply, true, false, map[string]int{"GeneralTransferBuyer": 25, "GeneralTransferCorrectionBuyer": 28})
	t.add(edo.ClassReply, false, false, map[string]int{
		"WaybillBuyer": 13, "ActOfWorkBuyer": 15, "WorksTransferBuyer": 19, "GoodsTransferBuyer": 21, "TransportWaybillCargoReceivedTitle": 31,
		"TransportWaybillCargoDeliveredTitle": 32, "TransportWaybillConsigneeTitle": 33, "TransportWaybillCarrierTitle": 34,
		"TransportWaybillDeliveryPlaceChangeTitle": 35, "TransportWaybillDriverOrVehicleChangeTitle": 36, "TransportWaybillExpeditorTitle": 37,
		"GoodsTransportWaybillCargoReceivedTitle":  101,
		"GoodsTransportWaybillCargoDeliveredTitle": 102, "GoodsTransportWaybillConsigneeTitle": 103,
	})
	// Acts of variance come with a conversation and decide nothing in it (contract 5.4): people read them.
	t.add(edo.ClassMain, false, false, map[string]int{"ActOfVarianceBuyer": 38, "ActOfVarianceSeller": 39})
	t.add(edo.ClassMain, false, false, map[string]int{"EdiGeneral": 1000, "EdiOrders": 1001, "EdiOrdrsp": 1002, "EdiDesadv": 1003, "EdiRecadv": 1004})
	return t
}

func (t docTypes) add(c edo.Class, invoice, title bool, names map[string]int) {
	for name, number := range names {
		t[name] = docType{number, c, invoice, title}
	}
}

// class is what a type is to the conversation.
func (t docTypes) class(name string) edo.Class {
	if d, known := t[name]; known {
		return d.class
	}
	return edo.ClassMain
}

// sendable reports whether an organisation may send a document of the type.
func (t docTypes) sendable(name string) bool {
	d, known := t[name]
	return known && d.class != edo.ClassConfirmation && d.class != edo.ClassError && d.number < firstTypeOfInterchanges
}

// named finds the name of a number. A number of the future keeps its number as its name.
func (t docTypes) named(number int) string {
	for name, d := range t {
		if d.number == number {
			return name
		}
	}
	return "type-" + strconv.Itoa(number)
}

// draftCall is a call that writes a service document, with the type of what it writes.
type draftCall struct {
	operation string
	writes    string
}

// draftOf says which service document answers a document of the given type (contract 3.13). A revocation offer is
// refused by the general flow's document, whatever the offer is about.
func (t docTypes) draftOf(k edo.AnswerKind, answered string) (draftCall, bool) {
	invoice := t[answered].invoice
	switch {
	case k == edo.AnswerReceipt && invoice:
		return draftCall{"GenerateInvoiceReceiptV2", serviceInvoiceReceipt}, true
	case k == edo.AnswerReceipt:
		return draftCall{"GenerateDeliveryConfirmationV2", serviceReceipt}, true
	case k == edo.AnswerRefuse && invoice:
		return draftCall{"GenerateInvoiceAmendmentRequestV2", serviceInvoiceRefusal}, true
	case k == edo.AnswerRefuse, k == edo.AnswerRefuseRevocation:
		return draftCall{"GenerateAmendmentRequestV2", serviceRefusal}, true
	case k == edo.AnswerRevoke:
		return draftCall{"GenerateRevocationOffer", revocationOffer}, true
	}
	return draftCall{}, false
}
