// Package mockoperator is a stand-in for the operator Synerdocs, built from the data of conformance/contract: strict about
// the envelope, logins, boxes and signatures, with a ledger of what it accepted, a record of what it saw on the socket,
// stamped print forms and misbehaviour on request.
//
// It is a test instrument, not an operator: nothing survives its end, and nothing of it may serve real documents. Like the
// true operator it does not recognise a message that is sent twice: it takes both. It shares no code with the client of
// this module, so that a mistake made on both sides cannot hide.
//
// Start at [New] and [Operator.Listen]; script misbehaviour with [Operator.Misbehave] and [Scenario]; faults that were seen in
// the field have names, see [NamedScenario]; what was recorded elsewhere is a [Cassette]. Compare with
// [Operator.Ledger] and [Operator.Wire]. The same thing as a program: conformance/cmd/mock-operator.
//
// # What is ours and not the contract's
//
// The contract leaves open what a wrong password gives (here: a nil result), which code a malformed envelope gets (here:
// InvalidFormatField or NotFilledRequiredField with the path in Field), what a printed form that is not ready looks like
// (here: a nil result of DownloadPdfDocument, a nil NamedContent of PrintDocument), the order of lists (here: newest first),
// the zone of times without one (here: UTC) and what becomes of an act of variance, which is neither a root nor a reply
// title (here: InvalidDocumentType). A status is RecievedByService until it was shown once, then SentToRecipient.
//
// Both sides of every flow go through the interface: receipts, countersignatures, refusals, reply titles, offers of
// revocation. Statuses are kept per recipient and shown as the caller sees them. Service documents must be the bytes that
// were generated here; what the operator says itself comes from [OperatorBox]. [Flow] has the switches for what the contract
// leaves open, [Operator.Plant] fills a box, [Operator.Advance] moves the clock, [Operator.Traffic] counts what was sent.
//
// Subscribers come while it runs: RegisterSubscriber and CreateNonActiveSubscriber add them, [Operator.Activate] admits them,
// [Operator.Registrations] and [Operator.Invitations] tell what took effect. INN and KPP together name a local subscriber
// once; boxes are made from them. Pairs of active local subscribers may exchange until one of them stops it, unless the
// scenario wants an accepted invitation first. [People] has the switches; the clauses marked as ours have the reasons.
package mockoperator
