package storetest

import "github.com/edokit/edokit/conformance"

// logCases are about the message log and its chain.
func (h Harness) logCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "log-keeps-everything", Group: "log", Says: "an exchange is kept whole, its answer once", Clauses: []string{"edo.Journal.Begin", "B4"},
			Sends:   "Begin with every field, read; Finish with every field, read and listed; Finish again with another outcome; an unknown id",
			Expects: "first the request alone, unfinished; then with the answer and a duration of 1.5 seconds, at places 1 and 2 of the chain; in the list the same without heads and bodies; Conflict, and the first answer stays; NotFound",
			Run:     h.bind(logKeepsEverything),
		},
		{
			ID: "empty-exchange", Group: "log", Says: "an empty exchange is kept", Clauses: []string{"edo.Journal.Begin", "B4"},
			Sends:   "Begin and Finish with nothing but the time and the outcome silent",
			Expects: "a row with exactly that, at places 1 and 2, with the digests of no text",
			Run:     h.bind(emptyExchange),
		},
		{
			ID: "odd-text", Group: "log", Says: "odd text keeps no row from being written", Clauses: []string{"edo.Journal.Begin", "B4"},
			Why:     "one odd letter of an operator must not keep a letter from being sent or its trace from being written",
			Sends:   "an exchange and a package with zero bytes, a byte that is no UTF-8 and a written escape in heads, note, code, detail and the name of a candidate",
			Expects: "the heads byte for byte; of the other texts the letters and the end; a chain of two links without a finding",
			Run:     h.bind(oddText),
		},
		{
			ID: "content-of-answers-goes-to-the-archive", Group: "log", Says: "content of answers goes to the archive", Clauses: []string{"edo.Exchange.Blob", "B4"},
			Sends:   "an exchange opens a blob, writes eight bytes and commits; an exchange of a store without an archive opens one",
			Expects: "the archive gives the same bytes under the digest of the blob; an error without an archive",
			Run:     h.bind(contentOfAnswersGoesToTheArchive),
		},
		{
			ID: "log-filter", Group: "log", Says: "the log is filtered and paged", Clauses: []string{"directory.Ledger", "B3"},
			Why:     "an auditor takes the answer for all there is",
			Sends:   "five exchanges a minute apart: another package, another operation and code, another outcome, another subscriber, and one without an answer; eleven filters and pages, one of them with SQL for a name; five filters that make no sense",
			Expects: "exactly the rows that fit, newest first, the end of the period not among them; none for the SQL; Invalid for the five",
			Run:     h.bind(logFilter),
		},
		{
			ID: "log-knows-who-asked", Group: "log", Says: "a row of the log knows who asked and for whom", Clauses: []string{"edo.Journal.Begin", "B4"},
			Why:     "an auditor asks by people and counterparties, not by ids",
			Sends:   "two packages of different users and counterparties; six exchanges about them, their documents, nothing and an unknown package, each a minute earlier than the one before; ten filters by user, counterparty, document and order; a page after a place, newest first",
			Expects: "exactly the rows that fit; oldest first goes by time; Invalid for the page; a row has user, INN and KPP of its package; a chain of six links without a finding",
			Run:     h.bind(logKnowsWhoAsked),
		},
		{
			ID: "chain", Group: "log", Says: "every half of an exchange is a link of its subscriber's chain", Clauses: []string{"directory.Ledger", "V10"},
			Sends:   "21 exchanges of two subscribers and of nobody, every fifth of the twenty without an answer; the log is verified, then read in pages of five and computed again from its rows; LinkAt the end and behind it; a reader that returns an error",
			Expects: "38 links of three subscribers without a finding; every link as it was computed, the last as Chains tells; NotFound behind the end; the reader gets its error",
			Run:     h.bind(chain),
		},
		{
			ID: "chain-of-many", Group: "log", Says: "halves of many at once leave no gap", Clauses: []string{"directory.Ledger", "V10"},
			Sends:   "eight at once write ten exchanges each, of two subscribers, and answer each of them twice",
			Expects: "160 links of two subscribers without a finding; Conflict for every second answer",
			Run:     h.bind(chainOfMany),
		},
		{
			ID: "chain-of-two-stores", Group: "log", Says: "halves of two stores at once leave no gap", Clauses: []string{"directory.Ledger", "V10"},
			Sends:   "two stores on the same data, in each of which four at once write ten exchanges of one subscriber, every fifth without an answer",
			Expects: "a third store finds 144 links of one subscriber, and nothing wrong with them",
			Run:     h.bind(chainOfTwoStores),
		},
		{
			ID: "verify-part", Group: "log", Says: "a part of the chain is verified from the link before it", Clauses: []string{"directory.Ledger", "V10"},
			Sends:   "ten exchanges a second apart; Span and a check of the two seconds from the third exchange on; a check from an hour later on",
			Expects: "places 5 to 8; four links without a finding, and progress up to 8 of 8; then no link and no finding",
			Run:     h.bind(verifyPart),
		},
		{
			ID: "checkpoints", Group: "log", Says: "a checkpoint shows a chain that is another or too short", Clauses: []string{"directory.Ledger", "V10"},
			Sends:   "three exchanges; a check with four checkpoints: place 4 as it is, place 4 with another digest, place 7, and one of a subscriber without a chain",
			Expects: "no finding for the first, rewritten for the second, cut for the other two; four checkpoints and three broken in the report",
			Run:     h.bind(checkpoints),
		},
	}
}

// bookCases are about subscribers, people and their secrets.
func (h Harness) bookCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "book-keeps-everything", Group: "book", Says: "the book keeps everything", Clauses: []string{"directory.Book", "B1"},
			Sends:   "two subscribers, one of them changed; two users, one removed twice; a signer, for whom a key is sealed then",
			Expects: "rows as written, in the order of their ids, the changed one in place of the former; NotFound for the second removal; the signer is listed as one with a key",
			Run:     h.bind(bookKeepsEverything),
		},
		{
			ID: "book-refuses", Group: "book", Says: "the book refuses what is wrong", Clauses: []string{"directory.Book", "B7"},
			Why:     "a wrong INN that gets into the book goes out with every letter",
			Sends:   "a subscriber with a wrong INN and an address without TLS; a user of a subscriber who is not there, an empty one, one whose rights end in the year 12026; a signer, a sealed secret and attempts that nobody has",
			Expects: "both faults of the subscriber in one error, and no row; Conflict, Invalid, Invalid; NotFound, for the signer SignerUnknown",
			Run:     h.bind(bookRefuses),
		},
		{
			ID: "access", Group: "book", Says: "nobody is allowed what nobody allowed, and a refusal is a row", Clauses: []string{"gateway.Access.Allowed", "B2"},
			Sends:   "a user with two actions, two kinds and one hour; twelve requests, three of which are within his rights",
			Expects: "the three are allowed and leave no row; the others are UserNotAllowed, and each leaves one row with user, action, subscriber, kinds, sentence and time",
			Run:     h.bind(access),
		},
		{
			ID: "refusals", Group: "book", Says: "refusals are listed by subscriber", Clauses: []string{"directory.Book", "B2"},
			Sends:   "three refused requests, of ours, theirs and ours; Refusals of all, of ours, of theirs and of nobody; a limit above the most",
			Expects: "places 3, 2, 1; 3, 1; 2; none; Invalid",
			Run:     h.bind(refusals),
		},
		{
			ID: "who-may", Group: "book", Says: "who may is asked of own rights and of substitutions", Clauses: []string{"gateway.Access.Allowed", "B2"},
			Sends:   "three users with rights, one whose right has ended, eleven substitutions; twenty requests, each at a glance, then in earnest, then for another subscriber",
			Expects: "who acts for whom, or UserNotAllowed; only what is refused in earnest leaves a row, with who, for whom, action, time and reason; for the other subscriber all are refused",
			Run:     h.bind(whoMay),
		},
		{
			ID: "readings", Group: "book", Says: "a reading is a row before it is allowed", Clauses: []string{"gateway.Readings.Reading", "B2"},
			Why:     "an auditor asks who has read a letter; what was shown without a row cannot be told",
			Sends:   "Reading by a user, by his deputy, and by an account of the machine itself with a text that is too long; by a stranger, by nobody, by the account of the machine from elsewhere, and of an action that was not given; Readings of ours, of all, of another subscriber, and with a limit of -1",
			Expects: "three rows, newest first, with user, principal, action and text, the long one cut; UserNotAllowed for the other four, which leave none; none of the other subscriber; FilterMalformed",
			Run:     h.bind(readings),
		},
		{
			ID: "changes-hold-at-once", Group: "book", Says: "changes of the allow-list hold at once in another store on the same data", Clauses: []string{"gateway.Access.Allowed", "B2"},
			Sends:   "one store changes users and substitutions in ten steps; after each, another store on the same data is asked whether the deputy may send; then a substitution with every field, and the removal of one that is not there",
			Expects: "allowed exactly while the right and the substitution are both in force; a removed deputy leaves no substitution behind; every field is listed; NotFound",
			Run:     h.bind(changesHoldAtOnce),
		},
		{
			ID: "seals-of-an-epoch", Group: "book", Says: "a seal of another epoch is not taken in", Clauses: []string{"secret.Blobs.PutSealed", "B1"},
			Why:     "a password sealed with a key that is thrown away then can be opened by nobody, and the box is closed to us",
			Sends:   "an installation and its data keys, a secret sealed twice; BeginRotation to another key, then twice in vain; a seal and a data key of the old epoch, a data key of the old key; EndRotation; Reseal and Rewrap of bytes that have changed since, and of the present ones; EndRotation of this epoch and of another; StartOver",
			Expects: "the first data key stays, the secret is version 2; epoch 2 with the new key, and KeyMoved for the three; two left, then none; only the present bytes are replaced; after StartOver epoch 3 with its key and no secret",
			Run:     h.bind(sealsOfAnEpoch),
		},
		{
			ID: "succession", Group: "book", Says: "a next secret takes the place of the present one once", Clauses: []string{"secret.Blobs.Succeed", "B1"},
			Why:     "operators lock accounts after some wrong passwords",
			Sends:   "a password and a next one; SealedTried twice after the same number of tries; SealedUsed; Succeed with other bytes, in another epoch, and rightly; RemoveSealed twice",
			Expects: "the first try is ours, the second is not; NotFound and KeyMoved change nothing; then one row with the next password, version 2; NotFound for the second removal",
			Run:     h.bind(succession),
		},
		{
			ID: "logins-of-an-address", Group: "book", Says: "a credential is forgotten with the address it was for", Clauses: []string{"directory.Book", "B1"},
			Why:     "whoever changes the address in the book would be sent the password",
			Sends:   "a login, a next login and the key of a signer are sealed; the subscriber gets another title, another address, another operator",
			Expects: "with the title all three stay; with the address and with the operator both logins are NotFound and the key stays",
			Run:     h.bind(loginsOfAnAddress),
		},
		{
			ID: "times-keep-microseconds", Group: "book", Says: "times keep microseconds and sort", Clauses: []string{"directory.Book"},
			Why:     "the two stores would put the same letters into a different order",
			Sends:   "packages made 0, 999, 1000 and 1999 nanoseconds after noon; Operations from 1001 nanoseconds after noon on",
			Expects: "times cut to the microsecond, in UTC; two packages in the list",
			Run:     h.bind(timesKeepMicroseconds),
		},
	}
}
