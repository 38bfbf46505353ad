package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	o := options{
		secret: func() string { return strings.ToLower(rand.Text()[:12]) }, out: os.Stdout,
		logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8091", "loopback address to listen on; port 0 takes a free one")
	flag.StringVar(&o.bin, "bin", "", "folder with edo-dms and mock-operator (make build); without it they are built from the folder of this program")
	flag.StringVar(&o.samples, "samples", "../..", "folder of the examples, for their documents")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	if err := demonstrate(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "pocketbase:", err)
		os.Exit(1)
	}
}

// options of the demonstration.
type options struct {
	listen, bin, samples string
	secret               func() string // a new password
	out                  io.Writer
	logger               *slog.Logger
}

// demonstrate runs a desk with a mock operator behind it until ctx ends. Everything is in a temporary folder, because the operator
// forgets everything at its end as well.
func demonstrate(ctx context.Context, o options) (err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	if ip, ok := l.Addr().(*net.TCPAddr); !ok || !ip.IP.IsLoopback() {
		return errors.Join(errors.New("--listen: passwords go over plain HTTP, name a loopback address"), l.Close())
	}
	tmp, err := os.MkdirTemp("", "edokit-pb-")
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	demo, err := startDemo(ctx, o, tmp)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer demo.operator.stop()
	demo.greet("http://" + l.Addr().String())
	return demo.desk.serve(ctx, l)
}

// newConfig is what a desk of the demonstration needs.
func newConfig(dir, plugin, home string, o options) config {
	return config{
		Dir: dir, Subscriber: our, Logger: o.logger, Now: time.Now,
		Plugin: pluginConfig(plugin, home, o.logger),
	}
}
