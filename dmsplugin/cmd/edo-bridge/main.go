package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// version is set by the release build: -ldflags "-X main.version=v0.1.0".
var version = "v0.0.0-dev"

// cli is what the command line takes.
type cli struct {
	Serve   serveCmd         `cmd:"" default:"withargs" help:"Launch the plugin and answer requests until SIGTERM or Ctrl-C (default)."`
	Token   tokenCmd         `cmd:"" help:"Make a token in a new file that only its owner can read."`
	OpenAPI openAPICmd       `cmd:"" name:"openapi" help:"Print the description of all requests, OpenAPI 3.1."`
	Version kong.VersionFlag `help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run ends with 0, with 1 after a failure, with 2 after wrong usage.
func run(ctx context.Context, args []string, out, errors io.Writer) int {
	var c cli
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("edo-bridge"), kong.Description("HTTP and JSON for systems that cannot speak gRPC. Answers on loopback unless told otherwise."),
		kong.Vars{"version": version}, kong.Writers(out, errors), kong.Exit(func(code int) { exit = code }), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*io.Writer)(nil)), kong.Bind(slog.New(slog.NewJSONHandler(errors, nil))),
	)
	if err != nil {
		fmt.Fprintln(errors, "edo-bridge:", err)
		return 2
	}
	command, err := parser.Parse(args)
	switch {
	case exit >= 0: // --help, --version
		return exit
	case err != nil:
		parser.FatalIfErrorf(err)
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(errors, "edo-bridge:", err)
		return 1
	}
	return 0
}

// serveCmd launches the plugin and answers.
type serveCmd struct {
	Listen   string `default:"127.0.0.1:8095" help:"Address and port. Anything but loopback needs a certificate."`
	TLSCert  string `name:"tls-cert" type:"path" help:"Certificate of the bridge, PEM."`
	TLSKey   string `name:"tls-key" type:"path" help:"Its key, PEM."`
	Token    string `name:"token-file" required:"" type:"path" help:"File with the token that every request must carry."`
	Plugin   string `type:"path" help:"Path of edo-dms; default: beside this program."`
	Checksum string `help:"SHA-256 of edo-dms, hexadecimal; it does not start if it is another file."`
	Home     string `env:"EDOKIT_HOME" required:"" type:"path" help:"Home folder of the plugin."`
	Spool    string `type:"path" help:"Folder for files until their package is taken; default: bridge-spool in the home."`
	Limit    int64  `name:"spool-limit" default:"8192" help:"How many MiB the spool may hold."`
	LogLevel string `env:"EDOKIT_LOG" default:"info" enum:"debug,info,warn,error" help:"Log of the plugin: ${enum}."`
}

func (s *serveCmd) Run(ctx context.Context, out io.Writer, logger *slog.Logger) error {
	token, err := readToken(s.Token)
	if err != nil {
		return err
	}
	plugin, err := s.config(logger)
	if err != nil {
		return err
	}
	spool, err := openSpool(s.Spool, s.Limit<<20)
	if err != nil {
		return err
	}
	listener, err := s.listen(ctx)
	if err != nil {
		return err
	}
	keeper := dmsplugin.Supervise(plugin)
	b := &bridge{plugin: keeper, spool: spool, token: token, logger: logger}
	server := &http.Server{
		Handler: b.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	first, stop := context.WithTimeout(ctx, 15*time.Second)
	_, err = keeper.Client(first)
	stop()
	if errors.Is(err, edo.Invalid) { // a wrong path or checksum, which no repetition mends
		return errors.Join(err, listener.Close(), keeper.Close())
	}
	fmt.Fprintf(out, "edo-bridge answers on %s\n", listener.Addr())
	ended := make(chan error, 1)
	go func() {
		if s.TLSCert != "" {
			ended <- server.ServeTLS(listener, s.TLSCert, s.TLSKey)
			return
		}
		ended <- server.Serve(listener)
	}()
	cleaning := time.NewTicker(time.Hour)
	defer cleaning.Stop()
	for {
		select {
		case <-cleaning.C:
			spool.clean(time.Now())
			continue
		case err = <-ended:
		case <-ctx.Done():
			quick, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err = server.Shutdown(quick); err != nil {
				err = server.Close()
			}
		}
		return errors.Join(err, keeper.Close())
	}
}

// listen refuses to show the calls to a network in the clear.
func (s *serveCmd) listen(ctx context.Context) (net.Listener, error) {
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen: %w: give address and port, as 127.0.0.1:8095", err)
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return nil, errors.New("--tls-cert and --tls-key belong together")
	}
	if ip := net.ParseIP(host); s.TLSCert == "" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("--listen: %s is not a loopback address: name a certificate with --tls-cert and --tls-key", host)
	}
	var l net.ListenConfig
	return l.Listen(ctx, "tcp", s.Listen)
}

func (s *serveCmd) config(logger *slog.Logger) (dmsplugin.Config, error) {
	c := dmsplugin.Config{Path: s.Plugin, Logger: logger}
	for _, v := range os.Environ() { // what a site has set for the plugin, and nothing else
		if strings.HasPrefix(v, "EDOKIT_") || strings.HasPrefix(v, "OTEL_") {
			c.Env = append(c.Env, v)
		}
	}
	c.Env = append(c.Env, "EDOKIT_HOME="+s.Home, "EDOKIT_LOG="+s.LogLevel) // the last one counts
	if s.Spool == "" {
		s.Spool = filepath.Join(s.Home, "bridge-spool")
	}
	if c.Path == "" {
		self, err := os.Executable()
		if err != nil {
			return c, err
		}
		c.Path = filepath.Join(filepath.Dir(self), "edo-dms")
		if runtime.GOOS == "windows" {
			c.Path += ".exe"
		}
	}
	if s.Checksum == "" {
		return c, nil
	}
	sum, err := hex.DecodeString(s.Checksum)
	if err != nil || len(sum) != 32 {
		return c, errors.New("--checksum: is not 64 hexadecimal digits")
	}
	c.Checksum = sum
	return c, nil
}

// openAPICmd prints the description.
type openAPICmd struct{}

func (openAPICmd) Run(out io.Writer) error {
	text, err := describe()
	if err == nil {
		_, err = out.Write(text)
	}
	return err
}
