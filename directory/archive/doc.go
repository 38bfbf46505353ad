// Package archive keeps document bytes in a folder under their SHA-256. It implements [edo.Archive].
//
// # Layout
//
//	tmp/<id>                 being written; swept at [Open] when nobody has touched it for a day
//	ab/abcdef...(64 digits)  complete: the first two digits name the folder
//	gone/abcdef....<id>      being removed: still read from there, and taken back at [Open]
//
// A name appears only by a rename after the file is on stable storage, and a writer is told so only after the folder
// is as well. So an entry is complete or absent, whatever dies and when. Names come from the bytes alone: nothing a
// counterparty or an operator calls a file reaches the file system. Several processes may share one folder.
//
// # Removal
//
// [Archive.Remove] moves an entry aside before it looks at its age for the last time, so bytes that somebody stores or
// keeps meanwhile are never lost: a second copy has its own place, and [Archive.Keep] takes the old one back. What may be
// removed at all is decided elsewhere, see package directory/handover.
//
// # What it is not
//
// It decides no removal, encrypts nothing and knows no file name, owner or package: those stand in the store
// (directory/sqlite, directory/postgres). It trusts the disk for nothing but order: every byte is checked against the digest while it is
// read, and bytes that changed end in the reason [Corrupt]. Storing the true bytes again mends such an entry.
package archive
