// Package canary makes secrets that occur nowhere else, and finds them wherever they should not be: in files of any kind,
// in logs, in what programs print, in every spelling in which a program may write a text, and inside compressed members.
//
// It is a test instrument and knows nothing of the SDK. A test that starts processes takes its passwords, tokens and keys
// from [Secret], runs, and then hands all that is left to a [Scanner]: 0 hits are wanted.
//
// What it cannot see: a secret that a database has cut into pages of its own, or that was packed with a dictionary. Those
// have to be read through the program, and what it answers has to be scanned.
package canary
