package local

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// Store is what both stores are: the ports of the gateway, the book, the message log and the place of sealed secrets.
type Store interface {
	gateway.Outbox
	gateway.Inbox
	gateway.Tasks
	gateway.Reach
	gateway.Routing
	gateway.Enrolments
	gateway.Access
	gateway.Deputies
	gateway.Readings
	gateway.Desk
	edo.Journal
	directory.Book
	directory.Ledger
	directory.Examiner
	handover.Shelves
	secret.Blobs
	Close() error
}

// Config of [OpenWith], [Migrate] and [Probe]. Home is required.
type Config struct {
	Home     string       // folder on a local disk with the archive and the master key
	Database edo.Secret   // connection string of PostgreSQL; zero: the SQLite file in the home folder
	Logger   *slog.Logger // nil: nothing is logged

	// MasterKey is the text of a key file, or the same in base64, for a key that is not in the home folder: from the
	// environment, say. Zero: the file. A key in both places is refused ([secret.KeyTwice]).
	MasterKey edo.Secret
}

// openStore opens the database. The SQLite file belongs to its home and is migrated by the way; a server that others
// share is migrated by [Migrate] only.
func openStore(ctx context.Context, cfg Config, a edo.Archive) (Store, error) {
	if cfg.Database.IsZero() {
		s, err := sqlite.OpenAndMigrate(ctx, sqlite.Config{Path: filepath.Join(cfg.Home, DatabaseFile), Archive: a})
		if err != nil {
			return nil, err // not a store that is nil
		}
		return s, nil
	}
	s, err := postgres.Open(ctx, postgres.Config{DSN: cfg.Database, Archive: a, Logger: cfg.Logger})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Migrate brings the database up to date, and makes a home folder and its master key for a database that nobody has
// used yet. The other machines that share a database need a copy of that key.
func Migrate(ctx context.Context, cfg Config) error {
	if cfg.Home == "" {
		return noHome("local.Migrate")
	}
	if cfg.Database.IsZero() {
		if err := prepare(cfg.Home, cfg.MasterKey); err != nil {
			return err
		}
		return sqlite.Migrate(ctx, filepath.Join(cfg.Home, DatabaseFile))
	}
	s, err := openStore(ctx, cfg, nil) // a server that is unsafe is refused before anything is made there
	if err == nil {
		err = s.Close()
	}
	if errors.Is(err, directory.StoreUnsafe) {
		return err
	}
	if err := postgres.Migrate(ctx, cfg.Database); err != nil {
		return err
	}
	if !cfg.MasterKey.IsZero() {
		return prepare(cfg.Home, cfg.MasterKey)
	}
	if err := os.MkdirAll(filepath.Join(cfg.Home, filepath.Dir(KeyFile)), 0o700); err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(cfg.Home, KeyFile))
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return firstKey(ctx, cfg)
}

// firstKey makes a master key beside a database that holds nothing that was sealed with another one.
func firstKey(ctx context.Context, cfg Config) error {
	s, err := openStore(ctx, cfg, nil)
	if err != nil {
		return err
	}
	subscribers, err := s.Subscribers(ctx)
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	if len(subscribers) > 0 {
		return &edo.Error{
			Kind: edo.NotFound, Reason: secret.KeyFileMissing, Op: "local.Migrate", Field: "key_file",
			Message: filepath.Join(cfg.Home, KeyFile) + " is not there, and the database is in use already",
			Remedy:  "copy the key from the machine that began",
		}
	}
	err = secret.CreateKey(filepath.Join(cfg.Home, KeyFile))
	if errors.Is(err, secret.KeyFileThere) { // by another process just now
		return nil
	}
	return err
}

// Probe finds out whether the database can be written, without changing anything; [directory.StoreBusy] if another
// process held it for all of wait.
func Probe(ctx context.Context, cfg Config, wait time.Duration) error {
	if cfg.Database.IsZero() {
		return sqlite.Probe(ctx, filepath.Join(cfg.Home, DatabaseFile), wait)
	}
	return postgres.Probe(ctx, cfg.Database, wait)
}
