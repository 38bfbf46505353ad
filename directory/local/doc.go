// Package local opens everything that one installation keeps on one machine: a home folder with the database, the
// archive and the master key, and the vault over them. [Home.Gateway] makes the gateway over it.
//
// It wires and decides nothing. A gateway over other stores is made with gateway.New.
package local
