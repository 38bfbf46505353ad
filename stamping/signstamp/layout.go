package signstamp

import (
	"fmt"
	"strings"

	"github.com/edokit/edokit/stamping"
)

// Lengths in points of a mark drawn in its own size.
const (
	width     = 400.0
	pad       = 6.0
	labelCol  = 52.0
	valueCol  = width - 2*pad - labelCol
	titleSize = 7.8
	titleLead = 10.4
	textSize  = 6.4
	textLead  = 7.9
	columns   = 2 // of several signatures
	emblem    = 42.0
	hairline  = 0.35
)

// drawing lays a mark out from top to bottom. Heights are counted downwards until finish turns them round.
type drawing struct {
	facts Facts
	style Style
	local bool
	color stamping.Color
	fonts *stamping.Fonts
	mark  stamping.Mark
	y     float64 // of the last line
	left  float64 // the column in which lines are set
	right float64
}

func newDrawing(f Facts, s Style, local bool) *drawing {
	return &drawing{
		facts: f, style: s, local: local, color: s.color(local), mark: stamping.Mark{Width: width}, y: pad - 2, left: pad, right: width - pad,
	}
}

// draw sets the head with one signature, or the head and below it several side by side.
func (d *drawing) draw(sheet []row) (_ *stamping.Mark, err error) {
	if d.fonts, err = stamping.NewFonts(); err != nil {
		return nil, err
	}
	beside, err := d.besideTitle()
	if err != nil {
		return nil, err
	}
	d.title(sheet != nil)
	signers, more := d.signers()
	if len(signers) == 1 {
		d.rows(d.onlySignerRows(&signers[0]))
	}
	d.rows(d.exchangeRows())
	d.rows(sheet)
	d.y = max(d.y, beside)
	d.left, d.right = pad, width-pad
	if len(signers) > 1 {
		d.cells(signers)
	}
	if more > 0 {
		d.rows([]row{{"", fmt.Sprintf("%s: %d", d.style.Lang.say("и ещё подписей", "and more signatures"), more)}})
	}
	return d.finish(), nil
}

// besideTitle puts the emblem to the left of the head and the QR code to the right, and says how low they reach.
func (d *drawing) besideTitle() (bottom float64, err error) {
	if len(d.style.Emblem) > 0 {
		p, err := picture(d.style.Emblem)
		if err != nil {
			return 0, err
		}
		d.mark.Emblems = append(d.mark.Emblems, p)
		d.left += emblem + pad
		bottom = pad + emblem
	}
	if d.facts.QR != "" {
		code, err := qrCode(d.facts.QR)
		if err != nil {
			return 0, err
		}
		side := code.side()
		d.right -= side
		code.draw(&d.mark, d.right, pad/2)
		d.right -= pad / 2
		bottom = max(bottom, pad/2+side-pad)
	}
	return bottom, nil
}

// title is the phrase of the standard, what tells the local mark and a sheet from others, and the state.
func (d *drawing) title(sheet bool) {
	say := d.style.Lang.say
	title := say("Документ подписан электронной подписью", "Document signed with an electronic signature")
	if own := clean(d.facts.Title); own != "" && !d.local {
		title = own
	}
	d.centred(title, titleSize, titleLead, true, d.color)
	if d.local {
		d.centred(say("Отметка сформирована в системе организации, не оператором", "Mark made by the organisation's own system, not by the operator"), textSize, textLead, false, d.color)
	}
	if sheet {
		d.centred(say("Отдельный лист: на страницах самого документа отметки нет", "Separate sheet: the pages of the document have no mark"), textSize, textLead, false, d.color)
	}
	if state := d.state(); state != "" {
		color := d.color
		if d.facts.State != SignedByBoth {
			color = d.style.alert()
		}
		d.centred(state, titleSize, titleLead, true, color)
	}
	d.y += 1.6
}

func (d *drawing) centred(s string, size, lead float64, bold bool, color stamping.Color) {
	w := d.right - d.left
	for _, line := range wrap(d.fonts, s, 0, w, size, bold) {
		d.y += lead
		d.text(d.left+(w-d.fonts.Width(line, size, bold))/2, size, bold, color, line)
	}
}

// rows sets labels in a column of their own.
func (d *drawing) rows(rows []row) {
	for _, r := range rows {
		for i, line := range wrap(d.fonts, r.value, 0, d.right-d.left-labelCol, textSize, false) {
			d.y += textLead
			if i == 0 && r.label != "" {
				d.text(d.left, textSize, true, d.color, r.label)
			}
			d.text(d.left+labelCol, textSize, false, d.color, line)
		}
	}
}

// cells sets several signatures side by side and on following lines, between hairlines.
func (d *drawing) cells(signers []Signer) {
	w := (width - 2*pad) / columns
	for i := 0; i < len(signers); i += columns {
		d.y += pad / 2
		top, bottom := d.y, d.y
		for c := range min(columns, len(signers)-i) {
			d.y, d.left = top, pad+float64(c)*w
			d.right = d.left + w - pad
			if c > 0 {
				d.left += pad
				d.right += pad
			}
			d.cell(i+c, &signers[i+c])
			bottom = max(bottom, d.y)
		}
		d.y, d.left, d.right = bottom+pad/2, pad, width-pad
		d.rule(pad, top, width-2*pad, hairline)
		d.rule(width/2, top, hairline, d.y-top)
	}
	d.y -= pad / 2
}

// cell has its labels within the lines, which leaves more of the narrow column to the values.
func (d *drawing) cell(i int, s *Signer) {
	d.y += textLead
	d.text(d.left, textSize, true, d.color, d.heading(i, s.Role))
	for _, r := range d.signerRows(s) {
		label := r.label + " "
		indent := d.fonts.Width(label, textSize, true)
		for k, line := range wrap(d.fonts, r.value, indent, d.right-d.left, textSize, false) {
			d.y += textLead
			x := d.left
			if k == 0 {
				d.text(x, textSize, true, d.color, r.label)
				x += indent
			}
			if line != "" {
				d.text(x, textSize, false, d.color, line)
			}
		}
	}
}

func (d *drawing) text(x, size float64, bold bool, color stamping.Color, s string) {
	d.mark.Texts = append(d.mark.Texts, stamping.Text{X: x, Y: d.y, Size: size, Bold: bold, Color: color, S: strings.ReplaceAll(s, glue, " ")})
}

// rule is a line as a filled rectangle, its upper left corner given.
func (d *drawing) rule(x, y, w, h float64) {
	d.mark.Fills = append(d.mark.Fills, stamping.Fill{Color: d.color, Rects: []stamping.Rect{{X: x, Y: y, W: w, H: h}}})
}

// finish draws the frame around what came of it and turns heights round.
func (d *drawing) finish() *stamping.Mark {
	m := &d.mark
	m.Height = d.y + pad
	turn := func(r *stamping.Rect) { r.Y = m.Height - r.Y - r.H }
	for i := range m.Texts {
		m.Texts[i].Y = m.Height - m.Texts[i].Y
	}
	for _, f := range m.Fills {
		for i := range f.Rects {
			turn(&f.Rects[i])
		}
	}
	for i := range m.Emblems {
		turn(&m.Emblems[i].Rect)
	}
	m.Boxes = d.frame(m.Height)
	return m
}

// frame is what tells the two marks apart before a word is read.
func (d *drawing) frame(h float64) []stamping.Box {
	white := &stamping.Color{R: 1, G: 1, B: 1}
	if !d.local {
		return []stamping.Box{{X: 0.75, Y: 0.75, W: width - 1.5, H: h - 1.5, Radius: 5, Line: 1.5, Stroke: &d.color, Fill: white, SeeThrough: true}}
	}
	return []stamping.Box{
		{X: 0.3, Y: 0.3, W: width - 0.6, H: h - 0.6, Line: 0.6, Stroke: &d.color, Fill: white, SeeThrough: true},
		{X: 2.1, Y: 2.1, W: width - 4.2, H: h - 4.2, Line: 0.6, Stroke: &d.color},
	}
}
