package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// parts is everything wired together: what the home folder keeps, the drivers and the engine over both.
type parts struct {
	*local.Home
	gateway *gateway.Gateway
	drivers []edo.Driver
}

// compose opens the home folder, makes it if it is new, and wires store, archive, vault, drivers and gateway. It is the
// only place that does. It starts no work: that is gateway.Run.
func compose(ctx context.Context, home string, logger *slog.Logger, getenv func(string) string) (*parts, error) {
	if home == "" {
		return nil, usage("home", "is not set", "give --home or set EDOKIT_HOME to a folder on a local disk")
	}
	engine, driver := gateway.Config{}, synerdocs.Config{UserAgent: "edokit/" + version, Log: logger}
	if err := settings(getenv, &engine, &driver); err != nil {
		return nil, err
	}
	kept, err := local.Open(ctx, home)
	if err != nil {
		return nil, err
	}
	p := &parts{Home: kept, drivers: []edo.Driver{synerdocs.New(driver)}}
	engine.Drivers, engine.Outbox, engine.Archive, engine.Access = p.drivers, p.Store, p.Archive, p.Store
	engine.Accounts, engine.Signers, engine.Verifier = p.Vault, p.Vault, cms.Verifier{}
	pdf := newForms()
	engine.Forms, engine.Marker = pdf, pdf
	engine.Now, engine.Owner, engine.Logger, engine.Trace = time.Now, owner(), logger, failpoint(getenv)
	if p.gateway, err = gateway.New(engine); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func hasDatabase(home string) bool {
	_, err := os.Stat(filepath.Join(home, local.DatabaseFile))
	return !errors.Is(err, fs.ErrNotExist)
}

// owner names this process in leases. A process id alone may come again after a crash.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "host"
	}
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
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
