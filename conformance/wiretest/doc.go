// Package wiretest puts raw envelopes to an endpoint of the operator Synerdocs and judges the answers by the contract: the
// stand-in conformance/mockoperator, a sandbox, somebody else's server. It guards the stand-in, on which all other tests
// stand, and shows where a true operator differs from it.
//
// It shares no codec with the driver and none with the stand-in: requests are text written by hand, that of
// conformance/contract and [Suite]'s own, and answers are read by a small reader of XML. It is not a client: it sends nothing
// that matters to anybody and keeps nothing.
//
// Start at [New]; run [Suite.Cases] with conformance.Run or conformance/gotest. Cases that leave something at the other side
// are marked so, and a run that only reads passes them over. Cases that hold the endpoint to what the contract leaves open
// and the stand-in decides say so, and run only with [Config.Strict]. What the suite itself can find is known from package
// wiremutants: an endpoint broken in one thing at a time.
package wiretest
