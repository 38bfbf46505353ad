package contract_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
)

func load(t *testing.T) *contract.Tables {
	t.Helper()
	tables, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func TestTablesAreComplete(t *testing.T) {
	t.Parallel()
	tables := load(t)
	if len(tables.Codes) != 85 {
		t.Errorf("%d codes", len(tables.Codes))
	}
	known := func(typ string) bool {
		if _, _, item, ok := contract.Item(typ); ok {
			typ = item
		}
		_, isType := tables.Types[typ]
		_, isEnum := tables.Enums[typ]
		return isType || isEnum || slices.Contains([]string{"string", "base64", "dateTime", "int", "boolean", "decimal", "guid"}, typ)
	}
	for name, typ := range tables.Types {
		for _, m := range typ.Members {
			if !known(m.Type) {
				t.Errorf("%s.%s: unknown type %q", name, m.Name, m.Type)
			}
		}
		own := typ.Members[len(tables.Types[typ.Base].Members):]
		if !slices.IsSortedFunc(own, func(a, b contract.Member) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: own members are not in byte order", name)
		}
	}
	for name, op := range tables.Operations {
		for _, m := range append(op.Params, op.Result) {
			if m.Name != "" && !known(m.Type) {
				t.Errorf("%s.%s: unknown type %q", name, m.Name, m.Type)
			}
		}
		for _, kind := range []string{".request", ".response"} {
			if _, err := contract.Envelope(name + kind); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestClausesAreNumberedOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range contract.Clauses() {
		if seen[c.ID] || c.Says == "" || c.Source == "" {
			t.Errorf("clause %+v: twice or incomplete", c)
		}
		seen[c.ID] = true
	}
}

func TestEnvelopeNamesTheKnown(t *testing.T) {
	t.Parallel()
	if _, err := contract.Envelope("../doc"); err == nil || !strings.Contains(err.Error(), "fault.typed") {
		t.Errorf("got %v", err)
	}
}

// schemaNode is as much of XML Schema as our description uses.
type schemaNode struct {
	XMLName  xml.Name
	Name     string       `xml:"name,attr"`
	Base     string       `xml:"base,attr"`
	Type     string       `xml:"type,attr"`
	Value    string       `xml:"value,attr"`
	Nillable bool         `xml:"nillable,attr"`
	Min      string       `xml:"minOccurs,attr"`
	Action   string       `xml:"soapAction,attr"`
	Target   string       `xml:"targetNamespace,attr"`
	Element  string       `xml:"element,attr"`
	Message  string       `xml:"message,attr"`
	Kids     []schemaNode `xml:",any"`
}

func (n schemaNode) kids(local string) []schemaNode {
	var out []schemaNode
	for _, k := range n.Kids {
		if k.XMLName.Local == local {
			out = append(out, k)
		}
	}
	return out
}

func names(nodes []schemaNode) []string {
	var out []string
	for _, n := range nodes {
		out = append(out, n.Name)
	}
	return out
}

func (n schemaNode) all(local string) []schemaNode {
	var out []schemaNode
	for _, k := range n.Kids {
		if k.XMLName.Local == local {
			out = append(out, k)
		}
		out = append(out, k.all(local)...)
	}
	return out
}

func description(t *testing.T) schemaNode {
	t.Helper()
	text, err := contract.WSDL("http://127.0.0.1:1/?a&b")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte("http://127.0.0.1:1/?a&amp;b")) {
		t.Error("the address is not in the description, escaped")
	}
	var root schemaNode
	if err := xml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestWSDLNamesEverythingOnce(t *testing.T) {
	t.Parallel()
	tables, root := load(t), description(t)
	want := map[string][]string{}
	for name := range tables.Operations {
		want["element"] = append(want["element"], name, name+"Response")
		want["message"] = append(want["message"], name+"Input", name+"Output")
		want["operation"] = append(want["operation"], name)
	}
	want["element"] = append(want["element"], "ServiceErrorFaultContract")
	want["message"] = append(want["message"], "ServiceErrorFault")
	for name := range tables.Types {
		want["type"] = append(want["type"], name)
	}
	for name := range tables.Enums {
		want["type"] = append(want["type"], name)
	}
	got := map[string][]string{"operation": names(root.kids("portType")[0].kids("operation")), "message": names(root.kids("message"))}
	for _, schema := range root.all("schema") {
		got["element"] = append(got["element"], names(schema.kids("element"))...)
		if schema.Target == contract.NSModel {
			got["type"] = append(names(schema.kids("simpleType")), names(schema.kids("complexType"))...)
		}
	}
	got["type"] = slices.DeleteFunc(got["type"], func(name string) bool { return strings.HasPrefix(name, "ArrayOf") })
	for what := range want {
		slices.Sort(want[what])
		slices.Sort(got[what])
		if diff := cmp.Diff(want[what], got[what]); diff != "" {
			t.Errorf("%s: tables against description:\n%s", what, diff)
		}
	}
	if diff := cmp.Diff(got["operation"], names(root.kids("binding")[0].kids("operation"))); diff != "" {
		t.Errorf("port type against binding:\n%s", diff)
	}
	for i, n := range root.kids("binding")[0].all("operation") {
		if n.Action == "" {
			continue
		}
		if name := strings.TrimPrefix(n.Action, contract.ActionPrefix); tables.Operations[name].Name == "" {
			t.Errorf("operation %d: action %q", i, n.Action)
		}
	}
}

// TestWSDLResolves: every reference to a message, an element or a type of the description finds one.
func TestWSDLResolves(t *testing.T) {
	t.Parallel()
	root := description(t)
	known := map[string]bool{}
	prefix := map[string]string{contract.NSService: "s", contract.NSModel: "m", contract.NSFault: "f", contract.NSArrays: "a", contract.NSSerial: "ser"}
	for _, schema := range root.all("schema") {
		for _, n := range schema.Kids {
			known[n.XMLName.Local+" "+prefix[schema.Target]+":"+n.Name] = true
		}
	}
	for _, n := range root.kids("message") {
		known["message s:"+n.Name] = true
	}
	find := func(reference string, kinds ...string) {
		if strings.HasPrefix(reference, "xs:") || reference == "" {
			return
		}
		if !slices.ContainsFunc(kinds, func(kind string) bool { return known[kind+" "+reference] }) {
			t.Errorf("no %v %s", kinds, reference)
		}
	}
	for _, n := range root.all("element") {
		find(n.Type, "complexType", "simpleType")
	}
	for _, n := range root.all("extension") {
		find(n.Base, "complexType")
	}
	for _, n := range root.all("part") {
		find(n.Element, "element")
	}
	for _, what := range []string{"input", "output", "fault"} {
		for _, n := range root.kids("portType")[0].all(what) {
			find(n.Message, "message")
		}
	}
}

func TestWSDLIsRenderedTheSameEachTime(t *testing.T) {
	t.Parallel()
	first, err := contract.WSDL("http://127.0.0.1:1/")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := contract.WSDL("http://127.0.0.1:1/")
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("two renderings differ: %v", err)
		}
	}
}

// TestEnvelopesFollowOurOwnSchema checks envelopes and description against each other.
func TestEnvelopesFollowOurOwnSchema(t *testing.T) {
	t.Parallel()
	needXMLLint(t)
	dir := t.TempDir()
	driver := writeSchemas(t, dir)
	for _, name := range contract.EnvelopeNames() {
		if strings.HasPrefix(name, "fault.") {
			continue
		}
		body := filepath.Join(dir, name+".body")
		if err := os.WriteFile(body, bodyOf(t, name), 0o600); err != nil {
			t.Fatal(err)
		}
		lint(t, driver, body)
	}
}

func TestEnvelopesAreValidAgainstThePublishedSchema(t *testing.T) {
	t.Parallel()
	schemas := os.Getenv("EDOKIT_XSD_DIR")
	if schemas == "" {
		t.Skip("EDOKIT_XSD_DIR is not set: the envelopes are not checked against the published schema")
	}
	needXMLLint(t)
	for _, name := range contract.EnvelopeNames() {
		// These two are what clients meet beyond the contract: their details are of no schema.
		if name == "fault.exception-detail" || name == "fault.unparsable" {
			continue
		}
		lint(t, filepath.Join(schemas, "envelope.xsd"), filepath.Join("envelopes", name+".xml"))
	}
}

func needXMLLint(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed: the schema is not checked")
	}
}

func lint(t *testing.T, schema, file string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--schema", schema, file).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", filepath.Base(file), err, out)
	}
}

// writeSchemas takes the schemas out of the description and returns a file that imports them all.
func writeSchemas(t *testing.T, dir string) string {
	t.Helper()
	text, err := contract.WSDL("http://127.0.0.1:1/")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?s)<xs:schema targetNamespace="([^"]+)".*?</xs:schema>`).FindAllSubmatch(text, -1)
	files := map[string]string{}
	for i, b := range blocks {
		files[string(b[1])] = "s" + string(rune('a'+i)) + ".xsd"
	}
	driver := `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">`
	for _, b := range blocks {
		s := string(b[0])
		for ns, file := range files {
			s = strings.ReplaceAll(s, `<xs:import namespace="`+ns+`"/>`, `<xs:import namespace="`+ns+`" schemaLocation="`+file+`"/>`)
		}
		ns := string(b[1])
		if err := os.WriteFile(filepath.Join(dir, files[ns]), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		driver += `<xs:import namespace="` + ns + `" schemaLocation="` + files[ns] + `"/>`
	}
	path := filepath.Join(dir, "all.xsd")
	if err := os.WriteFile(path, []byte(driver+"</xs:schema>"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// bodyOf returns the wrapper element with the declarations it needs.
func bodyOf(t *testing.T, name string) []byte {
	t.Helper()
	text, err := contract.Envelope(name)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(text, []byte("<s:Body>"))
	body, _, ok := bytes.Cut(rest, []byte("</s:Body>"))
	if !ok {
		t.Fatalf("%s has no body", name)
	}
	dec := xml.NewDecoder(bytes.NewReader(body))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return body
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}
