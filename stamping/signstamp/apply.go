package signstamp

import (
	"context"
	"io"

	"github.com/edokit/edokit/stamping"
)

// Apply writes a copy of the PDF in with the operator's mark on every page, or on the pages of o, to out. Position and Room
// of o do not count: they are the style's. Errors are those of stamping.Stamp; facts that lack a signer or the operator are
// stamping.Invalid.
func Apply(ctx context.Context, in io.ReadSeeker, out io.Writer, f Facts, s Style, o *stamping.Options) (stamping.Result, error) {
	m, err := OperatorMark(f, s)
	if err != nil {
		return stamping.Result{}, err
	}
	return stamping.Stamp(ctx, in, out, m, s.Options(o))
}

// ApplyLocal does the same with the mark of one's own system.
func ApplyLocal(ctx context.Context, in io.ReadSeeker, out io.Writer, f Facts, s Style, o *stamping.Options) (stamping.Result, error) {
	m, err := LocalMark(f, s)
	if err != nil {
		return stamping.Result{}, err
	}
	return stamping.Stamp(ctx, in, out, m, s.Options(o))
}

// OperatorMark is the blue mark: title, signers, operator, its identifiers, time and seal.
func OperatorMark(f Facts, s Style) (*stamping.Mark, error) { return mark(f, s, false, nil) }

// LocalMark is the grey mark, which says of itself that it was not made by the operator.
func LocalMark(f Facts, s Style) (*stamping.Mark, error) { return mark(f, s, true, nil) }

// mark draws either; rows are those of a sheet.
func mark(f Facts, s Style, local bool, sheet []row) (*stamping.Mark, error) {
	if err := f.check(local); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return newDrawing(f, s, local).draw(sheet)
}
