package archive

import (
	"context"
	"errors"
	"time"

	"github.com/edokit/edokit/edo"
)

// Reasons of this package.
const (
	Full    edo.Reason = "store-full"      // no space is left, or a quota is used up; nothing was stored
	Corrupt edo.Reason = "content-corrupt" // the stored bytes are not what their name says
)

// classify turns what the system said into our error. Nothing stored is [edo.Unavailable]: it may be repeated.
func classify(op string, err error) error {
	var known *edo.Error
	if errors.As(err, &known) {
		return err
	}
	return classified(op, err)
}

func classified(op string, err error) *edo.Error {
	e := &edo.Error{Kind: edo.Internal, Op: op, Err: err}
	switch {
	case noSpace(err):
		e.Kind, e.Reason, e.Remedy = edo.Unavailable, Full, "free space on the disk of the archive"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind = edo.Unavailable
	}
	return e
}

// Damaged is the error of an archive whose bytes of this digest are not what their name says.
func Damaged(d edo.Digest, what string) error {
	return &edo.Error{
		Kind: edo.Internal, Reason: Corrupt, Op: "archive.Read", Message: d.Short() + " " + what,
		Remedy: "restore the file from a backup, or store the same document again",
	}
}

// Missing is the error of an archive that holds no entry of this digest.
func Missing(d edo.Digest) error {
	return &edo.Error{Kind: edo.NotFound, Op: "archive.Open", Field: "digest", Message: d.Short() + " is not in the archive"}
}

// Fresh is the error of [edo.Depot.Remove] for an entry that was stored or kept too lately.
func Fresh(d edo.Digest, stored time.Time) error {
	return &edo.Error{
		Kind: edo.Conflict, Reason: edo.EntryFresh, Op: "archive.Remove", Field: "digest",
		Message: d.Short() + " was stored or asked for on " + stored.UTC().Format(time.RFC3339), Remedy: "leave it: somebody needs it",
	}
}

func busy(d edo.Digest) error {
	return &edo.Error{
		Kind: edo.Unavailable, Op: "archive", Field: "digest",
		Message: d.Short() + " is being removed and kept by others all the time", Remedy: "call again",
	}
}
