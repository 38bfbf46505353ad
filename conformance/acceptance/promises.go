package acceptance

import "github.com/edokit/edokit/conformance"

// promises are the cases that are named after a row of the acceptance table.
func (around Around) promises() []conformance.Case {
	return []conformance.Case{
		{
			ID: "none-one-or-many", Group: "counterparties", Says: "none one or many: the look-up has three answers, and many never silently picks one", Clauses: []string{"S2"},
			Sends:   "three letters, in any order: to an INN that the operator does not know, to the INN of the client alone, to an INN with two boxes alone",
			Expects: "failed with counterparty-unknown; sent; failed with counterparty-many and two candidates; one message in the ledger",
			Run:     around.noneOneOrMany,
		},
		{
			ID: "the-counterparty-is-looked-up-before-anything-is-sent", Group: "counterparties", Says: "the counterparty is looked up before anything is sent: the same question seen from the wire", Clauses: []string{"V1"},
			Sends:   "one letter to the INN of the client alone, by a company that does not read its box",
			Expects: "on the wire the first GetOrganizationListByInnKpp comes before the first SendMessage",
			Run:     around.theCounterpartyIsLookedUpBeforeAnythingIsSent,
		},
		{
			ID: "self-and-foreign-boxes-never-reach-the-operator", Group: "counterparties", Says: "self and foreign boxes never reach the operator: neither is asked to be refused; it is refused here", Clauses: []string{"S3"},
			Sends:   "one letter to the company's own INN and KPP; one to the client, by a subscriber that is set up with another organisation's box",
			Expects: "failed with send-to-self; box-foreign, and not sent; no SendMessage on the wire, nothing in the ledger",
			Run:     around.selfAndForeignBoxesNeverReachTheOperator,
		},
		{
			ID: "fifty-calls-make-one-registration", Group: "counterparties", Says: "fifty calls make one registration: from two gateways on one home, fifty at once, whatever the operator says to a second registration", Clauses: []string{"V2"},
			Sends:   "fifty EnsureCounterparty of one stranger at once, 25 to each of two gateways with one home, then the operator makes the stranger active; three rounds: a second registration gets a fault, an answer with code 1, or the organisation that is there",
			Expects: "every call succeeds, the counterparty is invited after one CreateNonActiveSubscriber, then ready; there is one registration to the end",
			Why:     "a client who is registered twice has two boxes, and half of his letters lie in the one that he does not read",
			Run:     around.fiftyCallsMakeOneRegistration,
		},
		{
			ID: "a-package-waits-for-its-counterparty-and-goes-out-by-itself", Group: "counterparties", Says: "a package waits for its counterparty and goes out by itself: registered and invited, then sent when it becomes active", Clauses: []string{"V2"},
			Sends:   "a letter to a stranger, by a company that may register him; once he is registered the operator makes him active; two rounds: he can be invited before that, or not; both need contacts",
			Expects: "the package waits with counterparty-pending, there is one registration; then it is sent to an address of his INN, and the ledger is not empty",
			Run:     around.aPackageWaitsForItsCounterpartyAndGoesOutByItself,
		},
		{
			ID: "box-then-signature-then-send", Group: "counterparties", Says: "box then signature then send: the order on the wire, and an invalid signature never leaves", Clauses: []string{"V3"},
			Sends:   "to a stranger, by a company that may register him: a letter with a signature of other bytes, then a good one; once he is registered the operator makes him active",
			Expects: "Send refuses the first as invalid and names the signature, with neither CreateNonActiveSubscriber nor SendMessage on the wire; then GetOrganizationListByInnKpp, CreateNonActiveSubscriber and SendMessage come in this order",
			Run:     around.boxThenSignatureThenSend,
		},
		{
			ID: "every-fault-code-has-a-verdict", Group: "counterparties", Says: "every fault code has a verdict: each code of the contract reaches the caller as a typed error with the code itself", Clauses: []string{"S1"},
			Sends:   "for each fault code of the contract: the next two GetOrganizationListByInnKpp get that fault, and the driver's Lookup is called once",
			Expects: "an edo.Error that is not internal and names its exchange and the code; of Unauthorized the code is not looked at",
			Why:     "the operator's support asks for its code; without it nobody can say what was wrong",
			Run:     around.everyFaultCodeHasAVerdict,
		},
		{
			ID: "the-operator-fixes-fact-and-time", Group: "counterparties", Says: "the operator fixes fact and time: its time stands beside ours, and a skew beyond the limit is an event", Clauses: []string{"V8"},
			Sends:   "one letter while the operator's clock is ten minutes behind; then that clock is put right",
			Expects: "the operation has the operator's time, that of the ledger to the millisecond, and its difference to ours, at least nine minutes; one event says clock-skew, a later one that it is over",
			Why:     "whether a letter was in time is read from the operator's clock, and a clerk sees his own",
			Run:     around.theOperatorFixesFactAndTime,
		},

		{
			ID: "the-client-sends-reads-and-signs-back", Group: "conversation", Says: "the client sends reads and signs back: one round trip client, company, client, company through the operator", Clauses: []string{"S6"},
			Sends:   "the client sends a request; the company's receipt goes back by itself; the company sends a reply that asks for a signature; the client signs it",
			Expects: "the request has its stamped version and becomes delivered; it came in sound, with the same digest and the same signature, for the administrator with a sentence why; the reply becomes signed",
			Run:     around.theClientSendsReadsAndSignsBack,
		},

		{
			ID: "nothing-lost-nothing-twice", Group: "host", Says: "nothing lost nothing twice: an inbox with page borders that lose and repeat, repeated events and shuffled pages, while the reader dies at every named point and another goes on. Every document is handed over once, with one receipt", Clauses: []string{"S4"},
			Sends:   "120 documents in a box with pages of ten that are shuffled, lose the first message behind a border, list every 7th twice and come empty every 5th time; GetMessages, GetMessageWithLoadOptions, GetDocumentContent and SendMessage get 503 at call 3, are done and cut off at call 6, find the token ended at call 9; ten readers are stopped one after the other, each at a point of its own or after half a second, and the last one goes on",
			Expects: "all 120 are stored and confirmed; each is told once and has one ServiceReceipt in the ledger",
			Run:     around.nothingLostNothingTwice,
		},
		{
			ID: "the-host-pulls-and-signs", Group: "host", Says: "the host pulls and signs: a named version goes out with a signature that the host makes when it is asked, exactly one stamped version comes back, however often it asks", Clauses: []string{"S5"},
			Sends:   "a letter of a director whose key is at the host; his signature task is completed with a signature of the client, then twice with his own",
			Expects: "the task names his certificate and a deadline; the client's is refused with signature-by-another; the signature of the document is his, byte for byte; one event tells a version operator-form",
			Run:     around.theHostPullsAndSigns,
		},
		{
			ID: "readiness-lists-what-is-missing", Group: "host", Says: "readiness lists what is missing: everything at once; and a bad CMS made elsewhere is refused with the reason", Clauses: []string{"S11"},
			Sends:   "Readiness for an application for connection: for an unknown signer without consents, for one with the company's certificate, for the client's head; then two letters: with a signature that is no CMS, with one of other bytes",
			Expects: "signer-unknown and consent-missing at once; certificate-of-another; nothing; Send refuses with signature-malformed, then as invalid",
			Why:     "a client who is told one fault at a time gives up at the third",
			Run:     around.readinessListsWhatIsMissing,
		},
		{
			ID: "an-end-in-the-middle-keeps-nobody-waiting", Group: "host", Says: "an end in the middle keeps nobody waiting: reading goes on for ever, so what is wrong now says nothing about how often it was tried. Processes that end while they read must not make the next one wait", Clauses: []string{"S4"},
			Sends:   "three readers are stopped as soon as they have claimed the pull, with pauses of ten to twenty minutes set for failures; then a document comes in and a fourth reader works",
			Expects: "the document is stored within two minutes",
			Run:     around.anEndInTheMiddleKeepsNobodyWaiting,
		},
		{
			ID: "menus-per-card-type", Group: "host", Says: "menus per card type: two types of cards have different entries, each greyed with its reason; what is grey is refused when it is done all the same, and what a person may not do is grey for him and leaves no trace of having been looked at", Clauses: []string{"B6"},
			Sends:   "a notice that technical conditions are met and an inquiry come in, and the clerk looks at both cards; he tries to sign the inquiry and to confirm the notice, which is confirmed; a stranger looks at the notice and tries to sign it; the clerk signs it",
			Expects: "at the notice sign and refuse can be done and receipt cannot, the inquiry has no sign, what is grey says why in Russian and English; both tries are refused with state-unsuited; the stranger can do nothing, which leaves no row of refusals, and is refused with user-not-allowed, which leaves one; once signed, neither sign nor refuse can be done",
			Run:     around.menusPerCardType,
		},

		{
			ID: "five-kinds-and-the-unknown-one", Group: "inbound", Says: "five kinds and the unknown one: each is recognised by its text; what nobody knows goes the default way and is not lost", Clauses: []string{"V4"},
			Sends:   "six documents: one with the text of each of the five built-in inbound kinds, one with «Нечто неслыханное»",
			Expects: "each is stored with its text and the id of its kind, the unknown one with no id; the administrator is responsible for all",
			Run:     around.fiveKindsAndTheUnknownOne,
		},
		{
			ID: "the-responsible-person-by-kind-and-absence", Group: "inbound", Says: "the responsible person by kind and absence: five kinds, three absences; who gets it and the sentence why", Clauses: []string{"V5"},
			Sends:   "a manager for the client, a desk for the box, a person for complaints in the box; one document of each of the five inbound kinds; three rounds: nobody is away, the manager, the manager and the desk",
			Expects: "the manager gets all; without him complaints go to their person and the others to the desk, or without the desk to the administrator; each has a sentence why in Russian and English, which names the manager who is away, and the desk where the administrator gets it",
			Run:     around.theResponsiblePersonByKindAndAbsence,
		},
		{
			ID: "outgoing-kinds", Group: "inbound", Says: "outgoing kinds: the four kinds of the utility go out, each recognised at the other side by its text", Clauses: []string{"V6"},
			Sends:   "one letter of each of the four built-in outbound kinds, with a wish for a signature where the kind has one",
			Expects: "each comes to the client with the text of its kind and the same wish for a signature",
			Run:     around.outgoingKinds,
		},
		{
			ID: "an-electronic-request-is-answered-electronically", Group: "inbound", Says: "an electronic request is answered electronically: another way needs a reason, which is logged", Clauses: []string{"V7"},
			Sends:   "the client sends a request; a reply on paper; AnswerOtherwise with an empty reason, then with «клиент просит бумагу»; the same reply again",
			Expects: "the reply and the empty reason are refused with reply-needs-reason; then an event of the request has the reason and the clerk, and the reply is accepted",
			Run:     around.anElectronicRequestIsAnsweredElectronically,
		},
		{
			ID: "the-term-is-decided-by-the-operators-time", Group: "inbound", Says: "the term is decided by the operator's time: open, warned, met on the last moment, missed; our clock does not count", Clauses: []string{"V9"},
			Sends:   "two requests come in, each gets a term of an hour with a warning at half of it; the operator's clock alone is put on by 45 minutes; a reply to the first; another 45 minutes; a reply to the second",
			Expects: "both are open, then the first is warned; it is met at the operator's time of its reply, and its evidence has the reply, the skew and the printed form; the second is missed without a reply, and stays so with the late one, whose time is in its evidence",
			Why:     "an auditor believes the operator's clock, never that of the one who was late",
			Run:     around.theTermIsDecidedByTheOperatorsTime,
		},
		{
			ID: "a-refusal-text-reaches-the-host", Group: "inbound", Says: "a refusal text reaches the host: waiting, signed, refused with the text", Clauses: []string{"V16"},
			Sends:   "a letter that asks for a signature; the client refuses it with «Не согласен с суммой & сроком <оплаты>»",
			Expects: "sign and refuse are offered to the client before, sign not after; the package is refused with exactly this text, and an event of its refusal has it, too",
			Run:     around.aRefusalTextReachesTheHost,
		},
		{
			ID: "consents-ride-with-the-submission", Group: "inbound", Says: "consents ride with the submission: none, no submission; given, they are stored", Clauses: []string{"V17"},
			Sends:   "an application for connection without consents, then the same with one consent",
			Expects: "refused with consent-missing; then the operation has one consent, with the digest of the text and the person that were given",
			Why:     "an application without the consent may not be worked on",
			Run:     around.consentsRideWithTheSubmission,
		},
		{
			ID: "a-new-kind-needs-no-go", Group: "inbound", Says: "a new kind needs no Go: a kind that is only in the file is matched, bound to its rules, routed and given its term", Clauses: []string{"V22"},
			Sends:   "both sides read a file with one kind, a bill for heat: at least one PDF attached, one consent, an answer within three days; the company names a person for it; «тепло» is sent without attachment and consent, then with both",
			Expects: "refused with consent-missing and attachments-wrong at once; then it comes in as that kind, for that person, due 72 hours after the operator's time",
			Run:     around.aNewKindNeedsNoGo,
		},
		{
			ID: "only-a-reply-to-the-sender-counts", Group: "inbound", Says: "only a reply to the sender counts: a reply to somebody else, or to a receipt, is refused and meets no term", Clauses: []string{"V9"},
			Sends:   "the client sends a request; a reply to it goes to another organisation; the client replies to the receipt that came back and sets a term for it; AnswerOtherwise to the request with a blank reason",
			Expects: "each is refused: reply-to-another, request-unknown, request-unknown, reply-needs-reason",
			Run:     around.onlyAReplyToTheSenderCounts,
		},
		{
			ID: "an-offer-that-was-refused-may-be-made-again", Group: "inbound", Says: "an offer that was refused may be made again: with another text; with the same it is the same offer", Clauses: []string{"V21"},
			Sends:   "the company offers to revoke a delivered letter for «ошибка в дате», the client refuses with «дата верна»; the company offers with the same text, then with «ошибка в сумме»",
			Expects: "an event of the refusal has its text; the same text is the same package, the other text another, which is sent",
			Run:     around.anOfferThatWasRefusedMayBeMadeAgain,
		},

		{
			ID: "the-operator-fixes-the-date-whatever-the-channel", Group: "evidence", Says: "the operator fixes the date whatever the channel: a client without a box gets operator time and printed form by way of our own department or a service box, and the host is offered PDF, signature and evidence; where the operator gives no form that way the time is fixed and nothing is called stamped", Clauses: []string{"V15", "S10"},
			Sends:   "a letter by e-mail to a person without a box, once to our own department and once to a service box; with forms that are ready, ready at the fourth time, switched off, without a stamp, or the document itself; to the department also with forms switched off for internal messages alone",
			Expects: "sent with the operator's time; the form is ready, never or rejected, as it came; the event of the hand-off names the digests of evidence and signature, and that of the form where one is stored; where the form is not ready it says that the time is fixed",
			Run:     around.theOperatorFixesTheDateWhateverTheChannel,
		},
		{
			ID: "the-company-pays-and-the-count-is-the-ledgers", Group: "evidence", Says: "the company pays and the count is the ledger's: clients' packages are counted for who pays, and equal the operator's", Clauses: []string{"V18"},
			Sends:   "three packages of two documents from a client for whom the company pays, one letter from the company",
			Expects: "one row of usage at each side: three packages and six documents for the payer, one and one for the company itself; the operator counts as many documents from each box",
			Why:     "it is by this count that the utility checks the operator's bill",
			Run:     around.theCompanyPaysAndTheCountIsTheLedgers,
		},
		{
			ID: "both-signatures-verify-in-the-bundle", Group: "evidence", Says: "both signatures verify in the bundle: signed by both; the operator's archive alone proves it, whatever its names", Clauses: []string{"V21"},
			Sends:   "a contract that asks for a signature; the client signs; FlowArchive of the driver gives the operator's archive; two rounds: names in UTF-8, in CP866",
			Expects: "with our digest, signatures and time the bundle is complete and has two signatures; checked without them it is complete, too",
			Run:     around.bothSignaturesVerifyInTheBundle,
		},
		{
			ID: "every-send-is-one-row", Group: "evidence", Says: "every send is one row: what was sent, its result and the tries can be asked for by package, state and time", Clauses: []string{"B3"},
			Sends:   "one letter whose first SendMessage gets the fault Unauthorized",
			Expects: "by package, operation and the time of the case two rows, the newest without a fault, the other with Unauthorized; by the time before none; by state one operation that is no answer; at least one attempt",
			Run:     around.everySendIsOneRow,
		},
		{
			ID: "the-log-holds-what-crossed-the-socket", Group: "evidence", Says: "the log holds what crossed the socket: both directions, both sides of a conversation, byte for byte but for secrets and contents, whose places are known", Clauses: []string{"B4"},
			Sends:   "a letter that asks for a signature, the client signs; then both sides stop",
			Expects: "of every good exchange of both sides, at least twenty, the digests of request and answer are among those of what the operator saw; the password is in no address, request head or request",
			Run:     around.theLogHoldsWhatCrossedTheSocket,
		},
		{
			ID: "twenty-seven-heads-sign", Group: "evidence", Says: "twenty seven heads sign: each document by the key that its field names; a wrong field never by somebody else's", Clauses: []string{"M3"},
			Sends:   "nine packages at once of three documents each, document n with head n as its signer; then a letter with a signer that there is not",
			Expects: "each document is signed with the certificate of its head; 27 documents at the operator; the last is refused with signer-unknown",
			Why:     "a bill that the wrong head has signed binds nobody",
			Run:     around.twentySevenHeadsSign,
		},

		{
			ID: "the-row-is-there-before-the-first-byte", Group: "log", Says: "the row is there before the first byte: when the first byte of a request reaches the socket, another opening of the database sees its row, committed and without an answer", Clauses: []string{"B3"},
			Sends:   "one letter through a proxy that, whenever a request begins, asks the database over a connection of its own before it passes it on",
			Expects: "each time there is a row of that operation without an answer; at least three requests were looked at",
			Run:     around.theRowIsThereBeforeTheFirstByte,
		},
		{
			ID: "without-a-row-nothing-is-sent", Group: "log", Says: "without a row nothing is sent: a log that cannot be written keeps the package here, and lets it go when it can", Clauses: []string{"B3"},
			Sends:   "the database refuses rows of SendMessage; one letter; after three attempts the database takes them again",
			Expects: "no SendMessage on the wire before that; then the letter is sent",
			Run:     around.withoutARowNothingIsSent,
		},
		{
			ID: "an-exchange-takes-less-than-two-kib", Group: "log", Says: "an exchange takes less than two KiB: what a conversation leaves in the log, rows, indexes and chain together, is small, even with the signatures that stand in the messages; and what was packed is exact when it comes out", Clauses: []string{"B4"},
			Sends:   "eight letters one after the other, each signed by the client; then both sides stop",
			Expects: "at each side at least 50 exchanges, for each of which less than 2,048 bytes of the log's tables and indexes are filled; each good answer without a token is rebuilt to its digest; the chain is unbroken and has at least as many links",
			Why:     "a log that grows too fast is switched off, and then it is missing",
			Run:     around.anExchangeTakesLessThanTwoKiB,
		},
		{
			ID: "three-books", Group: "log", Says: "three books: subscribers, users and messages come out as tables under the names that users know, without secrets", Clauses: []string{"B5"},
			Sends:   "one letter; then subscribers, users and the exchanges of the package are written as CSV in Russian",
			Expects: "each book has its Russian name, rows and a head; they hold the login, the clerk, SendMessage, and nowhere the password",
			Run:     around.threeBooks,
		},
		{
			ID: "exchanges-can-be-replayed", Group: "log", Says: "exchanges can be replayed: what the log has of a package is played to the library again, and ends in the same way", Clauses: []string{"V14"},
			Sends:   "one letter; its exchanges are collected as a cassette, written, read again and run against the library",
			Expects: "the password is not in the cassette; the run differs in nothing from what the cassette says",
			Run:     around.exchangesCanBeReplayed,
		},

		{
			ID: "a-lost-answer-is-not-sent-again", Group: "silence of the contract", Says: "a lost answer is not sent again: the operator takes a message, the answer is lost. Whether it would take the same message again or refuse it, there is one", Clauses: []string{"V19", "S1"},
			Sends:   "one letter whose answer is lost; once it is sent the client reads its box, and the answer to its receipt is lost; four rounds: cut off or half an answer, from an operator that takes the same message again or refuses it",
			Expects: "the letter is sent and becomes delivered, the client knows that its receipt has gone; one letter and one receipt in the ledger",
			Run:     around.aLostAnswerIsNotSentAgain,
		},
		{
			ID: "the-same-message-again", Group: "silence of the contract", Says: "the same message again: an operator that never shows what it took gets it once more and no oftener; whether it takes the copy or refuses it as known, nothing is called sent, and a person is asked to look", Clauses: []string{"V19"},
			Sends:   "one letter; no list ever shows it, and the connection is cut before the answers to two SendMessage; two rounds: the operator takes the same message again, or refuses it",
			Expects: "in doubt with decision-needed after two attempts, without an id of the message; two messages in the ledger where it takes the copy, else one",
			Run:     around.theSameMessageAgain,
		},
		{
			ID: "a-lost-answer-to-a-countersignature-is-found", Group: "silence of the contract", Says: "a lost answer to a countersignature is found: a signature alone has no id of ours at the operator; it is found at the document it signs", Clauses: []string{"V16"},
			Sends:   "a letter is delivered; the client answers it, and the connection is cut before the answer to that SendMessage; three rounds: sign, refuse, revoke",
			Expects: "the answer is sent, and is one more message in the ledger",
			Run:     around.aLostAnswerToACountersignatureIsFound,
		},
		{
			ID: "content-that-is-closed-until-the-receipt", Group: "silence of the contract", Says: "content that is closed until the receipt: described first, the receipt goes, the content follows; told once each", Clauses: []string{"S4"},
			Sends:   "one letter that asks for a receipt, its content is closed to the client until the receipt is sent",
			Expects: "it comes in sound with the digest that was sent, and becomes delivered; it is told once as closed, once as stored",
			Run:     around.contentThatIsClosedUntilTheReceipt,
		},
		{
			ID: "a-recipient-who-is-not-active", Group: "silence of the contract", Says: "a recipient who is not active: refused by the operator until he is, or parked there; either way it goes once", Clauses: []string{"V2"},
			Sends:   "a letter to a stranger, by a company that may register him; once it waits the operator makes him active; two rounds: until then the operator would refuse messages to him, or park them",
			Expects: "it waits with counterparty-pending, then it is sent; one message in the ledger",
			Run:     around.aRecipientWhoIsNotActive,
		},
		{
			ID: "a-box-that-is-not-active-is-sent-to", Group: "silence of the contract", Says: "a box that is not active is sent to: the driver alone, asked to send there. The operator refuses, which is told as a counterparty to wait for, or takes it and keeps it", Clauses: []string{"V2"},
			Sends:   "the driver alone: Introduce of a stranger, then Send of one text to the address that it gave; two rounds: the operator refuses messages to him, or parks them",
			Expects: "counterparty-inactive and nothing in the ledger; no error and one message",
			Run:     around.aBoxThatIsNotActiveIsSentTo,
		},
		{
			ID: "printed-forms", Group: "silence of the contract", Says: "printed forms: whatever comes as a form is stored as it came or refused for what it is; only a form that bears the operator's ids is called recognised", Clauses: []string{"V11"},
			Sends:   "one letter whose form is asked for during two seconds; seven rounds: with a stamp, without one, with one without ids, the document itself; forms for PDFs alone, to a PDF and to a text; no forms for untyped documents",
			Expects: "ready with a stamp, without one, without ids and to the PDF; rejected for the document itself; never for the text and for untyped ones; called recognised with a stamp and to the PDF alone",
			Run:     around.printedForms,
		},
		{
			ID: "a-cursor-that-the-operator-forgot", Group: "silence of the contract", Says: "a cursor that the operator forgot: a fault, an empty page or the beginning; nothing is lost, nothing told twice", Clauses: []string{"S4"},
			Sends:   "the cursor names a message that the operator does not know, three documents lie in the box, and a full check runs every 200 ms; three rounds: the operator answers the cursor with a fault, an empty page, the beginning",
			Expects: "all three come in, and three are told",
			Run:     around.aCursorThatTheOperatorForgot,
		},
		{
			ID: "the-receipt-may-have-to-come-first", Group: "silence of the contract", Says: "the receipt may have to come first: a countersignature that is asked for at once waits for the receipt", Clauses: []string{"V16"},
			Sends:   "a letter that asks for a signature, and the client signs as soon as it has come in; two rounds: the operator takes a signature before the receipt, or not",
			Expects: "the signature is sent, and the letter becomes signed",
			Run:     around.theReceiptMayHaveToComeFirst,
		},
		{
			ID: "a-token-that-ends-in-the-middle", Group: "silence of the contract", Says: "a token that ends in the middle: tokens end while both sides talk; nothing is lost or doubled", Clauses: []string{"S1"},
			Sends:   "tokens live for 150 ms; four letters one after the other, each until it is delivered",
			Expects: "each comes in and becomes delivered; four documents from the company's box at the operator",
			Run:     around.aTokenThatEndsInTheMiddle,
		},
		{
			ID: "a-wrong-password-waits-for-a-person", Group: "silence of the contract", Says: "a wrong password waits for a person: a wrong password is one answer, told as what it is, and is not hammered", Clauses: []string{"B1"},
			Sends:   "the stored password is wrong; Lookup of the driver five times in one session",
			Expects: "login-refused each time; one request on the wire",
			Why:     "operators lock accounts after some wrong passwords",
			Run:     around.aWrongPasswordWaitsForAPerson,
		},
	}
}
