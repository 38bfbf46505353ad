package gateway_test

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// mortal is an outbox whose process can die: afterwards nothing is written any more.
type mortal struct {
	gateway.Outbox
	dead chan struct{}
}

func (m *mortal) gone() error {
	select {
	case <-m.dead:
		return &edo.Error{Kind: edo.Internal, Message: "process is dead"}
	default:
		return nil
	}
}

func (m *mortal) Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error) {
	if err := m.gone(); err != nil {
		return edo.Job{}, false, err
	}
	return m.Outbox.Claim(ctx, owner, now, until)
}

func (m *mortal) Renew(ctx context.Context, j edo.Job, until time.Time) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Outbox.Renew(ctx, j, until)
}

func (m *mortal) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Outbox.Settle(ctx, j, c)
}
