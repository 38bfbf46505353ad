// Package directory holds the words of what is kept about us and our exchange: subscribers, users, signers, who gets
// what came in and the message log, and [Book], through which people and hosts read and change them.
//
// Nothing here can hold or return a password, token or key: credentials go through package directory/secret, which
// seals them before a store sees them, and opens them for the gateway alone.
//
// It stores nothing itself. The stores are directory/sqlite and directory/postgres; document bytes are in
// directory/archive; kinds of documents are a file, see directory/kinds. Every word has a Check that reports all its
// faults at once as [edo.Faults], and a store calls it before it writes.
package directory
