package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/compact"
	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/edo"
)

const (
	// writers is how many connections a store writes through: of its shards as many commit at once.
	writers = 4
	// readers is how many queries may run beside the writers.
	readers = 4
	// checkedFor is after what time a connection is made anew, and so its settings are checked again.
	checkedFor = 10 * time.Minute
	idleFor    = time.Minute
)

// Config of [Open]. DSN is required, Archive where exchanges with content are logged.
type Config struct {
	DSN         edo.Secret       // a URL postgres://user:password@host/database or words key=value
	Archive     edo.Archive      // where content of logged answers goes
	Now         func() time.Time // nil: time.Now
	NewID       func() string    // ids of exchanges; nil: random
	Logger      *slog.Logger     // of the alarm clock; nil: nothing is logged
	AllowUnsafe bool             // open although the settings of the server would lose what was acknowledged: to try things out
}

// Store is an open database. It is safe for use by several goroutines.
type Store struct {
	archive edo.Archive
	now     func() time.Time
	newID   func() string
	cfg     Config
	logger  *slog.Logger
	alarms  *river.Client[pgx.Tx] // sets alarms
	name    string                // of this open store, random
	pool    *pgxpool.Pool         // the writers'
	writers [shards]*writer
	readers *pgxpool.Pool
	reader  reader // over readers
	codec   compact.Codec
}

// Open opens a migrated database. It refuses one whose schema is not exactly known ([directory.SchemaOld],
// [directory.SchemaNew]), and settings that would lose acknowledged writes ([directory.StoreUnsafe]).
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := open(ctx, cfg)
	return s, classify("postgres.Open", err)
}

// OpenAndMigrate does both, for programs that own their database.
func OpenAndMigrate(ctx context.Context, cfg Config) (*Store, error) {
	if err := Migrate(ctx, cfg.DSN); err != nil {
		return nil, err
	}
	return Open(ctx, cfg)
}

func open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = rand.Text
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Store{archive: cfg.Archive, now: cfg.Now, newID: cfg.NewID, cfg: cfg, logger: cfg.Logger, name: rand.Text()}
	var err error
	if s.pool, err = connect(ctx, cfg, writers, writing); err != nil {
		return nil, err
	}
	if s.readers, err = connect(ctx, cfg, readers, reading); err == nil {
		s.reader = reader{s.readers, readers}
		err = checkSchema(ctx, s.reader)
	}
	if err == nil {
		s.alarms, err = setter(s.pool, s.logger)
	}
	if err != nil {
		s.closePools()
		return nil, err
	}
	for i := range s.writers {
		s.writers[i] = startWriter(s, i)
	}
	return s, nil
}

// Close waits until everything that was queued is written.
func (s *Store) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), tidyFor)
	defer cancel()
	for _, w := range s.writers {
		w.close()
	}
	_ = s.unmark(ctx) // what stays is taken away by another store, later
	s.closePools()
	return nil
}

func (s *Store) closePools() {
	s.pool.Close()
	if s.readers != nil {
		s.readers.Close()
	}
}

// write runs one task of the writer of a subscriber.
func (s *Store) write(ctx context.Context, op string, sub edo.SubscriberID, run func(ctx context.Context, tx *session) error) error {
	w := s.writers[shardOf(sub)]
	if !failpoint.Enabled {
		return classify(op, w.do(ctx, run))
	}
	what := strings.TrimPrefix(op, "postgres.")
	err := w.do(ctx, func(ctx context.Context, tx *session) error {
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

// sessionSettings are the bounds that every connection asks the server to keep. A process that is frozen in the middle
// of a transaction is thrown out before those who wait for its lock give up.
func sessionSettings() map[string]string {
	return map[string]string{
		"idle_in_transaction_session_timeout": "10s", "lock_timeout": "20s", "statement_timeout": "60s", "timezone": "UTC",
	}
}

// parse reads the connection string. Its errors never quote it: it holds a password.
func parse(dsn edo.Secret) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(dsn.Reveal())
	if dsn.IsZero() || err != nil {
		return nil, &edo.Error{
			Kind: edo.Invalid, Field: "dsn", Message: "is no connection string of PostgreSQL",
			Remedy: "write it as postgres://user:password@host:5432/database",
		}
	}
	for name, value := range sessionSettings() {
		if _, set := cfg.ConnConfig.RuntimeParams[name]; !set {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "edokit"
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	return cfg, nil
}

// purpose is what the connections of a pool are for.
type purpose int

const (
	writing purpose = iota
	reading
	// ringing is fetching alarms that were set and noting that they rang. What a crash forgets of that rings again, and
	// is decided by our own rows; so nobody waits for the disk.
	ringing
)

// connect makes a pool, whose first connection shows whether the database is there and safe.
func connect(ctx context.Context, c Config, most int32, use purpose) (*pgxpool.Pool, error) {
	cfg, err := parse(c.DSN)
	if err != nil {
		return nil, err
	}
	cfg.MinConns, cfg.MaxConns = 0, most
	cfg.MaxConnLifetime, cfg.MaxConnIdleTime = checkedFor, idleFor
	switch use {
	case reading:
		cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	case ringing:
		cfg.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	}
	if !c.AllowUnsafe && use != ringing {
		cfg.AfterConnect = checkSettings
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err == nil {
		if err = pool.Ping(ctx); err != nil {
			pool.Close()
		}
	}
	if err != nil {
		return nil, scrub(err, cfg.ConnConfig.Password)
	}
	return pool, nil
}

// Without a standby that commits wait for, local is the same as on.
const sqlSettings = `SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
	current_setting('synchronous_standby_names')`

// checkSettings is asked on every new connection, because a server that lost one of them would lose acknowledged writes.
func checkSettings(ctx context.Context, conn *pgx.Conn) error {
	var fsync, pages, commit, standbys string
	if err := conn.QueryRow(ctx, sqlSettings).Scan(&fsync, &pages, &commit, &standbys); err != nil {
		return err
	}
	if fsync == "on" && pages == "on" && durable(commit, standbys) {
		return nil
	}
	return &edo.Error{
		Kind: edo.Internal, Reason: directory.StoreUnsafe,
		Message: fmt.Sprintf("fsync=%s full_page_writes=%s synchronous_commit=%s synchronous_standby_names=%s", fsync, pages, commit, strconv.Quote(standbys)),
		Remedy:  "the store needs fsync, full_page_writes and synchronous_commit on; the last can be set for the user: ALTER ROLE ... SET synchronous_commit = on",
	}
}

// durable reports whether a commit is answered only when it is on the disk of the server.
func durable(commit, standbys string) bool {
	return commit == "on" || commit == "remote_apply" || commit == "remote_write" || commit == "local" && standbys == ""
}
