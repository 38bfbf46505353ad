package stamping

import (
	"bytes"
	"errors"
	"testing"
)

// TestComposedShapes: a page loses nothing of what it is given: fills are drawn, and what it cannot have is refused.
func TestComposedShapes(t *testing.T) {
	t.Parallel()
	c, err := NewComposer(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	filled := &Mark{Width: 595, Height: 842, Fills: []Fill{{Color: Color{R: 1}, Rects: []Rect{{X: 100, Y: 100, W: 200, H: 50}}}}}
	if err := c.Add(filled); err != nil {
		t.Fatal(err)
	}
	if err := c.Add(pictured(t)); !errors.Is(err, Invalid) {
		t.Errorf("a page with an emblem: %v", err)
	}
	var out bytes.Buffer
	if err := c.Write(t.Context(), &out, nil, func(int, int, float64) []Text { return nil }); err != nil {
		t.Fatal(err)
	}
	if box, found := render(t, out.Bytes(), 1).redBox(); !found || box.x1-box.x0 < 150 {
		t.Errorf("the fill: %+v, %t", box, found)
	}
}
