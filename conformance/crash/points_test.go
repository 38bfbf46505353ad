package crash_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// point is a named step of the way at which something has become durable or visible, or is about to.
type point struct {
	name string
	way  string // what the grid does to get there
	says string // what is true there
}

// points is the registry: all steps, in the order of the code (files by name, then lines). TestRegistryIsTheSource
// compares it with the source.
func points() []point {
	return []point{
		{"archive.written", "out", "the bytes are in a temporary file, not on the disk"},
		{"archive.synced", "out", "the bytes are on the disk, under no name"},
		{"archive.stored", "out", "bytes and name are on the disk, the caller does not know"},
		{"archive.renamed", "out", "the name is there, not on the disk"},
		{"vault.sealed", "admin", "a secret is sealed, not stored"},
		{"vault.stored", "admin", "a sealed secret is stored, the caller does not know"},

		{"store.committing.Allowed", "refused", "a refusal is written, not committed"},
		{"store.committing.PutUser", "admin", ""},
		{"store.committing.Acknowledge", "out", "the host's place is written, not committed"},
		{"store.committing.Begin", "out", "the request's row is written, not committed: nothing may leave"},
		{"store.committing.Finish", "out", "the answer was read, its row is not committed: it is not believed"},
		{"store.committing.Update", "term", ""},
		{"store.committing.Start", "in", "the job that reads a box is written, not committed"},
		{"store.committing.Claim", "out", "a lease is written, not committed"},
		{"store.committing.Renew", "slow", "a longer lease is written, not committed"},
		{"store.committing.Accept", "out", "a package is written, not committed: the host hears nothing"},
		{"store.committing.Ensure", "reach", ""},
		{"store.committing.Revise", "relate", ""},
		{"store.committing.PutResponsible", "admin", ""},
		{"store.committing.PutAbsence", "admin", ""},
		{"store.committing.Settle", "out", "one step of work is written, not committed"},
		{"store.committing.PutSigner", "admin", ""},
		{"store.committing.PutSealed", "admin", ""},
		{"store.committing.PutSubscriber", "admin", ""},
		{"store.committing.Enrolled", "enrol", ""},
		{"store.committing.EndTask", "task", "a signature is written, not committed"},

		{"store.committed.Allowed", "refused", "a refusal is a row, nobody was told"},
		{"store.committed.PutUser", "admin", ""},
		{"store.committed.Acknowledge", "out", "the host's place is committed, the host does not know"},
		{"store.committed.Begin", "out", "the request's row is committed, no byte has left"},
		{"store.committed.Finish", "out", "the answer is in the log, the state is not"},
		{"store.committed.Update", "term", ""},
		{"store.committed.Start", "in", "the job that reads a box is committed"},
		{"store.committed.Claim", "out", "a lease is committed, the worker does not know"},
		{"store.committed.Renew", "slow", "a longer lease is committed, the worker does not know"},
		{"store.committed.Accept", "out", "a package is committed, the host does not know"},
		{"store.committed.Ensure", "reach", ""},
		{"store.committed.Revise", "relate", ""},
		{"store.committed.PutResponsible", "admin", ""},
		{"store.committed.PutAbsence", "admin", ""},
		{"store.committed.Settle", "out", "one step of work is committed, the worker does not know"},
		{"store.committed.PutSigner", "admin", ""},
		{"store.committed.PutSealed", "admin", ""},
		{"store.committed.PutSubscriber", "admin", ""},
		{"store.committed.Enrolled", "enrol", ""},
		{"store.committed.EndTask", "task", "a signature is committed, who brought it does not know"},

		{"rpc.spooled", "out", "the contents of a package are in the archive, nothing refers to them"},
		{"rpc.accepted", "out", "a package is accepted, the answer has not left the plugin"},
		{"rpc.delivering", "out", "events are read, the answer has not left the plugin"},
		{"rpc.acknowledged", "out", "the host's place is kept, the answer has not left the plugin"},

		{"answer.accepted", "answer", "an answer to a document is committed"},
		{"check.listed", "in", "messages that the cursor had lost are rows"},
		{"send.asked", "doubt", "the operator has said whether it has the package, nothing is written down"},
		{"draft.written", "in", "the bytes of a service document are kept, before anybody signs"},
		{"enrol.registered", "enrol", "the operator has registered one of ours, its box is not stored"},
		{"send.claimed", "out", "a worker has the package"},
		{"stamp.claimed", "out", ""},
		{"track.claimed", "out", ""},
		{"evidence.claimed", "evidence", ""},
		{"counterparty.claimed", "reach", ""},
		{"pull.claimed", "in", ""},
		{"check.claimed", "in", ""},
		{"notices.claimed", "in", ""},
		{"take.claimed", "in", ""},
		{"receipt.claimed", "in", ""},
		{"term.claimed", "term", ""},
		{"task.claimed", "task", ""},
		{"evidence.archived", "evidence", "the archive of a flow is kept, no version refers to it"},
		{"notices.accepted", "in", "the service documents that are due are committed as operations"},
		{"pull.listed", "in", "a page of a box is rows, its contents are not here"},
		{"reach.registering", "reach", "that somebody is registered is committed, the request has not left"},
		{"reach.introduced", "reach", "the operator has answered the registration, nothing is written down"},
		{"reach.invited", "reach", "the operator has taken the invitation, nothing is written down"},
		{"receipt.accepted", "in", "a receipt is committed as an operation"},
		{"relate.moved", "relate", "the operator has taken a move, nothing is written down"},
		{"relate.stopped", "relate", "that the exchange ends is committed, the operator does not know"},
		{"send.archived", "out", "everything of a package is kept, nothing refers to it"},
		{"send.accepted", "out", "a package is committed"},
		{"send.sending", "out", "that a package is being sent is committed, nothing has left"},
		{"send.answered", "out", "the operator has answered, the state is not committed"},
		{"stamp.fetched", "out", "the printed form was read, it is not kept"},
		{"stamp.archived", "out", "the printed form is kept, no version refers to it"},
		{"stamp.offered", "out", "the second version is committed"},
		{"take.described", "in", "an inbound message was described, nothing of it is here"},
		{"take.archived", "in", "the contents of an inbound message are kept, nothing refers to them"},
		{"take.stored", "in", "an inbound message is committed"},
		{"task.opened", "task", "a signature task is committed"},
		{"task.completed", "task", "the end of a signature task is committed"},
		{"term.decided", "term", "what became of a term is committed, the job is not settled"},
	}
}

// TestRegistryIsTheSource: every point of the source is in the registry, in order, and the other way round.
func TestRegistryIsTheSource(t *testing.T) {
	t.Parallel()
	var want []string
	for _, p := range points() {
		want = append(want, p.name)
	}
	got := source(t)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("points of the source and of the registry (-source +registry):\n%s", diff)
	}
	if len(got) < 48 {
		t.Errorf("%d points", len(got))
	}
}

// rooms are the folders that have points, in the order of the registry.
func rooms() []string {
	return []string{"directory/archive", "directory/secret", "directory/sqlite", "dmsplugin", "edo/gateway"}
}

// source finds all calls of Trace and failpoint.Hit. A name that is put together stands for all names that it can be.
func source(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, room := range rooms() {
		all := token.NewFileSet()
		for _, file := range sources(t, all, filepath.Join("../..", room)) {
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && marks(call) {
					found = append(found, names(t, all, call.Args[1])...)
				}
				return true
			})
		}
	}
	return found
}

func sources(t *testing.T, all *token.FileSet, dir string) []*ast.File {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(all, filepath.Join(dir, e.Name()), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func marks(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 2 {
		return false
	}
	of, _ := f.X.(*ast.Ident)
	return f.Sel.Name == "Trace" || f.Sel.Name == "Hit" && of != nil && of.Name == "failpoint"
}

// names are the points that an expression can name.
func names(t *testing.T, all *token.FileSet, e ast.Expr) []string {
	t.Helper()
	if name, ok := literal(e); ok {
		return []string{name}
	}
	sum, ok := e.(*ast.BinaryExpr)
	if !ok {
		t.Fatalf("%s: no name can be read here", all.Position(e.Pos()))
	}
	if suffix, ok := literal(sum.Y); ok {
		return each(kindsOfJobs(t), func(k string) string { return k + suffix })
	}
	prefix, ok := literal(sum.X)
	if !ok {
		t.Fatalf("%s: no name can be read here", all.Position(e.Pos()))
	}
	return each(writes(t, "sqlite"), func(op string) string { return prefix + op })
}

func each(all []string, of func(string) string) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = of(one)
	}
	return out
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

// kindsOfJobs are the constants of type JobKind.
func kindsOfJobs(t *testing.T) []string {
	t.Helper()
	var kinds []string
	for _, file := range sources(t, token.NewFileSet(), "../../edo") {
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			if kind, ok := v.Type.(*ast.Ident); ok && kind.Name == "JobKind" {
				if name, ok := literal(v.Values[0]); ok {
					kinds = append(kinds, name)
				}
			}
			return true
		})
	}
	return kinds
}

// writes are what a store commits: the names that its methods give to write and put.
func writes(t *testing.T, store string) []string {
	t.Helper()
	var ops []string
	for _, file := range sources(t, token.NewFileSet(), filepath.Join("../../directory", store)) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if name, quoted := literal(call.Args[1]); ok && quoted && (f.Sel.Name == "write" || f.Sel.Name == "put") {
				ops = append(ops, strings.TrimPrefix(name, store+"."))
			}
			return true
		})
	}
	return ops
}

// TestBothStoresHaveThePoints: what one store names at a commit, the other one names as well.
func TestBothStoresHaveThePoints(t *testing.T) {
	t.Parallel()
	sqlite, postgres := writes(t, "sqlite"), append(writes(t, "postgres"), "Claim") // there a statement of its own
	slices.Sort(sqlite)
	slices.Sort(postgres)
	if diff := cmp.Diff(sqlite, slices.Compact(postgres)); diff != "" {
		t.Errorf("commits of the stores (-sqlite +postgres):\n%s", diff)
	}
}

// TestNoPointElsewhere finds points in folders that the registry does not know.
func TestNoPointElsewhere(t *testing.T) {
	t.Parallel()
	known := append(rooms(), "directory/postgres") // see TestBothStoresHaveThePoints
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		room := filepath.ToSlash(filepath.Dir(strings.TrimPrefix(filepath.ToSlash(path), "../../")))
		if strings.Contains(string(text), "failpoint."+"Hit(") && !slices.Contains(known, room) {
			t.Errorf("%s has points, and the registry does not look there", room)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
