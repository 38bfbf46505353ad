package storemutants

import (
	"context"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// rounding keeps whole seconds of what the book is asked for.
type rounding struct{ storetest.Store }

func (s rounding) PutUser(ctx context.Context, u directory.User) error {
	u.From, u.Until = u.From.Truncate(time.Second), u.Until.Truncate(time.Second)
	return s.Store.PutUser(ctx, u)
}

func (s rounding) Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error) {
	e, err := s.Store.Exchange(ctx, id)
	e.StartedAt = e.StartedAt.Truncate(time.Second)
	return e, err
}
