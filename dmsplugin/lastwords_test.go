package dmsplugin

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/edokit/edokit/edo"
)

func TestLastWords(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		wrote []string
		want  string
	}{
		"nothing":            {nil, ""},
		"plain lines":        {[]string{"one\n", "two\n", "\n"}, "two"},
		"a log line":         {[]string{"noise\n", `{"@level":"error","@message":"start","error":"mkdir /srv/edo: not a directory"}` + "\n"}, "start: mkdir /srv/edo: not a directory"},
		"no error in it":     {[]string{`{"@message":"plugin ends"}` + "\n"}, "plugin ends"},
		"another object":     {[]string{`{"a":1}` + "\n"}, `{"a":1}`},
		"escape sequences":   {[]string{"\x1b[31mred\x00\n"}, " [31mred "},
		"not UTF-8":          {[]string{"a\xffb\n"}, "a\ufffdb"},
		"one endless line":   {[]string{strings.Repeat("x", 100_000)}, strings.Repeat("x", maxRepeat)},
		"many little writes": {strings.SplitAfter(strings.Repeat("line\n", 10_000)+"end", "\n"), "end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w lastWords
			for _, s := range tc.wrote {
				if _, err := fmt.Fprint(&w, s); err != nil {
					t.Fatal(err)
				}
			}
			if got := w.last(); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if len(w.kept) > maxKept || cap(w.kept) > 2*maxKept {
				t.Errorf("%d bytes are kept in %d", len(w.kept), cap(w.kept))
			}
			err := w.tell(launchFault("path", errors.New("cause"), ""))
			if !errors.Is(err, edo.Unavailable) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "cause") {
				t.Errorf("error %v", err)
			}
		})
	}
}
