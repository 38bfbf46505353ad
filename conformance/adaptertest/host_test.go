package adaptertest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/adaptertest"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// TestMain lets the test binary be the plugin that its hosts launch.
func TestMain(m *testing.M) {
	if dmsplugin.PluginMode(os.Getenv) {
		if err := adaptertest.Serve(context.Background(), os.Getenv("EDOKIT_HOME"), dmsplugin.NewLogger(os.Stderr, slog.LevelInfo)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// host is a document system in small; each field is a fault of its adapter.
type host struct {
	anotherID    bool // repeats under another id
	givesUp      bool // does not repeat, and asks nothing
	insists      bool // repeats what was refused
	acksFirst    bool // acknowledges before it has the bytes
	trusting     bool // takes what came, cut off or not
	stuck        bool // stops at an event that it does not know
	inventive    bool // acknowledges what it was not given
	stubborn     bool // does not launch the plugin again
	unceremonial bool // kills the plugin
}

const packages = 8

// work sends eight packages, collects what comes back, and ends.
func (h host) work(t *testing.T, home string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	restart := dmsplugin.Restart{First: 20 * time.Millisecond}
	if h.stubborn {
		restart.First = time.Hour
	}
	plugin := dmsplugin.Supervise(dmsplugin.Config{Path: os.Args[0], Env: []string{"EDOKIT_HOME=" + home}, Actor: "clerk", Restart: restart})
	client, err := plugin.Client(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for n := range packages {
		h.send(ctx, t, client, n)
	}
	h.collect(ctx, t, plugin)
	if h.unceremonial {
		if c, err := plugin.Client(ctx); err == nil {
			p, _ := os.FindProcess(atoi(c.PID()))
			_ = p.Kill()
		}
	}
	if err := plugin.Close(); err != nil {
		t.Error(err)
	}
}

func atoi(s string) (n int) {
	_, _ = fmt.Sscan(s, &n)
	return n
}

func letter(id edo.PackageID, n int) edo.Package {
	body := fmt.Appendf(nil, "%%PDF-1.4 card %d", n)
	d, size, _ := edo.DigestOf(bytes.NewReader(body))
	return edo.Package{
		ID: id, Subscriber: "our-firm", Actor: "clerk", To: edo.Counterparty{INN: "7707083893"},
		Documents: []edo.Document{{
			ID: "d", Name: "письмо.pdf", Kind: "Письмо", ExternalID: fmt.Sprint("card-", n), Signer: "head",
			Content: edo.Content{Digest: d, Size: size, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }},
		}},
	}
}

func (h host) send(ctx context.Context, t *testing.T, client *dmsplugin.Client, n int) {
	t.Helper()
	id := edo.PackageID(fmt.Sprintf("card-%d-v1-1", n))
	_, err := client.Send(ctx, letter(id, n))
	switch {
	case err == nil, h.givesUp:
		return
	case errors.Is(err, edo.Denied):
		if h.insists {
			_, _ = client.Send(ctx, letter(id, n))
		}
		return
	case h.anotherID:
		id = edo.PackageID(fmt.Sprintf("card-%d-v1-2", n))
	case errors.Is(err, edo.InDoubt):
		if op, err := client.Status(ctx, edo.Key{Subscriber: "our-firm", Package: id}); err != nil || op.State != edo.StateSent {
			t.Errorf("%+v, %v", op, err)
		}
		return
	}
	if _, err := client.Send(ctx, letter(id, n)); err != nil && !h.anotherID { // which has become the next one, with a trick of its own
		t.Error(err)
	}
}

// collect takes events until the last stamped version is there, or until the fault of the host keeps it from that.
func (h host) collect(ctx context.Context, t *testing.T, plugin *dmsplugin.Supervisor) {
	t.Helper()
	patience := 5 * time.Second
	if h.stubborn {
		patience = 3 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	place, versions := int64(0), map[string]bool{}
	for ctx.Err() == nil && len(versions) < packages-1 { // one package is refused
		client, err := plugin.Client(ctx)
		if err != nil {
			return
		}
		events, err := client.Deliver(ctx, "our-firm", place, 3)
		if err != nil || len(events) == 0 {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		for _, e := range events {
			if h.stuck && e.Kind == "" {
				return
			}
			if h.inventive {
				_ = client.Acknowledge(ctx, "our-firm", "dms", e.Seq+100)
			}
			if h.acksFirst {
				place = e.Seq
				_ = client.Acknowledge(ctx, "our-firm", "dms", place)
			}
			if e.Kind == edo.EventVersion && !h.fetch(ctx, client, e) {
				break // the place stays before this event
			}
			versions[string(e.Key.Package)] = versions[string(e.Key.Package)] || e.Kind == edo.EventVersion
			if !versions[string(e.Key.Package)] {
				delete(versions, string(e.Key.Package))
			}
			if err := client.Acknowledge(ctx, "our-firm", "dms", e.Seq); err != nil {
				break
			}
			place = e.Seq
		}
	}
}

// fetch reports whether the version is at the host.
func (h host) fetch(ctx context.Context, client *dmsplugin.Client, e edo.Event) bool {
	_, err := client.Content(ctx, e.Key, e.Document, edo.RoleOperatorForm, io.Discard)
	return err == nil || h.trusting
}
