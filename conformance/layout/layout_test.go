package layout

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

func TestImportTable(t *testing.T) {
	t.Parallel()
	files, err := readSources(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	report(t, checkImports(files, rows()))
}

func TestNoInit(t *testing.T) {
	t.Parallel()
	files, err := readSources(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	report(t, checkInits(files))
}

func TestNoForbiddenWords(t *testing.T) {
	t.Parallel()
	faults, err := checkWords(os.DirFS(root), forbiddenWords())
	if err != nil {
		t.Fatal(err)
	}
	report(t, faults)
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	faults, err := checkTopLevel(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	report(t, faults)
}

// TestMakefile: what the Makefile starts and builds is there, and so are the suites of its list.
func TestMakefile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, m := range regexp.MustCompile(`(?m)^PLAIN := (\S+)$`).FindAllStringSubmatch(string(text), -1) {
		named = append(named, strings.Split(m[1], ",")...)
	}
	for _, m := range regexp.MustCompile(`go (?:run|build)[^\n]*`).FindAllString(string(text), -1) {
		named = append(named, slices.DeleteFunc(strings.Fields(m), func(w string) bool { return !strings.HasPrefix(w, "./") })...)
	}
	if len(named) < 15 {
		t.Errorf("only %v were found", named)
	}
	for _, path := range named {
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || !info.IsDir() {
			t.Errorf("%s: no folder", path)
		}
	}
}

// TestSmallProgram: what imports only the words and one driver links no database, job, telemetry, gRPC or PDF package.
// The list says what may be linked, because nobody can list what may not.
func TestSmallProgram(t *testing.T) {
	t.Parallel()
	report(t, checkLinked(linked(t, "edo")))
	report(t, checkLinked(linked(t, "edo", "edo/operators/synerdocs")))
}

// TestSmallProgramSeesHeavyOnes keeps the test above honest: fed with a heavy package it must object.
func TestSmallProgramSeesHeavyOnes(t *testing.T) {
	t.Parallel()
	for _, heavy := range []string{
		"database/sql", "modernc.org/sqlite", "github.com/pressly/goose/v3", "github.com/riverqueue/river",
		"go.opentelemetry.io/otel", "google.golang.org/grpc", "google.golang.org/protobuf/proto",
		"github.com/hashicorp/go-plugin", "github.com/pdfcpu/pdfcpu/pkg/api",
		module + "/directory", module + "/stamping", module + "/dmsplugin",
	} {
		if faults := checkLinked([]string{"net/http", heavy, module + "/edo"}); len(faults) != 1 {
			t.Errorf("%s linked: got %q, want one fault", heavy, faults)
		}
	}
}

// linked asks the go command for everything a program importing these packages of ours would link.
func linked(t *testing.T, packages ...string) []string {
	t.Helper()
	args := []string{"list", "-deps"}
	for _, name := range packages {
		args = append(args, module+"/"+name)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = filepath.FromSlash(root)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return strings.Fields(string(out))
}

func report(t *testing.T, faults []string) {
	t.Helper()
	for _, fault := range faults {
		t.Error(fault)
	}
}

// TestPlantedImports shows each way of breaking the table and the sentence it earns.
func TestPlantedImports(t *testing.T) {
	t.Parallel()
	table := []row{
		{Package: "edo", Why: "the words"},
		{Package: "edo/gateway", Own: []string{"edo"}, Third: []string{"golang.org/x/sync"}, Why: "the engine"},
		{Package: "mock", Own: []string{"data"}, TestsToo: true, Why: "foreign"},
		{Package: "store", Own: []string{"edo"}, Std: []string{"database/sql"}, Why: "a store"},
		{Package: "cmd/*", Any: true, Why: "a program"},
	}
	good := map[string]string{
		"edo/a.go": `import "net/http"`, "edo/gateway/a.go": `import "golang.org/x/sync/errgroup"`,
		"edo/gateway/a_test.go": `import "` + module + `/store"`, "mock/a.go": `import "` + module + `/data"`,
		"mock/a_test.go": `import "` + module + `/mock"`, "store/a.go": `import "database/sql"`,
		"cmd/x/a.go": `import "` + module + `/edo/gateway"`, "edo/testdata/a.go": `import "any.example/thing"`,
		".hidden/a.go": `import "any.example/thing"`, "examples.md": "no Go",
	}
	for name, tc := range map[string]struct{ file, text, want string }{
		"nothing wrong":         {"edo/b.go", `import "io"`, ""},
		"third party in edo":    {"edo/b.go", `import "github.com/beevik/etree"`, "edo/b.go imports github.com/beevik/etree, which the row of edo does not allow (the words)"},
		"a store in the engine": {"edo/gateway/b.go", `import "` + module + `/store"`, "edo/gateway/b.go imports " + module + "/store, which the row of edo/gateway does not allow (the engine)"},
		"behind a build tag":    {"edo/b_windows.go", `import "golang.org/x/sys/windows"`, "edo/b_windows.go imports golang.org/x/sys/windows, which the row of edo does not allow (the words)"},
		"a like-named module":   {"edo/gateway/b.go", `import "golang.org/x/synced"`, "edo/gateway/b.go imports golang.org/x/synced, which the row of edo/gateway does not allow (the engine)"},
		"a database in edo":     {"edo/b.go", `import "database/sql"`, "edo/b.go imports database/sql, which the row of edo does not allow (the words)"},
		"cgo":                   {"edo/b.go", `import "C"`, "edo/b.go imports C, which the row of edo does not allow (the words)"},
		"a test of the mock":    {"mock/b_test.go", `import "` + module + `/edo"`, "mock/b_test.go imports " + module + "/edo, which the row of mock does not allow (foreign)"},
		"a package without row": {"extra/b.go", ``, "extra: the package has no row in the table; add one that says what it may import"},
		"only a test, no row":   {"extra/b_test.go", ``, "extra: the package has no row in the table; add one that says what it may import"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{tc.file: {Data: []byte("package x\n" + tc.text)}}
			for file, text := range good {
				tree[file] = &fstest.MapFile{Data: []byte("package x\n" + text)}
			}
			files, err := readSources(tree)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, strings.Join(checkImports(files, table), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlantedUnusedRow(t *testing.T) {
	t.Parallel()
	got := checkImports(nil, []row{{Package: "gone"}, {Package: "gone/*"}})
	if len(got) != 2 || !strings.Contains(got[0], "no such package") {
		t.Errorf("got %q", got)
	}
}

func TestPlantedInit(t *testing.T) {
	t.Parallel()
	files, err := readSources(fstest.MapFS{
		"a/method.go":    {Data: []byte("package a\ntype t int\nfunc (t) init() {}\n")},
		"a/planted.go":   {Data: []byte("package a\n\nfunc init() {}\n")},
		"a/made.go":      {Data: []byte("// Code generated by x. DO NOT EDIT.\npackage a\nfunc init() {}\n")},
		"a/some_test.go": {Data: []byte("package a\nfunc init() {}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a/planted.go:3: func init; let a constructor do it",
		"a/some_test.go:2: func init; let a constructor do it",
	}
	if diff := cmp.Diff(want, checkInits(files)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPlantedFolder(t *testing.T) {
	t.Parallel()
	got, err := checkTopLevel(fstest.MapFS{"edo/a.go": {}, "pkg/a": {}, "pkg/b": {}, ".ci/run": {}, "bin/x": {}, "go.mod": {}})
	if err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "pkg: ") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPlantedWords(t *testing.T) {
	t.Parallel()
	beside, machine, scratch := "../"+"shared/x", "/wor"+"k/x", "/tm"+"p/x"
	faults, err := checkWords(fstest.MapFS{
		".ci/run":        {Data: []byte("cd " + beside)},
		".ci/other":      {Data: []byte("cd " + beside)},
		"a/a.go":         {Data: []byte("package a\n// see " + machine + "\n// a file like " + scratch)},
		"README.md":      {Data: []byte("good\nopen `" + scratch + "`\nhttps://example.test" + machine)},
		"a/picture":      {Data: []byte("\x00 " + beside)},
		"a/testdata/x":   {Data: []byte(beside)},
		"docs/clean.txt": {Data: []byte("/etc/ssl is everybody's")},
	}, forbiddenWords())
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, fault := range faults {
		file, rest, _ := strings.Cut(fault, ":")
		line, _, _ := strings.Cut(rest, ":")
		places = append(places, file+":"+line)
	}
	slices.Sort(places)
	if diff := cmp.Diff([]string{".ci/other:1", "README.md:2", "a/a.go:2"}, places); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
