package synerdocs

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// findAnswers looks for answers where they would be seen: at the documents that they answer.
//
//   - a service document by our mark among the service documents and the revocation offers;
//   - a receipt or a refusal without any mark if it is ours in all but that: the document has no other of its class;
//   - a bare signature by its bytes among the signatures;
//   - in the flows without the sender's signature, by what our own flow says: our signature's bytes, or a refusal in our
//     words. In other words it is a colleague's, given at the operator.
//
// Found means all of them. AsOf is the Date of the first look. The message's id stays empty where nothing names it.
func (s *session) findAnswers(ctx context.Context, q edo.Query) (edo.Found, error) {
	found := edo.Found{}
	sent := edo.Sent{Documents: map[edo.DocumentID]edo.RemoteID{}}
	seen := 0
	for _, a := range q.Answers {
		ref := edo.Ref{Package: q.Package, Document: a.Document, Remote: a.Parent}
		op, look := fullOp, s.fullInfo
		if !signedFlow(a.Flow) {
			op, look = flowOp, s.flowInfo
		}
		i, reply, err := look(ctx, ref, wanted{offers: true, services: true, signs: true})
		switch {
		case edo.KindOf(err) == edo.NotFound && err != nil:
			return edo.Found{}, unreadable(op, "the operator does not show the document that was answered")
		case err != nil:
			return edo.Found{}, err
		case reply.Date.IsZero():
			return edo.Found{}, unreadable(op, "the answer has no Date")
		case found.AsOf.IsZero():
			found.AsOf = reply.Date
		}
		if t, is := s.findAnswer(q.Package, a, i); is {
			seen++
			sent.Exchange = reply.Exchange
			t.into(&sent, a.Document)
		}
	}
	switch {
	case seen == len(q.Answers):
		found.Sent = &sent
	case seen > 0:
		return edo.Found{}, &edo.Error{
			Kind: edo.InDoubt, Reason: edo.AnswerUnreadable, Op: Name + "." + fullOp, Exchange: sent.Exchange,
			Message: "the operator shows a part of the answers", Remedy: "ask again; if it stays so, look at the documents at the operator",
		}
	}
	return found, nil
}

// trace is what is left of an answer at the document that it answers.
type trace struct {
	document, message string
	at                time.Time
}

func (t trace) into(sent *edo.Sent, d edo.DocumentID) {
	if t.document != "" {
		sent.Documents[d] = edo.RemoteID(t.document)
	}
	sent.Message = edo.MessageID(t.message)
	if sent.OperatorTime.IsZero() || !t.at.IsZero() && t.at.Before(sent.OperatorTime) {
		sent.OperatorTime = t.at
	}
}

func (s *session) findAnswer(p edo.PackageID, a edo.Answered, i info) (trace, bool) {
	switch {
	case a.Refusal:
		for _, f := range i.ownFlows(s.box) {
			if f.status == "SignRejected" && sameWords(f.comment, a.Text) {
				return trace{at: f.rejected}, true
			}
		}
		return trace{}, false
	case len(a.Signature) > 0:
		return s.findSignature(a, i)
	}
	want := s.mark(p, a.Document).String()
	for _, ours := range []func(serviceDocument) bool{
		func(d serviceDocument) bool {
			return d.custom == want && (d.sender == "" || sameBox(edo.BoxID(d.sender), s.box))
		},
		func(d serviceDocument) bool { return s.unmarked(a, d) },
	} {
		if k := slices.IndexFunc(i.services, ours); k >= 0 {
			d := i.services[k]
			at := d.sent
			if at.IsZero() {
				at = d.signed
			}
			return trace{document: d.id, at: at}, d.id != ""
		}
	}
	for _, o := range i.offers {
		if o.document.custom == want && sameBox(edo.BoxID(o.from), s.box) {
			return trace{document: o.document.id, message: o.message, at: o.sent}, o.document.id != ""
		}
	}
	return trace{}, false
}

// unmarked reports whether a service document is the answer in all but the mark, which the operator need not give back
// and a colleague does not write. One with a mark of whatever kind is somebody's own.
func (s *session) unmarked(a edo.Answered, d serviceDocument) bool {
	class := edo.ClassReceipt
	switch a.Kind {
	case edo.AnswerReceipt:
	case edo.AnswerRefuse, edo.AnswerRefuseRevocation:
		class = edo.ClassRefusal
	default:
		return false
	}
	return strings.TrimSpace(d.custom) == "" && d.sender != "" && sameBox(edo.BoxID(d.sender), s.box) &&
		d.parent != "" && d.parent == canonicalID(string(a.Parent)) && s.types.class(d.typeOrUntyped()) == class
}

// sameWords compares texts of people. White space does not count: XML and web forms rewrite it.
func sameWords(a, b string) bool {
	return slices.Equal(strings.Fields(a), strings.Fields(b))
}

func (s *session) findSignature(a edo.Answered, i info) (trace, bool) {
	all := slices.Clone(i.signs)
	for _, f := range i.ownFlows(s.box) {
		if f.signature.sent.IsZero() {
			f.signature.sent = f.signed
		}
		all = append(all, f.signature)
	}
	for _, g := range all {
		if bytes.Equal(g.raw, a.Signature) && (g.from == "" || sameBox(edo.BoxID(g.from), s.box)) {
			return trace{at: g.sent}, true
		}
	}
	return trace{}, false
}
