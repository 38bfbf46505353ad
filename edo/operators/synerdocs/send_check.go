package synerdocs

import (
	"fmt"

	"github.com/edokit/edokit/edo"
)

// checkMessage refuses what the operator could not but refuse, and what says two things at once, before a byte leaves.
func (s *session) checkMessage(op string, m edo.Message) error {
	var faults edo.Faults
	if _, err := s.ownBox(); err != nil {
		faults = append(faults, err)
	}
	if m.Package == "" {
		faults = append(faults, invalid("message.package", "is empty", "name the package"))
	}
	faults = append(faults, checkFlow(op, m)...)
	switch op {
	case rejectSign, signDocument:
		faults = append(faults, s.checkAnswers(op, m)...)
	default:
		faults = append(faults, s.checkRecipients(op, m)...)
		faults = append(faults, s.checkParts(op, m)...)
	}
	return faults.Err()
}

// checkFlow compares the flow that the message states with the one that its parts have.
func checkFlow(op string, m edo.Message) edo.Faults {
	fits := map[string][]edo.Flow{
		sendSigned: {edo.FlowSigned}, sendUnsigned: {edo.FlowUnsigned}, sendForward: {edo.FlowForward}, sendInternal: {edo.FlowInternal},
	}[op]
	for _, c := range m.Signs {
		fits = append(fits, c.Flow)
	}
	for _, r := range m.Refusals {
		fits = append(fits, r.Flow)
	}
	for _, f := range fits {
		if m.Flow != "" && m.Flow != f && !(signedFlow(m.Flow) && signedFlow(f)) {
			return edo.Faults{contradiction("message.flow", fmt.Sprintf("is %q, but a part of the message is of another", m.Flow))}
		}
	}
	return nil
}

func contradiction(field, message string) error {
	return invalid(field, message, "send what belongs to different flows in messages of their own")
}

// checkAnswers: the calls of the unsigned flows take one signature or one refusal, and nothing else.
func (s *session) checkAnswers(op string, m edo.Message) edo.Faults {
	var faults edo.Faults
	if len(m.Signs)+len(m.Refusals) != 1 || len(m.Documents)+len(m.Forwards) > 0 {
		faults = append(faults, contradiction("message", "holds more than one answer, or an answer and something else"))
	}
	for i, c := range m.Signs {
		faults = append(faults, checkSign(i, c)...)
		if op == signDocument && signedFlow(c.Flow) {
			faults = append(faults, contradiction(fmt.Sprintf("message.signs[%d].flow", i), "is another than that of the first"))
		}
	}
	for i, r := range m.Refusals {
		field := fmt.Sprintf("message.refusals[%d]", i)
		switch {
		case r.Document == "":
			faults = append(faults, invalid(field+".document", "is empty", "name the document at the operator"))
		case signedFlow(r.Flow) || flowTypes()[r.Flow] == "":
			faults = append(faults, invalid(field+".flow", "is not unsigned, forward or internal", "a document of the signed flow is refused by a signed service document"))
		case r.Text == "":
			faults = append(faults, &edo.Error{Kind: edo.Invalid, Reason: edo.TextMissing, Op: Name, Field: field + ".text", Message: "is empty", Remedy: "say why: the other side reads it"})
		}
	}
	return faults
}

func checkSign(i int, c edo.Countersign) edo.Faults {
	field := fmt.Sprintf("message.signs[%d]", i)
	switch {
	case c.Document == "":
		return edo.Faults{invalid(field+".document", "is empty", "name the document at the operator")}
	case len(c.Signature) == 0:
		return edo.Faults{invalid(field+".signature", "is missing", "sign the document")}
	case c.Flow != "" && flowTypes()[c.Flow] == "":
		return edo.Faults{&edo.Error{Kind: edo.Invalid, Reason: edo.FlowUnknown, Op: Name, Field: field + ".flow", Message: "is unknown", Remedy: "use signed, unsigned, forward or internal"}}
	}
	return nil
}

// flowTypes are the contract's names of the flows (contract 5.1, FlowType).
func flowTypes() map[edo.Flow]string {
	return map[edo.Flow]string{edo.FlowSigned: "SentSigned", edo.FlowUnsigned: "SentUnsigned", edo.FlowForward: "SentForward", edo.FlowInternal: "SentInternal"}
}

func (s *session) checkRecipients(op string, m edo.Message) edo.Faults {
	var faults edo.Faults
	if len(m.To) == 0 {
		faults = append(faults, invalid("message.to", "is empty", "name at least one recipient"))
	}
	if op == sendUnsigned && len(m.To) > 1 {
		faults = append(faults, invalid("message.to", "has several recipients", "unsigned documents go to one recipient in a message"))
	}
	for i, a := range m.To {
		field := fmt.Sprintf("message.to[%d].box", i)
		own := sameBox(a.Box, s.box)
		switch {
		case a.Box == "":
			faults = append(faults, invalid(field, "is empty", "look the counterparty up first"))
		case repeated(m.To[:i], a):
			faults = append(faults, invalid(field, "repeats a recipient", "name every recipient once"))
		case op == sendInternal && !own:
			faults = append(faults, contradiction(field, "is another organisation's, but the flow is internal"))
		case op != sendInternal && own:
			faults = append(faults, &edo.Error{
				Kind: edo.Invalid, Reason: edo.SendToSelf, Op: Name, Field: field, Message: "is our own box", Remedy: "send it to a department by the internal flow",
			})
		}
	}
	return faults
}

func repeated(before []edo.Address, a edo.Address) bool {
	for _, b := range before {
		if sameParty(a, b) {
			return true
		}
	}
	return false
}

func (s *session) checkParts(op string, m edo.Message) edo.Faults {
	var faults edo.Faults
	switch {
	case len(m.Documents)+len(m.Signs)+len(m.Forwards) == 0:
		faults = append(faults, invalid("message.documents", "is empty", "add at least one document"))
	case len(m.Signs) > 0 && len(m.Documents)+len(m.Forwards) > 0:
		faults = append(faults, contradiction("message.signs", "are for documents at the operator, but the message has documents of its own"))
	case op == sendForward && len(m.Forwards) == 0:
		faults = append(faults, invalid("message.forwards", "is empty", "name the documents to forward"))
	}
	for i, c := range m.Signs {
		faults = append(faults, checkSign(i, c)...)
		if !signedFlow(c.Flow) {
			faults = append(faults, contradiction(fmt.Sprintf("message.signs[%d].flow", i), "is another than that of the first"))
		}
	}
	for i, f := range m.Forwards {
		if f.Document == "" {
			faults = append(faults, invalid(fmt.Sprintf("message.forwards[%d].document", i), "is empty", "name the document at the operator"))
		}
	}
	for i, d := range m.Documents {
		faults = append(faults, s.checkDocument(fmt.Sprintf("message.documents[%d]", i), op, m.Package, d)...)
	}
	return faults
}

func (s *session) checkDocument(field, op string, p edo.PackageID, d edo.OutgoingDocument) edo.Faults {
	var faults edo.Faults
	typ := outgoingType(d)
	switch {
	case !s.types.sendable(typ):
		faults = append(faults, invalid(field+".type", "is no type that an organisation can send", "use a name of the operator's contract, or none for an untyped document"))
	case s.types.class(typ) != edo.ClassMain && d.Parent == "":
		faults = append(faults, invalid(field+".parent", "is empty", "name the document that it answers"))
	}
	switch {
	case len(d.Signature) == 0 && (op == sendSigned || op == sendForward):
		faults = append(faults, invalid(field+".signature", "is missing", "sign the document"))
	case len(d.Signature) > 0 && op == sendUnsigned:
		faults = append(faults, contradiction(field+".signature", "is there, but the flow is unsigned"))
	}
	if custom := s.mark(p, d.ID).String(); len(custom) > customMax {
		faults = append(faults, invalid(field+".id", "makes the integration field too long", fmt.Sprintf("keep ids under %d bytes", edo.MaxID+1)))
	}
	return faults
}
