// Package handover keeps the archive honest: it hands documents over to an external archive, deletes contents when the law
// and that archive allow it, restores them from the external copy, and proves that nothing is missing.
//
// # A batch
//
// [Keeper.Export] writes one folder that needs neither our database nor our programs to be read:
//
//	manifest.json    what the batch is, and the digests of the three files below: its own digest stands for all of it
//	documents.jsonl  a line per package or inbound document: all that is known of it, its contents, its rows of the log
//	log.jsonl        those rows of the message log, masked as they are stored
//	SHA256SUMS       every content, for sha256sum -c
//	content/         the bytes by digest: documents, signatures, printed forms, evidence, what the log refers to
//
// An interrupted export goes on where it was. The other side answers with a receipt ([Store] AcknowledgeHandover); only
// then may [Keeper.Run] delete.
//
// # Deleting
//
// A content goes when every package and inbound document that refers to it has passed its retention, is at rest, and is
// held, as it is now, by an acknowledged batch. Documents of one package are kept as long as the one that is kept longest.
// The row comes first, with digest, size, batch, receipt, who and when; then
// the bytes. What was interrupted in between is ended by the next run. Rows of documents and of the message log never
// change: digests and the chain of the log verify as before, and readers are told where the bytes are
// ([edo.ContentGone], directory.Annotate).
//
// # What it is not
//
// It knows no operator and no format of an external archive: what receives the folder, and how, is the user's matter. It
// keeps no state of its own; that is in the store (directory/sqlite).
package handover
