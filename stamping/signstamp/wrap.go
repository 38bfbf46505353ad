package signstamp

import (
	"strings"

	"github.com/edokit/edokit/stamping"
)

// glue is a space at which no line is broken.
const glue = "\u00a0"

// wrap breaks s into lines of at most w points. The first has indent points less, and is empty where not even its first word
// fits behind the indent.
func wrap(fonts *stamping.Fonts, s string, indent, w, size float64, bold bool) []string {
	word, _, _ := strings.Cut(s, " ")
	if need := fonts.Width(word, size, bold); indent > 0 && need > w-indent && need <= w {
		return append([]string{""}, fonts.Wrap(s, w, w, size, bold)...)
	}
	return fonts.Wrap(s, w-indent, w, size, bold)
}
