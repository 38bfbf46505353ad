package synerdocs

import (
	"context"
	"fmt"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// sentMessage is the operator's answer to a send.
type sentMessage struct {
	message   string
	sent      time.Time
	documents []localServerID
}

type localServerID struct{ local, service string }

// Send hands the message over once (SendMessage). All ids that it sends are derived from subscriber, package and
// document, so that a repeat renders the same bytes; the contract promises no more for a repeat.
//
// A zero OperatorTime of the result means that the operator did not set one. A success that does not name the message
// and every document is [edo.InDoubt], never a success.
func (s *session) Send(ctx context.Context, m edo.Message) (edo.Sent, error) {
	if err := s.checkMessage(m); err != nil {
		return edo.Sent{}, err
	}
	const op = "SendMessage"
	var result edo.Sent
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		result = edo.Sent{}
		b := body(op, true)
		b.Secret(svc("authToken"), token)
		s.writeMessage(b, m)
		r := request(op, b, func(n *soap.Node) error {
			answer, err := s.readSentMessage(n)
			if err == nil {
				result, err = s.sentOf(m, answer)
			}
			return err
		})
		r.Package, r.Effect = m.Package, true
		return r
	})
	if err != nil {
		return edo.Sent{}, err
	}
	result.Exchange = reply.Exchange
	return result, nil
}

// checkMessage refuses what the operator could not but refuse, before a byte leaves.
func (s *session) checkMessage(m edo.Message) error {
	var faults edo.Faults
	if _, err := s.ownBox(); err != nil {
		faults = append(faults, err)
	}
	if len(m.To) == 0 {
		faults = append(faults, invalid("message.to", "is empty", "name at least one recipient"))
	}
	for i, a := range m.To {
		switch {
		case a.Box == "":
			faults = append(faults, invalid(fmt.Sprintf("message.to[%d].box", i), "is empty", "look the counterparty up first"))
		case listed(m.To[:i], a):
			faults = append(faults, invalid(fmt.Sprintf("message.to[%d].box", i), "repeats a recipient", "name every recipient once"))
		}
	}
	if len(m.Documents) == 0 {
		faults = append(faults, invalid("message.documents", "is empty", "add at least one document"))
	}
	for i, d := range m.Documents {
		field := fmt.Sprintf("message.documents[%d]", i)
		if len(d.Signature) == 0 {
			faults = append(faults, invalid(field+".signature", "is missing", "sign the document"))
		}
		if custom := s.mark(m.Package, d.ID).String(); len(custom) > customMax {
			faults = append(faults, invalid(field+".id", "makes the integration field too long", fmt.Sprintf("keep ids under %d bytes", edo.MaxID+1)))
		}
	}
	return faults.Err()
}

// writeMessage writes the members in the order of the contract: sorted by name, capitals first. A member that comes too
// late is not refused by .NET but silently lost (contract 2, rule 3).
func (s *session) writeMessage(b *soap.Body, m edo.Message) {
	b.Open(svc("message"))
	b.Open(om("Documents"))
	for _, d := range m.Documents {
		s.writeDocument(b, m.Package, d)
	}
	b.Close()
	b.Text(om("From"), string(s.box))
	b.Text(om("Id"), s.messageID(m.Package))
	b.Open(om("Recipients"))
	for _, a := range m.To {
		b.Open(om("MessageRecipient"))
		b.Text(om("OrganizationBoxId"), string(a.Box))
		b.Close()
	}
	b.Close()
	b.Open(om("Signs"))
	for _, d := range m.Documents {
		b.Open(om("Sign"))
		b.Text(om("DocumentId"), s.documentID(m.Package, d.ID))
		b.Text(om("Id"), s.signID(m.Package, d.ID))
		b.Bytes(om("Raw"), d.Signature)
		b.Close()
	}
	b.Close()
	b.Open(om("SimpleSignatures"))
	b.Close()
	b.Close()
}

func (s *session) writeDocument(b *soap.Body, p edo.PackageID, d edo.OutgoingDocument) {
	b.Open(om("Document"))
	optional(b, om("Comment"), d.Comment)
	b.Content(om("Content"), d.Content)
	b.Text(om("CustomField"), s.mark(p, d.ID).String())
	b.Text(om("DocumentType"), "Untyped")
	b.Text(om("FileName"), d.Name)
	b.Text(om("Id"), s.documentID(p, d.ID))
	flag(b, om("NeedReceipt"), d.NeedReceipt)
	flag(b, om("NeedSign"), d.NeedSign)
	optional(b, om("Number"), d.Number)
	optional(b, om("UntypedKind"), d.Kind)
	b.Close()
}

func (s *session) mark(p edo.PackageID, d edo.DocumentID) mark {
	return mark{Package: p, Document: d, Origin: originOf(s.subscriber)}
}

func (s *session) messageID(p edo.PackageID) string {
	return localID("message", string(s.subscriber), string(p))
}

func (s *session) documentID(p edo.PackageID, d edo.DocumentID) string {
	return localID("document", string(s.subscriber), string(p), string(d))
}

func (s *session) signID(p edo.PackageID, d edo.DocumentID) string {
	return localID("sign", string(s.subscriber), string(p), string(d))
}

func (s *session) readSentMessage(n *soap.Node) (sentMessage, error) {
	var a sentMessage
	err := n.Fields(map[soap.Name]func(*soap.Node) error{
		om("DocumentIds"): func(list *soap.Node) error {
			return list.Each(om("LocalServerId"), func(item *soap.Node) error {
				pair, err := readPair(item)
				a.documents = append(a.documents, pair)
				return err
			})
		},
		om("MessageId"): text(&a.message),
		om("SentDate"):  moment(&a.sent, s.config.Zone),
	})
	return a, err
}

func readPair(n *soap.Node) (localServerID, error) {
	var p localServerID
	err := n.Fields(map[soap.Name]func(*soap.Node) error{om("LocalId"): text(&p.local), om("ServiceId"): text(&p.service)})
	return p, err
}

// sentOf believes a success only if it names the message and gives every document an id of its own.
func (s *session) sentOf(m edo.Message, a sentMessage) (edo.Sent, error) {
	if a.message == "" {
		return edo.Sent{}, &misfit{"the answer has no message id"}
	}
	sent := edo.Sent{Message: edo.MessageID(a.message), OperatorTime: a.sent, Documents: map[edo.DocumentID]edo.RemoteID{}}
	taken := map[string]bool{}
	for i, d := range m.Documents {
		service, times := "", 0
		for _, p := range a.documents {
			if sameID(p.local, s.documentID(m.Package, d.ID)) {
				service, times = p.service, times+1
			}
		}
		if service == "" || times != 1 || taken[plainID(service)] {
			return edo.Sent{}, &misfit{fmt.Sprintf("the answer gives documents[%d] no id of its own", i)}
		}
		taken[plainID(service)] = true
		sent.Documents[d.ID] = edo.RemoteID(service)
	}
	return sent, nil
}
