package hosttest

import "github.com/edokit/edokit/conformance"

// eventCases are about what a host reads.
func (s *Suite) eventCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "content-whole", Group: "events", Says: "content comes whole, with header and trailer", Clauses: []string{docContent},
			Sends:   "documents of 1 byte, 256 KiB and 768 KiB and a byte are sent and read; one of them is read without a role",
			Expects: "a header, chunks of 1 byte to 1 MiB with the same bytes, a trailer; size and digest in both are those of the bytes, the header has document and role; without a role an error" + typedToo,
			Run:     s.bind(contentWhole),
		},
		{
			ID: "content-goes-on", Group: "events", Says: "content goes on where it was cut off, and never with other bytes", Clauses: []string{docContent},
			Sends:   "a document of 512 KiB and 100 bytes read from seven places with its digest; from behind its end, from before its beginning; from place 100 with another digest",
			Expects: "the rest of the bytes, size and digest of the whole; InvalidArgument twice; FailedPrecondition" + typedToo,
			Run:     s.bind(contentGoesOn),
		},
		{
			ID: "events-in-order", Group: "events", Says: "events come in order and from any place", Clauses: []string{docEvents},
			Sends:   "four packages; Deliver of everything, of one event after each of four places, of the first three again, and of pages of -1 and 501",
			Expects: "four events or more, places only grow, all of this subscriber; the event that follows; the same three; InvalidArgument twice" + typedToo,
			Run:     s.bind(eventsInOrder),
		},
		{
			ID: "nobodys-events", Group: "events", Says: "events of a subscriber that nobody has are refused", Clauses: []string{docEvents},
			Sends:   "Deliver, Acknowledge, Acknowledged and Follow of a subscriber with a letter left out of its id",
			Expects: "NotFound, subscriber-unknown, four times" + typedToo,
			Run:     s.bind(nobodysEvents),
		},
		{
			ID: "acknowledged-stays", Group: "events", Says: "what was acknowledged never moves back", Clauses: []string{docEvents},
			Sends:   "Acknowledge of the largest number and of -1; after three packages, of the place of the third event, of the first, and of 0; Acknowledged of this reader each time, and of another",
			Expects: "InvalidArgument twice; this reader stays at the place of the third event, the other one stands at 0" + typedToo,
			Run:     s.bind(acknowledgedStays),
		},
		{
			ID: "heartbeats", Group: "events", Says: "whoever follows hears a heartbeat", Clauses: []string{docEvents},
			Why:     "without it a host cannot tell silence from a broken connection",
			Sends:   "Follow of a subscriber to whom nothing happens, with a heartbeat of a second; then with 1 ms, an hour and minus a second",
			Expects: "two answers without events, after 0.9 and 1.8 seconds at the soonest, all within ten; InvalidArgument three times" + typedToo,
			Run:     s.bind(heartbeats),
		},
		{
			ID: "followed", Group: "events", Says: "whoever follows hears what happens when it happens", Clauses: []string{docEvents},
			Sends:   "Follow from the last event on; two packages, one after the other",
			Expects: "events of both, places only grow and are those that the answers say; both heard within 5 seconds",
			Run:     s.bind(followed),
		},
	}
}

// inboxCases are about what comes in.
func (s *Suite) inboxCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "came-in", Group: "inbox", Says: "what comes in is told once, to its responsible person, and its bytes come whole", Clauses: []string{"dms.proto, InboundDocument; ContentRequest.inbound"},
			Sends:   "another organisation sends two documents to our box; Deliver until both are told; Content of the first, of its rest with the digest, and by a stranger",
			Expects: "one event of the first, with name, size, digest, responsible person, a reason in Russian, the wish for a signature and one signature; the same bytes, and the rest of them; PermissionDenied" + typedToo,
			Run:     s.bind(cameIn),
		},
		{
			ID: "answered", Group: "inbox", Says: "a document that came in is answered once, and its event tells so", Clauses: []string{"dms.proto, Answers.Answer"},
			Sends:   "a document comes in; Answer: signed by a stranger, three times by the clerk, then refused by the clerk",
			Expects: "PermissionDenied; one package and one time of creation for the three; an error; an event says that it is signed",
			Run:     s.bind(answered),
		},
	}
}

// loadCases are about many at once, and large ones.
func (s *Suite) loadCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "cancelled", Group: "load", Says: "a call that was cancelled or is over ends in the plugin, too", Clauses: []string{docLife},
			Sends:   "two packages stop within their document, one is cancelled, one has a limit of a second; then Drain",
			Expects: "Canceled and DeadlineExceeded; Drain ends within 5 seconds",
			Run:     s.bind(cancelled),
		},
		{
			ID: "many-streams", Group: "load", Says: "many opened streams take a bounded memory, and the plugin still answers", Clauses: []string{docLife}, Alone: true,
			Sends:   "10,000 packages (or as many as the run says) opened on one connection and left open, Status on another; all cancelled; as many opened and each dropped at once, by eight beside each other; Status after either",
			Expects: "every Status within 5 seconds; at most 64 MiB more memory than before, while they are open and at any later time",
			Run:     s.bind(manyStreams),
		},
		{
			ID: "large-uploads", Group: "load", Says: "eight large documents at once hold up no other call and fill no memory", Clauses: []string{docRules}, Alone: true,
			Sends:   "eight documents of 4 MiB (or as the run says) sent at once; Status asked again and again meanwhile",
			Expects: "all are taken; two states or more, each within 2 seconds; never more than 128 MiB of memory, or what the run allows",
			Run:     s.bind(largeUploads),
		},
		{
			ID: "slow-reader", Group: "load", Says: "a host that does not read content fills no memory", Clauses: []string{docRules}, Alone: true,
			Sends:   "a document of 4 MiB (or as the run says); eight read one part of it and no more; Status asked again and again for half a second; GetInfo; a ninth reads the last ten bytes",
			Expects: "two states or more, each within 2 seconds; never more than 128 MiB of memory, or what the run allows; GetInfo is answered, ten bytes come",
			Run:     s.bind(slowReader),
		},
	}
}

// endCases are about the end of a process.
func (s *Suite) endCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "drains", Group: "end", Says: "a draining plugin takes nothing new and finishes what is arriving", Clauses: []string{docDrain},
			Sends:   "head and document header of a package, and a Follow; Drain; another package, health, the rest of the first; Status",
			Expects: "Follow ends with Unavailable, plugin-draining; the other package too, safe to repeat; NOT_SERVING; Drain waits until the first package is taken and ends within 5 seconds; the state is told" + typedToo,
			Run:     s.bind(drains),
		},
		{
			ID: "shutdown", Group: "end", Says: "a plugin that is ordered to end is gone, with its socket", Clauses: []string{docLife},
			Sends:   "a package, Drain, then Shutdown of the controller of go-plugin; Status after it",
			Expects: "exit code 0 within 2 seconds, nothing left in the host's folder, no line of the log at level error; Status is Unavailable",
			Run:     s.bind(shutdown),
		},
		{
			ID: "terminated", Group: "end", Says: "a plugin that is terminated ends with 0, with its socket", Clauses: []string{docLife},
			Sends:   "a Follow and half a package; SIGINT; health 300 ms later; SIGTERM",
			Expects: "SIGINT changes nothing; then exit code 0 within 5 seconds, nothing left in the host's folder, no line of the log at level error; both calls end with Unavailable",
			Run:     s.bind(terminated),
		},
		{
			ID: "no-orphan", Group: "end", Says: "a plugin does not outlive its host", Clauses: []string{docLife},
			Sends:   "the plugin is started by a shell, which is killed after the first line",
			Expects: "within 5 seconds the process is gone and the host's folder empty",
			Run:     s.bind(noOrphan),
		},
		{
			ID: "no-orphan-at-start", Group: "end", Says: "a plugin whose host dies while it starts ends as well", Clauses: []string{docLife},
			Sends:   "the plugin is started by a shell, which is killed at once, with standard output closed and the first line not read",
			Expects: "within 5 seconds the process is gone and the host's folder empty",
			Run:     s.bind(noOrphanAtStart),
		},
		{
			ID: "stdin-watch", Group: "end", Says: "the end of standard input is the end, if that was asked for", Clauses: []string{docLife},
			Sends:   "two plugins, one with EDOKIT_STDIN_WATCH=1; standard input of this one is closed, then that of the other",
			Expects: "the first ends with 0 within 5 seconds, leaves nothing in the host's folder and no line of the log at level error; the other still runs after 300 ms and three times as long as that took",
			Run:     s.bind(stdinWatch),
		},
	}
}

// secretCases are about what must never be heard.
func (s *Suite) secretCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "no-secret-back", Group: "secrets", Says: "no secret that was given comes back", Clauses: []string{"dms.proto, rules: credentials travel from host to plugin only"},
			Sends:   "with the log at debug: password, certificate and key in every kind of login and as a signer's, right, next and broken; a package watched to its end; then everything that can be listed, and both sides of all rows of the log; the end",
			Expects: "none of the secrets in an answer, an error, on standard error or standard output; broken keys are refused; three rows of the log or more, each readable to its end",
			Run:     s.bind(noSecretBack),
		},
	}
}
