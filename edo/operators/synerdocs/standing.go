package synerdocs

import (
	"context"
	"slices"
	"strings"

	"github.com/edokit/edokit/edo"
)

var _ edo.Answerer = (*session)(nil)

// Standing says where a document stands for us (GetFlowDocumentInfo). What is offered comes from AvailableOperationsV2
// by name, never from the old mask, which cannot hold all members (contract 5.2):
//
//   - ConfirmReceipt, and NoticeRequired of the document: a receipt. One may be due without being offered, see receiptDue;
//   - Sign: a countersignature, except for a title, which is answered by a title of the other side; Reject: a refusal;
//   - Revoke: an offer to revoke;
//   - Sign and Reject of an open revocation offer of the other side: accepting and refusing it. Where the offer lists
//     no operations, RevocationRequired of the document says the same.
//
// Asked of a revocation offer, the answers to it are offered, and Offer is the offer itself.
func (s *session) Standing(ctx context.Context, r edo.Ref) (edo.Standing, error) {
	i, reply, err := s.flowInfo(ctx, r, wanted{operations: true, offers: true, services: true})
	if err != nil {
		return edo.Standing{}, access(err)
	}
	typ := i.document.typeOrUntyped()
	st := edo.Standing{
		State: i.standing(s.types, s.box), Flow: i.flowFor(s.box), Type: typ, Class: s.types.class(typ),
		Message: edo.MessageID(i.message), Exchange: reply.Exchange,
		NoticeDue: i.can("ConfirmReceipt") || i.document.notice,
	}
	st.Parties = i.parties(s.box, st.Flow)
	if st.NoticeDue {
		st.Offered = append(st.Offered, edo.AnswerReceipt)
	}
	st.NoticeDue = st.NoticeDue || i.receiptDue(s.box, st)
	if st.Class == edo.ClassRevocation {
		st.Offer = edo.RemoteID(canonicalID(string(r.Remote)))
		st.Offered = append(st.Offered, i.toOffer()...)
		return st, nil
	}
	if i.can("Sign") && !s.types[typ].title {
		st.Offered = append(st.Offered, edo.AnswerSign)
	}
	if i.can("Reject") {
		st.Offered = append(st.Offered, edo.AnswerRefuse)
	}
	if i.can("Revoke") {
		st.Offered = append(st.Offered, edo.AnswerRevoke)
	}
	if offer := i.openOffer(s.box); offer != nil {
		st.Offer = edo.RemoteID(offer.document.id)
		st.Offered = append(st.Offered, offer.toOffer()...)
	}
	return st, nil
}

// receiptDue reports whether a receipt is still awaited from us although none is offered: of an untyped status the
// delivery decides, not the list of operations (contract 3.13). What we sent ourselves we never confirm.
func (i info) receiptDue(own edo.BoxID, st edo.Standing) bool {
	switch {
	case st.Class != edo.ClassMain, st.Flow != edo.FlowSigned, st.State == edo.StateRevoked:
		return false
	case sameBox(edo.BoxID(i.from), own), sameBox(edo.BoxID(i.document.from), own):
		return false
	case i.from == "" && !listed(i.recipients, edo.Address{Box: own}):
		return false
	}
	return i.delivery == "SentToRecipient" || i.delivery == "RecievedByService"
}

// can looks an operation up by its name.
func (i info) can(name string) bool { return slices.Contains(i.operations, name) }

// toOffer lists the answers to a revocation offer.
func (i info) toOffer() []edo.AnswerKind {
	var kinds []edo.AnswerKind
	if i.can("Sign") {
		kinds = append(kinds, edo.AnswerAcceptRevocation)
	}
	if i.can("Reject") {
		kinds = append(kinds, edo.AnswerRefuseRevocation)
	}
	return kinds
}

// openOffer finds the latest revocation offer of somebody else that waits for us, nil if none does.
func (i info) openOffer(own edo.BoxID) *info {
	var open *info
	for k := range i.offers {
		o := &i.offers[k]
		if o.document.id == "" || sameBox(edo.BoxID(o.from), own) {
			continue
		}
		if len(o.operations) == 0 && i.revocation == "RevocationRequired" && o.sign != "Signed" && o.sign != "SignRejected" {
			o.operations = []string{"Sign", "Reject"}
		}
		if len(o.toOffer()) > 0 && (open == nil || !o.sent.Before(open.sent)) {
			open = o
		}
	}
	return open
}

// flowFor says how the document came to us. A forward makes no new document: it keeps the flow of its original. It came
// by a forward if one is addressed to us and we are not among those whom its author sent it to. The service may show
// the forwarder in the author's place; then the document itself still names the author.
func (i info) flowFor(own edo.BoxID) edo.Flow {
	author := i.document.from == "" || sameBox(edo.BoxID(i.document.from), edo.BoxID(i.from))
	first := sameBox(edo.BoxID(i.from), own) || author && listed(i.recipients, edo.Address{Box: own})
	if !first && i.forwarder(own) != nil {
		return edo.FlowForward
	}
	switch i.flow {
	case "SentUnsigned":
		return edo.FlowUnsigned
	case "SentInternal":
		return edo.FlowInternal
	case "SentForward":
		return edo.FlowForward
	}
	return edo.FlowSigned
}

// forwarder finds the forward of the document that was addressed to a box, or any where none names its recipients.
func (i info) forwarder(own edo.BoxID) *occurrence {
	var some *occurrence
	for k := range i.entries {
		e := &i.entries[k]
		if e.kind != "SentForward" || sameBox(e.from.Box, own) {
			continue
		}
		if len(e.flows) == 0 {
			some = e
		}
		for _, f := range e.flows {
			if sameBox(edo.BoxID(f.box), own) {
				return e
			}
			if f.box == "" {
				some = e
			}
		}
	}
	return some
}

// ownFlows lists the flows in which a box itself may have answered: its own, or those that do not name their recipient.
func (i info) ownFlows(own edo.BoxID) []flow {
	return slices.DeleteFunc(i.flowsOf(own), func(f flow) bool { return f.box != "" && !sameBox(edo.BoxID(f.box), own) })
}

// flowsOf lists the flows that concern a box: its own where it is a recipient, else those of the document's first
// sending; what recipients did with it by forwarding is no fate of the sender's document. The same flow may be listed
// under the document and under its occurrence.
func (i info) flowsOf(own edo.BoxID) []flow {
	all := slices.Clone(i.flows)
	for _, e := range i.entries {
		all = append(all, e.flows...)
	}
	var mine, first []flow
	for _, f := range all {
		if f.box != "" && sameBox(edo.BoxID(f.box), own) {
			mine = append(mine, f)
		}
		if f.kind == i.flow || f.kind == "" {
			first = append(first, f)
		}
	}
	if len(mine) > 0 {
		return mine
	}
	return first
}

// parties are everybody in the flow but us: the sender with its department, then the recipients (contract 3.13). A
// forwarded document is answered to whoever forwarded it.
func (i info) parties(own edo.BoxID, f edo.Flow) []edo.Address {
	all := append([]edo.Address{{Box: edo.BoxID(i.from), Department: i.department, Name: i.sender}}, i.recipients...)
	if f == edo.FlowForward {
		if e := i.forwarder(own); e != nil && e.from.Box != "" {
			all = []edo.Address{e.from}
		}
	}
	return others(all, own)
}

// others drops our own box and repetitions; two are the same if box and department are.
func others(all []edo.Address, own edo.BoxID) []edo.Address {
	var once []edo.Address
	for _, a := range all {
		if a.Box != "" && !sameBox(a.Box, own) && !slices.ContainsFunc(once, func(b edo.Address) bool { return sameParty(a, b) }) {
			once = append(once, a)
		}
	}
	return once
}

func sameParty(a, b edo.Address) bool {
	return sameBox(a.Box, b.Box) && strings.EqualFold(a.Department, b.Department)
}
