// Package hosttest is the suite that a plugin of the contract has to pass, as a host sees it: one sentence per case, run
// against any binary.
//
// The suite has a small host of its own: it starts the process, reads the first line, makes its own TLS and calls the stubs
// that protoc has written over a plain gRPC connection. It uses nothing of package dmsplugin and nothing of the conversion
// between messages and words, so that a mistake that plugin and Go client share cannot hide. It stands below dmsplugin and not
// beside the other suites because Go lets nobody else import the written stubs.
//
// A program gives a [Config] to [New] and the cases of [Suite.Suite] to package conformance, which runs them in tests and from
// the command line. The tests of this package run it against edo-dms with the stand-in operator behind it,
// and against plugins that are broken on purpose, each of which a named case must find.
//
// EDOKIT_SOAK makes TestSoakLarge send documents of 70 and 400 MB, eight at once.
//
// A change of the contract gets its case here; a case that nothing can make fail does not belong here.
package hosttest
