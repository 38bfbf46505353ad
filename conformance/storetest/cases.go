package storetest

import (
	"slices"

	"github.com/edokit/edokit/conformance"
)

// Suite is what every store does, for this one.
func (h Harness) Suite() conformance.Suite {
	return conformance.Suite{
		Name: h.Name, Says: "a store: what the gateway, the directory and the vault rely on", Why: why(),
		Cases: slices.Concat(
			h.packageCases(), h.answerCases(), h.inboundCases(), h.taskCases(), h.counterpartyCases(), h.routingCases(),
			h.logCases(), h.bookCases(), h.handoverCases(), h.concurrentCases(),
		),
	}
}

// why says of each group what goes wrong without it.
func why() map[string]string {
	return map[string]string{
		"packages":        "a package that is written in part, twice or by two workers is a letter that the addressee gets twice or never, and nobody can say which",
		"answers":         "an answer that is lost, doubled or taken back shows the clerk a document as signed that is refused, or the other way round",
		"inbound":         "a document that came in and is not kept, or forgets what was decided about it, lets a term pass of which nobody knew",
		"signature tasks": "a person signs once, with a key that is not here: a task that comes back or is lost sends unsigned letters or asks him again",
		"counterparties":  "a counterparty that is invited twice, reached against a decision or not found keeps letters from leaving, or sends them where they must not go",
		"routing":         "a document that comes in goes to one person; with a wrong rule it lies before somebody who is away",
		"log":             "the log is the evidence of what was sent and answered: a row that is missing, cut or rewritten unseen is worth nothing in a dispute",
		"book":            "the book says who may act for an organisation, and with which secrets: a mistake here signs in its name",
		"handover":        "once the archive has receipted a document it may be deleted here: what was not handed over whole would be gone",
		"several at once": "two programs may work on one store: a job that both get is a letter that is sent twice",
	}
}

// bind makes a case of a function that needs the store.
func (h Harness) bind(run func(t conformance.T, h Harness)) func(t conformance.T) {
	return func(t conformance.T) { run(t, h) }
}
