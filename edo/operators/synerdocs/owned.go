package synerdocs

import (
	"context"
	"strconv"

	"github.com/edokit/edokit/edo"
)

// ownsBox makes sure that the account's box is one of the login's, before the first message of a token leaves: what is
// sent from somebody else's box cannot be called back. It costs one GetBoxes per token. Everything that sends calls it.
func (s *session) ownsBox(ctx context.Context) error {
	_, err := s.own(ctx)
	return err
}

// own is the account's box as the operator describes it, its organisation's number included.
func (s *session) own(ctx context.Context) (edo.Address, error) {
	if _, err := s.ownBox(); err != nil {
		return edo.Address{}, err
	}
	boxes, err := s.ownBoxes(ctx)
	if err != nil {
		return edo.Address{}, err
	}
	for _, b := range boxes {
		if sameBox(b.Box, s.box) {
			return b, nil
		}
	}
	return edo.Address{}, &edo.Error{
		Kind: edo.Denied, Reason: edo.BoxForeign, Op: Name, Field: "account.box", Message: "is none of the boxes of this login",
		Remedy: "set a box that a check of the subscriber lists, or log in as its owner",
	}
}

// ownNumber is the number of our organisation, which contacts are kept by.
func (s *session) ownNumber(ctx context.Context) (string, error) {
	own, err := s.own(ctx)
	if err != nil {
		return "", err
	}
	if !isNumber(own.Organisation) {
		return "", unreadable("GetBoxes", "the box has no number of its organisation")
	}
	return own.Organisation, nil
}

// isNumber accepts the whole numbers that contacts are kept by. The same numbers are text elsewhere (contract 7).
func isNumber(s string) bool {
	n, err := strconv.ParseInt(s, 10, 32)
	return err == nil && n > 0
}

// ownBoxes is what the login may use, asked once per token however many want to know at the same time.
func (s *session) ownBoxes(ctx context.Context) ([]edo.Address, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable, Op: Name + ".GetBoxes", Err: context.Cause(ctx)}
	}
	_, stamp, err := s.tokens.get(ctx, 0)
	if err != nil {
		return nil, err
	}
	if s.owned.stamp == stamp {
		return s.owned.boxes, nil
	}
	boxes, stamp, err := s.boxesStamped(ctx)
	if err != nil {
		return nil, err
	}
	s.owned = owned{stamp, boxes}
	return boxes, nil
}
