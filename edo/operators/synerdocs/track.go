package synerdocs

import (
	"context"
	"slices"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// documentState is what the service says of a document's fate, as enum members by name.
type documentState struct {
	known          bool
	revocation     string
	delivery, sign string // with the one recipient, of an untyped status
	invoice        bool   // the status is an invoice's
	buyer, seller  string // of an invoice status
	multiDelivery  string // over several recipients
	multiSign      string
	recipientCount int
}

// Track tells what became of a document (GetFullDocumentInfo, without any content). With several recipients the
// summary over all of them counts: a part of them having signed is not signed.
//
// A document whose status does not decide its fate is looked at a second time (GetFlowDocumentInfo): unsigned and
// internal documents have their fate in their flows, titles in the service documents that answer them.
func (s *session) Track(ctx context.Context, ref edo.Ref) (edo.Progress, error) {
	i, reply, err := s.fullInfo(ctx, ref, wanted{})
	if err == nil && !i.told(s.types, s.box) {
		i, reply, err = s.flowInfo(ctx, ref, wanted{services: true})
	}
	if err != nil {
		return edo.Progress{}, err
	}
	return edo.Progress{
		State: i.standing(s.types, s.box), Exchange: reply.Exchange, Failed: i.failed(s.types),
		Revoking: i.revocation == "RevocationAwaited" || i.revocation == "RevocationRequired", Text: i.said(),
	}, nil
}

func (d *documentState) readMulti(n *soap.Node) error {
	return n.Fields(map[soap.Name]reader{
		om("MultiDeliveryStatus"): text(&d.multiDelivery),
		om("MultiSignStatus"):     text(&d.multiSign),
		om("RecipientsCount"):     integer(&d.recipientCount),
	})
}

// readStatus reads the polymorphic status; a type that is unknown says nothing.
func (d *documentState) readStatus(n *soap.Node) error {
	switch {
	case n.Nil():
	case n.Type() == om("UntypedDocumentFlowStatus"):
		return n.Fields(map[soap.Name]reader{om("DeliveryStatus"): text(&d.delivery), om("SignStatus"): text(&d.sign)})
	case n.Type() == om("InvoiceDocumentFlowStatus"):
		d.invoice = true
		return n.Fields(map[soap.Name]reader{om("BuyerFlow"): text(&d.buyer), om("SellerFlow"): text(&d.seller)})
	}
	return nil
}

// state is the furthest that is certain; whatever this client does not know is still sent.
func (d documentState) state() edo.State {
	delivery, sign := d.delivery, d.sign
	if d.recipientCount > 1 {
		delivery, sign = d.multiDelivery, d.multiSign
	}
	switch {
	case d.revocation == "RevocationAccepted":
		return edo.StateRevoked
	case sign == "SignRejected", d.buyer == "InvoiceRejected", d.seller == "InvoiceRejected":
		return edo.StateRefused
	case sign == "Signed":
		return edo.StateSigned
	case delivery == "DeliveredToRecipient", delivery == "DeliveredToRecipients", d.buyer == "InvoiceCharged", d.seller == "InvoiceCharged":
		return edo.StateDelivered
	}
	return edo.StateSent
}

// told reports whether the status alone decides. Of a title an invoice's status says only how the notices stand, and
// nothing of the title that answers it (contract 3.13).
func (i info) told(t docTypes, own edo.BoxID) bool {
	switch {
	case i.delivery != "", i.sign != "", i.revocation == "RevocationAccepted":
		return true
	case i.invoice && i.document.typ == "", t[i.document.typ].title:
		return false
	}
	return i.invoice || i.summed(own)
}

// summed reports whether the summary over several recipients counts: the status is the caller's own (contract 4.2), so
// whoever is one of the recipients has its own state there.
func (i info) summed(own edo.BoxID) bool {
	return i.recipientCount > 1 && (sameBox(edo.BoxID(i.from), own) || i.from == "" && !listed(i.recipients, edo.Address{Box: own}))
}

// standing is the state by status, flows and service documents together.
func (i info) standing(t docTypes, own edo.BoxID) edo.State {
	status := i.documentState
	if !i.summed(own) {
		status.recipientCount = 0
	}
	state := status.state()
	if i.told(t, own) {
		return state
	}
	return furthest(state, i.byFlows(own), i.byServices(t, max(1, status.recipientCount)))
}

func furthest(states ...edo.State) edo.State {
	order := []edo.State{edo.StateSent, edo.StateDelivered, edo.StateSigned, edo.StateRefused}
	return slices.MaxFunc(states, func(a, b edo.State) int { return slices.Index(order, a) - slices.Index(order, b) })
}

// byServices is the state by what has been answered. One refusal is a refusal; replies count when every recipient has
// given one.
func (i info) byServices(t docTypes, recipients int) edo.State {
	received, replied := false, map[string]bool{}
	for _, d := range i.services {
		if d.parent != "" && d.parent != i.document.id { // about a service document, not about this one
			continue
		}
		switch t.class(d.typeOrUntyped()) {
		case edo.ClassRefusal:
			return edo.StateRefused
		case edo.ClassReply:
			replied[strings.ToLower(d.sender)] = true
		case edo.ClassReceipt:
			received = true
		}
	}
	switch {
	case len(replied) >= recipients:
		return edo.StateSigned
	case received && recipients == 1:
		return edo.StateDelivered
	}
	return edo.StateSent
}

// byFlows counts the recipients of a document that travelled without the sender's signature: one refusal is a refusal,
// a signature counts when all have signed. For a recipient only its own flow counts.
func (i info) byFlows(own edo.BoxID) edo.State {
	flows := i.flowsOf(own)
	signed, received := 0, 0
	for _, f := range flows {
		switch f.status {
		case "SignRejected":
			return edo.StateRefused
		case "SignReceived":
			signed++
		}
		if !f.received.IsZero() || f.status == "SignReceived" {
			received++
		}
	}
	switch {
	case len(flows) == 0:
		return edo.StateSent
	case signed == len(flows):
		return edo.StateSigned
	case received == len(flows):
		return edo.StateDelivered
	}
	return edo.StateSent
}

// notValid reports that the notices of an invoice were not sent in time, on either side (contract 6.4).
func (d documentState) notValid() bool {
	return d.buyer == "InvoiceNotValid" || d.seller == "InvoiceNotValid"
}

// said is what people are told. The service need not explain an invoice that is not valid, so its status does.
func (i info) said() string {
	const why = "InvoiceNotValid: service documents were not sent within three days (извещения не отправлены за три дня)"
	text := shown(i.description)
	switch {
	case !i.notValid():
		return text
	case text == "":
		return why
	}
	return text + "; " + why
}

// failed reports that the document does not stand as it was sent: the sender got an error receipt, or an invoice has
// become invalid.
func (i info) failed(t docTypes) bool {
	for _, d := range i.services {
		if t.class(d.typeOrUntyped()) == edo.ClassError {
			return true
		}
	}
	return i.notValid() || i.delivery == "NotDeliveredToRecipient" || i.recipientCount > 1 && i.multiDelivery == "NotDeliveredToRecipients"
}
