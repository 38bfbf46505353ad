package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// Places inside the home folder.
const (
	databaseFile = "edokit.db"
	archiveDir   = "archive"
	keyFile      = "keys/master.key"
)

// parts is everything wired together.
type parts struct {
	archive *archive.Archive
	store   *sqlite.Store
	vault   *secret.Vault
	gateway *gateway.Gateway
	drivers []edo.Driver
}

// compose opens the home folder, makes it if it is new, and wires store, archive, vault, drivers and gateway. It is the
// only place that does. It starts no work: that is gateway.Run.
func compose(ctx context.Context, home string, logger *slog.Logger, getenv func(string) string) (p *parts, err error) {
	if home == "" {
		return nil, &edo.Error{Kind: edo.Invalid, Op: "edo-dms", Field: "home", Message: "is not set", Remedy: "give --home or set EDOKIT_HOME to a folder on a local disk"}
	}
	engine, driver := gateway.Config{}, synerdocs.Config{UserAgent: "edokit/" + version, Log: logger}
	if err := settings(getenv, &engine, &driver); err != nil {
		return nil, err
	}
	p = &parts{drivers: []edo.Driver{synerdocs.New(driver)}}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
			p = nil
		}
	}()
	if err = prepare(home); err != nil {
		return p, err
	}
	if p.archive, err = archive.Open(archive.Config{Path: filepath.Join(home, archiveDir)}); err != nil {
		return p, err
	}
	if p.store, err = sqlite.OpenAndMigrate(ctx, sqlite.Config{Path: filepath.Join(home, databaseFile), Archive: p.archive}); err != nil {
		return p, err
	}
	if p.vault, err = openVault(home, p.store); err != nil {
		return p, err
	}
	engine.Drivers, engine.Outbox, engine.Archive, engine.Access = p.drivers, p.store, p.archive, p.store
	engine.Accounts, engine.Signers, engine.Verifier = p.vault, p.vault, cms.Verifier{}
	engine.Now, engine.Owner, engine.Logger, engine.Trace = time.Now, owner(), logger, failpoint(getenv)
	p.gateway, err = gateway.New(engine)
	return p, err
}

// prepare makes a new home folder, the master key first: a key that is missing beside a database is never made again,
// because nothing that was sealed would open any more.
func prepare(home string) error {
	if err := os.MkdirAll(filepath.Join(home, filepath.Dir(keyFile)), 0o700); err != nil {
		return err
	}
	if hasDatabase(home) {
		return nil
	}
	err := secret.CreateKey(filepath.Join(home, keyFile))
	if errors.Is(err, secret.KeyFileThere) { // from a start that was interrupted, or by another process just now
		return nil
	}
	return err
}

func hasDatabase(home string) bool {
	_, err := os.Stat(filepath.Join(home, databaseFile))
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

// Close lets go of everything that was opened, in reverse order.
func (p *parts) Close() error {
	var all []error
	for _, c := range []io.Closer{closer(p.store), closer(p.archive)} {
		if c != nil {
			all = append(all, c.Close())
		}
	}
	return errors.Join(all...)
}

// closer keeps a nil pointer from hiding in an interface.
func closer[T any, P interface {
	*T
	io.Closer
}](p P,
) io.Closer {
	if p == nil {
		return nil
	}
	return p
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
