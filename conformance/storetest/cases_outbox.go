package storetest

import "github.com/edokit/edokit/conformance"

// packageCases are about what is sent.
func (h Harness) packageCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "accept-keeps-everything", Group: "packages", Says: "a package is stored with all its fields", Clauses: []string{"gateway.Outbox.Accept", "B3", "S8"},
			Sends:   "Accept of a package of two documents with all that is known at that time, with a send job and an event; then Operation by its key, and by the key of another subscriber",
			Expects: "Accept and Operation give every field as it was, the documents in their order; NotFound for the other subscriber",
			Run:     h.bind(acceptKeepsEverything),
		},
		{
			ID: "accept-twice-writes-nothing", Group: "packages", Says: "a package that is accepted twice is written once", Clauses: []string{"gateway.Outbox.Accept", "V19"},
			Sends:   "Accept of a package, then of the same id with another user, without documents, with another job and another event",
			Expects: "the second Accept says that nothing was created and gives the first package; one event, one job to claim",
			Run:     h.bind(acceptTwiceWritesNothing),
		},
		{
			ID: "accept-held", Group: "packages", Says: "a job may be held from the start", Clauses: []string{"gateway.Outbox.Accept", "V3"},
			Sends:   "Accept with a send job that w1 holds for a minute, and the same again; Claim by w2; Renew by w1 for a second more; Claim by w2 after that, Settle by w1",
			Expects: "the job has an id, fence 1 and one try, the second Accept makes none; w2 gets it only after the renewed lease, with fence 2 and two tries; LeaseLost for w1; two attempts are kept, the first of w1",
			Run:     h.bind(acceptHeld),
		},
		{
			ID: "settle", Group: "packages", Says: "one step of work is written whole", Clauses: []string{"gateway.Outbox.Settle", "V13"},
			Sends:   "a claimed send job is settled with address, candidates, state, the operator's times, a signed document, a version of it, an event and a new job for an hour later",
			Expects: "the package has all of it at revision 2, the attempt its result, the event its place and the key of the package; the old job is over, the new one is claimed when it is due and not before",
			Run:     h.bind(settle),
		},
		{
			ID: "versions-and-jobs-are-made-once", Group: "packages", Says: "versions and jobs are made once", Clauses: []string{"gateway.Outbox.Settle", "V12"},
			Sends:   "two steps of one job write the same version of a document with different bytes and order the same stamp job; the stamp job is done and ordered once more",
			Expects: "the first version stays, with its bytes; the stamp job can be claimed once",
			Run:     h.bind(versionsAndJobsAreMadeOnce),
		},
		{
			ID: "order-of-claims", Group: "packages", Says: "the most overdue job is claimed first", Clauses: []string{"gateway.Outbox.Claim"},
			Why:     "under load the oldest letters would wait for ever behind the new ones",
			Sends:   "three jobs, due a minute ago, an hour ago and in a minute; Claim three times",
			Expects: "the job of an hour ago, that of a minute ago, and nothing",
			Run:     h.bind(orderOfClaims),
		},
		{
			ID: "next-due", Group: "packages", Says: "the next due time counts leases", Clauses: []string{"gateway.Outbox.NextDue"},
			Why:     "the engine sleeps until then: a later answer leaves a letter of a worker that died lying there",
			Sends:   "NextDue of an empty store; with a job due at noon; while it is claimed for a minute; two minutes later; with a second job for ten seconds after noon; with the first given back for five seconds after noon",
			Expects: "none; noon; a minute after noon; noon; ten seconds after noon; five seconds after noon",
			Run:     h.bind(nextDue),
		},
		{
			ID: "stale-worker-cannot-write", Group: "packages", Says: "a stale worker cannot write", Clauses: []string{"gateway.Outbox.Settle", "V12"},
			Sends:   "a job is lost in seven ways (claimed after the lease by another worker or by the same, finished, released, another owner, another fence, an id that never was); then Settle with another state, an event and a version, and Renew",
			Expects: "LeaseLost, a Conflict, for both; package and events are as before, and no attempt has the result of the stale worker",
			Run:     h.bind(staleWorkerCannotWrite),
		},
		{
			ID: "renew-keeps-the-job", Group: "packages", Says: "a renewed lease keeps the job", Clauses: []string{"gateway.Outbox.Renew"},
			Why:     "a large letter takes longer than a lease: it would be sent by two at once",
			Sends:   "w1 renews its lease of a minute to an hour; half an hour later w2 asks for a job; w1 settles",
			Expects: "w2 gets nothing, the step of w1 is taken",
			Run:     h.bind(renewKeepsTheJob),
		},
		{
			ID: "interrupted-attempt-stays-open", Group: "packages", Says: "an interrupted attempt stays open", Clauses: []string{"gateway.Outbox.Claim", "B3"},
			Why:     "an auditor has to see that a sending was begun of which nobody knows the end",
			Sends:   "a worker claims a job and is not heard of again; two minutes later another one claims it and gives it back",
			Expects: "the second has try 2 and fence 2; two attempts are kept, the first without end and result, the second with both",
			Run:     h.bind(interruptedAttemptStaysOpen),
		},
		{
			ID: "acknowledge-never-moves-back", Group: "packages", Says: "an acknowledgement never moves back", Clauses: []string{"gateway.Outbox.Acknowledge", "S7"},
			Why:     "a consumer that is moved back hears all again, one that is moved too far misses a refusal",
			Sends:   "eight events, places 1 to 8, and place 9 of another subscriber; Acknowledge of 9, of the largest number and of -1; then of 5, 7, 7, 3 and 0; then without a name of the consumer",
			Expects: "Invalid for the first three; the consumer stands at 7, another one at 0; IDMissing without a name",
			Run:     h.bind(acknowledgeNeverMovesBack),
		},
		{
			ID: "operation-filter", Group: "packages", Says: "packages are filtered", Clauses: []string{"B3"},
			Why:     "what a list leaves out, a clerk takes for never sent",
			Sends:   "four packages a minute apart, one of them sent, one of another subscriber; Operations of all, of a subscriber, of states, of a period, of one row and of a name with SQL in it; then with a limit of 1001",
			Expects: "exactly the packages that fit, each with its two documents, newest first, the end of the period not among them; none for the SQL; Invalid for 1001",
			Run:     h.bind(operationFilter),
		},
	}
}

// answerCases are about answers, events and the work behind them.
func (h Harness) answerCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "accepted-once-with-its-send-job", Group: "answers", Says: "an answer is accepted once with its send job", Clauses: []string{"gateway.Outbox.Settle", "V16"},
			Sends:   "a step of another job accepts an answer to a document, with an event; its send job is claimed and done; a second step accepts the same answer with another text",
			Expects: "the answer is stored as it was given and its send job is due; the second time its text stays and no job comes",
			Run:     h.bind(acceptedOnceWithItsSendJob),
		},
		{
			ID: "answer-is-drafted-then-signed", Group: "answers", Says: "an answer is drafted, then signed, and its signature stays", Clauses: []string{"V16"},
			Sends:   "three steps of one job: a document is drafted, then signed, then written by somebody who read it before it was signed; then a document that the package does not have",
			Expects: "digest, name, size, type, signature and signer are those that were signed, and the operator's id of the late step is there; flow, payer and parties of the draft are kept; NotFound for the other document",
			Run:     h.bind(answerIsDraftedThenSigned),
		},
		{
			ID: "state-of-a-document", Group: "answers", Says: "the state of a document never goes back", Clauses: []string{"edo.Change.Documents", "V21"},
			Sends:   "seven steps: a row of a job says sent; the operator says refused; rows say sent and nothing; the operator says signed, then revoked; a row says signed; then the operator's word about a document that is not there",
			Expects: "after each: sent, refused, refused, refused, signed, revoked, revoked; the text is always the operator's last; NotFound for the other document",
			Run:     h.bind(stateOfADocument),
		},
		{
			ID: "events-of-every-kind", Group: "answers", Says: "events of every kind are kept whole", Clauses: []string{"gateway.Outbox.Events", "S14", "S8"},
			Sends:   "one step with three events: of an inbound document, of a signature task, and of a counterparty under another key with revision 7",
			Expects: "Events after place 1 gives the three with all that was in them; the first two have the key of the job's package and revision 2, the third its own key and revision",
			Run:     h.bind(eventsOfEveryKind),
		},
		{
			ID: "foreign-event", Group: "answers", Says: "an event of another subscriber is refused", Clauses: []string{"gateway.Outbox.Settle"},
			Why:     "events stay in order because the writers of one subscriber wait for each other; one from outside could appear behind what was read",
			Sends:   "a job of one subscriber is settled with an event of another",
			Expects: "an error, and no event for the other",
			Run:     h.bind(foreignEvent),
		},
		{
			ID: "wake", Group: "answers", Says: "waking a job never makes it later", Clauses: []string{"edo.Change.Jobs"},
			Why:     "a signal that a document has come must not be lost because the box is being read just then",
			Sends:   "the step of another job wakes a pull job in seven ways: it waits for later, for sooner, has ended; it is held, and then done, given back for later, given back for sooner, or its holder has died",
			Expects: "it is claimed at the earlier of the two times and not a microsecond before (of a holder that died: after its lease), as try 1 if it had been done, else as try 2; once it is done nothing is due a day later",
			Run:     h.bind(wake),
		},
		{
			ID: "job-wakes-itself", Group: "answers", Says: "a job wakes itself", Clauses: []string{"edo.Change.Jobs"},
			Why:     "a box would be read once and never again",
			Sends:   "a pull job is settled as done and wakes itself for noon; then Start of a job of no subscriber",
			Expects: "it is claimed at noon again, as one made at noon; an error for the job of nobody",
			Run:     h.bind(jobWakesItself),
		},
		{
			ID: "untried", Group: "answers", Says: "a claim that could do nothing is no try", Clauses: []string{"edo.Change.Untried"},
			Why:     "a letter that only stood in a queue must not look like one that failed",
			Sends:   "a job fails and is given back; claimed again, it is given back untried because of the rate limit; a second later it is claimed and given back without a fault",
			Expects: "after the second: one try, one fault, one attempt, the reason RateLimited with its text, and it waits; the third has the next fence and try 2; after it no fault is counted and the job is overdue",
			Run:     h.bind(untried),
		},
		{
			ID: "unfinished", Group: "answers", Says: "unfinished work is listed", Clauses: []string{"gateway.Records.Jobs"},
			Why:     "what this list leaves out is work that nobody ever looks after",
			Sends:   "six packages: done, waiting for the operator, waiting for a decision, failed again and again, held, overdue; Jobs of all, in pages of two, by state, for a person, by key, subscriber and kind; then a limit above the most and an unknown state",
			Expects: "exactly the jobs that fit, in the order in which they were made, never the done one; a person's are the one that waits for a decision and the one that fails; FilterMalformed for the last two",
			Run:     h.bind(unfinished),
		},
		{
			ID: "seize", Group: "answers", Says: "a person takes a job over", Clauses: []string{"gateway.Desk.Seize"},
			Why:     "a clerk who helps a letter on must neither be kept out nor send beside a worker",
			Sends:   "a person takes a job that is not due; a worker claims it after that lease; the person tries again while the worker holds it, and settles by the old claim; the worker is not heard of again, and the person takes the job, ends it, takes it up again and gives it back; Seize of a package that is not there",
			Expects: "taken at once with fence 1 and no try; not taken from the worker; LeaseLost by the old claim; the ended job is taken up and then claimed by a worker; the fourth attempt says by whom, how it ended and why; NotFound",
			Run:     h.bind(seize),
		},
		{
			ID: "attempts-of-a-box", Group: "answers", Says: "of work on a box the latest hundred attempts are kept", Clauses: []string{"gateway.Records.Attempts", "B3"},
			Why:     "a box is read for years: all attempts would fill the disk, none would leave nothing to look at",
			Sends:   "a pull job is claimed and given back 130 times",
			Expects: "100 attempts are kept, those of fence 31 to 130, the last with its job and result",
			Run:     h.bind(attemptsOfABox),
		},
	}
}
