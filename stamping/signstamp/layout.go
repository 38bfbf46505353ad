package signstamp

import "github.com/edokit/edokit/stamping"

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
)

// look is what tells the two marks apart before a word is read.
type look struct {
	color  stamping.Color
	boxes  func(h float64, c *stamping.Color) []stamping.Box
	titles []string
}

func operatorLook(title string) look {
	if title == "" {
		title = "Документ подписан электронной подписью"
	}
	return look{
		color:  stamping.Color{R: 0.05, G: 0.20, B: 0.62},
		titles: []string{title},
		boxes: func(h float64, c *stamping.Color) []stamping.Box {
			return []stamping.Box{{
				X: 0.75, Y: 0.75, W: width - 1.5, H: h - 1.5, Radius: 5, Line: 1.5,
				Stroke: c, Fill: &stamping.Color{R: 1, G: 1, B: 1}, SeeThrough: true,
			}}
		},
	}
}

func localLook() look {
	return look{
		color:  stamping.Color{R: 0.35, G: 0.35, B: 0.35},
		titles: []string{"Отметка об электронной подписи", "Сформировано в системе отправителя, не оператором"},
		boxes: func(h float64, c *stamping.Color) []stamping.Box {
			return []stamping.Box{
				{
					X: 0.3, Y: 0.3, W: width - 0.6, H: h - 0.6, Line: 0.6,
					Stroke: c, Fill: &stamping.Color{R: 1, G: 1, B: 1}, SeeThrough: true,
				},
				{X: 2.1, Y: 2.1, W: width - 4.2, H: h - 4.2, Line: 0.6, Stroke: c},
			}
		},
	}
}

// build lays the titles and rows out from top to bottom and draws the frame around what came of it.
func build(l look, rows []row) (*stamping.Mark, error) {
	fonts, err := stamping.NewFonts()
	if err != nil {
		return nil, err
	}
	m := &stamping.Mark{Width: width}
	y := pad - 2.0 // downwards from the upper edge; turned round below
	for i, t := range l.titles {
		size, lead := titleSize, titleLead
		if i > 0 {
			size, lead = textSize, textLead
		}
		for _, line := range fonts.Wrap(clean(t), width-2*pad, width-2*pad, size, i == 0) {
			y += lead
			x := (width - fonts.Width(line, size, i == 0)) / 2
			m.Texts = append(m.Texts, stamping.Text{X: x, Y: y, Size: size, Bold: i == 0, Color: l.color, S: line})
		}
	}
	y += 1.6
	for _, r := range rows {
		for i, line := range fonts.Wrap(r.value, valueCol, valueCol, textSize, false) {
			y += textLead
			if i == 0 && r.label != "" {
				m.Texts = append(m.Texts, stamping.Text{X: pad, Y: y, Size: textSize, Bold: true, Color: l.color, S: r.label})
			}
			m.Texts = append(m.Texts, stamping.Text{X: pad + labelCol, Y: y, Size: textSize, Color: l.color, S: line})
		}
	}
	m.Height = y + pad
	for i := range m.Texts {
		m.Texts[i].Y = m.Height - m.Texts[i].Y
	}
	m.Boxes = l.boxes(m.Height, &l.color)
	return m, nil
}
