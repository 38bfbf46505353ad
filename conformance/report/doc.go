// Package report writes what a run of suites found: as text, JSON, JUnit and one HTML page that needs no network.
//
// A [Report] holds several suites, so that there is one report and not four. [Report.Masked] takes secrets out before anything
// is written; nothing else does. The page shows every case with its clauses, what was expected, what came, and every request
// and answer; a table of clauses with their cases; and, of a run of mutants, the kill matrix.
//
// It runs nothing and judges nothing; next: package conformance.
package report
