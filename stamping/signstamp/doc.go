// Package signstamp turns the facts of an electronic signature into the mark that a clerk expects on a
// printed document: a blue frame that says in Russian who signed, by which certificate, and under which
// number and at which time the operator knows the document.
//
// [Apply] draws the operator's mark. [ApplyLocal] draws another thing: a grey mark of the sender's own system
// for subscribers whose operator has no printed form. It has other words, another look and no seal, so that
// nobody takes it for the operator's.
//
// The package checks no signature and asks nobody: it prints what it is told, so tell it only what was
// verified. Drawing and the limits for hostile files are in package stamping.
//
// # Layout
//
// A mark is 400 points wide and as high as its rows; for one signer about 62 points, so that it fits into the
// bottom margin of 25 mm of an A4 page. Long values are wrapped within the frame.
package signstamp
