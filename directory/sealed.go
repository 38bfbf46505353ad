package directory

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// SealedSecret is one secret as a store keeps it: bytes that it can do nothing with.
type SealedSecret struct {
	Name      SecretName
	Version   int64 // of the secret itself: 1, 2, ... with every change
	Epoch     int64 // of the data key that sealed it
	Bytes     []byte
	UpdatedAt time.Time // when the secret changed; sealing it anew is no change
	UsedAt    time.Time // when it was opened for use, to the hour; zero: never
	Tries     int       // of a next credential: how often an operator was asked to take it
	TriedAt   time.Time // when last
}

// Installation is what every seal of one store is bound to.
type Installation struct {
	ID       string // random, made once: the tenant
	Master   uint32 // id of the master key that wraps data keys now
	Epoch    int64  // of the data keys that seal now; grows with every rotation
	Rotating bool   // a rotation has begun and has not ended
}

// DataKey is a wrapped data key: of one subscriber and one epoch.
type DataKey struct {
	Subscriber edo.SubscriberID // empty: of the installation, for fingerprints; its epoch is 0
	Epoch      int64
	Master     uint32 // id of the master key that wraps it
	Wrapped    []byte
}
