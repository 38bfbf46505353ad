package synerdocs

import (
	"context"
	"io"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Draft has the service write a service document and streams it to w. Nothing is sent: the bytes are to be signed
// exactly as they are and sent with the answered document as parent. Which call it is follows from the type of the
// document that is answered: invoices and their titles have receipts and refusals of their own (contract 3.13).
//
// Ref names the document that is answered: for refusing a revocation, the offer. After an error w may hold a part.
func (s *session) Draft(ctx context.Context, q edo.DraftRequest, w io.Writer) (edo.Draft, error) {
	call, known := s.types.draftOf(q.Kind, q.Type)
	if !known {
		return edo.Draft{}, invalid("draft.kind", "has no service document", "countersign or accept with a signature alone")
	}
	if err := s.checkRef(q.Ref); err != nil {
		return edo.Draft{}, err
	}
	if q.Text == "" && q.Kind != edo.AnswerReceipt {
		return edo.Draft{}, &edo.Error{
			Kind: edo.Invalid, Reason: edo.TextMissing, Op: Name + "." + call.operation, Field: "draft.text", Message: "is empty", Remedy: "say why: the other side reads it",
		}
	}
	var p printed
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		p = printed{}
		b := s.documentBody(call.operation, token, q.Ref)
		switch q.Kind {
		case edo.AnswerRevoke:
			b.Text(svc("comment"), q.Text)
			b.Nil(svc("signerInfo"))
		case edo.AnswerReceipt:
			textOrNil(b, svc("certThumbprint"), q.Thumbprint)
		default:
			textOrNil(b, svc("certThumbprint"), q.Thumbprint)
			b.Text(svc("text"), q.Text)
		}
		r := request(call.operation, b, func(n *soap.Node) error { return readNamedContent(n, w, &p) })
		r.Package, r.Document = q.Ref.Package, q.Ref.Document
		return r
	})
	switch {
	case err != nil:
		return edo.Draft{}, access(err)
	case p.size == 0:
		return edo.Draft{}, unreadable(call.operation, "the operator wrote an empty document")
	case p.size > maxNotice:
		return edo.Draft{}, unreadable(call.operation, "the service document is larger than 1 MiB")
	}
	return edo.Draft{Name: p.name, Type: call.writes, Exchange: reply.Exchange}, nil
}

// checkRef is what every call about one document needs.
func (s *session) checkRef(r edo.Ref) error {
	if _, err := s.ownBox(); err != nil {
		return err
	}
	if r.Remote == "" {
		return invalid("ref.remote", "is empty", "name a document that the operator has")
	}
	return nil
}

// documentBody begins a call with token, box and document.
func (s *session) documentBody(op string, token edo.Secret, r edo.Ref) *soap.Body {
	b := body(op, false)
	b.Secret(svc("authToken"), token)
	b.Text(svc("boxId"), string(s.box))
	b.Text(svc("documentId"), string(r.Remote))
	return b
}

// byDocument is a call with token, box and document and nothing else.
func (s *session) byDocument(op string, token edo.Secret, r edo.Ref, answer func(*soap.Node) error) soap.Request {
	req := request(op, s.documentBody(op, token, r), answer)
	req.Package, req.Document = r.Package, r.Document
	return req
}

// textOrNil writes a parameter that may be left open.
func textOrNil(b *soap.Body, n soap.Name, value string) {
	if value == "" {
		b.Nil(n)
		return
	}
	b.Text(n, value)
}

// unknown says that the operator answered with nothing, which means a wrong id (contract 1.3).
func unknown(op string, x edo.ExchangeID, message string) error {
	return &edo.Error{
		Kind: edo.NotFound, Reason: edo.OperatorRefused, Op: Name + "." + op, Exchange: x, Message: message, Remedy: lookElsewhere.remedy(),
	}
}
