package hosttest

import "github.com/edokit/edokit/conformance"

// launchCases are about the way from the start to the first call.
func (s *Suite) launchCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "six-fields", Group: "launch", Says: "the first line has the six fields of the handshake", Clauses: []string{docLaunch},
			Sends:   "the binary is started with cookie, version, certificate and a folder for its socket; GetInfo at the address of its first line",
			Expects: "six fields: 1, version 1, unix or tcp, an address, grpc, a certificate in base64 without padding; a unix socket lies in the host's folder; GetInfo is answered",
			Run:     s.bind(sixFields),
		},
		{
			ID: "multiplexing", Group: "launch", Says: "a host that offers multiplexing gets the same line", Clauses: []string{docLaunch},
			Sends:   "the same start with PLUGIN_MULTIPLEX_GRPC=true, then GetInfo",
			Expects: "a line of six fields as without it, and an answer",
			Run:     s.bind(multiplexing),
		},
		{
			ID: "certificate-for-all", Group: "launch", Says: "the certificate is for localhost, with a key that every TLS stack takes", Clauses: []string{docLaunch},
			Sends:   "the certificate of the first line is read",
			Expects: "a key on the curve P-256, valid for localhost, from now on for at least 365 days",
			Run:     s.bind(certificateForAll),
		},
		{
			ID: "nothing-else-printed", Group: "launch", Says: "nothing but the first line comes on standard output", Clauses: []string{docLaunch},
			Why:     "a host that reads on takes a stray line for a message of the plugin, or stands still when nobody reads",
			Sends:   "with the log at debug a package is sent, Status is asked without a key, and the plugin is ordered to end",
			Expects: "after the first line nothing comes on standard output, and it is closed within 5 seconds",
			Run:     s.bind(nothingElsePrinted),
		},
		{
			ID: "log-in-json", Group: "launch", Says: "the log is one JSON object per line", Clauses: []string{docLife},
			Why:     "what the host cannot read as a log is lost when somebody has to find out why a letter did not leave",
			Sends:   "with the log at debug a package is sent, Status is asked without a key, and the plugin is ordered to end",
			Expects: "at least two lines on standard error, each a JSON object with @level, @message and a time in @timestamp",
			Run:     s.bind(logInJSON),
		},
		{
			ID: "foreign-versions", Group: "launch", Says: "a host of other versions is told ours and can refuse", Clauses: []string{docLaunch},
			Sends:   "the binary is started with PLUGIN_PROTOCOL_VERSIONS=7,8",
			Expects: "the first line says version 1, none of the host's",
			Run:     s.bind(foreignVersions),
		},
		{
			ID: "common-version", Group: "launch", Says: "of several versions the one that both know is taken", Clauses: []string{docLaunch},
			Sends:   "the binary is started with PLUGIN_PROTOCOL_VERSIONS=9,1",
			Expects: "the first line says version 1",
			Run:     s.bind(commonVersion),
		},
		{
			ID: "no-cookie", Group: "launch", Says: "without the cookie the process ends with 1 and a sentence", Clauses: []string{docLaunch},
			Why:     "somebody who starts the program by hand has to be told that it is none to be started so",
			Sends:   "the binary is started without the cookie, and with a wrong one",
			Expects: "each ends with 1 within 5 seconds, names EDOKIT_DMS_PLUGIN on standard error and prints nothing on standard output",
			Run:     s.bind(noCookie),
		},
		{
			ID: "no-certificate", Group: "launch", Says: "without a certificate of the host the plugin does not start", Clauses: []string{docLaunch},
			Sends:   "the binary is started without PLUGIN_CLIENT_CERT, and with one that is no PEM",
			Expects: "each ends with 1 within 5 seconds, names PLUGIN_CLIENT_CERT on standard error and prints nothing on standard output",
			Run:     s.bind(noCertificate),
		},
		{
			ID: "foreign-client", Group: "launch", Says: "a client with another certificate, or none, is refused", Clauses: []string{docLaunch},
			Sends:   "GetInfo with another certificate, without one, without TLS, and with the right one by TLS 1.1; then by the host itself",
			Expects: "Unavailable four times; the host is answered",
			Run:     s.bind(foreignClient),
		},
		{
			ID: "two-connections", Group: "launch", Says: "two connections of the host are served beside each other", Clauses: []string{docLife},
			Sends:   "GetInfo twenty times in turn on two connections; the first is closed, GetInfo on the second",
			Expects: "every call is answered",
			Run:     s.bind(twoConnections),
		},
		{
			ID: "info", Group: "launch", Says: "the plugin says what it can and how much it takes", Clauses: []string{"dms.proto, Plugin.GetInfo"},
			Why:     "a host that is told too much offers the clerk what cannot be sent",
			Sends:   "GetInfo",
			Expects: "a version, the operator, sixteen capabilities from send to actions, 100 documents, a size of a document of 1 byte or more and of a package not below it, chunks of 1 byte to 1 MiB",
			Run:     s.bind(info),
		},
		{
			ID: "health", Group: "launch", Says: "the health service says whether packages are taken", Clauses: []string{docLife},
			Why:     "who watches the machine asks this; case drains looks at the answer of a plugin that takes nothing more",
			Sends:   "Check of the service plugin, of the service without a name, and of an unknown one",
			Expects: "SERVING, SERVING, NotFound",
			Run:     s.bind(health),
		},
	}
}

// limitCases are about what is too much, or not whole.
func (s *Suite) limitCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "message-too-big", Group: "limits", Says: "a message above 4 MiB is refused, and the plugin lives on", Clauses: []string{docRules},
			Sends:   "a chunk of 5 MiB in a package; a call with a name of 5 MiB; Status of the package",
			Expects: "ResourceExhausted twice; the package is not found, by a plugin that answers",
			Run:     s.bind(messageTooBig),
		},
		{
			ID: "chunk-sizes", Group: "limits", Says: "a chunk has 1 byte to 1 MiB", Clauses: []string{docRules},
			Sends:   "three packages: with an empty chunk, with one of 1 MiB and a byte, with one of 1 MiB",
			Expects: "InvalidArgument, stream-broken, for the first two, and nothing of them kept; the third is taken" + typedToo,
			Run:     s.bind(chunkSizes),
		},
		{
			ID: "header-too-big", Group: "limits", Says: "a header above 64 KiB is refused", Clauses: []string{docSend},
			Sends:   "a comment of 70 KiB in the header of a document, a set of 70 KiB in that of a package",
			Expects: "InvalidArgument, message-too-big, twice, nothing kept" + typedToo,
			Run:     s.bind(headerTooBig),
		},
		{
			ID: "endless", Group: "limits", Says: "a stream without end is stopped at the announced size", Clauses: []string{docSend},
			Sends:   "a document announced with 1 MiB, then chunks of 64 KiB until the plugin ends the stream",
			Expects: "it ends before 64 MiB, with InvalidArgument, stream-broken, and nothing is kept" + typedToo,
			Run:     s.bind(endless),
		},
		{
			ID: "document-count", Group: "limits", Says: "a package has 1 to 100 documents", Clauses: []string{"dms.proto, PackageHeader.document_count"},
			Sends:   "packages that announce 0 and -1 documents, one of 101 documents, one of 100",
			Expects: "InvalidArgument for the first three, nothing of them kept; the fourth is taken with 100 documents" + typedToo,
			Run:     s.bind(documentCount),
		},
		{
			ID: "wrong-trailers", Group: "limits", Says: "a document that is not what its trailer says is refused", Clauses: []string{"dms.proto, DocumentEnd"},
			Why:     "a document that was cut or changed on its way must not be signed",
			Sends:   "six packages of one document: other bytes than the trailer says, a trailer without a digest, with another size, of another document, and a header with another digest, with another size",
			Expects: "InvalidArgument six times, nothing kept" + typedToo,
			Run:     s.bind(wrongTrailers),
		},
		{
			ID: "broken-streams", Group: "limits", Says: "a stream that ends early, or in a wrong order, leaves nothing", Clauses: []string{docRules},
			Sends:   "eight packages: only a head, only a document's header, no trailer, content without a header, an empty part, a second head, content after the trailer, a second trailer; then a stream of nothing, and one that begins with content",
			Expects: "InvalidArgument, stream-broken, ten times; nothing of the eight kept" + typedToo,
			Run:     s.bind(brokenStreams),
		},
		{
			ID: "strangers-first", Group: "limits", Says: "a stranger, or a package beyond the limits, is refused before any content is taken", Clauses: []string{docSend},
			Sends:   "a package of a user whom nobody has allowed, and one with a document announced with 1 TiB; the host sends no content and keeps its side open",
			Expects: "within ten seconds PermissionDenied, user-not-allowed, and InvalidArgument" + typedToo,
			Run:     s.bind(strangersFirst),
		},
		{
			ID: "all-faults", Group: "limits", Says: "all faults of a package are told at once", Clauses: []string{docSend},
			Why:     "a clerk who is told one fault at a time sends as often as there are faults",
			Sends:   "a package of two documents with a wrong INN, a path for the name of the first and no signer of the second",
			Expects: "InvalidArgument with a fault of the recipient's INN, one of the name and one of the signature, nothing kept" + typedToo,
			Run:     s.bind(allFaults),
		},
	}
}
