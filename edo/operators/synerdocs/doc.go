// Package synerdocs is the driver of the Synerdocs exchange service, a SOAP 1.1 service of the operator.
//
// It logs in, looks counterparties up, registers and invites them, sends documents in every flow, finds out whether a
// message arrived, reads the box, drafts and sends answers, fetches printed forms and evidence, and tells what became of
// a document. It is not an engine: it never repeats a send by itself
// (except once after the service has said that the token is not valid), keeps nothing but the session token and the
// boxes that it opens, and decides nothing about packages. People who use it start at [New] and [edo.Driver]; what the
// service's faults mean stands in codes.go and codetable.go.
//
// Operations that the words of package edo do not cover are reached through [Caller], with the parameters and the result
// as small XML trees in the form of the contract: everything around them, from the token to the message log, is the
// session's.
//
// # Quirks
//
// The contract leaves much unstated. Where this driver had to choose:
//
//   - Password login may be a reading one. A refused right after it says so: reason [edo.LoginLimited], remedy
//     "log in with a certificate".
//   - A nil or empty token is a refused login; so is any definite fault of a login call. A session repeats a refusal by
//     itself for 30 seconds, then longer and longer up to 30 minutes, before it tries the login again: wrong passwords may
//     lock the account. RetryAfter says how long. A new session tries at once.
//   - An expired token is expected as the fault Unauthorized. It counts as "not accepted", so a send is repeated once
//     with a new token. A fault under another status than 200, 400 or 500 is nobody's word.
//   - Codes that say or may mean "this was already done" (WorkflowViolation, SignAlreadyExists,
//     DocumentWasAlreadySigned, SignWasAlreadyRejected) prove nothing about a package: it stays in doubt. To an answer
//     they are a definite [edo.AnswerNotOffered], because the answered document shows whether it was ours.
//   - Message, document and signature ids of a send are derived from subscriber, package and document. The service does
//     not promise to notice a repeat; Find does it by Document.CustomField: "edokit/1 <package> <document> <origin>".
//   - Find filters the outbox by sender and by time alone, from 24 hours before the first attempt, and lists all four
//     flow types: a narrower question could miss an accepted message. The list's order is not stated, so a reading
//     counts only if the total did not change, and "not found" speaks for the moment of the first page. A forward of a
//     document carries its field too and is no second sending.
//   - Times without a zone are taken as UTC, see Config.Zone (EDOKIT_ZONE of edo-dms); 0001-01-01T00:00:00 is "not set".
//   - An operator time that the answer of a send does not set stays zero; it is not replaced by ours.
//   - The same organisation comes once per operator it is registered with. Hits of this operator win; without any, all
//     are listed with their operators' codes. Only OrganizationStatus NonActive makes a box inactive.
//   - A nil result or empty content of the print calls is "not yet", and so are the codes for a document that is not
//     found, closed or not available, because the operator itself gave its id. FeatureDisabled and the codes about
//     conversion and type mean "never by this call", and the next call is asked.
//   - A status NotDeliveredToRecipient (the service got an error receipt) stays "sent", marked as failed.
//   - An invoice whose notices were not sent in time (InvoiceNotValid, on either side) keeps its state too, marked as failed.
//   - Which status a УПД or УКД has is not stated. An untyped one decides; under any other the buyer's title means signed
//     and a clarification request refused, and with several recipients each must have given its title.
//   - A second offer to revoke the same document is the same answer as the first: it has the same package id and mark.
//   - Inside our own organisation a recipient without a department is the head department (GetOrganizationStructure); the
//     contract promises that for other organisations only.
//   - Where the service says nothing of a forward but its occurrences, whoever is not among the author's recipients has
//     the document by that forward. It is answered with SignDocument and RejectSign.
//   - A title (УПД, ТОРГ-12, act) is never offered a bare countersignature, even if the service lists Sign: its answer is
//     the other side's title.
//   - Notices name their recipients themselves; our own box among them is dropped.
//   - The date of a paper is written and read as it stands, without a zone.
//   - GetMessages is asked with our box as recipient. Whether it lists our own messages too, its order and the life of a
//     cursor are not stated: own ones are marked, nothing else is assumed.
//   - DocumentTypeInfo is not written, only DocumentType and UntypedKind, as the service's own senders do.
//   - Certificates whose tokens are sealed by key agreement (GOST, elliptic curves) need an [edo.EnvelopeOpener].
//   - Whether AuthenticateWithCertificateAndPassword gives a token or a sealed one is not stated: the text of a GUID is
//     taken as it stands, anything else is opened with the certificate's key.
//   - Nothing is sent, and no relation changed, from a box that GetBoxes does not list for the token: [edo.BoxForeign].
//   - A refused registration inside an answer has no code. The organisation is looked up then: if it is there, that is
//     [edo.CounterpartyKnown], whatever else was wrong. Paths of wrong members are the operator's own names.
//   - Contacts cannot be searched without a status. Two searches, Active and NonActive ("all but Active"), make the list.
//     Who is in neither, and whom GetContact does not find, has no relation.
//   - A move in a relation that is refused counts as made if the relation shows that it was; ContactIsAlreadyAuthorized and
//     ContactAuthIsAlreadyRequested say so themselves to an invitation.
//   - Enrol needs a certificate with its key, because only logging in tells whether it is registered already. Its user is
//     the administrator of the new organisation, his login name is INN-KPP, he has no password.
package synerdocs
