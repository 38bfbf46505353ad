package dmsplugin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"

	hclog "github.com/hashicorp/go-hclog"
)

// NewLogger logs to w in the JSON form that go-plugin hosts understand, one object per line. Make it before [Serve] with
// os.Stderr. Values of type edo.Secret hide themselves.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: hclogKeys}))
}

func hclogKeys(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		a.Key = "@timestamp"
	case slog.MessageKey:
		a.Key = "@message"
	case slog.LevelKey:
		a = slog.String("@level", strings.ToLower(a.Value.String()))
	}
	return a
}

// toHclog hands go-plugin a logger that ends in l. Its level must not be off: go-plugin would drop what a plugin logs.
func toHclog(l *slog.Logger) hclog.Logger {
	out := hclog.NewInterceptLogger(&hclog.LoggerOptions{Output: io.Discard, Level: hclog.Debug})
	out.RegisterSink(sink{l})
	return out
}

// sink passes what go-plugin says, and what it reads from a plugin's standard error, on to slog.
type sink struct{ *slog.Logger }

// Accept is called by hclog for every line.
func (s sink) Accept(name string, level hclog.Level, msg string, args ...any) {
	at := slog.LevelDebug
	switch level {
	case hclog.Error:
		at = slog.LevelError
	case hclog.Warn:
		at = slog.LevelWarn
	case hclog.Info:
		at = slog.LevelInfo
	default:
	}
	for _, arg := range args {
		if err, ok := arg.(error); ok && errors.Is(err, net.ErrClosed) {
			at = slog.LevelDebug // it is we who close the socket, at the end
		}
	}
	if name != "" {
		args = append([]any{"logger", name}, args...)
	}
	s.Log(context.Background(), at, msg, args...)
}
