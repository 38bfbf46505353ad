// Package local opens everything that one installation keeps on one machine: a home folder with the database, the
// archive and the master key, and the vault over them. [Home.Gateway] makes the gateway over it.
//
// The database may be a PostgreSQL server instead, see [Config], which several machines share. They then need the same
// master key, copied by hand, and archives with the same content.
//
// It wires and decides nothing. A gateway over other stores is made with gateway.New.
package local
