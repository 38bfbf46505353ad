// Package subjects has what this module ships ready for its suites: both stores for storetest, the folder archive for
// archivetest. Their own tests and conformance/cmd/edo-conformance take the same.
//
// An archive or a store of yours gets its harness beside its own tests. Next: packages storetest and archivetest.
package subjects
