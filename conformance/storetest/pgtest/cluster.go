//go:build unix

package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/edo"
)

const (
	user = "edokit"
	// startFor bounds how long a server may take until it answers.
	startFor = time.Minute
	askEvery = 50 * time.Millisecond
)

// ClusterConfig of [Start].
type ClusterConfig struct {
	Dir      string            // where the temporary folder is made; empty: in memory if there is such a place
	TCP      bool              // listen on a free port of the loopback as well
	Settings map[string]string // of postgresql.conf, over the defaults of this package
}

// Cluster is a temporary PostgreSQL. Its processes are those that it started itself, and no others are ever signalled.
type Cluster struct {
	cfg      ClusterConfig
	bin, dir string
	password edo.Secret
	port     int
	cmd      *exec.Cmd
	ended    chan struct{} // closed when the server has ended
}

// Absent reports whether err says that there is no PostgreSQL on this machine.
func Absent(err error) bool { return errors.Is(err, errAbsent) }

// Start makes a cluster in a temporary folder and starts it. The server ends with this process, however that ends.
func Start(ctx context.Context, cfg ClusterConfig) (c *Cluster, err error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := folder(cfg)
	if err != nil {
		return nil, err
	}
	c = &Cluster{cfg: cfg, bin: bin, dir: dir, password: edo.NewSecret(rand.Text()), port: 5432}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop())
			c = nil
		}
	}()
	if err := c.initdb(ctx); err != nil {
		return c, err
	}
	if cfg.TCP {
		if c.port, err = freePort(ctx); err != nil {
			return c, err
		}
	}
	return c, c.Restart(ctx)
}

// folder is in memory if the system has such a place: what a killed process has written is still there, and fsync costs
// nothing.
func folder(cfg ClusterConfig) (string, error) {
	const memory = "/dev/shm"
	if cfg.Dir == "" {
		if dir, err := os.MkdirTemp(memory, "edokit-pg-"); err == nil {
			return dir, nil
		}
	}
	return os.MkdirTemp(cfg.Dir, "edokit-pg-")
}

// initdb makes the files. The server refuses to run as root, so the folder then belongs to somebody else.
func (c *Cluster) initdb(ctx context.Context) error {
	id, err := runAs()
	if err != nil {
		return err
	}
	if id != nil {
		if err := os.Chown(c.dir, int(id.Uid), int(id.Gid)); err != nil {
			return err
		}
	}
	passwords := filepath.Join(c.dir, "password")
	if err := os.WriteFile(passwords, []byte(c.password.Reveal()), 0o600); err != nil {
		return err
	}
	if id != nil {
		if err := os.Chown(passwords, int(id.Uid), int(id.Gid)); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C",
		"--username="+user, "--pwfile="+passwords, "--pgdata="+c.data())
	cmd.Dir, cmd.SysProcAttr = c.dir, attributes(id)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, tail(string(out)))
	}
	return os.Remove(passwords)
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Address is where the server listens, for a proxy in front of it: of the network unix, or tcp if that was asked for.
func (c *Cluster) Address() (network, address string) {
	if c.cfg.TCP {
		return "tcp", fmt.Sprintf("127.0.0.1:%d", c.port)
	}
	return "unix", filepath.Join(c.dir, fmt.Sprintf(".s.PGSQL.%d", c.port))
}

// DSN is the connection string of a database of the cluster.
func (c *Cluster) DSN(database string) edo.Secret {
	query := url.Values{"host": {c.dir}, "port": {fmt.Sprint(c.port)}, "sslmode": {"disable"}}
	if c.cfg.TCP {
		query.Set("host", "127.0.0.1")
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, c.password.Reveal()), Path: "/" + database, RawQuery: query.Encode()}
	return edo.NewSecret(u.String())
}

// Restart starts the server, again after [Cluster.Kill], and waits until it answers.
func (c *Cluster) Restart(ctx context.Context) error {
	id, err := runAs()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(c.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.cmd = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(c.bin, "postgres"), c.arguments()...)
	c.cmd.Dir, c.cmd.SysProcAttr, c.cmd.Stdout, c.cmd.Stderr = c.dir, attributes(id), log, log
	for deadline := time.Now().Add(startFor); ; { //nolint:forbidigo // a real server starts in real time
		if err := c.run(); err != nil {
			return err
		}
		// Those who served a killed server notice that a moment later, and until then no other may start.
		err := c.ready(ctx)
		if err == nil || !strings.Contains(err.Error(), "shared memory block") || time.Now().After(deadline) || ctx.Err() != nil { //nolint:forbidigo // as above
			return err
		}
		again := exec.CommandContext(context.WithoutCancel(ctx), c.cmd.Path, c.arguments()...)
		again.Dir, again.SysProcAttr, again.Stdout, again.Stderr = c.dir, attributes(id), log, log
		c.cmd = again
		time.Sleep(askEvery)
	}
}

func (c *Cluster) log() string { return filepath.Join(c.dir, "log") }

func (c *Cluster) arguments() []string {
	settings := map[string]string{
		"listen_addresses": "", "unix_socket_directories": c.dir, "port": fmt.Sprint(c.port), "fsync": "on", "max_connections": "400",
		"shared_buffers": "32MB", "max_wal_size": "64MB", "min_wal_size": "32MB", "autovacuum": "off", "log_min_messages": "warning",
	}
	if c.cfg.TCP {
		settings["listen_addresses"] = "127.0.0.1"
	}
	for name, value := range c.cfg.Settings {
		settings[name] = value
	}
	args := []string{"-D", c.data()}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	return args
}

// run starts the server from a thread that lives as long as it: the system ends the server with that thread.
func (c *Cluster) run() error {
	started := make(chan error)
	c.ended = make(chan struct{})
	cmd, ended := c.cmd, c.ended
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in its log
		}
		close(ended)
	}()
	return <-started
}

func (c *Cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startFor)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.DSN("postgres").Reveal())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.ended:
			return fmt.Errorf("postgres has ended: %s", c.tail())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w: %s", err, c.tail())
		case <-time.After(askEvery):
		}
	}
}

func (c *Cluster) tail() string {
	b, _ := os.ReadFile(c.log()) // for people; without it the error says enough
	return tail(string(b))
}

func tail(s string) string { return strings.TrimSpace(s[max(0, len(s)-2000):]) }

// Kill ends the server as a crash does, and waits until it is gone.
func (c *Cluster) Kill() error { return c.signal(syscall.SIGKILL) }

// signal sends one to the process that this cluster started, unless it has ended, and waits for its end.
func (c *Cluster) signal(s syscall.Signal) error {
	if c.cmd == nil || c.cmd.Process == nil {
		return nil
	}
	err := c.cmd.Process.Signal(s)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	if err == nil {
		<-c.ended
	}
	return err
}

// At is the same cluster on a copy of its folder, to be started with [Cluster.Restart]: for what a disk has kept of it.
func (c *Cluster) At(dir string, settings map[string]string) *Cluster {
	cfg := c.cfg
	cfg.Settings = settings
	return &Cluster{cfg: cfg, bin: c.bin, dir: dir, password: c.password, port: c.port}
}

// Dir is the folder of the cluster.
func (c *Cluster) Dir() string { return c.dir }

// Stop ends the server and removes its files.
func (c *Cluster) Stop() error {
	return errors.Join(c.signal(syscall.SIGINT), os.RemoveAll(c.dir))
}

func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("%T", l.Addr())
	}
	return a.Port, nil
}
