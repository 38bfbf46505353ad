// Package pgtest gives tests a real PostgreSQL.
//
// A [Server] is shared by a test binary. It is the one that EDOKIT_POSTGRES names (a connection string of a user who may
// create databases), or a [Cluster] of its own: made by initdb in a temporary folder, reached through a socket there,
// with fsync on, and ended with the tests. Each test gets a database of its own, copied from one that was migrated once.
//
// Without PostgreSQL the tests are skipped with a reason that names the package to install.
package pgtest
