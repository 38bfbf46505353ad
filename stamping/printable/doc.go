// Package printable makes a PDF to read and to stamp of a file that is none: text, a picture, XML.
//
// [Render] says on the first page what the file is called, what is known of it and its SHA-256, then shows its content, and numbers
// the pages. [KindOf] says from the bytes what a file is. What comes out is a view of the file, which says so on every page; the
// signature belongs to the file, never to the view, and nobody approved its form.
//
// What is not shown is said on the page: characters that the fonts lack or that could hide others, later frames of an animation.
// A file of an office program is refused with [stamping.NeedsConverter], for only its own program lays it out as its author saw
// it: it needs a converter of the operator or of the host. Anything unknown is [stamping.NotPrintable].
//
// # Hostile files
//
// Sizes are looked at before anything is decoded, and pages are counted while they are made ([stamping.Options], MaxPixels).
// The decoders are those of Go and of golang.org/x/image. A caller that takes files from strangers has package worker do it.
//
// # Quirks
//
// An encoding that is declared nowhere is guessed from how often letters stand in Russian text, and the page names it as a guess.
// A JPEG is taken over as it is, with all its metadata. Colours without a profile are the device's.
package printable
