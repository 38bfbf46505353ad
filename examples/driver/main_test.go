package main

import (
	"context"
	"errors"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

func TestLookup(t *testing.T) {
	op, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop(); _ = op.Close() })
	from, to := op.Organisations()[0], op.Organisations()[1]
	t.Setenv("EDO_PASSWORD", from.Password)
	if err := lookup(url, edo.BoxID(from.Boxes[0]), from.Login, to.INN); err != nil {
		t.Error(err)
	}
	t.Setenv("EDO_PASSWORD", "wrong")
	if err := lookup(url, edo.BoxID(from.Boxes[0]), from.Login, to.INN); !errors.Is(err, edo.LoginRefused) {
		t.Errorf("wrong password: %v", err)
	}
}
