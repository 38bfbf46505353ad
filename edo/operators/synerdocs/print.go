package synerdocs

import (
	"context"
	"errors"
	"io"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// The calls that may give a printed form, as accounts name them.
const (
	printDocument = "PrintDocument"
	downloadPDF   = "DownloadPdfDocument"
)

// Codes of OperationStatus (contract 5.1).
const (
	operationWarning = 1
	operationError   = 2
)

// printed is one answer; content has gone to the writer already.
type printed struct {
	status int
	name   string
	size   int64
}

// Print asks the calls of Account.Forms in their order and streams what the first one gives to w. Form.Source names it.
// The bytes are not looked at.
//
// [edo.NotReady]: the call gave nothing yet. [edo.NotSupported]: every call definitely gives none for this document.
// If a call failed by its own word, the next is asked and the first such failure is returned at the end. After an error
// w may hold a part, which is to be dropped.
func (s *session) Print(ctx context.Context, r edo.Ref, w io.Writer) (edo.Form, error) {
	if _, err := s.ownBox(); err != nil {
		return edo.Form{}, err
	}
	if r.Remote == "" {
		return edo.Form{}, invalid("ref.remote", "is empty", "only a sent document has a printed form")
	}
	out := &counter{to: w}
	var failed error
	for _, form := range s.forms {
		f, err := s.printBy(ctx, form, r, out)
		switch {
		case err == nil:
			return f, nil
		case out.n > 0 || !errors.Is(err, edo.NotSupported) && !errors.Is(err, edo.Refused):
			return edo.Form{}, err
		case failed == nil || errors.Is(failed, edo.NotSupported):
			failed = err
		}
	}
	return edo.Form{}, failed
}

func (s *session) printBy(ctx context.Context, form string, ref edo.Ref, w io.Writer) (edo.Form, error) {
	var p printed
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		p = printed{}
		b, read := s.printBody(form, ref, token)
		r := request(form, b, func(n *soap.Node) error { return read(n, w, &p) })
		r.Package, r.Document = ref.Package, ref.Document
		return r
	})
	if err != nil {
		return edo.Form{}, printVerdict(err)
	}
	switch {
	case p.status > operationWarning || p.status < 0:
		return edo.Form{}, &edo.Error{
			Kind: edo.Refused, Reason: edo.OperatorRefused, Op: Name + "." + form, Exchange: reply.Exchange,
			Message: "the operator's answer says that printing failed", Remedy: "look at the message log",
		}
	case p.size == 0:
		return edo.Form{}, &edo.Error{
			Kind: edo.NotReady, Reason: edo.FormNotReady, Op: Name + "." + form, Exchange: reply.Exchange,
			Message: "the operator gave no printed form yet", Remedy: tryLater.remedy(),
		}
	}
	return edo.Form{Name: p.name, Size: p.size, Source: form, Exchange: reply.Exchange}, nil
}

type printReader = func(n *soap.Node, w io.Writer, p *printed) error

func (s *session) printBody(form string, ref edo.Ref, token edo.Secret) (*soap.Body, printReader) {
	if form == downloadPDF {
		b := body(form, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), string(s.box))
		b.Text(svc("documentId"), string(ref.Remote))
		return b, readNamedContent
	}
	b := body(form, true)
	b.Open(svc("credentials"))
	b.Secret(om("AuthToken"), token)
	b.Text(om("BoxAddress"), string(s.box))
	b.Close()
	b.Open(svc("request"))
	b.Text(om("DocumentId"), string(ref.Remote))
	b.Close()
	return b, readPrintResponse
}

// readPrintResponse reads a DocumentPrintingResponse: the status of the operation comes before the content, as a
// member of the base type.
func readPrintResponse(n *soap.Node, w io.Writer, p *printed) error {
	return n.Fields(map[soap.Name]func(*soap.Node) error{
		om("Status"):       enumCode(&p.status),
		om("NamedContent"): func(c *soap.Node) error { return readNamedContent(c, w, p) },
	})
}

func readNamedContent(n *soap.Node, w io.Writer, p *printed) error {
	return n.Fields(map[soap.Name]func(*soap.Node) error{
		om("Content"): func(c *soap.Node) error {
			if c.Nil() {
				return nil
			}
			if p.status >= operationError {
				return c.Skip()
			}
			_, size, err := c.Content(w)
			p.size = size
			return err
		},
		om("Name"): text(&p.name),
	})
}

// printVerdict says what a fault means for a printed form. The document is one the operator has accepted, so "not
// found", "closed" and "not available" mean not yet; the gateway knows how long to go on asking.
func printVerdict(err error) error {
	var e *edo.Error
	if !errors.As(err, &e) || e.Code == "" || e.Kind == edo.Unavailable {
		return err
	}
	c := *e
	switch e.Code {
	case "OperationIsNotAvailable", "DocumentNotFound", "NoDataFound", "InvalidDocumentReference", "DocumentContentAccessDenied":
		c.Kind, c.Reason, c.Remedy = edo.NotReady, edo.FormNotReady, tryLater.remedy()
	case "FeatureDisabled", "DocumentConversionError", "InvalidDocumentType", "InvalidDocumentFormat", "InvalidDocumentContent":
		c.Kind, c.Reason, c.Remedy = edo.NotSupported, edo.FormNever, "this document has no printed form by this call"
	default:
		return err
	}
	return &c
}

// counter tells whether anything has reached the writer: after that no other call may write to it.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}
