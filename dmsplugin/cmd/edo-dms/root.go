package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
	"github.com/edokit/edokit/stamping/worker"
)

// parts is everything wired together: what the home folder keeps, the drivers and the engine over both.
type parts struct {
	*local.Home
	gateway *gateway.Gateway
	drivers []edo.Driver
	pdf     *worker.Pool
}

// Close ends what was started and closes the home folder.
func (p *parts) Close() error { return errors.Join(p.pdf.Close(), p.Home.Close()) }

// compose opens the home folder, makes it if it is new, and wires the drivers and the gateway to it. It is the only place
// that does. wraps stand between the gateway and its ports, see watching. It starts no work: that is gateway.Run.
func compose(ctx context.Context, home string, logger *slog.Logger, getenv func(string) string, wraps ...func(gateway.Config) gateway.Config) (*parts, error) {
	if home == "" {
		return nil, usage("home", "is not set", "give --home or set EDOKIT_HOME to a folder on a local disk")
	}
	engine, driver := gateway.Config{}, synerdocs.Config{UserAgent: "edokit/" + version, Log: logger}
	if err := settings(getenv, &engine, &driver); err != nil {
		return nil, err
	}
	if failpoint.Enabled {
		engine.Trace, engine.Now, driver.Now = failpoint.Hit, failpoint.Now, failpoint.Now
	}
	limits, err := pdfLimits(getenv)
	if err != nil {
		return nil, err
	}
	pdf, err := worker.New(limits)
	if err != nil {
		return nil, err
	}
	where, err := place(home, getenv)
	if err != nil {
		return nil, err
	}
	where.Logger = logger
	if where.MasterKey, err = masterKey(getenv); err != nil {
		return nil, err
	}
	kept, err := local.OpenWith(ctx, where)
	if err != nil {
		return nil, err
	}
	p := &parts{Home: kept, drivers: []edo.Driver{synerdocs.New(driver)}, pdf: pdf}
	engine.Drivers, engine.Forms, engine.Marker, engine.Logger = p.drivers, &forms{pdf}, &forms{pdf}, logger
	if p.gateway, err = p.Gateway(engine, wraps...); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func hasDatabase(home string) bool {
	_, err := os.Stat(filepath.Join(home, local.DatabaseFile))
	return !errors.Is(err, fs.ErrNotExist)
}

// driver finds a driver by name, nil if there is none.
func (p *parts) driver(name string) edo.Driver {
	for _, d := range p.drivers {
		if d.Name() == name {
			return d
		}
	}
	return nil
}
