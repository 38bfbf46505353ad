//go:build linux

package bench_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// boundaryDocument is the size of a document that crosses the boundary, in bytes, boundaryCalls how many states are asked for.
const (
	boundaryDocument = 100_000_000
	boundaryCalls    = 1000
)

// BenchmarkBoundary holds the boundary between host and plugin against what it stands on: content through Send and Content
// against bare gRPC streams whose other side hashes, writes and syncs as well, and Status against an empty call of go-plugin.
func BenchmarkBoundary(b *testing.B) {
	got := boundary(b, rounds, boundaryDocument, boundaryCalls)
	t := table{header: []string{fmt.Sprintf("%d MB", boundaryDocument/1_000_000), "MB/s", "of the stream with TLS", "of the stream without"}}
	speed := func(s series) series { return quotient(ones(s, boundaryDocument/1_000_000), s) }
	for _, way := range []string{"to", "from"} {
		ours, plain, secure := got["plugin "+way], got["bare "+way], got["TLS "+way]
		t.add("bare stream "+way+" the other process", speed(plain).text("%.0f"), "", "1")
		t.add("the same with TLS", speed(secure).text("%.0f"), "1", quotient(plain, secure).text("%.2f"))
		name := map[string]string{"to": "Send", "from": "Content"}[way]
		t.add(name, speed(ours).text("%.0f"), quotient(secure, ours).text("%.2f"), quotient(plain, ours).text("%.2f"))
		b.ReportMetric(quotient(secure, ours).median(), name+"/ratio")
	}
	show(b, t)
	calls := table{header: []string{"one call", "µs", "of the empty one"}}
	calls.add("empty, stock go-plugin with AutoMTLS", micro(got["empty"]).text("%.0f"), "1")
	calls.add("GetInfo: the boundary alone", micro(got["info"]).text("%.0f"), quotient(got["info"], got["empty"]).text("%.2f"))
	calls.add("Status: and the store is asked", micro(got["status"]).text("%.0f"), quotient(got["status"], got["empty"]).text("%.2f"))
	calls.add("Status after a commit: and the store is read", micro(got["changed"]).text("%.0f"), quotient(got["changed"], got["empty"]).text("%.2f"))
	b.ReportMetric(quotient(got["info"], got["empty"]).median(), "GetInfo/ratio")
	b.ReportMetric(quotient(got["status"], got["empty"]).median(), "Status/ratio")
	show(b, calls)
}

func ones(s series, v float64) series {
	all := make(series, len(s))
	for i := range all {
		all[i] = v
	}
	return all
}

func micro(s series) series {
	all := make(series, len(s))
	for i, v := range s {
		all[i] = 1e6 * v
	}
	return all
}

// TestBoundary runs what the benchmark measures once, with little to do.
func TestBoundary(t *testing.T) {
	t.Parallel()
	for name, s := range boundary(t, 1, 1_000_000, 5) {
		if len(s) != 1 || s[0] <= 0 {
			t.Errorf("%s: %v", name, s)
		}
	}
}

// boundary measures everything once a round, in turn: seconds for a document, seconds for a call.
func boundary(tb testing.TB, rounds int, size int64, calls int) map[string]series {
	tb.Helper()
	ctx, got := tb.Context(), map[string]series{}
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	plain, secure, client, empty := bareStreams(tb, false), bareStreams(tb, true), launched(tb), stockPlugin(tb)
	for n := range rounds {
		timed := func(name string, times int, f func() error) {
			tb.Helper()
			began := time.Now()
			for range times {
				must(f())
			}
			got[name] = append(got[name], time.Since(began).Seconds()/float64(times))
		}
		p := edo.Package{
			ID: edo.PackageID(fmt.Sprintf("p-%d", n)), Subscriber: "s", Actor: "clerk", To: edo.Counterparty{INN: "7803456788", KPP: "780301001"},
			Documents: []edo.Document{{ID: "d", Name: "d.bin", Kind: "Письмо", Signer: "head", Content: edo.Content{
				Size: size, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(stuff(n, size)), nil },
			}}},
		}
		key := edo.Key{Subscriber: p.Subscriber, Package: p.ID}
		timed("bare to", 1, func() error { return put(ctx, plain, stuff(n, size)) })
		timed("TLS to", 1, func() error { return put(ctx, secure, stuff(n, size)) })
		timed("plugin to", 1, func() error { _, err := client.Send(ctx, p); return err })
		timed("bare from", 1, func() error { return fetch(ctx, plain) })
		timed("TLS from", 1, func() error { return fetch(ctx, secure) })
		timed("plugin from", 1, func() error {
			_, err := client.Content(ctx, key, "d", edo.RoleOriginal, io.Discard)
			return err
		})
		timed("empty", calls, empty.Ping)
		timed("info", calls, func() error { _, err := client.Info(ctx); return err })
		status := func() error { _, err := client.Status(ctx, key); return err }
		timed("status", calls, status)
		var took time.Duration
		for range calls {
			must(client.AllowUser(ctx, allowed())) // a commit, after which all that was read counts for nothing
			began := time.Now()
			must(status())
			took += time.Since(began)
		}
		got["changed"] = append(got["changed"], took.Seconds()/float64(calls))
	}
	return got
}

// stuff is content of this size that no other round has.
func stuff(round int, size int64) io.Reader {
	piece := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	binary.BigEndian.PutUint64(piece, uint64(round)+1) //nolint:gosec // a small number
	return io.LimitReader(&again{piece: piece}, size)
}

// again gives its piece for ever.
type again struct {
	piece []byte
	at    int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.piece[a.at:])
	a.at = (a.at + n) % len(a.piece)
	return n, nil
}

// launched is edo-dms with one subscriber whose operator is not there, so that nothing goes on behind the measurement.
func launched(tb testing.TB) *dmsplugin.Client {
	tb.Helper()
	dir, err := os.MkdirTemp("", "boundary-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "edo-dms")
	build := exec.CommandContext(tb.Context(), "go", "build", "-o", program, "github.com/edokit/edokit/dmsplugin/cmd/edo-dms")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, out)
	}
	client, err := dmsplugin.Launch(tb.Context(), dmsplugin.Config{Path: program, Env: []string{"EDOKIT_HOME=" + filepath.Join(dir, "home")}, Actor: "clerk"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { client.Close() })
	op, err := mockoperator.New(mockoperator.Config{Dir: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	defer op.Close()
	ours := op.Organisations()[0]
	head, err := op.Identity(ours.Boxes[0])
	if err != nil {
		tb.Fatal(err)
	}
	err = client.PutSubscriber(tb.Context(), directory.Subscriber{
		ID: "s", Title: ours.Name, Operator: "synerdocs", Endpoint: "http://127.0.0.1:1/", Box: edo.BoxID(ours.Boxes[0]), INN: ours.INN, KPP: ours.KPP,
		Login: ours.Login, LoginKind: directory.LoginPassword, Enabled: true,
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := client.AllowUser(tb.Context(), allowed()); err != nil {
		tb.Fatal(err)
	}
	if err := client.SetPassword(tb.Context(), "s", ours.Login, edo.NewSecret(ours.Password)); err != nil {
		tb.Fatal(err)
	}
	_, err = client.PutSigner(tb.Context(), directory.Signer{ID: "head", Subscriber: "s", Certificate: head.Certificate.Raw, Place: directory.PlaceHost, Enabled: true}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

func allowed() directory.User {
	return directory.User{Actor: "clerk", Subscriber: "s", Actions: []edo.Action{edo.ActionSend, edo.ActionReadContent}}
}

// stockPlugin is a plugin of go-plugin as its examples make one.
func stockPlugin(tb testing.TB) goplugin.ClientProtocol {
	tb.Helper()
	text, err := json.Marshal(task{Name: "stock", Role: "stock"})
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(os.Args[0]) //nolint:noctx // Kill ends it
	cmd.Env = append(os.Environ(), roleVariable+"="+string(text))
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: stockHandshake(), Plugins: goplugin.PluginSet{"stock": &stock{}}, Cmd: cmd, AutoMTLS: true,
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(),
	})
	tb.Cleanup(client.Kill)
	protocol, err := client.Client()
	if err != nil {
		tb.Fatal(err)
	}
	return protocol
}

func stockHandshake() goplugin.HandshakeConfig {
	return goplugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "EDOKIT_BENCH", MagicCookieValue: "stock"}
}

// stock has no service of its own: the health check that every plugin has is the empty call.
type stock struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (*stock) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error { return nil }

func (*stock) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil //nolint:nilnil // there is nothing to call
}

func serveStock() error {
	goplugin.Serve(&goplugin.ServeConfig{HandshakeConfig: stockHandshake(), Plugins: goplugin.PluginSet{"stock": &stock{}}, GRPCServer: goplugin.DefaultGRPCServer})
	return nil
}

// streams is where the bare streams are.
type streams struct {
	Address     string
	Certificate []byte // DER; empty: without TLS
}

// bareStreams starts the other side of the bare streams.
func bareStreams(tb testing.TB, secure bool) *grpc.ClientConn {
	tb.Helper()
	dir, err := os.MkdirTemp("", "bare-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	var at streams
	stop, err := child(tb.Context(), task{Name: "streams", Role: "streams", Dir: dir, Signed: secure}, &at)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = stop() })
	creds := insecure.NewCredentials()
	if secure {
		pool := x509.NewCertPool()
		c, err := x509.ParseCertificate(at.Certificate)
		if err != nil {
			tb.Fatal(err)
		}
		pool.AddCert(c)
		creds = credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12})
	}
	conn, err := grpc.NewClient("unix:"+at.Address, grpc.WithTransportCredentials(creds), grpc.WithAuthority("localhost"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	return conn
}

// serveStreams takes content and gives it back until standard input ends.
func serveStreams(ctx context.Context, t task) error {
	at := streams{Address: filepath.Join(t.Dir, "socket")}
	creds := insecure.NewCredentials()
	if t.Signed {
		pair, err := localhost()
		if err != nil {
			return err
		}
		at.Certificate, creds = pair.Certificate[0], credentials.NewServerTLSFromCert(&pair)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", at.Address)
	if err != nil {
		return err
	}
	s := grpc.NewServer(grpc.Creds(creds))
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "bare", HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{
		{StreamName: "Put", ClientStreams: true, Handler: func(_ any, in grpc.ServerStream) error { return take(t.Dir, in) }},
		{StreamName: "Get", ServerStreams: true, Handler: func(_ any, out grpc.ServerStream) error { return give(t.Dir, out) }},
	}}, nil)
	go func() { _ = s.Serve(l) }()
	if err := json.NewEncoder(os.Stdout).Encode(at); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	s.Stop()
	return nil
}

func localhost() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// take hashes, writes and syncs what comes, as a receiver must who answers for it; the answer is the digest.
func take(dir string, in grpc.ServerStream) error {
	f, err := os.CreateTemp(dir, "new-")
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	for {
		var m wrapperspb.BytesValue
		err := in.RecvMsg(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		h.Write(m.GetValue())
		if _, err := f.Write(m.GetValue()); err != nil {
			return err
		}
	}
	err = errors.Join(f.Sync(), os.Rename(f.Name(), filepath.Join(dir, "document")))
	folder, failed := os.Open(dir)
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return err
	}
	return in.SendMsg(wrapperspb.Bytes(h.Sum(nil)))
}

// give is the way back: chunks, then the digest.
func give(dir string, out grpc.ServerStream) error {
	if err := out.RecvMsg(&wrapperspb.BytesValue{}); err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(dir, "document"))
	if err != nil {
		return err
	}
	defer f.Close()
	digest, err := chunks(f, out.SendMsg)
	if err != nil {
		return err
	}
	return out.SendMsg(wrapperspb.Bytes(digest))
}

// chunks sends a reader in the pieces in which the plugin sends, and gives the digest.
func chunks(r io.Reader, send func(any) error) ([]byte, error) {
	h := sha256.New()
	for {
		piece := make([]byte, dmsplugin.ChunkSize)
		n, err := io.ReadFull(r, piece)
		if n > 0 {
			h.Write(piece[:n])
			if err := send(wrapperspb.Bytes(piece[:n])); err != nil {
				return nil, err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return h.Sum(nil), nil
		case err != nil:
			return nil, err
		}
	}
}

func put(ctx context.Context, conn *grpc.ClientConn, r io.Reader) error {
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, "/bare/Put")
	if err != nil {
		return err
	}
	digest, err := chunks(r, stream.SendMsg)
	if err != nil {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	var said wrapperspb.BytesValue
	if err := stream.RecvMsg(&said); err != nil {
		return err
	}
	if !bytes.Equal(said.GetValue(), digest) {
		return errors.New("another digest")
	}
	return nil
}

func fetch(ctx context.Context, conn *grpc.ClientConn) error {
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/bare/Get")
	if err != nil {
		return err
	}
	if err := errors.Join(stream.SendMsg(&wrapperspb.BytesValue{}), stream.CloseSend()); err != nil {
		return err
	}
	h, digest := sha256.New(), []byte(nil)
	for {
		var m wrapperspb.BytesValue
		err := stream.RecvMsg(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if digest != nil {
			h.Write(digest) // it was content
		}
		digest = m.GetValue()
	}
	if !bytes.Equal(h.Sum(nil), digest) {
		return errors.New("another digest")
	}
	return nil
}
