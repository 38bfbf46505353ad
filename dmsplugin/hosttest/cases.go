package hosttest

// Cases lists what every plugin of this contract does, in the order in which a host meets it.
func Cases() []Case {
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
	return []Case{
		{Says: "the first line has the six fields of the handshake", Clause: launch, Run: sixFields},
		{Says: "a host that offers multiplexing gets the same line", Clause: launch, Run: multiplexing},
		{Says: "the certificate is for localhost, with a key that every TLS stack takes", Clause: launch, Run: certificateForAll},
		{Says: "nothing but the first line comes on standard output", Clause: launch, Run: nothingElsePrinted},
		{Says: "the log is one JSON object per line", Clause: life, Run: logInJSON},
		{Says: "a host of other versions is told ours and can refuse", Clause: launch, Run: foreignVersions},
		{Says: "of several versions the one that both know is taken", Clause: launch, Run: commonVersion},
		{Says: "without the cookie the process ends with 1 and a sentence", Clause: launch, Run: noCookie},
		{Says: "without a certificate of the host the plugin does not start", Clause: launch, Run: noCertificate},
		{Says: "a client with another certificate, or none, is refused", Clause: launch, Run: foreignClient},
		{Says: "two connections of the host are served beside each other", Clause: life, Run: twoConnections},
		{Says: "the plugin says what it can and how much it takes", Clause: "dms.proto, Plugin.GetInfo", Run: info},
		{Says: "the health service says whether packages are taken", Clause: life, Run: health},

		{Says: "a message above 4 MiB is refused, and the plugin lives on", Clause: rules, Run: messageTooBig},
		{Says: "a chunk has 1 byte to 1 MiB", Clause: rules, Run: chunkSizes},
		{Says: "a header above 64 KiB is refused", Clause: sending, Run: headerTooBig},
		{Says: "a stream without end is stopped at the announced size", Clause: sending, Run: endless},
		{Says: "a package has 1 to 100 documents", Clause: "dms.proto, PackageHeader.document_count", Run: documentCount},
		{Says: "a document that is not what its trailer says is refused", Clause: "dms.proto, DocumentEnd", Run: wrongTrailers},
		{Says: "a stream that ends early, or in a wrong order, leaves nothing", Clause: rules, Run: brokenStreams},
		{Says: "a stranger, or a package beyond the limits, is refused before any content is taken", Clause: sending, Run: strangersFirst},
		{Says: "all faults of a package are told at once", Clause: sending, Run: allFaults},

		{Says: "a package that is sent again is the same operation", Clause: rules, Run: sentAgain},
		{Says: "a package that is sent eight times at once is one operation", Clause: rules, Run: sentAtOnce},
		{Says: "a package whose answer was lost is the same operation when it is sent again", Clause: rules, Run: answerLost},
		{Says: "an id that another content has is refused", Clause: rules, Run: idTaken},
		{Says: "a package that was accepted outlives a killed plugin", Clause: sending, Run: outlivesKill},
		{Says: "a package is watched to its end, and its second version is there", Clause: "dms.proto, Exchange.Watch", Run: watchToTheEnd},
		{Says: "of many packages a refused one in the middle stops no other", Clause: many, Run: refusedInTheMiddle},
		{Says: "each of many packages is answered while the stream goes on", Clause: many, Run: answeredOnTheWay},

		{Says: "a user whom nobody has allowed is refused, whatever he calls himself", Clause: allowed, Run: forgedActors},
		{Says: "a user who was allowed and is not any more is refused", Clause: allowed, Run: revokedActor},
		{Says: "every call that acts for somebody asks who may", Clause: allowed, Run: everyCallAsks},
		{Says: "whoever administers may repeat himself", Clause: "dms.proto, Directory", Run: administeredAgain},
		{Says: "what waits for a key of the host is listed and ends once", Clause: "dms.proto, Signing", Run: declined},
		{Says: "what nobody has is not found", Clause: errors, Run: notFound},
		{Says: "every call answers nonsense with an error that a host can act on", Clause: errors, Run: nonsense},
		{Says: "a call that is not known is not supported", Clause: errors, Run: unknownCall},
		{Says: "an error of hundreds of faults fits into its trailers", Clause: errors, Run: manyFaults},

		{Says: "content comes whole, with header and trailer", Clause: bytesOf, Run: contentWhole},
		{Says: "content goes on where it was cut off, and never with other bytes", Clause: bytesOf, Run: contentGoesOn},
		{Says: "events come in order and from any place", Clause: events, Run: eventsInOrder},
		{Says: "events of a subscriber that nobody has are refused", Clause: events, Run: nobodysEvents},
		{Says: "what was acknowledged never moves back", Clause: events, Run: acknowledgedStays},
		{Says: "whoever follows hears a heartbeat", Clause: events, Run: heartbeats},
		{Says: "whoever follows hears what happens when it happens", Clause: events, Run: followed},

		{Says: "what comes in is told once, to its responsible person, and its bytes come whole", Clause: "dms.proto, InboundDocument; ContentRequest.inbound", Run: cameIn},
		{Says: "a document that came in is answered once, and its event tells so", Clause: "dms.proto, Answers.Answer", Run: answered},

		{Says: "a call that was cancelled or is over ends in the plugin, too", Clause: life, Run: cancelled},
		{Says: "many opened streams take a bounded memory, and the plugin still answers", Clause: life, Alone: true, Run: manyStreams},
		{Says: "eight large documents at once hold up no other call and fill no memory", Clause: rules, Alone: true, Run: largeUploads},
		{Says: "a host that does not read content fills no memory", Clause: rules, Alone: true, Run: slowReader},

		{Says: "a draining plugin takes nothing new and finishes what is arriving", Clause: draining, Run: drains},
		{Says: "a plugin that is ordered to end is gone, with its socket", Clause: life, Run: shutdown},
		{Says: "a plugin that is terminated ends with 0, with its socket", Clause: life, Run: terminated},
		{Says: "a plugin does not outlive its host", Clause: life, Run: noOrphan},
		{Says: "a plugin whose host dies while it starts ends as well", Clause: life, Run: noOrphanAtStart},
		{Says: "the end of standard input is the end, if that was asked for", Clause: life, Run: stdinWatch},

		{Says: "no secret that was given comes back", Clause: "dms.proto, rules: credentials travel from host to plugin only", Run: noSecretBack},
	}
}
