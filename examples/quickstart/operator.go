package main

import (
	"bufio"
	"context"
	"encoding/json"
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
		Name        string `json:"name"`
		Key         string `json:"key"`
		Certificate string `json:"certificate"`
	} `json:"signers"`
}

// startOperator runs the mock with the two organisations that the sample documents name.
func startOperator(ctx context.Context, o options, tmp string) (*operator, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(o.bin, "mock-operator"), "--quiet",
		"--exit-with-stdin", "--scenario", filepath.Join(o.in, "operator.yaml"), "--dir", filepath.Join(tmp, "operator"))
	if _, err := cmd.StdinPipe(); err != nil { // stays open as long as we live: the operator ends with us, however we end
		return nil, err
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (make build makes it)", err)
	}
	op := &operator{stop: func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() }}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, op)
	}
	if err == nil && (len(op.Organisations) < 2 || len(op.Organisations[0].Signers) < 2) {
		err = fmt.Errorf("the operator lacks an organisation with two signers and a recipient")
	}
	if err != nil {
		op.stop()
		return nil, err
	}
	return op, nil
}
