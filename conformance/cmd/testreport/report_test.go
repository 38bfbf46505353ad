package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// module writes a throw-away module of files with the given test bodies and returns its folder.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module example.test/m\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestRealRuns feeds the report with what the go command of this machine really prints.
func TestRealRuns(t *testing.T) {
	t.Parallel()
	const head = "package m\n\nimport \"testing\"\n\n"
	for name, tc := range map[string]struct {
		files  map[string]string
		strict bool
		code   int
		last   string
		has    []string
	}{
		"passes, counted by leaves": {
			files: map[string]string{"a_test.go": head +
				`func TestA(t *testing.T) { for _, n := range []string{"x", "y/z"} { t.Run(n, func(*testing.T) {}) } }
func TestB(*testing.T) {}`},
			last: "3 passed, 0 failed, 0 skipped",
			has:  []string{"ok    example.test/m"},
		},
		"a failure is shown in full": {
			files: map[string]string{"a_test.go": head +
				`func TestA(t *testing.T) { t.Run("x", func(t *testing.T) { t.Error("first line\nsecond line") }) }
func TestB(*testing.T) {}`},
			code: 1, last: "1 passed, 1 failed, 0 skipped",
			has: []string{"FAIL  example.test/m", "first line", "second line"},
		},
		"a parent that fails by itself": {
			files: map[string]string{"a_test.go": head +
				`func TestA(t *testing.T) { t.Run("x", func(*testing.T) {}); t.Error("afterwards") }`},
			code: 1, last: "1 passed, 1 failed, 0 skipped", has: []string{"afterwards"},
		},
		"a skip is listed with its reason": {
			files: map[string]string{"a_test.go": head + `func TestA(t *testing.T) { t.Skip("needs: a browser") }`},
			last:  "0 passed, 0 failed, 1 skipped",
			has:   []string{"Not run:", "TestA", "needs: a browser"},
		},
		"a strict run counts a skip as a failure": {
			files:  map[string]string{"a_test.go": head + `func TestA(t *testing.T) { t.Skip("needs a browser") }`},
			strict: true, code: 1, last: "0 passed, 1 failed, 0 skipped",
			has: []string{"NOT ALLOWED HERE: needs a browser"},
		},
		"a strict run excuses absent schema files": {
			files:  map[string]string{"a_test.go": head + `func TestA(t *testing.T) { t.Skip("EDOKIT_XSD_DIR is not set") }`},
			strict: true, last: "0 passed, 0 failed, 1 skipped",
		},
		"a package that does not build": {
			files: map[string]string{"a_test.go": head + `func TestA(t *testing.T) { undefinedName() }`},
			code:  1, last: "0 passed, 1 failed, 0 skipped", has: []string{"undefinedName"},
		},
		"a process that dies": {
			files: map[string]string{"a_test.go": "package m\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\n" +
				`func TestA(t *testing.T) { t.Log("last words"); os.Exit(3) }`},
			code: 1, last: "0 passed, 1 failed, 0 skipped", has: []string{"last words"},
		},
		"a panic": {
			files: map[string]string{"a_test.go": head + `func TestA(t *testing.T) { panic("out of order") }`},
			code:  1, last: "0 passed, 1 failed, 0 skipped", has: []string{"out of order"},
		},
		"a package without tests": {
			files: map[string]string{"a.go": "package m\n"},
			last:  "0 passed, 0 failed, 0 skipped", has: []string{"no tests"},
		},
		"a broken module file": {
			files: map[string]string{"a.go": "package m\n", "sub/go.mod": "modul\n", "sub/a.go": "package a\n"},
			code:  1, last: "0 passed, 1 failed, 0 skipped", has: []string{"exit status", "go.mod"},
		},
		"modules below are tested too, testdata is not": {
			files: map[string]string{
				"a_test.go":                 head + "func TestA(*testing.T) {}",
				"examples/x/go.mod":         "module example.test/x\n\ngo 1.26\n",
				"examples/x/x_test.go":      head + "func TestX(*testing.T) {}",
				"testdata/y/go.mod":         "module example.test/y\n\ngo 1.26\n",
				"testdata/y/y_test.go":      head + "func TestY(t *testing.T) { t.Fail() }",
				".hidden/z/go.mod":          "module example.test/z\n\ngo 1.26\n",
				".hidden/z/does_not_parse.": "",
			},
			last: "2 passed, 0 failed, 0 skipped", has: []string{"example.test/x", "2 modules"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"-root", module(t, tc.files), "-race=off"}
			if tc.strict {
				args = append(args, "-strict=true")
			} else {
				args = append(args, "-strict=false")
			}
			var out, stderr bytes.Buffer
			code := run(context.Background(), args, &out, &stderr)
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if diff := cmp.Diff(tc.last, lines[len(lines)-1]); diff != "" || code != tc.code {
				t.Errorf("exit code %d, want %d; last line (-want +got):\n%s\nwhole output:\n%s", code, tc.code, diff, &out)
			}
			out.Write(stderr.Bytes())
			if strings.Contains(out.String(), "=== RUN") {
				t.Errorf("output has the noise of -v:\n%s", &out)
			}
			for _, want := range tc.has {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output lacks %q:\n%s", want, &out)
				}
			}
		})
	}
}

func TestRaceModeSaysSo(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	args, note, err := raceMode(context.Background(), "auto")
	if err != nil || len(args) != 0 || !strings.Contains(note, "OFF") {
		t.Errorf("got %v, %q, %v; a run without the race detector must say so", args, note, err)
	}
	if _, _, err := raceMode(context.Background(), "maybe"); err == nil {
		t.Error("a mode that does not exist was taken")
	}
}

func TestNoModule(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	args := []string{"-root", t.TempDir(), "-race=off"}
	if code := run(context.Background(), args, io.Discard, &stderr); code != 2 {
		t.Errorf("exit code %d, want 2: %s", code, &stderr)
	}
}

// TestPlain: the package that is named runs last, once, and without the race detector and cgo.
func TestPlain(t *testing.T) {
	t.Parallel()
	const text = "import \"testing\"\n\nfunc TestA(*testing.T) {}\n"
	noCgo := "import (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestA(t *testing.T) {\n\tif os.Getenv(\"CGO_ENABLED\") != \"0\" {\n\t\tt.Error(\"cgo\")\n\t}\n}\n"
	dir := module(t, map[string]string{"a/a_test.go": "package a\n\n" + text, "b/a/b_test.go": "package a\n\n" + noCgo})
	var out bytes.Buffer
	if code := run(t.Context(), []string{"-root", dir, "-race=off", "-plain", "./b/a"}, &out, io.Discard); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &out)
	}
	before, after, found := strings.Cut(out.String(), "other processes: ./b/a")
	if !found || strings.Contains(before, "example.test/m/b/a") || !strings.Contains(before, "example.test/m/a") || strings.Count(after, "ok    ") != 1 {
		t.Errorf("%s", &out)
	}
}

// TestPlainModule: what is named may be a module of its own, of which nothing is left for the first round.
func TestPlainModule(t *testing.T) {
	t.Parallel()
	const text = "import \"testing\"\n\nfunc TestA(*testing.T) {}\n"
	dir := module(t, map[string]string{
		"a/a_test.go": "package a\n\n" + text, "b/c/go.mod": "module example.test/m/b/c\n\ngo 1.26\n", "b/c/c_test.go": "package c\n\n" + text,
	})
	var out bytes.Buffer
	if code := run(t.Context(), []string{"-root", dir, "-race=off", "-plain", "./a,./b/c"}, &out, io.Discard); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &out)
	}
	before, after, found := strings.Cut(out.String(), "other processes: ./a,./b/c")
	if !found || strings.Contains(before, "ok    ") || strings.Count(after, "ok    ") != 2 || !strings.Contains(after, "example.test/m/b/c") {
		t.Errorf("%s", &out)
	}
}
