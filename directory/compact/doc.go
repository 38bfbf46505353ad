// Package compact packs what the message log keeps of one half of an exchange: head, masked text and holes. A store
// keeps the packed bytes; digests and the chain are over what comes out again.
//
// It is no archive: document content is never in here, only its digest. Stores use it, see directory/sqlite.
//
// # Format
//
// The first byte says how the rest is packed: 0 as it is, 1 by DEFLATE with the dictionary of this package. Then comes
// the length of the unpacked rest as an unsigned varint, then the rest. Unpacked it is the head with its length before
// it, the number of holes, the holes and the text. Lengths and numbers are unsigned varints; a hole is its start, its
// length, its kind and its name, its digest in hexadecimal (empty: none), each with its length before it, and its size.
// A digest is hexadecimal because it stands in the text in that form: the second one costs three bytes.
//
// The dictionary was written by hand after the shapes of the contract, what is in every message last: no message of
// anybody is in it. With it a message takes half of what it takes without one, and less than with Zstandard and the same
// dictionary. It never changes: rows that were packed with it need it for ever. A better one takes a new first byte.
package compact
