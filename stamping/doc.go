// Package stamping draws a mark on the pages of a PDF and proves that it is there.
//
// It is a plain function from one PDF to a marked copy: [Stamp] reads with pdfcpu, gives every page a content
// stream of its own for the mark, writes the copy, reads the copy again and checks each page before a single
// byte reaches the caller. The original is never changed.
//
// The mark covers nothing: the contents of a page are followed, its text, lines, pictures and form fields are put down on a
// grid, and the mark goes to the nearest free place at the edge. A page that has none gets a margin, or the document a
// sheet at its end, see [Room].
//
// [FindText] is the other direction: it says which identifiers stand in the text of a PDF that somebody else made.
// [Examine] says as well whether it opens and how many pages it has, and tells a broken file from one that could not be
// decided.
//
// The package is not about exchange: it knows no operator, no signature and no document. What a clerk expects to
// read on the page is decided in package signstamp; here a [Mark] is only boxes and lines of text.
//
// # Hostile files
//
// pdfcpu's writer takes no context, so time is bounded by hard limits on the input ([Options]) that are
// checked before the work starts, and the context is looked at between the steps. A caller that takes files
// from strangers runs both in package worker: a process that is ended when its time or memory is over.
//
// # Quirks
//
// A signature already inside the PDF covers the bytes of the original and does not hold for the copy, so the copy, which
// is for reading, has it no more: its field stays, empty, and so does what it looks like on the page.
// [Result.HadSignatures] reports it.
//
// The mark is drawn with the Go fonts (BSD-3) as a subset under a private name, without pdfcpu's font
// folder, its configuration or any other process global: a host that uses pdfcpu itself is not disturbed.
package stamping
