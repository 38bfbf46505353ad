package hosttest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// handshake is the first line, taken apart.
type handshake struct {
	core, app, network, address, protocol string
	certificate                           *x509.Certificate
}

// read refuses everything that a careful host refuses.
func read(line string) (handshake, error) {
	text, ended := strings.CutSuffix(line, "\n")
	f := strings.Split(text, "|")
	if !ended || len(f) != 6 {
		return handshake{}, fmt.Errorf("%d fields instead of 6: %q", len(f), line)
	}
	h := handshake{core: f[0], app: f[1], network: f[2], address: f[3], protocol: f[4]}
	if h.core != "1" || h.app != version || h.protocol != "grpc" || (h.network != "unix" && h.network != "tcp") {
		return h, fmt.Errorf("not what was asked for: %q", line)
	}
	der, err := base64.RawStdEncoding.Strict().DecodeString(f[5])
	if err != nil {
		return h, fmt.Errorf("the certificate is no base64 without padding: %w", err)
	}
	h.certificate, err = x509.ParseCertificate(der)
	return h, err
}

// identity is what a host shows: a key and a certificate for one process.
type identity struct {
	pem  string
	pair tls.Certificate
}

func (s *Suite) identity(t conformance.T) identity {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("%v", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: s.Now().Add(-time.Minute), NotAfter: s.Now().Add(10 * 365 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return identity{
		pem:  string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		pair: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
	}
}

// trust is TLS towards the plugin of a handshake, and towards no other.
func trust(h handshake, shown ...tls.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(h.certificate)
	return &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12, Certificates: shown}
}

// wire is one connection with its stubs.
type wire struct {
	conn           *grpc.ClientConn
	heard          *tail // every answer and error, content left out
	plugin         dmspb.PluginClient
	exchange       dmspb.ExchangeClient
	answers        dmspb.AnswersClient
	signing        dmspb.SigningClient
	counterparties dmspb.CounterpartiesClient
	work           dmspb.WorkClient
	actions        dmspb.ActionsClient
	directory      dmspb.DirectoryClient
	log            dmspb.MessageLogClient
	health         healthpb.HealthClient
}

// connect opens a connection; nothing is sent before the first call.
func connect(h handshake, creds credentials.TransportCredentials, heard *tail) (wire, error) {
	dial := func(ctx context.Context, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, h.network, h.address)
	}
	conn, err := grpc.NewClient("passthrough:///localhost",
		grpc.WithContextDialer(dial), grpc.WithTransportCredentials(creds), grpc.WithAuthority("localhost"), grpc.WithDisableRetry(),
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, answer any, cc *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			err := call(ctx, method, req, answer, cc, opts...)
			hear(heard, answer, err)
			return err
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, d *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			stream, err := open(ctx, d, cc, method, opts...)
			return listening{stream, heard}, err
		}))
	if err != nil {
		return wire{}, err
	}
	return wire{
		conn: conn, heard: heard, plugin: dmspb.NewPluginClient(conn), exchange: dmspb.NewExchangeClient(conn), answers: dmspb.NewAnswersClient(conn),
		signing: dmspb.NewSigningClient(conn), counterparties: dmspb.NewCounterpartiesClient(conn), work: dmspb.NewWorkClient(conn),
		actions: dmspb.NewActionsClient(conn), directory: dmspb.NewDirectoryClient(conn), log: dmspb.NewMessageLogClient(conn),
		health: healthpb.NewHealthClient(conn),
	}, nil
}

// listening keeps what comes on a stream.
type listening struct {
	grpc.ClientStream
	heard *tail
}

func (l listening) RecvMsg(m any) error {
	err := l.ClientStream.RecvMsg(m)
	hear(l.heard, m, err)
	return err
}

func hear(heard *tail, answer any, err error) {
	if err != nil {
		_, _ = fmt.Fprintf(heard, "%v\n", err)
	}
	if c, ok := answer.(*dmspb.ContentResponse); ok && c.GetChunk() != nil {
		return
	}
	if m, ok := answer.(proto.Message); ok {
		b, failed := proto.Marshal(m)
		_, _ = heard.Write(append(b, '\n'))
		if failed != nil {
			_, _ = fmt.Fprintln(heard, failed)
		}
	}
}

// host is a plugin with the connection of its host.
type host struct {
	*process
	wire
	me      identity
	hello   handshake
	line    string
	sockets string
}

// environment is what a careful host hands over.
func (s *Suite) environment(t conformance.T, home string, me identity) environment {
	return environment{
		cookieKey: cookieValue, envVersions: version, envCert: me.pem, envSockets: t.TempDir(), envHome: home, envLog: "info",
	}
}

// launch starts a plugin and connects.
func (s *Suite) launch(t conformance.T, home string, change ...func(environment)) *host {
	h, err := s.tryLaunch(t, home, change...)
	if err != nil {
		t.Fatalf("launch: %v", err)
	}
	return h
}

func (s *Suite) tryLaunch(t conformance.T, home string, change ...func(environment)) (*host, error) {
	me := s.identity(t)
	env := s.environment(t, home, me)
	for _, c := range change {
		c(env)
	}
	h := &host{process: s.start(t, env), me: me, sockets: env[envSockets]}
	var err error
	if h.line, err = h.greeting(); err != nil {
		return h, err
	}
	if h.hello, err = read(h.line); err != nil {
		return h, err
	}
	h.wire, err = connect(h.hello, credentials.NewTLS(trust(h.hello, me.pair)), &tail{})
	if err != nil {
		return h, err
	}
	t.Cleanup(func() {
		_ = h.conn.Close() // a case may have closed it
		h.scan(t)
	})
	return h, nil
}

// again opens one more connection of the same host.
func (h *host) again(t conformance.T) wire {
	w, err := connect(h.hello, credentials.NewTLS(trust(h.hello, h.me.pair)), h.heard)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = w.conn.Close() })
	return w
}

// scan looks for secrets in all that reached the host.
func (h *host) scan(t conformance.T) {
	for where, text := range map[string][]byte{"answers": h.heard.bytes(), "standard error": h.process.stderr.bytes(), "standard output": h.stray.bytes()} {
		for _, leak := range h.s.scanner.Find(text) {
			t.Errorf("a secret stands in %s: %s", where, leak)
		}
	}
}
