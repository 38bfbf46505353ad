//go:build linux

package bench_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // SQLite itself, for a file without our store
)

const (
	// smallRow is how large a row of the single commits is, in bytes: about that of a packed half of the log.
	smallRow = 512
	// smallSignature is about the size of a detached signature with its certificate.
	smallSignature = 2000

	plainSettings = "?_journal_mode=WAL&_synchronous=FULL&_pragma=fullfsync(1)&_busy_timeout=10000"
	plainTable    = `CREATE TABLE plain (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)`
	plainInsert   = `INSERT INTO plain (id, bytes) VALUES (?, ?)`
	serverTable   = `CREATE TABLE plain (id bigint PRIMARY KEY, bytes bytea NOT NULL)`
	serverInsert  = `INSERT INTO plain (id, bytes) VALUES ($1, $2)`
)

// timed runs f so often, after a warming fifth, and gives the time.
func timed(t task, f func(i int) error) (result, error) {
	warm := warmUp(t)
	if err := inFlight(warm, t.Flight, f); err != nil {
		return result{}, err
	}
	at, before := time.Now(), used()
	err := inFlight(t.Count, t.Flight, func(i int) error { return f(warm + i) })
	return result{Messages: t.Count, Seconds: time.Since(at).Seconds(), CPU: used() - before}, err
}

// commit measures one row in a transaction of its own, as durable as our rows are, through the bare driver.
func commit(ctx context.Context, t task) (result, error) {
	row := make([]byte, smallRow)
	_, _ = rand.Read(row) // never fails
	if t.DSN == "" {
		return commitToFile(ctx, t, row)
	}
	cfg, err := pgxpool.ParseConfig(t.DSN)
	if err != nil {
		return result{}, err
	}
	cfg.MaxConns = int32(t.Flight) //nolint:gosec // a handful
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return result{}, err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, serverTable); err != nil {
		return result{}, err
	}
	return timed(t, func(i int) error { _, err := pool.Exec(ctx, serverInsert, i, row); return err })
}

// commitToFile has one connection: SQLite lets one write at a time anyway, and waiting here is faster than waiting there.
func commitToFile(ctx context.Context, t task, row []byte) (result, error) {
	db, err := sql.Open("sqlite", filepath.Join(t.Dir, "plain.db")+plainSettings)
	if err != nil {
		return result{}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, plainTable); err != nil {
		return result{}, err
	}
	insert, err := db.PrepareContext(ctx, plainInsert) //nolint:sqlclosecheck // closed below, after the closure has used it
	if err != nil {
		return result{}, err
	}
	defer insert.Close()
	return timed(t, func(i int) error { _, err := insert.ExecContext(ctx, i, row); return err })
}

// write measures the durable files of a package, one after the other: three documents and three signatures, each under
// a name that only a whole file gets.
func write(_ context.Context, t task) (result, error) {
	document := make([]byte, smallDocument)
	_, _ = rand.Read(document) // never fails
	folders := make([]*os.File, 256)
	for i := range folders {
		name := filepath.Join(t.Dir, fmt.Sprintf("%02x", i))
		if err := os.Mkdir(name, 0o700); err != nil {
			return result{}, err
		}
		var err error
		if folders[i], err = os.Open(name); err != nil {
			return result{}, err
		}
		defer folders[i].Close()
	}
	return timed(t, func(i int) error {
		for j := range 6 {
			content := document
			if j%2 == 1 {
				content = document[:smallSignature]
			}
			if err := durableFile(folders[(i*6+j)*97%len(folders)], content); err != nil {
				return err
			}
		}
		return nil
	})
}

func durableFile(folder *os.File, content []byte) error {
	f, err := os.CreateTemp(folder.Name(), "new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), f.Name()+".done"); err != nil {
		return err
	}
	return folder.Sync()
}

const (
	fileLog = `SELECT (SELECT count(*) FROM exchanges), (SELECT sum(pgsize) FROM dbstat WHERE name IN
		(SELECT name FROM sqlite_schema WHERE tbl_name IN ('exchanges', 'answers', 'links')))`
	serverLog = `SELECT (SELECT count(*) FROM exchanges),
		pg_total_relation_size('exchanges') + pg_total_relation_size('answers') + pg_total_relation_size('links')`
)

// logSize is how many exchanges the log holds and what its rows, indexes and chain take on the disk.
func logSize(ctx context.Context, t task) (exchanges, stored int64, err error) {
	if t.DSN != "" {
		conn, err := pgx.Connect(ctx, t.DSN)
		if err != nil {
			return 0, 0, err
		}
		defer conn.Close(ctx)
		err = conn.QueryRow(ctx, serverLog).Scan(&exchanges, &stored)
		return exchanges, stored, err
	}
	db, err := sql.Open("sqlite", filepath.Join(t.Dir, "edokit.db")+"?_busy_timeout=10000")
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, fileLog).Scan(&exchanges, &stored)
	return exchanges, stored, err
}
