package synerdocs

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

const (
	fullOp = "GetFullDocumentInfo"
	flowOp = "GetFlowDocumentInfo"
)

// wanted says which parts of a document's information are asked for. All switches are written, because an absent one
// is false for us and true for others (contract 2, rule 6).
type wanted struct{ operations, offers, services, signs bool }

func (w wanted) write(b *soap.Body) {
	for _, f := range []struct {
		name string
		on   bool
	}{
		{"GetAvailableOperations", w.operations},
		{"GetCard", false},
		{"GetContent", false},
		{"GetDocumentDeletionState", false},
		{"GetDocumentFlowParticipantsRoles", false},
		{"GetRelatedDocuments", false},
		{"GetRevocationOffers", w.offers},
		{"GetServiceDocuments", w.services},
		{"GetSigns", w.signs},
	} {
		flag(b, om(f.name), f.on)
	}
}

// info is what the service says of a document's conversation (contract 4.2, FullDocumentInfo and FlowDocumentInfo).
type info struct {
	documentState
	document                          document
	operations                        []string
	from, department, sender, message string
	description                       string
	sent                              time.Time
	recipients                        []edo.Address
	offers                            []info
	services                          []serviceDocument
	signs                             []sign
	flow                              string
	flows                             []flow
	entries                           []occurrence
}

// serviceDocument is one document that belongs to another (contract 4.2, ServiceDocument).
type serviceDocument struct {
	document
	sender string
	signed time.Time
}

// flow is the way of a document to one recipient, in the flows without the sender's signature.
type flow struct {
	status    string // RecipientFlowStatus
	comment   string // why it was refused
	box       string // of the recipient; empty: the service did not say
	kind      string // FlowType
	signature sign
	received  time.Time
	rejected  time.Time
	signed    time.Time
}

// occurrence is the document as one organisation passed it on.
type occurrence struct {
	kind  string
	from  edo.Address
	flows []flow
}

// fullInfo asks for a document without its flows.
func (s *session) fullInfo(ctx context.Context, r edo.Ref, w wanted) (info, soap.Reply, error) {
	return s.info(ctx, fullOp, r, func(b *soap.Body) { w.write(b) })
}

// flowInfo asks for a document with its flows and everybody in them.
func (s *session) flowInfo(ctx context.Context, r edo.Ref, w wanted) (info, soap.Reply, error) {
	return s.info(ctx, flowOp, r, func(b *soap.Body) {
		w.write(b)
		b.Text(om("FlowResult"), "FullInfo")
		flag(b, om("GetEntries"), true)
		flag(b, om("GetRelatedUnsigned"), false)
	})
}

func (s *session) info(ctx context.Context, op string, r edo.Ref, params func(*soap.Body)) (info, soap.Reply, error) {
	var i info
	if err := s.checkRef(r); err != nil {
		return i, soap.Reply{}, err
	}
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		i = info{}
		b := body(op, true)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), string(s.box))
		b.Text(svc("documentId"), string(r.Remote))
		b.Open(svc("requestParams"))
		params(b)
		b.Close()
		req := request(op, b, func(n *soap.Node) error { return s.readInfo(n, &i, true) })
		req.Package, req.Document = r.Package, r.Document
		return req
	})
	switch {
	case err != nil:
		return info{}, reply, err
	case !i.known:
		return info{}, reply, unknown(op, reply.Exchange, "the operator does not know the document")
	case i.document.id != "" && i.document.id != canonicalID(string(r.Remote)):
		return info{}, reply, unreadable(op, "the answer is another document than was asked for")
	}
	return i, reply, nil
}

// readInfo reads revocation offers one level deep: an offer about an offer has no meaning in the contract.
func (s *session) readInfo(n *soap.Node, i *info, outer bool) error {
	if n.Nil() {
		return nil
	}
	i.known = true
	zone := s.config.Zone
	fields := map[soap.Name]reader{
		om("AvailableOperationsV2"): words(&i.operations, arr("string")),
		om("Document"):              func(d *soap.Node) error { return d.Fields(i.document.fields(s.types, zone)) },
		om("DocumentFlowStatusDescription"): func(d *soap.Node) error {
			return d.Fields(map[soap.Name]reader{om("Status"): text(&i.description)})
		},
		om("From"):                  text(&i.from),
		om("FromDepartmentId"):      text(&i.department),
		om("FromOrganizationtName"): text(&i.sender), // the contract spells it so
		om("MessageId"):             id(&i.message),
		om("MultiStatus"):           i.readMulti,
		om("Recipients"):            readRecipients(&i.recipients, "MessageRecipientWithStatus"),
		om("RevocationStatus"):      text(&i.revocation),
		om("SentDate"):              moment(&i.sent, zone),
		om("ServiceDocuments"):      s.readServices(&i.services),
		om("Signs"):                 readSigns(&i.signs, zone),
		om("Status"):                i.readStatus,
		om("Entries"):               s.readEntries(&i.entries),
		om("FlowType"):              text(&i.flow),
		om("Flows"):                 s.readFlows(&i.flows),
	}
	if outer {
		fields[om("RevocationOffers")] = func(list *soap.Node) error {
			return list.Each(om("FullDocumentInfo"), func(item *soap.Node) error {
				var offer info
				err := s.readInfo(item, &offer, false)
				if offer.known {
					i.offers = append(i.offers, offer)
				}
				return err
			})
		}
	}
	return n.Fields(fields)
}

func (s *session) readServices(to *[]serviceDocument) reader {
	return func(n *soap.Node) error {
		return n.Each(om("ServiceDocument"), func(item *soap.Node) error {
			var d serviceDocument
			if item.Nil() {
				return nil
			}
			fields := d.fields(s.types, s.config.Zone)
			fields[om("From")] = text(&d.sender)
			fields[om("SignDate")] = moment(&d.signed, s.config.Zone)
			err := item.Fields(fields)
			*to = append(*to, d)
			return err
		})
	}
}

func (s *session) readEntries(to *[]occurrence) reader {
	return func(n *soap.Node) error {
		return n.Each(om("DocumentEntry"), func(item *soap.Node) error {
			var o occurrence
			var box string
			err := item.Fields(map[soap.Name]reader{
				om("DepartmentId"):     text(&o.from.Department),
				om("FlowType"):         text(&o.kind),
				om("Flows"):            s.readFlows(&o.flows),
				om("OrganizationBox"):  text(&box),
				om("OrganizationName"): text(&o.from.Name),
			})
			o.from.Box = edo.BoxID(box)
			*to = append(*to, o)
			return err
		})
	}
}

func (s *session) readFlows(to *[]flow) reader {
	return func(n *soap.Node) error {
		return n.Each(om("DocumentFlow"), func(item *soap.Node) error {
			var f flow
			zone := s.config.Zone
			err := item.Fields(map[soap.Name]reader{
				om("Comment"):     text(&f.comment),
				om("FlowType"):    text(&f.kind),
				om("ReceiveDate"): moment(&f.received, zone),
				om("RecipientOrganization"): func(o *soap.Node) error {
					return o.Fields(map[soap.Name]reader{om("BoxAddress"): text(&f.box)})
				},
				om("RecipientSign"):   readSign(&f.signature, zone),
				om("RecipientStatus"): text(&f.status),
				om("RejectDate"):      moment(&f.rejected, zone),
				om("SignDate"):        moment(&f.signed, zone),
			})
			*to = append(*to, f)
			return err
		})
	}
}

// readRecipients reads whom a message went to; item is the element's name, which differs with the declared type.
func readRecipients(to *[]edo.Address, item string) reader {
	return func(n *soap.Node) error {
		return n.Each(om(item), func(one *soap.Node) error {
			var a edo.Address
			var box string
			err := one.Fields(map[soap.Name]reader{
				om("DepartmentId"):      text(&a.Department),
				om("OrganizationBoxId"): text(&box),
				om("OrganizationName"):  text(&a.Name),
			})
			if a.Box = edo.BoxID(box); box != "" {
				*to = append(*to, a)
			}
			return err
		})
	}
}
