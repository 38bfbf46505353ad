package synerdocs

import (
	"context"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// documentState is what GetFullDocumentInfo says of a document's flow, as enum members by name.
type documentState struct {
	known          bool
	revocation     string
	delivery, sign string // with the one recipient
	multiDelivery  string // over several recipients
	multiSign      string
	recipients     int
}

// Track tells what became of a document (GetFullDocumentInfo, without any content). With several recipients the
// summary over all of them counts: a part of them having signed is not signed.
func (s *session) Track(ctx context.Context, ref edo.Ref) (edo.Progress, error) {
	const op = "GetFullDocumentInfo"
	if _, err := s.ownBox(); err != nil {
		return edo.Progress{}, err
	}
	if ref.Remote == "" {
		return edo.Progress{}, invalid("ref.remote", "is empty", "only a sent document can be tracked")
	}
	var d documentState
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		d = documentState{}
		b := body(op, true)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), string(s.box))
		b.Text(svc("documentId"), string(ref.Remote))
		writeInfoParams(b)
		r := request(op, b, func(n *soap.Node) error { return readInfo(n, &d) })
		r.Package, r.Document = ref.Package, ref.Document
		return r
	})
	if err != nil {
		return edo.Progress{}, err
	}
	if !d.known {
		return edo.Progress{}, &edo.Error{
			Kind: edo.NotFound, Reason: edo.OperatorRefused, Op: Name + "." + op, Exchange: reply.Exchange,
			Message: "the operator does not know the document", Remedy: lookElsewhere.remedy(),
		}
	}
	return edo.Progress{State: d.state(), Exchange: reply.Exchange}, nil
}

// writeInfoParams asks for the statuses alone. All switches are written, because an absent one is false for us and
// true for others (contract 2, rule 6).
func writeInfoParams(b *soap.Body) {
	b.Open(svc("requestParams"))
	for _, name := range []string{
		"GetAvailableOperations", "GetCard", "GetContent", "GetDocumentDeletionState", "GetDocumentFlowParticipantsRoles",
		"GetRelatedDocuments", "GetRevocationOffers", "GetServiceDocuments", "GetSigns",
	} {
		flag(b, om(name), false)
	}
	b.Close()
}

func readInfo(n *soap.Node, d *documentState) error {
	if n.Nil() {
		return nil
	}
	d.known = true
	return n.Fields(map[soap.Name]func(*soap.Node) error{
		om("MultiStatus"): func(m *soap.Node) error {
			return m.Fields(map[soap.Name]func(*soap.Node) error{
				om("MultiDeliveryStatus"): text(&d.multiDelivery),
				om("MultiSignStatus"):     text(&d.multiSign),
				om("RecipientsCount"):     integer(&d.recipients),
			})
		},
		om("RevocationStatus"): text(&d.revocation),
		om("Status"): func(m *soap.Node) error {
			if m.Nil() || m.Type() != om("UntypedDocumentFlowStatus") {
				return nil // invoices and types unknown to us have no status that fits a letter
			}
			return m.Fields(map[soap.Name]func(*soap.Node) error{
				om("DeliveryStatus"): text(&d.delivery),
				om("SignStatus"):     text(&d.sign),
			})
		},
	})
}

// state is the furthest that is certain; whatever this client does not know is still sent.
func (d documentState) state() edo.State {
	delivery, sign := d.delivery, d.sign
	if d.recipients > 1 {
		delivery, sign = d.multiDelivery, d.multiSign
	}
	switch {
	case d.revocation == "RevocationAccepted":
		return edo.StateRevoked
	case sign == "SignRejected":
		return edo.StateRefused
	case sign == "Signed":
		return edo.StateSigned
	case delivery == "DeliveredToRecipient", delivery == "DeliveredToRecipients":
		return edo.StateDelivered
	}
	return edo.StateSent
}
