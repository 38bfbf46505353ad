package soap

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// stubVariable makes the test binary a server of its own, so that benchmarks measure the client's process alone.
const stubVariable = "EDOKIT_SOAP_STUB"

func TestMain(m *testing.M) {
	if os.Getenv(stubVariable) != "" {
		stub()
		return
	}
	goleak.VerifyTestMain(m)
}

// stub discards every body and gives a canned reply, until its standard input ends.
func stub() {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // lives as long as the process
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("http://" + l.Addr().String() + "/service.svc")
	reply := []byte(success("<a:MessageId>55b0f5c1</a:MessageId>"))
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Fprintln(os.Stderr, http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write(reply)
	})))
}
