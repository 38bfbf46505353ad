package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	sqlite "modernc.org/sqlite"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/compact"
	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/edo"
)

// readers is how many queries may run beside the writer.
const readers = 4

// Config of [Open] and [Migrate]. Path is required, Archive where exchanges with content are logged.
type Config struct {
	Path    string           // of the database file, on a local disk
	Archive edo.Archive      // where content of logged answers goes
	Now     func() time.Time // nil: time.Now
	NewID   func() string    // ids of exchanges; nil: random

	// Wrap stands between the store and its connections; nil: nothing does. What it gives must do all that the connection
	// can. For tracing, and for tests that let a statement fail.
	Wrap func(driver.Connector) driver.Connector
}

// Store is an open database. It is safe for use by several goroutines.
type Store struct {
	archive edo.Archive
	now     func() time.Time
	newID   func() string
	db      *sql.DB // the writer's
	writer  *writer
	reader  *readerPool
	recent  recent
	codec   compact.Codec
}

// Open opens a migrated database. It refuses one whose schema is not exactly known ([directory.SchemaOld],
// [directory.SchemaNew]), and a file system or settings that would lose acknowledged writes ([directory.StoreUnsafe]).
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := open(ctx, cfg, "")
	return s, classify("sqlite.Open", err)
}

// OpenAndMigrate does both, for programs that own their file.
func OpenAndMigrate(ctx context.Context, cfg Config) (*Store, error) {
	if err := Migrate(ctx, cfg.Path); err != nil {
		return nil, err
	}
	return Open(ctx, cfg)
}

func open(ctx context.Context, cfg Config, override string) (*Store, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = rand.Text
	}
	if err := checkFile(cfg.Path); err != nil {
		return nil, err
	}
	s := &Store{archive: cfg.Archive, now: cfg.Now, newID: cfg.NewID}
	var err error
	if s.db, err = connectThrough(cfg.Wrap, cfg.Path, override); err != nil {
		return nil, err
	}
	s.db.SetMaxOpenConns(1)
	db, err := connectThrough(cfg.Wrap, cfg.Path, "_query_only=1&"+override)
	if err == nil {
		s.reader = &readerPool{DB: db, ready: map[string]*sql.Stmt{}}
		s.reader.SetMaxOpenConns(readers + 1) // that of recent
		s.reader.SetMaxIdleConns(readers)
		s.recent = recent{readers: db, known: map[edo.Key]edo.Operation{}}
		err = errors.Join(s.db.PingContext(ctx), checkSchema(ctx, s.reader.DB))
	}
	if err != nil {
		return nil, errors.Join(err, s.closePools())
	}
	s.writer = startWriter(s.db)
	return s, nil
}

// Close waits until everything that was queued is written.
func (s *Store) Close() error {
	s.writer.close()
	return classify("sqlite.Close", s.closePools())
}

func (s *Store) closePools() error {
	err := s.db.Close()
	if s.reader != nil {
		s.recent.close()
		err = errors.Join(s.reader.Close(), err) // the writer last: it may put the log back into the file
	}
	return err
}

// write runs one task of this process's writer.
func (s *Store) write(ctx context.Context, op string, run func(ctx context.Context, tx *session) error) error {
	if !failpoint.Enabled {
		return classify(op, s.writer.do(ctx, run))
	}
	what := strings.TrimPrefix(op, "sqlite.")
	err := s.writer.do(ctx, func(ctx context.Context, tx *session) error {
		err := run(ctx, tx)
		if err == nil {
			failpoint.Hit(ctx, "store.committing."+what)
		}
		return err
	})
	if err == nil {
		failpoint.Hit(ctx, "store.committed."+what)
	}
	return classify(op, err)
}

func checkFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case path == "":
		return &edo.Error{Kind: edo.Invalid, Field: "path", Message: "is empty", Remedy: "name a file on a local disk"}
	case errors.Is(err, fs.ErrNotExist):
		return &edo.Error{Kind: edo.NotFound, Field: "path", Reason: directory.SchemaOld, Message: path + " is not there", Remedy: "run Migrate, it makes the file"}
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &edo.Error{Kind: edo.Invalid, Field: "path", Message: path + " is not a file", Remedy: "name a file on a local disk"}
	}
	return checkLocal(path)
}

// checkLocal refuses file systems of other machines: the log of WAL mode needs memory shared by all processes.
func checkLocal(path string) error {
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return err
	}
	name, err := networkName(folder)
	if err != nil || name == "" {
		return err
	}
	return &edo.Error{
		Kind: edo.Invalid, Reason: directory.StoreUnsafe, Field: "path",
		Message: "is on a network file system (" + name + ")", Remedy: "put the store on a disk of this machine",
	}
}

// settings are checked on every connection, because a connection that lost one would lose acknowledged writes. The
// log grows to 16 MB before it is put back into the file: that costs two fsyncs and every page written again. Recursive
// triggers make REPLACE ask the triggers that keep the message log.
const (
	settings = "_txlock=immediate&_busy_timeout=10000&_foreign_keys=1&_journal_mode=WAL&_synchronous=FULL&_pragma=fullfsync(1)&_pragma=wal_autocheckpoint(4000)&_pragma=recursive_triggers(1)"

	sqlSettings = `SELECT (SELECT journal_mode FROM pragma_journal_mode), (SELECT synchronous FROM pragma_synchronous),
		(SELECT foreign_keys FROM pragma_foreign_keys), (SELECT timeout FROM pragma_busy_timeout)`
)

// connect makes a pool. Of a setting given twice the first counts, so override stands before ours.
func connect(path, override string) (*sql.DB, error) { return connectThrough(nil, path, override) }

func connectThrough(wrap func(driver.Connector) driver.Connector, path, override string) (*sql.DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slash := filepath.ToSlash(full)
	if !strings.HasPrefix(slash, "/") {
		slash = "/" + slash // file:///C:/...
	}
	u := url.URL{Scheme: "file", Path: slash, RawQuery: strings.Trim(override+"&mode=rw&"+settings, "&")}
	base, err := sqlite.NewConnector(u.String())
	if err != nil {
		return nil, err
	}
	if wrap == nil {
		return sql.OpenDB(checked{base}), nil
	}
	return sql.OpenDB(wrap(checked{base})), nil
}

type checked struct{ driver.Connector }

func (c checked) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkSettings(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func checkSettings(ctx context.Context, conn driver.Conn) error {
	q, ok := conn.(driver.QueryerContext)
	if !ok {
		return fmt.Errorf("%T cannot be asked for its settings", conn)
	}
	rows, err := q.QueryContext(ctx, sqlSettings, nil)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	v := make([]driver.Value, 4)
	if err := rows.Next(v); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	const full, extra = int64(2), int64(3)
	timeout, _ := v[3].(int64)
	if v[0] == "wal" && (v[1] == full || v[1] == extra) && v[2] == int64(1) && timeout > 0 {
		return nil
	}
	return &edo.Error{
		Kind: edo.Internal, Reason: directory.StoreUnsafe,
		Message: fmt.Sprintf("journal_mode=%v synchronous=%v foreign_keys=%v busy_timeout=%v", v[0], v[1], v[2], v[3]),
		Remedy:  "the store needs WAL, synchronous=FULL, foreign keys and a busy timeout",
	}
}
