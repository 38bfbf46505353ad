package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Probe takes the write lock of a database and gives it back; it changes nothing. [directory.StoreBusy] says that another
// process held it for all of wait. It is for people who look for what is wrong: a store waits by itself.
func Probe(ctx context.Context, path string, wait time.Duration) error {
	db, err := connect(path, fmt.Sprintf("_busy_timeout=%d", max(1, wait.Milliseconds())))
	if err != nil {
		return classify("sqlite.Probe", err)
	}
	tx, err := db.BeginTx(ctx, nil) // immediate, as every transaction here
	if err == nil {
		err = tx.Rollback()
	}
	return classify("sqlite.Probe", errors.Join(err, db.Close()))
}
