package contract

import (
	"fmt"
	"strings"
)

// Member is one child of a type or one parameter of an operation.
type Member struct {
	Name string
	// Type is a simple type (string, base64, dateTime, int, boolean, decimal, guid), an enumeration, a type, []X or arr:string.
	Type     string
	Nillable bool
	Required bool
}

// Type is a complex type of the model: all members, those of the base first, in wire order.
type Type struct {
	Name    string
	Base    string
	Members []Member
}

// Operation is one call of the service: its parameters in wire order and the type of its result. An operation that the table
// marks void has the zero Result: its answer is an empty wrapper.
type Operation struct {
	Name   string
	Params []Member
	Result Member
}

// Tables is the contract as data. The maps belong to the caller.
type Tables struct {
	Operations map[string]Operation
	Types      map[string]Type
	Enums      map[string][]string
	// Codes maps the code of a fault to the group of section 5.5: caller, state, retry, permission, signature,
	// counterparty, missing.
	Codes map[string]string
}

// Load reads the tables of this package. An error means that a table is written wrongly; the tests of this package exclude it.
func Load() (*Tables, error) {
	t := &Tables{
		Operations: map[string]Operation{},
		Types:      map[string]Type{},
		Enums:      map[string][]string{},
		Codes:      map[string]string{},
	}
	for _, line := range lines(enumTable + peopleEnums + flowEnums) {
		f := strings.Fields(line)
		t.Enums[f[0]] = f[1:]
	}
	for _, line := range lines(codeTable) {
		f := strings.Fields(line)
		for _, code := range f[1:] {
			t.Codes[code] = f[0]
		}
	}
	if err := t.readTypes(); err != nil {
		return nil, err
	}
	return t, t.readOperations()
}

func (t *Tables) readTypes() error {
	var current Type
	flush := func() {
		if current.Name != "" {
			t.Types[current.Name] = current
		}
	}
	for _, line := range lines(typeTable + peopleTypes + flowTypes) {
		if strings.HasPrefix(line, " ") {
			m, err := parseMember(line)
			if err != nil {
				return fmt.Errorf("contract: type %s: %w", current.Name, err)
			}
			current.Members = append(current.Members, m)
			continue
		}
		flush()
		name, base, _ := strings.Cut(line, " : ")
		current = Type{Name: name, Base: base}
		if base != "" {
			parent, ok := t.Types[base]
			if !ok {
				return fmt.Errorf("contract: type %s: base %s must stand before it", name, base)
			}
			current.Members = append(current.Members, parent.Members...)
		}
	}
	flush()
	return nil
}

func (t *Tables) readOperations() error {
	for _, line := range lines(operationTable + peopleOperations + flowOperations) {
		name, rest, _ := strings.Cut(line, "(")
		params, result, ok := strings.Cut(rest, ") ")
		if !ok {
			return fmt.Errorf("contract: operation %s: no result", name)
		}
		op := Operation{Name: name}
		for p := range strings.SplitSeq(params, ", ") {
			if p == "" {
				continue
			}
			m, err := parseMember(p)
			if err != nil {
				return fmt.Errorf("contract: operation %s: %w", name, err)
			}
			op.Params = append(op.Params, m)
		}
		if result != "void" {
			var err error
			if op.Result, err = parseMember(name + "Result " + result); err != nil {
				return err
			}
		}
		t.Operations[name] = op
	}
	return nil
}

func parseMember(s string) (Member, error) {
	f := strings.Fields(s)
	if len(f) != 2 {
		return Member{}, fmt.Errorf("member %q: want a name and a type", s)
	}
	m := Member{Name: f[0], Type: f[1]}
	m.Type, m.Nillable = strings.CutSuffix(m.Type, "?")
	m.Type, m.Required = strings.CutSuffix(m.Type, "!")
	return m, nil
}

func lines(table string) []string {
	var out []string
	for l := range strings.SplitSeq(table, "\n") {
		if strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}

// Item returns the name, namespace and type of the items of an array type, and whether typ is one.
func Item(typ string) (name, namespace, item string, ok bool) {
	if rest, is := strings.CutPrefix(typ, "[]"); is {
		return rest, NSModel, rest, true
	}
	if rest, is := strings.CutPrefix(typ, "arr:"); is {
		return xmlName(rest), NSArrays, rest, true
	}
	return "", "", "", false
}
