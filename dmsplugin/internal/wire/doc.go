// Package wire converts between the messages of the plugin contract and the words of the SDK: toproto.go one way,
// fromproto.go the other way, enums.go the tables both use, errors.go the way of an error across the boundary.
//
// It checks form only: sizes, counts, lengths of digests. Whether something is allowed or makes sense is decided by the
// gateway. A nil message converts to zero words and zero words to an empty message; neither panics.
package wire
