// Package operatortest examines a driver (edo.Driver) against an operator: the stand-in, an operator in memory, a sandbox.
// It holds a driver to what edo.Driver and the optional abilities promise to the gateway: what an error must mean, what is in
// the message log when, what is read once.
//
// It knows no operator and no wire: whoever runs it gives a [Stand] for each case, with the driver, two parties, and the
// levers by which this operator can be told to misbehave. An ability or a lever that is missing skips the cases that need it,
// and the report says so. The raw wire is examined by package wiretest, what is made of drivers by the tests of edo/gateway.
//
// Start at [Suite]. What the suite itself can find is known from package drivermutants.
package operatortest
