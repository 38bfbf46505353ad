package kinds

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// retention reads how long contents are kept. Periods below their minimum are faults like all others.
func (d *decoder) retention(n *yaml.Node, field string) directory.Retention {
	r := directory.Retention{Keep: directory.DefaultRetention().Keep}
	before := len(d.faults)
	d.fields(n, field, table{
		"keep":   d.keep(&r.Keep),
		"states": d.states(&r.States),
		"kinds": func(n *yaml.Node, field string) {
			r.Kinds = map[string]directory.KindKeeping{}
			known := table{}
			for _, id := range keys(n) {
				known[id] = func(n *yaml.Node, field string) { r.Kinds[id] = d.kindKeeping(n, field) }
			}
			d.fields(n, field, known)
		},
	})
	if len(d.faults) == before {
		d.below(n, r)
	}
	return r
}

// keys are those of a mapping; what is none is reported by who reads it.
func keys(n *yaml.Node) (all []string) {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		all = append(all, n.Content[i].Value)
	}
	return all
}

func (d *decoder) kindKeeping(n *yaml.Node, field string) directory.KindKeeping {
	var k directory.KindKeeping
	var law string
	d.fields(n, field, table{"law": d.into(&law), "keep": d.keep(&k.Keep), "states": d.states(&k.States)})
	k.Law = directory.Law(law)
	return k
}

func (d *decoder) states(to *map[directory.KeptState]directory.Period) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		all := map[directory.KeptState]directory.Period{}
		known := table{}
		for _, s := range directory.KeptStates() {
			known[string(s)] = func(n *yaml.Node, field string) {
				var p directory.Period
				d.keep(&p)(n, field)
				all[s] = p
			}
		}
		d.fields(n, field, known)
		*to = all
	}
}

// keep reads 5y, 30d or 5y30d.
func (d *decoder) keep(to *directory.Period) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		p, ok := directory.ParsePeriod(n.Value)
		if n.Kind != yaml.ScalarNode || !ok {
			d.bad(n, field, "is no time to keep something", "write it as 5y, 30d or 5y30d, more than nothing and at most 100y")
			return
		}
		*to = p
	}
}

// below reports periods under their minimum, at the line of the part.
func (d *decoder) below(n *yaml.Node, r directory.Retention) {
	err := r.Check()
	var all edo.Faults
	if !errors.As(err, &all) && err != nil {
		all = edo.Faults{err}
	}
	for _, f := range all {
		var e *edo.Error
		if errors.As(f, &e) {
			one := *e
			one.Op, one.Message = "kinds.Read", fmt.Sprintf("(from line %d) %s", n.Line, e.Message)
			d.faults = append(d.faults, &one)
		}
	}
}

// named finds periods for kinds that are not in the file.
func (d *decoder) named(root *yaml.Node, f file) {
	for _, id := range slices.Sorted(maps.Keys(f.retention.Kinds)) {
		if !slices.ContainsFunc(f.kinds, func(k edo.DocumentKind) bool { return k.ID == id }) {
			d.bad(root, "retention.kinds."+id, "is no kind of this file", "use the id of a kind above")
		}
	}
}
