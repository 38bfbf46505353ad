package hosttest

import "github.com/edokit/edokit/conformance"

// cases lists what every plugin of this contract does, in the order in which a host meets it.
func (s *Suite) cases() []conformance.Case {
	const (
		launch   = "dmsplugin/README.md, a host in another language: 1 to 3"
		life     = "dmsplugin/README.md, a host in another language: 4 to 6"
		rules    = "dms.proto, rules for the whole file"
		sending  = "dms.proto, Exchange.Send"
		many     = "dms.proto, Exchange.SendMany"
		events   = "dms.proto, Exchange.Deliver, Acknowledge, Follow"
		bytesOf  = "dms.proto, Exchange.Content"
		errors   = "dms.proto, ErrorDetail; dmsplugin/README.md, errors"
		allowed  = "dms.proto, Action; PackageHeader.actor"
		draining = "dms.proto, Plugin.Drain"
	)
	return []conformance.Case{
		{ID: "six-fields", Group: "launch", Says: "the first line has the six fields of the handshake", Clauses: []string{launch}, Run: s.bind(sixFields)},
		{ID: "multiplexing", Group: "launch", Says: "a host that offers multiplexing gets the same line", Clauses: []string{launch}, Run: s.bind(multiplexing)},
		{ID: "certificate-for-all", Group: "launch", Says: "the certificate is for localhost, with a key that every TLS stack takes", Clauses: []string{launch}, Run: s.bind(certificateForAll)},
		{ID: "nothing-else-printed", Group: "launch", Says: "nothing but the first line comes on standard output", Clauses: []string{launch}, Run: s.bind(nothingElsePrinted)},
		{ID: "log-in-json", Group: "launch", Says: "the log is one JSON object per line", Clauses: []string{life}, Run: s.bind(logInJSON)},
		{ID: "foreign-versions", Group: "launch", Says: "a host of other versions is told ours and can refuse", Clauses: []string{launch}, Run: s.bind(foreignVersions)},
		{ID: "common-version", Group: "launch", Says: "of several versions the one that both know is taken", Clauses: []string{launch}, Run: s.bind(commonVersion)},
		{ID: "no-cookie", Group: "launch", Says: "without the cookie the process ends with 1 and a sentence", Clauses: []string{launch}, Run: s.bind(noCookie)},
		{ID: "no-certificate", Group: "launch", Says: "without a certificate of the host the plugin does not start", Clauses: []string{launch}, Run: s.bind(noCertificate)},
		{ID: "foreign-client", Group: "launch", Says: "a client with another certificate, or none, is refused", Clauses: []string{launch}, Run: s.bind(foreignClient)},
		{ID: "two-connections", Group: "launch", Says: "two connections of the host are served beside each other", Clauses: []string{life}, Run: s.bind(twoConnections)},
		{ID: "info", Group: "launch", Says: "the plugin says what it can and how much it takes", Clauses: []string{"dms.proto, Plugin.GetInfo"}, Run: s.bind(info)},
		{ID: "health", Group: "launch", Says: "the health service says whether packages are taken", Clauses: []string{life}, Run: s.bind(health)},

		{ID: "message-too-big", Group: "limits", Says: "a message above 4 MiB is refused, and the plugin lives on", Clauses: []string{rules}, Run: s.bind(messageTooBig)},
		{ID: "chunk-sizes", Group: "limits", Says: "a chunk has 1 byte to 1 MiB", Clauses: []string{rules}, Run: s.bind(chunkSizes)},
		{ID: "header-too-big", Group: "limits", Says: "a header above 64 KiB is refused", Clauses: []string{sending}, Run: s.bind(headerTooBig)},
		{ID: "endless", Group: "limits", Says: "a stream without end is stopped at the announced size", Clauses: []string{sending}, Run: s.bind(endless)},
		{ID: "document-count", Group: "limits", Says: "a package has 1 to 100 documents", Clauses: []string{"dms.proto, PackageHeader.document_count"}, Run: s.bind(documentCount)},
		{ID: "wrong-trailers", Group: "limits", Says: "a document that is not what its trailer says is refused", Clauses: []string{"dms.proto, DocumentEnd"}, Run: s.bind(wrongTrailers)},
		{ID: "broken-streams", Group: "limits", Says: "a stream that ends early, or in a wrong order, leaves nothing", Clauses: []string{rules}, Run: s.bind(brokenStreams)},
		{ID: "strangers-first", Group: "limits", Says: "a stranger, or a package beyond the limits, is refused before any content is taken", Clauses: []string{sending}, Run: s.bind(strangersFirst)},
		{ID: "all-faults", Group: "limits", Says: "all faults of a package are told at once", Clauses: []string{sending}, Run: s.bind(allFaults)},

		{ID: "sent-again", Group: "sending", Says: "a package that is sent again is the same operation", Clauses: []string{rules}, Run: s.bind(sentAgain)},
		{ID: "sent-at-once", Group: "sending", Says: "a package that is sent eight times at once is one operation", Clauses: []string{rules}, Run: s.bind(sentAtOnce)},
		{ID: "answer-lost", Group: "sending", Says: "a package whose answer was lost is the same operation when it is sent again", Clauses: []string{rules}, Run: s.bind(answerLost)},
		{ID: "id-taken", Group: "sending", Says: "an id that another content has is refused", Clauses: []string{rules}, Run: s.bind(idTaken)},
		{ID: "outlives-kill", Group: "sending", Says: "a package that was accepted outlives a killed plugin", Clauses: []string{sending}, Run: s.bind(outlivesKill)},
		{ID: "watch-to-the-end", Group: "sending", Says: "a package is watched to its end, and its second version is there", Clauses: []string{"dms.proto, Exchange.Watch"}, Run: s.bind(watchToTheEnd)},
		{ID: "refused-in-the-middle", Group: "sending", Says: "of many packages a refused one in the middle stops no other", Clauses: []string{many}, Run: s.bind(refusedInTheMiddle)},
		{ID: "answered-on-the-way", Group: "sending", Says: "each of many packages is answered while the stream goes on", Clauses: []string{many}, Run: s.bind(answeredOnTheWay)},

		{ID: "forged-actors", Group: "people", Says: "a user whom nobody has allowed is refused, whatever he calls himself", Clauses: []string{allowed}, Run: s.bind(forgedActors)},
		{ID: "revoked-actor", Group: "people", Says: "a user who was allowed and is not any more is refused", Clauses: []string{allowed}, Run: s.bind(revokedActor)},
		{ID: "every-call-asks", Group: "people", Says: "every call that acts for somebody asks who may", Clauses: []string{allowed}, Run: s.bind(everyCallAsks)},
		{ID: "administered-again", Group: "people", Says: "whoever administers may repeat himself", Clauses: []string{"dms.proto, Directory"}, Run: s.bind(administeredAgain)},
		{ID: "declined", Group: "people", Says: "what waits for a key of the host is listed and ends once", Clauses: []string{"dms.proto, Signing"}, Run: s.bind(declined)},
		{ID: "not-found", Group: "people", Says: "what nobody has is not found", Clauses: []string{errors}, Run: s.bind(notFound)},
		{ID: "nonsense", Group: "people", Says: "every call answers nonsense with an error that a host can act on", Clauses: []string{errors}, Run: s.bind(nonsense)},
		{ID: "unknown-call", Group: "people", Says: "a call that is not known is not supported", Clauses: []string{errors}, Run: s.bind(unknownCall)},
		{ID: "many-faults", Group: "people", Says: "an error of hundreds of faults fits into its trailers", Clauses: []string{errors}, Run: s.bind(manyFaults)},

		{ID: "content-whole", Group: "events", Says: "content comes whole, with header and trailer", Clauses: []string{bytesOf}, Run: s.bind(contentWhole)},
		{ID: "content-goes-on", Group: "events", Says: "content goes on where it was cut off, and never with other bytes", Clauses: []string{bytesOf}, Run: s.bind(contentGoesOn)},
		{ID: "events-in-order", Group: "events", Says: "events come in order and from any place", Clauses: []string{events}, Run: s.bind(eventsInOrder)},
		{ID: "nobodys-events", Group: "events", Says: "events of a subscriber that nobody has are refused", Clauses: []string{events}, Run: s.bind(nobodysEvents)},
		{ID: "acknowledged-stays", Group: "events", Says: "what was acknowledged never moves back", Clauses: []string{events}, Run: s.bind(acknowledgedStays)},
		{ID: "heartbeats", Group: "events", Says: "whoever follows hears a heartbeat", Clauses: []string{events}, Run: s.bind(heartbeats)},
		{ID: "followed", Group: "events", Says: "whoever follows hears what happens when it happens", Clauses: []string{events}, Run: s.bind(followed)},

		{ID: "came-in", Group: "inbox", Says: "what comes in is told once, to its responsible person, and its bytes come whole", Clauses: []string{"dms.proto, InboundDocument; ContentRequest.inbound"}, Run: s.bind(cameIn)},
		{ID: "answered", Group: "inbox", Says: "a document that came in is answered once, and its event tells so", Clauses: []string{"dms.proto, Answers.Answer"}, Run: s.bind(answered)},

		{ID: "cancelled", Group: "load", Says: "a call that was cancelled or is over ends in the plugin, too", Clauses: []string{life}, Run: s.bind(cancelled)},
		{ID: "many-streams", Group: "load", Says: "many opened streams take a bounded memory, and the plugin still answers", Clauses: []string{life}, Alone: true, Run: s.bind(manyStreams)},
		{ID: "large-uploads", Group: "load", Says: "eight large documents at once hold up no other call and fill no memory", Clauses: []string{rules}, Alone: true, Run: s.bind(largeUploads)},
		{ID: "slow-reader", Group: "load", Says: "a host that does not read content fills no memory", Clauses: []string{rules}, Alone: true, Run: s.bind(slowReader)},

		{ID: "drains", Group: "end", Says: "a draining plugin takes nothing new and finishes what is arriving", Clauses: []string{draining}, Run: s.bind(drains)},
		{ID: "shutdown", Group: "end", Says: "a plugin that is ordered to end is gone, with its socket", Clauses: []string{life}, Run: s.bind(shutdown)},
		{ID: "terminated", Group: "end", Says: "a plugin that is terminated ends with 0, with its socket", Clauses: []string{life}, Run: s.bind(terminated)},
		{ID: "no-orphan", Group: "end", Says: "a plugin does not outlive its host", Clauses: []string{life}, Run: s.bind(noOrphan)},
		{ID: "no-orphan-at-start", Group: "end", Says: "a plugin whose host dies while it starts ends as well", Clauses: []string{life}, Run: s.bind(noOrphanAtStart)},
		{ID: "stdin-watch", Group: "end", Says: "the end of standard input is the end, if that was asked for", Clauses: []string{life}, Run: s.bind(stdinWatch)},

		{ID: "no-secret-back", Group: "secrets", Says: "no secret that was given comes back", Clauses: []string{"dms.proto, rules: credentials travel from host to plugin only"}, Run: s.bind(noSecretBack)},
	}
}
