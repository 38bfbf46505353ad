package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // PocketBase's own collections

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// config says where a desk keeps its data, and which plugin it works with.
type config struct {
	Dir        string           // of PocketBase
	Plugin     dmsplugin.Config // how edo-dms is launched
	Subscriber edo.SubscriberID // our organisation
	Logger     *slog.Logger
	Now        func() time.Time
}

// consumer is the name under which the plugin remembers how far this host has come.
const consumer = "pocketbase"

// again is the pause before something that did not work is tried once more.
const again = time.Second

// desk is PocketBase with the exchange built in.
type desk struct {
	config
	app    core.App
	plugin *dmsplugin.Supervisor
	pages  *pages

	end  context.CancelFunc
	work sync.WaitGroup

	mu    sync.Mutex
	known known
	busy  map[string]bool // cards that are being handed over
}

// open starts PocketBase without its web server, and the plugin, and begins to take what comes.
func open(c config) (*desk, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: c.Dir, DBConnect: connect})
	d := &desk{config: c, app: app, busy: map[string]bool{}}
	var err error
	if d.pages, err = newPages(); err != nil {
		return nil, err
	}
	d.guardVersions()
	if err := errors.Join(app.Bootstrap(), migrate(app)); err != nil {
		return nil, errors.Join(err, app.ResetBootstrapState())
	}
	ctx, end := context.WithCancel(context.Background())
	d.end, d.plugin = end, dmsplugin.Supervise(c.Plugin)
	for _, work := range []func(context.Context){d.collect, d.handOver, d.learn} {
		d.work.Go(func() { work(ctx) })
	}
	return d, nil
}

// connect is PocketBase's own connection, with one difference: a transaction is on the disk when it is committed. By
// default the last ones may be lost with the power, and an event that was acknowledged would never come again.
func connect(path string) (*dbx.DB, error) {
	return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)"+
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
}

// serve answers browsers until ctx ends, and then ends everything in order.
func (d *desk) serve(ctx context.Context, l net.Listener) error {
	started := make(chan struct{})
	d.app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		defer close(started)
		e.Listener, e.InstallerFunc = l, nil // no page that makes the first administrator
		d.routes(e.Router)
		return e.Next()
	})
	ended := make(chan error, 1)
	go func() {
		ended <- apis.Serve(d.app, apis.ServeConfig{HttpAddr: l.Addr().String(), AllowedOrigins: []string{"http://" + l.Addr().String()}})
	}()
	select {
	case err := <-ended:
		return errors.Join(err, d.close())
	case <-ctx.Done():
	}
	select { // PocketBase can be asked to end from the moment on that it starts to serve
	case <-started:
	case err := <-ended:
		return errors.Join(err, d.close())
	}
	return errors.Join(d.close(), notClosed(<-ended))
}

func notClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// close ends the work, the web server, the plugin and the database, in this order.
func (d *desk) close() error {
	d.end()
	d.work.Wait()
	event := &core.TerminateEvent{}
	event.App = d.app
	return d.app.OnTerminate().Trigger(event, func(*core.TerminateEvent) error {
		return errors.Join(d.plugin.Close(), d.app.ResetBootstrapState())
	})
}

// client is the plugin that runs now; a page does not wait long for one.
func (d *desk) client(ctx context.Context) (*dmsplugin.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	c, err := d.plugin.Client(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = &edo.Error{Kind: edo.Unavailable, Reason: "plugin-gone", Message: "the plugin does not run", Err: err}
	}
	return c, err
}

// pause waits, or reports that ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
