// Package sqlite keeps the directory, the message log and the work of the gateway in one SQLite file.
//
// [Store] is the gateway's Outbox, Inbox, Tasks, Reach, Routing, Enrolments, Access with its Deputies, and Readings, an [edo.Journal], a
// [directory.Book], and the place of sealed secrets for directory/secret. Document bytes are not here: they go to an
// [edo.Archive].
//
// # What it promises
//
// A method that writes returns after the write is on stable storage: WAL with synchronous=FULL, checked on every
// connection, never assumed. Writes of this process queue up for one writer, which runs each in a savepoint of its own
// inside one transaction and tells the callers after the commit: one fsync serves up to 256 of them, and one that
// fails takes none of the others with it. Several processes of one machine may share the file: claims, leases and
// lists live in SQL under immediate transactions, nothing in memory is believed. A package that was read is given again
// without reading its rows only while SQLite says that nobody, here or in another process, has committed anything since.
//
// What was said once is not taken back by a worker that knew less: a signature stays, states of documents and fates of
// what came in only move on, a message that is stored is never merely listed again, the earliest reply to a request
// stays, and a job that is woken while somebody works on it comes again after that work.
//
// The message log is append-only, by triggers too, and a chain per subscriber, see [directory.Link]: each half of an
// exchange continues it in the transaction that writes the half. What is large in a row is packed, see directory/compact.
//
// # Limits
//
// One process writes at a time. One that is frozen while it holds the write lock, by a signal or a debugger, stops the
// writing of all others that share the file until it goes on or dies: nothing is lost and their
// calls end with [directory.StoreBusy] after ten seconds, but nothing moves either. [Probe] finds it out, and edo-dms
// doctor says so.
//
// # No queue of its own
//
// The gateway's loop over the rows is the queue here. A job library beside the one writer would have to put its rows into
// the writer's transactions, but needs a pool of its own to work: two pools on one file starve the library, because each
// writer waits for the other's commit with sleeps, and one shared pool of one connection would go around the group
// commit.
//
// # What it is not
//
// It does not work on a network file system, where WAL is not safe: [Open] refuses. Migrating is a separate call,
// [Migrate]; Open checks and names what is missing. Migrations are numbered files, each one transaction, never edited.
//
// A new column goes to migrations/, to the scan function that stands beside its SQL, to directory/postgres, and to
// conformance/storetest.
package sqlite
