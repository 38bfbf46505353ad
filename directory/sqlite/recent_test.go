package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// envChanges makes this binary a process that changes the package of the store with this path.
const envChanges = "EDOKIT_TEST_CHANGES"

// changes is how often a package is changed.
const changes = 300

// change is one transaction on two tables, so that half of it can be told from the whole.
func change() []string {
	return []string{
		`UPDATE operations SET revision = revision + 1 WHERE package = 'p1'`,
		`UPDATE documents SET answer_text = (SELECT revision FROM operations WHERE seq = operation)`,
	}
}

// changer is the other process; it says each revision when it is committed.
func changer() bool {
	path := os.Getenv(envChanges)
	if path == "" {
		return false
	}
	err := changeBeside(context.Background(), path, func(revision int64) { fmt.Println(revision) })
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// changeBeside changes the package on a connection that is not the store's.
func changeBeside(ctx context.Context, path string, committed func(revision int64)) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_busy_timeout=10000")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for i := range changes {
		tx, err := db.BeginTx(ctx, nil)
		for _, query := range change() {
			if err == nil {
				_, err = tx.ExecContext(ctx, query)
			}
		}
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			return err
		}
		committed(int64(i) + 2)
	}
	return nil
}

func changeElsewhere(ctx context.Context, path string, committed func(revision int64)) error {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), envChanges+"="+path), os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	for lines := bufio.NewScanner(io.LimitReader(out, 1<<20)); lines.Scan(); {
		revision, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return errors.Join(err, cmd.Wait())
		}
		committed(revision)
	}
	return cmd.Wait()
}

// TestRecentIsNeverStale: whoever commits, the next reading has it, and has the whole of it.
func TestRecentIsNeverStale(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(ctx context.Context, s *sqlite.Store, path string, committed func(int64)) error{
		"another process": func(ctx context.Context, _ *sqlite.Store, path string, committed func(int64)) error {
			return changeElsewhere(ctx, path, committed)
		},
		"another connection": func(ctx context.Context, _ *sqlite.Store, path string, committed func(int64)) error {
			return changeBeside(ctx, path, committed)
		},
		"our writer": func(ctx context.Context, s *sqlite.Store, _ string, committed func(int64)) error {
			for i := range changes {
				if err := s.Exec(ctx, change()...); err != nil {
					return err
				}
				committed(int64(i) + 2)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "edo.db")
			s := open(t, config(path))
			accept(t, s, "p1")
			must(t, s.Exec(t.Context(), `UPDATE documents SET answer_text = '1'`))
			var told atomic.Int64
			done := make(chan struct{})
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() { watch(t, s, &told, done) })
			}
			err := run(t.Context(), s, path, told.Store)
			close(done)
			wg.Wait()
			must(t, err)
			for range 2 {
				if op := read(t, s, "p1"); op.Revision != changes+1 || s.Kept() != 1 {
					t.Errorf("at rest: revision %d, %d kept", op.Revision, s.Kept())
				}
			}
		})
	}
}

// watch reads until done. What was told before a reading must be in it.
func watch(t *testing.T, s *sqlite.Store, told *atomic.Int64, done <-chan struct{}) {
	t.Helper()
	for {
		select {
		case <-done:
			return
		default:
		}
		least := told.Load()
		op, err := s.Operation(t.Context(), storetest.Sample("p1").Key)
		if err != nil || op.Revision < least {
			t.Errorf("revision %d after %d was committed: %v", op.Revision, least, err)
			return
		}
		for _, d := range op.Documents {
			if d.AnswerText != strconv.FormatInt(op.Revision, 10) {
				t.Errorf("revision %d with a document of revision %s", op.Revision, d.AnswerText)
				return
			}
		}
	}
}

func read(t *testing.T, s *sqlite.Store, pack string) edo.Operation {
	t.Helper()
	op, err := s.Operation(t.Context(), storetest.Sample(pack).Key)
	must(t, err)
	return op
}

// TestRecentIsBounded: neither many packages nor large ones fill the memory, and who has given up gets nothing.
func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	s := open(t, config(filepath.Join(t.TempDir(), "edo.db")))
	large := storetest.Sample("large")
	for i := range 15 {
		d := large.Documents[0]
		d.ID = edo.DocumentID(strconv.Itoa(i))
		large.Documents = append(large.Documents, d)
	}
	if _, _, err := s.Accept(t.Context(), large, nil, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 130 {
		accept(t, s, strconv.Itoa(i))
	}
	if read(t, s, "large"); s.Kept() != 0 {
		t.Error("a package of 17 documents is kept")
	}
	for i := range 130 {
		read(t, s, strconv.Itoa(i))
	}
	if s.Kept() != 128 {
		t.Errorf("%d are kept, want 128", s.Kept())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Operation(ctx, storetest.Sample("129").Key); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that has been given up: %v", err)
	}
}

// TestClone: nothing that is handed out can change what is kept.
func TestClone(t *testing.T) {
	t.Parallel()
	op := storetest.Sample("p1")
	op.Candidates = op.Parties
	op.Documents[0].Versions = []edo.Version{{Document: "b", Role: edo.RoleOperatorForm, At: noon}}
	got := sqlite.Clone(op)
	same(t, "clone", op, got)
	apart(t, "operation", reflect.ValueOf(op), reflect.ValueOf(got))
}

// apart fails for memory that both share, and for a field that a sample would have to fill for this to be seen.
func apart(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	if a.Type().PkgPath() == "time" {
		return // never written to
	}
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			apart(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Slice:
		if a.Len() == 0 || a.Pointer() == b.Pointer() {
			t.Errorf("%s: %d entries, shared %v", path, a.Len(), a.Pointer() == b.Pointer())
			return
		}
		apart(t, path+"[0]", a.Index(0), b.Index(0))
	case reflect.Pointer, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
		t.Errorf("%s is a %s, which clone does not know", path, a.Kind())
	}
}
