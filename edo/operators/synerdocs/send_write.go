package synerdocs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"slices"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// messageBody starts the wrapper. The prefix of string arrays is declared only where one is written.
func messageBody(op string, m edo.Message) *soap.Body {
	prefixes := []soap.Prefix{{Short: "m", Space: modelSpace}}
	if slices.ContainsFunc(m.Documents, func(d edo.OutgoingDocument) bool { return len(d.Related) > 0 }) {
		prefixes = append(prefixes, soap.Prefix{Short: "a", Space: arraySpace})
	}
	return soap.NewBody(svc(op), prefixes...)
}

// writeMessage writes the members in the order of the contract: sorted by name, capitals first. A member that comes too
// late is not refused by .NET but silently lost (contract 2, rule 3).
func (s *session) writeMessage(b *soap.Body, op string, m edo.Message) {
	switch op {
	case signDocument:
		s.writeSignDocument(b, m.Package, m.Signs[0])
		return
	case rejectSign:
		s.writeRejectSign(b, m.Refusals[0])
		return
	}
	b.Open(svc("message"))
	if op == sendInternal {
		b.Text(om("BoxId"), string(s.box))
	}
	b.Open(om("Documents"))
	for _, d := range m.Documents {
		s.writeDocument(b, m.Package, d)
	}
	b.Close()
	if op == sendForward {
		writeForwards(b, m.Forwards)
	}
	if op != sendInternal {
		b.Text(om("From"), string(s.box))
	}
	optional(b, om("FromDepartment"), s.department)
	if op == sendSigned || op == sendInternal {
		b.Text(om("Id"), s.messageID(m.Package))
	}
	writeRecipients(b, op, m.To)
	if op != sendUnsigned {
		s.writeSigns(b, m)
		b.Open(om("SimpleSignatures"))
		b.Close()
	}
	b.Close()
}

func (s *session) writeDocument(b *soap.Body, p edo.PackageID, d edo.OutgoingDocument) {
	b.Open(om("Document"))
	optional(b, om("Comment"), d.Comment)
	b.Content(om("Content"), d.Content)
	b.Text(om("CustomField"), s.mark(p, d.ID).String())
	if !d.Date.IsZero() {
		b.Text(om("Date"), d.Date.Format("2006-01-02")+"T00:00:00") // the date on the paper, which has no zone
	}
	b.Text(om("DocumentType"), outgoingType(d))
	b.Text(om("FileName"), d.Name)
	b.Text(om("Id"), s.documentID(p, d.ID))
	flag(b, om("NeedReceipt"), d.NeedReceipt)
	flag(b, om("NeedSign"), d.NeedSign)
	optional(b, om("Number"), d.Number)
	optional(b, om("ParentDocumentId"), string(d.Parent))
	if len(d.Related) > 0 {
		b.Open(om("RelatedDocumentIds"))
		for _, r := range d.Related {
			b.Text(arr("string"), string(r))
		}
		b.Close()
	}
	optional(b, om("Sum"), d.Sum)
	if outgoingType(d) == untyped {
		optional(b, om("UntypedKind"), d.Kind)
	}
	b.Close()
}

func writeForwards(b *soap.Body, forwards []edo.Forward) {
	b.Open(om("ForwardDocuments"))
	for _, f := range forwards {
		b.Open(om("ForwardDocument"))
		optional(b, om("Comment"), f.Comment)
		flag(b, om("NeedSign"), f.NeedSign)
		b.Text(om("OriginalDocumentId"), string(f.Document))
		b.Close()
	}
	b.Close()
}

// writeRecipients names boxes and departments; inside our own organisation there are departments alone. One without a
// department goes to the head department.
func writeRecipients(b *soap.Body, op string, to []edo.Address) {
	item := "MessageRecipient"
	if op == sendInternal {
		item = "InternalMessageRecipient"
	}
	b.Open(om("Recipients"))
	for _, a := range to {
		b.Open(om(item))
		optional(b, om("DepartmentId"), a.Department)
		if op != sendInternal {
			b.Text(om("OrganizationBoxId"), string(a.Box))
		}
		b.Close()
	}
	b.Close()
}

// writeSigns writes the signatures of the message's own documents, by their local ids, or those for documents that the
// operator has, by its ids.
func (s *session) writeSigns(b *soap.Body, m edo.Message) {
	b.Open(om("Signs"))
	for _, d := range m.Documents {
		if len(d.Signature) > 0 {
			s.writeSign(b, m.Package, d.ID, s.documentID(m.Package, d.ID), d.Signature)
		}
	}
	for _, c := range m.Signs {
		s.writeSign(b, m.Package, c.ID, string(c.Document), c.Signature)
	}
	b.Close()
}

func (s *session) writeSign(b *soap.Body, p edo.PackageID, d edo.DocumentID, of string, raw []byte) {
	b.Open(om("Sign"))
	b.Text(om("DocumentId"), of)
	b.Text(om("Id"), s.signID(p, d))
	writeRaw(b, raw)
	b.Close()
}

// writeRaw writes a signature as content, which the log names by digest: whoever sends has it in the archive.
func writeRaw(b *soap.Body, cms []byte) {
	b.Content(om("Raw"), edo.Content{
		Size: int64(len(cms)), Digest: sha256.Sum256(cms),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(cms)), nil },
	})
}

// writeSignDocument says whose signature it is in the signature itself: this call has no message around it.
func (s *session) writeSignDocument(b *soap.Body, p edo.PackageID, c edo.Countersign) {
	b.Text(svc("flowType"), flowTypes()[c.Flow])
	b.Open(svc("sign"))
	b.Text(om("DocumentId"), string(c.Document))
	b.Text(om("From"), string(s.box))
	optional(b, om("FromDepartmentId"), s.department)
	b.Text(om("Id"), s.signID(p, c.ID))
	writeRaw(b, c.Signature)
	b.Close()
}

func (s *session) writeRejectSign(b *soap.Body, r edo.Refusal) {
	b.Text(svc("flowType"), flowTypes()[r.Flow])
	b.Open(svc("rejectSign"))
	b.Text(om("Comment"), r.Text)
	b.Text(om("DocumentId"), string(r.Document))
	b.Text(om("From"), string(s.box))
	optional(b, om("FromDepartmentId"), s.department)
	b.Close()
}
