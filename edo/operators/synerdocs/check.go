package synerdocs

import (
	"context"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Check asks for the service's version, which needs no login, and for the boxes of the login (GetVersion, GetBoxes).
// A box is active when its organisation has accepted the rules of the service.
func (s *session) Check(ctx context.Context) (edo.Health, error) {
	var h edo.Health
	r := request("GetVersion", body("GetVersion", false), text(&h.Version))
	reply, err := exchange(ctx, s.client, r)
	h.AsOf, h.At = reply.Date, reply.At
	if err = s.verdict(s.codes, r, err); err != nil {
		return edo.Health{}, err
	}
	if h.Boxes, err = s.boxes(ctx); err != nil {
		return edo.Health{}, err
	}
	for _, b := range h.Boxes {
		h.BoxFound = h.BoxFound || sameBox(b.Box, s.box)
	}
	return h, nil
}

func (s *session) boxes(ctx context.Context) ([]edo.Address, error) {
	boxes, _, err := s.boxesStamped(ctx)
	return boxes, err
}

func (s *session) boxesStamped(ctx context.Context) ([]edo.Address, int, error) {
	const op = "GetBoxes"
	var boxes []edo.Address
	_, stamp, err := s.callStamped(ctx, s.codes, func(token edo.Secret) soap.Request {
		boxes = nil
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		return request(op, b, func(n *soap.Node) error {
			return n.Each(om("BoxInfo"), func(item *soap.Node) error {
				a, err := boxInfo(item)
				if err == nil && a.Box != "" {
					boxes = append(boxes, a)
				}
				return err
			})
		})
	})
	return boxes, stamp, err
}

func boxInfo(n *soap.Node) (edo.Address, error) {
	var a edo.Address
	var address string
	err := n.Fields(map[soap.Name]func(*soap.Node) error{
		om("Address"):                  text(&address),
		om("Inn"):                      text(&a.INN),
		om("Kpp"):                      text(&a.KPP),
		om("OrganizationId"):           text(&a.Organisation),
		om("OrganizationName"):         text(&a.Name),
		om("ServiceReglamentAccepted"): boolean(&a.Active),
	})
	a.Box = edo.BoxID(address)
	return a, err
}
