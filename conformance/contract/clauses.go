package contract

import "slices"

// Clause is one sentence of the contract that a test can be pointed at.
type Clause struct {
	ID     string // stable; never given to another sentence
	Says   string
	Source string // section of the fact sheet of the contract
	// Ours marks what the contract leaves open and this stand-in decides.
	Ours bool
}

// Clauses returns the contract as far as it is in use, in the order of a call: transport, envelope, login, lookup, sending,
// reading, printing, faults.
func Clauses() []Clause {
	return slices.Concat(commonClauses(), peopleClauses(), flowClauses())
}

func commonClauses() []Clause {
	return []Clause{
		{ID: "HTTP-1", Says: "A request is a POST with Content-Type text/xml in UTF-8.", Source: "1.2"},
		{ID: "HTTP-2", Says: "SOAPAction names the operation of the body, in quotes or without.", Source: "1.2"},
		{ID: "HTTP-3", Says: "An answer is text/xml; charset=utf-8 and never compressed unless the client asked.", Source: "peers, replies"},
		{ID: "HTTP-4", Says: "A refusal has status 500 and a fault as body.", Source: "1.3"},
		{ID: "ENV-1", Says: "The envelope is SOAP 1.1; the body holds exactly one wrapper element.", Source: "1.2"},
		{ID: "ENV-2", Says: "Headers are not needed; those that need not be understood are passed over.", Source: "1.1, peers, requests"},
		{ID: "ENV-3", Says: "Parameters and members stand in the order of the schema: base members first, then own, each in byte order.", Source: "2.1, 2.2"},
		{ID: "ENV-4", Says: "A member out of order, twice, unknown or in a wrong namespace is refused: a lenient server would lose it in silence.", Source: "2.3", Ours: true},
		{ID: "ENV-5", Says: "References and nullable values may be absent or i:nil; plain values must not be nil.", Source: "2.5"},
		{ID: "ENV-6", Says: "An absent plain value is its zero, not the default of the official client's constructor.", Source: "2.6"},
		{ID: "ENV-7", Says: "Enumerations travel as member names; an unknown name is refused.", Source: "2.7"},
		{ID: "ENV-8", Says: "A derived type is named by i:type with a prefix in scope.", Source: "2.11"},
		{ID: "ENV-9", Says: "A DOCTYPE, a second root and text between elements are refused.", Source: "peers, requests", Ours: true},
		{ID: "ENV-10", Says: "Base64 uses the standard alphabet and is padded; white space inside it is allowed.", Source: "2.9, peers, requests"},
		{ID: "AUTH-1", Says: "Authenticate gives a token text for login and password, a nil result for wrong ones.", Source: "3.1, 8.2", Ours: true},
		{ID: "AUTH-2", Says: "AuthenticateWithCertificate gives the base64 of EnvelopedData for the certificate of the thumbprint; nil means refused.", Source: "3.1, 1.6"},
		{ID: "AUTH-3", Says: "The content is sixteen bytes; the token is their .NET GUID text, lower case.", Source: "1.6"},
		{ID: "AUTH-4", Says: "A wrong or expired token gives Unauthorized.", Source: "5.5, 8.1"},
		{ID: "AUTH-5", Says: "Login with a password may be limited to reading; sending then gives AccessDeniedError.", Source: "3.1, 7 (Rights)"},
		{ID: "BOX-1", Says: "GetBoxes lists the boxes of the token's owner; Address is the box everywhere.", Source: "3.2"},
		{ID: "BOX-2", Says: "A box that is not of this token gives BoxAccessError.", Source: "5.5"},
		{ID: "ORG-1", Says: "GetOrganizationListByInnKpp gives none, one or many; an empty KPP means any.", Source: "3.3"},
		{ID: "ORG-2", Says: "The same organisation may come once per operator; OperatorCode equal to that of GetSpecialOperatorInfo marks the local one.", Source: "3.3, 3.13"},
		{ID: "SEND-1", Says: "A message has From, at least one recipient, and documents or signatures.", Source: "4.1"},
		{ID: "SEND-2", Says: "Each document has a local id, a file name, content, and exactly one signature of the same message.", Source: "7 (Signatures)"},
		{ID: "SEND-3", Says: "A signature is a detached CMS over exactly the bytes of Content, one signer, its certificate inside and in its time; the chain is not checked.", Source: "7 (Signatures)"},
		{ID: "SEND-4", Says: "The answer maps every local id of documents and signatures to the id of the service and gives message id and time.", Source: "4.1 SentMessage"},
		{ID: "SEND-5", Says: "The same message sent twice is two messages.", Source: "7 (Ids), 8.3"},
		{ID: "SEND-6", Says: "A message is taken whole or not at all.", Source: "8.28", Ours: true},
		{ID: "SEND-7", Says: "CustomField holds up to 255 characters and comes back in lists and documents.", Source: "4.1, 7 (Ids)"},
		{ID: "SEND-8", Says: "Unknown recipients, oneself and subscribers of other operators are refused with their codes.", Source: "5.5"},
		{ID: "SEND-9", Says: "A signature whose document is not in the message answers a document delivered before.", Source: "6.2 step 5a"},
		{ID: "LIST-1", Says: "GetDocumentEntries pages through the occurrences within the filter: First from 0, Max, Total.", Source: "3.7, 7 (Paging)"},
		{ID: "LIST-2", Says: "DocumentFlowTypes must be sent: the default of the official client is not the service's.", Source: "2.6, 4.2", Ours: true},
		{ID: "LIST-3", Says: "The order of a list is not promised.", Source: "8.8"},
		{ID: "INFO-1", Says: "GetFullDocumentInfo gives a nil result for an unknown id; absent parameters mean everything, absent switches of given ones mean no.", Source: "1.3, 2.6, 8.9"},
		{ID: "INFO-2", Says: "The status of an untyped document is an UntypedDocumentFlowStatus named by i:type.", Source: "2.11, 6.2"},
		{ID: "INFO-3", Says: "Ids of documents are accepted with and without dashes.", Source: "7 (Ids)"},
		{ID: "PRINT-1", Says: "PrintDocument takes credentials with token and box, both present, and gives a response with NamedContent.", Source: "3.10"},
		{ID: "PRINT-2", Says: "DownloadPdfDocument gives NamedContent, or nil.", Source: "3.10, 1.3"},
		{ID: "PRINT-3", Says: "Whether and when a printed form exists, and whether a stamp is on it, is not promised.", Source: "8.16"},
		{ID: "FAULT-1", Says: "The detail is ServiceErrorFaultContract with Code, Field, Message, StackTrace in this order.", Source: "1.3"},
		{ID: "FAULT-2", Says: "Code is a member name of the code table.", Source: "1.3, 5.5"},
		{ID: "FAULT-3", Says: "Clients also meet an ExceptionDetail, no detail and a detail of another service.", Source: "1.3"},
	}
}
