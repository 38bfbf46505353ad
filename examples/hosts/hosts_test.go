// Package hosts_test runs the hosts in other languages as their users would, against the real plugin and the mock operator.
package hosts_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/edotest"
)

const (
	subscriber = edo.SubscriberID("velgom-seti")
	clerk      = edo.ActorID("kuznetsova")
	pdf        = "../quickstart/testdata/letter.pdf"
)

// host is one of the example hosts: how it is started.
type host struct {
	name    string
	command []string
	plugin  string // edo-dms
}

func TestHosts(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the hosts are run on systems with Unix sockets only")
	}
	release := unpack(t)
	for name, find := range map[string]func(*testing.T) []string{"node": node, "python": python} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := host{name, find(t), filepath.Join(release, "edo-dms")}
			for name, test := range map[string]func(*testing.T, host){
				"sends once": sendsOnce, "survives kill": survivesKill, "denied": denied, "checksum": checksum, "usage": usage,
				"explicit start": explicitStart, "refuses": refuses, "asked to end": askedToEnd, "large": large, "impostor": impostor, "try": try, "doubts": doubts,
			} {
				t.Run(name, func(t *testing.T) { t.Parallel(); test(t, h) })
			}
		})
	}
}

// unpack makes a release for this system as make dist does, and gives its folder, somewhere else: the hosts have to start from
// the archive alone.
func unpack(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed: the hosts were not run from a release")
	}
	if _, err := os.Stat("node/node_modules/@grpc/grpc-js"); err != nil {
		t.Skip("the packages of the host in JavaScript are not here (node examples/hosts/node/fetch.mjs), and a release has them: no host was run from one")
	}
	made, folder := t.TempDir(), t.TempDir()
	dist := exec.CommandContext(t.Context(), "bash", "../../.ci/dist", runtime.GOOS+"/"+runtime.GOARCH)
	dist.Env = append(os.Environ(), "EDOKIT_DIST="+made, "EDOKIT_DIST_FLAGS=") // as the tests are compiled
	if out, err := dist.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	archives, err := filepath.Glob(filepath.Join(made, "*.tar.gz"))
	if err != nil || len(archives) != 1 {
		t.Fatalf("%v, %v", archives, err)
	}
	if out, err := exec.CommandContext(t.Context(), "tar", "-xzf", archives[0], "--strip-components=1", "-C", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return folder
}

func node(t *testing.T) []string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed (nodejs): the host in JavaScript was not run")
	}
	return []string{path, "node/host.mjs"}
}

func python(t *testing.T) []string {
	t.Helper()
	if _, err := exec.LookPath("protoc"); err != nil {
		t.Skip("protoc is not installed (protobuf-compiler): the host in Python was not run")
	}
	for _, name := range []string{"python3", "/usr/bin/python3"} { // the first one may not be Debian's
		if exec.CommandContext(t.Context(), name, "-c", "import grpc, google.protobuf, cryptography").Run() == nil {
			return []string{name, "-B", "python/host.py"} // -B leaves no compiled files beside the sources
		}
	}
	t.Skip("python3-grpcio, python3-protobuf or python3-cryptography is not installed: the host in Python was not run")
	return nil
}

// sendsOnce: a document with its finished signature comes back stamped, byte for byte as the operator printed it, and a second run
// with the same package id sends nothing and gives the same.
func sendsOnce(t *testing.T, h host) {
	o := open(t, h)
	first := o.run(t, o.signed(t), "--sha256", digest(t, h.plugin), "--out", o.out)
	want := o.theOnlyForm(t)
	if diff := cmp.Diff(want, digest(t, o.out)); diff != "" {
		t.Errorf("the stamped form (-the operator's +the host's):\n%s", diff)
	}
	if diff := cmp.Diff(want, o.stored(t)); diff != "" {
		t.Errorf("the stamped form (-the operator's +the store's):\n%s", diff)
	}
	events := regexp.MustCompile(`(?m)^event \d+: EVENT_KIND_VERSION p-1 doc-1 `)
	if n := len(events.FindAllString(first.out, -1)); n != 1 {
		t.Errorf("%d events of the version in\n%s", n, first.out)
	}

	again := filepath.Join(t.TempDir(), "again.pdf")
	second := o.run(t, o.signed(t), "--out", again)
	if diff := cmp.Diff(want, digest(t, again)); diff != "" {
		t.Errorf("the stamped form, second run:\n%s", diff)
	}
	if got := o.theOnlyForm(t); got != want {
		t.Errorf("the operator has another form: %s", got)
	}
	if strings.Contains(second.out, "\nevent ") {
		t.Errorf("events that were acknowledged came again:\n%s", second.out)
	}
	o.nothingLeft(t, first, second)
}

// survivesKill: a host that is killed takes its plugin with it, and what it had handed over is not sent again.
func survivesKill(t *testing.T, h host) {
	o := open(t, h)
	o.operator.Change(func(s *mockoperator.Scenario) {
		s.PrintForms = []mockoperator.PrintForms{{Mode: mockoperator.FormNever}}
	})
	arguments := []string{"--signer", "head-1", "--out", o.out}
	killed := o.upTo(t, "state: STATE_SENT", arguments...)
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.cmd.Wait()
	o.gone(t, killed)

	o.operator.Change(func(s *mockoperator.Scenario) { s.PrintForms = nil })
	o.run(t, arguments)
	if diff := cmp.Diff(o.theOnlyForm(t), digest(t, o.out)); diff != "" {
		t.Error(diff)
	}
}

// askedToEnd: whoever is asked politely ends the plugin and leaves no folder.
func askedToEnd(t *testing.T, h host) {
	o := open(t, h)
	o.operator.Change(func(s *mockoperator.Scenario) {
		s.PrintForms = []mockoperator.PrintForms{{Mode: mockoperator.FormNever}}
	})
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		asked := o.upTo(t, "state: STATE_SENT", "--signer", "head-1", "--out", o.out)
		if err := asked.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if got := asked.wait(); got != code {
			t.Errorf("%v: exit code %d, want %d\n%s", signal, got, code, asked.err.String())
		}
		o.nothingLeft(t, asked)
	}
}

// try: what the README says works in the folder of a release, where nothing of the repository is.
func try(t *testing.T, h host) {
	cmd := exec.CommandContext(t.Context(), "examples/hosts/try", h.name)
	cmd.Dir = filepath.Dir(h.plugin)
	cmd.Env = append(os.Environ(), "TMPDIR="+short(t), "PYTHON="+h.command[0], "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	m := regexp.MustCompile(`(?m)^stamped: (\S+) \d+ bytes sha256 (\S+)$`).FindStringSubmatch(string(out))
	if m == nil {
		t.Fatalf("no stamped form in\n%s", out)
	}
	if diff := cmp.Diff(m[2], digest(t, m[1])); diff != "" {
		t.Error(diff)
	}
}

// denied: an unknown user is refused with the sentence for the clerk, in the language asked for, and with the remedy. A file that
// is not there is named.
func denied(t *testing.T, h host) {
	o := open(t, h)
	for lang, want := range map[string][]string{
		"ru": {"Пользователю не разрешено это действие [user-not-allowed]\n", "  Что делать: "},
		"en": {"The user is not allowed to do this [user-not-allowed]\n", "  What to do: "},
	} {
		p := o.start(t, "--signer", "head-1", "--out", o.out, "--actor", "petrov", "--lang", lang)
		if code := p.wait(); code != 1 {
			t.Errorf("exit code %d", code)
		}
		for _, text := range want {
			if !strings.Contains(p.err.String(), text) {
				t.Errorf("no %q in\n%s", text, p.err.String())
			}
		}
		o.nothingLeft(t, p)
	}
	missing := o.start(t, "--signer", "head-1", "--out", o.out, "--file", "nowhere.pdf")
	if code := missing.wait(); code != 1 || !strings.Contains(missing.err.String(), "nowhere.pdf") || strings.Count(missing.err.String(), "\n") > 2 {
		t.Errorf("a file that is not there: exit code %d\n%s", code, missing.err.String())
	}
	o.nothingLeft(t, missing)
	if n := len(o.operator.Ledger()); n != 0 {
		t.Errorf("%d messages in the ledger", n)
	}
}

// large: a document of many chunks goes through, and one that is refused before its content is taken is told so.
func large(t *testing.T, h host) {
	o := open(t, h)
	file := filepath.Join(t.TempDir(), "large.pdf")
	if err := os.WriteFile(file, heavyPDF(3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{"--file", file, "--signer", "head-1", "--out", o.out}
	p := o.start(t, append(arguments, "--actor", "petrov")...)
	if code := p.wait(); code != 1 || !strings.HasPrefix(p.err.String(), "The user is not allowed to do this [user-not-allowed]") {
		t.Errorf("exit code %d\n%s", code, p.err.String())
	}
	o.run(t, arguments)
	if diff := cmp.Diff(o.theOnlyForm(t), digest(t, o.out)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(digest(t, file), o.operator.Ledger()[0].Documents[0].SHA256); diff != "" {
		t.Errorf("what arrived at the operator:\n%s", diff)
	}
	if info, err := os.Stat(o.out); err != nil || info.Size() < dmsplugin.MaxChunk {
		t.Errorf("the form is too small for this test: %v, %v", info, err)
	}
}

// heavyPDF is one empty page with n bytes of remarks in its content, that no compression makes small.
func heavyPDF(n int) []byte {
	noise := make([]byte, n/2)
	rand.NewChaCha8([32]byte{7}).Read(noise) //nolint:errcheck // never fails
	var body bytes.Buffer
	for line := range slices.Chunk(noise, 40) {
		fmt.Fprintf(&body, "%%%x\n", line)
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, object := range []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 4 0 R>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", body.Len(), body.String()),
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}

// impostor: whoever answers on the socket has to hold the certificate of the handshake, not only some certificate.
func impostor(t *testing.T, h host) {
	o := stub(t, h, "")
	o.host.plugin = filepath.Join(filepath.Dir(o.host.plugin), "impostor")
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	other, err := x509.CreateCertificate(nil, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"real": h.plugin, "certificate": base64.RawStdEncoding.EncodeToString(other)} {
		if err := os.WriteFile(filepath.Join(o.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := o.start(t, "--signer", "head-1", "--out", o.out, "--lang", "ru")
	if code := p.wait(); code != 1 || p.out != "" || !strings.Contains(p.err.String(), "Плагин не отвечает") {
		t.Errorf("exit code %d\n%s\n%s", code, p.out, p.err.String())
	}
	o.nothingLeft(t)
}

// checksum: another binary than the expected one is not started at all.
func checksum(t *testing.T, h host) {
	o := stub(t, h, "")
	p := o.start(t, "--signer", "head-1", "--out", o.out, "--sha256", strings.Repeat("0", 64))
	if code := p.wait(); code != 1 || !strings.Contains(p.err.String(), "its SHA-256 differs") {
		t.Errorf("exit code %d\n%s", code, p.err.String())
	}
	if left, err := os.ReadDir(o.home); len(left) != 1 || err != nil { // "says" alone
		t.Errorf("it was started: %v, %v", left, err)
	}
}

// explicitStart: the plugin gets the variables that are named and no other, and a socket folder that only its owner enters.
func explicitStart(t *testing.T, h host) {
	o := stub(t, h, "nonsense\n")
	o.start(t, "--signer", "head-1", "--out", o.out).wait()
	var names []string
	certificate := regexp.MustCompile(`(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----`) // its last line may look like a variable
	for line := range strings.Lines(certificate.ReplaceAllString(read(t, filepath.Join(o.home, "env")), "")) {
		if name, _, ok := strings.Cut(line, "="); ok && regexp.MustCompile(`^[A-Z_]+$`).MatchString(name) && name != "PWD" { // the shell's own
			names = append(names, name)
		}
	}
	slices.Sort(names)
	want := []string{
		"EDOKIT_DMS_PLUGIN", "EDOKIT_HOME", "EDOKIT_LOG", "EDOKIT_STDIN_WATCH",
		"PLUGIN_CLIENT_CERT", "PLUGIN_PROTOCOL_VERSIONS", "PLUGIN_UNIX_SOCKET_DIR",
	}
	if diff := cmp.Diff(want, slices.DeleteFunc(names, func(n string) bool { return n == "OLDPWD" || n == "SHLVL" || n == "_" })); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if mode, _, _ := strings.Cut(read(t, filepath.Join(o.home, "folder")), " "); !strings.HasPrefix(mode, "drwx------") {
		t.Errorf("the socket folder is %s", mode)
	}
}

// refuses: whatever the first line is, if it is not the whole handshake the host ends, and what it had started as well.
func refuses(t *testing.T, h host) {
	certificate := strings.Repeat("QUJD", 200)
	for name, tc := range map[string]struct{ says, want string }{
		"no certificate":  {"1|1|unix|/nowhere|grpc|\n", "no certificate"},
		"five fields":     {"1|1|unix|/nowhere|grpc\n", "no certificate"},
		"other contract":  {"1|2|unix|/nowhere|grpc|" + certificate + "\n", "version 2 of the contract"},
		"other handshake": {"2|1|unix|/nowhere|grpc|" + certificate + "\n", "not that of a plugin"},
		"net/rpc":         {"1|1|unix|/nowhere|netrpc|" + certificate + "\n", "netrpc instead of grpc"},
		"other network":   {"1|1|udp|/nowhere|grpc|" + certificate + "\n", "network is udp"},
		"a stray print":   {"loading\n1|1|unix|/nowhere|grpc|" + certificate + "\n", "not that of a plugin"},
		"no address":      {"1|1|unix||grpc|" + certificate + "\n", "network is unix"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := stub(t, h, tc.says)
			p := o.start(t, "--signer", "head-1", "--out", o.out)
			if code := p.wait(); code != 1 || !strings.Contains(p.err.String(), tc.want) {
				t.Errorf("exit code %d, no %q in\n%s", code, tc.want, p.err.String())
			}
			o.nothingLeft(t)
		})
	}
}

func usage(t *testing.T, h host) {
	o := stub(t, h, "")
	help := exec.CommandContext(t.Context(), h.command[0], append(h.command[1:], "--help")...)
	out, err := help.CombinedOutput()
	if err != nil {
		t.Errorf("--help: %v", err)
	}
	for _, name := range o.arguments() {
		if strings.HasPrefix(name, "--") && !bytes.Contains(out, []byte("  "+name+" ")) {
			t.Errorf("--help does not tell of %s", name)
		}
	}
	for _, wrong := range [][]string{
		{"--out", o.out}, // neither signature nor signer
		{"--out", o.out, "--signer", "head-1", "--signature", "x.p7s"},
		{"--signer", "head-1"},
		{"--out", o.out, "--signer", "head-1", "--colour", "red"},
		{"--out", o.out, "--signer", "head-1", "--lang", "fr"},
	} {
		if code := o.start(t, wrong...).wait(); code != 2 {
			t.Errorf("%q: exit code %d", wrong, code)
		}
	}
}

// office is an operator and a home folder that is ready to send, with what a host is started with.
type office struct {
	host     host
	operator *mockoperator.Operator // nil with a stub
	to       mockoperator.Organisation
	home     string
	tmp      string // where the host makes its socket folder
	out      string
}

// open prepares the home through the plugin, as an administrator would.
func open(t *testing.T, h host) *office {
	t.Helper()
	operator, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := operator.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop(); _ = operator.Close() })
	us := operator.Organisations()[0]
	o := &office{host: h, operator: operator, to: operator.Organisations()[1], home: t.TempDir(), tmp: short(t), out: filepath.Join(t.TempDir(), "stamped.pdf")}

	client, err := dmsplugin.Launch(t.Context(), dmsplugin.Config{Path: h.plugin, Env: []string{"EDOKIT_HOME=" + o.home}})
	if err != nil {
		t.Fatal(err)
	}
	heads, err := operator.Identities(us.Boxes[0])
	if err != nil {
		t.Fatal(err)
	}
	key, err := heads[0].KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		client.PutSubscriber(t.Context(), directory.Subscriber{
			ID: subscriber, Title: us.Name, Operator: "synerdocs", Endpoint: url, Box: edo.BoxID(us.Boxes[0]), INN: us.INN, KPP: us.KPP,
			Login: us.Login, LoginKind: directory.LoginPassword, Enabled: true,
		}),
		client.SetPassword(t.Context(), subscriber, us.Login, edo.NewSecret(us.Password)),
		client.AllowUser(t.Context(), directory.User{Actor: clerk, Subscriber: subscriber, Actions: []edo.Action{edo.ActionSend, edo.ActionReadContent}}),
	)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.PutSigner(t.Context(), directory.Signer{ID: "head-1", Subscriber: subscriber, Enabled: true},
		&dmsplugin.KeyPair{Certificate: heads[0].CertificatePEM(), Key: edo.NewSecret(string(key))})
	if err := errors.Join(err, client.Close()); err != nil {
		t.Fatal(err)
	}
	return o
}

// stub prepares a plugin that says one thing and waits.
func stub(t *testing.T, h host, says string) *office {
	t.Helper()
	path, err := filepath.Abs("testdata/stub")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{host: host{h.name, h.command, path}, home: t.TempDir(), tmp: short(t), out: filepath.Join(t.TempDir(), "stamped.pdf")}
	o.to.INN, o.to.KPP = "7707083893", "770701001"
	if err := os.WriteFile(filepath.Join(o.home, "says"), []byte(says), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// short is a folder with a path that leaves room for a socket.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "h-") //nolint:usetesting // the path of t.TempDir is too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (o *office) arguments() []string {
	return []string{
		"--plugin", o.host.plugin, "--home", o.home, "--subscriber", string(subscriber), "--actor", string(clerk), "--package", "p-1",
		"--file", pdf, "--to-inn", o.to.INN, "--to-kpp", o.to.KPP, "--timeout", "60",
	}
}

// process is a running host.
type process struct {
	cmd *exec.Cmd
	err bytes.Buffer
	out string // of one that has ended
	pid string // of its plugin
	in  io.Reader
}

// start starts the host; of arguments that come twice the last one counts.
func (o *office) start(t *testing.T, arguments ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(t.Context(), o.host.command[0], slices.Concat(o.host.command[1:], o.arguments(), arguments)...)}
	p.cmd.Env = append(os.Environ(), "TMPDIR="+o.tmp, "HOST_SECRET=database-password")
	p.cmd.Stderr = &p.err
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.in = out
	return p
}

// wait gives the exit code.
func (p *process) wait() int {
	out, _ := io.ReadAll(p.in)
	p.out += string(out)
	p.pid = pidIn(p.out)
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

func pidIn(text string) string {
	if m := regexp.MustCompile(`(?m)^edo-dms \S+, process (\d+):`).FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// run runs the host to its good end.
func (o *office) run(t *testing.T, arguments []string, more ...string) *process {
	t.Helper()
	p := o.start(t, slices.Concat(arguments, more)...)
	if code := p.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, p.out, p.err.String())
	}
	return p
}

// upTo runs the host until it prints a line.
func (o *office) upTo(t *testing.T, want string, arguments ...string) *process {
	t.Helper()
	p := o.start(t, arguments...)
	for lines := bufio.NewScanner(p.in); lines.Scan(); {
		p.out += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), want) {
			if p.pid = pidIn(p.out); !running(p.pid) {
				t.Fatalf("no plugin runs as process %q", p.pid)
			}
			return p
		}
	}
	_ = p.cmd.Wait()
	t.Fatalf("it did not come to %q\n%s\n%s", want, p.out, p.err.String())
	return nil
}

// signed is the option that hands over a signature made here.
func (o *office) signed(t *testing.T) []string {
	t.Helper()
	path, now := filepath.Join(o.home, "..", "letter.p7s"), time.Now()
	if _, err := os.Stat(path); err == nil {
		return []string{"--signature", path}
	}
	key, err := edotest.NewKey(edotest.Subject{Owner: "Иванов Иван Иванович", Organisation: "ООО «Ромашка»"}, now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := cms.Sign(t.Context(), key.Key, strings.NewReader(read(t, pdf)), now)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, signature, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--signature", path}
}

// theOnlyForm is the SHA-256 of the form that the operator printed for its only message.
func (o *office) theOnlyForm(t *testing.T) string {
	t.Helper()
	ledger := o.operator.Ledger()
	if len(ledger) != 1 || len(ledger[0].Documents) != 1 || ledger[0].Documents[0].Form == nil {
		t.Fatalf("not one message with one printed document: %+v", ledger)
	}
	return ledger[0].Documents[0].Form.SHA256
}

// stored is the SHA-256 of the second version as edo-dms tells it to an administrator.
func (o *office) stored(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), o.host.plugin, "--home", o.home, "--json", "status", "--subscriber", string(subscriber), "p-1").Output()
	if err != nil {
		t.Fatal(err)
	}
	var op edo.Operation
	if err := json.Unmarshal(out, &op); err != nil {
		t.Fatal(err)
	}
	if len(op.Documents) != 1 || len(op.Documents[0].Versions) != 1 || op.Documents[0].Versions[0].Role != edo.RoleOperatorForm {
		t.Fatalf("not one printed form: %s", out)
	}
	return op.Documents[0].Versions[0].Digest.String()
}

// nothingLeft: no plugin runs on, and no folder of a socket is left.
func (o *office) nothingLeft(t *testing.T, ended ...*process) {
	t.Helper()
	for _, p := range ended {
		o.gone(t, p)
	}
	left, err := os.ReadDir(o.tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func (o *office) gone(t *testing.T, p *process) {
	t.Helper()
	if p.pid == "" {
		t.Fatalf("the host has not said which process its plugin is:\n%s", p.out)
	}
	for end := time.Now().Add(15 * time.Second); running(p.pid); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("edo-dms, process %s, outlives its host", p.pid)
		}
	}
}

// running: a process that nobody has reaped yet does not run.
func running(pid string) bool {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return false
	}
	p, err := os.FindProcess(n)
	if err != nil || p.Signal(syscall.Signal(0)) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return !os.IsNotExist(err) || runtime.GOOS != "linux"
	}
	_, state, _ := strings.Cut(string(stat), ") ") // the name stands in brackets
	return !strings.HasPrefix(state, "Z")
}

func digest(t *testing.T, path string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(read(t, path)))
	return hex.EncodeToString(sum[:])
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
