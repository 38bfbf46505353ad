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
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/conformance"
)

// Variables that make the test binary a broken plugin: it stands before the real one and passes everything on, but for its
// one fault.
const (
	brokenVariable = "EDOKIT_BROKEN"
	realVariable   = "EDOKIT_REAL"
)

// fault is what is wrong with a plugin. The zero value is right.
type fault struct {
	finds []string // the cases that must fail

	// Of the process.
	before     string // printed before the first line
	line       func(string) string
	noCookie   bool // started without a cookie it goes on
	noCert     bool // started without the host's certificate it goes on
	curve      elliptic.Curve
	anyClient  bool
	once       bool              // takes one connection
	settings   map[string]string // of the real plugin's environment
	leaves     bool              // leaves its socket
	code       int
	interrupt  bool // ends by Ctrl-C
	deaf       bool // does not end when it is asked to
	outlives   bool // does not end when its parent has
	elsewhere  bool // has another home each time
	printsCall string

	// Of calls.
	lag        time.Duration // Send holds up every other call for so long
	endures    bool          // calls go on when the host has cancelled them
	swallows   bool          // an early answer to a stream waits for its end
	hoards     bool          // requests of a stream are passed on when it has ended
	readsAhead bool          // answers of a stream are passed on when it has ended
	keeps      int           // bytes that stay in memory for each call
	// own answers a method itself, without the real plugin.
	own func(b *broken, method string) (proto.Message, bool)
	// request and answer give what is passed on instead of one message; each stream has its own.
	request, answer func(b *broken, method string) func(m []byte) [][]byte
	// failure changes how a call ends.
	failure func(method string, err error) (answer proto.Message, end error)
}

// broken is the process.
type broken struct {
	fault

	child   *exec.Cmd
	parent  int
	gone    chan struct{}    // closed when the real plugin has ended
	conn    *grpc.ClientConn // for packages
	aside   *grpc.ClientConn // for all other calls: packages that wait must not hold them up here
	turn    sync.RWMutex
	mu      sync.Mutex
	kept    [][]byte
	heard   string // a password
	places  map[string]int64
	printed sync.Once
}

// beBroken is the main function of a broken plugin.
func beBroken(name string) int {
	f, ok := faults()[name]
	if !ok && name != "none" {
		fmt.Fprintln(os.Stderr, "no fault", name)
		return 9
	}
	signal.Ignore(syscall.SIGPIPE)
	b := &broken{fault: f, parent: os.Getppid(), gone: make(chan struct{}), places: map[string]int64{}}
	code, err := b.serve()
	if err != nil {
		fmt.Fprintln(os.Stderr, "broken plugin:", err)
		return 8
	}
	return code
}

func (b *broken) serve() (int, error) {
	noCookie, noCert := os.Getenv(cookieKey) != cookieValue, !strings.Contains(os.Getenv(envCert), "BEGIN")
	if (noCookie && !b.noCookie) || (noCert && !b.noCert) {
		c := exec.CommandContext(context.Background(), os.Getenv(realVariable))
		c.Stderr, c.Stdout = os.Stderr, os.Stdout
		_ = c.Run()
		return c.ProcessState.ExitCode(), nil
	}
	sockets, err := os.MkdirTemp("", "real-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(sockets)
	if err := b.start(sockets); err != nil {
		return 0, err
	}
	address := filepath.Join(os.Getenv(envSockets), "broken")
	listener, err := new(net.ListenConfig).Listen(context.Background(), "unix", address)
	if err != nil {
		return 0, err
	}
	conf, field, err := b.tls()
	if err != nil {
		return 0, err
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(conf)), grpc.ForceServerCodecV2(raw{}), grpc.UnknownServiceHandler(b.handle),
		grpc.MaxRecvMsgSize(4<<20), grpc.MaxConcurrentStreams(128))
	if b.once {
		listener = &single{Listener: listener}
	}
	go func() { _ = server.Serve(listener) }()
	fmt.Print(b.before)
	line := fmt.Sprintf("1|1|unix|%s|grpc|%s\n", address, field)
	if b.line != nil {
		line = b.line(line)
	}
	_, greeted := fmt.Print(line)
	if greeted != nil && !b.outlives { // nobody is there to read it
		_ = b.child.Process.Signal(syscall.SIGTERM)
	}
	b.wait()
	server.Stop()
	if b.leaves {
		_ = os.WriteFile(address, nil, 0o600)
	}
	return b.code, nil
}

// start starts the real plugin and connects.
func (b *broken) start(sockets string) error {
	s, t := &Suite{Config: Config{Now: time.Now}}, conformance.NewRecorder(context.Background(), "broken")
	me := s.identity(t)
	env := environment{cookieKey: cookieValue, envVersions: version, envCert: me.pem, envSockets: sockets}
	for _, v := range os.Environ() {
		if k, text, _ := strings.Cut(v, "="); strings.HasPrefix(k, "EDOKIT_") && k != cookieKey {
			env[k] = text
		}
	}
	for k, v := range b.settings {
		env[k] = v
	}
	if b.elsewhere {
		env[envHome] = filepath.Join(sockets, "home")
	}
	b.child = exec.CommandContext(context.Background(), os.Getenv(realVariable))
	b.child.Env, b.child.Stdin, b.child.Stderr = env.list(), os.Stdin, os.Stderr
	out, err := b.child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := b.child.Start(); err != nil {
		return err
	}
	var line []byte
	for one := make([]byte, 1); len(line) == 0 || line[len(line)-1] != '\n'; line = append(line, one...) {
		if _, err := io.ReadFull(out, one); err != nil {
			return err
		}
	}
	go func() {
		_ = b.child.Wait()
		close(b.gone)
	}()
	hello, err := read(string(line))
	if err != nil {
		return err
	}
	for _, c := range []**grpc.ClientConn{&b.conn, &b.aside} {
		w, err := connect(hello, credentials.NewTLS(trust(hello, me.pair)), &tail{})
		if err != nil {
			return err
		}
		*c = w.conn
	}
	return nil
}

// tls is as a right plugin's.
func (b *broken) tls() (*tls.Config, string, error) {
	curve := b.curve
	if curve == nil {
		curve = elliptic.P256()
	}
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		return nil, "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(10 * 365 * 24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	hosts := x509.NewCertPool()
	hosts.AppendCertsFromPEM([]byte(os.Getenv(envCert)))
	c := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12, ClientCAs: hosts,
		ClientAuth: tls.RequireAndVerifyClientCert,
	}
	if b.anyClient {
		c.ClientAuth = tls.RequireAnyClientCert
	}
	return c, base64.RawStdEncoding.EncodeToString(der), err
}

// single is a listener of one connection.
type single struct {
	net.Listener
	n int
}

func (s *single) Accept() (net.Conn, error) {
	for {
		c, err := s.Listener.Accept()
		if s.n++; err != nil || s.n == 1 {
			return c, err
		}
		_ = c.Close()
	}
}

// wait waits until the process has to end, and ends the real one.
func (b *broken) wait() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-b.gone:
			return
		case s := <-signals:
			if b.deaf || (s == os.Interrupt && !b.interrupt) {
				continue
			}
		case <-tick.C:
			if b.outlives || os.Getppid() == b.parent {
				continue
			}
		}
		_ = b.child.Process.Signal(syscall.SIGTERM)
		<-b.gone
		return
	}
}

// endHere is no message: a stream of answers ends there.
var endHere = []byte{0}

// raw passes messages on as they are.
type raw struct{}

var _ encoding.CodecV2 = raw{}

func (raw) Name() string { return "proto" }

func (raw) Marshal(v any) (mem.BufferSlice, error) {
	b, ok := v.(*[]byte)
	if !ok {
		return nil, fmt.Errorf("%T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(*b)}, nil
}

func (raw) Unmarshal(data mem.BufferSlice, v any) error {
	b, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("%T", v)
	}
	*b = data.Materialize()
	return nil
}

// handle passes one call on.
func (b *broken) handle(_ any, up grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(up)
	if b.printsCall != "" {
		b.printed.Do(func() { fmt.Println(b.printsCall) })
	}
	if b.keeps > 0 {
		b.mu.Lock()
		b.kept = append(b.kept, pattern(b.keeps))
		b.mu.Unlock()
	}
	if b.own != nil {
		if answer, mine := b.own(b, method); mine {
			m := pack(answer)
			return up.SendMsg(&m)
		}
	}
	if b.lag > 0 && strings.HasSuffix(method, "/Send") {
		b.turn.Lock()
		time.Sleep(b.lag)
		b.turn.Unlock()
	} else if b.lag > 0 {
		b.turn.RLock()
		defer b.turn.RUnlock()
	}
	ctx, cancel := context.WithCancel(up.Context())
	if b.endures {
		ctx, cancel = context.WithCancel(context.WithoutCancel(ctx))
		time.AfterFunc(20*time.Second, cancel)
	} else {
		defer cancel()
	}
	conn := b.aside
	if strings.HasSuffix(method, "/Send") {
		conn = b.conn
	}
	down, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method, grpc.ForceCodecV2(raw{}))
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.upwards(up, down, method)
	}()
	answer, end := b.downwards(up, down, method)
	if end != nil && b.swallows {
		<-ended
	}
	if answer != nil {
		m := pack(answer)
		if err := up.SendMsg(&m); err != nil {
			return err
		}
	}
	return end
}

// upwards passes on what the host sends.
func (b *broken) upwards(up grpc.ServerStream, down grpc.ClientStream, method string) {
	change := func(m []byte) [][]byte { return [][]byte{m} }
	if b.request != nil {
		change = b.request(b, method)
	}
	var hoard [][]byte
	for {
		var m []byte
		err := up.RecvMsg(&m)
		if errors.Is(err, io.EOF) {
			for _, one := range hoard {
				_ = down.SendMsg(&one)
			}
			_ = down.CloseSend()
			return
		}
		if err != nil {
			return
		}
		for _, one := range change(m) {
			if b.hoards {
				hoard = append(hoard, one)
			} else if down.SendMsg(&one) != nil && !b.swallows {
				break
			}
		}
	}
}

// downwards passes on what the real plugin answers.
func (b *broken) downwards(up grpc.ServerStream, down grpc.ClientStream, method string) (answer proto.Message, end error) {
	change := func(m []byte) [][]byte { return [][]byte{m} }
	if b.answer != nil {
		change = b.answer(b, method)
	}
	var ahead [][]byte
	for {
		var m []byte
		err := down.RecvMsg(&m)
		if err != nil {
			for _, one := range ahead {
				_ = up.SendMsg(&one)
			}
			if errors.Is(err, io.EOF) {
				return nil, nil
			}
			if b.failure != nil {
				return b.failure(method, err)
			}
			return nil, err
		}
		for _, one := range change(m) {
			if b.readsAhead {
				ahead = append(ahead, one)
				continue
			}
			if len(one) > 0 && &one[0] == &endHere[0] {
				return nil, nil
			}
			if err := up.SendMsg(&one); err != nil {
				return nil, err
			}
		}
	}
}

func pack(m proto.Message) []byte {
	b, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}

// edit changes a message of one type.
func edit[M proto.Message](m []byte, as M, change func(M)) []byte {
	if err := proto.Unmarshal(m, as); err != nil {
		panic(err)
	}
	change(as)
	return pack(as)
}
