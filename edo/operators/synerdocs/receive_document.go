package synerdocs

import (
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// document is what an answer says of one document (contract 4.1, Document), without its content.
type document struct {
	id, name, title, typ, kind, number, sum, comment, custom, parent, root, from string
	date                                                                         time.Time
	sent                                                                         time.Time
	size                                                                         int
	needSign, needReceipt, notice, legitimate                                    bool
	reasons                                                                      []string
}

// fields lists the readers of a document, for Document itself and for the types that extend it. The type is told three
// times, and only the closed enum is sure to be there; the open ones go before it, because a closed enum has no word
// for a type that is newer than itself.
func (d *document) fields(t docTypes, zone *time.Location) map[soap.Name]reader {
	var size int
	return map[soap.Name]reader{
		om("Comment"):              text(&d.comment),
		om("CustomField"):          text(&d.custom),
		om("Date"):                 paperDate(&d.date),
		om("DocumentType"):         d.typeName,
		om("DocumentTypeEnum"):     d.typeNumber(t),
		om("DocumentTypeInfo"):     d.typeInfo(t),
		om("FileName"):             text(&d.name),
		om("FileSize"):             func(n *soap.Node) error { err := integer(&size)(n); d.size = max(size, 0); return err },
		om("FromBoxId"):            text(&d.from),
		om("Id"):                   id(&d.id),
		om("IsLegitimate"):         boolean(&d.legitimate),
		om("Name"):                 text(&d.title),
		om("NeedReceipt"):          boolean(&d.needReceipt),
		om("NeedSign"):             boolean(&d.needSign),
		om("NonLegitimateReasons"): words(&d.reasons, om("NonLegitimateReason")),
		om("NoticeRequired"):       boolean(&d.notice),
		om("Number"):               text(&d.number),
		om("ParentDocumentId"):     id(&d.parent),
		om("RootDocumentId"):       id(&d.root),
		om("SentDate"):             moment(&d.sent, zone),
		om("Sum"):                  text(&d.sum),
		om("UntypedKind"):          d.kindText,
	}
}

func (d *document) typeName(n *soap.Node) error {
	var name string
	err := text(&name)(n)
	if d.typ == "" {
		d.typ = name
	}
	return err
}

func (d *document) typeNumber(t docTypes) reader {
	return func(n *soap.Node) error {
		number := -1
		err := enumCode(&number)(n)
		if number >= 0 {
			d.typ = t.named(number)
		}
		return err
	}
}

func (d *document) typeInfo(t docTypes) reader {
	return func(n *soap.Node) error {
		return n.Fields(map[soap.Name]reader{om("DocumentType"): d.typeNumber(t), om("UntypedKind"): d.kindText})
	}
}

// kindText takes the kind from wherever it comes first.
func (d *document) kindText(n *soap.Node) error {
	var kind string
	err := text(&kind)(n)
	if d.kind == "" {
		d.kind = kind
	}
	return err
}

// fileName is the file's own name, or the title where the operator gives no other.
func (d document) fileName() string {
	if d.name == "" {
		return d.title
	}
	return d.name
}

// typeOrUntyped is the name of the type; an absent enum is its zero member (contract 2, rule 6).
func (d document) typeOrUntyped() string {
	if d.typ == "" {
		return untyped
	}
	return d.typ
}

func (d document) incoming(t docTypes) edo.IncomingDocument {
	typ := d.typeOrUntyped()
	out := edo.IncomingDocument{
		Remote: edo.RemoteID(d.id), Name: d.fileName(), Type: typ, Class: t.class(typ), Kind: d.kind, Number: d.number, Date: d.date,
		Sum: strings.TrimSpace(d.sum), Comment: d.comment, CustomField: d.custom, Parent: edo.RemoteID(d.parent), Root: edo.RemoteID(d.root),
		Size: int64(d.size), NeedSign: d.needSign, NeedReceipt: d.needReceipt, NoticeDue: d.notice, Legitimate: d.legitimate,
	}
	if d.root == d.id { // a main document is its own root
		out.Root = ""
	}
	for _, r := range d.reasons {
		if r != "NoReason" {
			out.NotLegitimate = append(out.NotLegitimate, r)
		}
	}
	return out
}

// sign is one CMS signature of an answer (contract 4.1, Sign).
type sign struct {
	id, document, from, parent string
	raw                        []byte
	valid                      bool
	sent, stamped              time.Time
}

func readSigns(to *[]sign, zone *time.Location) reader {
	return func(n *soap.Node) error {
		return n.Each(om("Sign"), func(item *soap.Node) error {
			var one sign
			if item.Nil() {
				return nil
			}
			err := readSign(&one, zone)(item)
			*to = append(*to, one)
			return err
		})
	}
}

func readSign(s *sign, zone *time.Location) reader {
	return func(n *soap.Node) error {
		return n.Fields(map[soap.Name]reader{
			om("DocumentId"): id(&s.document),
			om("From"):       text(&s.from),
			om("Id"):         id(&s.id),
			om("IsValid"):    boolean(&s.valid),
			om("ParentId"):   text(&s.parent),
			om("Raw"):        signature(&s.raw),
			om("SentDate"):   moment(&s.sent, zone),
			om("TimeStamp"):  moment(&s.stamped, zone),
		})
	}
}
