package mockoperator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWithoutContents: what is long and base64 is told by its length, all else stays as it was.
func TestWithoutContents(t *testing.T) {
	t.Parallel()
	long, words := strings.Repeat("QUJD\r\n", 400), strings.Repeat("Письмо ", 400)
	for given, want := range map[string]string{
		"":                                    "",
		"no envelope":                         "no envelope",
		"<a>":                                 "<a>",
		"<a>short</a>":                        "<a>short</a>",
		"<a>" + long + "</a><b>QUJD</b>":      "<a>(2400 characters of base64)</a><b>QUJD</b>",
		"<a>" + words + "</a>":                "<a>" + words + "</a>",
		"<a>" + long:                          "<a>" + long,
		"<a>" + long[:999] + "</a>":           "<a>" + long[:999] + "</a>",
		"<a>" + long[:1000] + "</a>" + "tail": "<a>(1000 characters of base64)</a>tail",
	} {
		if diff := cmp.Diff(want, string(withoutContents([]byte(given)))); diff != "" {
			t.Errorf("%.20q (-want +got)\n%s", given, diff)
		}
	}
}
