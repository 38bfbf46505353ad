package s3_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// elsewhere starts this test binary again as a storage, which ends with its standard input.
func elsewhere(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "EDOKIT_TEST_STORAGE=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func serveStorage() {
	backend := s3mem.New()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it lives as long as its standard input
	if err == nil {
		err = backend.CreateBucket(bucket)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	go func() {
		_ = http.Serve(l, gofakes3.New(backend).Server()) //nolint:gosec // a test's own storage
	}()
	fmt.Println("http://" + l.Addr().String())
	_, _ = io.Copy(io.Discard, os.Stdin)
}
