package storetest

import "github.com/edokit/edokit/conformance"

// handoverCases are about the way into an archive, and the health of a store.
func (h Harness) handoverCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "batch-holds-what-rests", Group: "handover", Says: "a batch holds what is at rest, once", Clauses: []string{"handover.Store.OpenHandover", "M10"},
			Sends:   "a batch of an empty store; then six packages (two at rest, one made too late, one of another subscriber, one on its way, one with a job) and an inbound document; a batch of our subscriber of two items at most, a second one in the same folder, one of all; the lists of what is not archived",
			Expects: "NotFound and no row for the empty one; our two packages at rest, then the other subscriber's and the inbound document; Conflict in the folder of an open batch; the lists say of each whether it is busy and in which batch it is; FilterMalformed without a kind",
			Run:     h.bind(batchHoldsWhatRests),
		},
		{
			ID: "receipt-of-a-batch", Group: "handover", Says: "a receipt is of an exported batch and its bytes", Clauses: []string{"handover.Shelves.AcknowledgeHandover", "M10"},
			Sends:   "a receipt before the export; an export with two contents, then one more content and a second end; receipts without a reference, of other bytes, with a line break; the right one twice, another one; the batch given up; then its package changes, a second batch is given up twice and a third one exported",
			Expects: "HandoverEnded, TextMalformed, HandoverDiffers and Invalid for the wrong ones; counts, bytes, manifest, reference, time and archivist are kept, the same after both receipts; nothing is pending until the package changes; the list has the newest first; NotFound for an unknown batch",
			Run:     h.bind(receiptOfABatch),
		},
		{
			ID: "owners-of-a-content", Group: "handover", Says: "a content is owned by all that refer to it", Clauses: []string{"handover.Store.Owners", "M10"},
			Sends:   "one content as document, signature, version, file to be signed, inbound document and inbound signature, and a package without it; Owners while one has a job and one a task, then after a batch was acknowledged in which one item lacks the content",
			Expects: "six owners with revision, kind, state and time, two of them busy; then archived are all that were handed over with it, not the one that lacked it and not the one with the open task",
			Run:     h.bind(ownersOfAContent),
		},
		{
			ID: "deletion-is-a-row", Group: "handover", Says: "a deletion is a row, written with its owners in sight", Clauses: []string{"handover.Store.Condemn", "M10"},
			Sends:   "Deletable before and after the receipt; Condemn without leave, with it, and again; EndDeletion twice, UndoDeletion twice, Condemn again; the content comes back with a later package and batch; Condemn of a content of no batch",
			Expects: "deletable after the receipt only; leave is asked with the owners in sight, without it there is no row, with it one; it is unfinished until its end and gone after the undoing; NotFound for the second end and undoing; the later row names the later batch and receipt; Conflict for the content of no batch",
			Run:     h.bind(deletionIsARow),
		},
		{
			ID: "references-of-every-row", Group: "handover", Says: "every row that names a content is a reference", Clauses: []string{"handover.Store.References", "M10"},
			Sends:   "a package with document, signature and version, one without content, a task, an inbound document with two signatures of which one has no content, an exchange with a content on either side and a secret, one without an answer; References, then with a reader that returns an error",
			Expects: "eight references with what they are, digest, size and time, each saying where; the reader gets its error",
			Run:     h.bind(referencesOfEveryRow),
		},
		{
			ID: "workload", Group: "handover", Says: "what is to be done is counted", Clauses: []string{"directory.Examiner.Workload", "B7"},
			Why:     "whoever watches the machine sees by this, and by nothing else, that letters lie there",
			Sends:   "Workload of an empty store; then of four jobs: one held whose package has come into doubt, one done, one due now, one due in a minute",
			Expects: "nothing late; then one due, one held, one later, the oldest due at noon, one package in doubt that needs a decision and two accepted; asked an hour later, an hour late",
			Run:     h.bind(workload),
		},
		{
			ID: "writable", Group: "handover", Says: "a store can be asked for one write", Clauses: []string{"directory.Examiner.Writable", "B7"},
			Why:     "a full disk is found out before a clerk sends, not by him",
			Sends:   "Writable of an open store, and of the same after Close",
			Expects: "no error; StoreClosed",
			Run:     h.bind(writable),
		},
		{
			ID: "settings", Group: "handover", Says: "the settings of an open store are safe", Clauses: []string{"directory.Examiner.Settings", "B7"},
			Why:     "with other settings a power cut takes letters that were called accepted",
			Sends:   "Settings of an opened store",
			Expects: "at least one; each has a name, a value and a wanted value, and is safe",
			Run:     h.bind(settings),
		},
	}
}

// concurrentCases are about stores and processes on the same data.
func (h Harness) concurrentCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "two-stores-claim-each-job-once", Group: "several at once", Says: "two stores claim each job once", Clauses: []string{"gateway.Outbox.Claim"},
			Sends:   "400 jobs; two stores on the same data, in each of which four at once claim and do what is due",
			Expects: "each job was done once and has one attempt, with the result done",
			Run:     h.bind(twoStoresClaimEachJobOnce),
		},
		{
			ID: "two-processes-claim-each-job-once", Group: "several at once", Says: "two processes claim each job once", Clauses: []string{"gateway.Outbox.Claim"},
			Sends:   "400 jobs; two processes on the same data, in each of which four at once claim and do what is due",
			Expects: "each job was done once and has one attempt, with the result done",
			Run:     h.bind(twoProcessesClaimEachJobOnce),
		},
		{
			ID: "killed-process-loses-nothing-acknowledged", Group: "several at once", Says: "a killed process loses nothing that was acknowledged", Clauses: []string{"gateway.Outbox.Accept", "V19"},
			Why:     "what was called written is what the proof of a sending rests on",
			Sends:   "another process writes exchanges, eight at once, and prints the id of each that is finished; after 300 it is killed; this process begins one more",
			Expects: "every printed exchange is there and finished; the new one can be begun, and the newest row of the log is unfinished",
			Run:     h.bind(killedProcessLosesNothingAcknowledged),
		},
		{
			ID: "processes-migrate-at-once", Group: "several at once", Says: "processes migrate at once", Clauses: []string{"directory.MigrationNeeded"},
			Why:     "two servers that are updated at the same time would both stand still",
			Sends:   "three other processes, and three at once in this one, migrate the same empty place",
			Expects: "none of them fails, and the store can be opened",
			Run:     h.bind(processesMigrateAtOnce),
		},
		{
			ID: "events-appear-in-order", Group: "several at once", Says: "an event never appears before a place that was read", Clauses: []string{"gateway.Outbox.Events", "S7"},
			Why:     "a consumer that has read on would never hear of the event behind it",
			Sends:   "two stores on the same data accept 60 packages each, four at once, with an event each; meanwhile the events after the last place that was read are read again and again, by one store and the other",
			Expects: "places only grow, and all 120 events were read",
			Run:     h.bind(eventsAppearInOrder),
		},
	}
}
