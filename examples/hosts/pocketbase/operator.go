package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/edokit/edokit/edo"
)

// operator is the running mock: what it printed about itself, and how to end it.
type operator struct {
	URL           string         `json:"url"`
	Organisations []organisation `json:"organisations"`
	pid           int
	stop          func()
}

type organisation struct {
	Name     string    `json:"name"`
	INN      string    `json:"inn"`
	KPP      string    `json:"kpp"`
	Box      edo.BoxID `json:"box"`
	Login    string    `json:"login"`
	Password string    `json:"password"`
	Signers  []struct {
		Key         string `json:"key"`
		Certificate string `json:"certificate"`
	} `json:"signers"`
}

// startOperator runs the mock with two organisations. It holds the other end of a pipe, and ends with us however we end.
func startOperator(bin, samples, dir string) (*operator, error) {
	cmd := exec.Command(filepath.Join(bin, "mock-operator"), "--quiet", "--exit-with-stdin", //nolint:noctx // it is ended by stop, after the plugin
		"--scenario", filepath.Join(samples, "quickstart", "testdata", "operator.yaml"), "--dir", dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (make build makes it)", err)
	}
	op := &operator{pid: cmd.Process.Pid, stop: func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = in.Close(); _ = cmd.Wait() }}
	hello, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(hello, op)
	}
	if err == nil && (len(op.Organisations) < 2 || len(op.Organisations[0].Signers) < 2 || len(op.Organisations[1].Signers) < 1) {
		err = errors.New("the operator lacks an organisation with two signers and a recipient with one")
	}
	if err != nil {
		op.stop()
		return nil, err
	}
	return op, nil
}

// programs gives a folder with edo-dms and mock-operator: the named one, or one into which they are built.
func programs(ctx context.Context, bin, tmp string) (string, error) {
	if bin != "" {
		return filepath.Abs(bin)
	}
	bin = filepath.Join(tmp, "bin")
	cmd := exec.CommandContext(ctx, "go", "build", "-C", "../../..", "-o", bin+string(filepath.Separator), "./dmsplugin/cmd/edo-dms", "./conformance/cmd/mock-operator")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building edo-dms and mock-operator: %w (run it in examples/hosts/pocketbase, or name --bin)", err)
	}
	return bin, nil
}
