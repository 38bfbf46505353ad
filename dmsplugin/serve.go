package dmsplugin

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/edokit/edokit/edo"
)

// ServeConfig is what a plugin binary serves.
type ServeConfig struct {
	Exchange    Exchange
	Desk        Desk
	Book        Book
	Credentials Credentials
	Archive     edo.Archive // where arriving content is kept; the same one that Exchange uses
	Version     string      // of the binary, for people
	Operators   []string    // names of the drivers inside
	Logger      *slog.Logger
	Now         func() time.Time // nil: time.Now
	Idle        time.Duration    // how long a host may be silent in the middle of a package; 0: 60 s

	// Health says why nothing can be taken now, nil if it can; asked by hosts over grpc.health.v1, so it has to be quick and
	// to remember what is costly. Nil: all is well until the plugin drains.
	Health func(ctx context.Context) error
	// Around is called before each call of a host and gives what is called with its outcome after it; header reads what the
	// host sent beside the call, such as traceparent. For whoever measures; nil: nobody does.
	Around func(ctx context.Context, method string, header func(name string) string) (context.Context, func(error))
}

func (c ServeConfig) check() error {
	var f edo.Faults
	need := func(ok bool, field string) {
		if !ok {
			f = append(f, &edo.Error{Kind: edo.Invalid, Op: "dmsplugin.Serve", Field: field, Message: "is required"})
		}
	}
	need(c.Exchange != nil, "exchange")
	need(c.Desk != nil, "desk")
	need(c.Book != nil, "book")
	need(c.Credentials != nil, "credentials")
	need(c.Archive != nil, "archive")
	need(c.Logger != nil, "logger")
	return f.Err()
}

// grace is how long calls under way may take to end when the process is asked to. Whoever asks waits two seconds and
// then kills.
const grace = time.Second

// flush is for the answers of calls that have just ended: gRPC writes them after the handler has returned, and stopping
// cuts what is not written.
const flush = 100 * time.Millisecond

// Serve serves the host that started this process until ctx ends, SIGTERM arrives, the host orders it or is gone. It
// returns nil after an orderly end; the caller then closes its store and exits with 0.
func Serve(ctx context.Context, c ServeConfig) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Idle <= 0 {
		c.Idle = time.Minute
	}
	if !PluginMode(os.Getenv) {
		return &edo.Error{Kind: edo.Invalid, Op: "dmsplugin.Serve", Field: CookieKey, Message: "is not set", Remedy: "let a host start the plugin"}
	}
	// A print that somebody forgot must not end up in the handshake, now or later.
	stdout := os.Stdout
	os.Stdout = os.Stderr
	tlsConfig, certificate, err := serverTLS(os.Getenv(envHostCert), c.Now())
	if err != nil {
		return err
	}
	if err := os.Unsetenv(envMultiplex); err != nil { // only Go knows it, and we have one connection
		return err
	}
	ctx, why := ends(ctx, os.Getppid())
	srv := newServer(c)
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	// The library's test mode is used for what only it offers: an end by context and a certificate of our own. Its
	// other differences are made good here: the cookie is checked above, the handshake line is printed below.
	reattach, closed := make(chan *goplugin.ReattachConfig, 1), make(chan struct{})
	go goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig:  handshake(),
		VersionedPlugins: map[int]goplugin.PluginSet{ProtocolVersion: {pluginName: &grpcPlugin{server: srv}}},
		GRPCServer:       func(opts []grpc.ServerOption) *grpc.Server { return grpc.NewServer(append(opts, srv.options()...)...) },
		TLSProvider:      func() (*tls.Config, error) { return tlsConfig, nil },
		Logger:           toHclog(c.Logger),
		Test:             &goplugin.ServeTestConfig{Context: inner, ReattachConfigCh: reattach, CloseCh: closed},
	})
	select {
	case <-closed:
		return &edo.Error{Kind: edo.Internal, Op: "dmsplugin.Serve", Message: "could not open the socket", Remedy: "see the log"}
	case at := <-reattach:
		err = greet(stdout, at, certificate)
	}
	if err == nil {
		select {
		case <-closed: // Shutdown by the host
		case <-ctx.Done():
			c.Logger.Info("plugin ends", "why", why())
			limit, cancel := context.WithTimeout(inner, grace)
			srv.drain(limit)
			cancel()
			time.Sleep(flush)
		}
	}
	stop()
	<-closed
	return err
}

func greet(stdout io.Writer, at *goplugin.ReattachConfig, certificate string) error {
	_, err := fmt.Fprintf(stdout, "%d|%d|%s|%s|%s|%s\n",
		goplugin.CoreProtocolVersion, at.ProtocolVersion, at.Addr.Network(), at.Addr.String(), at.Protocol, certificate)
	return err
}

// ends gives a context that ends with the first of: ctx, SIGTERM, the end of the parent, the end of standard input if
// that was asked for. why says which, for the log.
func ends(ctx context.Context, parent int) (context.Context, func() error) {
	ctx, end := context.WithCancelCause(ctx)
	// A host that died must not take us with a broken pipe at the next line of the log: we end in order.
	signal.Ignore(syscall.SIGPIPE)
	// Ctrl-C goes to the whole group of a terminal; the host decides when the plugin ends.
	signal.Ignore(os.Interrupt)
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go func() {
		select {
		case <-term:
			end(fmt.Errorf("SIGTERM"))
		case <-ctx.Done():
		}
		signal.Stop(term)
	}()
	go func() {
		parentGone(ctx, parent)
		end(fmt.Errorf("the host is gone"))
	}()
	if os.Getenv(StdinWatch) == "1" {
		go func() { // ends with the process at the latest: a read of standard input cannot be called off
			_, _ = io.Copy(io.Discard, os.Stdin)
			end(fmt.Errorf("standard input has ended"))
		}()
	}
	return ctx, func() error { return context.Cause(ctx) }
}
