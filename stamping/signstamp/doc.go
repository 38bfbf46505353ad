// Package signstamp turns the facts of an electronic signature into the mark that a clerk expects on a
// printed document, after GOST R 7.0.97-2016, 5.23: the phrase «Документ подписан электронной подписью», number of the
// certificate, owner and validity; and, as operators print it, roles of the parties, identifiers of document and message,
// the operator's time with its zone, and what became of the document.
//
// [Apply] draws the operator's mark in a blue frame. [ApplyLocal] draws another thing: a grey mark of one's own system
// for documents whose operator has no printed form. It says so, has another look and no seal, so that
// nobody takes it for the operator's. [Style] has colours, language, position and emblem.
//
// The package checks no signature and asks nobody: it prints what it is told, so tell it only what was
// verified. Drawing and the limits for hostile files are in package stamping, and so is the search for the place: a mark
// covers nothing on the page.
//
// # Layout
//
// A mark is 400 points wide and as high as its rows; for one signer about 62 points, so that it fits into the
// bottom margin of 25 mm of an A4 page. Several signatures stand two in a row, the sender's first; up to 32 are listed and
// the others counted. A mark of many is higher than a quarter of a page and goes to a sheet at the end, unless a page has
// room for it. Long values are wrapped within the frame. A QR code is drawn as vectors, black on white.
package signstamp
