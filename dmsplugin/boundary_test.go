package dmsplugin_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// parts of a Send stream, for hosts that get it wrong.
func header(n int32) *dmspb.SendRequest {
	return &dmspb.SendRequest{Part: &dmspb.SendRequest_Package{Package: &dmspb.PackageHeader{
		Key: &dmspb.Key{Subscriber: "our-firm", Package: "broken"}, Actor: "ivanova", To: &dmspb.Counterparty{Inn: "7707083893"}, DocumentCount: n,
	}}}
}

func document(id string, size int64) *dmspb.SendRequest {
	return &dmspb.SendRequest{Part: &dmspb.SendRequest_Document{Document: &dmspb.DocumentHeader{Id: id, Name: "a.pdf", Size: size, Signer: "head"}}}
}

func chunk(b []byte) *dmspb.SendRequest {
	return &dmspb.SendRequest{Part: &dmspb.SendRequest_Chunk{Chunk: &dmspb.Chunk{Data: b}}}
}

func end(id string, said []byte) *dmspb.SendRequest {
	d := sha256.Sum256(said)
	return &dmspb.SendRequest{Part: &dmspb.SendRequest_End{End: &dmspb.DocumentEnd{Id: id, Size: int64(len(said)), Sha256: d[:]}}}
}

func TestBrokenStreams(t *testing.T) {
	t.Parallel()
	client := launch(t)
	exchange, _ := client.Wire()
	x := []byte("x")
	for name, tc := range map[string]struct {
		parts []*dmspb.SendRequest
		want  error
	}{
		"nothing":                {nil, wire.StreamBroken},
		"no header":              {[]*dmspb.SendRequest{chunk(x)}, wire.StreamBroken},
		"empty part":             {[]*dmspb.SendRequest{{}}, wire.StreamBroken},
		"document count":         {[]*dmspb.SendRequest{header(2), document("a", 1), chunk(x)}, wire.StreamBroken},
		"negative count":         {[]*dmspb.SendRequest{header(-1)}, wire.StreamBroken},
		"no trailer":             {[]*dmspb.SendRequest{header(1), document("a", 1), chunk(x)}, wire.StreamBroken},
		"longer than announced":  {[]*dmspb.SendRequest{header(1), document("a", 1), chunk([]byte("xy"))}, wire.StreamBroken},
		"shorter than announced": {[]*dmspb.SendRequest{header(1), document("a", 2), chunk(x), end("a", x)}, wire.StreamBroken},
		"other digest":           {[]*dmspb.SendRequest{header(1), document("a", 1), chunk(x), end("a", []byte("y"))}, wire.StreamBroken},
		"other document":         {[]*dmspb.SendRequest{header(1), document("a", 1), chunk(x), end("b", x)}, wire.StreamBroken},
		"empty chunk":            {[]*dmspb.SendRequest{header(1), document("a", 1), chunk(nil)}, wire.StreamBroken},
		"large chunk":            {[]*dmspb.SendRequest{header(1), document("a", 3<<20), chunk(make([]byte, 2<<20))}, wire.StreamBroken},
		"more after the end":     {[]*dmspb.SendRequest{header(1), document("a", 1), chunk(x), end("a", x), chunk(x)}, wire.StreamBroken},
		"empty document":         {[]*dmspb.SendRequest{header(1), document("a", 0)}, edo.DocumentEmpty},
		"document too large":     {[]*dmspb.SendRequest{header(1), document("a", edo.MaxDocumentSize+1)}, edo.PackageTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := exchange.Send(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range tc.parts {
				if err := stream.Send(p); err != nil {
					break // the answer says why
				}
			}
			_, err = stream.CloseAndRecv()
			if got := wire.FromError("", err); !errors.Is(got, tc.want) || !errors.Is(got, edo.Invalid) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
	t.Cleanup(func() { // after the parallel cases: none of them may have left a package
		_, err := client.Status(context.Background(), edo.Key{Subscriber: "our-firm", Package: "broken"})
		if !errors.Is(err, edo.NotFound) {
			t.Errorf("a broken stream left a package: %v", err)
		}
	})
}

func TestOversizeMessageIsRefused(t *testing.T) {
	t.Parallel()
	exchange, _ := launch(t).Wire()
	stream, err := exchange.Send(t.Context(), grpc.MaxCallSendMsgSize(16<<20))
	if err != nil {
		t.Fatal(err)
	}
	_ = stream.Send(chunk(make([]byte, 5<<20))) // the refusal comes with the answer
	_, err = stream.CloseAndRecv()
	if status.Code(err) != codes.ResourceExhausted || !errors.Is(wire.FromError("", err), wire.MessageTooBig) {
		t.Errorf("got %v", err)
	}
}

// TestUnknownCall: a newer host is told so in the form of every error.
func TestUnknownCall(t *testing.T) {
	t.Parallel()
	conn := launch(t).Conn()
	for _, method := range []string{"/edokit.dms.v1.Exchange/Unheard", "/edokit.dms.v2.Exchange/Status"} {
		err := conn.Invoke(t.Context(), method, &dmspb.GetInfoRequest{}, &dmspb.GetInfoResponse{})
		if status.Code(err) != codes.Unimplemented || len(status.Convert(err).Details()) != 1 || !errors.Is(wire.FromError("", err), edo.NotSupported) {
			t.Errorf("%s: %v", method, err)
		}
	}
}

func TestSilentStreamIsGivenUp(t *testing.T) {
	t.Parallel()
	exchange, _ := launch(t, func(c *dmsplugin.Config) { c.Env = append(c.Env, "TEST_IDLE=50ms") }).Wire()
	stream, err := exchange.Send(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*dmspb.SendRequest{header(1), document("a", 2), chunk([]byte("x"))} {
		if err := stream.Send(p); err != nil {
			t.Fatal(err)
		}
	}
	err = stream.RecvMsg(&dmspb.SendResponse{}) // the host's side stays open and says nothing
	if got := wire.FromError("", err); !errors.Is(got, edo.Unavailable) || !errors.Is(got, wire.StreamBroken) {
		t.Errorf("got %v", got)
	}
}

// journal collects what a host logs of its plugin.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// TestAHostNamesNoProgram: a signer behind a program is the administrator's business, or any host could run anything.
func TestAHostNamesNoProgram(t *testing.T) {
	t.Parallel()
	client := launch(t)
	for name, s := range map[string]directory.Signer{
		"place":       {ID: "head", Subscriber: "our-firm", Place: directory.PlaceCommand},
		"program":     {ID: "head", Subscriber: "our-firm", Command: []string{"/bin/sh", "-c", "cat keys/master.key"}},
		"environment": {ID: "head", Subscriber: "our-firm", Place: directory.PlaceHost, Environment: []string{"LD_PRELOAD=x.so"}},
	} {
		if _, err := client.PutSigner(t.Context(), s, nil); !errors.Is(err, edo.Denied) || !errors.Is(err, wire.ProgramFromHost) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoSecretComesBack(t *testing.T) {
	t.Parallel()
	const password, pin, key = "correct-horse-battery", "pkcs12-pin-771", "-----BEGIN PRIVATE KEY----- not a key"
	var log journal
	client := launch(t, func(c *dmsplugin.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	ctx := t.Context()
	pair := dmsplugin.KeyPair{Certificate: []byte("certificate"), Key: edo.NewSecret(key), Password: edo.NewSecret(pin)}
	_, failed := client.Send(ctx, func() edo.Package { p := letter("p-9", []byte("x")); p.Actor = "panic"; return p }())
	signer, err := client.PutSigner(ctx, directory.Signer{ID: "head", Subscriber: "our-firm"}, &pair)
	everything := []any{
		failed, signer, err,
		client.SetPassword(ctx, "our-firm", "login", edo.NewSecret(password)),
		client.SetPassword(ctx, "our-firm", "", edo.NewSecret(password)), // the engine fails with the secret in its cause
		client.SetLoginCertificate(ctx, "our-firm", pair),
		client.SetLoginCertificatePassword(ctx, "our-firm", []byte("certificate"), edo.NewSecret(password)),
		client.SetIdentityToken(ctx, "our-firm", edo.NewSecret(password)),
		client.SetAccessToken(ctx, "our-firm", edo.NewSecret(password)),
	}
	subscribers, err := client.Subscribers(ctx)
	everything = append(everything, subscribers, err)
	signers, err := client.Signers(ctx, "our-firm")
	everything = append(everything, signers, err)
	if !errors.Is(failed, edo.Internal) {
		t.Errorf("a panic gave %v", failed)
	}
	for _, v := range everything {
		scan(t, "answer", v, password, pin, key, hostile)
	}
	eventually(t, "the panic is not in the log", func() bool { return strings.Contains(log.String(), "panic in a call") })
	scan(t, "log of a panic", log.String(), pin, key, hostile)
}

func scan(t *testing.T, where string, v any, secrets ...string) {
	t.Helper()
	text := strings.Join([]string{sprint(v)}, "")
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("%s holds %q: %s", where, s, text)
		}
	}
}

func TestEnvironmentIsNotInherited(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	t.Setenv("EDOKIT_CANARY", "database-password-of-the-host")
	client := launch(t)
	raw, err := os.ReadFile(filepath.Join("/proc", client.PID(), "environ"))
	if err != nil {
		t.Fatal(err)
	}
	for entry := range strings.SplitSeq(string(raw), "\x00") {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case name == "", strings.HasPrefix(name, "PLUGIN_"), name == "TEST_ARCHIVE", name == dmsplugin.CookieKey:
		default:
			t.Errorf("inherited %s", name)
		}
	}
}

func TestPluginEndsWithItsHost(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs signals")
	}
	sockets := t.TempDir()
	host := exec.CommandContext(t.Context(), os.Args[0])
	host.Env = []string{hostMode + "=1", "TEST_ARCHIVE=" + t.TempDir(), "TEST_SOCKETS=" + sockets}
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	pid, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait()
	eventually(t, "plugin "+strings.TrimSpace(pid)+" outlives its host", func() bool { return !alive(strings.TrimSpace(pid)) })
	if left, err := os.ReadDir(sockets); len(left) > 0 || err != nil {
		t.Errorf("left in the socket folder: %v, %v", left, err)
	}
}

func TestSigtermEndsInOrder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs signals")
	}
	var log journal
	sockets := t.TempDir()
	client := launch(t, func(c *dmsplugin.Config) {
		c.Dir, c.Logger = sockets, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	op, err := client.Send(t.Context(), letter("stuck-1", []byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range client.Watch(context.Background(), op.Key, 0) {
		if last = err; err == nil { // the watch is open now
			signalTo(t, client.PID(), syscall.SIGTERM)
		}
	}
	if !errors.Is(last, edo.Unavailable) || !errors.Is(last, wire.Draining) {
		t.Errorf("an open watch ended with %v", last)
	}
	eventually(t, "the plugin does not end", client.Exited)
	if left, err := os.ReadDir(sockets); len(left) > 0 || err != nil {
		t.Errorf("left in the socket folder: %v, %v", left, err)
	}
	if text := log.String(); strings.Contains(text, "signal: ") || strings.Contains(text, "exit status") {
		t.Errorf("not an orderly end:\n%s", text)
	}
	if _, err := client.Status(t.Context(), op.Key); !errors.Is(err, edo.Unavailable) || !errors.Is(err, wire.PluginGone) {
		t.Errorf("a call after the end: %v", err)
	}
}

func TestDeadPluginIsUnavailable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs signals")
	}
	client := launch(t)
	signalTo(t, client.PID(), syscall.SIGKILL)
	eventually(t, "the plugin lives on", client.Exited)
	_, err := client.Send(t.Context(), letter("p-1", []byte("x")))
	if !errors.Is(err, edo.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestDrainTakesNothingNew(t *testing.T) {
	t.Parallel()
	client := launch(t)
	if err := client.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := client.Send(t.Context(), letter("p-1", []byte("x")))
	if !errors.Is(err, edo.Unavailable) || !errors.Is(err, wire.Draining) {
		t.Errorf("got %v", err)
	}
}

func TestDeadlineReachesThePlugin(t *testing.T) {
	t.Parallel()
	client := launch(t)
	op, err := client.Send(t.Context(), letter("stuck-2", []byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	got, err := client.SendAndWait(ctx, letter("stuck-2", []byte("x")))
	if !errors.Is(err, context.DeadlineExceeded) || got.Key != op.Key {
		t.Errorf("got %+v, %v", got.Key, err)
	}
}

func TestLaunchRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		conf dmsplugin.Config
		want error
	}{
		"no such file":   {dmsplugin.Config{Path: filepath.Join(t.TempDir(), "none")}, edo.Invalid},
		"other checksum": {dmsplugin.Config{Path: os.Args[0], Checksum: make([]byte, 32)}, edo.Invalid},
		"long folder":    {dmsplugin.Config{Path: os.Args[0], Dir: filepath.Join(t.TempDir(), strings.Repeat("x", 100))}, edo.Invalid},
		"start fails":    {dmsplugin.Config{Path: os.Args[0]}, edo.Unavailable}, // without its archive
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := dmsplugin.Launch(t.Context(), tc.conf)
			if client != nil || !errors.Is(err, tc.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestServeWithoutHost runs the binary as a plugin whose host brought no certificate.
func TestServeWithoutHost(t *testing.T) {
	t.Parallel()
	plugin := exec.CommandContext(t.Context(), os.Args[0])
	plugin.Env = []string{dmsplugin.CookieKey + "=" + dmsplugin.CookieValue, "TEST_ARCHIVE=" + t.TempDir()}
	var out, log bytes.Buffer
	plugin.Stdout, plugin.Stderr = &out, &log
	if err := plugin.Run(); err == nil || out.Len() > 0 || !strings.Contains(log.String(), "PLUGIN_CLIENT_CERT") {
		t.Errorf("%v, stdout %q, stderr %q", err, &out, &log)
	}
}

func TestStdinWatch(t *testing.T) {
	t.Parallel()
	plugin := exec.CommandContext(t.Context(), os.Args[0])
	plugin.Env = []string{
		dmsplugin.CookieKey + "=" + dmsplugin.CookieValue, dmsplugin.StdinWatch + "=1", "TEST_ARCHIVE=" + t.TempDir(),
		"PLUGIN_PROTOCOL_VERSIONS=1", "PLUGIN_UNIX_SOCKET_DIR=" + t.TempDir(), "PLUGIN_CLIENT_CERT=" + hostCertificate(t),
	}
	in, err := plugin.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := plugin.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := plugin.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if f := strings.Split(strings.TrimSpace(line), "|"); len(f) != 6 || f[0] != "1" || f[1] != "1" || f[4] != "grpc" || !p256(f[5]) {
		t.Errorf("handshake %q", line)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(lines)
	if err != nil || len(rest) > 0 {
		t.Errorf("more on standard output: %q, %v", rest, err)
	}
	if err := plugin.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
}
