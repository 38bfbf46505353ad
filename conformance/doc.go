// Package conformance is the core of all suites: what a case is, how cases are run, and what came of them.
//
// A [Case] is a sentence, the clauses that say so, and a function over the small interface [T], which a *testing.T has: go
// test and the command line run the same cases. A [Suite] is checked before it runs: a case without a clause is refused.
// [Run] gives every case a verdict, in an order that a seed decides, under a time limit, and holds the verdicts against a
// list of known faults. A [Change] makes four cases of one call that has an effect: once, again, several at once, and again
// after a lost answer.
//
// It knows no operator, no store and no plugin, and it compares nothing itself: suites compare (with go-cmp) and say what
// was expected and what they got, as text. Next: package report for what people read; conformance/cmd/edo-conformance is the
// command; the suites are operatortest, wiretest, storetest, archivetest, adaptertest and dmsplugin/hosttest.
package conformance
