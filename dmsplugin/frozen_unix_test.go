//go:build unix

package dmsplugin_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/edokit/edokit/dmsplugin"
)

// TestCloseOfAFrozenPlugin: a process that answers nothing, not even the order to end, is ended all the same.
func TestCloseOfAFrozenPlugin(t *testing.T) {
	t.Parallel()
	client, err := dmsplugin.Launch(t.Context(), dmsplugin.Config{Path: os.Args[0], Env: []string{"TEST_ARCHIVE=" + t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	signalTo(t, client.PID(), syscall.SIGSTOP)
	closed := make(chan error, 1)
	go func() { closed <- client.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		signalTo(t, client.PID(), syscall.SIGKILL)
		t.Fatalf("Close does not come back; %v", <-closed)
	}
	if !client.Exited() {
		t.Error("the process is still there")
	}
}
