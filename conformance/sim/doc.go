// Package sim lets histories happen: several gateways work on one store, and everything that may happen to them happens in
// an order that a seed decides. Processes die or stand still between any two steps, leases end under them, the clock is
// set, the host repeats its calls, the operator loses answers, refuses, shows late, shuffles its pages. After every step a
// small model says what may be true, and when the troubles end everything must come to its end.
//
// The code is the real one: the gateway through its ports, the store's SQL on a copy of a migrated database that lies in
// memory. Only one thread goes at a time, from one gate to the next (a call of the operator, a commit, a named point of the
// way), and the clock is that of a testing/synctest bubble. So the same seed gives the same history, and a history that
// fails is made shorter until nothing can be left out.
//
// It has no code of its own, only tests. The long run is TestSoakSimulation; a failure prints a seed for EDOKIT_SIM_SEED.
package sim
