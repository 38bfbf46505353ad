package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/edokit/edokit/dmsplugin"
)

// shutdown is how long the jobs in hand may take to be written down. go-plugin kills two seconds after it has asked;
// what is cut off here goes on with the next start.
const shutdown = 1500 * time.Millisecond

// serve is plugin mode: it works on due jobs and answers the host until the host ends it.
func serve(ctx context.Context, getenv func(string) string, stderr io.Writer) int {
	logger := dmsplugin.NewLogger(stderr, level(getenv("EDOKIT_LOG")))
	watched, err := watch(ctx, getenv("EDOKIT_HEALTH"), getenv("EDOKIT_METRICS"), true, getenv, logger)
	if err != nil {
		logger.Error("start", "error", err)
		return 1
	}
	p, err := compose(ctx, getenv("EDOKIT_HOME"), logger, getenv, watched.wraps()...)
	if err != nil {
		logger.Error("start", "error", err)
		return 1
	}
	if err := watched.start(ctx, p, func(url string) { logger.Info("monitor", "url", url) }); err != nil {
		watched.close()
		logger.Error("start", "error", errors.Join(err, p.Close()))
		return 1
	}
	if err := p.receiveAll(ctx); err != nil {
		watched.close()
		logger.Error("start", "error", errors.Join(err, p.Close()))
		return 1
	}
	work, stop := context.WithCancel(ctx)
	var workers sync.WaitGroup
	workers.Go(func() {
		if err := p.gateway.Run(work); err != nil && !errors.Is(err, context.Canceled) {
			logger.Error("workers", "error", err)
		}
	})
	names := make([]string, len(p.drivers))
	for i, d := range p.drivers {
		names[i] = d.Name()
	}
	err = dmsplugin.Serve(ctx, dmsplugin.ServeConfig{
		Exchange: p.gateway, Desk: p.gateway, Book: book{Store: p.Store, parts: p}, Credentials: credentials{parts: p}, Archive: p.Archive,
		Version: version, Operators: names, Logger: logger,
		Health: watched.health.serving, Around: watched.calls(),
	})
	stop()
	code := 0
	if err != nil {
		logger.Error("serve", "error", err)
		code = 1
	}
	time.AfterFunc(shutdown, func() { os.Exit(code) })
	workers.Wait()
	watched.close()
	if err := p.Close(); err != nil {
		logger.Error("close", "error", err)
		code = 1
	}
	return code
}

func level(name string) slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(name)); err != nil {
		return slog.LevelInfo
	}
	return l
}
