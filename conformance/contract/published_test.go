package contract_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
)

// published reads the schemas that the operator published: definitions by namespace and name.
func published(t *testing.T) map[xml.Name]schemaNode {
	t.Helper()
	dir := os.Getenv("EDOKIT_XSD_DIR")
	if dir == "" {
		t.Skip("EDOKIT_XSD_DIR is not set: the tables are not checked against the published schema")
	}
	files, err := filepath.Glob(filepath.Join(dir, "xsd*.xsd"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no schema in %s: %v", dir, err)
	}
	out := map[xml.Name]schemaNode{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var root schemaNode
		if err := xml.Unmarshal(text, &root); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, n := range root.Kids {
			name := xml.Name{Space: root.Target, Local: n.Name}
			// A type and a nillable element of the same name stand side by side; the type is what has members.
			if len(n.Kids) > 0 {
				out[name] = n
			}
		}
	}
	return out
}

// localType is the name of a type of the tables as the published schema spells it, without prefix.
func localType(typ string) string {
	if name, _, _, ok := contract.Item(typ); ok {
		return "ArrayOf" + name
	}
	if typ == "base64" {
		return "base64Binary"
	}
	return typ
}

// flat gives the members in a form that both sides share.
func flat(m contract.Member) schemaNode {
	n := schemaNode{Name: m.Name, Type: localType(m.Type), Nillable: m.Nillable, Min: "0"}
	if m.Required {
		n.Min = ""
	}
	return n
}

func flatPublished(n schemaNode) schemaNode {
	_, local, cut := strings.Cut(n.Type, ":")
	if !cut {
		local = n.Type
	}
	return schemaNode{Name: n.Name, Type: local, Nillable: n.Nillable, Min: n.Min}
}

// TestTablesAgreeWithThePublishedSchema: parameters are complete and equal; members are a part of the published ones, in
// their order and with their types.
func TestTablesAgreeWithThePublishedSchema(t *testing.T) {
	t.Parallel()
	tables, schema := load(t), published(t)
	for name, op := range tables.Operations {
		var results []contract.Member
		if op.Result.Name != "" {
			results = []contract.Member{op.Result}
		}
		for wrapper, members := range map[string][]contract.Member{name: op.Params, name + "Response": results} {
			var want, got []schemaNode
			for _, n := range schema[xml.Name{Space: contract.NSService, Local: wrapper}].all("element") {
				want = append(want, flatPublished(n))
			}
			for _, m := range members {
				got = append(got, flat(m))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: published against table:\n%s", wrapper, diff)
			}
		}
	}
	for name, typ := range tables.Types {
		all := schema[xml.Name{Space: contract.NSModel, Local: name}].all("element")
		at := 0
		for _, m := range typ.Members[len(tables.Types[typ.Base].Members):] {
			i := slices.IndexFunc(all[at:], func(n schemaNode) bool { return n.Name == m.Name })
			if i < 0 {
				t.Errorf("%s.%s: not in the published schema, or out of its order", name, m.Name)
				continue
			}
			at += i + 1
			if diff := cmp.Diff(flatPublished(all[at-1]), flat(m)); diff != "" {
				t.Errorf("%s.%s: published against table:\n%s", name, m.Name, diff)
			}
		}
	}
	for name, values := range tables.Enums {
		var want []string
		for _, n := range schema[xml.Name{Space: contract.NSModel, Local: name}].all("enumeration") {
			want = append(want, n.Value)
		}
		if diff := cmp.Diff(want, values); diff != "" {
			t.Errorf("%s: published against table:\n%s", name, diff)
		}
	}
}
