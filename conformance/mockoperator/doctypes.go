package mockoperator

import "strings"

// typeNames are the types of documents in the order of their numbers; number 3 is of no type.
const typeNames = "Untyped Invoice ServiceInvoiceConfirmation - ServiceInvoiceReceipt ServiceInvoiceAmendmentRequest " +
	"ServiceAmendmentRequest Comment ServiceReceipt InvoiceRevision InvoiceCorrection InvoiceCorrectionRevision WaybillSeller " +
	"WaybillBuyer ActOfWorkSeller ActOfWorkBuyer ErrorReceipt RevocationOffer WorksTransferSeller WorksTransferBuyer " +
	"GoodsTransferSeller GoodsTransferBuyer WorksTransferRevisionSeller GoodsTransferRevisionSeller GeneralTransferSeller " +
	"GeneralTransferBuyer GeneralTransferRevisionSeller GeneralTransferCorrectionSeller GeneralTransferCorrectionBuyer " +
	"GeneralTransferCorrectionRevisionSeller TransportWaybillConsignorTitle TransportWaybillCargoReceivedTitle " +
	"TransportWaybillCargoDeliveredTitle TransportWaybillConsigneeTitle TransportWaybillCarrierTitle " +
	"TransportWaybillDeliveryPlaceChangeTitle TransportWaybillDriverOrVehicleChangeTitle TransportWaybillExpeditorTitle " +
	"ActOfVarianceBuyer ActOfVarianceSeller"

// waybillNames have the numbers from 100 on.
const waybillNames = "GoodsTransportWaybillConsignorTitle GoodsTransportWaybillCargoReceivedTitle " +
	"GoodsTransportWaybillCargoDeliveredTitle GoodsTransportWaybillConsigneeTitle"

// typeNumber is the number of a type in open enumerations; -1 for those that are no documents of the exchange.
func typeNumber(documentType string) int {
	for base, names := range map[int]string{0: typeNames, 100: waybillNames} {
		n := base
		for name := range strings.SplitSeq(names, " ") {
			if name == documentType {
				return n
			}
			n++
		}
	}
	return -1
}

// typeName is the type of a number; "" for a number of no type.
func typeName(number int) string {
	names := strings.Split(typeNames, " ")
	if number >= 100 {
		number, names = number-100, strings.Split(waybillNames, " ")
	}
	if number < 0 || number >= len(names) || names[number] == "-" {
		return ""
	}
	return names[number]
}

func isInvoice(t string) bool {
	return t == "Invoice" || t == "InvoiceRevision" || t == "InvoiceCorrection" || t == "InvoiceCorrectionRevision"
}

// isTitle tells whether a document is the first of two titles.
func isTitle(t string) bool { return replyTo(t) != "" || strings.HasSuffix(t, "WaybillConsignorTitle") }

// isMain tells whether a document begins a flow.
func isMain(t string) bool { return t == "Untyped" || isInvoice(t) || isTitle(t) }

// ofVariance tells whether a document is an act of variance: neither a root nor a reply title, and no flow of its own is
// known.
func ofVariance(t string) bool { return strings.HasPrefix(t, "ActOfVariance") }

// isReply tells whether a document is the second of two titles.
func isReply(t string) bool {
	return strings.HasSuffix(t, "Buyer") && !ofVariance(t) ||
		strings.Contains(t, "Waybill") && strings.HasSuffix(t, "Title") && !isTitle(t)
}

// replyTo names the title that answers a title; "" when a bare signature does or nothing is awaited.
func replyTo(t string) string {
	base, ok := strings.CutSuffix(t, "Seller")
	if !ok || ofVariance(t) {
		return ""
	}
	return strings.TrimSuffix(base, "Revision") + "Buyer"
}

// answersTitle tells whether a reply is one to this title.
func answersTitle(reply, title string) bool {
	prefix, ok := strings.CutSuffix(title, "ConsignorTitle")
	return replyTo(title) == reply || ok && strings.HasPrefix(reply, prefix)
}

// byInvoiceRules tells whether receipts and refusals of a document are those of the invoice regulation.
func byInvoiceRules(t string) bool {
	return isInvoice(t) || strings.HasPrefix(t, "GeneralTransfer") || strings.HasPrefix(t, "ServiceInvoice")
}

// initialSigning is the status of the recipient's signature when a document is accepted.
func initialSigning(t string, needSign bool) string {
	switch {
	case t == "RevocationOffer":
		return "WaitingForSign"
	case !isMain(t) || isInvoice(t):
		return "NoSignNeeded"
	case t == "Untyped", strings.HasPrefix(t, "WorksTransfer"), strings.HasPrefix(t, "GeneralTransfer"):
		if !needSign {
			return "NoSignNeeded"
		}
	}
	return "WaitingForSign"
}
