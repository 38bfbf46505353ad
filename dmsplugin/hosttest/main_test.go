package hosttest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// program is the plugin under test, built once; behind is the operator behind it.
var (
	program string
	behind  Operator
	bring   func(ctx context.Context, name string, content []byte) (string, error)
)

func TestMain(m *testing.M) {
	if runtime.GOOS == "windows" {
		fmt.Println("SKIP: the broken plugins need signals and sockets of Unix")
		return
	}
	if fault := os.Getenv(brokenVariable); fault != "" {
		os.Exit(beBroken(fault))
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil { // most of the time the cases wait for processes
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "edokit-host-")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "edo-dms")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/edokit/edokit/dmsplugin/cmd/edo-dms")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Printf("the plugin does not build: %v\n%s\n", err, out)
		return 1
	}
	stop, err := operate(ctx, dir)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer stop()
	return m.Run()
}

// operate starts the stand-in operator for all tests.
func operate(ctx context.Context, dir string) (stop func(), err error) {
	conf := mockoperator.Config{Dir: filepath.Join(dir, "operator"), Organisations: mockoperator.DefaultOrganisations(), WireMemory: -1}
	if err := os.Mkdir(conf.Dir, 0o700); err != nil {
		return nil, err
	}
	conf.Organisations[0].Password = canary.Secret("пароль")
	op, err := mockoperator.New(conf)
	if err != nil {
		return nil, err
	}
	url, shut, err := op.Listen(context.WithoutCancel(ctx), "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ours, theirs := conf.Organisations[0], conf.Organisations[1]
	head, err := op.Identity(ours.Boxes[0])
	if err != nil {
		return nil, err
	}
	key, err := head.KeyPEM()
	behind = Operator{
		Name: "synerdocs", Endpoint: url, Box: ours.Boxes[0], INN: ours.INN, KPP: ours.KPP, Login: ours.Login, Password: ours.Password,
		Certificate: head.CertificatePEM(), Key: key, ToINN: theirs.INN, ToKPP: theirs.KPP,
	}
	bring = func(_ context.Context, name string, content []byte) (string, error) {
		ids, err := op.Plant(theirs.Boxes[0], ours.Boxes[0], 1, func(int) mockoperator.PlantedDocument {
			return mockoperator.PlantedDocument{Name: name, Kind: "Письмо", Content: content, NeedSign: true}
		})
		if err != nil {
			return "", err
		}
		return ids[0], nil
	}
	return func() { _, _ = op.Close(), shut() }, err
}

// config is the plugin as it is, with short waits.
func config() Config {
	return Config{
		Path: program, Operator: behind, Inbox: Inbox{Open: openInbox, Bring: bring},
		Env: []string{"EDOKIT_LEASE=1500ms", "EDOKIT_VISIBILITY=300ms", "EDOKIT_RETRY_FIRST=50ms", "EDOKIT_RETRY_LONGEST=2s"},
	}
}

// openInbox does what the plugin's command line is for.
func openInbox(ctx context.Context, home, subscriber, responsible string) error {
	set := exec.CommandContext(ctx, program, "responsible", "set", responsible, "--subscriber", subscriber, "--scope", "administrator")
	set.Env = append(os.Environ(), envHome+"="+home)
	if out, err := set.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
