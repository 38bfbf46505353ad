package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

//go:embed migrations/*.sql
var files embed.FS

// migrateWait bounds in seconds how long one process waits while another migrates.
const migrateWait = 300

// Migrate brings the schema of a database up to date. Each migration is one transaction. Several processes, of several
// machines, may call it at once: one of them migrates, the others wait for it.
func Migrate(ctx context.Context, dsn edo.Secret) error {
	return classify("postgres.Migrate", migrate(ctx, dsn))
}

func migrate(ctx context.Context, dsn edo.Secret) error {
	cfg, err := parse(dsn)
	if err != nil {
		return err
	}
	// A migration may take long, and so may the wait for one.
	for name := range sessionSettings() {
		if name != "timezone" {
			delete(cfg.ConnConfig.RuntimeParams, name)
		}
	}
	return scrub(migrateOn(ctx, cfg), cfg.ConnConfig.Password)
}

func migrateOn(ctx context.Context, cfg *pgxpool.Config) (err error) {
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if err := checkSchema(ctx, reader{on: conn}); err == nil || errors.Is(err, directory.SchemaNew) {
		return err
	}
	db := stdlib.OpenDB(*cfg.ConnConfig)
	defer func() { err = errors.Join(err, db.Close()) }()
	folder, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrateWait))
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, folder, goose.WithDisableGlobalRegistry(true),
		goose.WithLogger(goose.NopLogger()), goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	if _, err = conn.Exec(ctx, sqlMigrateLock, lockClass, shards); err != nil { // ends with the connection
		return err
	}
	if _, err = p.Up(ctx); err != nil {
		return err
	}
	return migrateAlarms(ctx, cfg)
}

// migrateAlarms brings the tables of River up to date, after ours. The lock above is held meanwhile: River takes none.
func migrateAlarms(ctx context.Context, cfg *pgxpool.Config) error {
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	return err
}

const (
	sqlHasMigrations = `SELECT to_regclass('goose_db_version') IS NOT NULL`
	sqlMigrateLock   = `SELECT pg_advisory_lock($1, $2)`
	sqlHasAlarms     = `SELECT to_regclass('river_migration') IS NOT NULL`
	sqlAlarms        = `SELECT version FROM river_migration WHERE line = 'main'`
	sqlMigrations    = `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0`
)

// checkSchema compares the migrations of the database, ours and River's, with those that are known here, and names the
// first that only one side has.
func checkSchema(ctx context.Context, q querier) error {
	ours, err := migrations()
	if err != nil {
		return err
	}
	if err := compare(ctx, q, "migration", ours, sqlHasMigrations, sqlMigrations); err != nil {
		return err
	}
	m, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return err
	}
	var rivers []int64
	for _, v := range m.AllVersions() {
		rivers = append(rivers, int64(v.Version))
	}
	return compare(ctx, q, "migration of River", rivers, sqlHasAlarms, sqlAlarms)
}

func compare(ctx context.Context, q querier, what string, ours []int64, has, query string) error {
	var there bool
	if err := q.row(ctx, has).Scan(&there); err != nil {
		return err
	}
	var applied []int64
	if there {
		var err error
		number := func(row scanner) (n int64, err error) { err = row.Scan(&n); return n, err }
		if applied, err = list(ctx, q, number, query); err != nil {
			return err
		}
	}
	for _, n := range ours {
		if !slices.Contains(applied, n) {
			return &edo.Error{Kind: edo.Unavailable, Reason: directory.SchemaOld, Message: fmt.Sprintf("%s %04d is missing", what, n), Remedy: "run Migrate"}
		}
	}
	for _, n := range applied {
		if !slices.Contains(ours, n) {
			return &edo.Error{Kind: edo.NotSupported, Reason: directory.SchemaNew, Message: fmt.Sprintf("%s %04d is of a newer version", what, n), Remedy: "use the version that made the store"}
		}
	}
	return nil
}

// migrations are the numbers of our files in order.
func migrations() ([]int64, error) {
	entries, err := files.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, e := range entries {
		number, _, _ := strings.Cut(e.Name(), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
