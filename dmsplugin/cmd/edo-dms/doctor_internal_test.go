package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/stamping/worker"
)

// patient is a home folder with what is wrong with it.
type patient struct {
	*examination
	folder string
}

// newPatient is a sound home folder, and an examination that calls no operator.
func newPatient(t *testing.T) *patient {
	t.Helper()
	p := &patient{folder: filepath.Join(t.TempDir(), "home")}
	from, err := sound()
	check(t, err)
	check(t, os.CopyFS(p.folder, os.DirFS(from)))
	check(t, os.Chmod(p.folder, 0o700))
	check(t, os.Chmod(filepath.Join(p.folder, local.KeyFile), 0o600))
	c := &command{
		streams: streams{out: &bytes.Buffer{}, err: &bytes.Buffer{}}, ctx: t.Context(), home: p.folder, lang: "en", getenv: func(string) string { return "" },
	}
	p.examination = newExamination(c, doctor{Offline: true, Timeout: 10 * time.Second, MaxSkew: time.Minute, MinFree: 1024})
	p.free = func(string) (space, error) { return space{free: 1 << 40, total: 1 << 41}, nil }
	return p
}

// sound makes the one home folder that all patients are copies of: a new one costs hundreds of syncs of the disk. It goes
// with the folder of the binary.
var sound = sync.OnceValues(func() (string, error) {
	folder := filepath.Join(os.Getenv("EDO_DMS_DIR"), "sound")
	h, err := local.Open(context.Background(), folder)
	if err != nil {
		return "", err
	}
	return folder, h.Close()
})

// in opens the home folder for a moment.
func (p *patient) in(t *testing.T, change func(h *local.Home)) {
	t.Helper()
	h, err := local.Open(t.Context(), p.folder)
	if err != nil {
		t.Fatal(err)
	}
	change(h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// sql changes the database as no program of ours would.
func (p *patient) sql(t *testing.T, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(p.folder, local.DatabaseFile))
	if err == nil {
		_, err = db.ExecContext(t.Context(), statement)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

const endpoint = "http://127.0.0.1:9/exchangeservice.svc"

// subscriber is a stored row with a password.
func (p *patient) subscriber(t *testing.T, change func(s *directory.Subscriber)) {
	t.Helper()
	row := directory.Subscriber{
		ID: "our-firm", Operator: "synerdocs", Endpoint: endpoint, Box: "box-1", INN: "7707083893", KPP: "770701001", Login: "login",
		LoginKind: directory.LoginPassword, Enabled: true,
	}
	if change != nil {
		change(&row)
	}
	p.in(t, func(h *local.Home) {
		if err := errors.Join(h.Store.PutSubscriber(t.Context(), row), h.Vault.SetPassword(t.Context(), row.ID, edo.NewSecret("canary-password"))); err != nil {
			t.Fatal(err)
		}
	})
}

// signer is a stored signer with a key, whose certificate lives from and to days from now.
func (p *patient) signer(t *testing.T, from, until int, change func(s *directory.Signer)) {
	t.Helper()
	key := must(edotest.NewKey(edotest.Subject{Owner: "Иванов Иван", INN: "7707083893"}, time.Now().AddDate(0, 0, from), time.Now().AddDate(0, 0, until)))(t)
	row := directory.Signer{ID: "head", Subscriber: "our-firm", Info: key.Signer("head").Info(), Certificate: key.Certificate().DER, Enabled: true}
	row.Info.ID = row.ID
	if change != nil {
		change(&row)
	}
	p.in(t, func(h *local.Home) {
		if err := h.Store.PutSigner(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		if row.Place == "" {
			if err := h.Vault.SetSignerKey(t.Context(), row.Subscriber, row.ID, key.Private()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// ids examines and gives what was found.
func (p *patient) ids(t *testing.T) []string {
	t.Helper()
	p.examine()
	ids := make([]string, len(p.found))
	for i, f := range p.found {
		ids[i] = f.ID
		if strings.Contains(f.Text+f.text.ru+f.text.en, "%!") || f.text.ru == "" || f.text.en == "" || strings.Contains(f.Text+f.Remedy, "canary") {
			t.Errorf("%s: %s", f.ID, f.Text)
		}
	}
	return ids
}

// fake is a store that says what a test wants.
type fake struct {
	settings []directory.Setting
	work     directory.Workload
	err      error
	hangs    chan struct{} // nil: it answers at once
}

func (f fake) Writable(context.Context) error {
	if f.hangs != nil {
		<-f.hangs
	}
	return f.err
}
func (f fake) Settings(context.Context) ([]directory.Setting, error) { return f.settings, f.err }
func (f fake) Workload(context.Context, time.Time) (directory.Workload, error) {
	return f.work, f.err
}

func (p *patient) fake(f fake) { p.examiner = func(*parts) directory.Examiner { return f } }

// opened changes the home folder after it was opened.
func (p *patient) opened(t *testing.T, change func()) {
	open := p.open
	p.open = func() (*parts, error) {
		parts, err := open()
		change()
		return parts, err
	}
}

func refuse(r edo.Reason, op, field string) func() (*parts, error) {
	return func() (*parts, error) { return nil, &edo.Error{Kind: edo.Internal, Reason: r, Op: op, Field: field} }
}

// TestDoctorAtHome provokes what can be wrong without an operator.
func TestDoctorAtHome(t *testing.T) {
	t.Parallel()
	for id, provoke := range map[string]func(t *testing.T, p *patient){
		"home.missing": func(_ *testing.T, p *patient) { p.command.home += "-mistyped" },
		"home.open":    func(t *testing.T, p *patient) { check(t, os.Chmod(p.folder, 0o755)) },
		"home.unopened": func(_ *testing.T, p *patient) {
			p.open = func() (*parts, error) { return nil, errors.New("out of files") }
		},
		"database.missing": func(_ *testing.T, p *patient) { p.command.home = filepath.Dir(p.folder) },
		"key.missing":      func(t *testing.T, p *patient) { check(t, os.Remove(filepath.Join(p.folder, local.KeyFile))) },
		"key.open":         func(t *testing.T, p *patient) { check(t, os.Chmod(filepath.Join(p.folder, local.KeyFile), 0o644)) },
		"key.malformed": func(t *testing.T, p *patient) {
			check(t, os.WriteFile(filepath.Join(p.folder, local.KeyFile), []byte("canary"), 0o600))
		},
		"disk.low": func(_ *testing.T, p *patient) {
			p.free = func(string) (space, error) { return space{free: 1000 << 20, total: 1 << 40}, nil }
		},
		"disk.full": func(_ *testing.T, p *patient) {
			p.free = func(string) (space, error) { return space{free: 1 << 20, total: 1 << 40}, nil }
		},
		"sockets.unwritable": func(_ *testing.T, p *patient) { p.temp = filepath.Join(p.folder, "nowhere") },
		"check.timeout": func(t *testing.T, p *patient) {
			p.patience = 200 * time.Millisecond
			hangs := make(chan struct{})
			t.Cleanup(func() { close(hangs) })
			p.fake(fake{hangs: hangs})
		},
		"store.unwritable": func(_ *testing.T, p *patient) { p.fake(fake{err: errors.New("input/output error")}) },
		"store.full":       func(_ *testing.T, p *patient) { p.fake(fake{err: &edo.Error{Reason: directory.StoreFull}}) },
		"store.read-only":  func(_ *testing.T, p *patient) { p.fake(fake{err: &edo.Error{Reason: directory.StoreReadOnly}}) },
		"store.unread":     func(_ *testing.T, p *patient) { p.fake(fake{err: errors.New("input/output error")}) },
		"work.unread":      func(_ *testing.T, p *patient) { p.fake(fake{err: errors.New("input/output error")}) },
		"store.busy": func(t *testing.T, p *patient) {
			db, err := sql.Open("sqlite", filepath.Join(p.folder, local.DatabaseFile))
			check(t, err)
			t.Cleanup(func() { db.Close() })
			db.SetMaxOpenConns(1)
			_, err = db.ExecContext(t.Context(), "BEGIN IMMEDIATE")
			check(t, err)
			p.Timeout = 200 * time.Millisecond
		},
		"store.corrupt": func(t *testing.T, p *patient) {
			check(t, os.WriteFile(filepath.Join(p.folder, local.DatabaseFile), bytes.Repeat([]byte("no database "), 1000), 0o600))
		},
		"store.network": func(_ *testing.T, p *patient) { p.open = refuse(directory.StoreUnsafe, "sqlite.Open", "path") },
		"store.unsafe":  func(_ *testing.T, p *patient) { p.open = refuse(directory.StoreUnsafe, "sqlite.Open", "") },
		"store.setting": func(_ *testing.T, p *patient) {
			p.fake(fake{settings: []directory.Setting{{Name: "fsync", Value: "off", Wanted: "on"}, {Name: "full_page_writes", Value: "on", Wanted: "on", Safe: true}}})
		},
		"store.schema": func(t *testing.T, p *patient) {
			p.sql(t, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
		},
		"archive.unwritable": func(t *testing.T, p *patient) {
			p.opened(t, func() { check(t, os.Remove(filepath.Join(p.folder, local.ArchiveDir, "00"))) })
		},
		"archive.spool": func(t *testing.T, p *patient) {
			p.opened(t, func() { check(t, os.Remove(filepath.Join(p.folder, local.ArchiveDir, "tmp"))) })
		},
		"work.late": func(_ *testing.T, p *patient) {
			p.fake(fake{work: directory.Workload{Due: 3, OldestDue: time.Now().Add(-11 * time.Minute)}})
		},
		"work.stuck": func(t *testing.T, p *patient) {
			p.subscriber(t, nil)
			p.in(t, func(h *local.Home) {
				check(t, h.Store.Start(t.Context(), edo.Job{Key: edo.Key{Subscriber: "our-firm"}, Kind: edo.JobPull, Due: time.Now().Add(-2 * time.Hour)}))
			})
		},
		"work.decisions":      func(_ *testing.T, p *patient) { p.fake(fake{work: directory.Workload{Decisions: 1}}) },
		"work.tasks":          func(_ *testing.T, p *patient) { p.fake(fake{work: directory.Workload{OverdueTasks: 1}}) },
		"work.counterparties": func(_ *testing.T, p *patient) { p.fake(fake{work: directory.Workload{Counterparties: 1}}) },
		"store.ok":            func(*testing.T, *patient) {},
		"archive.ok":          func(*testing.T, *patient) {},
		"pdf.ok":              func(*testing.T, *patient) {},
		"pdf.no-worker": func(t *testing.T, p *patient) {
			opened := p.open
			p.open = func() (*parts, error) {
				all, err := opened()
				check(t, err)
				check(t, all.pdf.Close())
				all.pdf, err = worker.New(worker.Config{Program: filepath.Join(p.folder, "missing")})
				return all, err
			}
		},
		"subscribers.none":   func(*testing.T, *patient) {},
		"subscribers.unread": func(t *testing.T, p *patient) { p.sql(t, `ALTER TABLE subscribers RENAME TO gone`) },
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			provoke(t, p)
			if found := p.ids(t); !slices.Contains(found, id) {
				t.Errorf("found %v", found)
			}
		})
	}
}

// TestBrokenLogin: whoever looks at a login that does not open is told so, instead of an error.
func TestBrokenLogin(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.subscriber(t, nil)
	p.sql(t, `UPDATE sealed SET bytes = x'00'`)
	opened, err := p.open()
	check(t, err)
	defer opened.Close()
	if got, err := (safe{opened}).Login(t.Context(), "our-firm"); err != nil || !got.Broken || got.SetAt.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestDoctorOfSubscribers provokes what can be wrong with a row, its people and its box.
func TestDoctorOfSubscribers(t *testing.T) {
	t.Parallel()
	receiving := func(s *directory.Subscriber) { s.Policy.Receive = true }
	row := func(change func(*directory.Subscriber)) func(*testing.T, *patient) {
		return func(t *testing.T, p *patient) { p.subscriber(t, change) }
	}
	spoilt := func(statement string) func(*testing.T, *patient) {
		return func(t *testing.T, p *patient) {
			p.subscriber(t, receiving)
			p.signer(t, -1, 900, nil)
			p.sql(t, statement)
		}
	}
	signer := func(from, until int, change func(*directory.Signer)) func(*testing.T, *patient) {
		return func(t *testing.T, p *patient) {
			p.subscriber(t, nil)
			p.signer(t, from, until, change)
		}
	}
	for id, provoke := range map[string]func(t *testing.T, p *patient){
		"subscriber.disabled":    row(func(s *directory.Subscriber) { s.Enabled = false }),
		"subscriber.operator":    row(func(s *directory.Subscriber) { s.Operator = "pigeon" }),
		"subscriber.inn":         spoilt(`UPDATE subscribers SET inn = '7707083894'`),
		"subscriber.kpp":         spoilt(`UPDATE subscribers SET kpp = '77'`),
		"subscriber.settings":    spoilt(`UPDATE subscribers SET endpoint = 'ftp://operator.example'`),
		"subscriber.credentials": spoilt(`UPDATE sealed SET bytes = x'00'`),
		"login.untried":          row(nil),
		"users.none":             row(nil),
		"users.unread":           spoilt(`ALTER TABLE users RENAME TO gone`),
		"users.ok": func(t *testing.T, p *patient) {
			p.subscriber(t, nil)
			p.in(t, func(h *local.Home) {
				check(t, h.Store.PutUser(t.Context(), directory.User{Actor: "ivanova", Subscriber: "our-firm", Actions: []edo.Action{edo.ActionSend}}))
			})
		},
		"signers.unread":        spoilt(`ALTER TABLE signers RENAME TO gone`),
		"signer.disabled":       signer(-1, 900, func(s *directory.Signer) { s.Enabled = false }),
		"signer.host":           signer(-1, 900, func(s *directory.Signer) { s.Place = directory.PlaceHost }),
		"signer.keyless":        spoilt(`DELETE FROM sealed WHERE kind = 'signer'`),
		"signer.unable":         spoilt(`UPDATE sealed SET bytes = x'00' WHERE kind = 'signer'`),
		"certificate.ok":        signer(-1, 61, nil),
		"certificate.ends":      signer(-1, 59, nil),
		"certificate.ends-soon": signer(-1, 13, nil),
		"certificate.ended":     signer(-9, -1, nil),
		"certificate.not-yet":   signer(1, 900, nil),
		"receive.ok": func(t *testing.T, p *patient) {
			p.subscriber(t, func(s *directory.Subscriber) { s.Policy.Receive, s.Service = true, "head" })
			p.signer(t, -1, 900, nil)
			p.in(t, func(h *local.Home) {
				check(t, h.Store.PutResponsible(t.Context(), "our-firm", edo.Responsible{Scope: edo.ScopeAdministrator, Actor: "smirnova"}))
			})
		},
		"receive.off":               row(nil),
		"receive.no-administrator":  row(receiving),
		"receive.no-service-signer": row(receiving),
		"receive.service-signer": row(func(s *directory.Subscriber) {
			s.Policy.Receive, s.Service = true, "robot"
		}),
		"receive.rules-unread": spoilt(`ALTER TABLE responsibles RENAME TO gone`),
		"receive.unread":       spoilt(`ALTER TABLE cursors RENAME TO gone`),
		"receive.refused":      spoilt(`INSERT INTO cursors (subscriber, skew, refusal) VALUES ('our-firm', 0, 'the box is closed')`),
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			provoke(t, p)
			if found := p.ids(t); !slices.Contains(found, id) {
				t.Errorf("found %v", found)
			}
		})
	}
}

// TestUnreadableCertificate: the vault refuses such a login before; another keeper of accounts may not.
func TestUnreadableCertificate(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.loginDates(&p.report, []byte("no certificate"), "our-firm")
	if len(p.found) != 1 || p.found[0].ID != "certificate.unreadable" {
		t.Errorf("%+v", p.found)
	}
}

// TestEveryFinding: each has both languages, a remedy if something is to be done, and a test that provokes it.
func TestEveryFinding(t *testing.T) {
	t.Parallel()
	var tests []byte
	names, err := filepath.Glob("*_test.go")
	check(t, err)
	for _, n := range names {
		text, err := os.ReadFile(n)
		check(t, err)
		tests = append(tests, text...)
	}
	verbs := regexp.MustCompile(`%(\[\d\])?[a-z]`)
	for id, k := range findings() {
		if !bytes.Contains(tests, []byte(`"`+id+`"`)) {
			t.Errorf("%s: no test provokes it", id)
		}
		if k.text.ru == "" || k.text.en == "" || (k.severity >= warning) != (k.remedy.ru != "" && k.remedy.en != "") && k.severity != note {
			t.Errorf("%s: %+v", id, k)
		}
		if len(verbs.FindAllString(k.text.ru, -1)) != len(verbs.FindAllString(k.text.en, -1)) {
			t.Errorf("%s: the languages say different things", id)
		}
	}
}

// TestExitCodes: 0 with nothing worse than notes, 4 with warnings, 1 with failures; both formats.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		provoke func(t *testing.T, p *patient)
		code    int
		text    string
	}{
		"fine":     {func(*testing.T, *patient) {}, 0, "note: there are no subscribers yet"},
		"warnings": {func(t *testing.T, p *patient) { check(t, os.Chmod(p.folder, 0o755)) }, exitWarnings, "WARNING: the home folder"},
		"failures": {func(t *testing.T, p *patient) { check(t, os.Remove(filepath.Join(p.folder, local.KeyFile))) }, 1, "WRONG: the file of the master key is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			tc.provoke(t, p)
			for _, format := range []string{"--lang=en", "--json"} {
				var out, said bytes.Buffer
				code := commandLine(t.Context(), []string{"--home", p.folder, format, "doctor", "--offline", "--min-free", "0"}, streams{in: &bytes.Buffer{}, out: &out, err: &said})
				if code != tc.code || said.Len() > 0 {
					t.Errorf("exit code %d, %s", code, said.String())
				}
				if format != "--json" {
					if !strings.Contains(out.String(), tc.text) {
						t.Error(out.String())
					}
					continue
				}
				var found []struct{ ID, Severity, Text, Remedy string }
				if err := json.Unmarshal(out.Bytes(), &found); err != nil || len(found) == 0 || found[0].ID == "" || found[0].Severity == "" {
					t.Errorf("%v: %s", err, out.String())
				}
			}
		})
	}
}
