package synerdocs

import (
	"context"
	"strconv"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

const (
	contactsOp   = "SearchContacts"
	contactsPage = 100
)

// contact is where the exchange with one counterparty stands.
type contact struct {
	status, comment string
	relation        edo.Relation
	box             string // of a search's hit
}

// Relation says where the exchange with a counterparty stands: GetContact if the operator's number of it is known, else
// a search by the INN among the active contacts and among all others, because the service cannot be asked for all.
func (s *session) Relation(ctx context.Context, a edo.Address) (edo.Relation, error) {
	if a.Box == "" && a.Organisation == "" {
		return edo.Relation{}, invalid("address.box", "is empty", "look the counterparty up first")
	}
	own, err := s.ownNumber(ctx)
	if err != nil {
		return edo.Relation{}, err
	}
	if isNumber(a.Organisation) {
		return s.contactOf(ctx, own, a.Organisation)
	}
	if err := edo.CheckINN("address.inn", a.INN); err != nil {
		return edo.Relation{}, err
	}
	none := edo.Relation{State: edo.RelationNone}
	// The active ones first: a contact that becomes active in between is found twice rather than not at all.
	for _, status := range []string{"Active", "NonActive"} {
		found, exchange, err := s.searchContact(ctx, own, status, a)
		if err != nil {
			return edo.Relation{}, err
		}
		if found != nil {
			return found.told(exchange), nil
		}
		none.Exchange = exchange
	}
	return none, nil
}

func (s *session) contactOf(ctx context.Context, own, number string) (edo.Relation, error) {
	const op = "GetContact"
	var c contact
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		c = contact{}
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("organizationId"), own)
		b.Text(svc("contragentId"), number)
		return request(op, b, func(n *soap.Node) error {
			return n.Fields(map[soap.Name]func(*soap.Node) error{
				om("Comment"):       text(&c.comment),
				om("ContactStatus"): text(&c.status),
				om("Date"):          moment(&c.relation.At, s.config.Zone),
			})
		})
	})
	if edo.KindOf(err) == edo.NotFound { // whoever was never invited need not be in the list
		return edo.Relation{State: edo.RelationNone, Exchange: reply.Exchange}, nil
	}
	if err != nil {
		return edo.Relation{}, err
	}
	return c.told(reply.Exchange), nil
}

func (s *session) searchContact(ctx context.Context, own, status string, a edo.Address) (*contact, edo.ExchangeID, error) {
	for from := 0; from < s.config.Limits.Entries; {
		items, total, exchange, err := s.contactsPage(ctx, own, status, a.INN, from)
		if err != nil {
			return nil, exchange, err
		}
		for i, c := range items {
			if sameBox(edo.BoxID(strings.TrimSpace(c.box)), a.Box) {
				return &items[i], exchange, nil
			}
		}
		switch from += len(items); {
		case from >= total:
			return nil, exchange, nil
		case len(items) == 0:
			return nil, exchange, unreadable(contactsOp, "there are more contacts than the answers list")
		}
	}
	return nil, "", unreadable(contactsOp, "there are more contacts with this INN than the limit")
}

func (s *session) contactsPage(ctx context.Context, own, status, inn string, from int) (items []contact, total int, id edo.ExchangeID, err error) {
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		items, total = nil, -1
		b := body(contactsOp, true)
		b.Secret(svc("authToken"), token)
		b.Open(svc("contactSearchOptions"))
		b.Text(om("ContactStatus"), status)
		b.Text(om("From"), strconv.Itoa(from))
		flag(b, om("IncludeNonActive"), true)
		b.Text(om("Max"), strconv.Itoa(contactsPage))
		b.Text(om("OrganizationId"), own)
		b.Text(om("SearchString"), inn)
		b.Close()
		return request(contactsOp, b, func(n *soap.Node) error {
			err := n.Fields(map[soap.Name]func(*soap.Node) error{
				om("Items"): func(n *soap.Node) error {
					return n.Each(om("ContactSearchItem"), func(n *soap.Node) error {
						c, err := s.readContact(n)
						items = append(items, c)
						return err
					})
				},
				om("TotalCount"): integer(&total),
			})
			if err == nil && total < 0 { // nothing is no list of nobody
				return &misfit{"the answer does not say how many contacts there are"}
			}
			return err
		})
	})
	return items, total, reply.Exchange, err
}

func (s *session) readContact(n *soap.Node) (contact, error) {
	var c contact
	err := n.Fields(map[soap.Name]func(*soap.Node) error{
		om("BoxAddress"): text(&c.box),
		om("Comment"):    text(&c.comment),
		om("Date"):       moment(&c.relation.At, s.config.Zone),
		om("Status"):     text(&c.status),
	})
	return c, err
}

// told translates the ten statuses. Deleted is not used by the service, and NonActive is a word of searches only.
func (c contact) told(id edo.ExchangeID) edo.Relation {
	r := c.relation
	r.Comment, r.Exchange = c.comment, id
	switch c.status {
	case "", "NonAuthorized", "Deleted":
		r.State = edo.RelationNone
	case "Active":
		r.State = edo.RelationActive
	case "OutgoingAuthRequest":
		r.State = edo.RelationInvited
	case "IncomingAuthRequest":
		r.State = edo.RelationAsked
	case "AuthRejected":
		r.State = edo.RelationRejected
	case "OutgoingAuthRejected":
		r.State = edo.RelationForbidden
	case "OutgoingAuthCancelled", "IncomingAuthCancelled":
		r.State = edo.RelationWithdrawn
	default:
		r.State = edo.RelationUnknown
	}
	return r
}
