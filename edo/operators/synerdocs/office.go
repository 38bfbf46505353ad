package synerdocs

import (
	"context"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Boxes lists what the login may use (GetBoxes). A box is active when its organisation has accepted the rules.
func (s *session) Boxes(ctx context.Context) ([]edo.Address, error) { return s.boxes(ctx) }

// Whoami describes the user of the login in the account's box (GetUserInfo).
func (s *session) Whoami(ctx context.Context) (edo.Person, error) {
	const op = "GetUserInfo"
	own, err := s.ownBox()
	if err != nil {
		return edo.Person{}, err
	}
	var p edo.Person
	known := false
	_, err = s.call(ctx, func(token edo.Secret) soap.Request {
		p, known = edo.Person{}, false
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), own)
		return request(op, b, func(n *soap.Node) (err error) {
			known = !n.Nil()
			p, err = readUser(n)
			return err
		})
	})
	if err == nil && !known {
		return edo.Person{}, unreadable(op, "the answer names nobody")
	}
	return p, err
}

func readUser(n *soap.Node) (edo.Person, error) {
	var p edo.Person
	var last, first, middle string
	err := n.Fields(map[soap.Name]func(*soap.Node) error{
		om("DepartmentId"): text(&p.Department),
		om("Email"):        text(&p.EMail),
		om("FirstName"):    text(&first),
		om("IsAdmin"):      boolean(&p.Admin),
		om("LastName"):     text(&last),
		om("Login"):        text(&p.Login),
		om("MiddleName"):   text(&middle),
		om("Position"):     text(&p.Position),
	})
	p.Name = strings.Join(strings.Fields(last+" "+first+" "+middle), " ")
	return p, err
}

// RulesAccepted tells whether our organisation has accepted the rules of the service (GetBoxes), without any effect.
func (s *session) RulesAccepted(ctx context.Context) (bool, error) {
	own, err := s.ownBox()
	if err != nil {
		return false, err
	}
	return s.rulesOf(ctx, edo.BoxID(own))
}

// AcceptRules accepts the rules of the service for our organisation (AcceptRegulation), unless that has been done, and
// reports what the operator says of them afterwards.
func (s *session) AcceptRules(ctx context.Context) (bool, error) {
	if err := s.ownsBox(ctx); err != nil {
		return false, err
	}
	return s.acceptRules(ctx, s.box)
}

func (s *session) acceptRules(ctx context.Context, box edo.BoxID) (bool, error) {
	const op = "AcceptRegulation"
	if done, err := s.rulesOf(ctx, box); done || err != nil {
		return done, err
	}
	_, err := s.call(ctx, func(token edo.Secret) soap.Request {
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), string(box))
		flag(b, svc("acceptRegulation"), true)
		var accepted bool // as of the answer; what counts is read below
		r := request(op, b, boolean(&accepted))
		r.Effect = true
		return r
	})
	if err != nil {
		return false, err
	}
	return s.rulesOf(ctx, box)
}

// rulesOf asks anew: the rules are what may have changed since the token.
func (s *session) rulesOf(ctx context.Context, box edo.BoxID) (bool, error) {
	boxes, err := s.boxes(ctx)
	for _, b := range boxes {
		if sameBox(b.Box, box) {
			return b.Active, err
		}
	}
	return false, err
}

// Departments lists the departments of an organisation, ours or a counterparty's (GetOrganizationStructure), without
// those that the operator calls deleted or hidden. An address without a number is looked up by its box first.
func (s *session) Departments(ctx context.Context, a edo.Address) ([]edo.Department, error) {
	const op = "GetOrganizationStructure"
	own, err := s.ownBox()
	if err != nil {
		return nil, err
	}
	number, err := s.organisationNumber(ctx, a)
	if err != nil {
		return nil, err
	}
	var all []edo.Department
	_, err = s.call(ctx, func(token edo.Secret) soap.Request {
		all = nil
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), own)
		b.Text(svc("organizationId"), number)
		return request(op, b, func(n *soap.Node) error {
			return n.Each(om("OrganizationStructureElement"), func(item *soap.Node) error {
				d, gone, err := readDepartment(item)
				if err == nil && !gone && d.ID != "" {
					all = append(all, d)
				}
				return err
			})
		})
	})
	return all, err
}

func readDepartment(n *soap.Node) (d edo.Department, gone bool, err error) {
	var deleted, hidden bool
	err = n.Fields(map[soap.Name]func(*soap.Node) error{
		om("Id"):        text(&d.ID),
		om("IsDeleted"): boolean(&deleted),
		om("IsHidden"):  boolean(&hidden),
		om("Kpp"):       text(&d.KPP),
		om("Name"):      text(&d.Name),
		om("ParentId"):  text(&d.Parent),
	})
	d.Head = d.Parent == ""
	return d, deleted || hidden, err
}

// organisationNumber is the operator's number of an organisation; it is found by the box if the address does not carry it.
func (s *session) organisationNumber(ctx context.Context, a edo.Address) (string, error) {
	if a.Organisation != "" {
		return a.Organisation, nil
	}
	if a.Box == "" {
		return "", invalid("address.box", "is empty", "look the counterparty up first")
	}
	if sameBox(a.Box, s.box) {
		own, err := s.own(ctx)
		return own.Organisation, err
	}
	found, err := s.organizationAt(ctx, edo.Counterparty{Box: a.Box})
	if err != nil {
		return "", err
	}
	if len(found) == 0 || found[0].number == "" {
		return "", &edo.Error{
			Kind: edo.NotFound, Reason: edo.CounterpartyUnknown, Op: Name + ".GetOrganizationBy", Field: "address.box",
			Message: "belongs to no organisation that the operator knows", Remedy: "look the counterparty up again",
		}
	}
	return found[0].number, nil
}

// Qualified reports whether a counterparty owns a valid qualified certificate (HasQualifiedCertificate).
func (s *session) Qualified(ctx context.Context, box edo.BoxID) (bool, error) {
	const op = "HasQualifiedCertificate"
	if box == "" {
		return false, invalid("box", "is empty", "look the counterparty up first")
	}
	var owns bool
	_, err := s.call(ctx, func(token edo.Secret) soap.Request {
		owns = false
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("contragentBoxId"), string(box))
		return request(op, b, func(n *soap.Node) error {
			if n.Nil() {
				return &misfit{"the answer says neither yes nor no"}
			}
			return boolean(&owns)(n)
		})
	})
	return owns, err
}
