package dmsplugin

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// maxSocketDir leaves room for the socket's own name: the system allows about 104 bytes for the whole path.
const maxSocketDir = 70

// Config says how a Go host starts the plugin.
type Config struct {
	Path     string   // of the plugin binary
	Args     []string // usually none
	Dir      string   // folder for the socket, made with mode 0700; empty: a temporary one, removed by Close
	Env      []string // the plugin's whole environment, "EDOKIT_HOME=/var/lib/edokit"; nothing is inherited
	Checksum []byte   // SHA-256 of the binary; empty: not checked. Also keep its folder unwritable
	Logger   *slog.Logger
	Start    time.Duration    // how long the start may take; 0: 10 s
	Restart  Restart          // of a [Supervisor]
	Now      func() time.Time // of a [Supervisor]; nil: time.Now

	// Actor is the user in whose name the host reads for itself: content, raw XML and rows of the message log. It needs a
	// line in the allow-list like everybody. [Client.As] reads in the name of another.
	Actor edo.ActorID
}

// Ending a plugin: how long it may take to drain, and then to obey the order to end.
const (
	drainTime = 5 * time.Second
	endTime   = 5 * time.Second
)

// Client is a running plugin as a Go host sees it. Its methods speak the words of package edo, and its errors are
// [*edo.Error] or [edo.Faults], so that errors.Is works as if the engine were in the same process. When the process is
// gone every call ends with [edo.Unavailable] and reason "plugin-gone": launch it again and repeat with the same ids.
//
// A Client is safe for use by several goroutines.
type Client struct {
	process   *goplugin.Client
	command   *exec.Cmd
	conn      *grpc.ClientConn
	temporary string // folder to remove
	plugin    dmspb.PluginClient
	exchange  dmspb.ExchangeClient
	directory dmspb.DirectoryClient
	log       dmspb.MessageLogClient

	answers        dmspb.AnswersClient
	signing        dmspb.SigningClient
	counterparties dmspb.CounterpartiesClient
	work           dmspb.WorkClient
	actions        dmspb.ActionsClient

	reader string // who reads
	by     string // who changes the directory, empty: the host itself
	next   bool   // credentials that are set are next ones
}

// As is the same plugin in the name of one user: what is read is read by him, and changes of the directory are made by
// him, for which he needs [edo.ActionAdmin]. Close only one of the two.
func (c *Client) As(actor edo.ActorID) *Client {
	as := *c
	as.reader, as.by = string(actor), string(actor)
	return &as
}

// Next is the same plugin, where every credential that is set is the next one of its subscriber: the present one stays, the
// operator is asked to take the next when it refuses that, and the first success makes it the present one. It must be of
// the way to log in that is in use. Close only one of the two.
func (c *Client) Next() *Client {
	next := *c
	next.next = true
	return &next
}

// Info is what runs on the other side.
type Info struct {
	Version         string
	Capabilities    []string
	Operators       []string
	MaxDocuments    int
	MaxDocumentSize int64
	MaxPackageSize  int64
}

// Launch starts the plugin and waits until it answers. ctx bounds the start only; end it with [Client.Close].
func Launch(ctx context.Context, c Config) (*Client, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Start <= 0 {
		c.Start = 10 * time.Second
	}
	dir, temporary, err := c.socketDir()
	if err != nil {
		return nil, err
	}
	conf, words := c.process(dir), &lastWords{}
	conf.Stderr = words
	client := &Client{process: goplugin.NewClient(conf), command: conf.Cmd, temporary: temporary, reader: string(c.Actor)}
	if err := client.connect(ctx); err != nil {
		_ = client.kill() // comes back when all that the plugin wrote is read
		return nil, words.tell(err)
	}
	return client, nil
}

// socketDir makes the private folder: whoever can reach the socket can try to connect.
func (c Config) socketDir() (dir, temporary string, err error) {
	if c.Dir == "" {
		dir, err = os.MkdirTemp("", "edokit-")
		temporary = dir
	} else if dir, err = filepath.Abs(c.Dir); err == nil {
		err = errors.Join(os.MkdirAll(dir, 0o700), os.Chmod(dir, 0o700))
	}
	if err != nil {
		return "", "", launchFault("dir", err, "name a folder that can be made private")
	}
	if len(dir) > maxSocketDir && runtime.GOOS != "windows" {
		err = &edo.Error{
			Kind: edo.Invalid, Op: "dmsplugin.Launch", Field: "dir", Message: fmt.Sprintf("is %d bytes long, too long for a socket", len(dir)),
			Remedy: fmt.Sprintf("use a folder whose full path has at most %d bytes", maxSocketDir),
		}
		if temporary != "" {
			err = errors.Join(err, os.Remove(temporary))
		}
	}
	return dir, temporary, err
}

func (c Config) process(dir string) *goplugin.ClientConfig {
	cmd := exec.Command(c.Path, c.Args...) //nolint:noctx // the process lives longer than the call that starts it
	cmd.Env = append([]string{envSocketDir + "=" + dir}, c.Env...)
	if root := os.Getenv("SystemRoot"); runtime.GOOS == "windows" && root != "" {
		cmd.Env = append(cmd.Env, "SystemRoot="+root) // without it Windows opens no sockets
	}
	conf := &goplugin.ClientConfig{
		HandshakeConfig:  handshake(),
		VersionedPlugins: map[int]goplugin.PluginSet{ProtocolVersion: {pluginName: &grpcPlugin{}}},
		Cmd:              cmd,
		SkipHostEnv:      true,
		AutoMTLS:         true,
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		StartTimeout:     c.Start,
		Logger:           toHclog(c.Logger),
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxMessage), grpc.MaxCallSendMsgSize(MaxMessage)),
		},
	}
	if len(c.Checksum) > 0 {
		conf.SecureConfig = &goplugin.SecureConfig{Checksum: c.Checksum, Hash: sha256.New()}
	}
	return conf
}

func (c *Client) connect(ctx context.Context) error {
	protocol, err := c.process.Client()
	if err != nil {
		return launchFault("path", err, "look at what the plugin wrote to its log")
	}
	raw, err := protocol.Dispense(pluginName)
	if err != nil {
		return launchFault("path", err, "is it an edokit plugin?")
	}
	conn, ok := raw.(*grpc.ClientConn)
	if !ok {
		return launchFault("path", fmt.Errorf("connection is %T", raw), "")
	}
	c.conn = conn
	c.plugin, c.exchange = dmspb.NewPluginClient(conn), dmspb.NewExchangeClient(conn)
	c.directory, c.log = dmspb.NewDirectoryClient(conn), dmspb.NewMessageLogClient(conn)
	c.answers, c.signing, c.counterparties = dmspb.NewAnswersClient(conn), dmspb.NewSigningClient(conn), dmspb.NewCounterpartiesClient(conn)
	c.work, c.actions = dmspb.NewWorkClient(conn), dmspb.NewActionsClient(conn)
	_, err = c.Info(ctx)
	return err
}

// launchFault keeps the words of what went wrong: the host's operator has nothing else to go by.
func launchFault(field string, err error, remedy string) error {
	kind := edo.Unavailable
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, goplugin.ErrChecksumsDoNotMatch) {
		kind = edo.Invalid
	}
	return &edo.Error{Kind: kind, Op: "dmsplugin.Launch", Field: field, Message: "the plugin did not start", Remedy: remedy, Err: err}
}

// Info tells what runs on the other side.
func (c *Client) Info(ctx context.Context) (Info, error) {
	r, err := c.plugin.GetInfo(ctx, &dmspb.GetInfoRequest{})
	return Info{
		Version: r.GetVersion(), Capabilities: r.GetCapabilities(), Operators: r.GetOperators(), MaxDocuments: int(r.GetMaxDocuments()),
		MaxDocumentSize: r.GetMaxDocumentSize(), MaxPackageSize: r.GetMaxPackageSize(),
	}, wire.FromError("dmsplugin.Info", err)
}

// Conn is the bare connection, for programs that speak the messages of the contract themselves, as a bridge does. Its errors
// are those of gRPC.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// PID is the process id of the plugin, for people who look for it.
func (c *Client) PID() string { return c.process.ID() }

// Exited reports whether the process has ended.
func (c *Client) Exited() bool { return c.process.Exited() }

// Drain lets the plugin finish what is arriving and take nothing new, until ctx ends. [Client.Close] does it too.
func (c *Client) Drain(ctx context.Context) error {
	_, err := c.plugin.Drain(ctx, &dmspb.DrainRequest{})
	return wire.FromError("dmsplugin.Drain", err)
}

// Close drains for a few seconds, ends the process and removes the temporary folder. A process that does not obey, even
// a frozen one, is killed: Close returns within about ten seconds. What was accepted is durable and goes on with the next
// launch. It may be called again.
func (c *Client) Close() error {
	if !c.Exited() {
		ctx, cancel := context.WithTimeout(context.Background(), drainTime)
		_ = c.Drain(ctx) // a plugin that cannot answer is ended all the same
		cancel()
	}
	return c.kill()
}

// kill orders the end. The library waits for the answer without a limit, and a frozen process gives none; its death is
// one.
func (c *Client) kill() error {
	if p := c.command.Process; p != nil {
		defer time.AfterFunc(endTime, func() { _ = p.Kill() }).Stop() // it may be gone by then
	}
	c.process.Kill()
	if c.temporary == "" {
		return nil
	}
	return os.RemoveAll(c.temporary)
}
