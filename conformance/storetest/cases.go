package storetest

import "testing"

// Case is one thing that every store does.
type Case struct {
	Says string
	Run  func(t *testing.T, h Harness)
}

func cases() []Case {
	return []Case{
		{"a package is stored with all its fields", acceptKeepsEverything},
		{"a package that is accepted twice is written once", acceptTwiceWritesNothing},
		{"a job may be held from the start", acceptHeld},
		{"one step of work is written whole", settle},
		{"versions and jobs are made once", versionsAndJobsAreMadeOnce},
		{"the most overdue job is claimed first", orderOfClaims},
		{"the next due time counts leases", nextDue},
		{"a stale worker cannot write", staleWorkerCannotWrite},
		{"a renewed lease keeps the job", renewKeepsTheJob},
		{"an interrupted attempt stays open", interruptedAttemptStaysOpen},
		{"an acknowledgement never moves back", acknowledgeNeverMovesBack},
		{"packages are filtered", operationFilter},

		{"an answer is accepted once with its send job", acceptedOnceWithItsSendJob},
		{"an answer is drafted, then signed, and its signature stays", answerIsDraftedThenSigned},
		{"the state of a document never goes back", stateOfADocument},
		{"events of every kind are kept whole", eventsOfEveryKind},
		{"an event of another subscriber is refused", foreignEvent},
		{"waking a job never makes it later", wake},
		{"a job wakes itself", jobWakesItself},
		{"a claim that could do nothing is no try", untried},
		{"unfinished work is listed", unfinished},
		{"a person takes a job over", seize},
		{"of work on a box the latest hundred attempts are kept", attemptsOfABox},

		{"what came in is stored with all its fields", takeKeepsEverything},
		{"signatures without an id are told apart", signaturesWithoutID},
		{"a document taken again keeps what was decided", takenAgain},
		{"a message never goes back", messageNeverGoesBack},
		{"messages that are not listed yet are found in order", unlisted},
		{"the slow check moves its own mark only", cursor},
		{"a fate only moves on", fates},
		{"the earliest reply stays", earliestReplyStays},
		{"a document is updated at its revision only", update},
		{"what came in is filtered", inboundFilter},
		{"our own documents and replies are found", sentAsAndReplies},

		{"a signature task that has ended stays", tasks},
		{"a task ends while its package is worked on", taskEndsWhileThePackageIsWorkedOn},
		{"a refused task signs nothing", refusedTaskSignsNothing},
		{"tasks are listed by their deadline", listsOfTasks},

		{"a counterparty is revised at its revision only", reach},
		{"a step keeps what a person decided meanwhile", settleKeepsWhatAPersonDecided},
		{"a counterparty is made once by two stores", ensureFromTwoStores},
		{"counterparties are found by name, INN and state, page by page", counterpartyBook},
		{"packages that wait for a counterparty are found by branch", awaitedBy},

		{"there is one rule for each scope", rules},
		{"absences begin at a moment and end before another", absences},
		{"a subscriber keeps the box that it has", enrolled},
		{"usage counts what the operator accepted", usage},

		{"an exchange is kept whole, its answer once", logKeepsEverything},
		{"an empty exchange is kept", emptyExchange},
		{"odd text keeps no row from being written", oddText},
		{"content of answers goes to the archive", contentOfAnswersGoesToTheArchive},
		{"the log is filtered and paged", logFilter},
		{"a row of the log knows who asked and for whom", logKnowsWhoAsked},
		{"every half of an exchange is a link of its subscriber's chain", chain},
		{"halves of many at once leave no gap", chainOfMany},
		{"halves of two stores at once leave no gap", chainOfTwoStores},
		{"a part of the chain is verified from the link before it", verifyPart},
		{"a checkpoint shows a chain that is another or too short", checkpoints},

		{"the book keeps everything", bookKeepsEverything},
		{"the book refuses what is wrong", bookRefuses},
		{"nobody is allowed what nobody allowed, and a refusal is a row", access},
		{"refusals are listed by subscriber", refusals},
		{"who may is asked of own rights and of substitutions", whoMay},
		{"a reading is a row before it is allowed", readings},
		{"changes of the allow-list hold at once in another process", changesHoldAtOnce},
		{"a seal of another epoch is not taken in", sealsOfAnEpoch},
		{"a next secret takes the place of the present one once", succession},
		{"a credential is forgotten with the address it was for", loginsOfAnAddress},
		{"times keep microseconds and sort", timesKeepMicroseconds},

		{"a batch holds what is at rest, once", batchHoldsWhatRests},
		{"a receipt is of an exported batch and its bytes", receiptOfABatch},
		{"a content is owned by all that refer to it", ownersOfAContent},
		{"a deletion is a row, written with its owners in sight", deletionIsARow},
		{"every row that names a content is a reference", referencesOfEveryRow},
		{"what is to be done is counted", workload},
		{"a store can be asked for one write", writable},
		{"the settings of an open store are safe", settings},

		{"two stores claim each job once", twoStoresClaimEachJobOnce},
		{"two processes claim each job once", twoProcessesClaimEachJobOnce},
		{"a killed process loses nothing that was acknowledged", killedProcessLosesNothingAcknowledged},
		{"processes migrate at once", processesMigrateAtOnce},
		{"an event never appears before a place that was read", eventsAppearInOrder},
	}
}
