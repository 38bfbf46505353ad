package synerdocs

import (
	"bytes"
	"context"
	"errors"
	"path"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// maxNotice bounds the content of one service document that is held in memory (see edo.Notice).
const maxNotice = 1 << 20

// Notices lists the service documents that the box still has to sign and send (GetRequiredNotices). The thumbprint is
// that of the certificate that will sign; without one the service decides. A notice that names no parent or has no
// content cannot be answered and makes the answer unreadable.
func (s *session) Notices(ctx context.Context, thumbprint string) ([]edo.Notice, error) {
	const op = "GetRequiredNotices"
	if _, err := s.ownBox(); err != nil {
		return nil, err
	}
	var notices []edo.Notice
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		notices = nil
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), string(s.box))
		textOrNil(b, svc("certThumbprint"), thumbprint)
		return request(op, b, func(n *soap.Node) error {
			return n.Each(om("ServiceNotice"), func(item *soap.Node) error {
				if item.Nil() {
					return nil
				}
				one, err := s.readNotice(item)
				notices = append(notices, one)
				return err
			})
		})
	})
	if err != nil {
		return nil, err
	}
	for i := range notices {
		notices[i].Exchange = reply.Exchange
	}
	return notices, nil
}

func (s *session) readNotice(n *soap.Node) (edo.Notice, error) {
	var (
		d       document
		content bounded
		parent  string
		obsolete,
		department string
		to []edo.Address
	)
	err := n.Fields(map[soap.Name]reader{
		om("Content"): func(c *soap.Node) error {
			_, _, err := c.Content(&content)
			return err
		},
		om("DocumentType"):     d.typeName,
		om("DocumentTypeInfo"): d.typeInfo(s.types),
		om("Name"):             text(&d.name),
		om("ParentDocumentId"): id(&parent),
		om("Recipients"):       readRecipients(&to, "MessageRecipient"),
		om("ToBoxId"):          text(&obsolete),
		om("ToDepartmentId"):   text(&department),
	})
	switch {
	case err != nil:
		return edo.Notice{}, err
	case parent == "":
		return edo.Notice{}, &misfit{"the answer has a notice without a parent"}
	case content.Len() == 0:
		return edo.Notice{}, &misfit{"the answer has a notice without content"}
	}
	if len(to) == 0 && obsolete != "" {
		to = []edo.Address{{Box: edo.BoxID(obsolete), Department: department}}
	}
	typ := d.typeOrUntyped()
	return edo.Notice{
		Type: typ, Class: s.types.class(typ), Name: s.types.noticeName(d.name, typ), Content: bytes.Clone(content.Bytes()), Parent: edo.RemoteID(parent), To: others(to, s.box),
	}, nil
}

// noticeName makes a file's name of what the service calls a notice, which is for people to read (contract 4.2): the same
// with the ending of a file, or that of the type where the title cannot stand in a file system.
func (t docTypes) noticeName(title, typ string) string {
	name := title
	if !strings.EqualFold(path.Ext(name), ".xml") {
		name += ".xml"
	}
	_, known := t[typ]
	switch {
	case title != "" && edo.CheckName("name", name) == nil:
		return name
	case known:
		return typ + ".xml"
	}
	return "notice.xml"
}

// bounded collects a service document.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxNotice {
		return 0, errors.New("a service document is larger than 1 MiB")
	}
	return b.Buffer.Write(p)
}
