package dmsplugin

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// maxStreams bounds the calls of one connection that run at once; the rest waits in the host.
const maxStreams = 128

// workers is how many goroutines take calls one after another; when all are busy a call gets one of its own. A new one begins with
// a small stack that has to be copied until it is large enough for SQLite. go-plugin's own streams hold two as long as a host is there.
const workers = 16

// server holds what all services share: the ports, and the count of calls under way.
type server struct {
	ServeConfig

	mu       sync.Mutex
	draining chan struct{} // closed when nothing new is taken
	running  sync.WaitGroup
}

func newServer(c ServeConfig) *server {
	return &server{ServeConfig: c, draining: make(chan struct{})}
}

// grpcPlugin is how go-plugin learns of the services, on both sides.
type grpcPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
	server *server // nil in the host
}

// GRPCServer registers the services; called by go-plugin in the plugin.
func (p *grpcPlugin) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	dmspb.RegisterPluginServer(s, &pluginServer{server: p.server})
	dmspb.RegisterExchangeServer(s, &exchangeServer{server: p.server})
	dmspb.RegisterDirectoryServer(s, &directoryServer{server: p.server})
	dmspb.RegisterMessageLogServer(s, &logServer{server: p.server})
	dmspb.RegisterAnswersServer(s, &answersServer{server: p.server})
	dmspb.RegisterSigningServer(s, &signingServer{server: p.server})
	dmspb.RegisterCounterpartiesServer(s, &counterpartiesServer{server: p.server})
	dmspb.RegisterWorkServer(s, &workServer{server: p.server})
	dmspb.RegisterActionsServer(s, &actionsServer{server: p.server})
	return nil
}

// GRPCClient hands out the connection; called by go-plugin in the host.
func (p *grpcPlugin) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return c, nil
}

func (s *server) options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(MaxMessage), grpc.MaxSendMsgSize(MaxMessage), grpc.MaxConcurrentStreams(maxStreams), grpc.UnknownServiceHandler(unknown),
		grpc.NumStreamWorkers(workers),
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (answer any, err error) {
			if strings.HasPrefix(info.FullMethod, healthService) {
				return s.healthCall(ctx, info.FullMethod, req)
			}
			err = s.call(ctx, info.FullMethod, func(ctx context.Context) error {
				answer, err = next(ctx, req)
				return err
			})
			return answer, err
		}),
		grpc.ChainStreamInterceptor(func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			switch {
			case srv == nil:
				return next(srv, stream) // unknown: it is counted nowhere, its name is the host's
			case strings.HasPrefix(info.FullMethod, healthService):
				return s.healthWatch(stream)
			}
			return s.call(stream.Context(), info.FullMethod, func(ctx context.Context) error { return next(srv, under{stream, ctx}) })
		}),
	}
}

// unknown answers calls that are not of this contract, such as those of a newer host.
func unknown(any, grpc.ServerStream) error {
	return wire.ToError(&edo.Error{
		Kind: edo.NotSupported, Op: "dmsplugin", Message: "this plugin does not know the call", Remedy: "look at its capabilities, or use a newer plugin",
	})
}

// call runs one handler of ours: a panic ends the call and not the process, an error gets its form for the wire, and
// what the host cannot mend is logged. Requests are never logged: they may hold credentials.
func (s *server) call(ctx context.Context, method string, handler func(ctx context.Context) error) (err error) {
	if !strings.HasPrefix(method, "/edokit.") {
		return handler(ctx) // go-plugin's own services end with the process
	}
	var outcome error
	if s.Around != nil {
		var ended func(error)
		ctx, ended = s.Around(ctx, method, headerOf(ctx))
		defer func() { ended(outcome) }()
	}
	defer func() {
		if p := recover(); p != nil {
			s.Logger.ErrorContext(ctx, "panic in a call", "method", method, "what", panicText(p), "stack", string(debug.Stack()))
			outcome = &edo.Error{Kind: edo.Internal, Op: method, Message: "the call failed"}
			err = wire.ToError(outcome)
		}
	}()
	err = handler(ctx)
	outcome = err
	s.log(ctx, method, err)
	return wire.ToError(err)
}

// log keeps what the host cannot mend.
func (s *server) log(ctx context.Context, method string, err error) {
	if err != nil && edo.KindOf(err) == edo.Internal && ctx.Err() == nil {
		s.Logger.ErrorContext(ctx, "call failed", "method", method, "error", err)
	}
}

// under is a stream whose calls run under another context.
type under struct {
	grpc.ServerStream
	ctx context.Context // that is how gRPC hands it on
}

func (u under) Context() context.Context { return u.ctx }

// headerOf reads what a host sends beside its request, empty if it is not there.
func headerOf(ctx context.Context) func(name string) string {
	return func(name string) string {
		if v := metadata.ValueFromIncomingContext(ctx, name); len(v) > 0 {
			return v[0]
		}
		return ""
	}
}

// panicText tells what the runtime says about itself. Any other value may hold whatever was in hand, secrets included.
func panicText(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return "a value that is not shown"
}

// enter counts a call that must end before the process does, or refuses it because the end has begun.
func (s *server) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.draining:
		return nil, errDraining()
	default:
	}
	s.running.Add(1)
	return s.running.Done, nil
}

func errDraining() error {
	return &edo.Error{
		Kind: edo.Unavailable, Reason: wire.Draining, Op: "dmsplugin", Message: "the plugin is about to end",
		Remedy: "repeat with the same ids when it runs again",
	}
}

// drain refuses new streams, ends open watches and waits for the packages and contents under way, until ctx ends.
func (s *server) drain(ctx context.Context) {
	s.mu.Lock()
	select {
	case <-s.draining:
	default:
		close(s.draining)
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.running.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// untilDrained gives a context that also ends when the plugin drains.
func (s *server) untilDrained(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.draining:
			cancel(errDraining())
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// cause prefers the reason why a context was ended over the bare fact.
func cause(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), edo.Unavailable) {
		return context.Cause(ctx)
	}
	return err
}

// pluginServer answers what runs here.
type pluginServer struct {
	dmspb.UnimplementedPluginServer
	*server
}

// capabilities are only ever added to.
func capabilities() []string {
	return []string{
		"send", "watch", "deliver", "content", "inbound", "directory", "log", "drain",
		"send-many", "follow", "content-offset", "answers", "signing", "counterparties", "work", "actions",
	}
}

func (p *pluginServer) GetInfo(context.Context, *dmspb.GetInfoRequest) (*dmspb.GetInfoResponse, error) {
	return &dmspb.GetInfoResponse{
		Version: p.Version, Capabilities: capabilities(), Operators: p.Operators,
		MaxDocuments: edo.MaxDocuments, MaxDocumentSize: edo.MaxDocumentSize, MaxPackageSize: edo.MaxPackageSize, ChunkSize: ChunkSize,
	}, nil
}

func (p *pluginServer) Drain(ctx context.Context, _ *dmspb.DrainRequest) (*dmspb.DrainResponse, error) {
	p.Logger.LogAttrs(ctx, slog.LevelInfo, "drain")
	p.drain(ctx)
	return &dmspb.DrainResponse{}, ctx.Err()
}
