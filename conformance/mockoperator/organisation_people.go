package mockoperator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Status is where a subscriber stands with the operator.
type Status string

// The statuses of a subscriber. One who is not active has a box, no login and no say.
const (
	Active    Status = "Active"
	Test      Status = "Test"
	NonActive Status = "NonActive"
)

// ContactAuth is how a subscriber takes invitations.
type ContactAuth string

// The ways of taking invitations.
const (
	AuthManual ContactAuth = "Manual"
	AuthAccept ContactAuth = "Accept"
	AuthReject ContactAuth = "Reject"
)

// Department is a part of an organisation. Exactly one has no parent: the head department.
type Department struct {
	ID     string `yaml:"id"`
	Name   string `yaml:"name"`
	Code   string `yaml:"code"`
	KPP    string `yaml:"kpp"` // of a branch
	Parent string `yaml:"parent"`
	Note   string `yaml:"note"`
}

func (org *Organisation) status() Status {
	if org.Status == "" {
		return Active
	}
	return org.Status
}

func (org *Organisation) contactAuth() ContactAuth {
	if org.ContactAuth == "" {
		return AuthAccept // the default of the model of the contract
	}
	return org.ContactAuth
}

// mayLogIn tells whether anybody of the organisation can open a session here.
func (org *Organisation) mayLogIn() bool { return org.local() && org.status() != NonActive }

// structure is the departments, the head first; an organisation that names none has its head alone.
func (org *Organisation) structure() []Department {
	if len(org.Departments) == 0 {
		id := uuid.NewSHA1(uuid.NameSpaceURL, []byte(org.operator()+"/"+org.Boxes[0]+"/head"))
		return []Department{{ID: id.String(), Name: org.Name, KPP: org.KPP}}
	}
	out := slices.Clone(org.Departments)
	slices.SortStableFunc(out, func(a, b Department) int { return min(len(a.Parent), 1) - min(len(b.Parent), 1) })
	return out
}

// department finds a department; the empty id means the head.
func (org *Organisation) department(id string) (Department, bool) {
	all := org.structure()
	if id == "" {
		return all[0], true
	}
	i := slices.IndexFunc(all, func(d Department) bool { return plainID(d.ID) == plainID(id) })
	if i < 0 {
		return Department{}, false
	}
	return all[i], true
}

func (org *Organisation) check() error {
	if !slices.Contains([]Status{"", Active, Test, NonActive}, org.Status) {
		return fmt.Errorf("status is Active, Test or NonActive, not %q", org.Status)
	}
	if !slices.Contains([]ContactAuth{"", AuthManual, AuthAccept, AuthReject}, org.ContactAuth) {
		return fmt.Errorf("contact-auth is Manual, Accept or Reject, not %q", org.ContactAuth)
	}
	if org.Type != "" && !slices.Contains(subscriberKinds(), org.Type) {
		return fmt.Errorf("type is one of %q, not %q", subscriberKinds(), org.Type)
	}
	for _, r := range []string{org.Regulation, org.InvoiceRegulation} {
		if !slices.Contains([]string{"", "accepted", "pending"}, r) {
			return fmt.Errorf("regulation and invoice-regulation are accepted or pending, not %q", r)
		}
	}
	if err := checkDepartments(org.Departments); err != nil {
		return err
	}
	for _, h := range org.Heads {
		if _, ok := org.department(h.Department); !ok {
			return fmt.Errorf("head %s: no department %q", h.name(), h.Department)
		}
	}
	return nil
}

// checkDepartments asks for one tree: one head, known parents, no circle.
func checkDepartments(all []Department) error {
	if len(all) == 0 {
		return nil
	}
	parents := map[string]string{}
	heads := 0
	for _, d := range all {
		id := plainID(d.ID)
		if _, twice := parents[id]; id == "" || d.Name == "" || twice {
			return fmt.Errorf("department %q: id and name are required, and an id is given once", d.ID)
		}
		if parents[id] = plainID(d.Parent); d.Parent == "" {
			heads++
		}
	}
	if heads != 1 {
		return errors.New("one department has no parent: the head")
	}
	for id := range parents {
		at := id
		for range all {
			if at = parents[at]; at == "" {
				break
			}
			if _, known := parents[at]; !known {
				return fmt.Errorf("department %q: no parent %q", id, at)
			}
		}
		if at != "" {
			return fmt.Errorf("department %q is its own ancestor", id)
		}
	}
	return nil
}

// department tells whether an organisation has this department; the empty id is the head and always there.
func (o *Operator) department(org int, id string) bool {
	list := o.orgs.list()
	if org < 0 || org >= len(list) {
		return false
	}
	_, ok := list[org].department(strings.TrimSpace(id))
	return ok
}

// nonLegitimate lists why a document of this type between the two would have no legal force; empty means it has.
func (o *Operator) nonLegitimate(from, to int, documentType string) []string {
	var out []string
	for _, side := range []struct {
		org int
		who string
	}{{from, "Sender"}, {to, "Receiver"}} {
		list := o.orgs.list()
		if side.org < 0 || side.org >= len(list) {
			continue
		}
		org := list[side.org]
		if org.Regulation == "pending" {
			out = append(out, side.who+"NotAccepted")
		}
		if org.InvoiceRegulation == "pending" && strings.HasPrefix(documentType, "Invoice") {
			out = append(out, side.who+"NotAcceptedInvoice")
		}
	}
	return out
}
