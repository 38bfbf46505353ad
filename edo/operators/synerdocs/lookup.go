package synerdocs

import (
	"context"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// organization is one hit of a lookup: an organisation at one operator.
type organization struct {
	box, inn, kpp, name, legal, last, first, middle, operator, status, number string

	rules bool // of the service, accepted
}

// Lookup lists the boxes of a counterparty (GetOrganizationListByInnKpp). An organisation registered at several
// operators comes once for each: the boxes at this operator are listed if there are any, else all with the codes of
// their operators. Hits without a box cannot be addressed and are left out. With c.Box set only that box is listed
// (GetOrganizationBy), at whatever operator it is, unless it belongs to another INN or KPP. Nobody is chosen silently.
func (s *session) Lookup(ctx context.Context, c edo.Counterparty) ([]edo.Address, error) {
	var found []organization
	var err error
	if c.Box != "" {
		found, err = s.organizationAt(ctx, c)
	} else {
		found, err = s.organizations(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	var boxes []edo.Address
	for _, o := range found {
		if a := o.address(); a.Box != "" {
			boxes = append(boxes, a)
		}
	}
	if len(boxes) == 0 {
		return nil, nil
	}
	code, err := s.ownOperator(ctx)
	if err != nil {
		return nil, err
	}
	for i := range boxes {
		boxes[i].Roaming = code != "" && boxes[i].Operator != "" && !strings.EqualFold(boxes[i].Operator, code)
	}
	return unique(atOperator(boxes)), nil
}

// organizationAt asks for the owner of a box. A box that does not exist, or is somebody else's, is nobody.
func (s *session) organizationAt(ctx context.Context, c edo.Counterparty) ([]organization, error) {
	const op = "GetOrganizationBy"
	own, err := s.ownBox()
	if err != nil {
		return nil, err
	}
	var found []organization
	_, err = s.call(ctx, func(token edo.Secret) soap.Request {
		found = nil
		b := body(op, true)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), own)
		b.Text(svc("criteria"), "ByBoxAddress")
		b.Open(svc("values"))
		b.Text(om("BoxAddress"), string(c.Box))
		b.Close()
		return request(op, b, func(n *soap.Node) error {
			if n.Nil() {
				return nil
			}
			o, err := readOrganization(n)
			if err == nil && !sameBox(edo.BoxID(strings.TrimSpace(o.box)), c.Box) {
				return &misfit{"the answer names another box than was asked for"}
			}
			if !differ(o.inn, c.INN) && !differ(o.kpp, c.KPP) {
				found = append(found, o)
			}
			return err
		})
	})
	if edo.KindOf(err) == edo.NotFound || edo.ReasonOf(err) == edo.CounterpartyUnknown {
		return nil, nil
	}
	return found, err
}

func differ(a, b string) bool { return a != "" && b != "" && a != b }

func (s *session) organizations(ctx context.Context, c edo.Counterparty) ([]organization, error) {
	const op = "GetOrganizationListByInnKpp"
	var found []organization
	_, err := s.call(ctx, func(token edo.Secret) soap.Request {
		found = nil
		b := byINN(op, token, c)
		return request(op, b, func(n *soap.Node) error {
			return n.Each(om("Organization"), func(item *soap.Node) error {
				o, err := readOrganization(item)
				if err == nil && o.inn != "" && o.inn != c.INN {
					return &misfit{"the answer lists another INN than was asked for"}
				}
				found = append(found, o)
				return err
			})
		})
	})
	return found, err
}

// organizationOf is the one organisation with an INN and KPP, at whatever operator the service chooses to name
// (GetOrganizationByInnKpp); without a box: there is none. It never chooses for a send, which is what Lookup is for.
func (s *session) organizationOf(ctx context.Context, c edo.Counterparty) (edo.Address, error) {
	const op = "GetOrganizationByInnKpp"
	var found organization
	_, err := s.call(ctx, func(token edo.Secret) soap.Request {
		found = organization{}
		return request(op, byINN(op, token, c), func(n *soap.Node) (err error) {
			if n.Nil() {
				return nil
			}
			found, err = readOrganization(n)
			if err == nil && (differ(found.inn, c.INN) || differ(found.kpp, c.KPP)) {
				return &misfit{"the answer names another organisation than was asked for"}
			}
			return err
		})
	})
	if err != nil {
		return edo.Address{}, err
	}
	return found.address(), nil
}

// byINN begins a call with token, INN and KPP. The KPP is left open for people, sole proprietors and organisations with
// branches (contract 3.3).
func byINN(op string, token edo.Secret, c edo.Counterparty) *soap.Body {
	b := body(op, false)
	b.Secret(svc("authToken"), token)
	b.Text(svc("inn"), c.INN)
	textOrNil(b, svc("kpp"), c.KPP)
	return b
}

func readOrganization(n *soap.Node) (organization, error) {
	var o organization
	err := n.Fields(map[soap.Name]func(*soap.Node) error{
		om("BoxAddress"):               text(&o.box),
		om("FirstName"):                text(&o.first),
		om("Inn"):                      text(&o.inn),
		om("Kpp"):                      text(&o.kpp),
		om("LastName"):                 text(&o.last),
		om("LegalName"):                text(&o.legal),
		om("MiddleName"):               text(&o.middle),
		om("Name"):                     text(&o.name),
		om("OperatorCode"):             text(&o.operator),
		om("OrganizationId"):           text(&o.number),
		om("OrganizationStatus"):       text(&o.status),
		om("ServiceReglamentAccepted"): boolean(&o.rules),
	})
	return o, err
}

// address takes the first name that says something: short, legal, a person's. Only NonActive, which means not
// registered in the service, makes a box inactive; whether others may be sent to is the operator's verdict.
func (o organization) address() edo.Address {
	name := o.name
	if name == "" {
		name = o.legal
	}
	if name == "" {
		name = strings.Join(strings.Fields(o.last+" "+o.first+" "+o.middle), " ")
	}
	return edo.Address{
		Box: edo.BoxID(strings.TrimSpace(o.box)), INN: o.inn, KPP: o.kpp, Name: name, Operator: o.operator, Active: o.status != "NonActive",
		Organisation: o.number,
	}
}

// unique lists a box once, even if it came with several registrations: the address is the same.
func unique(boxes []edo.Address) []edo.Address {
	var once []edo.Address
	for _, b := range boxes {
		if !listed(once, b) {
			once = append(once, b)
		}
	}
	return once
}

func listed(boxes []edo.Address, a edo.Address) bool {
	for _, b := range boxes {
		if sameBox(b.Box, a.Box) {
			return true
		}
	}
	return false
}

// atOperator leaves the boxes at this operator, or all if there is none.
func atOperator(boxes []edo.Address) []edo.Address {
	var own []edo.Address
	for _, b := range boxes {
		if !b.Roaming {
			own = append(own, b)
		}
	}
	if len(own) == 0 {
		return boxes
	}
	return own
}

// ownOperator is this operator's code (GetSpecialOperatorInfo), asked once per session. Two calls at the same time may
// both ask; the answer is the same.
func (s *session) ownOperator(ctx context.Context) (string, error) {
	const op = "GetSpecialOperatorInfo"
	s.mu.Lock()
	code := s.operatorCode
	s.mu.Unlock()
	if code != "" {
		return code, nil
	}
	_, err := s.call(ctx, func(token edo.Secret) soap.Request {
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		return request(op, b, func(n *soap.Node) error {
			return n.Fields(map[soap.Name]func(*soap.Node) error{om("OperatorServiceCode"): text(&code)})
		})
	})
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	s.operatorCode = code
	s.mu.Unlock()
	return code, nil
}
