// Package contract states what the operator Synerdocs promises on the wire, as data: numbered clauses in our own words,
// the operations and types in wire order, the fault codes, a WSDL rendered from these tables, and hand-written
// envelopes. The stand-in operator is built from it, and tests of both sides read the same envelopes.
//
// It is not a client and not a server, and it shares no code with either: a mistake in the client's codec cannot hide here.
// It imports the standard library only.
//
// Start at [Load] for the tables, [Clauses] for the sentences, [Envelope] for the examples and [WSDL] for the description
// that is served to foreign SOAP stacks. Next: conformance/mockoperator.
package contract
