package dmsplugin_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// hostMode makes the test binary a host that launches the plugin and then sleeps, to be killed by a test.
const hostMode = "EDOKIT_TEST_HOST"

// TestMain lets the test binary be the plugin and the doomed host as well: real processes without a second build.
func TestMain(m *testing.M) {
	switch {
	case dmsplugin.PluginMode(os.Getenv):
		os.Exit(pluginMain())
	case os.Getenv(hostMode) != "":
		os.Exit(hostMain())
	}
	goleak.VerifyTestMain(m)
}

func pluginMain() int {
	logger := slog.New(chatty{dmsplugin.NewLogger(os.Stderr, slog.LevelDebug).Handler()})
	store, err := archive.Open(archive.Config{Path: os.Getenv("TEST_ARCHIVE")})
	if err != nil {
		logger.Error("archive", "error", err)
		return 1
	}
	engine := newEngine(store)
	if os.Getenv("TEST_EVENTS") != "" {
		for seq := range int64(5) {
			engine.events = append(engine.events, edo.Event{Seq: seq + 1, Kind: edo.EventStatus})
		}
	}
	idle, err := time.ParseDuration(cmp.Or(os.Getenv("TEST_IDLE"), "1m"))
	if err != nil {
		logger.Error("idle", "error", err)
		return 1
	}
	err = dmsplugin.Serve(context.Background(), dmsplugin.ServeConfig{
		Exchange: engine, Desk: engine, Book: engine, Credentials: engine, Archive: store, Version: "v0.0.0-test", Operators: []string{"fake"}, Logger: logger,
		Idle: idle,
		Health: func(context.Context) error {
			if _, err := os.Stat(os.Getenv("TEST_SICK")); err == nil {
				return errors.New("sick")
			}
			return nil
		},
	})
	if err != nil {
		logger.Error("serve", "error", err)
		return 1
	}
	return 0
}

// chatty prints to standard output whenever something is logged, as a careless library does.
type chatty struct{ slog.Handler }

func (c chatty) Handle(ctx context.Context, r slog.Record) error {
	fmt.Println("a stray print")
	return c.Handler.Handle(ctx, r)
}

func hostMain() int {
	client, err := dmsplugin.Launch(context.Background(), dmsplugin.Config{
		Path: os.Args[0], Dir: os.Getenv("TEST_SOCKETS"), Env: []string{"TEST_ARCHIVE=" + os.Getenv("TEST_ARCHIVE")},
	})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println(client.PID())
	time.Sleep(time.Hour)
	return 0
}
