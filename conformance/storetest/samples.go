package storetest

import (
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// Sample is an operation with every field filled.
func Sample(pack string) edo.Operation {
	document := func(id string) edo.DocumentStatus {
		return edo.DocumentStatus{
			ID: edo.DocumentID(id), Name: id + ".pdf", Kind: "Письмо", Number: "12/к", Comment: "строка 1\nстрока 2", ExternalID: "ext-" + id,
			Digest: edo.Digest{1, byte(len(id))}, Size: 150_000, Type: "UniversalTransfer", Date: noon, Sum: "1250.00", Parent: "r-0", Related: []edo.RemoteID{"r-8", "r-9"},
			NeedSign: true, NeedReceipt: true, Signer: "director", State: edo.StateDelivered, AnswerText: "нет",
			Verdict: edo.VerdictValid, Stamp: edo.StampNone,
		}
	}
	return edo.Operation{
		Key: edo.Key{Subscriber: "ours", Package: edo.PackageID(pack)}, Operator: "synerdocs", Actor: "clerk", Payer: "mother",
		Channel: edo.ChannelEMail, Answer: edo.AnswerRefuse, Text: "неверная сумма", InReplyTo: "r-5", Flow: edo.FlowInternal,
		Consents: []edo.Consent{{ID: "pd", Text: edo.Digest{7}, At: noon, Person: "Иванов"}}, Set: "run-11", Period: "2026-11", Due: noon, Parties: []edo.Address{{Box: "b-1"}, {Box: "b-2"}},
		To:    edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО «Ромашка»", Box: "box-7"},
		State: edo.StateAccepted, CreatedAt: noon, UpdatedAt: noon, Revision: 1,
		Documents: []edo.DocumentStatus{document("b"), document("a")},
	}
}

func accept(t conformance.T, s outbox, op edo.Operation, due time.Time) edo.Operation {
	t.Helper()
	stored, created, err := s.Accept(t.Context(), op, []edo.Job{{Key: op.Key, Kind: edo.JobSend, Due: due}},
		[]edo.Event{{Key: op.Key, Kind: edo.EventStatus, State: op.State, At: op.CreatedAt}})
	if err != nil || !created {
		t.Fatalf("Accept: created %v, %v", created, err)
	}
	return stored
}

func claim(t conformance.T, s outbox, owner string, now time.Time) edo.Job {
	t.Helper()
	j, found, err := s.Claim(t.Context(), owner, now, now.Add(time.Minute))
	if err != nil || !found {
		t.Fatalf("Claim: found %v, %v", found, err)
	}
	return j
}
