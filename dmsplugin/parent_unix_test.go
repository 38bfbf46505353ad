//go:build unix

package dmsplugin

import (
	"context"
	"os"
	"testing"
	"time"
)

// TestParentThatIsGoneAlready: a host that died while the plugin was starting is noticed, whoever has adopted us since.
func TestParentThatIsGoneAlready(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	parentGone(ctx, os.Getppid()+1)
	if ctx.Err() != nil {
		t.Error("it is waited for")
	}
}
