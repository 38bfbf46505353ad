package acceptance

import (
	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

// theClientSendsReadsAndSignsBack: one round trip client, company, client, company through the operator.
func (around Around) theClientSendsReadsAndSignsBack(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})

	request := client.send(client.letter("request", company))
	if request.Documents[0].Stamp != edo.StampReady {
		t.Errorf("the client's request has no stamped version: %+v", request.Documents[0])
	}
	in := company.got("письмо.pdf")
	if !in.Sound() || in.Digest != request.Documents[0].Digest || in.Responsible != admin || in.Why.RU == "" {
		t.Errorf("came in as %+v", in)
	}
	if n := len(in.Signatures); n != 1 || in.Signatures[0].CMS != request.Documents[0].Signature {
		t.Errorf("%d signatures: %+v", n, in.Signatures)
	}
	client.inState("request", edo.StateDelivered) // our receipt went back by itself

	company.send(company.letter("reply", client, func(p *edo.Package) {
		p.InReplyTo, p.Documents[0].NeedSign, p.Documents[0].Name = in.Key.Remote, true, "ответ.pdf"
	}))
	answer := client.got("ответ.pdf")
	client.answer(edo.AnswerSign, answer.Key.Remote, "")
	company.inState("reply", edo.StateSigned)
}
