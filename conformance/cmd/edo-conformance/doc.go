// Command edo-conformance runs the suites of this module against an operator, a plugin, a store or the adapter of a document
// system, and writes what it found as text, JSON, JUnit and one HTML page.
//
//	edo-conformance run --report report                      # everything of this module, against the stand-in operator
//	edo-conformance run --suite wire --target URL --credentials FILE --read-only
//	edo-conformance run --suite host --plugin ./edo-dms
//	edo-conformance list; edo-conformance explain send-whole
//
// Launched by a document system as its plugin, in place of edo-dms, it tests the adapter of that system; "edo-conformance
// adapter FOLDER" tells what was seen.
package main
