// Package wiremutants are endpoints of the operator that are wrong in one thing each: a proxy stands before a right endpoint
// and changes what goes through. They show what a suite can find: a case that no mutant fails proves nothing, and a mutant
// that no case fails is a gap.
//
// It judges nothing and knows no case. Start at [All] and [Mutant.Listen]; package wiretest runs its cases against them.
package wiremutants
