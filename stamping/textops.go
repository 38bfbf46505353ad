package stamping

import (
	"context"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// textState is what the operators of one content work on.
type textState struct {
	fonts, forms types.Dict           // by resource name
	known        map[string]*textFont // fonts used so far, by resource name
	font         *textFont
	saved        []*textFont
	name         string // the last operand that was a name
	shown        []byte // text of the operands that were strings
	depth        int    // forms around this content
	held         int64  // bytes of the contents around this one, which wait in memory
}

// each goes over the tokens of one content stream or form, as long as there are not too many of all.
func (r *textReader) each(ctx context.Context, b []byte, do func(token) error) error {
	l := lexer{b: b}
	for t := l.next(); t.kind != noToken; t = l.next() {
		if r.tokens--; r.tokens < 0 {
			return fail(TooLarge, 0, nil, "its pages together have more than %d operators and operands", maxTokens)
		}
		if r.tokens%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := do(t); err != nil {
			return err
		}
	}
	return nil
}

// content follows one content stream or form.
func (r *textReader) content(ctx context.Context, b []byte, at *textState) error {
	return r.each(ctx, b, func(t token) error {
		switch t.kind {
		case nameToken:
			at.name = resourceName(t.raw)
		case textString, hexString:
			return r.show(t, at)
		case word:
			if t.number() {
				return nil
			}
			if err := r.operator(ctx, string(t.raw), at, int64(len(b))); err != nil {
				return err
			}
			at.name, at.shown = "", at.shown[:0]
		}
		return nil
	})
}

// show turns a string into text by the font in use. Whether it is shown at all, the operator will say.
func (r *textReader) show(t token, at *textState) error {
	if at.font == nil {
		return nil
	}
	before := len(at.shown)
	r.bytes = t.appendString(r.bytes[:0])
	at.shown = at.font.appendText(at.shown, r.bytes)
	if len(at.shown) > maxShown {
		return fail(TooLarge, 0, nil, "one operator shows more than %d bytes of text", maxShown)
	}
	return r.spend(int64(len(at.shown) - before))
}

func (r *textReader) operator(ctx context.Context, op string, at *textState, size int64) (err error) {
	switch op {
	case "Tj", "TJ", "'", `"`:
		r.words.add(at.shown)
	case "Tf":
		at.font, err = r.font(at)
	case "q":
		if len(at.saved) < maxSaved {
			at.saved = append(at.saved, at.font)
		}
	case "Q":
		if n := len(at.saved); n > 0 {
			at.font, at.saved = at.saved[n-1], at.saved[:n-1]
		}
	case "Do":
		err = r.form(ctx, at, size)
	}
	return err
}

// form follows a form with resources of its own, or with those around it, as old producers have it.
func (r *textReader) form(ctx context.Context, at *textState, size int64) error {
	ref, ok := at.forms[at.name].(types.IndirectRef)
	if !ok || at.depth == maxFormDepth || r.open[ref.ObjectNumber.Value()] {
		return nil
	}
	sd, _, err := r.pdf.DereferenceStreamDict(ref)
	if err != nil || sd == nil || name(sd.Dict["Subtype"]) != "Form" {
		return nil
	}
	in := &textState{
		fonts: at.fonts, forms: at.forms, known: at.known, font: at.font, depth: at.depth + 1, held: at.held + size,
	}
	if sd.Dict["Resources"] != nil {
		in.known = map[string]*textFont{}
		if in.fonts, in.forms, err = r.resources(sd.Dict["Resources"]); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	content, err := r.stream(ref, r.limits.MaxDecode-in.held)
	if err != nil {
		return err
	}
	r.open[ref.ObjectNumber.Value()] = true
	defer delete(r.open, ref.ObjectNumber.Value())
	return r.content(ctx, content, in)
}

// resourceName takes the rare #-sequences out of a name, as the PDF library has done in dictionaries.
func resourceName(raw []byte) string {
	s, err := types.DecodeName(string(raw))
	if err != nil {
		return string(raw)
	}
	return s
}
