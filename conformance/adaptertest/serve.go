package adaptertest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/dmsplugin"
)

// diedCode is how the process ends when it dies on purpose.
const diedCode = 9

// Serve is the plugin: a host has launched this process. It keeps everything in home.
func Serve(ctx context.Context, home string, logger *slog.Logger) error {
	if home == "" {
		return errors.New("EDOKIT_HOME is not set: name the folder in which the test keeps what it sees")
	}
	store, err := archive.Open(archive.Config{Path: filepath.Join(home, "archive")})
	if err != nil {
		return err
	}
	p, err := open(home, store, time.Now, func() { os.Exit(diedCode) })
	if err != nil {
		return err
	}
	return dmsplugin.Serve(ctx, dmsplugin.ServeConfig{
		Exchange: p, Desk: p, Book: p, Credentials: p, Archive: store, Version: "adapter-test", Operators: []string{"adapter-test"}, Logger: logger,
		Around: p.around,
	})
}

// around notes the calls that the engine does not see.
func (p *plugin) around(ctx context.Context, method string, _ func(string) string) (context.Context, func(error)) {
	switch method {
	case "/edokit.dms.v1.Plugin/Drain":
		p.note(Observation{What: drained})
	case "/edokit.dms.v1.Plugin/GetInfo", "/edokit.dms.v1.Actions/Describe":
		p.note(Observation{What: asked})
	}
	return ctx, func(error) {}
}
