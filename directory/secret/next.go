package secret

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// nextField marks the field of a credential that waits to take the place of the present one.
const nextField = ".next"

// Pauses between two tries of a next credential, over all processes: the first, and the longest that it grows to by
// doubling. An operator locks an account after a few wrong ones.
const (
	firstTry   = 30 * time.Second
	longestTry = 30 * time.Minute
)

func nextOf(n directory.SecretName) directory.SecretName {
	n.Field += nextField
	return n
}

// current is the name that a next credential will have, and whether it is one.
func current(n directory.SecretName) (directory.SecretName, bool) {
	field, next := strings.CutSuffix(n.Field, nextField)
	n.Field = field
	return n, next
}

// Next is the same vault, whose setters set the next credential of a subscriber and leave the present one as it is: the
// operator is asked to take the next when it refuses the present one, and the first success makes it the present one and
// forgets that. It must be of the way to log in that is in use.
func (v *Vault) Next() *Vault {
	next := *v
	next.next = true
	return &next
}

// DropNext forgets the next credential of a subscriber, [edo.NotFound] if there is none.
func (v *Vault) DropNext(ctx context.Context, s edo.SubscriberID) error {
	row, err := v.cfg.Rows.Subscriber(ctx, s)
	if err != nil {
		return err
	}
	err = v.cfg.Blobs.RemoveSealed(ctx, nextOf(loginOf(s, row.LoginKind)))
	if errors.Is(err, edo.NotFound) {
		return &edo.Error{Kind: edo.NotFound, Reason: CredentialsMissing, Op: "secret.DropNext", Field: "subscriber", Message: string(s) + " has no next credential", Remedy: "look at secret list"}
	}
	return err
}

// place is where a setter puts a login.
func (v *Vault) place(ctx context.Context, s edo.SubscriberID, k directory.LoginKind) (directory.SecretName, error) {
	row, err := v.cfg.Rows.Subscriber(ctx, s)
	name := loginOf(s, k)
	if err != nil || !v.next {
		return name, err
	}
	if row.LoginKind != k {
		return name, &edo.Error{
			Kind: edo.Invalid, Reason: directory.LoginMalformed, Op: "secret.Next", Field: "login",
			Message: "is of another way than the one in use, which is " + string(row.LoginKind), Remedy: "set it as the present one, which changes the way",
		}
	}
	return nextOf(name), nil
}

// succession is the next credential as a driver may use it, nil if there is none. One that does not open is none: the
// present one must go on working.
func (v *Vault) succession(ctx context.Context, row directory.Subscriber) (*edo.Succession, directory.SealedSecret, error) {
	name := nextOf(loginOf(row.ID, row.LoginKind))
	plain, kept, err := v.get(ctx, name)
	switch {
	case errors.Is(err, edo.NotFound), errors.Is(err, SealBroken):
		return nil, directory.SealedSecret{}, nil
	case err != nil:
		return nil, directory.SealedSecret{}, err
	}
	login, err := loginFrom(row, plain)
	if err != nil {
		return nil, directory.SealedSecret{}, nil // as one that does not open
	}
	return &edo.Succession{
		Login: login,
		Try:   func(ctx context.Context) error { return v.try(ctx, name) },
		Won:   func(ctx context.Context) error { return v.won(ctx, kept) },
	}, kept, nil
}

// try counts a try before it is made. Over all processes there is one at a time, and longer and longer pauses between.
func (v *Vault) try(ctx context.Context, name directory.SecretName) error {
	row, err := v.cfg.Blobs.Sealed(ctx, name)
	if err != nil {
		return err
	}
	now := v.cfg.Now()
	pause := firstTry
	for range min(row.Tries-1, 10) {
		pause = min(2*pause, longestTry)
	}
	if left := row.TriedAt.Add(pause).Sub(now); row.Tries > 0 && left > 0 && left <= pause {
		return notYet(left)
	}
	ours, err := v.cfg.Blobs.SealedTried(ctx, name, row.Tries, now)
	if err == nil && !ours {
		err = notYet(pause)
	}
	return err
}

func notYet(left time.Duration) error {
	return &edo.Error{
		Kind: edo.NotReady, Reason: edo.LoginRefused, Op: "secret.Next", Message: "the operator was asked to take the next credential a short while ago",
		Remedy: "wait, or set the right one", RetryAfter: left,
	}
}

// won makes the next credential the present one, unless it was replaced since the operator was asked.
func (v *Vault) won(ctx context.Context, asked directory.SealedSecret) error {
	name := asked.Name
	to, _ := current(name)
	for range sealTries {
		plain, row, err := v.get(ctx, name)
		if errors.Is(err, edo.NotFound) { // another process has won with it
			return nil
		}
		if err != nil {
			return err
		}
		if row.Version != asked.Version || !row.UpdatedAt.Equal(asked.UpdatedAt) {
			return nil // a newer one was set: the operator said nothing of that
		}
		err = v.seal(ctx, to, plain, func(epoch int64, seal []byte) error {
			return v.cfg.Blobs.Succeed(ctx, name, row.Bytes, to, epoch, seal)
		})
		if !errors.Is(err, edo.NotFound) {
			return err
		}
	}
	return nil // it changes faster than we look; whoever changed it knows why
}
