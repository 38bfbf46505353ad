// Command testreport runs the tests of every module of this repository and says what happened in a form people read.
//
// It starts `go test -json` per module, prints one line per package as it finishes, every failure in full, a table of
// the skipped tests with their reasons, and ends with one line: "N passed, N failed, N skipped".
//
// A test that did not run is not a test that passed. So skips are always listed, and with EDOKIT_STRICT_SKIPS=1 every
// skip counts as a failure, unless its reason names a setting that only some machines can have (see mayBeAbsent).
//
// It is not a test framework: it knows nothing of what is tested. Start reading at report.add.
package main
