// Package edotest is an operator in memory with levers, for tests of everything above the operator contract: it
// accepts, loses answers, hides what it accepted, and prints forms as told. It also makes keys for tests and demos.
//
// It speaks no protocol; for the wire there is conformance/mockoperator.
package edotest
