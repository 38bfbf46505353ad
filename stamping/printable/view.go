package printable

import (
	"context"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/edokit/edokit/stamping"
)

// Lengths in points. The left margin is wide enough for a folder.
const (
	a4Short, a4Long = 595.0, 842.0
	left, right     = 57.0, 43.0
	top             = 43.0
	leastFoot       = 43.0
	footGap         = 16.0 // between the content and what is left free; the number of the page stands in it
	footSize        = 7.0
	titleSize       = 13.0
	rowSize         = 9.0
	labelCol        = 78.0
)

const notice = "Печатный вид файла для чтения. Это не форма, кем-либо утверждённая: подпись относится к самому файлу, а не к этому виду."

var (
	black = stamping.Color{}                          //nolint:gochecknoglobals // a constant in all but syntax
	grey  = stamping.Color{R: 0.38, G: 0.38, B: 0.38} //nolint:gochecknoglobals // a constant in all but syntax
)

// view fills pages from top to bottom.
type view struct {
	c      *stamping.Composer
	opts   *Options
	kind   Kind
	digest string
	shown  stamping.Mark // the page being filled; none if it has no size
	width  float64       // between the margins
	y      float64       // of the last line, downwards from the upper edge
	hidden int           // characters that are shown as a replacement
}

// foot is the height of the free part.
func (v *view) foot() float64 { return min(max(leastFoot, v.opts.Foot), a4Long/4) }

// room is what is left of the page.
func (v *view) room() float64 { return v.shown.Height - v.foot() - footGap - v.y }

func (v *view) startPage(w, h float64) {
	v.shown = stamping.Mark{Width: w, Height: h}
	v.width, v.y = w-left-right, top
}

func (v *view) endPage(pictures ...stamping.Picture) error {
	if v.shown.Width == 0 {
		return nil
	}
	err := v.c.Add(&v.shown, pictures...)
	v.shown = stamping.Mark{}
	return err
}

// line puts texts, whose Y is not set, on the next line, of the next page if this one is full.
func (v *view) line(ctx context.Context, lead float64, texts ...stamping.Text) error {
	if v.shown.Width == 0 || v.room() < lead {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := v.endPage(); err != nil {
			return err
		}
		v.startPage(a4Short, a4Long)
	}
	v.y += lead
	for _, t := range texts {
		t.Y = v.shown.Height - v.y
		v.shown.Texts = append(v.shown.Texts, t)
	}
	return nil
}

// head writes the title, the rows and the notice.
func (v *view) head(ctx context.Context, title string, rows []Row) error {
	for _, l := range v.c.Wrap(v.clean(title), v.width, v.width, titleSize, true) {
		if err := v.line(ctx, titleSize*1.25, stamping.Text{X: left, Size: titleSize, Bold: true, S: l}); err != nil {
			return err
		}
	}
	v.y += 5
	for _, r := range rows {
		w := v.width - labelCol
		for i, l := range v.c.Wrap(v.clean(oneLine(r.Value)), w, w, rowSize, false) {
			var texts []stamping.Text
			if i == 0 {
				texts = append(texts, stamping.Text{X: left, Size: rowSize, Color: grey, S: r.Label})
			}
			texts = append(texts, stamping.Text{X: left + labelCol, Size: rowSize, S: l})
			if err := v.line(ctx, rowSize*1.3, texts...); err != nil {
				return err
			}
		}
	}
	v.y += 3
	if err := v.remark(ctx, notice); err != nil {
		return err
	}
	v.y += 7
	v.shown.Boxes = append(v.shown.Boxes, stamping.Box{X: left, Y: v.shown.Height - v.y, W: v.width, Line: 0.5, Stroke: &grey})
	v.y += 5
	return nil
}

// remark is what the view says of itself.
func (v *view) remark(ctx context.Context, s string) error {
	const size = 8.0
	for _, l := range v.c.Wrap(s, v.width, v.width, size, false) {
		if err := v.line(ctx, size*1.3, stamping.Text{X: left, Size: size, Color: grey, S: l}); err != nil {
			return err
		}
	}
	return nil
}

// clean gives s in composed letters, with a replacement for what the fonts lack and for what could hide or turn round other
// characters. Tabs and line breaks stay.
func (v *view) clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n':
			return r
		case r == unicode.ReplacementChar, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), !v.c.Shows(r):
			v.hidden++
			return unicode.ReplacementChar
		}
		return r
	}, norm.NFC.String(s))
}

// clip keeps s to a width.
func (v *view) clip(s string, w, size float64) string {
	lines := v.c.Wrap(v.clean(s), w, w, size, false)
	if len(lines) > 1 {
		return lines[0] + "…"
	}
	return strings.Join(lines, "")
}

// oneLine gives s without line breaks and spaces at its ends.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
}
