package gateway

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/edokit/edokit/edo"
)

// abreast is how many documents of one package are stored or signed at once. Each waits for the disk several times;
// together they wait for the same turn of it.
const abreast = 4

// each runs f for 0..n-1, a few at once, and gives the errors in order.
func each(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var group errgroup.Group
	group.SetLimit(abreast)
	for i := range n {
		group.Go(func() error {
			errs[i] = f(i)
			return nil
		})
	}
	_ = group.Wait() // every error has its own place
	return errs
}

// signers remembers whom one step of work has asked for: opening a sealed key costs as much as signing with it.
type signers struct {
	gateway    *Gateway
	subscriber edo.SubscriberID

	mu    sync.Mutex
	asked map[request]answer
}

type request struct {
	id   edo.SignerID
	kind string
}

type answer struct {
	signer edo.Signer
	err    error
}

func (g *Gateway) signers(s edo.SubscriberID) *signers {
	return &signers{gateway: g, subscriber: s, asked: map[request]answer{}}
}

func (s *signers) of(ctx context.Context, id edo.SignerID, kind string) (edo.Signer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, known := s.asked[request{id, kind}]
	if !known {
		a.signer, a.err = s.gateway.Signers.Signer(ctx, s.subscriber, id, kind, s.gateway.Now())
		s.asked[request{id, kind}] = a
	}
	return a.signer, a.err
}

// info says who will sign a document. A key that is not here now may come: the job waits for it.
func (s *signers) info(ctx context.Context, d edo.Document, field string) (edo.SignerInfo, error) {
	signer, err := s.of(ctx, d.Signer, d.Kind)
	switch {
	case errors.Is(err, edo.SignerAbsent):
		return edo.SignerInfo{}, nil
	case err != nil:
		return edo.SignerInfo{}, at(field, err)
	}
	return signer.Info(), nil
}
