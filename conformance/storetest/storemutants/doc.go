// Package storemutants are stores with one fault each, made on purpose: a case of storetest that finds none of them would find
// nothing in a real store either. Each stands before a store that is right and lies about one thing.
//
// It judges nothing; next: package conformance, whose Hunt makes the kill matrix.
package storemutants
