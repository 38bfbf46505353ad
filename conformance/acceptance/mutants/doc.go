// Package mutants are parts of the library that are wrong in one thing each: drivers, stores, and what a gateway is wired with.
// They show what the cases of package acceptance find, and each names those that must find it. Drivers and stores are those with
// which their own suites are tried, where the fault is to be seen in the whole.
//
// It judges nothing. Start at [All].
package mutants
