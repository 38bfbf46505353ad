package hardpdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/hardpdf"
)

func red() *stamping.Mark {
	return &stamping.Mark{
		Width: 400, Height: 60, Boxes: []stamping.Box{{W: 400, H: 60, Fill: &stamping.Color{R: 1}}},
		Texts: []stamping.Text{{X: 8, Y: 30, Size: 10, S: "7c9e6679-7425"}},
	}
}

// TestSoakCases holds stamping to the table: everything ends as it says, the copy has the mark's words on it, and the original
// is as it was. Other programs look at every fifth copy, and with EDOKIT_SOAK at all.
func TestSoakCases(t *testing.T) {
	t.Parallel()
	all := hardpdf.Cases()
	if len(all) < 200 {
		t.Fatalf("%d cases", len(all))
	}
	for i, c := range all {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			pdf := c.Make()
			before := bytes.Clone(pdf)
			seen, err := stamping.Examine(t.Context(), bytes.NewReader(pdf), []string{"7c9e66797425"}, nil)
			if kind(err) != c.Examine || err == nil && (seen.Pages != c.Pages || len(seen.Found) > 0) {
				t.Errorf("examine: %+v, %v; want kind %q, %d pages", seen, err, c.Examine, c.Pages)
			}
			var out bytes.Buffer
			r, err := stamping.Stamp(t.Context(), bytes.NewReader(pdf), &out, red(), nil)
			if !bytes.Equal(before, pdf) {
				t.Error("the original was changed")
			}
			if kind(err) != c.Stamp || err == nil && (r.Pages != c.Pages || r.Marked != c.Pages) || err != nil && out.Len() > 0 {
				t.Fatalf("stamp: %+v, %v and %d bytes; want kind %q", r, err, out.Len(), c.Stamp)
			}
			if err != nil {
				return
			}
			if seen, err := stamping.Examine(t.Context(), bytes.NewReader(out.Bytes()), []string{"7c9e66797425"}, nil); err != nil || len(seen.Found) != 1 {
				t.Errorf("the copy: %+v, %v", seen, err)
			}
			if (i+i/8)%5 == 0 || os.Getenv("EDOKIT_SOAK") != "" {
				others(t, out.Bytes(), c.Pages)
			}
		})
	}
}

// kind is empty for nil, and fails the comparison for what is no stamping.Error.
func kind(err error) stamping.Kind {
	var typed *stamping.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &typed):
		return typed.Kind
	}
	return "no typed error"
}

// others lets qpdf look for damage and poppler draw the pages: each shows the red mark.
func others(t *testing.T, pdf []byte, pages int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "copy.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.CommandContext(t.Context(), find(t, "qpdf"), "--check", "--no-warn", file).CombinedOutput(); err != nil {
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 3 { // 3: only warnings, of what was odd before
			t.Errorf("qpdf: %v\n%s", err, said)
		}
	}
	pictures, err := exec.CommandContext(t.Context(), find(t, "pdftoppm"), "-r", "20", "-cropbox", "-l", "5", file).Output()
	if err != nil {
		t.Fatalf("pdftoppm: %v", err)
	}
	for page := range min(pages, 5) {
		var w, h, top int
		if _, err := fmt.Sscanf(string(pictures[:min(len(pictures), 40)]), "P6\n%d %d\n%d\n", &w, &h, &top); err != nil {
			t.Fatalf("page %d is not drawn: %v", page+1, err)
		}
		head := len(fmt.Sprintf("P6\n%d %d\n%d\n", w, h, top))
		if n := redDots(pictures[head : head+3*w*h]); n < w*h/100 {
			t.Errorf("page %d shows %d red dots of %d", page+1, n, w*h)
		}
		pictures = pictures[head+3*w*h:]
	}
}

func redDots(rgb []byte) (n int) {
	for i := 0; i < len(rgb); i += 3 {
		if rgb[i] > 180 && rgb[i+1] < 90 && rgb[i+2] < 90 {
			n++
		}
	}
	return n
}

func find(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}
