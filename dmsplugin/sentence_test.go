package dmsplugin_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

func TestSentence(t *testing.T) {
	t.Parallel()
	denied := &edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed}
	for name, tc := range map[string]struct {
		err  error
		want edo.Sentence
	}{
		"reason":    {denied, edo.Sentence{RU: "Пользователю не разрешено это действие", EN: "The user is not allowed to do this"}},
		"wrapped":   {fmt.Errorf("send: %w", denied), edo.Sentence{RU: "Пользователю не разрешено это действие", EN: "The user is not allowed to do this"}},
		"first":     {edo.Faults{denied, edo.NotFound}, edo.Sentence{RU: "Пользователю не разрешено это действие", EN: "The user is not allowed to do this"}},
		"kind":      {edo.NotReady, edo.Sentence{RU: edo.NotReady.Russian(), EN: edo.NotReady.English()}},
		"of others": {errors.New("disk"), edo.Sentence{RU: edo.Internal.Russian(), EN: edo.Internal.English()}},
	} {
		if diff := cmp.Diff(tc.want, dmsplugin.Sentence(tc.err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
