// Package acceptance is the suite of what the two utilities were promised: one case for each sentence, with the row of the
// acceptance table that it proves, and one for each named scenario of the stand-in, the faults that are seen in the field. Each
// goes the whole way: library, SQLite, driver and the stand-in operator over HTTP, with two sides where there are two.
//
// What happens to real processes that are killed is in package crash. What the cases find is shown by package mutants. Next: package
// conformance.
package acceptance
