package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

//go:embed migrations/*.sql
var files embed.FS

// migrateTries bounds the repeats when several processes migrate one file at once.
const migrateTries = 20

// Migrate makes the file if there is none, readable by its owner only, and brings its schema up to date. Each migration
// is one transaction. Several processes may call it at once.
func Migrate(ctx context.Context, path string) error {
	return classify("sqlite.Migrate", migrate(ctx, path))
}

func migrate(ctx context.Context, path string) error {
	if path == "" {
		return checkFile(path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := checkLocal(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	// A process that loses the race for a migration fails at it, and then finds it done.
	for range migrateTries {
		if err = migrateOnce(ctx, path); err == nil || ctx.Err() != nil || errors.Is(err, directory.SchemaNew) {
			return err
		}
	}
	return err
}

func migrateOnce(ctx context.Context, path string) (err error) {
	db, err := connect(path, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := checkSchema(ctx, db); err == nil || errors.Is(err, directory.SchemaNew) {
		return err
	}
	steps, err := steps()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, nil, goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// steps are our files as goose wants them. SQLite takes a whole file at once; cutting it into statements first, as goose
// would, took longer than running it.
func steps() ([]*goose.Migration, error) {
	numbers, err := migrations()
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "migrations/*.sql") // in the order of the numbers
	if err != nil {
		return nil, err
	}
	all := make([]*goose.Migration, len(names))
	for i, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all[i] = goose.NewGoMigration(numbers[i], &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, string(text))
			return err
		}}, nil)
	}
	return all, nil
}

const (
	sqlHasMigrations = `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'goose_db_version'`
	sqlMigrations    = `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0`
)

// checkSchema compares the migrations of the file with ours and names the first that only one side has.
func checkSchema(ctx context.Context, db *sql.DB) error {
	ours, err := migrations()
	if err != nil {
		return err
	}
	var has int
	if err := db.QueryRowContext(ctx, sqlHasMigrations).Scan(&has); err != nil {
		return err
	}
	var applied []int64
	if has > 0 {
		number := func(row scanner) (n int64, err error) { return n, row.Scan(&n) }
		if applied, err = list(ctx, db, number, sqlMigrations); err != nil {
			return err
		}
	}
	for _, n := range ours {
		if !slices.Contains(applied, n) {
			return &edo.Error{Kind: edo.Unavailable, Reason: directory.SchemaOld, Message: fmt.Sprintf("migration %04d is missing", n), Remedy: "run Migrate"}
		}
	}
	for _, n := range applied {
		if !slices.Contains(ours, n) {
			return &edo.Error{Kind: edo.NotSupported, Reason: directory.SchemaNew, Message: fmt.Sprintf("migration %04d is of a newer version", n), Remedy: "use the version that made the store"}
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
