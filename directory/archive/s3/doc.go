// Package s3 keeps document bytes in S3-compatible storage under their SHA-256. It implements [edo.Depot], as the folder
// of package archive does, and the same tests hold both to it. It is for installations that outgrow one machine; the folder
// stays the default, because it needs nobody.
//
// It is a Go module of its own: who keeps a folder links nothing of it. For the same reason edo-dms does not know it; a
// program of yours opens it and hands it to the store and to gateway.Config, as the example shows.
//
// # Layout and writing
//
//	<prefix>ab/abcdef...(64 digits)  one object per entry
//
// A name is the digest of all bytes, so nothing can be uploaded before the last byte is known: they are collected in a file
// of Config.Spool, then sent with their SHA-256, which the storage compares with what it has received. Up to Config.Part
// bytes go in one request, more in parts. No amount of memory grows with a document. Storing the same bytes again uploads
// them again: that mends an object that was damaged and makes it young. An upload in parts that a dead process left is
// aborted at [Open] a day later.
//
// # Reading and removing
//
// Every byte is checked against the digest while it is read, and the last ones are withheld until it is known to be right.
// [Archive.Remove] needs a bucket with versioning: only there a removal can name the version it has looked at, so that
// the same bytes, stored by somebody at that moment, stay. Without it the call is refused. Removing removes every version.
//
// # Quirks
//
// Times are the storage's own and whole seconds. A storage that knows no additional checksums ignores them; what was
// damaged on the way to it is noticed by the first reader then.
package s3
