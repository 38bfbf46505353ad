package mockoperator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Path is where the service answers, as at the true operator.
const Path = "/exchangeservice.svc"

type connKey struct{}

// Listen serves the operator on a loopback address such as 127.0.0.1:0 until stop is called or ctx ends. stop waits until
// the last exchange is over, so that the ledger and the wire are complete after it; what hangs is cut.
func (o *Operator) Listen(ctx context.Context, addr string) (url string, stop func() error, err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", nil, fmt.Errorf("mockoperator: listen: %w", err)
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return "", nil, errors.Join(fmt.Errorf("mockoperator: listen: %s is not a loopback address", l.Addr()), l.Close())
	}
	srv := &http.Server{
		Handler:           o,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(headListener{l}) }()
	stopped := make(chan error, 1)
	ask := make(chan struct{}, 1)
	go func() {
		select {
		case <-ctx.Done():
		case <-ask:
		}
		stopped <- shutDown(srv, served)
		close(stopped)
	}()
	return "http://" + l.Addr().String() + Path, func() error {
		select {
		case ask <- struct{}{}:
		default:
		}
		return <-stopped
	}, nil
}

func shutDown(srv *http.Server, served <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := srv.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
