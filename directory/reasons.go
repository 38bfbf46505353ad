package directory

import (
	"fmt"

	"github.com/edokit/edokit/edo"
)

// Reasons of a store, the same in every store.
const (
	StoreFull     edo.Reason = "store-full"      // no space is left: nothing was written
	StoreBusy     edo.Reason = "store-busy"      // another process held the store too long: nothing was written
	StoreCorrupt  edo.Reason = "store-corrupt"   // the database is damaged
	StoreReadOnly edo.Reason = "store-read-only" // the process may not write
	StoreClosed   edo.Reason = "store-closed"    // the store was closed before the operation began
	StoreUnsafe   edo.Reason = "store-unsafe"    // settings or file system would lose what was acknowledged
	StoreInDoubt  edo.Reason = "store-in-doubt"  // nobody knows whether the last write was committed
	SchemaOld     edo.Reason = "schema-old"      // a migration is missing
	SchemaNew     edo.Reason = "schema-new"      // the store was migrated by a newer version
	KeyMoved      edo.Reason = "key-moved"       // another key is in use by now: seal again
)

// Reasons of a word that cannot be stored.
const (
	EndpointMalformed edo.Reason = "endpoint-malformed"
	LoginMalformed    edo.Reason = "login-malformed"
	PinMalformed      edo.Reason = "pin-malformed"
	CAMalformed       edo.Reason = "ca-malformed"
	PolicyUnknown     edo.Reason = "policy-unknown"
	ActionUnknown     edo.Reason = "action-unknown"
	PeriodMalformed   edo.Reason = "period-malformed"
	FilterMalformed   edo.Reason = "filter-malformed"
	RuleMalformed     edo.Reason = "rule-malformed"
	CommandMalformed  edo.Reason = "command-malformed"
)

// NoSuchEvent is the error of a store that is told of an event which it has not given out.
func NoSuchEvent(seq int64) error {
	return &edo.Error{
		Kind: edo.Invalid, Field: "seq", Message: fmt.Sprintf("%d is the number of no event of this subscriber yet", seq),
		Remedy: "acknowledge the number of the last event that was delivered and is stored",
	}
}
