package kinds

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/edokit/edokit/edo"
)

// decoder walks the nodes itself: decoding into structs tells neither the line of what is wrong in meaning nor a key
// that is given twice.
type decoder struct{ faults edo.Faults }

// table says what to do with the value of each key that is known.
type table map[string]func(n *yaml.Node, field string)

func (d *decoder) bad(n *yaml.Node, field, message, remedy string) {
	d.faults = append(d.faults, malformed(field, fmt.Sprintf("(line %d) %s", n.Line, message), remedy, nil))
}

// fields reads a mapping, whose keys are those of the table, each at most once.
func (d *decoder) fields(n *yaml.Node, field string, known table, required ...string) {
	if n.Kind != yaml.MappingNode {
		d.bad(n, field, "is no list of keys and values", "write key: value")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name, path := key.Value, below(field, key.Value)
		read, ok := known[name]
		switch {
		case !ok || key.Kind != yaml.ScalarNode:
			d.bad(key, path, "is not known", "use "+strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		case seen[name]:
			d.bad(key, path, "is given twice", "keep one of them")
		default:
			seen[name] = true
			read(value, path)
		}
	}
	for _, name := range required {
		if !seen[name] {
			d.bad(n, below(field, name), "is missing", "give it")
		}
	}
}

func below(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

// list reads a sequence of at most limit values.
func (d *decoder) list(n *yaml.Node, field string, limit int, each func(n *yaml.Node, field string)) {
	switch {
	case n.Kind != yaml.SequenceNode:
		d.bad(n, field, "is no list", "write it as a list")
		return
	case len(n.Content) > limit:
		d.bad(n, field, fmt.Sprintf("has %d entries", len(n.Content)), fmt.Sprintf("use at most %d", limit))
		return
	}
	for i, one := range n.Content {
		each(one, fmt.Sprintf("%s[%d]", field, i))
	}
}

// text reads one line of text that is not empty. Numbers and words such as yes are text here as well.
func (d *decoder) text(n *yaml.Node, field string) string {
	s := strings.TrimSpace(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null" || s == "":
		d.bad(n, field, "is no text", "give one line of text")
	case len(s) > edo.MaxTextLength || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		d.bad(n, field, "is too long or holds control characters", "give one short line of text")
	}
	return s
}

func (d *decoder) into(s *string) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) { *s = d.text(n, field) }
}

func (d *decoder) lines(to *[]string, check func(s string) string) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		d.list(n, field, maxList, func(n *yaml.Node, field string) {
			s := d.text(n, field)
			if remedy := check(s); remedy != "" {
				d.bad(n, field, "is not allowed", remedy)
			}
			*to = append(*to, s)
		})
	}
}

func (d *decoder) boolean(to *bool) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Decode(to) != nil {
			d.bad(n, field, "is neither true nor false", "use true or false")
		}
	}
}

func (d *decoder) number(to *int) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		v, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || v < 0 || v >= edo.MaxDocuments {
			d.bad(n, field, "is no count", fmt.Sprintf("use 0 to %d", edo.MaxDocuments-1))
			return
		}
		*to = v
	}
}

// duration reads 30d, 12h or 1d12h. A day has 24 hours.
func (d *decoder) duration(to *time.Duration) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		v, ok := period(n.Value)
		if n.Kind != yaml.ScalarNode || !ok {
			d.bad(n, field, "is no length of time", "write it as 30d, 12h or 1d12h, more than nothing and at most 3650d")
			return
		}
		*to = v
	}
}

const (
	day       = 24 * time.Hour
	maxPeriod = 3650 * day
)

func period(s string) (time.Duration, bool) {
	var v time.Duration
	if days, rest, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 12)
		if err != nil {
			return 0, false
		}
		v, s = time.Duration(n)*day, rest
	}
	if s != "" || v == 0 {
		rest, err := time.ParseDuration(s)
		if err != nil || rest < 0 {
			return 0, false
		}
		v += rest
	}
	return v, v > 0 && v <= maxPeriod
}
