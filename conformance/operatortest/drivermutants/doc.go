// Package drivermutants are drivers that are wrong in one thing each: they stand around a right driver and change what goes
// through. They show what a suite can find.
//
// It judges nothing and knows no case. Start at [All]; package operatortest runs its cases against them.
package drivermutants
