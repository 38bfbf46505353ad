package synerdocs

import (
	"context"
	"fmt"
	"slices"
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

// Names of the calls that hand something over (contract 3.6, 3.8).
const (
	sendSigned   = "SendMessage"
	sendUnsigned = "SendUnsignedMessage"
	sendForward  = "SendForwardMessage"
	sendInternal = "SendInternalMessage"
	signDocument = "SignDocument"
	rejectSign   = "RejectSign"
)

// Send hands the message over once, by the call that fits its flow:
//
//   - signed documents, service documents and countersignatures of signed documents: SendMessage;
//   - unsigned documents, to one recipient: SendUnsignedMessage;
//   - documents of others, with or without new signed ones: SendForwardMessage;
//   - documents for departments of our own organisation: SendInternalMessage;
//   - a signature or a refusal for a document of an unsigned, forwarded or internal flow: SignDocument, RejectSign.
//     They answer nothing; an empty, well-formed answer is their success, and recipients are not named.
//
// All ids that it sends are derived from subscriber, package and document, so that a repeat renders the same bytes; the
// contract promises no more for a repeat. A message that says two things at once is refused before a byte leaves.
//
// A zero OperatorTime of the result means that the operator did not set one. A success that does not name the message
// and every document is [edo.InDoubt], never a success. A fault that says that an answer is no longer possible is
// [edo.Refused] with [edo.AnswerNotOffered]: where the document stands tells whether it was ours.
func (s *session) Send(ctx context.Context, m edo.Message) (edo.Sent, error) {
	op := callOf(m)
	if err := s.checkMessage(op, m); err != nil {
		return edo.Sent{}, err
	}
	if err := s.ownsBox(ctx); err != nil {
		return edo.Sent{}, err
	}
	if op == sendInternal {
		var err error
		if m.To, err = s.atHome(ctx, m.To); err != nil {
			return edo.Sent{}, err
		}
	}
	known := s.codes
	if s.answering(m) {
		known = s.answers
	}
	var result edo.Sent
	reply, err := s.callBy(ctx, known, func(token edo.Secret) soap.Request {
		result = edo.Sent{}
		b := messageBody(op, m)
		b.Secret(svc("authToken"), token)
		s.writeMessage(b, op, m)
		r := request(op, b, func(n *soap.Node) (err error) {
			result, err = s.readSent(n, op, m)
			return err
		})
		r.Package, r.Effect, r.Ready = m.Package, true, m.Ready
		return r
	})
	if err != nil {
		return edo.Sent{}, err
	}
	result.Exchange = reply.Exchange
	return result, nil
}

// atHome fills in the head department where a recipient inside our own organisation names none
// (GetOrganizationStructure). For other organisations the service does it itself (contract 4.1, MessageRecipient).
func (s *session) atHome(ctx context.Context, to []edo.Address) ([]edo.Address, error) {
	filled := slices.Clone(to)
	for i := range filled {
		if filled[i].Department != "" {
			continue
		}
		all, err := s.Departments(ctx, edo.Address{Box: s.box})
		if err != nil {
			return nil, err
		}
		head := slices.IndexFunc(all, func(d edo.Department) bool { return d.Head })
		if head < 0 {
			return nil, invalid(fmt.Sprintf("message.to[%d].department", i), "is empty, and the operator names no head department", "name the department")
		}
		filled[i].Department = all[head].ID
	}
	return filled, nil
}

// callOf chooses the call. It decides by what the message holds; whether that goes together is checked after.
func callOf(m edo.Message) string {
	switch {
	case len(m.Refusals) > 0:
		return rejectSign
	case len(m.Signs) > 0 && !signedFlow(m.Signs[0].Flow):
		return signDocument
	case len(m.Signs) > 0:
		return sendSigned
	case len(m.Forwards) > 0 || m.Flow == edo.FlowForward:
		return sendForward
	case m.Flow == edo.FlowUnsigned:
		return sendUnsigned
	case m.Flow == edo.FlowInternal:
		return sendInternal
	}
	return sendSigned
}

func signedFlow(f edo.Flow) bool { return f == "" || f == edo.FlowSigned }

// answering reports whether the message is an answer and nothing else: its fate can be seen at what it answers.
func (s *session) answering(m edo.Message) bool {
	for _, d := range m.Documents {
		switch s.types.class(outgoingType(d)) {
		case edo.ClassReceipt, edo.ClassRefusal, edo.ClassRevocation:
		default:
			return false
		}
	}
	return len(m.Forwards) == 0
}

// outgoingType is the contract's name of a document's type.
func outgoingType(d edo.OutgoingDocument) string {
	if d.Type == "" {
		return untyped
	}
	return d.Type
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

// readSent reads the success of a call.
func (s *session) readSent(n *soap.Node, op string, m edo.Message) (edo.Sent, error) {
	if op == signDocument || op == rejectSign {
		if !n.Nil() {
			return edo.Sent{}, &misfit{"the answer holds something where the contract has nothing"}
		}
		return edo.Sent{}, nil
	}
	answer, err := s.readSentMessage(n)
	if err != nil {
		return edo.Sent{}, err
	}
	return s.sentOf(m, answer)
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
	sent := edo.Sent{Message: edo.MessageID(canonicalID(a.message)), OperatorTime: a.sent, Documents: map[edo.DocumentID]edo.RemoteID{}}
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
		sent.Documents[d.ID] = edo.RemoteID(canonicalID(service))
	}
	return sent, nil
}
