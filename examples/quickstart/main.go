package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/examples/internal/outfolder"
)

func main() {
	var o options
	flag.StringVar(&o.out, "out", "demo-out", "folder for the result: new, empty, or of an earlier demo, which is then emptied")
	flag.StringVar(&o.bin, "bin", "bin", "folder with edo-dms and mock-operator (make build)")
	flag.StringVar(&o.in, "documents", "examples/quickstart/testdata", "folder with the three PDFs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1) //nolint:gocritic // run has cleaned up
	}
}

type options struct{ out, bin, in string }

// run does the whole way once. Everything that is not a result lives in a temporary folder.
func run(ctx context.Context, o options) error {
	started := time.Now()
	if err := outfolder.Prepare(o.out, "demo", "originals", "signatures", "stamped", "exchange"); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "edokit-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()

	say("Starting the mock operator (its own process, HTTP on this machine)")
	operator, err := startOperator(ctx, o, tmp)
	if err != nil {
		return err
	}
	defer operator.stop()
	say("  %s", operator.URL)

	say("Launching the edo-dms plugin (its own process, mutual TLS over a private socket)")
	host, err := launch(ctx, o.bin, filepath.Join(tmp, "home"))
	if err != nil {
		return err
	}
	defer func() { _ = host.plugin.Close() }()
	if err := host.register(ctx, operator); err != nil {
		return err
	}

	pack, err := host.pack(o.in, operator.Organisations[1])
	if err != nil {
		return err
	}
	say("Sending package %s: %d documents to %s", pack.ID, len(pack.Documents), pack.To.Name)
	op, err := host.send(ctx, pack)
	if err != nil {
		return err
	}
	if !op.State.Sent() {
		return fmt.Errorf("package ended %s: %s", op.State, op.Detail)
	}
	say("Collecting the result in %s", o.out)
	files, err := host.collect(ctx, op, operator, o.out)
	if err != nil {
		return err
	}
	table(op, files, time.Since(started))
	return nil
}

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func table(op edo.Operation, files result, took time.Duration) {
	fmt.Printf("\n%-28s %-10s %-34s %s\n", "document", "stamp", "signed by", "second version")
	for _, d := range op.Documents {
		version := "-"
		if len(d.Versions) > 0 {
			version = fmt.Sprintf("%s, %s", d.Versions[0].Role, d.Versions[0].Digest.Short())
		}
		fmt.Printf("%-28s %-10s %-34s %s\n", d.Name, d.Stamp, d.SignedBy.Owner, version)
	}
	fmt.Printf("\nstate %s, operator's time %s, ours %s, %d exchanges kept, %.1f s\n", op.State,
		op.OperatorTime.Local().Format(time.TimeOnly), op.SentAt.Local().Format(time.TimeOnly), files.exchanges, took.Seconds())
	fmt.Printf("Open %s\n", files.page)
}
