package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/stamping/worker"
)

// version is set by the release build: -ldflags "-X main.version=v0.1.0".
var version = "v0.0.0-dev"

func main() {
	if err := keepPrivate(); err != nil { // work that goes on is worth more than a refusal: the line says what to mend
		fmt.Fprintln(os.Stderr, "edo-dms: this process may leave a core file, or show its memory:", err)
	}
	worker.Main() // after this, who is here is no worker
	if dmsplugin.PluginMode(os.Getenv) {
		os.Exit(serve(context.Background(), os.Getenv, os.Stderr))
	}
	if len(os.Args) == 1 && dmsplugin.Misled(os.Getenv) {
		fmt.Fprintf(os.Stderr, "edo-dms: a host started this without %s=%s, so it is no plugin; see dmsplugin/README.md, or edo-dms --help for people\n",
			dmsplugin.CookieKey, dmsplugin.CookieValue)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	code := commandLine(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func (s streams) print(format string, args ...any) { fmt.Fprintf(s.out, format, args...) }
