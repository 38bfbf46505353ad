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
	way  string // what the grid does to get there, or elsewhere: see ofPoint
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
		{"rotate.begun", "rotate", "new keys are in use, old secrets are sealed by the old ones"},
		{"rotate.resealed", "rotate", "all is sealed anew, the rotation is not ended"},
		{"rotate.key-added", "rotate", "the file has a new key, nothing uses it"},
		{"rotate.secret", "rotate", "one more secret is sealed anew"},
		{"vault.sealed", "admin", "a secret is sealed, not stored"},
		{"vault.stored", "admin", "a sealed secret is stored, the caller does not know"},

		{"store.committing.Acting", "refused", "a refusal is written, not committed"},
		{"store.committing.PutUser", "admin", ""},
		{"store.committing.RemoveUser", elsewhere, ""},
		{"store.committing.Installation", elsewhere, ""},
		{"store.committing.BeginRotation", "rotate", "new keys is written, not committed"},
		{"store.committing.EndRotation", "rotate", "the end of a rotation is written, not committed"},
		{"store.committing.StartOver", elsewhere, ""},
		{"store.committing.PutDataKey", elsewhere, ""},
		{"store.committing.Rewrap", elsewhere, ""},
		{"store.committing.Acknowledge", "out", "the host's place is written, not committed"},
		{"store.committing.Writable", elsewhere, ""},
		{"store.committing.Begin", "out", "the request's row is written, not committed: nothing may leave"},
		{"store.committing.Finish", "out", "the answer was read, its row is not committed: it is not believed"},
		{"store.committing.OpenHandover", elsewhere, ""},
		{"store.committing.AddHandoverContents", elsewhere, ""},
		{"store.committing.EndExport", elsewhere, ""},
		{"store.committing.AcknowledgeHandover", elsewhere, ""},
		{"store.committing.AbandonHandover", elsewhere, ""},
		{"store.committing.Update", "term", ""},
		{"store.committing.Start", "in", "the job that reads a box is written, not committed"},
		{"store.committing.Claim", "out", "a lease is written, not committed"},
		{"store.committing.Renew", "slow", "a longer lease is written, not committed"},
		{"store.committing.Accept", "out", "a package is written, not committed: the host hears nothing"},
		{"store.committing.Ensure", "reach", ""},
		{"store.committing.Revise", "relate", ""},
		{"store.committing.Condemn", elsewhere, ""},
		{"store.committing.PutResponsible", "admin", ""},
		{"store.committing.RemoveResponsible", elsewhere, ""},
		{"store.committing.PutAbsence", "admin", ""},
		{"store.committing.RemoveAbsence", elsewhere, ""},
		{"store.committing.PutSealed", "admin", ""},
		{"store.committing.Reseal", "rotate", "a secret sealed anew is written, not committed"},
		{"store.committing.Succeed", elsewhere, ""},
		{"store.committing.RemoveSealed", elsewhere, ""},
		{"store.committing.SealedUsed", elsewhere, ""},
		{"store.committing.SealedTried", elsewhere, ""},
		{"store.committing.Settle", "out", "one step of work is written, not committed"},
		{"store.committing.PutSigner", "admin", ""},
		{"store.committing.PutSubscriber", "admin", ""},
		{"store.committing.Enrolled", "enrol", ""},
		{"store.committing.PutSubstitution", elsewhere, ""},
		{"store.committing.RemoveSubstitution", elsewhere, ""},
		{"store.committing.Reading", "read", "that somebody reads is written, not committed"},
		{"store.committing.EndTask", "task", "a signature is written, not committed"},
		{"store.committing.Seize", "retry", "a lease of a person is written, not committed"},

		{"store.committed.Acting", "refused", "a refusal is committed"},
		{"store.committed.PutUser", "admin", ""},
		{"store.committed.RemoveUser", elsewhere, ""},
		{"store.committed.Installation", elsewhere, ""},
		{"store.committed.BeginRotation", "rotate", "new keys is committed"},
		{"store.committed.EndRotation", "rotate", "the end of a rotation is committed"},
		{"store.committed.StartOver", elsewhere, ""},
		{"store.committed.PutDataKey", elsewhere, ""},
		{"store.committed.Rewrap", elsewhere, ""},
		{"store.committed.Acknowledge", "out", "the host's place is committed, the host does not know"},
		{"store.committed.Writable", elsewhere, ""},
		{"store.committed.Begin", "out", "the request's row is committed, no byte has left"},
		{"store.committed.Finish", "out", "the answer is in the log, the state is not"},
		{"store.committed.OpenHandover", elsewhere, ""},
		{"store.committed.AddHandoverContents", elsewhere, ""},
		{"store.committed.EndExport", elsewhere, ""},
		{"store.committed.AcknowledgeHandover", elsewhere, ""},
		{"store.committed.AbandonHandover", elsewhere, ""},
		{"store.committed.Update", "term", ""},
		{"store.committed.Start", "in", "the job that reads a box is committed"},
		{"store.committed.Claim", "out", "a lease is committed, the worker does not know"},
		{"store.committed.Renew", "slow", "a longer lease is committed, the worker does not know"},
		{"store.committed.Accept", "out", "a package is committed, the host does not know"},
		{"store.committed.Ensure", "reach", ""},
		{"store.committed.Revise", "relate", ""},
		{"store.committed.Condemn", elsewhere, ""},
		{"store.committed.PutResponsible", "admin", ""},
		{"store.committed.RemoveResponsible", elsewhere, ""},
		{"store.committed.PutAbsence", "admin", ""},
		{"store.committed.RemoveAbsence", elsewhere, ""},
		{"store.committed.PutSealed", "admin", ""},
		{"store.committed.Reseal", "rotate", "a secret sealed anew is committed"},
		{"store.committed.Succeed", elsewhere, ""},
		{"store.committed.RemoveSealed", elsewhere, ""},
		{"store.committed.SealedUsed", elsewhere, ""},
		{"store.committed.SealedTried", elsewhere, ""},
		{"store.committed.Settle", "out", "one step of work is committed, the worker does not know"},
		{"store.committed.PutSigner", "admin", ""},
		{"store.committed.PutSubscriber", "admin", ""},
		{"store.committed.Enrolled", "enrol", ""},
		{"store.committed.PutSubstitution", elsewhere, ""},
		{"store.committed.RemoveSubstitution", elsewhere, ""},
		{"store.committed.Reading", "read", "that somebody reads is committed"},
		{"store.committed.EndTask", "task", "a signature is committed, who brought it does not know"},
		{"store.committed.Seize", "retry", "a lease of a person is committed"},

		{"rpc.spooled", "out", "the contents of a package are in the archive, nothing refers to them"},
		{"rpc.accepted", "out", "a package is accepted, the answer has not left the plugin"},
		{"rpc.delivering", "out", "events are read, the answer has not left the plugin"},
		{"rpc.acknowledged", "out", "the host's place is kept, the answer has not left the plugin"},

		{"answer.accepted", "answer", "an answer to a document is committed"},
		{"person.seized", "retry", "a person holds the work on a package"},
		{"person.retried", "retry", "a package goes on by the word of a person, who does not know yet"},
		{"person.cancelled", "cancel", "a package is cancelled, who did it does not know yet"},
		{"person.decided", "decide", "a doubt is decided, who did it does not know yet"},
		{"check.listed", "in", "messages that the cursor had lost are rows"},
		{"person.asked", "decide", "the operator was asked before a person is believed, nothing is written down"},
		{"send.doubted", "doubt", "that nobody knows is committed"},
		{"send.asked", "doubt", "the operator has said whether it has the package, nothing is written down"},
		{"send.again", "again", "that a package may be sent again is committed"},
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
		{"job.postponed", "paced", "a job is not begun because others are at work"},
		{"evidence.archived", "evidence", "the archive of a flow is kept, no version refers to it"},
		{"notices.accepted", "in", "the service documents that are due are committed as operations"},
		{"pull.listed", "in", "a page of a box is rows, its contents are not here"},
		{"reach.registering", "reach", "that somebody is registered is committed, the request has not left"},
		{"reach.introduced", "reach", "the operator has answered the registration, nothing is written down"},
		{"reach.invited", "reach", "the operator has taken the invitation, nothing is written down"},
		{"reading.noted", "read", "that somebody reads is committed, no byte was given out"},
		{"receipt.accepted", "in", "a receipt is committed as an operation"},
		{"relate.moved", "relate", "the operator has taken a move, nothing is written down"},
		{"relate.stopped", "relate", "that the exchange ends is committed, the operator does not know"},
		{"send.archived", "out", "everything of a package is kept, nothing refers to it"},
		{"send.accepted", "out", "a package is committed"},
		{"send.sending", "out", "that a package is being sent is committed, nothing has left"},
		{"send.answered", "out", "the operator has answered, the state is not committed"},
		{"send.settled", "out", "that a package is sent is committed"},
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
	if prefix == "person." {
		return each(verbs(t), func(verb string) string { return prefix + verb })
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

// verbs are what people do to packages: the second field of hand.
func verbs(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, file := range sources(t, token.NewFileSet(), "../../edo/gateway") {
		ast.Inspect(file, func(n ast.Node) bool {
			made, ok := n.(*ast.CompositeLit)
			if !ok || len(made.Elts) != 3 {
				return true
			}
			if of, ok := made.Type.(*ast.Ident); ok && of.Name == "hand" {
				if verb, ok := literal(made.Elts[1]); ok {
					all = append(all, verb)
				}
			}
			return true
		})
	}
	return all
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

// writes are what a store commits: the names that its methods give to write, put, remove and decide, as they are or as a
// constant.
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
			if !ok || !slices.Contains([]string{"write", "put", "remove", "decide"}, f.Sel.Name) {
				return true
			}
			name, known := literal(call.Args[1])
			if constant, is := call.Args[1].(*ast.Ident); is {
				name, known = constantOf(constant)
			}
			if name = strings.TrimPrefix(name, store+"."); known && !slices.Contains(ops, name) {
				ops = append(ops, name)
			}
			return true
		})
	}
	return ops
}

// constantOf is the text of a constant of the same function; false for what a caller gives.
func constantOf(name *ast.Ident) (string, bool) {
	if name.Obj == nil {
		return "", false
	}
	v, ok := name.Obj.Decl.(*ast.ValueSpec)
	if !ok || len(v.Values) != 1 {
		return "", false
	}
	return literal(v.Values[0])
}

// TestBothStoresHaveThePoints: what one store names at a commit, the other one names as well.
func TestBothStoresHaveThePoints(t *testing.T) {
	t.Parallel()
	sqlite, postgres := writes(t, "sqlite"), append(writes(t, "postgres"), "Claim", "Seize") // there statements of their own
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
