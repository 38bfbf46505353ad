// Package postgres keeps the directory, the message log and the work of the gateway in one PostgreSQL database, which
// many processes of many machines may share.
//
// [Store] is the gateway's Outbox, Inbox, Tasks, Reach, Routing, Enrolments, Access with its Deputies, and Readings, an [edo.Journal], a
// [directory.Book], and the place of sealed secrets for directory/secret: the same as directory/sqlite, held equal by
// conformance/storetest. Document bytes are not here: they go to an [edo.Archive], which all processes have to share too.
//
// # What it promises
//
// A method that writes returns after the write is on stable storage: fsync, full_page_writes and synchronous_commit are
// checked on every connection, never assumed; [Open] refuses a server without them ([directory.StoreUnsafe]).
// synchronous_commit may be on, remote_apply or remote_write, or local where no standby is waited for.
//
// Subscribers fall into eight shards. Each shard has a writer in every process and a lock in the database, which each of
// its transactions takes first and holds to its end. So all that is written for one subscriber is committed one after
// another, in whatever process: an event never appears before a place in the list that a host has read already (its
// number is given under the lock), and no transaction ever holds two of the locks, so none wait for each other in a
// circle. A writer runs each task in a savepoint of its own and tells the callers after the commit: one commit serves up
// to 60 of them, and one that fails takes none of the others with it. Claims are outside of the shards: a worker steps
// over rows that others are claiming.
//
// The message log is append-only, by triggers too, and a chain per subscriber, see [directory.Link]: each half of an
// exchange continues it under the lock of its shard. Links are over what comes back: text that this database cannot hold
// is replaced first.
//
// A process that is frozen in the middle of a transaction is thrown out by the server after ten seconds, before those
// who wait for its lock give up ([directory.StoreBusy] after twenty). Nothing that it holds was acknowledged.
//
// A COMMIT whose answer was lost is looked up on another connection: whoever has the lock of the shard knows that the
// transaction has ended, and the mark that it left in table writers says how. Only if the database does not come back
// within a minute the callers hear [directory.StoreInDoubt], of kind [edo.InDoubt]; otherwise they hear what happened.
//
// # The alarm clock
//
// Every write that makes a row of jobs due sets an alarm in the same transaction: a job of River that holds the number of
// ours and nothing else. [Store.Dispatch] hands out numbers as they ring, [Store.ClaimJob] decides from our row. River's
// attempts, time-outs and rescues decide nothing: its job always succeeds, and a sweep, at the start and every two
// seconds, sets the alarm again for every row that is overdue and held by nobody. River's tables are migrated with ours
// and checked by Open.
//
// # What it is not
//
// It makes no database and no user. Migrating is a separate call, [Migrate]; Open checks and names what is missing.
// Migrations are numbered files, each one transaction, never edited. They and the store use the first schema of the
// search path: set search_path in the connection string for another one. A pooler that gives each transaction another
// session does not fit in between: prepared statements and settings belong to a session.
//
// Text here holds neither the byte 0 nor what is no UTF-8: such bytes become U+FFFD, except in the heads and bodies of
// the message log, which are kept byte for byte.
//
// A new column goes to migrations/, to the scan function that stands beside its SQL, to the other store, and to
// conformance/storetest.
package postgres
