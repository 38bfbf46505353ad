package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// TestEveryReasonHasASentence reads the declarations: a new reason must not reach a clerk as a bare code.
func TestEveryReasonHasASentence(t *testing.T) {
	t.Parallel()
	const root = "../../../"
	for _, file := range []string{"edo/reasons.go", "edo/evidence/reasons.go", "edo/cms/report.go", "directory/reasons.go", "directory/archive/errors.go", "directory/secret/keyring.go", "directory/kinds/read.go", "directory/proof/reasons.go", "edo/depot.go", "directory/handover.go", "directory/console/passwords.go", "dmsplugin/internal/wire/errors.go"} {
		tree, err := parser.ParseFile(token.NewFileSet(), root+file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		ast.Inspect(tree, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || !strings.HasSuffix(typeName(v.Type), "Reason") {
				return true
			}
			found++
			code, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			ru, en := lang(russian).reason(edo.Reason(code)), lang("en").reason(edo.Reason(code))
			if ru == "" || en == "" || ru == en {
				t.Errorf("%s: %s has the sentences %q and %q", file, code, ru, en)
			}
			return true
		})
		if found == 0 {
			t.Errorf("%s: no reason found", file)
		}
	}
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// TestStoreFaultIsOurs: a full disk while a package is taken is no fault of the operator, and the package was not taken.
func TestStoreFaultIsOurs(t *testing.T) {
	t.Parallel()
	full := &edo.Error{Kind: edo.Unavailable, Reason: directory.StoreFull, Op: "sqlite.Accept", Remedy: "free space on the disk of the store"}
	for name, c := range map[string]struct {
		lang   lang
		unsent bool
		want   string
	}{
		"taking":          {russian, true, "edo-dms: Пакет не сохранён: на диске хранилища нет места\n"},
		"taking, English": {"en", true, "edo-dms: The package is not stored: the disk of the store is full\n"},
		"anything else":   {russian, false, "edo-dms: на диске хранилища нет места\n"},
	} {
		var said bytes.Buffer
		(&command{streams: streams{err: &said}, lang: c.lang, unsent: c.unsent}).report(full)
		if !strings.HasPrefix(said.String(), c.want) || strings.Contains(said.String(), "Оператор") {
			t.Errorf("%s: %s", name, said.String())
		}
	}
}
