// Package local opens everything that one installation keeps on one machine: a home folder with the database, the
// archive and the master key, and the vault over them.
//
// It wires and decides nothing. What it opens fits the ports of edo/gateway; the gateway itself is made by its caller.
package local
