// Package edo holds the words of legally significant electronic document exchange (ЭДО) and the contract of an
// operator driver. It imports the standard library only.
//
// It is not an engine and it stores nothing. Hosts and utilities use package gateway, which sends, settles, stamps
// and delivers. People who add an operator start at [Driver] and [Session], then look at the optional abilities
// [Finder], [Printer] and [Tracker]. Every error is an [*Error] whose [Kind] says whether repeating is safe.
package edo
