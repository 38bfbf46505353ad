package main_test

import (
	"context"
	"database/sql"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/directory/local"
)

// TestDoctorOfAHeldStore: a process that is frozen in the middle of a write stops all others. The doctor says so.
func TestDoctorOfAHeldStore(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "home")
	home, err := local.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := home.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(folder, local.DatabaseFile)) // local has brought the driver
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	examine := func(lang string) (int, string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, binary(), "--home", folder, "--lang", lang, "doctor", "--offline", "--timeout", "300ms").CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if exit == nil {
			return 0, string(out)
		}
		return exit.ExitCode(), string(out)
	}
	if _, err := db.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "WRONG: another process holds the store: ", "ru": "ОШИБКА: хранилище удерживает другой процесс: "} {
		if code, out := examine(lang); code != 1 || !strings.HasPrefix(out, want) || strings.Count(out, "\n") != 1 {
			t.Errorf("exit code %d\n%s", code, out)
		}
	}
	if _, err := db.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if code, out := examine("en"); code != 0 || !strings.Contains(out, "ok: the store and the master key open") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
