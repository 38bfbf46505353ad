//go:build !failpoints || !unix

package failpoint

import (
	"context"
	"time"
)

// Enabled says whether this build knows what to do at a point.
const Enabled = false

// Hit is called at a named point of the way.
func Hit(context.Context, string) {}

// Now is the clock of the process.
func Now() time.Time { return time.Now() } //nolint:forbidigo // the clock that the composition root hands in
