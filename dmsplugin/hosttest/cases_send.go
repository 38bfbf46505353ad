package hosttest

import "github.com/edokit/edokit/conformance"

// sendCases are about packages and what becomes of them.
func (s *Suite) sendCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "sent-again", Group: "sending", Says: "a package that is sent again is the same operation", Clauses: []string{docRules},
			Sends:   "a package of two documents, sent four times",
			Expects: "each time two documents and the time of creation of the first, at its revision or a later one; one event that it was accepted",
			Run:     s.bind(sentAgain),
		},
		{
			ID: "sent-at-once", Group: "sending", Says: "a package that is sent eight times at once is one operation", Clauses: []string{docRules},
			Sends:   "a package of 1 MiB, sent on eight streams at once",
			Expects: "eight answers with one time of creation; one event that it was accepted",
			Run:     s.bind(sentAtOnce),
		},
		{
			ID: "answer-lost", Group: "sending", Says: "a package whose answer was lost is the same operation when it is sent again", Clauses: []string{docRules},
			Sends:   "four packages: the host hangs up 0, 1, 5 and 50 ms after the last part and sends the package twice more",
			Expects: "both answers have one time of creation; one event that it was accepted",
			Run:     s.bind(answerLost),
		},
		{
			ID: "id-taken", Group: "sending", Says: "an id that another content has is refused", Clauses: []string{docRules},
			Why:     "two letters with one id: the second would be taken for sent and never leave",
			Sends:   "a package, then the same id with another content; Status",
			Expects: "AlreadyExists, and the host is told neither that it is safe to repeat nor to ask first; the state has the digest of the first content" + typedToo,
			Run:     s.bind(idTaken),
		},
		{
			ID: "outlives-kill", Group: "sending", Says: "a package that was accepted outlives a killed plugin", Clauses: []string{docSend},
			Sends:   "a package of 1 MiB is sent and the process killed; started again on the same home: Status, Content, and the package once more",
			Expects: "the time of creation of the first answer, the same bytes, and no other operation",
			Run:     s.bind(outlivesKill),
		},
		{
			ID: "watch-to-the-end", Group: "sending", Says: "a package is watched to its end, and its second version is there", Clauses: []string{"dms.proto, Exchange.Watch"},
			Why:     "the copy with the marks is what a clerk shows as proof",
			Sends:   "a package for an operator that is there; Watch until the stream ends; Content of the operator's form",
			Expects: "revisions only grow; the last is settled, with the operator's id and time, a signer and a stamp that is ready; the form is a PDF of the size in its header",
			Run:     s.bind(watchToTheEnd),
		},
		{
			ID: "refused-in-the-middle", Group: "sending", Says: "of many packages a refused one in the middle stops no other", Clauses: []string{docSendMany},
			Sends:   "SendMany of a good package, one of a stranger, one without its trailer, a good one, and the first again; the host closes its side",
			Expects: "five answers in this order with place and id: taken, denied, invalid, taken, taken; then the end" + typedToo,
			Run:     s.bind(refusedInTheMiddle),
		},
		{
			ID: "answered-on-the-way", Group: "sending", Says: "each of many packages is answered while the stream goes on", Clauses: []string{docSendMany},
			Sends:   "SendMany of three packages; after each the host waits for the answer with its side open, then asks for Status",
			Expects: "each answer has its place and the operation, and the state is there before the next package is sent",
			Run:     s.bind(answeredOnTheWay),
		},
	}
}

// peopleCases are about who may, and what is told to whoever may not.
func (s *Suite) peopleCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "forged-actors", Group: "people", Says: "a user whom nobody has allowed is refused, whatever he calls himself", Clauses: []string{docActors},
			Sends:   "17 packages: of a stranger, of another subscriber's user, of one who may only read, of eight names that resemble, contain or match an allowed one, and of six that are empty or have blanks, a line end or a zero byte",
			Expects: "PermissionDenied, user-not-allowed, for the first three, PermissionDenied or InvalidArgument for the others; nothing kept",
			Run:     s.bind(forgedActors),
		},
		{
			ID: "revoked-actor", Group: "people", Says: "a user who was allowed and is not any more is refused", Clauses: []string{docActors},
			Sends:   "a package of a visitor before AllowUser, after it, after RevokeUser, and after AllowUser from an hour later on",
			Expects: "PermissionDenied, user-not-allowed; taken; PermissionDenied, user-not-allowed; PermissionDenied" + typedToo,
			Run:     s.bind(revokedActor),
		},
		{
			ID: "every-call-asks", Group: "people", Says: "every call that acts for somebody asks who may", Clauses: []string{docActors},
			Sends:   "17 calls that name a user, by a stranger, by another subscriber's user and by none; five calls of Directory by a stranger",
			Expects: "PermissionDenied, user-not-allowed; without a user PermissionDenied or InvalidArgument" + typedToo,
			Run:     s.bind(everyCallAsks),
		},
		{
			ID: "administered-again", Group: "people", Says: "whoever administers may repeat himself", Clauses: []string{"dms.proto, Directory"},
			Why:     "an administrator whose answer was lost does it again",
			Sends:   "PutSubscriber, AllowUser, SetCredentials and PutSigner, each three times with the same content; ListUsers",
			Expects: "no error, and the user is listed once",
			Run:     s.bind(administeredAgain),
		},
		{
			ID: "declined", Group: "people", Says: "what waits for a key of the host is listed and ends once", Clauses: []string{"dms.proto, Signing"},
			Why:     "a task that ends by mistake, or twice, leaves a letter unsigned of which the clerk thinks it has left",
			Sends:   "a package whose signer's key only the host has; ListTasks, Complete with bytes that are no signature, Decline, Complete again",
			Expects: "a task with signer, data of his certificate, size and deadline; InvalidArgument, and it waits on; after Decline it is listed no more and cannot be completed",
			Run:     s.bind(declined),
		},
		{
			ID: "not-found", Group: "people", Says: "what nobody has is not found", Clauses: []string{docErrors},
			Why:     "a host that is told anything else waits for what never comes, or sends again what it need not",
			Sends:   "Status, Explain, Content and Watch of a package that nobody has sent",
			Expects: "NotFound four times" + typedToo,
			Run:     s.bind(notFound),
		},
		{
			ID: "nonsense", Group: "people", Says: "every call answers nonsense with an error that a host can act on", Clauses: []string{docErrors},
			Why:     "what a host cannot read it shows the clerk as a failure without a remedy",
			Sends:   "an empty message to every call of the contract but Drain",
			Expects: "within a second an answer, nothing, or an error whose code fits its first fault and whose trailers fit into 8 KiB" + typedToo,
			Run:     s.bind(nonsense),
		},
		{
			ID: "unknown-call", Group: "people", Says: "a call that is not known is not supported", Clauses: []string{docErrors},
			Why:     "a newer host has to find out what this plugin cannot do",
			Sends:   "an unknown call of Exchange, a call of an unknown service, and Send of version 2",
			Expects: "Unimplemented three times" + typedToo,
			Run:     s.bind(unknownCall),
		},
		{
			ID: "many-faults", Group: "people", Says: "an error of hundreds of faults fits into its trailers", Clauses: []string{docErrors},
			Why:     "an error that does not fit arrives as none, and the clerk is told nothing at all",
			Sends:   "a package of a hundred documents, each with a long path for a name, without a signer and with a word for a sum",
			Expects: "InvalidArgument with three faults or more, 300 or more with those that are counted as left out, in trailers of 8 KiB at most" + typedToo,
			Run:     s.bind(manyFaults),
		},
	}
}
