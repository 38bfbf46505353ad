package storetest

import "github.com/edokit/edokit/conformance"

// inboundCases are about what comes in.
func (h Harness) inboundCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "take-keeps-everything", Group: "inbound", Says: "what came in is stored with all its fields", Clauses: []string{"edo.Change.Taken", "S4"},
			Sends:   "one step with a message, two documents with every field filled, two events and a receipt job for an hour later; then reads by message, document, parent document and place; reads for another subscriber; a change of a package by a job that has none",
			Expects: "everything comes back as it was, documents in the order of the step; the first event has the subscriber of the job, the second its own key and revision; the job is claimed an hour later; NotFound for the other subscriber, an error for the change",
			Run:     h.bind(takeKeepsEverything),
		},
		{
			ID: "signatures-without-id", Group: "inbound", Says: "signatures without an id are told apart", Clauses: []string{"edo.Change.Taken", "S4"},
			Why:     "a document of two signers would be shown with one",
			Sends:   "a document is taken with one signature to which the operator gave no id, then again with another such signature and the first",
			Expects: "two signatures, the first one in front",
			Run:     h.bind(signaturesWithoutID),
		},
		{
			ID: "taken-again", Group: "inbound", Says: "a document taken again keeps what was decided", Clauses: []string{"edo.Change.Taken", "S4"},
			Why:     "the operator is asked again and again; what a clerk has decided meanwhile must not be overwritten",
			Sends:   "a document with every field is taken; again with other data of the operator, another message, no wishes, another signature and as closed; again at the revision that was read before; then at the present one, with content",
			Expects: "what the operator says and the signatures are those of the second look; message, content, text, time of receipt, fate, responsible person, term and reply stay; Conflict at the old revision; the new content is taken, at revision 3",
			Run:     h.bind(takenAgain),
		},
		{
			ID: "message-never-goes-back", Group: "inbound", Says: "a message never goes back", Clauses: []string{"edo.Change.Taken", "S4"},
			Sends:   "two rows of one message, one after the other, in eight ways: listed twice (found by two ways, with and without a detail), closed, stored after closed, listed late after closed and after stored, closed after stored",
			Expects: "the row that is further on stays as it is; between two listings the first way of finding stays and a new detail counts",
			Run:     h.bind(messageNeverGoesBack),
		},
		{
			ID: "unlisted", Group: "inbound", Says: "messages that are not listed yet are found in order", Clauses: []string{"gateway.Inbox.Unlisted", "S4"},
			Why:     "a message that is wrongly taken for listed is never fetched",
			Sends:   "one message of ours and one of another subscriber are stored; Unlisted of four ids with both among them, of none, and of an id made of quotes",
			Expects: "the ids that are not stored for us, in the order of the question",
			Run:     h.bind(unlisted),
		},
		{
			ID: "cursor", Group: "inbound", Says: "the slow check moves its own mark only", Clauses: []string{"gateway.Inbox.Cursor", "S4"},
			Why:     "a cursor that falls back fetches all again, one that jumps ahead skips documents",
			Sends:   "a pull writes the cursor; a check that read it before writes its own mark and an old list; another check writes an earlier mark; a pull writes a new list without a mark",
			Expects: "empty at first; the list of the pull stays after the check, with the mark of the check; the new list counts and the later mark stays",
			Run:     h.bind(cursor),
		},
		{
			ID: "fates", Group: "inbound", Says: "a fate only moves on", Clauses: []string{"V16", "V21"},
			Sends:   "25 documents, one for each pair of no fate, delivered, signed, refused and revoked; the second fate comes together with one of a document that never came",
			Expects: "the later of the two in that order; the document that never came is no error",
			Run:     h.bind(fates),
		},
		{
			ID: "earliest-reply-stays", Group: "inbound", Says: "the earliest reply stays", Clauses: []string{"V9"},
			Why:     "whether the term was kept is judged by the first reply",
			Sends:   "a document that was answered on paper, in seven stores; replies by package: one; a second that is later, earlier, of the same time; one without a time; one without before one with it, and after",
			Expects: "the package with the earliest known time, of equal times the first; a time not known gives way to a known one; the reason of the paper answer stays",
			Run:     h.bind(earliestReplyStays),
		},
		{
			ID: "update", Group: "inbound", Says: "a document is updated at its revision only", Clauses: []string{"gateway.Inbox.Update"},
			Why:     "two clerks who decide at once: the second must see that the first was there",
			Sends:   "Update at revision 1 with a missed term, another responsible person, no reply, an event and a term job; again at revision 1; of a document that never came; the term job is done, then Update at revision 2 with the same job",
			Expects: "the document is as written, at revision 2; Conflict, NotFound, and one event in all; the term job is due after either Update",
			Run:     h.bind(update),
		},
		{
			ID: "inbound-filter", Group: "inbound", Says: "what came in is filtered", Clauses: []string{"gateway.Inbox.InboundDocuments", "S6"},
			Sends:   "four documents a minute apart: one is a receipt, one has a warned term, one is of another subscriber; lists of all, by subscriber, class, term, period, limit and a name with SQL in it; then with a limit of 1001",
			Expects: "exactly the documents that fit, newest first, the end of the period not among them; none for the SQL; Invalid for 1001",
			Run:     h.bind(inboundFilter),
		},
		{
			ID: "sent-as-and-replies", Group: "inbound", Says: "our own documents and replies are found", Clauses: []string{"gateway.Inbox.SentAs", "V16"},
			Why:     "an answer that is not tied to its letter leaves the letter unanswered for the clerk",
			Sends:   "three packages: a letter in reply to a request, an answer to a document of the letter, and a bare countersignature in reply to the request; SentAs of five ids of the operator, and of one for another subscriber; Replies to the request and to nothing",
			Expects: "the ids of letter and answer give their package and document; the countersigned, an unknown and no id, and the other subscriber: NotFound; the letter and the countersignature are the replies to the request, nothing has none",
			Run:     h.bind(sentAsAndReplies),
		},
	}
}

// taskCases are about what waits for a person's key.
func (h Harness) taskCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "tasks", Group: "signature tasks", Says: "a signature task that has ended stays", Clauses: []string{"gateway.Tasks.EndTask", "M4"},
			Sends:   "a task is stored and written again with another signer and deadline, as signed, overdue and open; then with a renewed certificate; then as overdue by the old one; EndTask as signed; EndTask as refused, of no task, as overdue and as signed again; the open task once more",
			Expects: "writing again makes it overdue and, with the new certificate, open, and changes nothing else; its end gives the document signature, signer and verdict, tells one event and makes the send job due; TaskEnded, NotFound, Invalid, Conflict, without an event; the ended task stays",
			Run:     h.bind(tasks),
		},
		{
			ID: "task-ends-while-the-package-is-worked-on", Group: "signature tasks", Says: "a task ends while its package is worked on", Clauses: []string{"gateway.Tasks.EndTask", "M4"},
			Sends:   "a held send job has made a task; the task is ended as signed; the job then settles with the documents as it read them and gives itself back for a day later",
			Expects: "the document has the signature of the task, and the send job can be claimed at once",
			Run:     h.bind(taskEndsWhileThePackageIsWorkedOn),
		},
		{
			ID: "refused-task-signs-nothing", Group: "signature tasks", Says: "a refused task signs nothing", Clauses: []string{"gateway.Tasks.EndTask", "M4"},
			Sends:   "EndTask as refused, with a text, of a package whose send job is done",
			Expects: "the documents are as before, and the send job is due again",
			Run:     h.bind(refusedTaskSignsNothing),
		},
		{
			ID: "lists-of-tasks", Group: "signature tasks", Says: "tasks are listed by their deadline", Clauses: []string{"gateway.Tasks.Waiting", "M4"},
			Sends:   "four tasks, each with a nearer deadline than the one before: open, signed, overdue, and one of another subscriber; Waiting without a limit, with 1, -1 and 1001; SignatureTasks",
			Expects: "waiting are the overdue and the open one, nearest deadline first, with limit 1 the overdue one; SignatureTasks gives our three, newest first; Invalid for -1 and 1001",
			Run:     h.bind(listsOfTasks),
		},
	}
}

// counterpartyCases are about those to whom letters go.
func (h Harness) counterpartyCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "reach", Group: "counterparties", Says: "a counterparty is revised at its revision only", Clauses: []string{"gateway.Reach.Revise", "V2"},
			Sends:   "Ensure of a counterparty with every field, and again with another state; its job settles it as ready; Revise at revision 1, then at 2 with the job; status and Revise of the same INN without KPP",
			Expects: "made once, the first row stays; the settled row has revision 2; Conflict at 1; then the list has the revised row at revision 3 and the job is due; NotFound twice",
			Run:     h.bind(reach),
		},
		{
			ID: "settle-keeps-what-a-person-decided", Group: "counterparties", Says: "a step keeps what a person decided meanwhile", Clauses: []string{"gateway.Reach.Revise", "V2"},
			Why:     "letters would go to a counterparty whom a person has just stopped",
			Sends:   "a job is claimed, a person forbids the counterparty, the job settles it as ready with an event; the job is given back, claimed, and settles a row that is not there",
			Expects: "Conflict; the row is the person's, at revision 2, no event was told and the job can be given back; NotFound",
			Run:     h.bind(settleKeepsWhatAPersonDecided),
		},
		{
			ID: "ensure-from-two-stores", Group: "counterparties", Says: "a counterparty is made once by two stores", Clauses: []string{"gateway.Reach.Ensure", "V2"},
			Why:     "the counterparty would get two invitations",
			Sends:   "50 calls of Ensure for one counterparty at once, by two stores on the same data",
			Expects: "one of them created it; there is one job",
			Run:     h.bind(ensureFromTwoStores),
		},
		{
			ID: "counterparty-book", Group: "counterparties", Says: "counterparties are found by name, INN and state, page by page", Clauses: []string{"directory.Book", "S2"},
			Why:     "a clerk who does not find a counterparty enters it a second time",
			Sends:   "26 rows: names in both alphabets, with signs that mean something to SQL, of more than 9,000 bytes, and 23 of one name; searches by name, INN, its beginning, KPP, state and for another subscriber; pages of seven; a rename; five wrong filters, and a page after a row that is not there",
			Expects: "exactly the rows that fit, in any case of letters, by the operator's name and not by ours that it replaced, after the rename by the new one only; the 23 in the order of their INN, none twice; Invalid for the five, NotFound",
			Run:     h.bind(counterpartyBook),
		},
		{
			ID: "awaited-by", Group: "counterparties", Says: "packages that wait for a counterparty are found by branch", Clauses: []string{"gateway.Reach.AwaitedBy", "V2"},
			Why:     "a letter that is not found waits for ever though its counterparty is there",
			Sends:   "six packages: waiting for the counterparty with this branch, with none, with another; waiting for a signature; sent; of another subscriber; AwaitedBy of the branch, of none and of a branch nobody has named",
			Expects: "the branch: the first two; none: the first three; the unknown branch: the one without a branch",
			Run:     h.bind(awaitedBy),
		},
	}
}

// routingCases are about who is responsible, and who pays.
func (h Harness) routingCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "rules", Group: "routing", Says: "there is one rule for each scope", Clauses: []string{"directory.Book", "V5"},
			Sends:   "rules for the administrator, for complaints, for a branch of a counterparty and for the box; a second administrator; the rule of the box removed, under whatever name, twice; an unknown scope; a rule and an absence for a subscriber who is not there; an absence of no length",
			Expects: "three rules, the second administrator in place of the first; NotFound, RuleMalformed, Conflict, Conflict, PeriodMalformed",
			Run:     h.bind(rules),
		},
		{
			ID: "absences", Group: "routing", Says: "absences begin at a moment and end before another", Clauses: []string{"gateway.Routing.Absences", "V5"},
			Sends:   "two absences of one user and one of another that ends a microsecond after noon; Absences without a time, at noon (also in another time zone), a microsecond later, at the end of the first, at the last moment of the second; one is made longer, one removed twice",
			Expects: "the first moment is away, the end is back; the longer one takes the place of the shorter; NotFound for the second removal",
			Run:     h.bind(absences),
		},
		{
			ID: "enrolled", Group: "routing", Says: "a subscriber keeps the box that it has", Clauses: []string{"gateway.Enrolments.Enrolled"},
			Why:     "letters of the organisation would leave from a box that is not its own",
			Sends:   "a subscriber without a box is given one, twice; then another one, none, and one for a subscriber who is not there",
			Expects: "the row has the box and all else as it was; BoxForeign, BoxMissing, SubscriberUnknown",
			Run:     h.bind(enrolled),
		},
		{
			ID: "usage", Group: "routing", Says: "usage counts what the operator accepted", Clauses: []string{"V18"},
			Why:     "the utility pays the operator by this and bills its branches by it",
			Sends:   "nine packages: sent, roaming, without a payer, of another subscriber, without the operator's time, a microsecond before the day, on the next day, not sent, an answer; Usage of the day and of all time",
			Expects: "by payer: three packages, six documents, one roaming; one and two; one and two; in all time five of the first payer; neither the unsent package nor the answer",
			Run:     h.bind(usage),
		},
	}
}
