package hardpdf_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// others lets other programs look at a copy, and, unless it is nil, at the document beside it.
func others(t *testing.T, pdf, out []byte) {
	t.Helper()
	folder := t.TempDir()
	before, after := filepath.Join(folder, "before.pdf"), filepath.Join(folder, "after.pdf")
	if err := errors.Join(os.WriteFile(before, pdf, 0o600), os.WriteFile(after, out, 0o600)); err != nil {
		t.Fatal(err)
	}
	if pdf == nil {
		before = ""
	}
	find(t, "qpdf")
	find(t, "pdftoppm")
	if err := damage(t.Context(), after); err != nil {
		t.Error(err)
	}
	if _, err := look(t.Context(), before, after, 5); err != nil {
		t.Error(err)
	}
}

func find(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
}

// damage is what qpdf finds in a file. Warnings are none: they are of what was odd before.
func damage(ctx context.Context, file string) error {
	said, err := exec.CommandContext(ctx, "qpdf", "--check", "--no-warn", file).CombinedOutput()
	if exit := (*exec.ExitError)(nil); err == nil || errors.As(err, &exit) && exit.ExitCode() == 3 {
		return nil
	}
	return fmt.Errorf("qpdf: %w: %s", err, said[:min(len(said), 300)])
}

// look has poppler draw the copy up to the given page, and the document as well unless it has no name. It says how many pages
// show the red mark and, outside of it, what they did before.
func look(ctx context.Context, before, after string, last int) (pages int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	made, err := draw(ctx, after, last)
	if err != nil {
		return 0, err
	}
	var old *drawing
	if before != "" {
		if old, err = draw(ctx, before, last); err != nil {
			return 0, err
		}
	}
	for ; ; pages++ {
		b, err := made.next()
		if errors.Is(err, io.EOF) && pages > 0 {
			return pages, nil
		}
		if err != nil {
			return pages, fmt.Errorf("page %d of the copy is not drawn: %w", pages+1, err)
		}
		a := b.blank()
		if old != nil {
			a, err = old.next()
		}
		switch {
		case err != nil:
		case a.w == b.w && a.h == b.h:
			err = compare(a, b, old != nil)
		default:
			err = compareGrown(ctx, before, after, pages+1)
		}
		if err != nil {
			return pages, fmt.Errorf("page %d: %w", pages+1, err)
		}
	}
}

// drawing is poppler at work; pages come one after the other.
type drawing struct{ out *bufio.Reader }

func draw(ctx context.Context, file string, last int) (*drawing, error) {
	return drawn(ctx, file, "-scale-to", "200", "-l", strconv.Itoa(last))
}

func drawn(ctx context.Context, file string, how ...string) (*drawing, error) {
	cmd := exec.CommandContext(ctx, "pdftoppm", append(how, "-q", "-cropbox", file)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = cmd.Wait() })
	return &drawing{bufio.NewReaderSize(out, 64<<10)}, nil
}

// picture is a page, its longer side 200 dots.
type picture struct {
	w, h int
	rgb  []byte
}

func (d *drawing) next() (picture, error) {
	var p picture
	var top int
	if _, err := d.out.Peek(1); err != nil {
		return p, err
	}
	if _, err := fmt.Fscanf(d.out, "P6\n%d %d\n%d\n", &p.w, &p.h, &top); err != nil {
		return p, err
	}
	if p.w < 1 || p.h < 1 || p.w*p.h > 1<<20 {
		return p, fmt.Errorf("a picture of %d by %d", p.w, p.h)
	}
	p.rgb = make([]byte, 3*p.w*p.h)
	_, err := io.ReadFull(d.out, p.rgb)
	return p, err
}

func (p picture) blank() picture {
	return picture{p.w, p.h, bytes.Repeat([]byte{255}, len(p.rgb))}
}

// area is a part of a picture, in dots from its upper left corner.
type area struct{ x0, y0, x1, y1 int }

func (a area) holds(x, y int) bool { return x >= a.x0 && x < a.x1 && y >= a.y0 && y < a.y1 }

func (a *area) add(x, y int) {
	if a.x1 == 0 {
		*a = area{x, y, x + 1, y + 1}
	}
	*a = area{min(a.x0, x), min(a.y0, y), max(a.x1, x+1), max(a.y1, y+1)}
}

// compare says what is wrong with a copied page: where it is red and was not is the mark, near the upper or the lower edge and no
// larger than it may be; outside of it, if asked for, every dot is as it was.
func compare(before, after picture, outside bool) error {
	w, h := after.w, after.h
	var mark, rest area
	red, was := 0, 0
	for i := 0; i < len(after.rgb); i += 3 {
		switch x, y := i/3%w, i/3/w; {
		case isRed(before.rgb[i:]):
			was++
		case isRed(after.rgb[i:]):
			mark.add(x, y)
			red++
		}
	}
	if min(w, h) < 10 || was > w*h/2 { // too narrow for a mark to be seen in so small a picture, or as red as the mark
		return nil
	}
	atEdge := mark.y1 <= h*2/5+2 || mark.y0 >= h*3/5-2
	if red < w*h/100 || mark.x1-mark.x0 > w*93/100+2 || mark.y1-mark.y0 > h/5+2 || !atEdge {
		return fmt.Errorf("the mark shows %d dots within %+v of %d by %d", red, mark, w, h)
	}
	mark = area{mark.x0 - 1, mark.y0 - 1, mark.x1 + 1, mark.y1 + 1} // its soft edge
	for i := 0; outside && i < len(after.rgb); i += 3 {
		if x, y := i/3%w, i/3/w; !mark.holds(x, y) && !bytes.Equal(before.rgb[i:i+3], after.rgb[i:i+3]) {
			rest.add(x, y)
		}
	}
	if rest.x1 > 0 {
		return fmt.Errorf("it changed outside of the mark, within %+v of %d by %d", rest, w, h)
	}
	return nil
}

// compareGrown looks at a page that had no free space: it is as wide as before and higher, the mark stands below what was there,
// and that is as it was.
func compareGrown(ctx context.Context, before, after string, page int) error {
	var made [2]picture
	for i, file := range []string{before, after} {
		nr := strconv.Itoa(page)
		d, err := drawn(ctx, file, "-f", nr, "-l", nr, "-scale-to-x", "200", "-scale-to-y", "-1")
		if err != nil {
			return err
		}
		if made[i], err = d.next(); err != nil {
			return err
		}
	}
	a, b := made[0], made[1]
	if b.w != a.w || b.h <= a.h {
		return fmt.Errorf("%d by %d dots became %d by %d", a.w, a.h, b.w, b.h)
	}
	edge := 3 * a.w * (a.h - 1) // the last row is half margin
	if !bytes.Equal(a.rgb[:edge], b.rgb[:edge]) {
		return errors.New("it has a margin now, and changed above of it")
	}
	red := 0
	for i := edge; i < len(b.rgb); i += 3 {
		if isRed(b.rgb[i:]) {
			red++
		}
	}
	if red < (b.h-a.h)*b.w/10 || b.h-a.h > a.h/4+a.w/4 {
		return fmt.Errorf("of %d rows of margin %d dots are red", b.h-a.h, red)
	}
	return nil
}

func isRed(rgb []byte) bool { return rgb[0] > 180 && rgb[1] < 90 && rgb[2] < 90 }
