package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/edokit/edokit/edo"
)

// markPhrase stands on the marks of operators, after GOST R 7.0.97-2016.
const markPhrase = "подписан электронной подписью"

// examine looks into a printed form that has come. A form that nobody can open, or with fewer pages than the document, is an
// error with its reason; everything else is a remark on the version: the contract promises neither a mark nor ids, and what
// was too much for the reader is not the form's fault.
func (g *Gateway) examine(ctx context.Context, op edo.Operation, d *edo.DocumentStatus, form edo.Digest) (string, error) {
	if g.Forms == nil {
		return edo.RemarkNotRecognised, nil
	}
	ids := []string{string(d.Remote), strings.ReplaceAll(string(d.Remote), "-", ""), string(op.Message)}
	c, err := g.Archive.Open(ctx, form)
	if err != nil {
		return "", err
	}
	seen, err := g.Forms.Examine(ctx, c, append(ids, markPhrase))
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, edo.FormBroken):
		return "", &edo.Error{Kind: edo.Refused, Reason: edo.FormBroken, Op: "gateway.stamp", Message: "the printed form is damaged and does not open"}
	case errors.Is(err, edo.FormLocked):
		return "", &edo.Error{Kind: edo.Refused, Reason: edo.FormLocked, Op: "gateway.stamp", Message: "the printed form opens only with a password"}
	case errors.Is(err, edo.FormTooLarge):
		return edo.RemarkNotRecognised + edo.RemarkTooMuch, nil
	case err != nil:
		return edo.RemarkNotRecognised + edo.RemarkNotExamined, nil
	}
	original, known := g.lookAtOriginal(ctx, d.Digest)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if known && seen.Pages < original.Pages {
		return "", &edo.Error{
			Kind: edo.Refused, Reason: edo.FormPagesLost, Op: "gateway.stamp",
			Message: fmt.Sprintf("the printed form has %d of the document's %d pages", seen.Pages, original.Pages),
		}
	}
	return remark(seen, known && len(original.Found) == 0 && !original.Unread), nil
}

// remark says what was recognised. The phrase of a mark proves one only if the document itself does not have it.
func remark(seen PDFFacts, phraseIsNew bool) string {
	if len(seen.Found) > 0 && seen.Found[0] != markPhrase {
		return edo.RemarkRecognised + seen.Found[0]
	}
	switch {
	case len(seen.Found) > 0 && phraseIsNew:
		return edo.RemarkNotRecognised + edo.RemarkMarkWithoutIDs
	case seen.Unread:
		return edo.RemarkNotRecognised + edo.RemarkUnread
	}
	return edo.RemarkNotRecognised
}

// lookAtOriginal knows nothing of documents that are no PDF, were deleted after a hand-over, or are too much for the reader.
func (g *Gateway) lookAtOriginal(ctx context.Context, d edo.Digest) (PDFFacts, bool) {
	c, err := g.Archive.Open(ctx, d)
	if err != nil {
		return PDFFacts{}, false
	}
	seen, err := g.Forms.Examine(ctx, c, []string{markPhrase})
	return seen, err == nil
}
