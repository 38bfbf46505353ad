package hardpdf_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
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
// is as it was. Other programs look at every fifth copy, and with EDOKIT_SOAK at all: qpdf for damage, poppler for the picture.
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
				if shownBetter(c.Name) {
					pdf = nil
				}
				others(t, pdf, out.Bytes())
			}
		})
	}
}

// shownBetter are those of which poppler shows nothing, for reasons that the copy has not.
func shownBetter(name string) bool {
	name, _, _ = strings.Cut(name, ",")
	return slices.Contains([]string{"nulls among the contents", "crop box outside", "cross-reference stream that unpacks to 80 MiB", "a wrong count of pages", "generations that differ", "another generation of the catalog"}, name)
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
