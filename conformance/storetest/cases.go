package storetest

import "github.com/edokit/edokit/conformance"

// Suite is what every store does, for this one.
func (h Harness) Suite() conformance.Suite {
	return conformance.Suite{Name: h.Name, Says: "a store: what the gateway, the directory and the vault rely on", Cases: h.cases()}
}

// bind makes a case of a function that needs the store.
func (h Harness) bind(run func(t conformance.T, h Harness)) func(t conformance.T) {
	return func(t conformance.T) { run(t, h) }
}

func (h Harness) cases() []conformance.Case {
	return []conformance.Case{
		{ID: "accept-keeps-everything", Group: "packages", Says: "a package is stored with all its fields", Clauses: []string{"gateway.Outbox.Accept", "B3", "S8"}, Run: h.bind(acceptKeepsEverything)},
		{ID: "accept-twice-writes-nothing", Group: "packages", Says: "a package that is accepted twice is written once", Clauses: []string{"gateway.Outbox.Accept", "V19"}, Run: h.bind(acceptTwiceWritesNothing)},
		{ID: "accept-held", Group: "packages", Says: "a job may be held from the start", Clauses: []string{"gateway.Outbox.Accept", "V3"}, Run: h.bind(acceptHeld)},
		{ID: "settle", Group: "packages", Says: "one step of work is written whole", Clauses: []string{"gateway.Outbox.Settle", "V13"}, Run: h.bind(settle)},
		{ID: "versions-and-jobs-are-made-once", Group: "packages", Says: "versions and jobs are made once", Clauses: []string{"gateway.Outbox.Settle", "V12"}, Run: h.bind(versionsAndJobsAreMadeOnce)},
		{ID: "order-of-claims", Group: "packages", Says: "the most overdue job is claimed first", Clauses: []string{"gateway.Outbox.Claim"}, Run: h.bind(orderOfClaims)},
		{ID: "next-due", Group: "packages", Says: "the next due time counts leases", Clauses: []string{"gateway.Outbox.NextDue"}, Run: h.bind(nextDue)},
		{ID: "stale-worker-cannot-write", Group: "packages", Says: "a stale worker cannot write", Clauses: []string{"gateway.Outbox.Settle", "V12"}, Run: h.bind(staleWorkerCannotWrite)},
		{ID: "renew-keeps-the-job", Group: "packages", Says: "a renewed lease keeps the job", Clauses: []string{"gateway.Outbox.Renew"}, Run: h.bind(renewKeepsTheJob)},
		{ID: "interrupted-attempt-stays-open", Group: "packages", Says: "an interrupted attempt stays open", Clauses: []string{"gateway.Outbox.Claim", "B3"}, Run: h.bind(interruptedAttemptStaysOpen)},
		{ID: "acknowledge-never-moves-back", Group: "packages", Says: "an acknowledgement never moves back", Clauses: []string{"gateway.Outbox.Acknowledge", "S7"}, Run: h.bind(acknowledgeNeverMovesBack)},
		{ID: "operation-filter", Group: "packages", Says: "packages are filtered", Clauses: []string{"B3"}, Run: h.bind(operationFilter)},

		{ID: "accepted-once-with-its-send-job", Group: "answers", Says: "an answer is accepted once with its send job", Clauses: []string{"gateway.Outbox.Settle", "V16"}, Run: h.bind(acceptedOnceWithItsSendJob)},
		{ID: "answer-is-drafted-then-signed", Group: "answers", Says: "an answer is drafted, then signed, and its signature stays", Clauses: []string{"V16"}, Run: h.bind(answerIsDraftedThenSigned)},
		{ID: "state-of-a-document", Group: "answers", Says: "the state of a document never goes back", Clauses: []string{"edo.Change.Documents", "V21"}, Run: h.bind(stateOfADocument)},
		{ID: "events-of-every-kind", Group: "answers", Says: "events of every kind are kept whole", Clauses: []string{"gateway.Outbox.Events", "S14", "S8"}, Run: h.bind(eventsOfEveryKind)},
		{ID: "foreign-event", Group: "answers", Says: "an event of another subscriber is refused", Clauses: []string{"gateway.Outbox.Settle"}, Run: h.bind(foreignEvent)},
		{ID: "wake", Group: "answers", Says: "waking a job never makes it later", Clauses: []string{"edo.Change.Jobs"}, Run: h.bind(wake)},
		{ID: "job-wakes-itself", Group: "answers", Says: "a job wakes itself", Clauses: []string{"edo.Change.Jobs"}, Run: h.bind(jobWakesItself)},
		{ID: "untried", Group: "answers", Says: "a claim that could do nothing is no try", Clauses: []string{"edo.Change.Untried"}, Run: h.bind(untried)},
		{ID: "unfinished", Group: "answers", Says: "unfinished work is listed", Clauses: []string{"gateway.Records.Jobs"}, Run: h.bind(unfinished)},
		{ID: "seize", Group: "answers", Says: "a person takes a job over", Clauses: []string{"gateway.Desk.Seize"}, Run: h.bind(seize)},
		{ID: "attempts-of-a-box", Group: "answers", Says: "of work on a box the latest hundred attempts are kept", Clauses: []string{"gateway.Records.Attempts", "B3"}, Run: h.bind(attemptsOfABox)},

		{ID: "take-keeps-everything", Group: "inbound", Says: "what came in is stored with all its fields", Clauses: []string{"edo.Change.Taken", "S4"}, Run: h.bind(takeKeepsEverything)},
		{ID: "signatures-without-id", Group: "inbound", Says: "signatures without an id are told apart", Clauses: []string{"edo.Change.Taken", "S4"}, Run: h.bind(signaturesWithoutID)},
		{ID: "taken-again", Group: "inbound", Says: "a document taken again keeps what was decided", Clauses: []string{"edo.Change.Taken", "S4"}, Run: h.bind(takenAgain)},
		{ID: "message-never-goes-back", Group: "inbound", Says: "a message never goes back", Clauses: []string{"edo.Change.Taken", "S4"}, Run: h.bind(messageNeverGoesBack)},
		{ID: "unlisted", Group: "inbound", Says: "messages that are not listed yet are found in order", Clauses: []string{"gateway.Inbox.Unlisted", "S4"}, Run: h.bind(unlisted)},
		{ID: "cursor", Group: "inbound", Says: "the slow check moves its own mark only", Clauses: []string{"gateway.Inbox.Cursor", "S4"}, Run: h.bind(cursor)},
		{ID: "fates", Group: "inbound", Says: "a fate only moves on", Clauses: []string{"V16", "V21"}, Run: h.bind(fates)},
		{ID: "earliest-reply-stays", Group: "inbound", Says: "the earliest reply stays", Clauses: []string{"V9"}, Run: h.bind(earliestReplyStays)},
		{ID: "update", Group: "inbound", Says: "a document is updated at its revision only", Clauses: []string{"gateway.Inbox.Update"}, Run: h.bind(update)},
		{ID: "inbound-filter", Group: "inbound", Says: "what came in is filtered", Clauses: []string{"gateway.Inbox.InboundDocuments", "S6"}, Run: h.bind(inboundFilter)},
		{ID: "sent-as-and-replies", Group: "inbound", Says: "our own documents and replies are found", Clauses: []string{"gateway.Inbox.SentAs", "V16"}, Run: h.bind(sentAsAndReplies)},

		{ID: "tasks", Group: "signature tasks", Says: "a signature task that has ended stays", Clauses: []string{"gateway.Tasks.EndTask", "M4"}, Run: h.bind(tasks)},
		{ID: "task-ends-while-the-package-is-worked-on", Group: "signature tasks", Says: "a task ends while its package is worked on", Clauses: []string{"gateway.Tasks.EndTask", "M4"}, Run: h.bind(taskEndsWhileThePackageIsWorkedOn)},
		{ID: "refused-task-signs-nothing", Group: "signature tasks", Says: "a refused task signs nothing", Clauses: []string{"gateway.Tasks.EndTask", "M4"}, Run: h.bind(refusedTaskSignsNothing)},
		{ID: "lists-of-tasks", Group: "signature tasks", Says: "tasks are listed by their deadline", Clauses: []string{"gateway.Tasks.Waiting", "M4"}, Run: h.bind(listsOfTasks)},

		{ID: "reach", Group: "counterparties", Says: "a counterparty is revised at its revision only", Clauses: []string{"gateway.Reach.Revise", "V2"}, Run: h.bind(reach)},
		{ID: "settle-keeps-what-a-person-decided", Group: "counterparties", Says: "a step keeps what a person decided meanwhile", Clauses: []string{"gateway.Reach.Revise", "V2"}, Run: h.bind(settleKeepsWhatAPersonDecided)},
		{ID: "ensure-from-two-stores", Group: "counterparties", Says: "a counterparty is made once by two stores", Clauses: []string{"gateway.Reach.Ensure", "V2"}, Run: h.bind(ensureFromTwoStores)},
		{ID: "counterparty-book", Group: "counterparties", Says: "counterparties are found by name, INN and state, page by page", Clauses: []string{"directory.Book", "S2"}, Run: h.bind(counterpartyBook)},
		{ID: "awaited-by", Group: "counterparties", Says: "packages that wait for a counterparty are found by branch", Clauses: []string{"gateway.Reach.AwaitedBy", "V2"}, Run: h.bind(awaitedBy)},

		{ID: "rules", Group: "routing", Says: "there is one rule for each scope", Clauses: []string{"directory.Book", "V5"}, Run: h.bind(rules)},
		{ID: "absences", Group: "routing", Says: "absences begin at a moment and end before another", Clauses: []string{"gateway.Routing.Absences", "V5"}, Run: h.bind(absences)},
		{ID: "enrolled", Group: "routing", Says: "a subscriber keeps the box that it has", Clauses: []string{"gateway.Enrolments.Enrolled"}, Run: h.bind(enrolled)},
		{ID: "usage", Group: "routing", Says: "usage counts what the operator accepted", Clauses: []string{"V18"}, Run: h.bind(usage)},

		{ID: "log-keeps-everything", Group: "log", Says: "an exchange is kept whole, its answer once", Clauses: []string{"edo.Journal.Begin", "B4"}, Run: h.bind(logKeepsEverything)},
		{ID: "empty-exchange", Group: "log", Says: "an empty exchange is kept", Clauses: []string{"edo.Journal.Begin", "B4"}, Run: h.bind(emptyExchange)},
		{ID: "odd-text", Group: "log", Says: "odd text keeps no row from being written", Clauses: []string{"edo.Journal.Begin", "B4"}, Run: h.bind(oddText)},
		{ID: "content-of-answers-goes-to-the-archive", Group: "log", Says: "content of answers goes to the archive", Clauses: []string{"edo.Exchange.Blob", "B4"}, Run: h.bind(contentOfAnswersGoesToTheArchive)},
		{ID: "log-filter", Group: "log", Says: "the log is filtered and paged", Clauses: []string{"directory.Ledger", "B3"}, Run: h.bind(logFilter)},
		{ID: "log-knows-who-asked", Group: "log", Says: "a row of the log knows who asked and for whom", Clauses: []string{"edo.Journal.Begin", "B4"}, Run: h.bind(logKnowsWhoAsked)},
		{ID: "chain", Group: "log", Says: "every half of an exchange is a link of its subscriber's chain", Clauses: []string{"directory.Ledger", "V10"}, Run: h.bind(chain)},
		{ID: "chain-of-many", Group: "log", Says: "halves of many at once leave no gap", Clauses: []string{"directory.Ledger", "V10"}, Run: h.bind(chainOfMany)},
		{ID: "chain-of-two-stores", Group: "log", Says: "halves of two stores at once leave no gap", Clauses: []string{"directory.Ledger", "V10"}, Run: h.bind(chainOfTwoStores)},
		{ID: "verify-part", Group: "log", Says: "a part of the chain is verified from the link before it", Clauses: []string{"directory.Ledger", "V10"}, Run: h.bind(verifyPart)},
		{ID: "checkpoints", Group: "log", Says: "a checkpoint shows a chain that is another or too short", Clauses: []string{"directory.Ledger", "V10"}, Run: h.bind(checkpoints)},

		{ID: "book-keeps-everything", Group: "book", Says: "the book keeps everything", Clauses: []string{"directory.Book", "B1"}, Run: h.bind(bookKeepsEverything)},
		{ID: "book-refuses", Group: "book", Says: "the book refuses what is wrong", Clauses: []string{"directory.Book", "B7"}, Run: h.bind(bookRefuses)},
		{ID: "access", Group: "book", Says: "nobody is allowed what nobody allowed, and a refusal is a row", Clauses: []string{"gateway.Access.Allowed", "B2"}, Run: h.bind(access)},
		{ID: "refusals", Group: "book", Says: "refusals are listed by subscriber", Clauses: []string{"directory.Book", "B2"}, Run: h.bind(refusals)},
		{ID: "who-may", Group: "book", Says: "who may is asked of own rights and of substitutions", Clauses: []string{"gateway.Access.Allowed", "B2"}, Run: h.bind(whoMay)},
		{ID: "readings", Group: "book", Says: "a reading is a row before it is allowed", Clauses: []string{"gateway.Readings.Reading", "B2"}, Run: h.bind(readings)},
		{ID: "changes-hold-at-once", Group: "book", Says: "changes of the allow-list hold at once in another process", Clauses: []string{"gateway.Access.Allowed", "B2"}, Run: h.bind(changesHoldAtOnce)},
		{ID: "seals-of-an-epoch", Group: "book", Says: "a seal of another epoch is not taken in", Clauses: []string{"secret.Blobs.PutSealed", "B1"}, Run: h.bind(sealsOfAnEpoch)},
		{ID: "succession", Group: "book", Says: "a next secret takes the place of the present one once", Clauses: []string{"secret.Blobs.Succeed", "B1"}, Run: h.bind(succession)},
		{ID: "logins-of-an-address", Group: "book", Says: "a credential is forgotten with the address it was for", Clauses: []string{"directory.Book", "B1"}, Run: h.bind(loginsOfAnAddress)},
		{ID: "times-keep-microseconds", Group: "book", Says: "times keep microseconds and sort", Clauses: []string{"directory.Book"}, Run: h.bind(timesKeepMicroseconds)},

		{ID: "batch-holds-what-rests", Group: "handover", Says: "a batch holds what is at rest, once", Clauses: []string{"handover.Store.OpenHandover", "M10"}, Run: h.bind(batchHoldsWhatRests)},
		{ID: "receipt-of-a-batch", Group: "handover", Says: "a receipt is of an exported batch and its bytes", Clauses: []string{"handover.Shelves.AcknowledgeHandover", "M10"}, Run: h.bind(receiptOfABatch)},
		{ID: "owners-of-a-content", Group: "handover", Says: "a content is owned by all that refer to it", Clauses: []string{"handover.Store.Owners", "M10"}, Run: h.bind(ownersOfAContent)},
		{ID: "deletion-is-a-row", Group: "handover", Says: "a deletion is a row, written with its owners in sight", Clauses: []string{"handover.Store.Condemn", "M10"}, Run: h.bind(deletionIsARow)},
		{ID: "references-of-every-row", Group: "handover", Says: "every row that names a content is a reference", Clauses: []string{"handover.Store.References", "M10"}, Run: h.bind(referencesOfEveryRow)},
		{ID: "workload", Group: "handover", Says: "what is to be done is counted", Clauses: []string{"directory.Examiner.Workload", "B7"}, Run: h.bind(workload)},
		{ID: "writable", Group: "handover", Says: "a store can be asked for one write", Clauses: []string{"directory.Examiner.Writable", "B7"}, Run: h.bind(writable)},
		{ID: "settings", Group: "handover", Says: "the settings of an open store are safe", Clauses: []string{"directory.Examiner.Settings", "B7"}, Run: h.bind(settings)},

		{ID: "two-stores-claim-each-job-once", Group: "several at once", Says: "two stores claim each job once", Clauses: []string{"gateway.Outbox.Claim"}, Run: h.bind(twoStoresClaimEachJobOnce)},
		{ID: "two-processes-claim-each-job-once", Group: "several at once", Says: "two processes claim each job once", Clauses: []string{"gateway.Outbox.Claim"}, Run: h.bind(twoProcessesClaimEachJobOnce)},
		{ID: "killed-process-loses-nothing-acknowledged", Group: "several at once", Says: "a killed process loses nothing that was acknowledged", Clauses: []string{"gateway.Outbox.Accept", "V19"}, Run: h.bind(killedProcessLosesNothingAcknowledged)},
		{ID: "processes-migrate-at-once", Group: "several at once", Says: "processes migrate at once", Clauses: []string{"directory.MigrationNeeded"}, Run: h.bind(processesMigrateAtOnce)},
		{ID: "events-appear-in-order", Group: "several at once", Says: "an event never appears before a place that was read", Clauses: []string{"gateway.Outbox.Events", "S7"}, Run: h.bind(eventsAppearInOrder)},
	}
}
