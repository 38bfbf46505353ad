// Package nth lets everything fail once: the n-th statement of the database, the n-th call of the store, the n-th file
// operation of the archive, the n-th byte on the line, for n from 1 until a run is over before its fault is reached.
//
// A run is one package with two documents, their printed forms and their track, one inbound message with its receipt and
// one counterparty that is registered, in one process, through the real store, archive, vault and driver against the
// stand-in operator. A fault strikes before the effect, or after it, so that only its answer is lost. After it everything
// must come to its end, and the ledger, what the host was told and the message log must agree.
//
// Time is that of the runs: a worker that waits moves the clock on, so nobody waits for anything.
//
// It has no code of its own, only tests. They are short in the gate; the long runs are those named TestSoak.
package nth
