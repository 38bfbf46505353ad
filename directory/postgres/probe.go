package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/edo"
)

// Probe takes the lock of every shard in turn and gives it back; it changes nothing. [directory.StoreBusy] says that
// another process held one for all of wait, and [directory.StoreUnsafe] what is wrong with the settings. It is for people
// who look for what is wrong: a store waits by itself.
func Probe(ctx context.Context, dsn edo.Secret, wait time.Duration) error {
	return classify("postgres.Probe", probe(ctx, dsn, wait))
}

func probe(ctx context.Context, dsn edo.Secret, wait time.Duration) error {
	cfg, err := parse(dsn)
	if err != nil {
		return err
	}
	cfg.ConnConfig.RuntimeParams["lock_timeout"] = fmt.Sprint(max(1, wait.Milliseconds()))
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return scrub(err, cfg.ConnConfig.Password)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing was written
	if err := checkSettings(ctx, conn); err != nil {
		return err
	}
	for shard := range shards {
		tx := &session{conn: conn}
		tx.control(sqlBegin)
		tx.control(sqlLock, lockClass, shard)
		if err := tx.flush(ctx); err != nil {
			return err
		}
		tx.rollback(ctx)
	}
	return nil
}
