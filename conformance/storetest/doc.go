// Package storetest is the suite that holds all stores equal: what the gateway, the directory and the vault may rely on,
// one sentence per case, run against each store by its own tests.
//
// A store gives a [Harness], whose [Harness.Suite] package conformance runs, and calls [Harness.Worker] from its TestMain: some
// cases run the binary again as another process on the same data. What is particular to one store (files, settings, plans, its
// writer) is tested beside that store.
//
// A new column or method gets its case here before it gets its code twice.
package storetest
