package local_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

// What the suite of stores tests is what the programs use.
var (
	_ storetest.Store = local.Store(nil)
	_ local.Store     = storetest.Store(nil)
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(server.Main(m).Run()) }

func TestHomesOnOneDatabase(t *testing.T) {
	t.Parallel()
	cfg := local.Config{Home: filepath.Join(t.TempDir(), "first"), Database: server.Bare(t)}
	if _, err := local.OpenWith(t.Context(), cfg); !errors.Is(err, directory.SchemaOld) {
		t.Errorf("a database that was not migrated: %v", err)
	}
	for range 2 {
		must(t, local.Migrate(t.Context(), cfg))
	}
	h, err := local.OpenWith(t.Context(), cfg)
	must(t, err)
	defer h.Close()
	must(t, h.Store.PutSubscriber(t.Context(), directory.Subscriber{
		ID: "ours", Operator: "x", Endpoint: "https://service.example/", INN: "7707083893", LoginKind: directory.LoginPassword, Login: "u", Enabled: true,
	}))
	must(t, h.Vault.SetPassword(t.Context(), "ours", edo.NewSecret("p")))
	// Another machine must not begin with a key of its own.
	second := local.Config{Home: filepath.Join(t.TempDir(), "second"), Database: cfg.Database}
	if err := local.Migrate(t.Context(), second); !errors.Is(err, secret.KeyFileMissing) {
		t.Errorf("a second machine without the key: %v", err)
	}
	if _, err := local.OpenWith(t.Context(), second); !errors.Is(err, secret.KeyFileMissing) {
		t.Errorf("opened without the key: %v", err)
	}
	key, err := os.ReadFile(filepath.Join(cfg.Home, local.KeyFile))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(second.Home, local.KeyFile), key, 0o600))
	other, err := local.OpenWith(t.Context(), second)
	must(t, err)
	defer other.Close()
	if account, err := other.Vault.Account(context.Background(), "ours"); err != nil || account.Login.Password.Reveal() != "p" {
		t.Errorf("the second machine: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
