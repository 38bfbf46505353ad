package mockoperator

import (
	"strconv"
	"strings"
	"time"
)

// node is a member of a request as it was read: a value, an object or an array, checked against the contract.
type node struct {
	name string
	typ  string
	null bool
	text string
	raw  []byte // base64 kept in memory
	blob Blob   // content of a document, in the spool
	kids []*node
}

// child never returns nil: an absent member reads like a nil one, which is how the contract sees it.
func (n *node) child(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return &node{name: name, null: true}
}

func (n *node) str(name string) string { return n.child(name).text }

func (n *node) yes(name string) bool {
	v := strings.TrimSpace(n.str(name))
	return v == "true" || v == "1"
}

func (n *node) number(name string) int {
	v, err := strconv.Atoi(strings.TrimSpace(n.str(name)))
	if err != nil {
		return 0 // absent: the reader has refused what is no number
	}
	return v
}

// when returns the time of a member and whether one was given: nil, absent and 0001-01-01 are not.
func (n *node) when(name string) (time.Time, bool) {
	t, err := parseTime(strings.TrimSpace(n.str(name)))
	return t, err == nil && t.Year() > 1
}

func (n *node) texts(name string) []string {
	var out []string
	for _, k := range n.child(name).kids {
		out = append(out, k.text)
	}
	return out
}

// items returns the items of an array without the nil ones.
func (n *node) items(name string) []*node {
	var out []*node
	for _, k := range n.child(name).kids {
		if !k.null {
			out = append(out, k)
		}
	}
	return out
}

// parseTime reads a dateTime; one without a zone is UTC here.
func parseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	return time.Parse("2006-01-02T15:04:05", s)
}
