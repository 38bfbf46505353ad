package stamping

import (
	"context"
	"math"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// inkState is what q saves and Q brings back.
type inkState struct {
	ctm                    matrix
	clip                   rect // around it, in the page's user space
	fillWhite, strokeWhite bool
	line                   float64 // width
	font                   *inkFont
	size, lead, rise       float64
	charSpace, wordSpace   float64
	stretch                float64 // horizontal scaling, 1 is none
}

// inkContent is the state of one content stream or form.
type inkContent struct {
	inkState
	saved        []inkState
	fonts, forms types.Dict
	known        map[string]*inkFont // by resource name
	depth        int                 // forms around this content
	held         int64               // bytes of the contents around this one

	args    []float64 // operands that are numbers
	name    string    // the last that was a name
	inArray bool
	text    textRun
	tm, tlm matrix // of the text and of its line
	path    path
	clipped bool // W was given: the path will clip
}

// textRun is the text of one operator, along its base line.
type textRun struct{ end, from, to float64 }

func (t *textRun) move(by float64) {
	t.end += by
	t.from, t.to = min(t.from, t.end), max(t.to, t.end)
}

// content follows one content stream or form.
func (r *inkReader) content(ctx context.Context, b []byte, at *inkContent) error {
	return r.each(ctx, b, func(t token) error {
		switch t.kind {
		case nameToken:
			at.name = resourceName(t.raw)
		case arrayStart, arrayEnd:
			at.inArray = t.kind == arrayStart
		case textString, hexString:
			r.bytes = t.appendString(r.bytes[:0])
			at.show(r.bytes)
			return r.spend(int64(len(r.bytes)))
		case word:
			if t.number() {
				at.operand(t.raw)
				return nil
			}
			if err := r.operator(ctx, string(t.raw), at, int64(len(b))); err != nil {
				return err
			}
			at.args, at.name, at.inArray, at.text = at.args[:0], "", false, textRun{}
		}
		return nil
	})
}

func (at *inkContent) operand(raw []byte) {
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		f = 0
	}
	if at.inArray { // of TJ: a shift against the direction of the text
		at.text.move(-f / 1000 * at.size * at.stretch)
	} else if len(at.args) < 64 {
		at.args = append(at.args, f)
	}
}

func (at *inkContent) show(s []byte) {
	for len(s) > 0 {
		width, n, blank := at.font.next(s)
		s = s[n:]
		by := width*at.size + at.charSpace
		if blank {
			by += at.wordSpace
		}
		at.text.move(by * at.stretch)
	}
}

// last gives the last n operands; missing ones are zero, as damaged content has them.
func (at *inkContent) last(n int) []float64 {
	for len(at.args) < n {
		at.args = append(at.args, 0)
	}
	return at.args[len(at.args)-n:]
}

func (at *inkContent) matrix() matrix {
	a := at.last(6)
	return matrix{a[0], a[1], a[2], a[3], a[4], a[5]}
}

func (r *inkReader) operator(ctx context.Context, op string, at *inkContent, size int64) error {
	switch op {
	case "q":
		if len(at.saved) == maxSaved {
			return fail(TooLarge, 0, nil, "more than %d graphics states are saved", maxSaved)
		}
		at.saved = append(at.saved, at.inkState)
	case "Q":
		if n := len(at.saved); n > 0 {
			at.inkState, at.saved = at.saved[n-1], at.saved[:n-1]
		}
	case "cm":
		at.ctm = at.matrix().times(at.ctm)
	case "w":
		at.line = at.last(1)[0]
	case "Do":
		return r.form(ctx, at, size)
	case "ID":
		r.add(at.ctm.bounds(unitSquare()), at.clip)
	case "sh":
		r.fill(at.clip, at.clip)
	default:
		if at.color(op) || at.segment(op) || r.paint(op, at) {
			return nil
		}
		return r.text(op, at)
	}
	return nil
}

// color keeps whether fillings and lines are white.
func (at *inkContent) color(op string) bool {
	white := func(of float64, n int) bool {
		for _, v := range at.last(n) {
			if math.Abs(v-of) > 0.001 {
				return false
			}
		}
		return true
	}
	switch op {
	case "g":
		at.fillWhite = white(1, 1)
	case "G":
		at.strokeWhite = white(1, 1)
	case "rg":
		at.fillWhite = white(1, 3)
	case "RG":
		at.strokeWhite = white(1, 3)
	case "k":
		at.fillWhite = white(0, 4)
	case "K":
		at.strokeWhite = white(0, 4)
	case "cs":
		at.fillWhite = false
	case "CS":
		at.strokeWhite = false
	case "sc", "scn": // three parts are red, green and blue in nearly every file; one may be anything
		at.fillWhite = len(at.args) == 3 && white(1, 3)
	case "SC", "SCN":
		at.strokeWhite = len(at.args) == 3 && white(1, 3)
	default:
		return false
	}
	return true
}

// text follows the operators of text (ISO 32000-1, 9.3 and 9.4).
func (r *inkReader) text(op string, at *inkContent) (err error) {
	switch op {
	case "BT":
		at.tm, at.tlm = identity(), identity()
	case "Tc":
		at.charSpace = at.last(1)[0]
	case "Tw":
		at.wordSpace = at.last(1)[0]
	case "Tz":
		at.stretch = at.last(1)[0] / 100
	case "TL":
		at.lead = at.last(1)[0]
	case "Ts":
		at.rise = at.last(1)[0]
	case "Tf":
		at.size = at.last(1)[0]
		at.font, err = r.inkFont(at)
	case "Tm":
		at.tm = at.matrix()
		at.tlm = at.tm
	case "TD":
		at.lead = -at.last(2)[1]
		at.newLine(at.last(2)[0], at.last(2)[1])
	case "Td":
		at.newLine(at.last(2)[0], at.last(2)[1])
	case "T*":
		at.newLine(0, -at.lead)
	case "'", `"`:
		at.newLine(0, -at.lead)
		r.drawn(at)
	case "Tj", "TJ":
		r.drawn(at)
	}
	return err
}

func (at *inkContent) newLine(x, y float64) {
	at.tlm = matrix{1, 0, 0, 1, x, y}.times(at.tlm)
	at.tm = at.tlm
}

// drawn adds the text of an operator and moves on behind it.
func (r *inkReader) drawn(at *inkContent) {
	low, high := at.font.height()
	box := rect{at.text.from, at.rise + low*at.size, at.text.to, at.rise + high*at.size}
	if at.text.to > at.text.from {
		r.add(at.tm.times(at.ctm).bounds(box), at.clip)
	}
	at.tm = matrix{1, 0, 0, 1, at.text.end, 0}.times(at.tm)
}
