package synerdocs

import (
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

const maxProblems = 20 // that one error lists

// registration is the answer to a registration: what the operator finds wrong comes inside it, not as a fault.
type registration struct {
	refused      bool
	organization organization
	problems     []problem
}

// read takes the members that both registrations share. A success counts only with the box that it made.
func (r *registration) read(n *soap.Node, result reader) error {
	code := -1
	var tree validation
	err := n.Fields(map[soap.Name]func(*soap.Node) error{
		om("Code"):             enumCode(&code),
		om("Result"):           result,
		om("ValidationResult"): tree.read,
	})
	switch {
	case err != nil:
		return err
	case code == 1:
		r.refused = true
		tree.collect("", &r.problems)
		return nil
	case code != 0:
		return &misfit{"the answer says neither success nor error"}
	case strings.TrimSpace(r.organization.box) == "":
		return &misfit{"the answer has no box"}
	}
	return nil
}

// readShort reads a NonActiveSubscriber, whose members are named unlike an Organization's.
func (r *registration) readShort(n *soap.Node) error {
	o := &r.organization
	return n.Fields(map[soap.Name]func(*soap.Node) error{
		om("FirstName"):         text(&o.first),
		om("LastName"):          text(&o.last),
		om("MiddleName"):        text(&o.middle),
		om("Name"):              text(&o.name),
		om("OrganizationBoxId"): text(&o.box),
	})
}

// readFull reads the RegisteredData of a registration.
func (r *registration) readFull(n *soap.Node) error {
	return n.Fields(map[soap.Name]func(*soap.Node) error{
		om("Organization"): func(n *soap.Node) (err error) {
			r.organization, err = readOrganization(n)
			return err
		},
	})
}

// fault tells everything that the operator found wrong. Its own sentences stay in the message log.
func (r *registration) fault(op string, id edo.ExchangeID) error {
	var faults edo.Faults
	for _, p := range r.problems {
		e := &edo.Error{
			Kind: edo.Invalid, Reason: edo.OperatorRefused, Op: Name + "." + op, Field: word(p.path), Message: p.what(),
			Remedy: "correct it, then register again", Exchange: id,
		}
		if e.Field == "" {
			e.Kind, e.Remedy = edo.Refused, "look at the message log for the operator's own words"
		}
		if faults = append(faults, e); len(faults) == maxProblems {
			break
		}
	}
	if len(faults) == 0 {
		return &edo.Error{
			Kind: edo.Refused, Reason: edo.OperatorRefused, Op: Name + "." + op, Message: "the operator refused the registration without naming a field",
			Remedy: "look at the message log for the operator's own words", Exchange: id,
		}
	}
	return faults.Err()
}

// problem is one message of the validation tree.
type problem struct {
	path     string
	category int // ValidationMessageCategory
}

func (p problem) what() string {
	switch p.category {
	case 1:
		return "is required by the operator"
	case 2:
		return "has a form that the operator does not accept"
	case 3:
		return "has a length that the operator does not accept"
	}
	return "was not accepted by the operator"
}

// validation is a node of the tree (contract 4.7). Children come before the node's own name, so paths are built after
// the whole tree is read.
type validation struct {
	name       string
	status     int
	fields     []validation
	categories []int // of the messages that are errors
}

const validationError = 2

func (v *validation) read(n *soap.Node) error {
	return n.Fields(map[soap.Name]func(*soap.Node) error{
		om("Fields"): func(n *soap.Node) error {
			return n.Each(om("ModelValidationResult"), func(n *soap.Node) error {
				var child validation
				err := child.read(n)
				v.fields = append(v.fields, child)
				return err
			})
		},
		om("Messages"): func(n *soap.Node) error {
			return n.Each(om("ModelValidationMessage"), v.readMessage)
		},
		om("Name"):   text(&v.name),
		om("Status"): enumCode(&v.status),
	})
}

func (v *validation) readMessage(n *soap.Node) error {
	category, status := 0, validationError // a message that does not say is taken for an error
	err := n.Fields(map[soap.Name]func(*soap.Node) error{om("Category"): enumCode(&category), om("Status"): enumCode(&status)})
	if err == nil && status == validationError {
		v.categories = append(v.categories, category)
	}
	return err
}

// collect gathers the errors below a path. A node that is wrong although nothing under it says why is one as well.
func (v *validation) collect(path string, to *[]problem) {
	switch {
	case v.name == "":
	case isIndex(v.name):
		path += "[" + v.name + "]"
	case path == "":
		path = v.name
	default:
		path += "." + v.name
	}
	before := len(*to)
	for _, c := range v.categories {
		*to = append(*to, problem{path, c})
	}
	for i := range v.fields {
		v.fields[i].collect(path, to)
	}
	if v.status == validationError && len(*to) == before && v.name != "" {
		*to = append(*to, problem{path, 0})
	}
}

func isIndex(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
