package mockoperator

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// registry holds the organisations. They come while the operator runs, and some change; a reader takes what is there at
// that moment and holds no lock, because an entry is replaced and never edited. Numbers and boxes stay for ever.
type registry struct {
	mu    sync.Mutex // one writer at a time
	all   atomic.Pointer[[]*Organisation]
	boxes sync.Map // box in lower case -> number
}

func (r *registry) list() []*Organisation {
	if p := r.all.Load(); p != nil {
		return *p
	}
	return nil
}

func (r *registry) at(number int) *Organisation { return r.list()[number] }

// write runs edit as the only writer: what it found by looking stays true until it has added or replaced.
func (r *registry) write(edit func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return edit()
}

// add is called inside write.
func (r *registry) add(org Organisation) int {
	old := r.list()
	list := append(old[:len(old):len(old)], &org)
	r.all.Store(&list) // before its boxes: who finds a box finds its owner
	for _, box := range org.Boxes {
		r.boxes.Store(strings.ToLower(box), len(old))
	}
	return len(old)
}

// replace is called inside write; the boxes must be the same.
func (r *registry) replace(number int, org Organisation) {
	list := append([]*Organisation(nil), r.list()...)
	list[number] = &org
	r.all.Store(&list)
}

// owner finds the organisation of a box; boxes are compared ignoring case.
func (o *Operator) owner(box string) (number int, org *Organisation) {
	n, _ := o.orgs.boxes.Load(strings.ToLower(box))
	number, ok := n.(int)
	if !ok {
		return -1, nil
	}
	return number, o.orgs.at(number)
}

// Organisations returns the subscribers as they are now, those registered at run time at the end.
func (o *Operator) Organisations() []Organisation {
	var out []Organisation
	for _, org := range o.orgs.list() {
		out = append(out, *org)
	}
	return out
}

func (r *registry) fill(orgs []Organisation) error {
	seen := map[string]bool{}
	for i, org := range orgs {
		if org.Name == "" || org.INN == "" || len(org.Boxes) == 0 {
			return fmt.Errorf("mockoperator: organisation %d: name, inn and boxes are required", i)
		}
		if err := org.check(); err != nil {
			return fmt.Errorf("mockoperator: organisation %d: %w", i, err)
		}
		taken := append([]string{"login " + org.Login}, org.Boxes...)
		for _, h := range org.Heads {
			taken = append(taken, "login "+h.Login)
		}
		for _, b := range taken {
			b = strings.ToLower(b)
			if b == "login " {
				continue
			}
			if seen[b] {
				return fmt.Errorf("mockoperator: organisation %d: %q is used twice", i, b)
			}
			seen[b] = true
		}
		r.add(org)
	}
	return nil
}
