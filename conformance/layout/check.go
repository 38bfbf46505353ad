package layout

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the import path of the root folder.
const module = "github.com/edokit/edokit"

// sourceFile is a Go file of the tree, read far enough to judge it.
type sourceFile struct {
	name    string // slash-separated, from the root
	dir     string
	test    bool
	imports []string
	inits   []int // lines of func init
	written bool  // by a generator
}

// readSources parses every Go file below the root, whatever system or build tag it is for. It leaves out what the go
// command leaves out.
func readSources(root fs.FS) ([]sourceFile, error) {
	var files []sourceFile
	err := walk(root, func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := readSource(name, text)
		files = append(files, file)
		return err
	})
	return files, err
}

func readSource(name string, text []byte) (sourceFile, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return sourceFile{}, err
	}
	file := sourceFile{
		name: name, dir: path.Dir(name),
		test:    strings.HasSuffix(name, "_test.go"),
		written: ast.IsGenerated(tree),
	}
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return sourceFile{}, fmt.Errorf("%s: %w", name, err)
		}
		file.imports = append(file.imports, imported)
	}
	for _, decl := range tree.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			file.inits = append(file.inits, set.Position(f.Pos()).Line)
		}
	}
	return file, nil
}

// walk calls visit for every file that belongs to the project.
func walk(root fs.FS, visit func(name string) error) error {
	return fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			return visit(name)
		}
		base := entry.Name()
		hidden := name != "." && (base[0] == '.' || base[0] == '_')
		made := slices.Contains([]string{"bin", "dist", "demo-out", "portal-out", "conformance-out", "mutants-out"}, name)
		if (hidden && name != ".ci") || base == "testdata" || base == "vendor" || base == "node_modules" || made {
			return fs.SkipDir
		}
		return nil
	})
}

// checkImports compares the files with the table and answers one sentence per fault.
func checkImports(files []sourceFile, table []row) []string {
	var faults []string
	used := make([]bool, len(table))
	homeless := map[string]bool{}
	for _, file := range files {
		i := find(table, file.dir)
		if i < 0 {
			if !homeless[file.dir] {
				homeless[file.dir] = true
				faults = append(faults, fmt.Sprintf("%s: the package has no row in the table; add one that says what it may import", file.dir))
			}
			continue
		}
		used[i] = true
		r := table[i]
		if r.Any || (file.test && !r.TestsToo) {
			continue
		}
		for _, imported := range file.imports {
			if !r.allows(file, imported) {
				faults = append(faults, fmt.Sprintf("%s imports %s, which the row of %s does not allow (%s)",
					file.name, imported, r.Package, r.Why))
			}
		}
	}
	for i, r := range table {
		if !used[i] {
			faults = append(faults, fmt.Sprintf("%s: the table has a row, the tree has no such package", r.Package))
		}
	}
	return faults
}

// find gives the row of a package: its own before that of a folder above it.
func find(table []row, dir string) int {
	for i, r := range table {
		if r.Package == dir {
			return i
		}
	}
	for i, r := range table {
		if above, ok := strings.CutSuffix(r.Package, "*"); ok && strings.HasPrefix(dir, above) {
			return i
		}
	}
	return -1
}

func (r row) allows(file sourceFile, imported string) bool {
	if imported == module || strings.HasPrefix(imported, module+"/") {
		own := strings.TrimPrefix(imported, module+"/")
		// The external tests of a package (package x_test) import the package itself.
		return slices.Contains(r.Own, own) || (file.test && own == file.dir)
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") { // no dot in the first element: the standard library, or cgo's "C"
		return imported != "C" && (!slices.Contains(guarded(), imported) || slices.Contains(r.Std, imported))
	}
	return slices.ContainsFunc(r.Third, func(module string) bool {
		return imported == module || strings.HasPrefix(imported, module+"/")
	})
}

// checkInits finds functions that run before main and behind everybody's back. Generated code is excused: protoc writes
// one per file.
func checkInits(files []sourceFile) []string {
	var faults []string
	for _, file := range files {
		for _, line := range file.inits {
			if !file.written {
				faults = append(faults, fmt.Sprintf("%s:%d: func init; let a constructor do it", file.name, line))
			}
		}
	}
	return faults
}

// topLevel are the folders of the root; a further one is a decision about the shape of the whole repository.
func topLevel() []string {
	return []string{"conformance", "directory", "dmsplugin", "edo", "examples", "stamping"}
}

// checkTopLevel finds folders with files of ours that stand outside the rooms.
func checkTopLevel(root fs.FS) ([]string, error) {
	seen := map[string]bool{}
	var faults []string
	err := walk(root, func(name string) error {
		top, _, below := strings.Cut(name, "/")
		if below && top[0] != '.' && !slices.Contains(topLevel(), top) && !seen[top] {
			seen[top] = true
			faults = append(faults, fmt.Sprintf("%s: the folders of the root are %s", top, strings.Join(topLevel(), ", ")))
		}
		return nil
	})
	return faults, err
}
