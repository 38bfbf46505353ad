// Package directory holds the words of what is kept about us and our exchange: subscribers, users, signers, who gets
// what came in and the message log, and [Book], through which people and hosts read and change them.
//
// Nothing here can hold or return a password, token or key: credentials go through package directory/secret, which
// seals them before a store sees them, and opens them for the gateway alone.
//
// Who may do what is an allow-list of [User] rows, by user, action, subscriber, kind of document and time; an empty list
// allows nobody. A [Substitution] (замещение) lets a user do for a time what another may. [Decide] is the rule that every
// store applies to its rows as they are at that moment: nothing is cached, and a change holds at once in every process.
// A [Refusal] is a row, and so is an [edo.Reading]: who was given raw XML, content or an export. Rows name both, "B for A".
//
// The message log is a chain per subscriber, see [Link] and [VerifyLog]; documents that prove it elsewhere are made by
// directory/proof, tables for other programs by directory/tables.
//
// It stores nothing itself. The stores are directory/sqlite and directory/postgres; document bytes are in
// directory/archive; kinds of documents are a file, see directory/kinds. Every word has a Check that reports all its
// faults at once as [edo.Faults], and a store calls it before it writes.
package directory
