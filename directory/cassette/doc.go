// Package cassette writes what crossed the wire for one package as a file that can be given away and played again: a masked
// cassette. It holds no secret and no content, only what the message log keeps in clear: envelopes with places held free, and
// so names, numbers, boxes and file names of the parties. It reads nothing back: playing is conformance/mockoperator's part,
// and both meet in the format only.
//
// Start at [Collect], then [Cassette.Write].
//
// # The format, version 1
//
// One JSON object. Readers refuse what they do not know, so anything new is a new version.
//
//	format       "edokit-cassette"
//	version      1
//	recorded     when the first exchange began, RFC 3339
//	subscriber   id, inn, kpp, box; forms: the calls that it asks for printed forms, if not the driver's own order
//	counterparty inn, kpp, box, name
//	package      id, to_box (only if the host named the box), flow, answer and channel as in [edo.Operation], state and
//	             reason when it was recorded, documents: id, name, type, kind, number, size, sha256, looks, need_sign,
//	             need_receipt, state, stamp, stamp_reason
//	exchanges    in the order in which they began:
//	  operation, at_ms since the first, took_ms, outcome and code as in the message log
//	  request    size of the exact body, sent: bytes of it that left, and its text
//	  answer     absent if nothing came; status, headers (those of [Headers]), size as received, and its text
//
// A text is text, or base64 if it is not UTF-8, and masks: the places held free, in the order of the text. Each has the
// mark that stands there (skip: how many of the same stand before it and are words of the parties), its kind (secret,
// base64 or raw, see [edo.HoleKind]), the name of its element, size and sha256 of the bytes, and looks: pdf for what begins
// and ends as a PDF, pdf-head for what only begins so. Played, a place is filled with other bytes of the same size and
// looks, the same for the same sha256; secrets with a word.
//
// # What is in it
//
// All exchanges that the log has under the package, and those without any package that name the counterparty's INN or box
// in their request, from a quarter of an hour before the package was accepted: its look-up may be older than it. Logins and
// readings of the box are not.
package cassette
