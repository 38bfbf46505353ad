package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/edokit/edokit/examples/internal/outfolder"
)

func main() {
	var o options
	flag.StringVar(&o.out, "out", "portal-out", "folder for the result: new, empty, or of an earlier run, which is then emptied")
	flag.StringVar(&o.client, "client", "examples/portal/testdata", "folder with the client's three PDFs")
	flag.StringVar(&o.utility, "utility", "examples/quickstart/testdata", "folder with the utility's three PDFs")
	flag.Parse()
	o.say = os.Stdout
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "portal:", err)
		os.Exit(1) //nolint:gocritic // run has cleaned up
	}
}

type options struct {
	out, client, utility string
	say                  io.Writer // gets the transcript
}

// run plays the conversation once. Everything that is not a result lives in a temporary folder.
func run(ctx context.Context, o options) (err error) {
	if err := outfolder.Prepare(o.out, "portal", "documents", "signatures", "stamped", "evidence"); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "edokit-portal-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	p, err := open(ctx, o, tmp)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.converse(ctx); err != nil {
		return err
	}
	page := filepath.Join(o.out, "index.html")
	if err := p.collect(ctx, page); err != nil {
		return err
	}
	p.sayf("")
	p.sayf("Open %s", page)
	return nil
}
