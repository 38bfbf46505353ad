// Package proof writes what the message log knows as one XML document that proves itself without the log: a message
// with its exchanges and their places in the chain, or checkpoints of chains. The document is signed inside (enveloped
// XML-DSig, RSA-SHA256, exclusive canonicalisation), so that xmlsec1 and other programs verify it too.
//
// It holds no document content and no secret: digests, sizes, times, names, and the masked XML if that is wanted. What
// the operator signed itself is in the archive of a flow, see package evidence; chains are in package directory, see
// [directory.Link]; the command line is edo-dms log proof, checkpoint and verify.
//
// # Reading
//
// [Verify] takes the key from its caller, never from the document. It accepts one shape alone, the one that [Sign]
// writes: one signature, the first child of the root; one reference to the root, whose ID is the only one in the document;
// exactly two transforms. Comments, DTDs and processing instructions are refused before anything is looked at. What
// it gives back was read from the bytes that the signature covers, and every link in it was computed again.
//
// # Keys
//
// RSA alone, from 2048 bits: the library under it writes ECDSA signatures in a form that other programs do not read, and
// has no GOST.
package proof
