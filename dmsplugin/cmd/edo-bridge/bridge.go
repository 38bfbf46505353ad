package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

const (
	maxBody = 4 << 20          // of a request in JSON, bytes
	waiting = 30 * time.Second // for the plugin, while it is launched again
)

// bridge answers requests.
type bridge struct {
	plugin *dmsplugin.Supervisor
	spool  *spool
	token  tokenSum
	logger *slog.Logger
}

func (b *bridge) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", b.health)
	mux.HandleFunc("GET /v1/openapi.json", b.openAPI)
	mux.HandleFunc("PUT /v1/files", b.told(b.putFile))
	mux.HandleFunc("POST /v1/packages", b.told(b.postPackage))
	mux.HandleFunc("GET /v1/events", b.told(b.events))
	mux.HandleFunc("GET /v1/content", b.told(b.content))
	mux.HandleFunc("GET /v1/log/{id}/{side}", b.told(b.rawXML))
	for path, call := range calls() {
		mux.HandleFunc("POST "+path, b.told(b.forward(call)))
	}
	mux.HandleFunc("/", b.told(func(http.ResponseWriter, *http.Request) error {
		return &edo.Error{Kind: edo.NotFound, Op: "bridge", Field: "path", Message: "is no request of this bridge", Remedy: "see /v1/openapi.json"}
	}))
	return mux
}

// told asks for the token, and gives an error its form.
func (b *bridge) told(serve func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !b.token.carries(r) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.Header().Set("Connection", "close")                         // and nothing more is read
			_ = http.NewResponseController(w).SetReadDeadline(time.Now()) // an old server is slower to close, no more
			b.fail(w, r, http.StatusUnauthorized, &edo.Error{
				Kind: edo.Denied, Op: "bridge", Field: "authorization", Message: "does not carry the token", Remedy: "send the header Authorization: Bearer TOKEN",
			})
			return
		}
		if err := serve(w, r); err != nil {
			b.fail(w, r, 0, err)
		}
	}
}

// hurry bounds how long a body may take: half a minute, and what 64 KiB a second need.
func hurry(w http.ResponseWriter, size int64) error {
	return http.NewResponseController(w).SetReadDeadline(time.Now().Add(30*time.Second + time.Duration(max(size, 0)>>16)*time.Second))
}

// fail answers with the contract's ErrorDetail. code 0: it follows from the error.
func (b *bridge) fail(w http.ResponseWriter, r *http.Request, code int, err error) {
	if code == 0 {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			err = &edo.Error{Kind: edo.Invalid, Op: "bridge", Field: "body", Message: "is larger than 4 MiB", Remedy: "put contents with /v1/files, and ask for less at once"}
		}
		code = httpCode(status.Code(wire.ToError(err)))
	}
	if code == http.StatusInternalServerError {
		b.logger.ErrorContext(r.Context(), "a request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	answer(w, code, wire.ToErrorDetail(err))
}

// httpCode is the row of the table in the integrator's guide.
func httpCode(c codes.Code) int {
	switch c {
	case codes.InvalidArgument, codes.OutOfRange:
		return http.StatusBadRequest
	case codes.PermissionDenied, codes.Unauthenticated:
		return http.StatusForbidden
	case codes.NotFound:
		return http.StatusNotFound
	case codes.AlreadyExists, codes.Aborted:
		return http.StatusConflict
	case codes.FailedPrecondition:
		return http.StatusUnprocessableEntity
	case codes.ResourceExhausted:
		return http.StatusTooManyRequests
	case codes.Unavailable:
		return http.StatusServiceUnavailable
	case codes.Unimplemented:
		return http.StatusNotImplemented
	case codes.DeadlineExceeded, codes.Canceled:
		return http.StatusGatewayTimeout
	case codes.Unknown: // the operator may have it: ask before you repeat
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

func answer(w http.ResponseWriter, code int, m proto.Message) {
	text, err := protojson.MarshalOptions{EmitUnpopulated: false}.Marshal(m)
	if err != nil {
		code, text = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(text) // whoever asked may be gone
}

// running is the plugin, waited for while it is launched again.
func (b *bridge) running(ctx context.Context) (*dmsplugin.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, waiting)
	defer cancel()
	client, err := b.plugin.Client(ctx)
	if err != nil && !errors.Is(err, edo.Invalid) && !errors.Is(err, edo.Unavailable) {
		err = &edo.Error{Kind: edo.Unavailable, Op: "bridge", Message: "the plugin does not run", Remedy: "try again; the bridge's log says why", Err: err}
	}
	return client, err
}

func (b *bridge) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	if _, err := b.plugin.Client(ctx); err != nil {
		http.Error(w, `{"status":"failing"}`, http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"ok"}`))
}

func (b *bridge) openAPI(w http.ResponseWriter, r *http.Request) {
	text, err := describe()
	if err != nil {
		b.fail(w, r, 0, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}

// lower makes the first letter small: the names in paths.
func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }
