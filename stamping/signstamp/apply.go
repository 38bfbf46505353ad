package signstamp

import (
	"context"
	"io"

	"github.com/edokit/edokit/stamping"
)

// Apply writes a copy of the PDF in with the operator's mark on every page, or on the pages of o, to out.
// Errors are those of stamping.Stamp; facts that lack a signer or the operator are stamping.Invalid.
func Apply(ctx context.Context, in io.ReadSeeker, out io.Writer, f Facts, o *stamping.Options) (stamping.Result, error) {
	m, err := OperatorMark(f)
	if err != nil {
		return stamping.Result{}, err
	}
	return stamping.Stamp(ctx, in, out, m, o)
}

// ApplyLocal does the same with the mark of the sender's own system.
func ApplyLocal(ctx context.Context, in io.ReadSeeker, out io.Writer, f Facts, o *stamping.Options) (stamping.Result, error) {
	m, err := LocalMark(f)
	if err != nil {
		return stamping.Result{}, err
	}
	return stamping.Stamp(ctx, in, out, m, o)
}

// OperatorMark is the blue mark: title, signers, operator, its identifier, time and seal.
func OperatorMark(f Facts) (*stamping.Mark, error) {
	if err := f.check(false); err != nil {
		return nil, err
	}
	return build(operatorLook(clean(f.Title)), operatorRows(&f))
}

// LocalMark is the grey mark, which says of itself that it was not made by the operator.
func LocalMark(f Facts) (*stamping.Mark, error) {
	if err := f.check(true); err != nil {
		return nil, err
	}
	return build(localLook(), localRows(&f))
}
