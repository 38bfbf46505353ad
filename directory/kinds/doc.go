// Package kinds reads which kinds of documents people write to each other, from one YAML file: titles, what may be
// attached, which consents a submission needs, what may be answered and until when, and how long contents are kept
// ([directory.Retention]). A new kind needs no Go.
//
// [Default] is the file of a utility and its clients, default.yaml, to be copied and changed: it shows every field.
// [Read] is strict: what it does not know, or what contradicts itself, is a fault with its line, and all faults are
// reported at once, as [edo.Faults].
//
// It does not judge documents: edo/gateway does, see gateway.Config.Kinds. Who gets a kind is in the directory, as
// [edo.Responsible] rules.
package kinds
