//go:build linux

package powercut_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// The writer is this very program, started with these.
const (
	envFolder   = "EDOKIT_POWERCUT_FOLDER"
	envStore    = "EDOKIT_POWERCUT_STORE" // name and address
	envCareless = "EDOKIT_POWERCUT_CARELESS"
)

// longest is how long a writer writes if nobody ends it.
const longest = 2 * time.Minute

func TestMain(m *testing.M) {
	folder := os.Getenv(envFolder)
	if folder == "" {
		os.Exit(m.Run())
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	if err := write(ctx, os.Getenv(envStore), folder, os.Getenv(envCareless)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
