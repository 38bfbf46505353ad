// Package evidence reads the archive of a document's flow (архив документооборота), the ZIP that an operator gives as
// proof, and checks it: against what our log expects ([Bundle.Check]), or on its own when the log is gone
// ([Bundle.VerifyAlone]).
//
// No contract states how such an archive is laid out. So nothing here depends on names or folders: a document is known
// by its SHA-256, a signature by being a detached CMS, and which of them belong together by the digest that was signed.
// Names only decide what is tried first.
//
// The ZIP is foreign: [Read] refuses unsafe and repeated names, links, encryption, overlapping entries and anything
// above its [Limits], and reads every entry once to count its real bytes. Nothing is written to disk, archives inside
// the archive are documents like any other and are not opened.
//
// # What it does not do
//
// It builds no archive and asks no operator. What a signature is worth is the [Verifier]'s word: that of package cms
// builds no certificate chain and leaves the values of GOST signatures to the operator. A signature saved as text (PEM,
// base64) counts as a document.
//
// Start at [Read], then [Bundle.Check].
package evidence
