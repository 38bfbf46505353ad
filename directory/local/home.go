package local

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

// Places inside the home folder.
const (
	DatabaseFile = "edokit.db"
	ArchiveDir   = "archive"
	KeyFile      = "keys/master.key" // losing it loses every stored credential: back it up apart from the database
)

// Home is an open home folder. Several processes of one machine may have it open at once.
type Home struct {
	Archive *archive.Archive
	Store   Store         // outbox, access, journal and book
	Vault   *secret.Vault // accounts and signers
}

// Open opens a home folder on a local disk with its SQLite file and makes it if it is new, with a master key in a file.
func Open(ctx context.Context, path string) (*Home, error) {
	return OpenWith(ctx, Config{Home: path})
}

func noHome(op string) error {
	return &edo.Error{Kind: edo.Invalid, Op: op, Field: "home", Message: "is not set", Remedy: "name a folder on a local disk"}
}

// OpenWith opens a home folder whose database may be elsewhere. A database on a server has to be migrated before, see
// [Migrate], and its master key has to be there: neither is made by the way.
func OpenWith(ctx context.Context, cfg Config) (h *Home, err error) {
	path := cfg.Home
	if path == "" {
		return nil, noHome("local.Open")
	}
	h = &Home{}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
			h = nil
		}
	}()
	if cfg.Database.IsZero() {
		if err = prepare(path, cfg.MasterKey); err != nil {
			return h, err
		}
	}
	if h.Archive, err = archive.Open(archive.Config{Path: filepath.Join(path, ArchiveDir)}); err != nil {
		return h, err
	}
	if h.Store, err = openStore(ctx, cfg, h.Archive); err != nil {
		return h, err
	}
	var key *secret.Keyring
	if cfg.MasterKey.IsZero() {
		key, err = secret.OpenKey(filepath.Join(path, KeyFile))
	} else {
		key, err = secret.ParseKey(cfg.MasterKey)
	}
	if err != nil {
		return h, err
	}
	h.Vault, err = secret.New(secret.Config{Rows: h.Store, Blobs: h.Store, Keyring: key, Journal: h.Store})
	return h, err
}

// prepare makes a new home folder, the master key first: a key that is missing beside a database is never made again,
// because nothing that was sealed would open any more.
func prepare(home string, master edo.Secret) error {
	if !master.IsZero() {
		if _, err := os.Stat(filepath.Join(home, KeyFile)); err == nil {
			return &edo.Error{
				Kind: edo.Invalid, Reason: secret.KeyTwice, Op: "local.Open", Field: "master_key", Message: "is given, and there is a file " + KeyFile + " as well",
				Remedy: "use one of them: move the file away, or leave the key out of the environment",
			}
		}
		return os.MkdirAll(home, 0o700)
	}
	if err := os.MkdirAll(filepath.Join(home, filepath.Dir(KeyFile)), 0o700); err != nil {
		return err
	}
	_, err := os.Stat(filepath.Join(home, DatabaseFile))
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err = secret.CreateKey(filepath.Join(home, KeyFile))
	if errors.Is(err, secret.KeyFileThere) { // from a start that was interrupted, or by another process just now
		return nil
	}
	return err
}

// Close lets go of what was opened.
func (h *Home) Close() error {
	var all []error
	if h.Store != nil {
		all = append(all, h.Store.Close())
	}
	if h.Archive != nil {
		all = append(all, h.Archive.Close())
	}
	return errors.Join(all...)
}
